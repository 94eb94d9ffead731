"""Files as people upload them, made by hand: PDF, PPTX, and what only looks like them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


def _escaped(text: str) -> str:
    return text.replace("(", "\\(").replace(")", "\\)")


def pdf(
    pages: Sequence[tuple[str, Sequence[str]]],
    *,
    size: tuple[int, int] = (960, 540),
    note: str = "",
    is_encrypted: bool = False,
) -> bytes:
    """A page is a title and lines of text; ``note`` is pinned to the first."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids: list[int] = []
    for title, lines in pages:
        drawn = f"BT /F 44 Tf 60 {size[1] - 90} Td ({_escaped(title)}) Tj ET\n"
        for number, line in enumerate(lines):
            drawn += f"BT /F 22 Tf 60 {size[1] - 170 - 40 * number} Td ({_escaped(line)}) Tj ET\n"
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream".encode("latin-1"))
        content = len(objects)
        notes = ""
        if note and not kids:
            objects.append(
                f"<< /Type /Annot /Subtype /Text /Rect [1 1 9 9] /Contents ({note}) >>".encode()
            )
            notes = f" /Annots [{len(objects)} 0 R]"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}]"
            f" /Resources << /Font << /F 3 0 R >> >> /Contents {content} 0 R{notes} >>".encode()
        )
        kids.append(len(objects))
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R >>"
    if is_encrypted:
        key = "<" + "41" * 32 + ">"
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -44 >>".encode())
        trailer = (
            f"<< /Size {len(objects) + 1} /Root 1 0 R /Encrypt {len(objects)} 0 R"
            f" /ID [<{'00' * 16}> <{'00' * 16}>] >>"
        )
    out = b"%PDF-1.4\n"
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return out + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()


LECTURE = pdf(
    [
        ("Printing", ["What did Gutenberg change?", "A) the paper", "B) the type", "C) the ink"]),
        ("Movable type", ["Letters are cast in metal", "and set anew for each page."]),
        ("Paper", ["It came from China."]),
    ],
    note="Ask who has seen a press",
)


_NS = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _shape(kind: str, text: str) -> str:
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
        f"<p:txBody>{lines}</p:txBody></p:sp>"
    )


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{key}" Type="{_KIND}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{lines}</Relationships>'


def pptx(
    slides: Sequence[tuple[str, str]], *, hidden: Sequence[int] = (), first: str = ""
) -> bytes:
    """``(title, notes)`` of each; ``first`` stands before the first slide's XML."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        ids = "".join(f'<p:sldId id="{n}" r:id="s{n}"/>' for n in range(len(slides)))
        archive.writestr(
            "ppt/presentation.xml",
            f"<p:presentation {_NS}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        )
        targets = {f"s{n}": ("slide", f"slides/slide{n}.xml") for n in range(len(slides))}
        archive.writestr("ppt/_rels/presentation.xml.rels", _relations(targets))
        for n, (title, notes) in enumerate(slides):
            show = ' show="0"' if n in hidden else ""
            body = f"<p:sld {_NS}{show}>{_shape('title', title)}</p:sld>"
            archive.writestr(f"ppt/slides/slide{n}.xml", (first if n == 0 else "") + body)
            if notes:
                to = {"n": ("notesSlide", f"../notesSlides/notesSlide{n}.xml")}
                archive.writestr(f"ppt/slides/_rels/slide{n}.xml.rels", _relations(to))
                said = f"<p:notes {_NS}>{_shape('body', notes)}</p:notes>"
                archive.writestr(f"ppt/notesSlides/notesSlide{n}.xml", said)
    return buffer.getvalue()


def other_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return buffer.getvalue()
