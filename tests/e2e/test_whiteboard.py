"""WB, NO: the whiteboard and the notes in real Chromium, two people on one session."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from playwright.async_api import Page, expect

from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from tests.e2e.conftest import PageOf

pytestmark = pytest.mark.timeout(600)


async def seated(page_of: PageOf, account: Account, school: School, sid: str) -> Page:
    page = await page_of(None, viewport={"width": 1280, "height": 800})
    await sign_in_as(page, account)
    room = ClassroomPage(page, school.server.url, sid)
    await page.goto(room.url)
    await room.button("Join without camera and microphone").click(timeout=PATIENT_MS)
    await room.is_in_class()
    return page


async def test_WB_two_people_draw_and_write_together(school: School, page_of: PageOf) -> None:
    teacher = await school.invite("Helen Marsh", "facilitator")
    learner = await school.invite("Mina Okafor", "learner")
    sid = await school.session(teacher, "Paper", lobby_is_on=False, record_automatically=False)
    await school.enrol(teacher, sid, learner)
    helen = await seated(page_of, teacher, school, sid)
    mina = await seated(page_of, learner, school, sid)
    elsewhere: list[str] = []
    for page in (helen, mina):
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((school.server.url, "data:", "blob:", "ws"))
                else elsewhere.append(request.url)
            ),
        )
    await helen.keyboard.press("Alt+KeyW")
    for page in (helen, mina):
        await expect(page.locator(".excalidraw canvas.interactive")).to_be_visible(
            timeout=PATIENT_MS
        )
    await draw(helen, "r", "rectangle", 0.3)
    words = mina.get_by_test_id("whiteboard-words")
    await expect(words).to_contain_text("1 drawing", timeout=PATIENT_MS)
    await draw(mina, "o", "ellipse", 0.6)
    await expect(helen.get_by_test_id("whiteboard-words")).to_contain_text(
        "2 drawings", timeout=PATIENT_MS
    )
    # What somebody still draws outlasts a clear: the hand is off, and the last stroke written.
    await expect(mina.get_by_test_id("toolbar-selection")).to_be_checked(timeout=PATIENT_MS)
    await mina.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    await helen.get_by_role("button", name="Clear").click()
    await expect(words).to_contain_text("0 drawings", timeout=PATIENT_MS)
    await helen.get_by_role("alert").get_by_role("button", name="Undo").click()
    await expect(words).to_contain_text("2 drawings", timeout=PATIENT_MS)
    for page in (helen, mina):
        await page.get_by_role("tab", name="Notes").click()
    await helen.get_by_test_id("shared-notes").fill("Type is metal. ")
    notes = mina.get_by_test_id("shared-notes")
    await expect(notes).to_have_value("Type is metal. ", timeout=PATIENT_MS)
    await notes.press_sequentially("Ink is oil.")
    await expect(helen.get_by_test_id("shared-notes")).to_have_value(
        "Type is metal. Ink is oil.", timeout=PATIENT_MS
    )
    await asyncio.gather(*(page.wait_for_load_state() for page in (helen, mina)))
    await helen.get_by_role("button", name="Close", exact=True).click()
    await expect(mina.get_by_test_id("whiteboard")).to_have_count(0, timeout=PATIENT_MS)
    assert elsewhere == [], "nothing is loaded from elsewhere"


async def draw(page: Page, key: str, tool: str, at: float) -> None:
    """One shape, with the tool of that key."""
    canvas = page.locator(".excalidraw canvas.interactive")
    box = await canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * at, box["y"] + box["height"] * 0.5
    await page.mouse.click(x, y + 90)
    # A key pressed while what somebody else draws comes in may miss the canvas.
    for _ in range(3):
        await page.keyboard.press(key)
        with contextlib.suppress(AssertionError):
            await expect(page.get_by_test_id(f"toolbar-{tool}")).to_be_checked(timeout=2000)
            break
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 60, y + 40, steps=4)
    await page.mouse.up()
