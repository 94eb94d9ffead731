"""The room around people in real Chromium, by keys alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from tests.e2e.conftest import PageOf

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
