"""The room around people in real Chromium, by keys alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.e2e.debate_page import DebatePage

pytestmark = pytest.mark.timeout(600)


@dataclass
class Someone:
    account: Account
    page: Page
    room: ClassroomPage

    async def people(self) -> None:
        await self.room.open_panel("People")


@dataclass
class Room:
    school: School
    session_id: str
    helen: Someone
    mina: Someone
    tomas: Someone


async def someone(
    page_of: PageOf, name: str, account: Account, school: School, sid: str
) -> Someone:
    devices = {"toneHz": 440, "colour": "#8a5a3c", "label": name, "width": 320, "height": 180}
    page = await page_of(devices, viewport={"width": 1280, "height": 800})
    await sign_in_as(page, account)
    room = ClassroomPage(page, school.server.url, sid)
    await without_devices(page, room)
    return Someone(account, page, room)


async def without_devices(page: Page, room: ClassroomPage) -> None:
    """Nobody needs a picture here, and the class starts with its facilitator."""
    await page.goto(room.url)
    join = room.button("Join without camera and microphone")
    await join.click(timeout=PATIENT_MS)
    await room.is_in_class()
    await expect(room.button("Start class")).to_have_count(0, timeout=PATIENT_MS)


@pytest.fixture
async def room(school: School, page_of: PageOf) -> Room:
    teacher = await school.invite("Helen Marsh", "facilitator")
    learner = await school.invite("Mina Okafor", "learner")
    sid = await school.session(teacher, "Paper", lobby_is_on=False, record_automatically=False)
    await school.enrol(teacher, sid, learner)
    guest = await school.guest(teacher, sid, "Tomás Rivera")
    helen = await someone(page_of, "Helen Marsh", teacher, school, sid)
    mina, tomas = await asyncio.gather(
        someone(page_of, "Mina Okafor", learner, school, sid),
        someone(page_of, "Tomás Rivera", guest, school, sid),
    )
    return Room(school, sid, helen, mina, tomas)


async def from_the_palette(page: Page, words: str) -> None:
    search = page.get_by_label("Search actions")
    await page.keyboard.press("Control+k")
    await expect(search).to_be_focused()
    await page.keyboard.type(words)
    await expect(search).to_have_value(words)
    await page.keyboard.press("Enter")
    await expect(search).to_have_count(0)


async def test_everything_is_one_name_away(room: Room) -> None:
    """Keys alone: the palette, a bookmark, a layout that is remembered, help."""
    mina, keys = room.mina, room.mina.page.keyboard
    await from_the_palette(mina.page, "raise")
    await mina.room.button("Lower hand").first.wait_for()
    await from_the_palette(mina.page, "bookmark")
    await mina.page.get_by_role("dialog", name="Bookmark this moment").wait_for()
    await keys.type("Why linen")
    await keys.press("Enter")
    await keys.press("Alt+1")
    await expect(mina.page.get_by_role("list", name="Your bookmarks")).to_contain_text("Why linen")
    await room.helen.people()
    await expect(room.helen.page.get_by_text("Why linen")).to_have_count(0)
    await from_the_palette(mina.page, "same size")
    await expect(mina.page.get_by_test_id("classroom")).to_have_attribute("data-layout", "gallery")
    await without_devices(mina.page, mina.room)
    await expect(mina.page.get_by_test_id("classroom")).to_have_attribute("data-layout", "gallery")
    await keys.press("?")
    await expect(mina.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


# ---- a class by keys alone -------------------------------------------------------------------


def _side(side_id: str, stance: str) -> dict[str, Any]:
    seats = [{"id": "1", "name": {"en": "Speaker"}}]
    return {"id": side_id, "name": {"en": side_id.capitalize()}, "stance": stance, "seats": seats}


def _speech(side_id: str) -> dict[str, Any]:
    return {
        "id": side_id, "name": {"en": f"Case {side_id}"}, "kind": "opening", "length_s": 600,
        "side": side_id, "seat": "1",
    }  # fmt: skip


TWO_CASES: dict[str, Any] = {
    "format_id": "two-cases",
    "name": {"en": "Two cases"},
    "grace_s": 2,
    "sides": [_side("pro", "for"), _side("con", "against")],
    "phases": [{"id": "p", "name": {"en": "Cases"}, "speeches": [_speech("pro"), _speech("con")]}],
}
FOCUS_SHOWS = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const isDrawn = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
        || style.boxShadow !== 'none' || /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName);
    return one.matches(':focus-visible') && isDrawn && box.width > 0 && box.height > 0
        ? '' : one.outerHTML.slice(0, 300);
}"""


