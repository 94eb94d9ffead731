"""WB8: pictures of the whiteboard are drawn in the sandbox, from themselves and our fonts alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from server.slides.painter import BOARD_LIMITS, Painter
from server.slides.sandbox import Sandbox, sandbox

HERE = sandbox()
BOXES = tuple(dict.fromkeys((Sandbox("fallback", None, HERE.network, HERE.files), HERE)))
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="450" viewBox="0 0 800 450">'


def svg(body: str) -> bytes:
    return f"{HEAD}{body}</svg>".encode()


def words(text: str, family: str = "Excalifont, Xiaolai, sans-serif") -> bytes:
    return svg(f'<text x="20" y="90" font-family="{family}" font-size="60">{text}</text>')


class Taken:
    """What the painter gave, with the pictures as they were at that moment."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str | None]] = []
        self.pictures: dict[str, Image.Image] = {}

    def __call__(self, source: Path, drawn: Path, text: str | None) -> None:
        self.texts.append((source.stem, text))
        if text is not None:
            with Image.open(drawn) as picture:
                self.pictures[source.stem] = picture.convert("RGB")


def painted(folder: Path, painter: Painter, **pictures: bytes) -> Taken:
    sources = []
    for name, content in pictures.items():
        (source := folder / f"{name}.svg").write_bytes(content)
        sources.append(source)
    painter.paint(sources, taken := Taken())
    return taken


def is_white(picture: Image.Image) -> bool:
    return ImageChops.invert(picture).getbbox() is None


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.kind)
def test_WB8_a_picture_stands_on_white_in_the_middle_and_is_read(
    tmp_path: Path, box: Sandbox
) -> None:
    tall = svg('<rect x="0" y="0" width="800" height="450" fill="#d00000"></rect>').replace(
        b'width="800" height="450" viewBox', b'width="450" height="450" viewBox', 1
    )
    two = words("Größe &lt; 3").replace(
        b"</svg>", b'<text x="9" y="200"><tspan>x</tspan> y</text></svg>'
    )
    taken = painted(tmp_path, Painter(box), b=two, a=tall)
    assert taken.texts == [("b", "Größe < 3\nx y"), ("a", "")]
    red = taken.pictures["a"]
    assert red.size == (1920, 1080)
    assert red.getpixel((960, 540))[0] > 180  # type: ignore[index]
    assert red.getpixel((100, 540)) == (255, 255, 255)
    assert not is_white(taken.pictures["b"])


def test_WB8_each_hand_of_the_whiteboard_is_here(tmp_path: Path) -> None:
    """From our fonts alone: a name nobody knows is written in the plain one, not left out."""
    families = {
        "hand": "Excalifont", "plain": "Nunito", "code": "Comic Shanns",
        "loud": "Lilita One, sans-serif",
    }  # fmt: skip
    given = {name: words("Mainz 1450", family) for name, family in families.items()}
    given["unknown"] = words("Mainz 1450", "No Such Font")
    pictures = painted(tmp_path, Painter(), **given).pictures
    assert pictures["unknown"].tobytes() == pictures["plain"].tobytes()
    assert len({picture.tobytes() for picture in pictures.values()}) == len(families)
    assert not any(is_white(picture) for picture in pictures.values())


def test_WB8_the_same_picture_is_drawn_alike(tmp_path: Path) -> None:
    given = words("Ωmega → x²")
    first = painted(tmp_path, Painter(), one=given).pictures["one"]
    assert first.tobytes() == painted(tmp_path, Painter(), one=given).pictures["one"].tobytes()


def test_WB8_nothing_outside_the_picture_is_drawn_or_run(tmp_path: Path) -> None:
    """None of it gets past the cleaning; here is what happens if something did."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (80, 45), "black").save(secret)
    link = 'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href'
    bodies = {
        "file": f'<image {link}="{secret}" width="800" height="450"/>',
        "url": '<image href="http://127.0.0.1:9/x.png" width="800" height="450"/>',
        "html": "<foreignObject width='800' height='450'><p xmlns='http://www.w3.org/1999/xhtml'>"
        "x</p></foreignObject>",
        "script": "<script>while(1);</script><rect onload='x()' width='0' height='0'/>",
    }
    pictures = painted(tmp_path, Painter(), **{k: svg(v) for k, v in bodies.items()}).pictures
    assert pictures.keys() == bodies.keys()
    assert all(is_white(picture) for picture in pictures.values())


def test_WB8_what_cannot_be_drawn_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]>' + words("&a;")
    taken = painted(
        tmp_path, Painter(), bomb=bomb, empty=b"", half=svg("<g>")[:-3], huge=b" " * 2_000_001,
        sizeless=b'<svg xmlns="http://www.w3.org/2000/svg"/>', fine=words("still here"),
    )  # fmt: skip
    assert [(name, text) for name, text in taken.texts if text is not None] == [
        ("fine", "still here")
    ]
    gone = tmp_path / "gone.svg"
    Painter().paint([gone], taken := Taken())
    assert taken.texts == [("gone", None)]


def test_WB8_one_that_is_too_heavy_costs_itself_alone(tmp_path: Path) -> None:
    """It is stopped by a limit in the middle of a batch; those before and after it are drawn."""
    masks = "".join(
        f'<mask id="m{n}" maskUnits="userSpaceOnUse" x="0" y="0" width="800" height="450">'
        f'<g mask="url(#m{n + 1})"><rect width="800" height="450" fill="white"/></g></mask>'
        for n in range(24)
    )
    inner = "".join('<g mask="url(#m0)"><g mask="url(#m1)">' for _ in range(12))
    heavy = svg(masks + inner + '<rect width="9" height="9"/>' + "</g></g>" * 12)
    painter = Painter(limits=replace(BOARD_LIMITS, cpu_s=2), longest_s=30)
    taken = painted(tmp_path, painter, first=words("a"), heavy=heavy, last=words("b"))
    assert [name for name, text in taken.texts] == ["first", "heavy", "last"]
    assert dict(taken.texts)["first"] == "a"
    assert dict(taken.texts)["heavy"] is None
    assert dict(taken.texts)["last"] == "b"
