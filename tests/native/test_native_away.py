"""The server is killed, and its media plane goes on until the next one is there."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.media import native_build
from server.media.native_meeting import end_left_behind, meet
from server.media.native_plane import NativePlane
from server.media.plane import (
    AssignSlot,
    CloseTransport,
    PublicationStarted,
    SetPublicationEnabled,
    SlotSwitched,
    StartCapture,
    TransportClosed,
    TransportConnected,
    TransportHeld,
)
from server.media.plane_settings import PlaneSettings
from tests.contract.media_plane import Hall, Member, read_capture, settle


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    # Longer than the address of a Unix socket may be.
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    return folder / "plane.sock"


class Servers:
    """One after the other, with the same people."""

    def __init__(self, meeting: Path) -> None:
        self.meeting = meeting
        self.halls: list[Hall] = []

    async def start(self, consent_s: float = 60) -> Hall:
        settings = PlaneSettings(
            host="127.0.0.1", disk_watermark=0, meeting=self.meeting, consent_s=consent_s
        )
        hall = Hall(NativePlane(settings, native_build.build("checked")))
        self.halls.append(hall)
        await hall.start()
        return hall

    async def kill(self, hall: Hall) -> None:
        """All that its process learns of a killed server is that the sockets are closed."""
        plane = plane_of(hall)
        await plane._ticker.stop()
        process = plane._process
        assert process is not None
        plane._is_closed = True
        process._hang_up()
        os.close(plane._kept)
        plane._endpoint.close()
        if plane._waiting_place is not None:
            plane._waiting_place.close()

    async def close(self) -> None:
        for hall in reversed(self.halls):
            await hall.close()
        await asyncio.to_thread(end_left_behind, self.meeting)
        for hall in self.halls:
            process = plane_of(hall)._process
            if process is not None and process._process is not None:
                assert await process.reap() in (0, -9)  # one is killed on purpose


def plane_of(hall: Hall) -> NativePlane:
    assert isinstance(hall.plane, NativePlane)
    return hall.plane


@pytest.fixture
async def servers(meeting: Path) -> AsyncIterator[Servers]:
    made = Servers(meeting)
    yield made
    await made.close()


async def more_comes(member: Member, *slots: str) -> None:
    await settle(member, 0)
    counts = {slot: member.received(slot) for slot in slots}
    await member.client.wait_for(
        lambda: all(member.received(slot) >= count + 10 for slot, count in counts.items())
    )


async def test_media_goes_on_without_a_server_and_then_beside_the_next(
    servers: Servers, tmp_path: Path
) -> None:
    first = await servers.start()
    mode = servers.meeting.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    ann = await first.join("ann", participant="Ann")
    bob = await first.join("bob", participant="Bob")
    ann.speaks(440)
    ann.shows()
    bob.speaks(880)
    first.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await first.wait_for(SlotSwitched)
    await more_comes(bob, "stage", "stage_audio")
    await more_comes(ann, "audio0")
    path = tmp_path / "c.rtp"
    first.apply(StartCapture(ann.id("microphone"), path, {}))
    await more_comes(bob, "stage_audio")
    pid, port = plane_of(first).pid, plane_of(first).port

    await servers.kill(first)
    answered = bob.client.connection.checks_answered
    await more_comes(bob, "stage", "stage_audio")
    await more_comes(ann, "audio0")
    await bob.client.wait_for(lambda: bob.client.connection.checks_answered > answered)
    words = servers.meeting.with_suffix(".log")
    assert "the server has gone; 2 transports go on" in words.read_text()
    assert stat.S_IMODE(words.stat().st_mode) == 0o600
    # Somebody's address changes, and is followed.
    await bob.client.connection.move()
    bob.client.connection.check()
    await more_comes(bob, "stage", "stage_audio")
    assert not bob.slots["stage"].missing

    second = await servers.start()
    assert (plane_of(second).pid, plane_of(second).port) == (pid, port)
    held = {notice.transport_id: notice for notice in second.all(TransportHeld)}
    assert held["ann"].participant_id == "Ann"
    assert set(held["ann"].publication_ids) == {ann.id("microphone"), ann.id("camera")}
    await more_comes(bob, "stage", "stage_audio")
    answered = bob.client.connection.checks_answered
    await bob.client.wait_for(lambda: bob.client.connection.checks_answered > answered)
    # What was written until the server went is whole.
    _, records = read_capture(path)
    assert [json.loads(body)["reason"] for kind, _, body in records if kind == 5] == ["server_away"]

    # Ann is back, on a connection of the new server; she is muted there and here.
    again = await second.join("ann2", participant="Ann")
    await second.wait_for(TransportConnected)
    second.apply(SetPublicationEnabled(ann.id("microphone"), False))
    await more_comes(bob, "stage")  # and the silence a voice ends with
    heard = bob.received("stage_audio")
    await more_comes(bob, "stage")
    assert bob.received("stage_audio") == heard
    second.apply(CloseTransport("ann"))
    assert [n.transport_id for n in second.all(TransportClosed)] == ["ann"]
    back = await second.join("bob2", participant="Bob")
    again.speaks(660)
    await back.hears("audio0", 660)
    assert not any(slot.received for name, slot in back.slots.items() if name != "audio0")
    second.apply(CloseTransport("bob"))
    await second.plane.close()
    assert plane_of(second).exit_code == 0
    assert not servers.meeting.exists()


async def test_a_gate_that_was_shut_stays_shut(servers: Servers) -> None:
    first = await servers.start()
    ann, bob = await first.join("ann"), await first.join("bob")
    ann.speaks(440)
    bob.speaks(880)
    await bob.hears("audio0", 440)
    first.apply(SetPublicationEnabled(ann.id("microphone"), False))
    await settle(ann)
    await settle(bob, 0)
    await servers.kill(first)
    heard = bob.received("audio0")
    await more_comes(ann, "audio0")
    await servers.start()
    await more_comes(ann, "audio0")
    assert bob.received("audio0") == heard


async def test_a_process_that_dies_takes_what_it_held_with_it(servers: Servers) -> None:
    first = await servers.start()
    await first.join("ann")
    await servers.kill(first)
    second = await servers.start()
    bob = await second.join("bob")
    bob.speaks(880)
    await second.wait_for(PublicationStarted)
    plane = plane_of(second)
    before = plane.pid
    assert plane._process is not None
    plane._process.kill()
    closed = await second.wait_for(TransportClosed)
    assert (closed.transport_id, closed.reason) == ("ann", "error")
    carl = await second.join("carl")
    await carl.hears("audio0", 880)
    assert plane.pid != before
    # And the one after it outlives its server as well.
    await servers.kill(second)
    third = await servers.start()
    assert {notice.transport_id for notice in third.all(TransportHeld)} == {"bob", "carl"}


async def test_a_server_without_use_for_it_ends_it(servers: Servers) -> None:
    first = await servers.start()
    await first.join("ann")
    await servers.kill(first)
    await asyncio.to_thread(end_left_behind, servers.meeting)
    process = plane_of(first)._process
    assert process is not None
    assert await process.reap() == 0
    assert not servers.meeting.exists()


def test_whatever_else_is_at_its_place_is_no_process(
    meeting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert meet(meeting) is None
    meeting.write_text("no socket")
    assert meet(meeting) is None
    meeting.unlink()
    monkeypatch.chdir(meeting.parent)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as nobody:
        nobody.bind("plane.sock")
        assert meet(meeting) is None, "nobody listens"
        nobody.listen(1)
        monkeypatch.setattr("server.media.native_meeting._ANSWER_S", 0.05)
        assert meet(meeting) is None, "who listens says nothing"
    end_left_behind(meeting)
    assert not meeting.exists()
