"""The whiteboard's pictures for the recording, drawn by a child in the sandbox.

They were cleaned when they came (``server/services/clean_svg.py``); what draws them is still a
large program that reads what a stranger's browser sent. So it is treated like an upload: no
network, no file but its own, limits, and what it leaves is passed on by its first octets.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from msgspec import Struct

from server.domain.errors import Invalid
from server.slides.convert import LARGEST_JSON, check_picture, workshop
from server.slides.page import LONGEST_TEXT
from server.slides.run import run
from server.slides.sandbox import CODE, MEGABYTE, PDF_LIMITS, Limits, Sandbox, sandbox

log = logging.getLogger(__name__)

BOARD_LIMITS = replace(PDF_LIMITS, memory=1024 * MEGABYTE, file=16 * MEGABYTE, cpu_s=60)
LONGEST_S = 120.0
TOGETHER = 20
"""pictures of one child: starting it costs more than drawing one"""


Took = Callable[[Path, Path, str | None], None]


class _Read(Struct, frozen=True):
    text: str


class Painter:
    """Implements ``BoardPainter`` of recordings/ports.py."""

    def __init__(
        self, box: Sandbox | None = None, *, limits: Limits = BOARD_LIMITS,
        longest_s: float = LONGEST_S,
    ) -> None:  # fmt: skip
        self._box = box
        self._limits = limits
        self._longest_s = longest_s

    def paint(self, pictures: Sequence[Path], took: Took) -> None:
        """``took(picture, drawn, text)`` for each, in order, while the file ``drawn`` (WebP) is
        there; without a text for one that cannot be drawn. Blocks; belongs into a thread."""
        asyncio.run(self._paint(list(pictures), took))

    async def _paint(self, waiting: list[Path], took: Took) -> None:
        box = self._box or await asyncio.to_thread(sandbox)
        while waiting:
            batch, waiting = waiting[:TOGETHER], waiting[TOGETHER:]
            async with workshop() as work:
                begun = await self._draw(box, batch, work)
                for number, picture in enumerate(batch[:begun]):
                    drawn = work / "out" / f"{number:04d}.webp"
                    took(picture, drawn, _text_beside(drawn))
            # Whatever ended the child, the picture it had begun is given up, not those after it.
            waiting = batch[begun:] + waiting

    async def _draw(self, box: Sandbox, batch: Sequence[Path], work: Path) -> int:
        """How many of them were begun."""
        given, out = work / "in", work / "out"
        given.mkdir()
        out.mkdir()
        for number, picture in enumerate(batch):
            await asyncio.to_thread(_copy, picture, given / f"{number:04d}.svg")
        begun = 1

        def on_line(line: bytes) -> None:
            nonlocal begun
            try:
                said = msgspec.json.decode(line, type=dict[str, int | str])
            except msgspec.DecodeError:
                return
            if isinstance(at := said.get("page"), int):
                begun = min(max(begun, at + 1), len(batch))

        status, tail = await run(
            box,
            [sys.executable, "-I", str(CODE / "child.py"), "boards", str(given), str(out)],
            work, self._limits, on_line=on_line, longest_s=self._longest_s,
        )  # fmt: skip
        if status == 0:
            return len(batch)
        log.warning("a picture of a whiteboard could not be drawn (%d): %s", status, tail[-500:])
        return begun


def _copy(source: Path, target: Path) -> None:
    """One that is gone is an empty file: the child counts them."""
    if source.is_file():
        shutil.copyfile(source, target)
    else:
        target.touch()


def _text_beside(drawn: Path) -> str | None:
    """None: it was not drawn, or what is there is no picture."""
    try:
        check_picture(drawn)
        said = drawn.with_suffix(".json")
        if said.is_symlink() or said.stat().st_size > LARGEST_JSON:
            return None
        return msgspec.json.decode(said.read_bytes(), type=_Read).text[:LONGEST_TEXT]
    except (OSError, Invalid, msgspec.DecodeError):
        return None
