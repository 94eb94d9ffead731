"""Pictures that a plane passes on as they come: VP9 and AV1, and who cannot decode them.

Part of the conformance suite (media_plane.py). The pictures are made up: a plane reads what stands
before them and nothing else.
"""

from __future__ import annotations

import asyncio
import itertools
from struct import pack
from typing import Final

import pytest

from server.media.plane import AssignSlot, PublicationStarted, SlotSwitched, TransportStats
from server.media.rtp import Packet, av1_starts_keyframe, parse_vp9
from tests.contract.media_plane import Hall, Member

_STEP: Final = 3000


class Made:
    """Frames of three packets, every fifth a keyframe; sent when the test says so."""

    def __init__(self, member: Member, codec: str, first_picture: int = 0) -> None:
        self.member = member
        self.codec = codec
        self.picture = first_picture
        self.frame = 0

    def send(self, count: int) -> None:
        sender = self.member.client.senders["camera", "f"]
        for _ in range(count):
            is_key = self.frame % 5 == 0
            for part in range(3):
                payload = self._head(is_key, part) + bytes((self.frame & 0xFF, part)) * 50
                sender.send_payload(payload, self.frame * _STEP & 0xFFFFFFFF, part == 2)
            self.frame += 1
            self.picture = (self.picture + 1) & 0x7FFF

    def _head(self, is_key: bool, part: int) -> bytes:
        if self.codec == "H264":  # parameters, then a picture in two parts: always a keyframe
            return (b"\x18\x00\x02\x67\x42\x00\x02\x68\xce", b"\x7c\x85", b"\x7c\x45")[part]
        if self.codec == "AV1":
            begins = is_key and part == 0
            flags = 0x80 * (part > 0) | 0x40 * (part < 2) | 0x10 | 0x08 * begins
            return bytes((flags, 0x0A if begins else 0x32))
        # I, L, B at the first packet, E at the last, P unless it is a keyframe.
        flags = 0xA0 | 0x40 * (not is_key) | 0x08 * (part == 0) | 0x04 * (part == 2)
        return pack("!BHBB", flags, 0x8000 | self.picture, 0, self.picture & 0xFF)


def vp9_of(payload: bytes) -> Packet:
    packet = Packet(0, 0, 0, payload, 0)
    parse_vp9(packet, payload)
    return packet


async def keep_sending(made: Made, viewer: Member, packets: int) -> None:
    """At the pace of a camera, until so many more have come to the viewer's stage."""
    wanted = viewer.received("stage") + packets
    async with asyncio.timeout(30):
        while viewer.received("stage") < wanted:
            made.send(1)
            await asyncio.sleep(0.03)


@pytest.mark.parametrize("codec", ["VP9", "AV1"])
async def test_other_codecs_pass_and_switch_at_keyframes_without_a_seam(
    hall: Hall, codec: str
) -> None:
    ann, bob = await hall.join("ann", codec=codec), await hall.join("bob", codec=codec)
    carl = await hall.join("carl", codec=codec)
    one, other = Made(ann, codec, 0x7FF0), Made(bob, codec, 4711)
    for made in (one, other, one):
        hall.apply(AssignSlot("carl", "stage", made.member.id("camera")))
        await keep_sending(made, carl, 60)
    started = await hall.wait_for(PublicationStarted, lambda n: n.track == "camera")
    assert started.codec == codec
    assert not carl.slots["stage"].missing
    packets = sorted(carl.slots["stage"].packets, key=lambda one: one.sequence)
    assert [p.sequence for p in packets] == list(
        range(packets[0].sequence, packets[0].sequence + len(packets))
    )
    switched = [n.rtp_timestamp for n in hall.all(SlotSwitched) if n.rtp_timestamp is not None]
    assert len(switched) == 3
    for packet in (next(p for p in packets if p.timestamp == one) for one in switched):
        if codec == "AV1":
            assert av1_starts_keyframe(packet.payload)
        else:
            assert vp9_of(packet.payload).is_key_start
    if codec == "VP9":
        heads = {p.timestamp: vp9_of(p.payload) for p in packets}.values()
        pairs = list(itertools.pairwise(heads))
        assert all((b.picture_id - a.picture_id) & 0x7FFF == 1 for a, b in pairs)
        assert all((b.tl0 - a.tl0) & 0xFF == 1 for a, b in pairs)


async def test_who_comes_between_keyframes_of_h264_gets_the_parameters_first(hall: Hall) -> None:
    """Without them nobody who is new can decode the picture."""
    ann = await hall.join("ann", codec="H264")
    bob, carl = await hall.join("bob", codec="H264"), await hall.join("carl", codec="H264")
    made = Made(ann, "H264")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await keep_sending(made, bob, 30)
    hall.apply(AssignSlot("carl", "stage", ann.id("camera")))
    await keep_sending(made, carl, 9)
    for viewer in (bob, carl):
        first = min(viewer.slots["stage"].packets, key=lambda one: one.sequence)
        assert first.payload[0] & 0x1F == 24, "STAP-A"


async def test_who_did_not_offer_a_codec_gets_none_of_it_and_is_told(hall: Hall) -> None:
    ann, bob = await hall.join("ann", codec="AV1"), await hall.join("bob")
    carl = await hall.join("carl", codec="AV1")
    hall.apply(
        AssignSlot("bob", "stage", ann.id("camera")), AssignSlot("carl", "stage", ann.id("camera"))
    )
    made = Made(ann, "AV1")
    await keep_sending(made, carl, 40)
    told = await hall.wait_for(TransportStats, lambda n: n.transport_id == "bob" and n.unshown)
    assert told.unshown == {ann.id("camera"): "AV1"}
    assert told.held_back == {}, "no fault of the link's"
    assert bob.received("stage") == 0
    hall.apply(AssignSlot("bob", "stage", bob.id("camera")))
    bob.shows()
    await bob.client.wait_for(lambda: bob.slots["stage"].frames)
    seen = len(hall.all(TransportStats))
    await hall.wait_for(
        TransportStats, lambda n: n.transport_id == "bob" and not n.unshown
        and n in hall.all(TransportStats)[seen:],
    )  # fmt: skip


# ---- pictures of many packets ------------------------------------------------------------------


async def test_of_a_picture_without_an_end_comes_what_there_is(hall: Hall) -> None:
    """Its first packets may wait for the last one a moment, not for ever."""
    ann, bob = await hall.join("ann", codec="H264"), await hall.join("bob", codec="H264")
    made = Made(ann, "H264")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await keep_sending(made, bob, 9)
    sender, seen = ann.client.senders["camera", "f"], bob.received("stage")
    for part in range(50):
        sender.send_payload(b"\x7c\x05" + bytes((part,)) * 900, made.frame * _STEP, False)
    await bob.client.wait_for(lambda: bob.received("stage") == seen + 50)
    parts = sorted(bob.slots["stage"].packets, key=lambda one: one.sequence)[-50:]
    assert [packet.payload[2] for packet in parts] == list(range(50))


async def test_numbers_that_jump_within_a_picture_hurt_nobody(hall: Hall) -> None:
    """The second takes the place of the first wherever packets are kept by their number."""
    ann, bob = await hall.join("ann", codec="H264"), await hall.join("bob", codec="H264")
    made = Made(ann, "H264")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    await keep_sending(made, bob, 9)
    sender = ann.client.senders["camera", "f"]
    for _ in range(40):
        sender.send_payload(b"\x7c\x05" + bytes(900), made.frame * _STEP, False)
        sender.sequence = (sender.sequence + 1023) & 0xFFFF
    await keep_sending(made, bob, 30)
