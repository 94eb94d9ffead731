"""Two and three pages of real Chromium before the plane: pictures move, tones are heard, a stage
switch does not freeze, simulcast layers arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from server.demo.browser import chromium, chromium_program
from server.media.plane import AssignSlot, LayersChanged, SetPublicationEnabled, SlotSwitched
from tests.media.stand import Stand

pytestmark = [
    pytest.mark.skipif(chromium_program() is None, reason="Chromium is not installed"),
    pytest.mark.slow,
    pytest.mark.timeout(180),
]
PATIENCE_S = 40


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    made = Stand()
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium("--use-fake-device-for-media-stream") as launched:
        yield launched


class Person:
    def __init__(self, name: str, page: Page) -> None:
        self.name = name
        self.page = page

    async def inbound(self, slot: str) -> dict[str, Any]:
        return await self.page.evaluate("slot => room.inbound(slot)", slot)

    async def until(self, script: str, arg: Any, is_right: Callable[[Any], object]) -> Any:
        """Evaluate until the answer is right."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_right(found := await self.page.evaluate(script, arg)):
                await asyncio.sleep(0.1)
        return found

    async def sees(self, slot: str, channel: int) -> None:
        """A moving picture in which this colour channel stands out."""
        await self.until(
            "slot => room.look(slot)", slot,
            lambda seen: seen and seen["moved"] > 2
            and seen["mean"][channel] > max(m for i, m in enumerate(seen["mean"]) if i != channel)
            + 40,
        )  # fmt: skip

    async def hears(self, slot: str, hertz: float) -> None:
        await self.until("slot => room.hear(slot)", slot, lambda found: abs(found - hertz) < 25)


Join = Callable[..., Awaitable[Person]]


@pytest.fixture
async def join(stand: Stand, browser: Browser) -> Join:
    async def made(name: str, **options: Any) -> Person:
        page = await browser.new_page()
        await page.goto(stand.url)
        await page.evaluate("options => room.join(options)", {"name": name, **options})
        return Person(name, page)

    return made


async def wait_for(stand: Stand, condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.05)


async def test_two_pages_see_and_hear_each_other(stand: Stand, join: Join) -> None:
    ann = await join("ann", hertz=440, colour="#c00000")
    bob = await join("bob", hertz=880, colour="#0000c0")
    camera = {name: stand.publication(name, "camera") for name in ("ann", "bob")}
    stand.apply(
        AssignSlot("bob", "stage", camera["ann"]),
        AssignSlot("ann", "stage", camera["bob"]),
        AssignSlot("ann", "gallery0", camera["bob"], "q"),
    )
    await bob.sees("stage", 0)
    await ann.sees("stage", 2)
    await bob.hears("stage_audio", 440)
    await ann.hears("stage_audio", 880)

    # All three layers go up; a small tile gets the small one.
    await wait_for(
        stand,
        lambda: any(
            isinstance(n, LayersChanged) and n.layers == ("q", "h", "f") for n in stand.seen
        ),
    )
    await ann.sees("gallery0", 2)
    assert (await ann.inbound("gallery0"))["frameWidth"] == 240
    await ann.until("() => room.inbound('stage')", None, lambda s: s.get("frameWidth") == 960)

    before = await bob.inbound("stage")
    await bob.until(
        "() => room.inbound('stage')", None,
        lambda s: s["framesDecoded"] > before["framesDecoded"] + 30,
    )  # fmt: skip
    sound = await bob.inbound("stage_audio")
    assert sound["totalAudioEnergy"] > 0.01
    assert sound["packetsLost"] == 0

    # Muted by the server, whatever the page goes on sending.
    stand.apply(SetPublicationEnabled(stand.publication("ann", "microphone"), False))
    await bob.until("() => room.hear('stage_audio')", None, lambda found: found == 0)
    stand.apply(SetPublicationEnabled(stand.publication("ann", "microphone"), True))
    await bob.hears("stage_audio", 440)


async def test_the_stage_changes_hands_without_a_freeze(stand: Stand, join: Join) -> None:
    people = [
        await join("ann", hertz=440, colour="#c00000", layers=False, width=320, height=180),
        await join("bob", hertz=880, colour="#0000c0", layers=False, width=320, height=180),
    ]
    viewer = await join("viewer")
    for turn in range(6):
        who = people[turn % 2]
        stand.apply(AssignSlot("viewer", "stage", stand.publication(who.name, "camera")))
        await viewer.sees("stage", 0 if who.name == "ann" else 2)
        await viewer.hears("stage_audio", 440 if who.name == "ann" else 880)
    stats = await viewer.inbound("stage")
    assert stats["packetsLost"] == 0
    assert stats["pliCount"] == 0
    assert stats["keyFramesDecoded"] >= 6
    # A busy machine may hold back a frame; a switch that lost its keyframe freezes every time.
    assert stats["freezeCount"] <= 2
    switched = [n for n in stand.seen if isinstance(n, SlotSwitched) and n.slot == "stage"]
    assert len(switched) == 6
    assert all(n.publication_id for n in switched)
    sound = await viewer.inbound("stage_audio")
    assert sound["packetsLost"] == 0


@pytest.mark.parametrize("codec", ["vp9", "av1"])
async def test_a_codec_that_is_passed_on_is_decoded_after_every_switch(
    stand: Stand, join: Join, codec: str
) -> None:
    """Who offers nothing else sends VP9 or AV1; a switch begins at a keyframe of theirs."""
    video = [f"video/{codec}", "video/rtx"]
    small = {"layers": False, "width": 320, "height": 180, "video": video}
    await join("ann", hertz=440, colour="#c00000", **small)
    await join("bob", hertz=880, colour="#0000c0", **small)
    viewer = await join("viewer", video=video)
    for name, channel in (("ann", 0), ("bob", 2), ("ann", 0)):
        stand.apply(AssignSlot("viewer", "stage", stand.publication(name, "camera")))
        await viewer.sees("stage", channel)
    stats = await viewer.inbound("stage")
    assert stats["keyFramesDecoded"] >= 3
    assert stats["packetsLost"] == 0
