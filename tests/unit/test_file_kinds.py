"""FI1: the type of a file is found out from what is in it."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from server.domain.errors import Invalid
from server.services.file_kinds import OFFICE, Sniffer, clean_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def archive(**members: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("__", "/"), text)
    return made.getvalue()


DOCX = archive(**{"[Content_Types].xml": "<Types/>", "word__document.xml": "<w/>"})
ODT = archive(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": "<o/>"})


def kind_of(data: bytes, *, at_a_time: int = 7) -> str:
    sniffer = Sniffer()
    for start in range(0, len(data), at_a_time):
        sniffer.feed(data[start : start + at_a_time])
    return sniffer.finish(BytesIO(data))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "image/jpeg"),
        (b"GIF89a" + b"\0" * 40, "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp"),
        (b"%PDF-1.7\n" + b"\xff\0" * 40, "application/pdf"),
        ("Früh übt sich.\n".encode() * 30, "text/plain"),
        (b"hi", "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        # What a browser would run is text to everybody here, and saved as such.
        (b"<svg onload='alert(1)'></svg>", "text/plain"),
        (DOCX, next(iter(OFFICE))),
        (ODT, "application/vnd.oasis.opendocument.text"),
    ],
)
def test_FI1_the_kind_is_what_is_inside(data: bytes, kind: str) -> None:
    for at_a_time in (1, 7, 4096):
        assert kind_of(data, at_a_time=at_a_time) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\0" + b"\0" * 60,
        b"\x7fELF" + b"\1" * 60 + b"\0",
        "nearly ü text".encode() + b"\xff\xfe",
        "ends in the middle of ü".encode()[:-1] + "ü".encode()[:1],
        b"PK\x03\x04" + b"not an archive at all" * 4,
        archive(**{"a.txt": "an archive of anything"}),
        archive(
            **{"[Content_Types].xml": "", "word__document.xml": "", "word__vbaProject.bin": ""}
        ),
        archive(mimetype="application/java-archive"),
        archive(mimetype="x" * 300),
        DOCX[: len(DOCX) // 2],
    ],
)
def test_FI1_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        kind_of(data)
    assert refused.value.code == "file_type_refused"


def test_FI1_a_film_that_says_it_is_text_is_refused_at_its_first_chunk() -> None:
    sniffer = Sniffer()
    with pytest.raises(Invalid):
        sniffer.feed(b"\0\0\0\x18ftypmp42" + b"\0" * 20)


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("Notes.PDF", "application/pdf", "Notes.PDF"),
        ("picture.exe", "image/png", "picture.exe.png"),
        ("../../etc/passwd", "text/plain", "_.._etc_passwd.txt"),
        ("page.html", "text/plain", "page.html.txt"),
        ("  ", "image/png", "file.png"),
        ("a\nb\x00c\u202e.txt", "text/plain", "a_b_c_.txt"),
        ("x" * 300 + ".csv", "text/plain", "x" * 100 + ".csv"),
    ],
)
def test_FI1_names_are_no_paths_and_end_as_their_kind_does(
    name: str, media_type: str, clean: str
) -> None:
    assert clean_name(name, media_type) == clean
