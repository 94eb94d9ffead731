"""Shipped formats played from plan to result in real Chromium, every speaker with a tone.

Nobody waits: the clock is wound to just before whatever is due next (tests/e2e/wound_server.py).
One class holds all the debates, because gathering it takes longer than a debate.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from server.demo.browser import chromium
from server.demo.school import School
from server.demo.server_process import free_port
from server.domain.debate_format import Speech
from tests.e2e.debate_hall import Hall
from tests.e2e.wound_server import WoundServer

pytestmark = [
    pytest.mark.debates,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(900),
]

Deed = Callable[[Speech], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> AsyncIterator[Hall]:
    server = WoundServer(tmp_path_factory.mktemp("hall") / "data", free_port())
    school = School(server)  # pyright: ignore[reportArgumentType] it is asked for the same
    async with chromium() as browser:
        made = Hall(server, school, browser)
        try:
            await server.start()
            await school.open()
            await made.gather()
            yield made
        finally:
            await made.close()
            await school.close()
            await server.stop()


async def play(hall: Hall, deed: Deed | None = None) -> None:
    """From before the first part to behind the last: started by the chair, ended by the clock."""
    form = hall.debate.form
    for number, speech in enumerate(form.speeches):
        assert hall.debate.index == number or hall.debate.is_over
        await hall.press("Start next" if hall.debate.is_over else "Start")
        await hall.server.until(
            lambda _, number=number: (now := hall.debate).index == number and now.since_ms,
            f"part {speech.id} runs",
        )
        if speech.side is not None:
            seats = hall.debate.seats
            await hall.hears_only(*(seats[f"{place.side}:{place.seat}"] for place in speech.places))
        if deed is not None:
            await deed(speech)
        while hall.debate.bells < len(hall.debate.bell_times):
            await hall.rings()
        await hall.server.skip()
        await hall.server.until(
            lambda _: hall.debate.is_over or hall.debate.is_behind, f"part {speech.id} is over"
        )
        if number + 1 < len(form.speeches):
            await hall.hears_only()
    await hall.chair.reads("All speeches have been held")


async def seat_at_random(hall: Hall) -> None:
    await hall.press("At random")
    seats = sum(len(side.seats) for side in hall.debate.form.sides)
    await hall.server.until(lambda _: len(hall.debate.seats) == seats, "everybody seated")


async def begin(hall: Hall, name: str = "Begin debate") -> None:
    hall.since_ns = time.monotonic_ns()
    await hall.press(name)
    await hall.server.until(lambda _: hall.debate.is_begun, "the debate begins")


async def test_karl_popper(hall: Hall) -> None:
    await hall.plan("This house would lower the voting age to sixteen", "Karl Popper")
    await seat_at_random(hall)
    await begin(hall)
    await hall.hears_only()
    await play(hall)
    await hall.check_captures()
    await hall.end()
