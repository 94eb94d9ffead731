"""Polls in real browsers: asked, answered by the keyboard alone, read on a phone, explained.

Three kinds here: an anonymous word cloud, an order, and a number with a right answer; the rules of
all nine are tested without a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat
from tests.e2e.conftest import PageOf
from tests.e2e.looks import violations

pytestmark = pytest.mark.timeout(600)
PATIENT_MS = 60_000

WORDS = ["Paper", "paper ", "Ink", "PAPER", "Lead"]


@dataclass
class Polls:
    helen: ClassroomPage
    mina: ClassroomPage
    """on a phone, in the dark"""
    seats: list[Seat]
    teacher: Account
    session_id: str
    repository: Path

    @property
    def pages(self) -> dict[str, Page]:
        return {"facilitator": self.helen.page, "learner": self.mina.page}

    async def looks_right(self, name: str) -> None:
        """Nothing axe can find, no poll wider than the window; drawn into build/polls."""
        folder = self.repository / "build" / "polls"
        folder.mkdir(parents=True, exist_ok=True)
        for who, page in self.pages.items():
            assert await violations(page, self.repository) == [], (name, who)
            wider = await page.get_by_role("tabpanel").evaluate(
                "panel => Math.max(...[panel, ...panel.querySelectorAll('*')]"
                ".map(one => one.getBoundingClientRect().right)) - innerWidth"
            )
            assert wider <= 0, (name, who)
            await page.screenshot(path=folder / f"{name}-{who}.png")

    async def asked(self) -> str:
        """The newest open poll, as the seats that have no browser see it."""
        snapshot = await self.seats[0].ask("snapshot", {})
        return [poll["poll_id"] for poll in snapshot["polls"] if poll["state"] == "open"][-1]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Pictures and three kinds of poll on a machine that may be busy."""
    expect.set_options(timeout=PATIENT_MS)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
async def polls(school: School, page_of: PageOf, repository: Path) -> Polls:
    teacher = await school.invite("Helen Marsh", "facilitator")
    session_id = await school.session(
        teacher, "Letters and presses", lobby_is_on=False, record_automatically=False
    )
    guests = [await school.guest(teacher, session_id, f"Guest {n}") for n in range(4)]
    phone = await school.guest(teacher, session_id, "Mina Okafor")
    devices = {"width": 160, "height": 90, "rate": 2}
    wide = await page_of(devices, viewport={"width": 1440, "height": 900}, color_scheme="light")
    narrow = await page_of(
        devices,
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
        reduced_motion="reduce",
    )
    for page in (wide, narrow):
        page.set_default_timeout(PATIENT_MS)
    await sign_in_as(wide, teacher)
    await sign_in_as(narrow, phone)
    url = school.server.url
    helen = ClassroomPage(wide, url, session_id)
    mina = ClassroomPage(narrow, url, session_id)
    await helen.enter()
    await helen.is_in_class()
    await mina.enter()
    await mina.is_in_class()
    seats: list[Seat] = []
    for guest in guests:
        seat = Seat(guest, session_id)
        await seat.connect()
        seats.append(seat)
    await helen.open_panel("Poll")
    await mina.open_panel("Poll")
    return Polls(helen, mina, seats, teacher, session_id, repository)


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label).or_(field(page, label)).first.click()
    await page.get_by_role("option", name=option, exact=True).click()


async def test_three_kinds_from_the_question_to_the_reveal(polls: Polls) -> None:
    helen, mina = polls.helen.page, polls.mina.page
    await polls.looks_right("empty")
    try:
        await an_anonymous_cloud(polls, helen, mina)
        await an_order_by_keyboard(polls, helen, mina)
        await a_number_with_its_explanation(polls, helen, mina)
    finally:
        for seat in polls.seats:
            await seat.close()
    table = await polls.teacher.download(f"/api/v1/sessions/{polls.session_id}/polls.csv")
    text = table.decode("utf-8-sig")
    assert text.count("answer,Mina Okafor") == 2, "named where votes have names"
    assert "Paper" in text


