"""Make the fonts the whiteboard's pictures are drawn with from those the whiteboard itself has.

    pip install fonttools brotli && python scripts/board_fonts.py

Run by hand when Excalidraw brings others: one TrueType file a family into ``server/slides/fonts``,
from the parts (``woff2``, by alphabet) that a browser loads. Both write the same letters then.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from fontTools.merge import Merger  # pyright: ignore[reportMissingImports]
from fontTools.subset import (  # pyright: ignore[reportMissingImports]
    Options,
    Subsetter,
    load_font,
    save_font,
)
from fontTools.ttLib import TTFont  # pyright: ignore[reportMissingImports]

ROOT = Path(__file__).resolve().parent.parent
FROM = ROOT / "web/node_modules/@excalidraw/excalidraw/dist/prod/fonts"
TO = ROOT / "server/slides/fonts"
FAMILIES = {
    "Excalifont": "Excalifont", "Nunito": "Nunito", "ComicShanns": "Comic Shanns",
    "Lilita": "Reprise Loud",
}  # fmt: skip
"""folder → family. Lilita's name is reserved for the files its author made; the drawing program is
told which one is meant (server/slides/board.py). Liberation's licence is none we may pass on."""
SYMBOLS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
"""Debian's fonts-dejavu-core, for Greek, arrows and mathematics, which the others lack"""


SIGNS = [
    *range(0xA1, 0xC0), 0xD7, 0xF7, *range(0x2B0, 0x400), *range(0x1F00, 0x2000),
    *range(0x2010, 0x2800),
]  # fmt: skip


def one_file(parts: list[Path], family: str, to: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened: list[str] = []
        for number, part in enumerate(sorted(parts, key=lambda path: -path.stat().st_size)):
            font = TTFont(part)
            font.flavor = None
            for table in ("GSUB", "GPOS", "GDEF", "STAT", "DSIG"):
                if table in font and len(parts) > 1:
                    del font[table]
            font.save(plain := f"{folder}/{number}.ttf")
            opened.append(plain)
        font = Merger().merge(opened) if len(opened) > 1 else TTFont(opened[0])
        name = font["name"]
        for number, text in {1: family, 2: "Regular", 4: family, 16: None, 17: None}.items():
            name.removeNames(nameID=number)
            if text is not None:
                name.setName(text, number, 3, 1, 0x409)
        font["OS/2"].usWeightClass = 400
        font.save(to)


def symbols(to: Path) -> None:
    """No Latin letters: a line that needs one sign of it would be written in it from end to end."""
    options = Options(hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"])
    font = load_font(str(SYMBOLS), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=SIGNS)
    subsetter.subset(font)
    save_font(font, str(to), options)


if __name__ == "__main__":
    TO.mkdir(exist_ok=True)
    for folder, family in FAMILIES.items():
        target = TO / f"{family.replace(' ', '')}-Regular.ttf"
        one_file(list((FROM / folder).glob("*Regular*.woff2")), family, target)
        print(target.name, target.stat().st_size)
    symbols(TO / "DejaVuSans.ttf")
