"""Devices that are refused, unplugged or silent, and the lobby, in real Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.e2e.instruments import add_probe, hears, sees_moving

pytestmark = pytest.mark.timeout(600)

HELEN: dict[str, Any] = {"toneHz": 520, "colour": "#c03030", "label": "Helen Marsh"}
MINA: dict[str, Any] = {"toneHz": 880, "colour": "#30a040", "label": "Mina Okafor"}
USB_CAMERA = {
    "kind": "videoinput", "deviceId": "usb-camera", "label": "USB camera", "colour": "#c0a020",
}  # fmt: skip
MICROPHONE = {"kind": "audioinput", "deviceId": "fake-microphone", "label": "Microphone"}
USB_SPEAKER = {"kind": "audiooutput", "deviceId": "usb-speaker", "label": "USB speaker"}
SINKS = """
HTMLAudioElement.prototype.setSinkId = function (id) {
  this.dataset.sink = id;
  return Promise.resolve();
};
"""
SMALL = {"width": 320, "height": 180, "rate": 10}
DENIED = "The browser does not let this page use it."
CLICKS_ONLY = """
(() => {
  // A browser that plays no sound but what a click starts; what once played may go on.
  const play = HTMLMediaElement.prototype.play;
  const allowed = new WeakSet();
  HTMLAudioElement.prototype.play = function () {
    if (window.event?.isTrusted === true && window.event.type === 'click') allowed.add(this);
    if (allowed.has(this)) return play.call(this);
    return Promise.reject(new DOMException('play() needs a click', 'NotAllowedError'));
  };
  Object.defineProperty(HTMLAudioElement.prototype, 'autoplay', { get: () => false, set() {} });
})();
"""


class Door:
    """A session of Helen's with Mina enrolled; who comes gets a page."""

    def __init__(
        self, school: School, page_of: PageOf, session_id: str, people: dict[str, Account]
    ) -> None:
        self._school = school
        self._page_of = page_of
        self._session_id = session_id
        self._people = people

    async def page(self, name: str, devices: dict[str, Any], script: str = "") -> ClassroomPage:
        size = {"width": 1280, "height": 800}
        page = await self._page_of({**devices, **SMALL}, viewport=size)
        if script:
            await page.add_init_script(script)
        await sign_in_as(page, self._people[name])
        return ClassroomPage(page, self._school.server.url, self._session_id)

    async def helen(self) -> ClassroomPage:
        """In class, seen and heard."""
        room = await self.page("helen", HELEN)
        await room.enter()
        await room.is_in_class()
        for what in ("camera", "microphone"):
            await room.switch_on(what)
        await add_probe(room.page)
        return room

    async def mina(self, devices: dict[str, Any] = MINA, script: str = "") -> ClassroomPage:
        """In class with what her devices give."""
        room = await self.page("mina", devices, script)
        await room.enter()
        await room.is_in_class()
        await add_probe(room.page)
        return room


OpenDoor = Callable[..., Awaitable[Door]]


@pytest.fixture
async def open_door(school: School, page_of: PageOf) -> OpenDoor:
    async def make(**fields: Any) -> Door:
        teacher = await school.invite("Helen Marsh", "facilitator")
        learner = await school.invite("Mina Okafor", "learner")
        plan = {"lobby_is_on": False, "record_automatically": False, **fields}
        session_id = await school.session(teacher, "Type and ink", **plan)
        await school.enrol(teacher, session_id, learner)
        return Door(school, page_of, session_id, {"helen": teacher, "mina": learner})

    return make


def banner(room: ClassroomPage, name: str) -> Locator:
    return room.page.locator(f"[data-banner={name}]")


def picker(page: Page, label: str) -> Locator:
    return page.get_by_role("dialog").get_by_label(label, exact=True).and_(page.locator("input"))


async def unplug(room: ClassroomPage, device: str) -> None:
    await room.page.evaluate("device => window.fakeDevices.unplug(device)", device)


async def test_without_permission_one_is_told_and_takes_part_all_the_same(
    open_door: OpenDoor,
) -> None:
    door = await open_door()
    helen = await door.helen()
    mina = await door.page("mina", {**MINA, "denied": ["audio", "video"]})
    await mina.page.goto(mina.url)
    told = mina.page.get_by_role("alert").filter(has_text=DENIED)
    await expect(told).to_have_count(2)
    assert await mina.page.locator("input[value='Not allowed by the browser']").count() == 2
    await mina.button("Join").click()
    await mina.is_in_class()
    await add_probe(mina.page)
    assert await hears(mina.page, HELEN["toneHz"])
    assert await sees_moving(mina.page, HELEN["colour"])

    await mina.button("Unmute microphone").click()
    await expect(banner(mina, "micTrouble")).to_contain_text("Your microphone stays off.")
    await expect(banner(mina, "micTrouble")).to_contain_text(DENIED)
    await mina.button("Switch camera on").click()
    await expect(banner(mina, "cameraTrouble")).to_contain_text(DENIED)

    await mina.page.evaluate("() => { window.fakeDevices.settings.denied = []; }")
    await mina.switch_on("microphone")
    await expect(banner(mina, "micTrouble")).to_have_count(0)
    assert await hears(helen.page, MINA["toneHz"])


