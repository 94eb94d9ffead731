"""Pictures of a whiteboard, as cleaned SVG: drawn, and read. Runs in the sandbox only.

Drawn with the fonts the whiteboard itself has (``fonts/``) and no others, so that a picture looks
alike on every machine; where they lack a script (Arabic, Chinese), the machine's are asked as well.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

import resvg_py
from PIL import Image

from server.slides.page import LONGEST_TEXT, Refused, plain

STAGE = (1920, 1080)
"""of every picture: the board on a white ground, in the middle"""
LARGEST_ZOOM = 2.0
"""a single small word does not fill the wall"""
QUALITY = 88
MOST_OCTETS = 2_000_000
FONTS = Path(__file__).resolve().with_name("fonts")
OURS = "Nunito"
LOUD = "Reprise Loud"
"""what a drawing calls Lilita One (scripts/board_fonts.py)"""
_LOUD_NAME = re.compile(r'(<text\b[^<>]*\sfont-family=")Lilita One')
_OTHER_SCRIPTS = 0x0590
_TYPOGRAPHY = range(0x1E00, 0x2800)
"""Latin with more accents, punctuation, currencies, arrows, mathematics"""


def draw(folder: Path, out: Path, told: Callable[[int, int], None]) -> None:
    """``<name>.svg`` to ``<name>.webp`` and, last, ``<name>.json``: the text on it. What cannot be
    drawn is left out."""
    pictures = sorted(folder.glob("*.svg"))
    for number, picture in enumerate(pictures):
        told(number, len(pictures))
        try:
            data = picture.read_bytes()
            text, size = read(data)
            drawn = _drawn(data.decode(), text, size)
        except (Refused, ValueError, UnicodeDecodeError):
            continue
        drawn.save(out / f"{picture.stem}.webp", "WEBP", quality=QUALITY, method=2)
        (out / f"{picture.stem}.json").write_text(json.dumps({"text": text}))
    told(len(pictures), len(pictures))


def read(data: bytes) -> tuple[str, tuple[float, float]]:
    """The text, a line an element, and how large the drawing is."""
    if len(data) > MOST_OCTETS:
        raise Refused("slides_too_heavy")
    lines: list[str] = []
    size: list[float] = []
    inside = 0

    def refuse(*_: object) -> None:
        raise Refused("slides_damaged")

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if not size:
            size.extend(float(attributes.get(side, "0")) for side in ("width", "height"))
        if tag == "text":
            if inside == 0:
                lines.append("")
            inside += 1

    def end(tag: str) -> None:
        nonlocal inside
        inside -= tag == "text"

    def characters(text: str) -> None:
        if inside:
            lines[-1] += text

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refused("slides_damaged") from error
    if len(size) != 2 or not all(0 < side < 1e6 for side in size):
        raise Refused("slides_damaged")
    return plain("\n".join(lines), LONGEST_TEXT), (size[0], size[1])


def _drawn(svg: str, text: str, size: tuple[float, float]) -> Image.Image:
    zoom = min(STAGE[0] / size[0], STAGE[1] / size[1], LARGEST_ZOOM)
    width = min(STAGE[0], max(1, round(size[0] * zoom)))
    height = min(STAGE[1], max(1, round(size[1] * zoom)))
    octets = resvg_py.svg_to_bytes(
        svg_string=_LOUD_NAME.sub(rf"\1{LOUD}", svg), width=width, height=height,
        background="#ffffff",
        skip_system_fonts=not _needs_others(text), font_dirs=[str(FONTS)], font_family=OURS,
        serif_family=OURS, sans_serif_family=OURS, cursive_family="Excalifont",
        fantasy_family=LOUD, monospace_family="Comic Shanns",
    )  # fmt: skip
    stage = Image.new("RGB", STAGE, "white")
    with Image.open(io.BytesIO(octets)) as picture:
        picture.thumbnail(STAGE)
        stage.paste(
            picture.convert("RGB"),
            ((STAGE[0] - picture.width) // 2, (STAGE[1] - picture.height) // 2),
        )
    return stage


def _needs_others(text: str) -> bool:
    return any(ord(letter) >= _OTHER_SCRIPTS and ord(letter) not in _TYPOGRAPHY for letter in text)
