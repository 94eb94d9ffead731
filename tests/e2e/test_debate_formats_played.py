"""The shipped formats played from plan to result in real Chromium, every speaker with a tone.

Nobody waits: the clock is wound to just before whatever is due next (tests/e2e/wound_server.py).
One class holds all the debates, because gathering it takes longer than a debate.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from server.demo.browser import chromium
from server.demo.classroom_page import PATIENT_MS
from server.demo.school import School
from server.demo.server_process import free_port
from server.domain import debate_commands as dc
from server.domain.debate_format import Speech, to_data
from tests.debate_world import shipped
from tests.e2e.debate_hall import CHAIR, TONES, Hall
from tests.e2e.wound_server import WoundServer

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(900),
    pytest.mark.debates,
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
        await hall.server.skip_until(
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


async def test_public_forum_with_pools(hall: Hall) -> None:
    await hall.plan("This house would ban zoos", "Public Forum")
    await seat_at_random(hall)
    await begin(hall)
    seats = hall.debate.seats
    await hall.press("Prepare: Pro")
    await hall.server.until(lambda _: hall.debate.pool_side == "pro", "Pro prepares")
    # Pro hears Pro alone, the others hear the chair.
    await hall.measure()
    assert hall.audible(hall.state)[seats["pro:1"]] == {seats["pro:2"]}
    await hall.server.skip()
    await hall.server.until(lambda _: hall.debate.pool_side is None, "the pool is used up")
    assert hall.debate.pools == {"pro": hall.debate.form.pool_s * 1000}
    await hall.hears_only()
    await play(hall)
    await hall.check_captures()
    await hall.end()


async def test_british_parliamentary_with_points(hall: Hall) -> None:
    mina, tomas = hall.at_page("Mina Okafor"), hall.at_page("Tomás Rivera")
    prime, leader = hall.id_of(mina.name), hall.id_of(tomas.name)
    await hall.plan("This house would abolish the right to strike", "British Parliamentary")
    await hall.chair.choose("Opening Government, Prime Minister", mina.name)
    await hall.chair.choose("Opening Opposition, Leader of the Opposition", tomas.name)
    await hall.press("At random")
    await hall.server.until(lambda _: len(hall.debate.seats) == len(TONES) - 1, "all are seated")
    # Six people for eight places: who opens for a closing team whips for it too.
    for team, seat, whip in (("cg", "mg", "Government"), ("co", "mo", "Opposition")):
        side = f"Closing {whip}, {whip} Whip"
        await hall.chair.choose(side, hall.name(hall.debate.seats[f"{team}:{seat}"]))
    await hall.server.until(lambda _: len(hall.debate.seats) == 8, "every place is filled")
    await begin(hall, "Begin preparation")
    await hall.measure()
    assert hall.debate.stage == "preparing"
    await hall.to_the_end_of_preparation()
    await hall.hears_only()

    async def ask(speech: Speech) -> None:
        if speech.id == "pm":
            await hall.rings()  # from now on points may be offered
            await tomas.debate.button("Offer a point of information").click()
            await mina.debate.button(f"Decline the point of {tomas.name}").click()
            await tomas.debate.button("Offer a point of information").click()
            await mina.debate.button(f"Accept the point of {tomas.name}").click()
            await hall.server.until(lambda _: hall.debate.point == leader, "the point is made")
            await hall.hears_only(prime, leader)
            begun_ms = hall.debate.point_since_ms
            await hall.server.skip()
            await hall.server.until(lambda _: hall.debate.point is None, "its time is up")
            assert begun_ms is not None
            assert hall.state.at_ms >= begun_ms + 15_000
            await hall.hears_only(prime)
        if speech.id == "lo":
            await hall.rings()
            await mina.debate.button("Offer a point of information").click()
            await tomas.debate.button(f"Accept the point of {mina.name}").click()
            await hall.server.until(lambda _: hall.debate.point == prime, "the point is made")
            await tomas.debate.button("Cut the point off").click()
            await hall.server.until(lambda _: hall.debate.point is None, "it is cut off")
            await hall.hears_only(leader)

    await play(hall, ask)
    await hall.check_captures()
    await hall.end()


async def test_a_quick_debate_with_ballots_and_sheets(hall: Hall) -> None:
    mina, tomas = hall.at_page("Mina Okafor"), hall.at_page("Tomás Rivera")
    await hall.plan("This house would give every pupil a tablet", "Quick classroom debate")
    await seat_at_random(hall)
    await hall.press("Ask the class before")
    for voter in (mina, tomas):
        await voter.debate.vote("For")
    await hall.chair.reads("2 of 7 have voted")
    await hall.press("Close ballot")
    await begin(hall, "Begin preparation")
    await hall.to_the_end_of_preparation()
    seats = hall.debate.seats

    async def take_turns(speech: Speech) -> None:
        if speech.kind != "free":
            return
        for seat in ("pro:1", "con:1", "pro:2"):
            who = seats[seat]
            await hall.gives_floor(who)
            await hall.hears_only(who)

    await play(hall, take_turns)
    await hall.check_captures()
    await hall.press("Ask the class again")
    await mina.debate.vote("Against")
    await tomas.debate.vote("For")
    await hall.hands_in_sheet()
    assert hall.debate.result is None
    for one in hall.pages.values():
        await expect(one.page.get_by_test_id("debate-result")).to_have_count(0)
    await hall.press("Close ballot")
    await hall.press("Reveal the result")
    await hall.sees_result("Against wins", "+50 points", "Speaker points")
    await hall.end()


async def test_four_breakout_debates_at_once_on_one_board(hall: Hall) -> None:
    """Each in its room with its own clock; who sits at a page hears the own room only."""
    rooms = await hall.open_rooms(4)
    form = to_data(shipped("lincoln-douglas"))
    for number, room in enumerate(rooms):
        await hall.ask_for(dc.PlanDebate(f"Motion {number + 1}", room, format=form))
        debate = hall.debate
        for side, who in zip(debate.form.sides, hall.in_room(room), strict=True):
            seat = f"{side.id}:{side.seats[0].id}"
            await hall.ask_for(dc.AssignSeat(debate.debate_id, seat, who))
        await hall.ask_for(dc.BeginDebate(debate.debate_id))
        await hall.ask_for(dc.StartClock(debate.debate_id))
        await hall.server.pass_ms(20_000)
    await hall.measure()
    page = hall.at_page(CHAIR).page
    await hall.chair.button(re.compile("^All debates")).click()
    board = page.get_by_role("dialog")
    clocks: list[str] = []
    for number, room in enumerate(rooms):
        card = board.locator(f'[data-room="{room}"]')
        await expect(card).to_contain_text(f"Motion {number + 1}", timeout=PATIENT_MS)
        clocks.append(await card.locator("[data-size]").inner_text())
    assert len(set(clocks)) == 4, clocks
    used = [hall.debate_in(room).elapsed_ms(hall.server.now_ms) for room in rooms]
    for earlier, later in pairwise(used):
        assert earlier >= later + 20_000
    await page.keyboard.press("Escape")
