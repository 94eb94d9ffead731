"""Looking at and listening to a page: conditions with a deadline, never a fixed wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Page

PROBE = Path(__file__).with_name("probe.js")
TONE_DB = 25
"""a tone stands this far above the median of the spectrum"""
MOVING = 0.5
"""mean change of a channel between two looks, of 255; noise of the codec stays under 0.2"""
COLOUR_DISTANCE = 90


async def add_probe(page: Page) -> None:
    await page.evaluate(PROBE.read_text(encoding="utf-8"))


async def until(condition: Callable[[], Awaitable[bool]], limit_s: float, must_stop: bool) -> bool:
    """Whether the condition came true in time; with ``must_stop``, whether it stayed true.

    ``must_stop`` waits for it to turn false: True means it never did.
    """
    deadline = asyncio.get_running_loop().time() + limit_s
    while True:
        holds = await condition()
        if holds != must_stop:
            return holds
        if asyncio.get_running_loop().time() > deadline:
            return holds
        await asyncio.sleep(0.1)


async def hears(page: Page, hertz: float, limit_s: float = 40, must_stop: bool = False) -> bool:
    """Whether the page plays a tone of this frequency."""

    async def heard() -> bool:
        levels: list[float] = await page.evaluate("hertz => window.probe.tones([hertz])", hertz)
        return levels[0] > TONE_DB

    return await until(heard, limit_s, must_stop)


def colour_distance(hex_colour: str, corner: list[int]) -> int:
    parts = [int(hex_colour[index : index + 2], 16) for index in (1, 3, 5)]
    return sum(abs(part - seen) for part, seen in zip(parts, corner, strict=True))


async def sees_moving(
    page: Page, colour: str, limit_s: float = 40, must_stop: bool = False, selector: str = "video"
) -> bool:
    """Whether some visible video has this background and pixels that move."""

    async def seen() -> bool:
        videos: list[dict[str, Any]] = await page.evaluate(
            "selector => window.probe.videos(selector)", selector
        )
        return any(
            video["change"] > MOVING and colour_distance(colour, video["corner"]) < COLOUR_DISTANCE
            for video in videos
        )

    return await until(seen, limit_s, must_stop)
