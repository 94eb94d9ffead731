"""A debate in real Chromium: planned, seated, spoken, asked into, voted on, revealed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.e2e.debate_page import DebatePage
from tests.e2e.instruments import add_probe, hears

pytestmark = pytest.mark.timeout(400)

MOTION = "This house would close city centres to private cars"
TONES = {"Helen Marsh": 520, "Mina Okafor": 880, "Tomás Rivera": 1320}


def speech(side: str, length_s: int) -> dict[str, Any]:
    name = f"Opening {side.capitalize()}"
    return {
        "id": f"opening-{side}", "name": {"en": name}, "kind": "opening",
        "length_s": length_s, "side": side, "seat": "1",
        "bells": [{"at_s": length_s, "strokes": 2}],
        "periods": [{"from_s": 0, "kind": "pois"}, {"from_s": length_s - 1, "kind": "warning"}],
    }  # fmt: skip


def side(side_id: str, stance: str) -> dict[str, Any]:
    seats = [{"id": "1", "name": {"en": "First speaker"}}]
    return {"id": side_id, "name": {"en": side_id.capitalize()}, "stance": stance, "seats": seats}


SMALL: dict[str, Any] = {
    "format_id": "small",
    "name": {"en": "Two openings"},
    "poi": {"allowed": True},
    "grace_s": 2,
    "sides": [side("pro", "for"), side("con", "against")],
    "phases": [
        {
            "id": "openings",
            "name": {"en": "Openings"},
            "speeches": [speech("pro", 600), speech("con", 20)],
        }
    ],
    "scoring": {"speaker": {"low": 50, "high": 99, "step": 0.5}, "teams": "winner"},
    "ballot_before": True,
}


@dataclass
class Debater:
    page: Page
    room: ClassroomPage
    debate: DebatePage
    tone: int

    async def is_heard_by(self, *others: Debater) -> None:
        for other in others:
            assert await hears(other.page, self.tone), f"{self.tone} Hz is not heard"

    async def is_not_heard_by(self, *others: Debater) -> None:
        for other in others:
            assert not await hears(other.page, self.tone, must_stop=True), (
                f"{self.tone} Hz is heard"
            )


@pytest.fixture
async def people(school: School, page_of: PageOf) -> dict[str, Debater]:
    """Three in class with a tone each, nobody on record; the first leads."""
    helen = await school.invite("Helen Marsh", "facilitator")
    await helen.post("/debate-formats", {"format": SMALL})
    session_id = await school.session(
        helen, "Debate 101", record_automatically=False, lobby_is_on=False
    )
    made: dict[str, Debater] = {}
    for name, tone in TONES.items():
        account = helen
        if name != "Helen Marsh":
            account = await school.invite(name, "learner")
            await school.enrol(helen, session_id, account)
        devices = {"toneHz": tone, "label": name, "width": 160, "height": 90, "rate": 5}
        page = await page_of(devices, viewport={"width": 1300, "height": 900})
        await sign_in_as(page, account)
        room = ClassroomPage(page, school.server.url, session_id)
        await room.enter(None)
        await room.is_in_class()
        await add_probe(page)
        # It comes on by itself; a click in between would switch it off again.
        await room.button("Mute microphone").first.wait_for(timeout=PATIENT_MS)
        made[name] = Debater(page, room, DebatePage(room), tone)
    return made


async def test_a_small_debate_from_plan_to_result(people: dict[str, Debater]) -> None:
    helen, mina, tomas = people.values()
    chair = helen.debate

    await chair.plan(MOTION, "Two openings")
    await chair.choose("Pro, First speaker", "Mina Okafor")
    await chair.drag("Tomás Rivera", "con:1")
    await chair.judge("Helen Marsh")

    await chair.button("Ask the class before").click()
    await mina.debate.vote("For")
    await tomas.debate.vote("For")
    await chair.reads("2 of 3 have voted")
    await chair.button("Close ballot").click()

    # Before it begins everybody is heard by everybody.
    await mina.is_heard_by(helen, tomas)
    await tomas.is_heard_by(mina)
    await chair.button("Begin debate").click()
    await chair.button("Start").click()

    await mina.debate.reads("Has the floor")
    await mina.is_heard_by(helen, tomas)
    await helen.is_heard_by(mina)  # the chair
    await tomas.is_not_heard_by(helen, mina)
    await expect(tomas.page.get_by_text("Your microphone opens with your speech")).to_be_visible()

    await tomas.debate.button("Offer a point of information").click()
    await mina.debate.button("Accept the point of Tomás Rivera").click()
    await tomas.is_heard_by(mina, helen)
    await expect(mina.page.get_by_test_id("debate-point")).to_be_visible()
    cut = mina.debate.button("Cut the point off")
    if await cut.count():  # unless its fifteen seconds were over first
        await cut.click()
    await tomas.is_not_heard_by(mina, helen)

    await chair.button("End this speech").click()
    await mina.is_not_heard_by(helen, tomas)
    await chair.button("Start next").click()
    await tomas.is_heard_by(helen, mina)

    # The clock alone ends this one: two strokes, the grace, then the floor is everybody's again.
    announcer = helen.page.get_by_test_id("debate-announcer")
    await expect(announcer).to_have_text(
        re.compile("Time is up|All speeches have been held"), timeout=PATIENT_MS
    )
    await chair.reads("All speeches have been held")
    await mina.is_heard_by(helen, tomas)

    await chair.button("Ask the class again").click()
    await mina.debate.vote("Against")
    await tomas.debate.vote("For")
    sheet = chair.page.get_by_test_id("score-sheet")
    await sheet.get_by_label("Mina Okafor").fill("70.5")
    await sheet.get_by_label("Tomás Rivera").fill("72")
    await sheet.get_by_label("Place of Pro").select_option("2")
    await sheet.get_by_label("Place of Con").select_option("1")
    await sheet.get_by_role("button", name="Hand in").click()
    await sheet.get_by_role("button", name="Hand in again").wait_for()
    await expect(mina.page.get_by_test_id("debate-result")).to_have_count(0)
    await chair.button("Close ballot").click()
    await chair.button("Reveal the result").click()

    for one in people.values():
        result = one.page.get_by_test_id("debate-result")
        await expect(result).to_contain_text("Against wins", timeout=PATIENT_MS)
        await expect(result).to_contain_text("+50 points")
        await expect(result).to_contain_text("Con wins")
    await asyncio.gather(*(one.debate.reads("Speaker points") for one in people.values()))
