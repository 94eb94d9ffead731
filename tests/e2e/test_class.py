"""A class in real Chromium: who sees, hears and reads whom."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import psutil
import pytest
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat
from tests.e2e.conftest import PageOf
from tests.e2e.instruments import add_probe, hears, sees_moving
from tests.e2e.relay import Relay

pytestmark = pytest.mark.timeout(900)

TITLE = "Letters and presses"


@dataclass
class Person:
    account: Account
    page: Page
    room: ClassroomPage
    tone: int
    colour: str


PEOPLE = {
    "Helen Marsh": (520, "#c03030"),
    "Mina Okafor": (880, "#30a040"),
    "Tomás Rivera": (1320, "#3040c0"),
}


@dataclass
class Classroom:
    school: School
    session_id: str
    helen: Person
    mina: Person
    tomas: Person
    relay: Relay

    @property
    def everyone(self) -> list[Person]:
        return [self.helen, self.mina, self.tomas]


async def person_named(
    page_of: PageOf, name: str, account: Account, session_id: str, url: str
) -> Person:
    tone, colour = PEOPLE[name]
    devices = {
        "toneHz": tone, "colour": colour, "label": name, "width": 320, "height": 180, "rate": 10,
    }  # fmt: skip
    page = await page_of(devices, viewport={"width": 1280, "height": 800})
    await sign_in_as(page, account)
    return Person(account, page, ClassroomPage(page, url, session_id), tone, colour)


@pytest.fixture
async def relay(school: School) -> AsyncIterator[Relay]:
    made = Relay(school.server.port)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def classroom(school: School, relay: Relay, page_of: PageOf) -> Classroom:
    """Three people in class, on record, camera and microphone on; Tomás comes through the relay."""
    teacher = await school.invite("Helen Marsh", "facilitator")
    learner = await school.invite("Mina Okafor", "learner")
    session_id = await school.session(teacher, TITLE)
    await school.enrol(teacher, session_id, learner)
    guest = await school.guest(teacher, session_id, "Tomás Rivera")
    url = school.server.url
    helen = await person_named(page_of, "Helen Marsh", teacher, session_id, url)
    mina = await person_named(page_of, "Mina Okafor", learner, session_id, url)
    tomas = await person_named(page_of, "Tomás Rivera", guest, session_id, relay.url)
    made = Classroom(school, session_id, helen, mina, tomas, relay)
    await helen.room.enter()  # "Start class" there starts it
    for person in (mina, tomas):
        await person.room.enter()
    await let_everyone_in(made)
    for person in made.everyone:
        await person.room.is_in_class()
        await person.room.agree_if_asked()
        await person.room.switch_on("camera")
        await person.room.switch_on("microphone")
        await add_probe(person.page)
    return made


async def let_everyone_in(classroom: Classroom) -> None:
    """Admit whoever waits; an enrolled account may come straight in."""
    helen = classroom.helen.room
    await helen.open_panel("People")
    for name, person in (("Mina Okafor", classroom.mina), ("Tomás Rivera", classroom.tomas)):
        waiting = helen.button(f"Admit {name}")
        inside = person.page.get_by_role("toolbar")
        for _ in range(100):
            if await inside.count():
                break
            if await waiting.count():
                with contextlib.suppress(PlaywrightTimeout):  # gone: it has been heard
                    await waiting.click(timeout=2000)
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("school", [{"REPRISE_MEDIA_PLANE": "python"}], indirect=True)
async def test_everyone_sees_and_hears_everyone_else(classroom: Classroom) -> None:
    for viewer in classroom.everyone:
        for other in classroom.everyone:
            if other is not viewer:
                assert await sees_moving(viewer.page, other.colour), (viewer.tone, other.tone)
                assert await hears(viewer.page, other.tone), (viewer.tone, other.tone)
        # A click in the sound has every pitch for a moment; a voice stays.
        assert not await hears(viewer.page, viewer.tone, limit_s=5, must_stop=True), (
            f"{viewer.tone} Hz hear themselves"
        )


async def test_who_mutes_is_not_heard(classroom: Classroom) -> None:
    assert await hears(classroom.helen.page, classroom.mina.tone)
    await classroom.mina.room.mute()
    assert not await hears(classroom.helen.page, classroom.mina.tone, limit_s=5, must_stop=True)
    assert await hears(classroom.helen.page, classroom.tomas.tone)


async def test_chat_hands_and_a_poll_reach_everyone(classroom: Classroom) -> None:
    helen, mina, tomas = classroom.everyone
    await mina.room.chat("Which press came first?")
    for person in classroom.everyone:
        await person.room.reads("Which press came first?")

    await tomas.room.raise_hand()
    await mina.room.raise_hand()
    await helen.room.open_panel("People")
    hands = helen.page.get_by_role("list", name="Hands, in order").get_by_role("listitem")
    await expect(hands).to_have_count(2)
    await expect(hands.nth(0)).to_contain_text("Tomás Rivera")
    await expect(hands.nth(1)).to_contain_text("Mina Okafor")
    await tomas.room.lower_hand()
    await expect(hands).to_have_count(1)

    await a_poll_opens(helen)
    await mina.room.vote("Yes, it is")
    await tomas.room.vote("No, it is not")
    await expect(helen.page.get_by_text("2 of 3 have answered.").or_(
        helen.page.get_by_text("2 have answered.")
    ).or_(helen.page.get_by_text("2 of 2 have answered.")).first).to_be_visible()  # fmt: skip
    await helen.room.button("Close poll").click()
    await helen.room.button("Reveal result").click()
    await expect(mina.page.get_by_text("50%").first).to_be_visible()


async def a_poll_opens(helen: Person) -> None:
    await helen.room.open_panel("Poll")
    await helen.room.button("New poll").click()
    await helen.page.get_by_label("Question", exact=True).fill("Is 1455 early?")
    await helen.page.get_by_label("Option 1", exact=True).fill("Yes, it is")
    await helen.page.get_by_label("Option 2", exact=True).fill("No, it is not")
    await helen.room.button("Save and open").click()


async def test_a_cut_line_is_mended_with_seat_and_muted_microphone(classroom: Classroom) -> None:
    helen, _, tomas = classroom.everyone
    await tomas.room.raise_hand()
    classroom.relay.is_down = True
    classroom.relay.cut()
    await expect(tomas.page.get_by_text("Connection lost. Reconnecting…").first).to_be_visible()
    await helen.room.chat("Said while Tomás was away")
    classroom.relay.is_down = False
    await expect(tomas.page.get_by_text("Connection lost. Reconnecting…")).to_have_count(
        0, timeout=30_000
    )
    await tomas.room.reads("Said while Tomás was away")
    await tomas.room.button("Unmute microphone").wait_for()
    # A click or a chime has every pitch for a moment; a voice that is let through stays.
    assert not await hears(helen.page, tomas.tone, limit_s=5, must_stop=True)
    assert await sees_moving(tomas.page, helen.colour)
    assert await hears(tomas.page, helen.tone)
    await tomas.room.switch_on("microphone")
    assert await hears(helen.page, tomas.tone)


def server_child(supervisor_pid: int) -> psutil.Process:
    """The process below the supervisor that listens on the sockets."""
    for child in psutil.Process(supervisor_pid).children(recursive=True):
        if any(line.status == psutil.CONN_LISTEN for line in child.net_connections("tcp")):
            return child
    raise AssertionError("the supervisor has no serving child")


@pytest.mark.parametrize("school", [{"REPRISE_MEDIA_PLANE": "native"}], indirect=True)
async def test_a_class_goes_on_when_its_plane_and_its_server_die(classroom: Classroom) -> None:
    await nobody_notices_that_the_plane_dies(classroom)
    await class_goes_on_by_itself_when_the_server_is_killed(classroom)
    await the_recording_has_both_parts(classroom)


async def nobody_notices_that_the_plane_dies(classroom: Classroom) -> None:
    """Camera and microphone stay as they were."""
    helen, mina, tomas = classroom.everyone
    assert await hears(helen.page, mina.tone)
    assert await sees_moving(tomas.page, mina.colour)
    supervisor = classroom.school.server.pid
    old = native_plane(supervisor)
    old.kill()
    old.wait(10)
    for viewer, other in ((helen, mina), (tomas, mina), (mina, tomas)):
        assert await hears(viewer.page, other.tone, limit_s=30)
        assert await sees_moving(viewer.page, other.colour, limit_s=30)
    assert native_plane(supervisor).pid != old.pid
    for person in classroom.everyone:
        await expect(person.page.get_by_text("Connection lost. Reconnecting…")).to_have_count(0)


@contextlib.contextmanager
def nobody_restarts_it(supervisor_pid: int) -> Iterator[None]:
    supervisor = psutil.Process(supervisor_pid)
    supervisor.suspend()
    try:
        yield
    finally:
        supervisor.resume()


def native_plane(supervisor_pid: int) -> psutil.Process:
    for child in psutil.Process(supervisor_pid).children(recursive=True):
        if child.name().startswith("reprise-plane"):
            return child
    raise AssertionError("there is no native plane")


async def class_goes_on_by_itself_when_the_server_is_killed(classroom: Classroom) -> None:
    """One that is away is missed by nobody who looks and listens."""
    helen, mina, tomas = classroom.everyone
    await a_poll_opens(helen)
    await mina.room.vote("Yes, it is")
    said = [f"Line {number} before the crash" for number in range(3)]
    for line in said:
        await mina.room.chat(line)  # returns once it is shown, so it was acknowledged
    supervisor = classroom.school.server.pid
    old, plane = server_child(supervisor), native_plane(supervisor)
    with nobody_restarts_it(supervisor):
        old.kill()
        await expect(mina.page.get_by_text("Connection lost. Reconnecting…").first).to_be_visible()
        away_until = asyncio.get_running_loop().time() + 5
        while asyncio.get_running_loop().time() < away_until:
            assert await sees_moving(helen.page, mina.colour, limit_s=10)
            assert await hears(helen.page, mina.tone, limit_s=10)
        assert plane.is_running()
    for person in classroom.everyone:
        await expect(person.page.get_by_text("Connection lost. Reconnecting…")).to_have_count(
            0, timeout=60_000
        )
    assert server_child(supervisor).pid != old.pid
    await mina.room.switch_on("microphone")
    await mina.room.switch_on("camera")
    for viewer in (helen, tomas):
        assert await hears(viewer.page, mina.tone, limit_s=30)
        assert await sees_moving(viewer.page, mina.colour, limit_s=30)
    await mina.room.chat("And after it")
    await tomas.room.vote("No, it is not")
    await helen.room.open_panel("Poll")
    await helen.room.button("Close poll").click()
    await helen.room.button("Reveal result").wait_for()
    snapshot = await helen.account.get(f"/sessions/{classroom.session_id}/snapshot")
    texts = [line["text"] for line in snapshot["chat"]]
    assert texts == [*said, "And after it"]
    (poll,) = snapshot["polls"]
    assert (poll["voted_count"], poll["tally"]) == (2, [1, 1])
    assert snapshot["recording"]["state"] == "on"


async def the_recording_has_both_parts(classroom: Classroom) -> None:
    """The class ends, and its recording declares the gap and is as long as was on record."""
    seat = Seat(classroom.helen.account, classroom.session_id)
    await seat.connect()  # takes the facilitator's seat over from the page
    recording_id = seat.snapshot["recording"]["recording_id"]
    on_record_ms = seat.snapshot["recording"]["elapsed_ms"]
    await seat.command("end_session")
    await seat.close()
    account = classroom.helen.account
    stage = await account.wait_for_stage(recording_id, {"published", "failed"}, limit_s=400)
    assert stage == "published"
    recording = await account.get(f"/recordings/{recording_id}")
    gaps = [gap for gap in recording["gaps"] if gap["reason"] == "server_restart"]
    assert len(gaps) == 1
    assert gaps[0]["length_ms"] > 0
    assert 0 < gaps[0]["at_ms"] < recording["summary"]["duration_ms"]
    assert recording["summary"]["duration_ms"] >= on_record_ms - gaps[0]["length_ms"] - 500
    lines = [mark["label"] for mark in recording["marks"] if mark["kind"] == "chat"]
    assert any("before the crash" in line for line in lines)
    assert any("And after it" in line for line in lines)
