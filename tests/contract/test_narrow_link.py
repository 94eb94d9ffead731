"""The native plane finds what a viewer's link carries, and spends it well."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from server.media import native_build
from server.media.client.client import MediaClient
from server.media.native_plane import NativePlane
from server.media.plane import (
    AssignSlot,
    LayersChanged,
    OpenTransport,
    PlaceTransport,
    SlotPaused,
    SlotSwitched,
)
from server.media.plane_settings import PlaneSettings
from server.media.rtcp import write_nack
from tests.contract.media_plane import SLOTS, TRACKS, Hall, Member
from tests.contract.narrow_link import NarrowLink


class Noise:
    """A picture that costs what the encoder may spend."""

    width, height, fps = 320, 180, 15

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        self._pictures = [
            random.integers(0, 255, (self.height, self.width, 3), np.uint8) for _ in range(8)
        ]

    def picture(self, index: int) -> np.ndarray:
        return self._pictures[index % len(self._pictures)]


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    settings = PlaneSettings(host="127.0.0.1", disk_watermark=0)
    made = Hall(NativePlane(settings, native_build.build("checked")))
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def link() -> AsyncIterator[NarrowLink]:
    made = NarrowLink()
    yield made
    await made.close()


async def join_through(hall: Hall, link: NarrowLink, name: str) -> Member:
    client = MediaClient(TRACKS, SLOTS)  # type: ignore[arg-type]
    offer = client.offer()
    answer = await hall.plane.open(OpenTransport(name, name, offer.sdp, offer.tracks, offer.slots))
    hall.apply(PlaceTransport(name, "main"))
    await client.connect(await link.through(answer))
    client.tell_arrivals()
    member = Member(name, client)
    hall.members.append(member)
    return member


async def test_a_link_that_narrows_shows_less_keeps_the_voice_and_recovers(
    hall: Hall, link: NarrowLink
) -> None:
    ann = await hall.join("ann", layers=("q", "h", "f"))
    bob = await join_through(hall, link, "bob")
    ann.speaks(440)
    ann.client.play_pictures("camera", Noise())
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h", "f"))
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await hall.wait_for(SlotSwitched, lambda n: n.layer == "f")
    stage = bob.slots["stage"]
    await bob.client.wait_for(lambda: len(stage.frames) > 15)
    link.capacity = 400_000
    await hall.wait_for(SlotSwitched, lambda n: n.layer in ("h", "q"))
    shown = stage.received
    await bob.client.wait_for(lambda: stage.received > shown + 30)
    await bob.hears("stage_audio", 440)
    # It has settled: what is sent fits.
    dropped, heard = link.dropped, bob.received("stage_audio")
    await bob.client.wait_for(lambda: bob.received("stage_audio") >= heard + 100)
    assert link.dropped - dropped < 20

    def layer() -> int:
        return "qhf".index(hall.all(SlotSwitched)[-1].layer or "q")

    lower = layer()
    link.capacity = None
    await bob.client.wait_for(lambda: layer() > lower)


async def test_without_room_for_a_picture_it_is_paused_and_said_so(
    hall: Hall, link: NarrowLink
) -> None:
    ann = await hall.join("ann")
    bob = await join_through(hall, link, "bob")
    ann.speaks(440)
    ann.client.play_pictures("camera", Noise(), 800_000)
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await hall.wait_for(SlotSwitched, lambda n: n.layer == "f")
    stage = bob.slots["stage"]
    await bob.client.wait_for(lambda: len(stage.frames) > 20)
    link.capacity = 250_000
    paused = await hall.wait_for(SlotPaused)
    assert paused == SlotPaused("bob", "stage", ann.id("camera"))
    heard = bob.received("stage_audio")
    await bob.client.wait_for(lambda: bob.received("stage_audio") >= heard + 50)
    await bob.hears("stage_audio", 440)
    link.capacity = None
    await hall.wait_for(SlotPaused, lambda n: n.publication_id is None)
    shown = stage.received
    await bob.client.wait_for(lambda: stage.received > shown + 5)


class Drizzle:
    """Names every tenth packet of one stream, pictures' last ones as well as others."""

    def __init__(self, ssrc: int) -> None:
        self.is_on = True
        self.lost: list[bool] = []
        """of each lost packet: whether it was the last of its picture"""
        self._ssrc = ssrc
        self._seen = 0

    def __call__(self, data: bytes) -> bool:
        is_media = data[0] >> 6 == 2 and int.from_bytes(data[8:12], "big") == self._ssrc
        if not self.is_on or not is_media or 192 <= data[1] <= 223:
            return False
        self._seen += 1
        is_lost = self._seen % 10 == 0
        if is_lost:
            self.lost.append(bool(data[1] & 0x80))
        return is_lost


async def test_on_a_lossy_link_the_last_of_a_picture_comes_again_without_being_asked_for(
    hall: Hall, link: NarrowLink
) -> None:
    ann = await hall.join("ann")
    bob = await join_through(hall, link, "bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.client.play_pictures("camera", Noise())
    stage = bob.slots["stage"]
    await bob.client.wait_for(lambda: len(stage.frames) > 5)
    assert stage.rtx_received == 0
    link.loses = loses = Drizzle(stage.ssrc)
    # More comes again than was lost, once it is known that much is.
    await bob.client.wait_for(lambda: stage.rtx_received > len(loses.lost) + 20)
    loses.is_on = False
    await bob.client.wait_for(lambda: not stage.missing)
    # Nobody asks any more: it was a shower.
    stage.is_nacking = False

    async def is_over() -> bool:
        shown, again = stage.received, stage.rtx_received
        await bob.client.wait_for(lambda: stage.received > shown + 60)
        return stage.rtx_received == again

    while not await is_over():
        pass


async def test_a_lost_repeat_is_asked_for_and_answered_again(hall: Hall, link: NarrowLink) -> None:
    ann = await hall.join("ann")
    bob = await join_through(hall, link, "bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.client.play_pictures("camera", Noise())
    stage = bob.slots["stage"]
    await bob.client.wait_for(lambda: len(stage.frames) > 5)
    link.loses = Drizzle(stage.ssrc)
    await bob.client.wait_for(lambda: stage.rtx_received > 5)
    number = stage._highest & 0xFFFF
    for _ in range(3):
        before = stage.rtx_received
        bob.client.connection.send_rtcp(write_nack(stage.ssrc, [number]))
        await bob.client.wait_for(lambda before=before: stage.rtx_received > before)
