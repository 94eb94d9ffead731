"""Breakout rooms in real Chromium: planned, opened, visited and closed with what a page offers."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.e2e.instruments import add_probe, hears
from tests.e2e.relay import Relay
from tests.e2e.test_class import TITLE, Classroom, Person, let_everyone_in, person_named

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
async def classroom(school: School, page_of: PageOf) -> Classroom:
    """Three people in class with their microphones on."""
    teacher = await school.invite("Helen Marsh", "facilitator")
    learner = await school.invite("Mina Okafor", "learner")
    session_id = await school.session(teacher, TITLE)
    await school.enrol(teacher, session_id, learner)
    guest = await school.guest(teacher, session_id, "Tomás Rivera")
    url = school.server.url
    helen = await person_named(page_of, "Helen Marsh", teacher, session_id, url)
    mina = await person_named(page_of, "Mina Okafor", learner, session_id, url)
    tomas = await person_named(page_of, "Tomás Rivera", guest, session_id, url)
    made = Classroom(school, session_id, helen, mina, tomas, Relay(school.server.port))
    for person in made.everyone:
        await person.room.enter()
    await let_everyone_in(made)
    for person in made.everyone:
        await person.room.is_in_class()
        await person.room.agree_if_asked()
        await person.room.switch_on("microphone")
        await add_probe(person.page)
    return made


async def rooms_tab(person: Person) -> None:
    await person.page.get_by_role("tab", name="Rooms").click()


async def plan(helen: Person) -> None:
    """Two rooms, each learner put into one with the keyboard."""
    await rooms_tab(helen)
    page = helen.page
    await page.get_by_role("combobox", name="Who goes where").click()
    await page.get_by_role("option", name="I place everyone by hand").click()
    await helen.room.button("Create rooms").click()
    for name, room in (("Mina Okafor", "Room 1"), ("Tomás Rivera", "Room 2")):
        chip = helen.room.button(f"{name}: move to a room")
        await chip.focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("menuitem", name=room).click()
        await expect(page.get_by_role("region", name=room).get_by_text(name)).to_be_visible()


async def test_rooms_hear_only_themselves_until_everyone_is_back(
    classroom: Classroom,
) -> None:
    helen, mina, tomas = classroom.everyone
    assert await hears(mina.page, tomas.tone)
    await plan(helen)
    await helen.room.button("Open rooms").click()
    await expect(mina.page.get_by_text("You are in Room 1", exact=True)).to_be_visible()
    await expect(tomas.page.get_by_text("You are in Room 2", exact=True)).to_be_visible()
    for listener in (mina, tomas):
        for other in classroom.everyone:
            if other is not listener:
                assert not await hears(listener.page, other.tone, limit_s=20, must_stop=True)

    # What is written in a room stays there; notes come back.
    await mina.room.chat("Only in Room 1")
    await mina.room.button("Room and notes").click()
    await mina.page.get_by_test_id("room-notes").fill("What Room 1 found")
    await expect(mina.page.get_by_text("Saved", exact=True)).to_be_visible(timeout=20_000)
    await tomas.room.open_panel("Chat")
    assert await tomas.page.get_by_text("Only in Room 1").count() == 0

    # A call for help is answered by a visit; the facilitator is heard there and nowhere else.
    await mina.room.button("Call for help").click()
    await expect(mina.page.get_by_text("Place 1 in the list", exact=False)).to_be_visible()
    calls = helen.page.get_by_role("list", name="Calls for help, in order")
    await calls.get_by_role("button", name="Visit").click()
    await expect(helen.page.get_by_text("You are visiting Room 1", exact=True)).to_be_visible()
    assert await hears(mina.page, helen.tone)
    assert await hears(helen.page, mina.tone)
    assert not await hears(tomas.page, helen.tone, limit_s=2, must_stop=True)
    await expect(mina.room.button("Call for help")).to_be_visible()

    # To all rooms, in writing.
    await helen.page.get_by_label("Write to all rooms").fill("Two minutes more")
    await helen.page.get_by_label("Write to all rooms").press("Enter")
    await expect(tomas.page.get_by_text("Two minutes more").first).to_be_visible()

    await helen.room.button("Close now").click()
    await expect(mina.page.get_by_text("You are in Room 1", exact=True)).to_have_count(0)
    for listener in classroom.everyone:
        for other in classroom.everyone:
            if other is not listener:
                assert await hears(listener.page, other.tone), (listener.tone, other.tone)
    await rooms_tab(tomas)
    await expect(tomas.page.get_by_text("What Room 1 found").first).to_be_visible()
