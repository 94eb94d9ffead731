"""The facilitator's slides and the participants' moving pictures, drawn with Pillow.

A slide is shown from the clause that first says its cue words, so the pictures follow whatever
lecture is given; slides whose cue is never said are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from server.demo.lecture import Row

Picture = NDArray[np.uint8]
"""height × width × 3, RGB"""

INK = (30, 34, 42)
PAPER = (250, 248, 243)
ACCENT = (178, 74, 46)


@dataclass(frozen=True, slots=True)
class Slide:
    cue: str
    title: str
    lines: tuple[str, ...]


SLIDES = (
    Slide("", "Printing and its history", ("An opening lecture", "Books, letters, people")),
    Slide(
        "chinese", "Wood blocks",
        ("China, centuries earlier", "The Netherlands: block books", "One block, one page"),
    ),
    Slide(
        "movable metal", "Movable metal letters",
        ("Middle of the fifteenth century", "Letters that are used again"),
    ),
    Slide(
        "gutenberg", "The Gutenberg Bible",
        ("Forty-two lines to the page", "About 1455", "Never been surpassed"),
    ),
    Slide(
        "letterpress", "The form of the letter",
        ("Fine in form", "No more time, no more cost"),
    ),
    Slide(
        "calligraphy", "Calligraphy and type",
        ("The Middle Ages brought it to perfection", "Type followed the written hand"),
    ),
    Slide(
        "black letter", "Black letter",
        ("A Gothic development of the Roman character", "Lower-case and capitals"),
    ),
    Slide(
        "missal", "Missal type",
        ("After the ecclesiastical writing", "Missals and psalters"),
    ),
    Slide(
        "schoeffer", "Schoeffer's Bible of 1462",
        ("The first one dated", "A freer hand, easier to read"),
    ),
    Slide(
        "roman character not only", "The birth of Roman type",
        ("Italy, Germany, France", "Subiaco, 1465: Sweynheim and Pannartz"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    at_s: float
    """seconds of the lecture"""
    slide: Slide


def schedule(rows: Sequence[Row], slides: Sequence[Slide] = SLIDES) -> list[Shown]:
    shown: list[Shown] = []
    for slide in slides:
        after = shown[-1].at_s if shown else -1.0
        for row in rows:
            if row.start_s > after and slide.cue in row.text.lower():
                shown.append(Shown(row.start_s, slide))
                break
    return shown


def draw_slide(slide: Slide, number: int, width: int = 1280, height: int = 720) -> Picture:
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image)
    scale = height / 720
    big, small = (ImageFont.load_default(size=round(size * scale)) for size in (68, 38))
    left = round(96 * scale)
    draw.rectangle((0, 0, round(28 * scale), height), fill=ACCENT)
    draw.text((left, round(110 * scale)), slide.title, font=big, fill=INK)
    top = round(215 * scale)
    draw.line((left, top, left + round(220 * scale), top), fill=ACCENT, width=round(6 * scale))
    for index, line in enumerate(slide.lines):
        at = top + round((60 + 76 * index) * scale)
        # A drawn mark: the built-in font has no dash or bullet.
        mark = at + round(24 * scale)
        draw.rectangle((left, mark, left + round(18 * scale), mark + round(4 * scale)), fill=ACCENT)
        draw.text((left + round(40 * scale), at), line, font=small, fill=INK)
    draw.text((width - left, height - round(70 * scale)), str(number), font=small, fill=ACCENT)
    return np.asarray(image)


def draw_person(
    colour: tuple[int, int, int], at_s: float, width: int = 320, height: int = 180
) -> Picture:
    """A figure that sways and nods: every frame differs, so movement can be proved."""
    image = Image.new("RGB", (width, height), tuple(part // 3 + 20 for part in colour))
    draw = ImageDraw.Draw(image)
    sway = math.sin(at_s * 1.7) * width * 0.05
    nod = math.sin(at_s * 2.9) * height * 0.03
    x, y, r = width / 2 + sway, height * 0.42 + nod, height * 0.2
    body = (x - r * 1.8, y + r * 1.1, x + r * 1.8, height + r * 2)
    draw.ellipse(body, fill=tuple(part * 2 // 3 for part in colour))
    draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    mouth = abs(math.sin(at_s * 5)) * r * 0.25 + 2
    draw.ellipse((x - r * 0.3, y + r * 0.4, x + r * 0.3, y + r * 0.4 + mouth), fill=INK)
    return np.asarray(image)


def draw_flash(is_lit: bool, width: int = 320, height: int = 180) -> Picture:
    return np.full((height, width, 3), 235 if is_lit else 16, dtype=np.uint8)
