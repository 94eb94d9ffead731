"""The native plane's process is killed, and nobody has to rejoin."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.media import native_build
from server.media.native_plane import NativePlane
from server.media.plane import (
    AssignSlot,
    CaptureSealed,
    CaptureStopped,
    CloseTransport,
    LayersChanged,
    PublicationStarted,
    SetPublicationEnabled,
    SlotSwitched,
    StartCapture,
    TransportClosed,
)
from server.media.plane_settings import PlaneSettings
from server.media.routed import UNMEASURED
from tests.contract.media_plane import Hall, Member, settle


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    plane = NativePlane(
        PlaneSettings(host="127.0.0.1", disk_watermark=0), native_build.build("checked")
    )
    made = Hall(plane)
    await made.start()
    yield made
    await made.close()


def plane_of(hall: Hall) -> NativePlane:
    assert isinstance(hall.plane, NativePlane)
    return hall.plane


async def killed(hall: Hall) -> None:
    """Until another process has taken the place of the one that was killed."""
    plane = plane_of(hall)
    before = plane.pid
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(20):
        while plane.pid == before or not plane.is_ready:
            await asyncio.sleep(0.01)


async def more_comes(member: Member, *slots: str) -> None:
    """What is received from now on was sent by the new process: nothing waits in the socket."""
    await settle(member, 0)
    counts = {slot: member.received(slot) for slot in slots}
    await member.client.wait_for(
        lambda: all(member.received(slot) >= count + 10 for slot, count in counts.items())
    )


async def test_a_slot_emptied_while_the_process_dies_is_told_empty(hall: Hall) -> None:
    ann = await hall.join("ann")
    await hall.join("bob")
    ann.shows()
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await hall.wait_for(SlotSwitched, lambda n: n.publication_id == ann.id("camera"))
    os.kill(plane_of(hall).pid, signal.SIGSTOP)
    hall.apply(AssignSlot("bob", "stage", None))
    await asyncio.sleep(0)  # what is said goes at the end of the loop's turn
    await killed(hall)
    await hall.wait_for(SlotSwitched, lambda n: n.publication_id is None)


async def test_a_killed_process_takes_nobody_with_it(hall: Hall) -> None:
    ann = await hall.join("ann", layers=("q", "h", "f"))
    bob = await hall.join("bob")
    ann.speaks(440)
    ann.shows(width=320)
    bob.speaks(880)
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await hall.wait_for(SlotSwitched, lambda n: n.layer == "f")
    await more_comes(bob, "stage", "stage_audio")
    await more_comes(ann, "audio0")
    plis = ann.client.senders["camera", "f"].plis
    for _ in range(2):
        await killed(hall)
        await more_comes(bob, "stage", "stage_audio")
        await more_comes(ann, "audio0")
    assert not hall.all(TransportClosed)
    assert ann.client.senders["camera", "f"].plis > plis, "the new process has no keyframe"
    await bob.hears("stage_audio", 440)
    await ann.hears("audio0", 880)
    # A viewer sees one stream without a seam: no number is missing, pictures go on at the next.
    stage = bob.slots["stage"]
    assert not stage.missing
    assert not bob.slots["stage_audio"].missing
    ids = [frame.picture_id for frame in stage.frames]
    assert all((after - before) & 0x7FFF == 1 for before, after in itertools.pairwise(ids))
    times = [frame.timestamp for frame in stage.frames]
    assert all(
        0 < (after - before) & 0xFFFFFFFF < 90000 * 20
        for before, after in itertools.pairwise(times)
    )
    assert stage.pictures()[-1].shape[1] == 320
    # The tracks are known to have started, and are said so once.
    assert len(hall.all(PublicationStarted)) == 3
    carl = await hall.join("carl")
    await carl.client.wait_for(lambda: sum(s.received for s in carl.slots.values()) > 20)


async def test_gates_hold_in_the_new_process(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    bob.speaks(880)
    await bob.hears("audio0", 440)
    await ann.hears("audio0", 880)
    hall.apply(SetPublicationEnabled(ann.id("microphone"), False))
    await settle(ann)
    await killed(hall)
    await more_comes(ann, "audio0")
    await settle(bob, 0)
    heard = bob.received("audio0")
    await more_comes(ann, "audio0")
    await settle(bob, 0)
    assert bob.received("audio0") == heard
    hall.apply(SetPublicationEnabled(ann.id("microphone"), True))
    await bob.hears("audio0", 440)


async def test_what_is_told_while_there_is_no_process_counts(hall: Hall, tmp_path: Path) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    bob.speaks(880)
    await hall.wait_for(PublicationStarted, lambda n: n.transport_id == "ann")
    await hall.wait_for(PublicationStarted, lambda n: n.transport_id == "bob")
    await bob.hears("audio0", 440)
    lost, kept = tmp_path / "lost.rtp", tmp_path / "kept.rtp"
    hall.apply(StartCapture(bob.id("microphone"), lost, {}))
    plane = plane_of(hall)
    process = plane._process
    assert process is not None
    process.kill()
    async with asyncio.timeout(20):
        while process.is_running:
            await asyncio.sleep(0)
    hall.apply(
        SetPublicationEnabled(ann.id("microphone"), False),
        StartCapture(bob.id("microphone"), kept, {}),
    )
    dan = await hall.join("dan")
    await dan.hears("audio0", 880)
    stopped = await hall.wait_for(CaptureStopped)
    assert (stopped.path, stopped.reason) == (lost, "process_lost")
    await settle(bob, 0)
    hall.apply(CloseTransport("bob"))
    sealed = await hall.wait_for(CaptureSealed)
    assert sealed.path == kept
    assert sealed.packets > 0
    assert not any(slot.received for name, slot in dan.slots.items() if name != "audio0")
    assert hall.all(CaptureStopped) == [stopped]


async def test_what_a_link_carries_is_not_forgotten(hall: Hall) -> None:
    """A new process does not flood a narrow link to find out again that it is narrow."""
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.shows()
    ann.speaks(440)
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await more_comes(bob, "stage")
    take = bob.client.connection._on_packet
    is_lossy = True

    def lose(data: bytes, is_rtcp: bool) -> None:
        if is_rtcp or not is_lossy or data[3] % 3:
            take(data, is_rtcp)

    bob.client.connection._on_packet = lose
    bob.client.tell_arrivals()
    peer = plane_of(hall)._peers["bob"]
    await bob.client.wait_for(lambda: isinstance(peer.limit, int))
    is_lossy = False
    await killed(hall)
    found, peer.limit = peer.limit, UNMEASURED
    assert isinstance(found, int)
    await bob.client.wait_for(lambda: peer.limit is not UNMEASURED)
    assert isinstance(peer.limit, int)
    assert found / 2 < peer.limit < found * 2


async def test_layers_are_known_again(hall: Hall) -> None:
    ann = await hall.join("ann", layers=("q", "h", "f"))
    ann.shows(width=320)
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h", "f"))
    hall.seen.clear()
    await killed(hall)
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h", "f"))


async def test_pages_are_told_when_no_process_lasts(hall: Hall) -> None:
    await hall.join("ann")
    plane = plane_of(hall)
    for _ in range(3):
        await killed(hall)
    closed = await hall.wait_for(TransportClosed)
    assert (closed.transport_id, closed.reason) == ("ann", "error")
    bob, carl = await hall.join("bob"), await hall.join("carl")
    bob.speaks(660)
    await carl.hears("audio0", 660)
    await plane.close()
    assert plane.exit_code == 0


async def test_keys_are_wiped_when_a_connection_closes(hall: Hall) -> None:
    await hall.join("ann")
    keys = plane_of(hall)._peers["ann"].dtls.keys
    assert keys is not None
    assert any(keys.sending)
    hall.apply(CloseTransport("ann"))
    assert not any(keys.sending)
    assert not any(keys.receiving)