@dataclass
class Keys:
    """A person who has no mouse."""

    page: Page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def go_to(self, place: Locator) -> None:
        """By Tab, from wherever one is; every stop on the way shows that one is there."""
        await place.wait_for(timeout=PATIENT_MS)
        for _ in range(150):
            if await place.evaluate("one => one === document.activeElement"):
                hidden = await self.page.evaluate(FOCUS_SHOWS)
                assert hidden == "", f"the focus is not seen on {hidden}"
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{place} cannot be reached by Tab")

    async def use(self, place: Locator, key: str = "Enter") -> None:
        await self.go_to(place)
        await self.page.keyboard.press(key)

    async def is_in(self, place: Locator) -> None:
        """What one has opened, or come to, has the focus."""
        await expect(place).to_be_focused(timeout=PATIENT_MS)


async def test_join_raise_a_hand_vote_speak_in_a_debate_and_leave_by_keys_alone(
    school: School, page_of: PageOf
) -> None:
    teacher = await school.invite("Helen Marsh", "facilitator")
    learner = await school.invite("Mina Okafor", "learner")
    await teacher.post("/debate-formats", {"format": TWO_CASES})
    sid = await school.session(teacher, "Paper", lobby_is_on=False, record_automatically=False)
    await school.enrol(teacher, sid, learner)
    guest = await school.guest(teacher, sid, "Tomás Rivera")
    helen = await someone(page_of, "Helen Marsh", teacher, school, sid)
    await someone(page_of, "Tomás Rivera", guest, school, sid)
    devices = {"toneHz": 440, "colour": "#8a5a3c", "label": "Mina", "width": 160, "height": 90}
    page = await page_of(devices, viewport={"width": 1300, "height": 900})
    await sign_in_as(page, learner)
    mina, keys = ClassroomPage(page, school.server.url, sid), Keys(page)

    await page.goto(mina.url)
    await keys.use(mina.button("Join"))
    await mina.is_in_class()
    await keys.is_in(page.get_by_role("main"))

    await keys.use(mina.button("Raise hand"))
    await mina.button("Lower hand").first.wait_for()
    await expect(helen.page.get_by_test_id("announcer")).to_contain_text("Mina Okafor")

    await helen.page.keyboard.press("Alt+3")
    await helen.room.button("Yes / no").click()
    await keys.press("Alt+3")
    await keys.is_in(page.get_by_role("tabpanel"))
    await keys.use(page.get_by_role("radio", name="Yes").or_(mina.button("Yes")).first, "Space")
    await page.get_by_text("Your vote is counted.").wait_for(timeout=PATIENT_MS)

    chair = DebatePage(helen.room)
    await chair.plan("This house would read on paper", "Two cases")
    await chair.choose("Pro, Speaker", "Mina Okafor")
    await chair.choose("Con, Speaker", "Tomás Rivera")
    await chair.button("Begin debate").click()
    await chair.button("Start").click()
    debate = page.get_by_role("region", name="Debate")
    await debate.get_by_text("Has the floor").first.wait_for(timeout=PATIENT_MS)
    if await mina.button("Mute microphone").count():  # on since the door
        await keys.press("Alt+m")
        await mina.button("Unmute microphone").first.wait_for(timeout=PATIENT_MS)
    await keys.use(mina.button("Unmute microphone").first)
    await mina.button("Mute microphone").first.wait_for(timeout=PATIENT_MS)

    await keys.use(mina.button("Leave"))
    await keys.use(page.get_by_role("dialog").get_by_role("button", name="Leave", exact=True))
    await page.get_by_role("heading", level=1).wait_for(timeout=PATIENT_MS)
    await keys.is_in(page.get_by_role("main"))
    await keys.go_to(mina.button("Join again"))
