"""The native plane keeps the contract, under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import numpy as np
import pytest

from server.media import native_build
from server.media import native_protocol as wire
from server.media.native_plane import NativePlane
from server.media.plane import AssignSlot, PublicationStarted, SetPublicationEnabled
from server.media.plane_settings import PlaneSettings
from server.media.rtp import payload_bounds
from tests.contract.media_codecs import *  # noqa: F403
from tests.contract.media_plane import *  # noqa: F403
from tests.contract.media_plane import Hall, hostile_datagrams, settle


@pytest.fixture
async def plane(request: pytest.FixtureRequest) -> AsyncIterator[NativePlane]:
    host = getattr(request, "param", "127.0.0.1")
    settings = PlaneSettings(host=host, disk_watermark=0, consent_s=4.0)
    made = NativePlane(settings, native_build.build("checked"))
    yield made
    # A broken access ends the process at once, memory that nobody owns does at its end.
    assert made.exit_code == 0


class Snow:
    """Nothing an encoder could make small."""

    width, height, fps = 320, 180, 10

    def picture(self, index: int) -> np.ndarray:
        return np.random.default_rng(index).integers(0, 255, (180, 320, 3), np.uint8)


async def test_pictures_go_out_in_even_lengths_and_are_repeated_without_loss(hall: Hall) -> None:
    """One length, one message to the kernel: padded by RTP's own means, which repeats keep."""
    ann, bob = await hall.join("ann"), await hall.join("bob")
    lengths: list[tuple[int, bool]] = []
    take = bob.client.connection._on_packet

    def spy(data: bytes, is_rtcp: bool) -> None:
        if not is_rtcp and int.from_bytes(data[8:12], "big") == bob.slots["stage"].ssrc:
            _, _, start, end = payload_bounds(data)
            if end - start >= 400:
                lengths.append((len(data) - start, bool(data[0] & 0x20)))
                if len(lengths) % 7 == 3:
                    return
        take(data, is_rtcp)

    bob.client.connection._on_packet = spy
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.client.play_pictures("camera", Snow())
    stage = bob.slots["stage"]
    await bob.client.wait_for(
        lambda: stage.rtx_received > 3 and len(stage.frames) > 20 and not stage.missing
    )
    assert {length % 16 for length, _ in lengths} == {0}
    assert any(is_padded for _, is_padded in lengths)
    assert len(stage.pictures(0)) > 20


async def test_checks_that_say_nothing_new_are_answered_by_the_process(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await hall.join("ann")
    plane = hall.plane
    assert isinstance(plane, NativePlane)
    ice = plane._peers["ann"].ice
    asked: list[bytes] = []
    decide = plane._endpoint._check
    monkeypatch.setattr(
        plane._endpoint, "_check", lambda data, at: (asked.append(data), decide(data, at))
    )
    answered, checked_at = ann.client.connection.checks_answered, ice.checked_at
    ann.client.connection.check()
    await ann.client.wait_for(lambda: ann.client.connection.checks_answered > answered)
    await ann.client.wait_for(lambda: ice.checked_at > checked_at)
    assert not asked
    # One that is forged is nobody's to decide on, wherever it comes from and whatever it asks.
    ufrag, there = ice.local_ufrag, ("127.0.0.1", plane.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for datagram in hostile_datagrams(ufrag):
            stranger.sendto(datagram, there)
            if datagram:
                ann.client.connection.send_raw(datagram)
        answered = ann.client.connection.checks_answered
        ann.client.connection.check()
        await ann.client.wait_for(lambda: ann.client.connection.checks_answered > answered)
    assert not asked
    # Another address is the server's to decide on.
    await ann.client.connection.move()
    answered = ann.client.connection.checks_answered
    ann.client.connection.check()
    await ann.client.wait_for(lambda: ann.client.connection.checks_answered > answered)
    assert asked


async def test_nothing_of_a_shut_camera_is_shown_whoever_is_told_to(hall: Hall) -> None:
    """The process itself holds the gate: not even a keyframe that has just come goes out."""
    ann, bob = await hall.join("ann"), await hall.join("bob")
    plane = hall.plane
    assert isinstance(plane, NativePlane)
    ann.shows()
    ann.speaks(440)
    await hall.wait_for(PublicationStarted, lambda n: n.track == "camera")
    hall.apply(SetPublicationEnabled(ann.id("camera"), False))
    camera = plane._find(ann.id("camera"))
    assert camera is not None
    stream = camera.streams["f"]
    slot = plane._peers["bob"].slots["stage"]
    sender = ann.client.senders["camera", "f"]
    for _ in range(5):
        sender.is_keyframe_wanted = True
        frames = sender.frames
        await bob.client.wait_for(lambda before=frames: sender.frames > before)
        plane._send(wire.show(slot.number, stream.number))
        await settle(bob, 3)
        plane._send(wire.about(wire.CLEAR, slot.number))
    assert bob.received("stage") == 0
    assert bob.received("audio0") > 0
