"""A picture from a browser, made harmless: only what a drawing needs, written anew.

Pure: bytes in, bytes out. Nothing is passed through: elements and attributes that are known are
written with values that match their own pattern, all else is left out, with what is inside it. So
there are no scripts, styles, events, links, embedded images, animations, outside references or
entities in what comes out, whatever went in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from server.domain.errors import Invalid

MOST_OCTETS: Final = 2_000_000
MOST_ELEMENTS: Final = 20_000
DEEPEST: Final = 32
LARGEST_SIDE: Final = 100_000
SVG: Final = "http://www.w3.org/2000/svg"

_NUMBER = r"[-+]?(?:\d{1,9}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,2})?"
_LENGTH = rf"{_NUMBER}(?:px|em|%)?"
_LIST = rf"{_NUMBER}(?:[\s,]+{_NUMBER})*"
_PAINT = (
    r"(?:none|transparent|currentColor|[a-zA-Z]{3,24}|#[0-9a-fA-F]{3,8}"
    r"|rgba?\([\d\s.,%/]{1,60}\)|hsla?\([\d\s.,%/deg]{1,60}\))"
)
_REFERENCE = r"url\(#[A-Za-z0-9_-]{1,100}\)"
_TRANSFORM = rf"(?:(?:translate|rotate|scale|matrix|skewX|skewY)\(\s*{_LIST}\s*\)[\s,]*)*"


def _patterns(**by_name: str) -> dict[str, re.Pattern[str]]:
    return {name.replace("_", "-"): re.compile(text) for name, text in by_name.items()}


_COMMON: Final = _patterns(
    id=r"[A-Za-z0-9_-]{1,100}", transform=_TRANSFORM, opacity=_LENGTH, fill=_PAINT, stroke=_PAINT,
    fill_opacity=_LENGTH, stroke_opacity=_LENGTH, fill_rule=r"nonzero|evenodd",
    clip_rule=r"nonzero|evenodd", stroke_width=_LENGTH, stroke_linecap=r"butt|round|square",
    stroke_linejoin=r"miter|round|bevel", stroke_miterlimit=_NUMBER,
    stroke_dasharray=rf"none|{_LIST}", stroke_dashoffset=_NUMBER, mask=_REFERENCE,
    clip_path=_REFERENCE,
)  # fmt: skip
_BOX: Final = _patterns(x=_LENGTH, y=_LENGTH, width=_LENGTH, height=_LENGTH)
_TEXT: Final = _BOX | _patterns(
    dx=_LENGTH, dy=_LENGTH, font_family=r"[\w\s,'\"-]{1,200}", font_size=_LENGTH,
    font_weight=r"normal|bold|\d{3}", font_style=r"normal|italic",
    text_anchor=r"start|middle|end", direction=r"ltr|rtl",
    dominant_baseline=r"auto|alphabetic|middle|central|hanging|text-before-edge|text-after-edge",
)  # fmt: skip
ALLOWED: Final[dict[str, dict[str, re.Pattern[str]]]] = {
    "g": _COMMON,
    "path": _COMMON | _patterns(d=r"[MmLlHhVvCcSsQqTtAaZz\d\s,.eE+-]*"),
    "rect": _COMMON | _BOX | _patterns(rx=_LENGTH, ry=_LENGTH),
    "circle": _COMMON | _patterns(cx=_LENGTH, cy=_LENGTH, r=_LENGTH),
    "ellipse": _COMMON | _patterns(cx=_LENGTH, cy=_LENGTH, rx=_LENGTH, ry=_LENGTH),
    "line": _COMMON | _patterns(x1=_LENGTH, y1=_LENGTH, x2=_LENGTH, y2=_LENGTH),
    "polyline": _COMMON | _patterns(points=_LIST),
    "polygon": _COMMON | _patterns(points=_LIST),
    "text": _COMMON | _TEXT,
    "tspan": _COMMON | _TEXT,
    "defs": {},
    "clipPath": _patterns(id=r"[A-Za-z0-9_-]{1,100}", clipPathUnits=r"userSpaceOnUse"),
    "mask": _BOX | _patterns(id=r"[A-Za-z0-9_-]{1,100}", maskUnits=r"userSpaceOnUse"),
}
"""element → attribute → what its value must match from end to end"""
UNWRAPPED: Final = frozenset({"a"})
"""what is inside stays"""
_HOLDS_TEXT: Final = frozenset({"text", "tspan"})
_LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    width: int
    height: int


class _Cleaner:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.size: tuple[float, float] | None = None
        self._open: list[str | None] = []
        """written elements by name; None: unwrapped"""
        self._skipped = 0
        """elements open inside one that is left out, itself included"""
        self._count = 0
        self._text = 0
        parser = expat.ParserCreate("utf-8", " ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.buffer_text = True
        self.parser = parser

    def _doctype(self, *_: object) -> None:
        raise Invalid("bad_picture", "A picture has no document type.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) + self._skipped >= DEEPEST:
            raise Invalid("picture_too_large", "That picture has too many parts.")
        if self._skipped:
            self._skipped += 1
            return
        space, _, tag = name.rpartition(" ")
        if not self._open:
            self._root(space, tag, attributes)
        elif space == SVG and tag in ALLOWED:
            self._open.append(tag)
            self.out.append(f"<{tag}{_written(ALLOWED[tag], attributes)}>")
        elif space == SVG and tag in UNWRAPPED:
            self._open.append(None)
        else:
            self._skipped = 1

    def _root(self, space: str, tag: str, attributes: dict[str, str]) -> None:
        if space != SVG or tag != "svg":
            raise Invalid("bad_picture", "That is no SVG.")
        numbers: list[float] = []
        for key in ("width", "height"):
            value = attributes.get(key, "")
            if not re.fullmatch(_NUMBER, value) or not 0 < float(value) <= LARGEST_SIDE:
                raise Invalid("bad_picture", "A picture says how large it is.", field=key)
            numbers.append(float(value))
        width, height = numbers
        box = attributes.get("viewBox", f"0 0 {width:g} {height:g}")
        if not re.fullmatch(_LIST, box) or len(re.split(r"[\s,]+", box)) != 4:
            raise Invalid("bad_picture", "A picture says where it begins.", field="viewBox")
        self.size = (width, height)
        self._open.append("svg")
        self.out.append(
            f'<svg xmlns="{SVG}" width="{width:g}" height="{height:g}" viewBox="{box}">'
        )

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif (tag := self._open.pop()) is not None:
            self.out.append(f"</{tag}>")

    def _characters(self, text: str) -> None:
        if self._skipped or not self._open or self._holder() not in _HOLDS_TEXT:
            return
        self._text += len(text)
        if self._text > _LONGEST_TEXT:
            raise Invalid("picture_too_large", "That picture has too much text.")
        self.out.append(escape(text))

    def _holder(self) -> str | None:
        return next((tag for tag in reversed(self._open) if tag is not None), None)


def _written(allowed: dict[str, re.Pattern[str]], attributes: dict[str, str]) -> str:
    kept = [
        f" {name}={quoteattr(value)}"
        for name, value in attributes.items()
        if (pattern := allowed.get(name)) is not None and pattern.fullmatch(value)
    ]
    if "font-family" in allowed:
        kept.append(' xml:space="preserve"')
    return "".join(kept)


def clean_svg(data: bytes) -> Picture:
    """Raises Invalid for what is no SVG, or too large."""
    if len(data) > MOST_OCTETS:
        raise Invalid("picture_too_large", "That picture is too large.")
    cleaner = _Cleaner()
    try:
        cleaner.parser.Parse(data, True)
    except expat.ExpatError as failure:
        raise Invalid("bad_picture", "That is no SVG.") from failure
    if cleaner.size is None:
        raise Invalid("bad_picture", "That is no SVG.")
    width, height = cleaner.size
    cleaned = "".join(cleaner.out).encode()
    if len(cleaned) > MOST_OCTETS:
        raise Invalid("picture_too_large", "That picture is too large.")
    return Picture(cleaned, max(1, round(width)), max(1, round(height)))