async def test_an_unplugged_camera_comes_back_with_the_next_one(open_door: OpenDoor) -> None:
    door = await open_door()
    helen = await door.helen()
    mina = await door.mina({**MINA, "more": [USB_CAMERA]})
    await mina.switch_on("camera")
    assert await sees_moving(helen.page, MINA["colour"])

    await unplug(mina, "fake-camera")
    await expect(banner(mina, "cameraGone")).to_contain_text("Your camera was unplugged.")
    await mina.button("Switch camera on").wait_for()
    tile = helen.page.locator("[data-participant]").filter(has_text="Mina Okafor")
    await expect(tile.first).to_be_visible()
    await expect(tile.locator("video")).to_have_count(0)

    await banner(mina, "cameraGone").get_by_role("button", name="Choose a device").click()
    dialog = mina.page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text("It was unplugged.")
    await picker(mina.page, "Camera").click()
    await mina.page.get_by_role("option", name="USB camera").click()
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await dialog.get_by_role("button", name="Done").click()
    await mina.button("Switch camera off").wait_for()
    await expect(banner(mina, "cameraGone")).to_have_count(0)
    assert await sees_moving(helen.page, USB_CAMERA["colour"])


async def test_the_only_microphone_unplugged_comes_back_when_it_is_plugged_in_again(
    open_door: OpenDoor,
) -> None:
    door = await open_door()
    helen = await door.helen()
    mina = await door.mina()
    await mina.switch_on("microphone")
    assert await hears(helen.page, MINA["toneHz"])

    await unplug(mina, "fake-microphone")
    await expect(banner(mina, "micGone")).to_contain_text("Your microphone was unplugged.")
    await mina.button("Unmute microphone").wait_for()
    assert not await hears(helen.page, MINA["toneHz"], limit_s=5, must_stop=True)

    await banner(mina, "micGone").get_by_role("button", name="Choose a device").click()
    dialog = mina.page.get_by_role("dialog")
    await expect(picker(mina.page, "Microphone")).to_have_value("None found")
    await dialog.get_by_role("button", name="Try again").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("None was found.")
    await mina.page.evaluate("device => window.fakeDevices.plug(device)", MICROPHONE)
    await picker(mina.page, "Microphone").click()
    await mina.page.get_by_role("option", name="Microphone").click()
    await dialog.get_by_role("button", name="Done").click()
    await mina.button("Mute microphone").wait_for()
    await expect(banner(mina, "micGone")).to_have_count(0)
    assert await hears(helen.page, MINA["toneHz"])


async def test_a_muted_microphone_that_is_unplugged_stays_muted(open_door: OpenDoor) -> None:
    door = await open_door()
    await door.helen()
    mina = await door.mina()
    await mina.switch_on("microphone")
    await mina.mute()
    await unplug(mina, "fake-microphone")
    await banner(mina, "micGone").get_by_role("button", name="Choose a device").click()
    await mina.page.evaluate("device => window.fakeDevices.plug(device)", MICROPHONE)
    dialog = mina.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Try again").click()
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await dialog.get_by_role("button", name="Done").click()
    await expect(mina.button("Unmute microphone")).to_be_visible()
    await expect(banner(mina, "micGone")).to_have_count(0)


async def test_sound_that_the_browser_holds_back_plays_after_one_click(
    open_door: OpenDoor,
) -> None:
    door = await open_door()
    await door.helen()
    mina = await door.mina(script=CLICKS_ONLY)
    await expect(banner(mina, "blocked")).to_contain_text("Your browser holds back the sound.")
    assert await sees_moving(mina.page, HELEN["colour"])
    assert not await hears(mina.page, HELEN["toneHz"], limit_s=1)
    await mina.button("Click to hear").click()
    assert await hears(mina.page, HELEN["toneHz"])
    await expect(banner(mina, "blocked")).to_have_count(0)


async def test_an_unplugged_speaker_gives_its_sound_to_another_one(open_door: OpenDoor) -> None:
    door = await open_door()
    await door.helen()
    mina = await door.page("mina", {**MINA, "more": [USB_SPEAKER]}, SINKS)
    await mina.page.goto(mina.url)
    speaker = mina.page.get_by_label("Speaker", exact=True).and_(mina.page.locator("input"))
    await speaker.click(timeout=60_000)
    await mina.page.get_by_role("option", name="USB speaker").click()
    await mina.button("Join").click()
    await mina.is_in_class()
    sounds = mina.page.locator("audio[data-slot]")
    elsewhere = mina.page.locator("audio[data-slot]:not([data-sink=usb-speaker])")
    await expect(elsewhere).to_have_count(0)
    assert await sounds.count() > 0

    await unplug(mina, "usb-speaker")
    await expect(banner(mina, "speakerGone")).to_contain_text("Your speaker was unplugged.")
    await expect(mina.page.locator("audio[data-slot]:not([data-sink=''])")).to_have_count(0)
    await mina.page.evaluate("device => window.fakeDevices.plug(device)", USB_SPEAKER)
    await expect(banner(mina, "speakerGone")).to_have_count(0)
    await expect(elsewhere).to_have_count(0)


async def test_who_waits_is_told_when_the_class_starts(open_door: OpenDoor) -> None:
    door = await open_door(lobby_is_on=True)
    mina = await door.page("mina", MINA)
    await mina.enter()
    await mina.page.get_by_text("The class has not started yet").wait_for()
    await mina.page.get_by_text("When it starts, a facilitator will let you in.").wait_for()
    helen, _ = await asyncio.gather(
        door.helen(), mina.page.get_by_text("The class has started.").wait_for(timeout=60_000)
    )
    await helen.admit("Mina Okafor")
    await mina.is_in_class()
