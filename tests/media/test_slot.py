"""Rewriting rules of a slot: sequence, timestamp, picture id, keyframe, extensions, resending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import HeaderExtensionsMap, RtcpPacket, RtcpSdesPacket, RtcpSrPacket, RtpPacket

from server.media.rtp import header_extensions, payload_bounds
from server.media.slot import WALL_ANCHOR, Slot, SlotNumbers
from server.media.stream import Stream
from server.media.stream_clock import PublisherClock

MS = 1_000_000

VIDEO = SlotNumbers(
    name="stage", mid="7", is_video=True, ssrc=0x1111, rtx_ssrc=0x2222,
    payload_types={"VP8": 120}, rtx_payload_types={"VP8": 121}, mid_extension=3,
    send_time_extension=5, cname="reprise-stage", stream_id="stage",
)  # fmt: skip
AUDIO = replace(
    VIDEO, name="stage_audio", mid="8", is_video=False, ssrc=0x3333, rtx_ssrc=None,
    payload_types={"opus": 109}, rtx_payload_types={}, send_time_extension=None,
)  # fmt: skip


class Viewer:
    """A slot and what it sent."""

    def __init__(self, numbers: SlotNumbers) -> None:
        self.sent: list[bytes] = []
        self.reports: list[bytes] = []
        self.switches: list[tuple[Stream | None, int | None]] = []
        self.slot = Slot(
            numbers, self.sent.append, self.reports.append,
            lambda _slot, stream, timestamp: self.switches.append((stream, timestamp)),
        )  # fmt: skip

    @property
    def packets(self) -> list[RtpPacket]:
        return [RtpPacket.parse(raw, HeaderExtensionsMap()) for raw in self.sent]

    @property
    def pictures(self) -> list[int]:
        parsed = (VpxPayloadDescriptor.parse(p.payload)[0] for p in self.packets)
        return [d.picture_id or 0 for d in parsed]


class Camera:
    """A VP8 stream; ``frame`` sends one packet."""

    def __init__(self, sequence: int = 500, timestamp: int = 9000, picture: int = 40) -> None:
        self.stream = Stream(77, "f", "VP8", 96, 90000, PublisherClock())
        self.sequence = sequence
        self.timestamp = timestamp
        self.picture = picture
        self.tl0 = 7

    def payload(self, is_key: bool, text: bytes = b"x") -> bytes:
        descriptor = VpxPayloadDescriptor(
            partition_start=1, partition_id=0, picture_id=self.picture, tl0picidx=self.tl0
        )
        return bytes(descriptor) + (b"\x00" if is_key else b"\x01") + text

    def frame(self, at_ms: float, *, is_key: bool = False, number: int | None = None) -> None:
        self.sequence += 1
        self.timestamp += 3000
        self.picture = (self.picture + 1) & 0x7FFF
        self.send(self.sequence if number is None else number, self.payload(is_key), at_ms)

    def padding(self, at_ms: float) -> None:
        self.sequence += 1
        self.send(self.sequence, b"", at_ms)

    def send(self, number: int, payload: bytes, at_ms: float) -> None:
        packet = self.stream.receive(
            number & 0xFFFF, self.timestamp, 0x80, payload, int(at_ms * MS)
        )
        if packet is not None:
            self.stream.deliver(packet)


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Viewer]:
    monkeypatch.setattr("server.media.slot.time.monotonic", lambda: 1.0)
    monkeypatch.setattr("server.media.slot.time.monotonic_ns", lambda: 1000 * MS)
    yield Viewer(VIDEO)


def test_the_old_picture_stays_until_the_new_keyframe(viewer: Viewer) -> None:
    old, new = Camera(), Camera(sequence=9000, timestamp=77)
    viewer.slot.show(old.stream, 0)
    old.frame(1000, is_key=True)
    viewer.slot.show(new.stream, 0)
    new.frame(1001)
    old.frame(1033)
    assert viewer.slot.current is old.stream
    assert len(viewer.sent) == 2
    new.frame(1066, is_key=True)
    old.frame(1067)
    assert viewer.slot.current is new.stream
    assert len(viewer.sent) == 3
    assert [stream for stream, _ in viewer.switches] == [old.stream, new.stream]


def test_a_switch_asks_for_a_keyframe_at_most_twice_a_second(viewer: Viewer) -> None:
    camera = Camera()
    viewer.slot.show(camera.stream, 0)
    assert camera.stream.take_pli(1000 * MS)
    assert not camera.stream.take_pli(1499 * MS)
    assert camera.stream.take_pli(1500 * MS)
    camera.frame(1501, is_key=True)
    assert not camera.stream.take_pli(2100 * MS)


def test_sequence_and_picture_ids_go_on_over_a_switch(viewer: Viewer) -> None:
    old, new = Camera(picture=0x7FFD), Camera(sequence=20, timestamp=1, picture=5)
    viewer.slot.show(old.stream, 0)
    for ms in (1000, 1033, 1066):
        old.frame(ms, is_key=ms == 1000)
    viewer.slot.show(new.stream, 0)
    for ms in (1100, 1133):
        new.frame(ms, is_key=ms == 1100)
    sequences = [p.sequence_number for p in viewer.packets]
    assert sequences == [(sequences[0] + i) & 0xFFFF for i in range(5)]
    pictures = viewer.pictures
    assert pictures == [(pictures[0] + i) & 0x7FFF for i in range(5)]


def test_padding_is_swallowed_without_a_gap(viewer: Viewer) -> None:
    camera = Camera()
    viewer.slot.show(camera.stream, 0)
    camera.frame(1000, is_key=True)
    camera.padding(1010)
    camera.frame(1033)
    sequences = [p.sequence_number for p in viewer.packets]
    assert sequences == [sequences[0], sequences[0] + 1]


def test_timestamps_follow_capture_time_and_step_at_least_900(viewer: Viewer) -> None:
    old, new = Camera(), Camera(sequence=20, timestamp=0)
    viewer.slot.show(old.stream, 0)
    old.frame(1000, is_key=True)
    viewer.slot.show(new.stream, 0)
    new.frame(1001, is_key=True)  # 90 ticks later: too close
    first, second = (p.timestamp for p in viewer.packets)
    assert (second - first) & 0xFFFFFFFF == 900
    viewer.slot.show(old.stream, 1990 * MS)
    old.timestamp += 87_000
    old.frame(2001, is_key=True)  # captured one second after the first
    third = viewer.packets[-1].timestamp
    assert (third - first) & 0xFFFFFFFF == 90_000


def test_numbers_and_extensions_are_the_viewers_own(viewer: Viewer) -> None:
    camera = Camera()
    viewer.slot.show(camera.stream, 0)
    camera.frame(1000, is_key=True)
    raw = viewer.sent[0]
    packet = RtpPacket.parse(raw)
    assert (packet.payload_type, packet.ssrc, packet.marker) == (120, 0x1111, 1)
    start, end, _, _ = payload_bounds(raw)
    found = header_extensions(raw, start, end)
    assert found[3] == b"7"
    assert len(found[5]) == 3


def test_a_switch_is_followed_by_a_report_with_the_pairs_name(viewer: Viewer) -> None:
    camera = Camera()
    camera.stream.sender_report(3_900_000_000.0, 12_000, b"", 0.9)
    viewer.slot.show(camera.stream, 0)
    camera.frame(1000, is_key=True)
    report, sdes = RtcpPacket.parse(viewer.reports[0])
    assert isinstance(report, RtcpSrPacket)
    assert isinstance(sdes, RtcpSdesPacket)
    assert sdes.chunks[0].items == [(1, b"reprise-stage")]
    ntp = report.sender_info.ntp_timestamp / 2**32 - WALL_ANCHOR
    assert ntp == pytest.approx(1.0, abs=1e-3)
    # The report says 12,000 was captured at 0.9 s; it is 1.0 s now.
    offset = (viewer.packets[0].timestamp - camera.timestamp) & 0xFFFFFFFF
    expected = (12_000 + 9000 + offset) & 0xFFFFFFFF
    assert report.sender_info.rtp_timestamp == pytest.approx(expected, abs=2)


def test_a_keyframe_just_seen_starts_a_slot_at_once(viewer: Viewer) -> None:
    camera = Camera()
    camera.frame(800, is_key=True)
    camera.frame(833)
    viewer.slot.show(camera.stream, 1000 * MS)
    assert len(viewer.sent) == 2


def test_a_keyframe_with_a_hole_behind_it_does_not(viewer: Viewer) -> None:
    camera = Camera()
    camera.frame(800, is_key=True)
    camera.sequence += 1
    camera.frame(833)
    viewer.slot.show(camera.stream, 1000 * MS)
    assert not viewer.sent


def test_a_late_first_packet_of_the_keyframe_brings_what_came_before_it(viewer: Viewer) -> None:
    camera = Camera(sequence=100)
    viewer.slot.show(camera.stream, 0)
    camera.frame(990)
    camera.sequence += 1
    late, camera.timestamp = 102, camera.timestamp + 3000
    key = camera.payload(is_key=True)
    camera.send(103, camera.payload(is_key=False)[:-1] + b"y", 1001)
    assert not viewer.sent
    camera.send(late, key, 1010)
    assert [p.payload[-1:] for p in viewer.packets] == [b"x", b"y"]


def test_a_mute_begins_anew_with_a_keyframe(viewer: Viewer) -> None:
    camera = Camera()
    viewer.slot.show(camera.stream, 0)
    camera.frame(1000, is_key=True)
    viewer.slot.restart(0)
    camera.frame(1033)
    assert len(viewer.sent) == 1
    camera.frame(1066, is_key=True)
    assert len(viewer.sent) == 2


def test_lost_packets_come_again_on_the_rtx_stream(viewer: Viewer) -> None:
    camera = Camera()
    viewer.slot.show(camera.stream, 0)
    camera.frame(1000, is_key=True)
    camera.frame(1033)
    original = viewer.packets[1]
    viewer.slot.retransmit([original.sequence_number, 3], 1100 * MS)
    assert len(viewer.sent) == 3
    again = viewer.packets[2]
    assert (again.ssrc, again.payload_type) == (0x2222, 121)
    assert again.timestamp == original.timestamp
    assert again.payload == original.sequence_number.to_bytes(2, "big") + original.payload


def test_packets_older_than_the_cache_do_not_come_again(viewer: Viewer) -> None:
    camera = Camera()
    viewer.slot.show(camera.stream, 0)
    camera.frame(1000, is_key=True)
    viewer.slot.retransmit([viewer.packets[0].sequence_number], 3500 * MS)
    assert len(viewer.sent) == 1


# ---- sound -------------------------------------------------------------------------------------


def voice(timestamp: int) -> Stream:
    return Stream(timestamp, "f", "opus", 111, 48000, PublisherClock())


def say(stream: Stream, number: int, timestamp: int, at_ms: float) -> None:
    packet = stream.receive(number, timestamp, 0, b"opus", int(at_ms * MS))
    assert packet is not None
    stream.deliver(packet)


@pytest.mark.parametrize("late_ms", [0, 3, 7, 19, 33])
def test_a_change_of_voice_steps_by_whole_packets(
    late_ms: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.media.slot.time.monotonic", lambda: 1.0)
    viewer = Viewer(AUDIO)
    first, second = voice(1), voice(2)
    viewer.slot.show(first, 0)
    say(first, 10, 5000, 1000)
    viewer.slot.show(second, 0)
    say(second, 900, 123_456, 1020 + late_ms)
    one, two = viewer.packets
    step = (two.timestamp - one.timestamp) & 0xFFFFFFFF
    assert step % 960 == 0
    assert step >= 960
    assert two.marker == 1
    assert two.sequence_number == one.sequence_number + 1


def test_a_voice_that_ends_is_followed_by_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.media.slot.time.monotonic", lambda: 1.0)
    viewer = Viewer(AUDIO)
    first, second = voice(1), voice(2)
    viewer.slot.show(first, 0)
    say(first, 10, 5000, 1000)
    viewer.slot.clear()
    viewer.slot.clear()
    viewer.slot.show(second, 0)
    say(second, 900, 123_456, 1020)
    spoken, *silent, spoken_again = viewer.packets
    assert [one.payload for one in silent] == [b"\xf8\xff\xfe"] * 3
    numbers = [one.sequence_number for one in (spoken, *silent, spoken_again)]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    steps = [(one.timestamp - spoken.timestamp) & 0xFFFFFFFF for one in silent]
    assert steps == [960, 1920, 2880]
    assert ((spoken_again.timestamp - silent[-1].timestamp) & 0xFFFFFFFF) % 960 == 0
    assert {one.payload_type for one in silent} == {AUDIO.payload_types["opus"]}


def test_a_codec_the_viewer_lacks_empties_the_slot(viewer: Viewer) -> None:
    viewer.slot.show(Stream(1, "f", "H264", 100, 90000, PublisherClock()), 0)
    assert viewer.slot.target is None
