"""Conformance of a ``MediaPlane``: one suite, run on every plane (real ICE, DTLS and SRTP over
loopback, with the project's own client).

A test module makes a fixture ``plane`` and imports everything here.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import time
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from struct import unpack_from
from typing import Any, TypeVar

import av
import numpy as np
import pytest
from aioice import stun

from server.media.client.client import MediaClient
from server.media.client.offer import VP8
from server.media.client.receiving import SlotReceiver
from server.media.client.sources import FlashBeep, MovingBars, Tone
from server.media.plane import (
    ActiveSpeakers,
    AssignSlot,
    AudioSlotsChanged,
    CaptureSealed,
    CloseTransport,
    LayersChanged,
    MediaPlane,
    OfferRefused,
    OpenTransport,
    PlaceTransport,
    PlaneCommand,
    PlaneLoad,
    PlaneNotification,
    PublicationStarted,
    RequestKeyframe,
    SetFloor,
    SetGuests,
    SetPublicationEnabled,
    SlotSwitched,
    SoundHeard,
    StartCapture,
    StartListening,
    StopCapture,
    StopListening,
    TransportClosed,
    TransportConnected,
    TransportStats,
)
from server.media.rtcp import write_nack
from server.media.statistics import SlotCounters, SlotTally, StreamCounters

N = TypeVar("N")

SLOTS = ("stage_audio", "stage", "screen_audio", "screen", "audio0", "audio1", "audio2",
         "gallery0", "gallery1")  # fmt: skip
TRACKS = ("microphone", "camera")


class Member:
    """Somebody with a client, connected under his own name as transport id."""

    def __init__(self, name: str, client: MediaClient) -> None:
        self.name = name
        self.client = client

    @property
    def slots(self):
        return self.client.slots

    def id(self, track: str) -> str:
        assert self.client.local is not None
        mids = {kind: mid for mid, kind in self.client.local.tracks.items()}
        return f"{self.name}:{mids[track]}"  # type: ignore[index]

    def speaks(self, hertz: float) -> None:
        self.client.play_sound("microphone", Tone(hertz))

    def shows(self, colour: tuple[int, int, int] = (160, 0, 0), width: int = 160) -> None:
        source = MovingBars(colour, width, width * 9 // 16, fps=10)
        self.client.play_pictures("camera", source)

    async def hears(self, slot: str, hertz: float) -> None:
        """Until at least half a second of a tone has come, decoded."""

        def is_heard() -> bool:
            receiver = self.slots[slot]
            recent = list(receiver.packets)[-25:]
            return len(recent) == 25 and tone_of(receiver.sound(recent[0].arrival)) == hertz

        await self.client.wait_for(is_heard)

    def received(self, slot: str) -> int:
        return self.slots[slot].received


def tone_of(samples: np.ndarray) -> float:
    """The loudest frequency, rounded to 20 Hz."""
    if len(samples) < 9600:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return round(float(np.argmax(spectrum)) * 48000 / len(samples) / 20) * 20.0


_RTPMAPS = {
    "VP8": "VP8/90000",
    "VP9": "VP9/90000",
    "AV1": "AV1/90000",
    "H264": f"H264/90000\r\na=fmtp:{VP8} packetization-mode=1;profile-level-id=42e01f",
}


class Hall:
    """A running plane and the people at it; what it reports is kept in ``seen``."""

    def __init__(self, plane: MediaPlane) -> None:
        self.plane = plane
        self.seen: list[PlaneNotification] = []
        self.members: list[Member] = []
        self._news = asyncio.Event()

    async def start(self) -> None:
        await self.plane.start(self._notice)

    def _notice(self, notice: PlaneNotification) -> None:
        self.seen.append(notice)
        self._news.set()

    def apply(self, *commands: PlaneCommand) -> None:
        self.plane.apply(commands)

    async def join(
        self,
        name: str,
        room: str | None = "main",
        *,
        participant: str | None = None,
        tracks: Sequence[str] = TRACKS,
        layers: Sequence[str] = (),
        at: str | None = None,
        codec: str = "VP8",
    ) -> Member:
        """``at``: the one of the plane's addresses that this client knows. ``codec``: what it
        offers for pictures; what it sends then is up to the test."""
        client = MediaClient(tracks, SLOTS, {"camera": layers} if layers else None)  # type: ignore[arg-type]
        offer = client.offer()
        answer = await self.plane.open(
            OpenTransport(
                name, participant or name, offer.sdp.replace("VP8/90000", _RTPMAPS[codec]),
                offer.tracks, offer.slots,
            )
        )  # fmt: skip
        if room is not None:
            self.apply(PlaceTransport(name, room))
        await client.connect(answer if at is None else only_candidate(answer, at))
        member = Member(name, client)
        self.members.append(member)
        return member

    async def wait_for(
        self, kind: type[N], where: Callable[[N], object] = lambda _: True, timeout_s: float = 30
    ) -> N:
        """The first notification of a kind for which ``where`` holds, past or to come."""
        async with asyncio.timeout(timeout_s):
            while True:
                for notice in self.seen:
                    if isinstance(notice, kind) and where(notice):
                        return notice
                self._news.clear()
                await self._news.wait()

    def all(self, kind: type[N]) -> list[N]:
        return [notice for notice in self.seen if isinstance(notice, kind)]

    async def close(self) -> None:
        for member in self.members:
            await member.client.close()
        await self.plane.close()


def only_candidate(answer: str, host: str) -> str:
    """The answer without the other addresses of the plane."""
    lines = answer.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("a=candidate:") or f" {host} " in line]
    assert len(kept) < len(lines) or answer.count("a=candidate:") == 1
    return "".join(kept)


def has_ipv6() -> bool:
    if not socket.has_dualstack_ipv6():
        return False
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6, not even ::1")


@pytest.fixture
async def hall(plane: MediaPlane) -> AsyncIterator[Hall]:
    made = Hall(plane)
    await made.start()
    yield made
    await made.close()


async def settle(member: Member, packets: int = 15) -> None:
    """Until so many more packets of any kind came: long enough for a wrong one to show. What
    waits in the socket counts for nothing: it was sent before whatever the test did last."""
    while member.client.connection.has_waiting:
        await asyncio.sleep(0)
    start = sum(slot.received for slot in member.slots.values())
    await member.client.wait_for(
        lambda: sum(slot.received for slot in member.slots.values()) >= start + packets
    )


# ---- connecting --------------------------------------------------------------------------------


async def test_a_client_connects_and_is_reported(hall: Hall) -> None:
    await hall.join("ann")
    await hall.wait_for(TransportConnected, lambda n: n.transport_id == "ann")


async def test_publications_start_with_their_first_packet(hall: Hall) -> None:
    ann = await hall.join("ann")
    assert not hall.all(PublicationStarted)
    ann.speaks(440)
    started = await hall.wait_for(PublicationStarted)
    assert started == PublicationStarted(ann.id("microphone"), "ann", "ann", "microphone", "opus")


async def test_closing_is_reported_once_and_twice_is_safe(hall: Hall) -> None:
    await hall.join("ann")
    hall.apply(CloseTransport("ann"), CloseTransport("ann"))
    await hall.wait_for(TransportClosed, lambda n: n.reason == "closed")
    await hall.plane.close()
    await hall.plane.close()
    assert len(hall.all(TransportClosed)) == 1


async def test_a_client_that_says_goodbye_is_gone_at_once(hall: Hall) -> None:
    ann = await hall.join("ann")
    await ann.client.close()
    await hall.wait_for(TransportClosed, lambda n: n.transport_id == "ann")


async def test_a_client_that_falls_silent_loses_consent(hall: Hall) -> None:
    ann = await hall.join("ann")
    await ann.client.close(is_silent=True)
    await hall.wait_for(TransportClosed, lambda n: n.reason == "consent_expired")


async def test_the_wrong_certificate_is_refused(hall: Hall) -> None:
    client = MediaClient(TRACKS, SLOTS)  # type: ignore[arg-type]
    offer = client.offer()
    forged = offer.sdp.replace(client.connection.certificate.fingerprint, ":".join(["AB"] * 32))
    answer = await hall.plane.open(OpenTransport("eve", "eve", forged, offer.tracks, offer.slots))
    connecting = asyncio.create_task(client.connect(answer, timeout_s=5))
    await hall.wait_for(TransportClosed, lambda n: n.reason == "dtls_failed")
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    await client.close()
    assert not hall.all(TransportConnected)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("bad_sdp", lambda sdp: "nonsense"),
        ("bad_sdp", lambda sdp: ""),
        ("no_ice", lambda sdp: sdp.replace("a=ice-pwd", "a=x-pwd")),
        ("no_fingerprint", lambda sdp: sdp.replace("a=fingerprint", "a=x-fingerprint")),
        ("no_bundle", lambda sdp: sdp.replace("a=group:BUNDLE", "a=group:LS")),
        ("no_rtcp_mux", lambda sdp: sdp.replace("a=rtcp-mux", "a=x-mux")),
        ("no_codec", lambda sdp: sdp.replace("opus/48000/2", "G722/8000")),
        ("no_codec", lambda sdp: sdp.replace("VP8/90000", "H266/90000")),
        ("unknown_mid", lambda sdp: sdp.replace("a=mid:0", "a=mid:other")),
        ("wrong_direction", lambda sdp: sdp.replace("a=sendonly", "a=recvonly")),
    ],
)  # fmt: skip
async def test_what_cannot_be_served_is_refused_with_a_code(
    hall: Hall, code: str, change: Callable[[str], str]
) -> None:
    offer = MediaClient(TRACKS, SLOTS).offer()  # type: ignore[arg-type]
    with pytest.raises(OfferRefused) as refused:
        await hall.plane.open(
            OpenTransport("ann", "ann", change(offer.sdp), offer.tracks, offer.slots)
        )
    assert refused.value.code == code


async def test_unknown_ids_are_ignored(hall: Hall, tmp_path: Path) -> None:
    hall.apply(
        CloseTransport("nobody"),
        PlaceTransport("nobody", "main"),
        SetPublicationEnabled("nobody:0", False),
        AssignSlot("nobody", "stage", "nobody:1"),
        RequestKeyframe("nobody:1"),
        StartCapture("nobody:0", tmp_path / "x.rtp", {}),
        StopCapture("nobody:0"),
        StartListening("nobody:0"),
        StopListening("nobody:0"),
    )
    ann = await hall.join("ann")
    hall.apply(
        AssignSlot("ann", "no such slot", "nobody:1"), AssignSlot("ann", "stage", "nobody:1")
    )
    ann.speaks(440)
    await hall.wait_for(PublicationStarted)


# ---- addresses ---------------------------------------------------------------------------------


@needs_ipv6
@pytest.mark.parametrize("plane", ["::1"], indirect=True)
async def test_a_plane_at_an_ipv6_address_serves_it(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    await bob.hears("audio0", 440)


@needs_ipv6
@pytest.mark.parametrize("plane", ["*"], indirect=True)
async def test_ipv6_and_ipv4_meet_at_one_port(hall: Hall) -> None:
    ann, bob = await hall.join("ann", at="::1"), await hall.join("bob", at="127.0.0.1")
    ann.speaks(440)
    bob.speaks(880)
    await bob.hears("audio0", 440)
    await ann.hears("audio0", 880)


async def test_media_follows_a_client_to_its_new_address(hall: Hall) -> None:
    """As when a router gives it another port: the connection stays the same."""
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    bob.speaks(880)
    await ann.hears("audio0", 880)
    await bob.hears("audio0", 440)
    old = bob.client.connection.local_port
    await bob.client.connection.move()
    bob.client.connection.check()
    count = bob.received("audio0")
    await bob.client.wait_for(lambda: bob.received("audio0") > count + 50)
    await bob.hears("audio0", 440)
    await ann.hears("audio0", 880)
    assert bob.client.connection.local_port != old
    assert not hall.all(TransportClosed)


async def test_a_packet_from_a_new_address_moves_nothing_before_a_check(hall: Hall) -> None:
    ann, bob, carl = [await hall.join(name) for name in ("ann", "bob", "carl")]
    ann.speaks(440)
    await bob.client.wait_for(lambda: bob.received("audio0") > 0)
    await carl.client.wait_for(lambda: carl.received("audio0") > 0)  # hers from now on
    bob.speaks(880)
    await carl.hears("audio1", 880)
    await bob.client.connection.move()  # the microphone goes on, from an address nobody vouched for
    await settle(carl, 60)
    before = (bob.received("audio0"), carl.received("audio1"))
    await settle(carl, 60)
    assert (bob.received("audio0"), carl.received("audio1")) == before
    bob.client.connection.check()
    await carl.client.wait_for(lambda: carl.received("audio1") > before[1] + 25)
    await bob.client.wait_for(lambda: bob.received("audio0") > before[0] + 25)


async def test_nobody_takes_the_address_of_another(hall: Hall) -> None:
    """Who is in class has good credentials of his own, and may write any sender on his checks."""
    ann, bob, eve = [await hall.join(name) for name in ("ann", "bob", "eve")]
    ann.speaks(440)
    bob.speaks(880)
    for member in (ann, bob, eve):
        await member.client.wait_for(lambda who=member: who.received("audio0") > 0)
    theirs = eve.client.connection
    assert theirs._answer is not None
    assert theirs._offer is not None
    forged = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    forged.attributes["USERNAME"] = f"{theirs._answer.ufrag}:{theirs._offer.ufrag}"
    forged.attributes["USE-CANDIDATE"] = None
    forged.add_message_integrity(theirs._answer.pwd.encode())
    ann.client.connection.send_raw(bytes(forged))
    await settle(bob, 60)
    before = (eve.received("audio0"), bob.received("audio0"), ann.received("audio0"))
    await bob.client.wait_for(lambda: bob.received("audio0") > before[1] + 50)
    await ann.client.wait_for(lambda: ann.received("audio0") > before[2] + 25)
    await eve.client.wait_for(lambda: eve.received("audio0") > before[0] + 25)


async def test_a_connection_has_a_pulse_while_nobody_says_anything(hall: Hall) -> None:
    """A page that hears nothing at all for a moment looks for another way."""
    ann = await hall.join("ann")
    hears, reports = ann.client.connection._on_packet, []

    def listen(data: bytes, is_rtcp: bool) -> None:
        if is_rtcp:
            reports.append(data)
        hears(data, is_rtcp)

    ann.client.connection._on_packet = listen
    await ann.client.wait_for(lambda: len(reports) >= 4)


async def test_how_busy_forwarding_is_is_told(hall: Hall) -> None:
    """Of its own time: whatever else a machine does, one thread has no more than one core."""
    ann, _ = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    load = await hall.wait_for(PlaneLoad, lambda told: told.cpu > 0)
    assert load.cpu < 1.1
    assert load.dropped == 0


# ---- sound -------------------------------------------------------------------------------------


async def test_people_in_a_room_hear_each_other_and_not_themselves(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    bob.speaks(880)
    await bob.hears("audio0", 440)
    await ann.hears("audio0", 880)
    assert ann.received("audio1") == bob.received("audio1") == 0


async def test_a_room_hears_nothing_of_another(hall: Hall) -> None:
    ann, bob = await hall.join("ann", "one"), await hall.join("bob", "one")
    eve = await hall.join("eve", "two")
    for member, hertz in ((ann, 440), (bob, 880), (eve, 1200)):
        member.speaks(hertz)
    hall.apply(AssignSlot("eve", "stage", ann.id("camera")))
    ann.shows()
    await bob.hears("audio0", 440)
    await settle(bob)
    assert sum(slot.received for slot in eve.slots.values()) == 0
    assert bob.received("audio1") == 0
    hall.apply(PlaceTransport("eve", "one"))
    await eve.client.wait_for(lambda: eve.received("audio0") and eve.received("stage_audio"))
    await eve.client.wait_for(lambda: eve.received("stage"))


async def test_who_is_in_no_room_is_heard_and_seen_by_nobody(hall: Hall) -> None:
    ann, bob = await hall.join("ann", None), await hall.join("bob")
    carl = await hall.join("carl")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.speaks(440)
    ann.shows()
    carl.speaks(660)
    await bob.hears("audio0", 660)
    assert bob.received("stage") == bob.received("audio1") == 0


async def test_who_may_send_nothing_hears_and_is_not_heard(hall: Hall) -> None:
    """The offer still has lines that send; what the caller does not name as tracks is refused."""
    ann, bob = await hall.join("ann"), await hall.join("bob")
    client = MediaClient(TRACKS, SLOTS)
    offer = client.offer()
    answer = await hall.plane.open(OpenTransport("ola", "ola", offer.sdp, {}, offer.slots))
    refused = [block for block in answer.split("m=")[1:] if "a=inactive" in block]
    assert len(refused) == len(TRACKS)
    assert all(block.split()[1] == "0" for block in refused)
    hall.apply(PlaceTransport("ola", "main"))
    await client.connect(answer)
    ola = Member("ola", client)
    hall.members.append(ola)
    ola.speaks(880)
    ann.speaks(440)
    await ola.hears("audio0", 440)
    await settle(bob)
    assert not [n for n in hall.all(PublicationStarted) if n.participant_id == "ola"]
    assert not [n for n in hall.all(ActiveSpeakers) if "ola" in n.participant_ids]


async def test_muting_is_enforced_against_a_client_that_goes_on_sending(hall: Hall) -> None:
    ann, bob, carl = await hall.join("ann"), await hall.join("bob"), await hall.join("carl")
    ann.speaks(440)
    await bob.hears("audio0", 440)
    carl.speaks(660)
    await bob.hears("audio1", 660)
    hall.apply(SetPublicationEnabled(ann.id("microphone"), False))
    await hall.wait_for(
        AudioSlotsChanged,
        lambda n: n.transport_id == "bob" and ann.id("microphone") not in n.slots.values()
        and carl.id("microphone") in n.slots.values(),
    )  # fmt: skip
    await settle(bob)  # what was already on its way
    before = bob.received("audio0")
    await settle(bob, 30)
    assert bob.received("audio0") == before
    hall.apply(SetPublicationEnabled(ann.id("microphone"), True))
    await bob.client.wait_for(lambda: bob.received("audio0") > before + 25)
    await bob.hears("audio0", 440)


async def test_only_those_with_the_floor_are_heard(hall: Hall) -> None:
    ann, bob, carl = await hall.join("ann"), await hall.join("bob"), await hall.join("carl")
    hall.apply(SetFloor("main", frozenset({"ann"})))
    ann.speaks(440)
    bob.speaks(880)
    await carl.hears("audio0", 440)
    assert carl.received("audio1") == ann.received("audio0") == 0
    hall.apply(SetFloor("main", frozenset({"bob"})))
    await ann.hears("audio0", 880)
    hall.apply(SetFloor("main", None))
    await bob.hears("audio0", 440)


async def test_a_guest_is_heard_in_other_rooms_and_at_home(hall: Hall) -> None:
    ann, bob = await hall.join("ann", "main"), await hall.join("bob", "main")
    red, blue = await hall.join("red", "red"), await hall.join("blue", "blue")
    ann.speaks(440)
    red.speaks(880)
    await bob.hears("audio0", 440)
    hall.apply(SetGuests("red", frozenset({ann.id("microphone")})))
    hall.apply(SetGuests("blue", frozenset({ann.id("microphone")})))
    await red.hears("audio0", 440)
    await blue.hears("audio0", 440)
    await bob.hears("audio0", 440)
    assert ann.received("audio0") == 0, "hearing is not mutual"
    assert blue.received("audio1") == 0, "and rooms stay apart"
    hall.apply(SetGuests("blue", frozenset()))
    await hall.wait_for(
        AudioSlotsChanged,
        lambda n: n.transport_id == "blue" and set(n.slots.values()) == {None},
    )
    await red.hears("audio0", 440)
    hall.apply(CloseTransport("ann"))
    await hall.wait_for(
        AudioSlotsChanged,
        lambda n: n.transport_id == "red" and set(n.slots.values()) == {None},
    )


async def test_the_three_loudest_are_heard_and_who_has_priority(hall: Hall) -> None:
    listener = await hall.join("listener")
    people = [await hall.join(f"p{i}") for i in range(5)]
    for i, person in enumerate(people):
        person.client.play_sound("microphone", Tone(400 + 100 * i, volume=0.6 / 2.5**i))
    await listener.client.wait_for(
        lambda: sum(bool(listener.received(f"audio{i}")) for i in range(3)) == 3
    )

    def audible() -> set[str]:
        last = [n for n in hall.all(AudioSlotsChanged) if n.transport_id == "listener"][-1]
        return {p.split(":")[0] for p in last.slots.values() if p is not None}

    await listener.client.wait_for(lambda: audible() == {"p0", "p1", "p2"})
    people[2].client.stop("microphone")
    await listener.client.wait_for(lambda: audible() >= {"p0", "p1", "p3"})


async def test_the_stage_has_its_own_voice_and_no_other_slot_repeats_it(hall: Hall) -> None:
    ann, bob, carl = await hall.join("ann"), await hall.join("bob"), await hall.join("carl")
    ann.speaks(440)
    bob.speaks(880)
    hall.apply(AssignSlot("carl", "stage", ann.id("camera")))
    await carl.hears("stage_audio", 440)
    await carl.hears("audio0", 880)
    hall.apply(AssignSlot("carl", "stage", bob.id("microphone")))
    await carl.hears("stage_audio", 880)
    await carl.hears("audio0", 440)


async def test_who_speaks_is_reported_loudest_first(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.client.play_sound("microphone", Tone(440, volume=0.02))
    bob.client.play_sound("microphone", Tone(880, volume=0.5))
    speakers = await hall.wait_for(
        ActiveSpeakers, lambda n: n.participant_ids == ("bob", "ann") and n.levels_dbov[1] < 45
    )
    assert speakers.room_id == "main"
    assert speakers.levels_dbov[0] < speakers.levels_dbov[1]


# ---- listening -------------------------------------------------------------------------------


def heard(hall: Hall, member: Member) -> list[SoundHeard]:
    mine = member.id("microphone")
    return [notice for notice in hall.all(SoundHeard) if notice.publication_id == mine]


def heard_tone(notices: list[SoundHeard]) -> float:
    """What the packets say, decoded."""
    decoder = av.CodecContext.create("opus", "r")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
    packets = sorted((p for n in notices for p in n.packets), key=lambda p: p.sequence)
    frames = [f for p in packets for f in decoder.decode(av.Packet(p.payload))]
    return tone_of(
        np.concatenate([r.to_ndarray()[0] for f in frames for r in resampler.resample(f)])
    )


async def test_who_is_listened_to_is_handed_up_and_nobody_else(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    ann.speaks(440)
    bob.speaks(880)
    await bob.hears("audio0", 440)
    assert not hall.all(SoundHeard)
    hall.apply(StartListening(ann.id("microphone")), StartListening(ann.id("microphone")))
    await bob.client.wait_for(lambda: sum(len(n.packets) for n in heard(hall, ann)) >= 50)
    assert not heard(hall, bob)
    assert {notice.room_id for notice in heard(hall, ann)} == {"main"}
    assert heard_tone(heard(hall, ann)) == 440
    packets = [packet for notice in heard(hall, ann) for packet in notice.packets]
    assert len({packet.sequence for packet in packets}) == len(packets)
    assert [p.arrival_ns for p in packets] == sorted(p.arrival_ns for p in packets)
    hall.apply(StopListening(ann.id("microphone")))
    await settle(bob)
    before = len(heard(hall, ann))
    await settle(bob, 60)
    assert len(heard(hall, ann)) == before


async def test_listening_stands_behind_mute_floor_and_room(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    eve = await hall.join("eve", None)
    for member, hertz in ((ann, 440), (bob, 880), (eve, 1200)):
        member.speaks(hertz)
        hall.apply(StartListening(member.id("microphone")))
    await bob.client.wait_for(lambda: heard(hall, ann) and heard(hall, bob))
    hall.apply(SetPublicationEnabled(ann.id("microphone"), False))
    await settle(ann)
    muted = len(heard(hall, ann))
    await settle(ann, 60)
    assert len(heard(hall, ann)) == muted
    hall.apply(
        SetFloor("main", frozenset({"bob"})), SetPublicationEnabled(ann.id("microphone"), True)
    )
    await settle(ann, 60)
    assert len(heard(hall, ann)) == muted, "without the floor"
    assert not heard(hall, eve), "in no room"
    hall.apply(PlaceTransport("ann", "aside"))
    await ann.client.wait_for(lambda: heard(hall, ann)[-1].room_id == "aside")
    hall.apply(CloseTransport("ann"))
    await hall.wait_for(TransportClosed, lambda n: n.transport_id == "ann")
    assert {notice.room_id for notice in heard(hall, ann)} == {"main", "aside"}


# ---- pictures ----------------------------------------------------------------------------------


async def test_a_picture_moves_and_can_be_decoded(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.shows()
    await bob.client.wait_for(lambda: len(bob.slots["stage"].frames) >= 10)
    pictures = bob.slots["stage"].pictures()
    assert len(pictures) >= 10
    assert np.abs(pictures[0].astype(int) - pictures[-1].astype(int)).mean() > 1
    switched = await hall.wait_for(SlotSwitched, lambda n: n.slot == "stage")
    assert switched.publication_id == ann.id("camera")
    assert bob.slots["stage"].frames[0].timestamp == switched.rtp_timestamp


async def test_what_is_forwarded_is_counted_and_stays_counted(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.shows()
    await bob.client.wait_for(lambda: len(bob.slots["stage"].frames) >= 10)

    def counted() -> tuple[StreamCounters, SlotCounters] | None:
        told = {one.transport_id: one for one in hall.plane.statistics().transports}
        streams = [one for one in told["ann"].streams if one.track == "camera"]
        slots = [one for one in told["bob"].slots if one.slot == "stage"]
        has_come = streams and streams[0].tally.keyframes and slots[0].tally.packets >= 10
        return (streams[0], slots[0]) if has_come else None

    await bob.client.wait_for(counted)
    found = counted()
    assert found is not None
    stream, slot = found
    assert (stream.layer, stream.codec, slot.layer, slot.held_back) == ("f", "VP8", "f", None)
    assert slot.publication_id == stream.publication_id == ann.id("camera")
    assert stream.tally.octets > stream.tally.packets
    totals = hall.plane.statistics().totals
    assert totals.packets_in >= stream.tally.packets
    assert totals.packets_out >= slot.tally.packets
    # The kernel counts a process's time in steps of ten milliseconds.
    await bob.client.wait_for(lambda: hall.plane.statistics().cpu_s > 0)
    hall.apply(CloseTransport("ann"), CloseTransport("bob"))
    after = hall.plane.statistics()
    assert after.transports == ()
    assert after.totals.packets_in >= totals.packets_in


async def test_a_switch_waits_for_a_keyframe_and_leaves_no_trace(hall: Hall) -> None:
    ann, bob, carl = await hall.join("ann"), await hall.join("bob"), await hall.join("carl")
    ann.shows((200, 200, 200))
    bob.shows((20, 20, 20))
    stage = carl.slots["stage"]
    for turn in range(6):
        who = (ann, bob)[turn % 2]
        hall.apply(AssignSlot("carl", "stage", who.id("camera")))
        await hall.wait_for(
            SlotSwitched,
            lambda _, count=turn + 1: len(hall.all(SlotSwitched)) == count,
        )
        count = len(stage.frames)
        await carl.client.wait_for(lambda count=count: len(stage.frames) >= count + 3)
    assert [n.publication_id for n in hall.all(SlotSwitched)] == [
        ann.id("camera"), bob.id("camera")
    ] * 3  # fmt: skip
    assert not stage.missing
    frames = list(stage.frames)
    starts = {n.rtp_timestamp for n in hall.all(SlotSwitched)}
    assert len(starts) == 6
    assert all(frame.is_key for frame in frames if frame.timestamp in starts)
    steps = [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(frames)]
    assert all(900 <= step < 90_000 for step in steps)
    numbers = [(b.picture_id - a.picture_id) & 0x7FFF for a, b in itertools.pairwise(frames)]
    assert set(numbers) == {1}
    assert len(stage.pictures()) == len(frames)


async def test_an_emptied_slot_stops_and_says_so(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "gallery0", ann.id("camera")))
    ann.shows()
    ann.speaks(440)
    await bob.client.wait_for(lambda: bob.received("gallery0") > 5)
    hall.apply(AssignSlot("bob", "gallery0", None))
    await hall.wait_for(SlotSwitched, lambda n: n.publication_id is None)
    await settle(bob)
    before = bob.received("gallery0")
    await settle(bob, 30)
    assert bob.received("gallery0") == before


async def test_a_camera_switched_off_by_the_server_is_not_seen(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.shows()
    ann.speaks(440)
    await bob.client.wait_for(lambda: bob.received("stage") > 5)
    hall.apply(SetPublicationEnabled(ann.id("camera"), False))
    await settle(bob)
    before = bob.received("stage")
    await settle(bob, 30)
    assert bob.received("stage") == before
    hall.apply(SetPublicationEnabled(ann.id("camera"), True))
    await bob.client.wait_for(lambda: bob.received("stage") > before + 5)
    new = list(bob.slots["stage"].frames)[before:]
    assert new[0].is_key
    assert not bob.slots["stage"].missing


async def test_layers_are_reported_and_chosen_by_what_is_wanted(hall: Hall) -> None:
    ann = await hall.join("ann", layers=("q", "h", "f"))
    bob = await hall.join("bob")
    ann.shows(width=320)
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h", "f"))
    for layer, width in (("q", 80), ("f", 320), ("h", 160)):
        hall.apply(AssignSlot("bob", "stage", ann.id("camera"), layer))  # type: ignore[arg-type]
        switched = await hall.wait_for(SlotSwitched, lambda n, layer=layer: n.layer == layer)
        frames = bob.slots["stage"].frames
        await bob.client.wait_for(
            lambda frames=frames, at=switched.rtp_timestamp: any(f.timestamp == at for f in frames)
        )
        first = next(f for f in frames if f.timestamp == switched.rtp_timestamp)
        assert bob.slots["stage"].pictures(first.arrival)[0].shape[1] == width
    assert not bob.slots["stage"].missing


async def test_a_layer_that_stops_is_replaced_by_the_next_best(hall: Hall) -> None:
    ann = await hall.join("ann", layers=("q", "h", "f"))
    await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.shows(width=320)
    await hall.wait_for(SlotSwitched, lambda n: n.layer == "f")
    ann.client.senders["camera", "f"].drop = lambda _: True
    await hall.wait_for(SlotSwitched, lambda n: n.layer == "h")
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h"))


async def test_a_keyframe_can_be_asked_for(hall: Hall) -> None:
    ann = await hall.join("ann")
    ann.shows()
    await hall.wait_for(PublicationStarted)
    hall.apply(RequestKeyframe(ann.id("camera")))
    await ann.client.wait_for(lambda: ann.client.senders["camera", "f"].plis > 0)


async def test_the_screen_brings_its_own_sound(hall: Hall) -> None:
    tracks = ("microphone", "screen", "screen_audio")
    ann, bob = await hall.join("ann", tracks=tracks), await hall.join("bob")
    ann.client.play_pictures("screen", MovingBars((0, 90, 0)))
    ann.client.play_sound("screen_audio", Tone(660))
    hall.apply(AssignSlot("bob", "screen", ann.id("screen")))
    await bob.client.wait_for(lambda: bob.received("screen") > 5)
    await bob.hears("screen_audio", 660)


async def test_lips_stay_in_step(hall: Hall) -> None:
    """Flash and beep are stamped at the same instant; so they must be for the viewer.

    Both begin at one moment that is named: encoders take their time to start, and what a busy
    machine puts between the two would be the source's skew, not the plane's. And the viewer looks
    once the plane has found the publisher's clock: reports that waited are corrected by those that
    did not, within the first seconds.
    """
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    source = FlashBeep(160, 90)
    begins = ann.client.next_packet()
    ann.client.play_sound("microphone", source, begins)
    ann.client.play_pictures("camera", source, begins=begins)
    stage, sound = bob.slots["stage"], bob.slots["stage_audio"]

    def is_settled(receiver: SlotReceiver, rate: int) -> bool:
        """The last reports say the same of the two clocks."""
        zeros = [ntp - timestamp / rate for ntp, timestamp in receiver.reports[-3:]]
        return len(zeros) == 3 and max(zeros) - min(zeros) < 0.005

    await bob.client.wait_for(
        lambda: len(stage.frames) > 60 and is_settled(stage, 90000) and is_settled(sound, 48000),
        60,
    )

    def when(receiver, timestamp: int, rate: int) -> float:
        ntp, reported = receiver.reports[-1]
        ticks = (timestamp - reported) & 0xFFFFFFFF
        return ntp + (ticks - 0x100000000 if ticks >= 0x80000000 else ticks) / rate

    frames = list(stage.frames)
    bright = [float(p.mean()) > 120 for p in stage.pictures()]
    flashes = [
        when(stage, frames[i].timestamp, 90000)
        for i in range(1, len(bright))
        if bright[i] and not bright[i - 1]
    ]
    packets = sorted(sound.packets, key=lambda p: p.sequence)
    samples = [float(np.abs(part).max()) for part in sound.by_packet()]
    beeps = [
        when(sound, packets[i].timestamp, 48000)
        for i in range(1, len(samples))
        if samples[i] > 0.2 >= samples[i - 1]
    ]
    assert flashes
    for flash in flashes:
        assert min(abs(flash - beep) for beep in beeps) < 0.040


# ---- loss --------------------------------------------------------------------------------------


async def test_what_is_lost_on_the_way_up_is_asked_for_again(hall: Hall) -> None:
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.client.senders["camera", "f"].drop = lambda n: n % 10 == 5
    ann.client.senders["microphone", "f"].drop = lambda n: n % 10 == 5
    ann.shows()
    ann.speaks(440)
    stage = bob.slots["stage"]
    await bob.client.wait_for(lambda: len(stage.frames) > 30)
    await bob.client.wait_for(
        lambda: stage.frames[-1].picture_id - stage.frames[0].picture_id >= 30
    )
    assert ann.client.senders["camera", "f"].nacks >= 2
    assert len(stage.pictures()) == len(stage.frames)
    assert bob.received("stage_audio") > 0
    stats = await hall.wait_for(TransportStats, lambda n: n.transport_id == "bob" and n.rtt_ms)
    assert stats.bitrate_down > 10_000


async def test_who_asks_for_everything_again_gets_so_much_a_second(hall: Hall) -> None:
    """A datagram of asking fits a thousand numbers; it must not be answered with a megabyte."""
    ann, bob = await hall.join("ann"), await hall.join("bob")
    hall.apply(AssignSlot("bob", "stage", ann.id("camera")))
    ann.shows()
    stage = bob.slots["stage"]
    await bob.client.wait_for(lambda: len(stage.packets) >= 17)
    first = stage.packets[-17].sequence
    asking = write_nack(stage.ssrc, [(first + i) & 0xFFFF for i in range(17)])
    began = time.monotonic()
    for _ in range(100):
        bob.client.connection.send_rtcp(asking * 60)

    def tally() -> SlotTally:
        (told,) = [o for o in hall.plane.statistics().transports if o.transport_id == "bob"]
        return next(one.tally for one in told.slots if one.slot == "stage")

    await bob.client.wait_for(lambda: tally().nacks >= 30_000)
    assert 17 <= tally().resent <= 2000 * (2 + time.monotonic() - began)


async def test_a_publisher_learns_what_arrived(hall: Hall) -> None:
    ann = await hall.join("ann")
    ann.speaks(440)
    await ann.client.wait_for(lambda: ann.client.twcc_feedback >= 3)


# ---- rejoin ------------------------------------------------------------------------------------


async def test_a_rejoin_comes_up_before_the_old_connection_goes(hall: Hall) -> None:
    old = await hall.join("ann-1", participant="ann")
    bob = await hall.join("bob")
    old.speaks(440)
    bob.speaks(880)
    await bob.hears("audio0", 440)
    new = await hall.join("ann-2", participant="ann")
    new.speaks(550)
    await new.hears("audio0", 880)
    hall.apply(CloseTransport("ann-1"))
    await hall.wait_for(TransportClosed, lambda n: n.transport_id == "ann-1")
    assert new.received("audio1") == 0  # nobody hears himself, not even by two connections
    count = bob.received("audio0") + bob.received("audio1")
    await bob.client.wait_for(lambda: bob.received("audio0") + bob.received("audio1") > count + 20)


# ---- probes ------------------------------------------------------------------------------------


async def test_a_page_that_has_not_joined_is_told_that_udp_gets_through(hall: Hall) -> None:
    """A bare STUN request is answered, so many a second; a page has no credentials yet."""
    client = MediaClient(TRACKS, SLOTS)
    offer = client.offer()
    answer = await hall.plane.open(
        OpenTransport("ann", "ann", offer.sdp, offer.tracks, offer.slots)
    )
    port = int(answer.split("a=candidate:")[1].split()[5])
    answers: asyncio.Queue[bytes] = asyncio.Queue()

    class Page(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            answers.put_nowait(data)

    opened, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Page, remote_addr=("127.0.0.1", port)
    )
    own: tuple[str, int] = opened.get_extra_info("sockname")
    try:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        assert len(bytes(request)) == 20
        opened.sendto(bytes(request))
        told = stun.parse_message(await asyncio.wait_for(answers.get(), 30))
        assert told.transaction_id == request.transaction_id
        assert told.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.1", own[1])
        assert len(bytes(told)) <= 32, "little is won by a false sender"
    finally:
        opened.close()


# ---- hostile datagrams -------------------------------------------------------------------------


def hostile_datagrams(ufrag: str) -> list[bytes]:
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{ufrag}:abcd"
    request.attributes["PRIORITY"] = 1
    request.attributes["USE-CANDIDATE"] = None
    unsigned = bytes(request)
    request.add_message_integrity(b"not the password")
    forged = bytes(request)
    null_hello = bytes.fromhex(
        "16feff00000000000000000033"  # DTLS 1.0 record
        "010000270000000000000027fefd"
    ) + bytes(32) + bytes.fromhex("0000000200010100")  # fmt: skip
    return [
        b"",
        b"\x00",
        b"\x80",
        b"\x16",
        b"\xff" * 1400,
        os.urandom(200),
        unsigned,
        unsigned[:23],
        forged,
        forged[:-3],
        forged[:20] + b"\x00\x06\xff\xff",
        null_hello,
        bytes((22,)) + os.urandom(100),
        b"\x80\x60" + os.urandom(60),
        b"\x80\xc8" + os.urandom(60),
        b"\x90\x60" + bytes(10) + b"\xbe\xde\xff\xff",
    ]


async def test_hostile_datagrams_hurt_nobody(hall: Hall) -> None:
    client = MediaClient(TRACKS, SLOTS)  # type: ignore[arg-type]
    offer = client.offer()
    answer = await hall.plane.open(
        OpenTransport("ann", "ann", offer.sdp, offer.tracks, offer.slots)
    )
    hall.apply(PlaceTransport("ann", "main"))
    ufrag = answer.split("a=ice-ufrag:")[1].split()[0]
    port = int(answer.split("a=candidate:")[1].split()[5])
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def attack() -> None:
        for datagram in hostile_datagrams(ufrag):
            stranger.sendto(datagram, ("127.0.0.1", port))

    attack()
    await client.connect(answer)
    ann = Member("ann", client)
    hall.members.append(ann)
    attack()
    bob = await hall.join("bob")
    ann.speaks(440)
    await bob.hears("audio0", 440)
    # The same from an address that was validated: broken, forged, replayed.
    for datagram in hostile_datagrams(ufrag):
        if datagram:
            ann.client.connection.send_raw(datagram)
    count = bob.received("audio0")
    await bob.client.wait_for(lambda: bob.received("audio0") > count + 25)
    stranger.setblocking(False)
    with pytest.raises(BlockingIOError):
        stranger.recv(100)  # a stranger gets no answer at all
    stranger.close()
    assert not hall.all(TransportClosed)


async def test_a_forged_hello_during_the_handshake_does_not_end_it(hall: Hall) -> None:
    client = MediaClient(TRACKS, SLOTS)  # type: ignore[arg-type]
    offer = client.offer()
    answer = await hall.plane.open(
        OpenTransport("ann", "ann", offer.sdp, offer.tracks, offer.slots)
    )
    send = client.connection._flush
    hello = hostile_datagrams("x")[11]

    def flush(datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            client.connection.send_raw(hello)
            client.connection.send_raw(bytes((22,)) + os.urandom(60))
            send([datagram])

    client.connection._flush = flush  # type: ignore[method-assign]
    await client.connect(answer)
    await client.close()


# ---- capture -----------------------------------------------------------------------------------


def read_capture(
    path: Path, *, is_open: bool = False
) -> tuple[dict[str, Any], list[tuple[int, int, bytes]]]:
    """(header, [(kind, arrival ns, body)]) by docs/formats.md; ``is_open``: a file that is still
    being written ends anywhere."""
    data = path.read_bytes()
    assert data[:6] == b"RPRC\x01\x00"
    (length,) = unpack_from("<I", data, 6)
    header = json.loads(data[10 : 10 + length])
    position = 14 + length
    records: list[tuple[int, int, bytes]] = []
    while position < len(data):
        if is_open and position + 17 > len(data):
            break
        kind, size, arrival = unpack_from("<BIQ", data, position)
        end = position + 13 + size
        if is_open and end + 4 > len(data):
            break
        assert unpack_from("<I", data, end)[0] == zlib.crc32(data[position:end])
        records.append((kind, arrival, data[position + 13 : end]))
        position = end + 4
    return header, records


HEADER = {"session_id": "s1", "capture_id": "c1", "participant_id": "ann", "epoch": 1,
          "origin_ms": 5000, "origin_utc_ms": 1_700_000_000_000}  # fmt: skip


async def test_a_capture_has_what_was_sent_and_is_sealed(hall: Hall, tmp_path: Path) -> None:
    ann = await hall.join("ann")
    ann.speaks(440)
    await hall.wait_for(PublicationStarted)
    path = tmp_path / "deep" / "c1.rtp"
    hall.apply(StartCapture(ann.id("microphone"), path, HEADER))
    sender = ann.client.senders["microphone", "f"]
    count = sender.packets
    await ann.client.wait_for(lambda: sender.packets >= count + 60)
    hall.apply(StopCapture(ann.id("microphone")))
    sealed = await hall.wait_for(CaptureSealed)
    header, records = read_capture(path)
    assert header == HEADER | {
        "track": "microphone", "codec": "opus", "clock_rate": 48000, "payload_type": 111,
        "ssrc": sender.ssrc, "layer": "f",
    }  # fmt: skip
    packets = [body for kind, _, body in records if kind == 1]
    assert len(packets) == sealed.packets >= 55
    assert sealed.path == path
    assert sum(len(body) for body in packets) == sealed.octets
    numbers = [unpack_from("!H", body, 2)[0] for body in packets]
    assert all((b - a) & 0xFFFF == 1 for a, b in itertools.pairwise(numbers))
    assert {unpack_from("!I", body, 8)[0] for body in packets} == {sender.ssrc}
    assert all(body[0] == 0x90 and body[12:17] == b"\xbe\xde\x00\x01\x10" for body in packets)
    assert any(kind == 2 for kind, _, _ in records)
    kind, _, body = records[-1]
    assert kind == 5
    assert json.loads(body)["packets"] == sealed.packets
    arrivals = [arrival for kind, arrival, _ in records if kind == 1]
    assert arrivals == sorted(arrivals)
    assert 0 < arrivals[-1] - arrivals[0] < 5e9


async def test_a_picture_is_captured_from_a_keyframe_in_its_highest_layer(
    hall: Hall, tmp_path: Path
) -> None:
    ann = await hall.join("ann", layers=("q", "h", "f"))
    ann.shows(width=320)
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h", "f"))
    path = tmp_path / "c.rtp"
    hall.apply(StartCapture(ann.id("camera"), path, HEADER))
    top = ann.client.senders["camera", "f"]
    count = top.packets
    await ann.client.wait_for(lambda: top.packets > count + 20)
    top.drop = lambda _: True
    middle = ann.client.senders["camera", "h"]
    await hall.wait_for(LayersChanged, lambda n: n.layers == ("q", "h"))
    count = middle.packets
    await ann.client.wait_for(lambda: middle.packets > count + 20)
    hall.apply(CloseTransport("ann"))
    await hall.wait_for(CaptureSealed)
    _, records = read_capture(path)
    ssrcs = [unpack_from("!I", body, 8)[0] for kind, _, body in records if kind == 1]
    assert set(ssrcs) == {top.ssrc, middle.ssrc}
    switch = next(i for i, (kind, _, _) in enumerate(records) if kind == 3)
    assert json.loads(records[switch][2]) == {"layer": "h", "ssrc": middle.ssrc}
    after = [body for kind, _, body in records[switch:] if kind == 1]
    for body in (next(b for k, _, b in records if k == 1), after[0]):
        assert body[12] & 0x10  # the start of a partition …
        assert body[16] & 0x01 == 0  # … of a keyframe
    assert {unpack_from("!I", body, 8)[0] for body in after} == {middle.ssrc}


async def test_nothing_muted_or_without_the_floor_is_on_disk(hall: Hall, tmp_path: Path) -> None:
    ann = await hall.join("ann")
    ann.speaks(440)
    await hall.wait_for(PublicationStarted)
    path = tmp_path / "c.rtp"
    sender = ann.client.senders["microphone", "f"]

    async def packets(count: int) -> None:
        start = sender.packets
        await ann.client.wait_for(lambda: sender.packets >= start + count)

    hall.apply(SetPublicationEnabled(ann.id("microphone"), False))
    hall.apply(StartCapture(ann.id("microphone"), path, HEADER))
    await packets(10)
    hall.apply(SetPublicationEnabled(ann.id("microphone"), True))
    await packets(20)
    hall.apply(SetFloor("main", frozenset({"bob"})))
    await packets(20)
    silent_from = sender.sequence
    resend, late = sender.resend, sender.packets + 10
    sender.resend = lambda _numbers: None  # type: ignore[method-assign]
    sender.drop = lambda number: number == late
    await packets(20)
    sender.drop = None
    late_number = (silent_from + 10) & 0xFFFF
    silent_to = sender.sequence
    await packets(20)  # what is still on its way when the floor opens counts for neither
    hall.apply(SetFloor("main", None))
    await packets(20)
    resend([late_number])  # said without the floor, and only now there
    await packets(20)
    hall.apply(StopCapture(ann.id("microphone")))
    await hall.wait_for(CaptureSealed)
    _, records = read_capture(path)
    reasons = [json.loads(body)["reason"] for kind, _, body in records if kind == 4]
    assert reasons == ["muted", "floor"]
    assert records[0][0] == 4
    numbers = {unpack_from("!H", body, 2)[0] for kind, _, body in records if kind == 1}
    unheard = {(silent_from + i) & 0xFFFF for i in range((silent_to - silent_from) & 0xFFFF)}
    assert len(numbers) >= 30
    assert not numbers & unheard


async def test_closing_the_plane_seals_what_is_open(hall: Hall, tmp_path: Path) -> None:
    ann = await hall.join("ann")
    ann.speaks(440)
    await hall.wait_for(PublicationStarted)
    path = tmp_path / "c.rtp"
    hall.apply(StartCapture(ann.id("microphone"), path, HEADER))
    sender = ann.client.senders["microphone", "f"]
    await ann.client.wait_for(lambda: sender.packets > 20)
    await hall.plane.close()
    assert read_capture(path)[1][-1][0] == 5
    await hall.wait_for(CaptureSealed)