async def an_anonymous_cloud(polls: Polls, helen: Page, mina: Page) -> None:
    await polls.helen.button("New poll").click()
    await choose(helen, "Kind of question", "Word cloud")
    await field(helen, "Question").fill("What made printing cheap?")
    await helen.get_by_role("switch", name="Anonymous").check(force=True)
    await polls.looks_right("form")
    await polls.helen.button("Save and open").click()
    await field(mina, "Word 1").fill("Paper")
    await polls.mina.button("Send answer").click()
    poll_id = await polls.asked()
    for seat, word in zip(polls.seats, WORDS[1:], strict=True):
        await seat.command("vote", poll_id=poll_id, answer=[word])
    await expect(mina.get_by_text("Your answer is counted.")).to_be_visible()
    cloud = mina.get_by_role("region", name="Result")
    await expect(cloud.get_by_text("Paper")).to_be_visible()
    await polls.looks_right("cloud")
    await helen.get_by_text("List", exact=True).click()
    await polls.helen.button(re.compile("^Hide “lead”", re.IGNORECASE)).click()
    await expect(cloud.get_by_text("Lead")).to_have_count(0)
    await polls.helen.button("Close poll").click()
    await polls.helen.button("Reveal result").click()
    await expect(mina.get_by_text("5 have answered.")).to_be_visible()


async def an_order_by_keyboard(polls: Polls, helen: Page, mina: Page) -> None:
    await polls.helen.button("New poll").click()
    await choose(helen, "Kind of question", "Put in order")
    await field(helen, "Question").fill("In what order did they work?")
    await field(helen, "Option 1").fill("Manutius")
    await field(helen, "Option 2").fill("Gutenberg")
    await polls.helen.button("Save and open").click()
    up = polls.mina.button("Move Gutenberg up")
    await up.focus()
    await mina.keyboard.press("Enter")
    items = mina.get_by_role("list", name="Your order, first on top").get_by_role("listitem")
    await expect(items.nth(0)).to_contain_text("Gutenberg")
    await expect(polls.mina.button("Move Gutenberg down")).to_be_focused()
    await polls.looks_right("ranking")
    await polls.mina.button("Send answer").focus()
    await mina.keyboard.press("Enter")
    await expect(polls.helen.page.get_by_text("1. Gutenberg")).to_be_visible()
    await expect(helen.get_by_text(re.compile(r"^1 of \d have answered\."))).to_be_visible()
    await polls.helen.button("Close poll").click()
    await polls.helen.button("Reveal result").click()


async def a_number_with_its_explanation(polls: Polls, helen: Page, mina: Page) -> None:
    await polls.helen.button("New poll").click()
    await choose(helen, "Kind of question", "Number")
    await field(helen, "Question").fill("In what year was the Bible finished?")
    await field(helen, "Lowest").fill("1400")
    await field(helen, "Highest").fill("1500")
    await field(helen, "Right number").fill("1455")
    await field(helen, "May be off by").fill("5")
    await polls.helen.button("More settings").click()
    await field(helen, "Explanation").fill("A visitor saw its last sheets in 1455.")
    await polls.helen.button("Save and open").click()
    await field(mina, "Your number").fill("1999")
    await expect(polls.mina.button("Send answer")).to_be_disabled()
    await field(mina, "Your number").fill("1452")
    await polls.mina.button("Send answer").click()
    poll_id = await polls.asked()
    for seat, year in zip(polls.seats, (1440, 1450, 1455, 1455), strict=True):
        await seat.command("vote", poll_id=poll_id, answer=year)
    await expect(helen.get_by_text("Median 1452")).to_be_visible()
    await polls.helen.button("Close poll").click()
    await expect(mina.get_by_text("A visitor saw its last sheets in 1455.")).to_have_count(0)
    await polls.helen.button("Reveal result").click()
    await expect(mina.get_by_text("Your answer is right.")).to_be_visible()
    await expect(mina.get_by_text("A visitor saw its last sheets in 1455.")).to_be_visible()
    await polls.looks_right("revealed")
