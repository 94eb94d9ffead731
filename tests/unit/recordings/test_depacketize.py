"""Frames from packets: what is lost takes with it only what refers to it."""

from __future__ import annotations

import struct

from recordings.depacketize import FrameCounts, h264_frames, vp8_frames
from recordings.packet_order import Packet
from recordings.source import opus_duration_ms


def key(tag: bytes = b"k", width: int = 640, height: int = 360) -> bytes:
    return b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + tag


def delta(tag: bytes = b"d") -> bytes:
    return b"\x11\x00\x00" + tag


def descriptor(*, starts: bool, tid: int | None = None, tl0: int = 0, sync: bool = False) -> bytes:
    first = 0x10 if starts else 0
    if tid is None:
        return bytes([first])
    return bytes([first | 0x80, 0x60, tl0, tid << 6 | (0x20 if sync else 0)])


class Stream:
    """Builds packets; ``skip`` leaves out sequence numbers as if they were lost."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._sequence = 0
        self._timestamp = 0
        self._lost = 0
        self.run = 1

    def frame(
        self, data: bytes, *, parts: int = 1, lose: tuple[int, ...] = (), tid: int | None = None,
        tl0: int = 0, sync: bool = False,
    ) -> Stream:  # fmt: skip
        size = -(-len(data) // parts)
        self._timestamp += 3000
        for part in range(parts):
            payload = descriptor(starts=part == 0, tid=tid, tl0=tl0, sync=sync)
            payload += data[part * size : (part + 1) * size]
            if part in lose:
                self._lost += 1
            else:
                self.packets.append(
                    Packet(
                        0, 1, self._sequence, self._timestamp, part == parts - 1, payload,
                        self.run, self._lost,
                    )
                )  # fmt: skip
                self._lost = 0
            self._sequence += 1
        return self

    def tags(self, counts: FrameCounts | None = None) -> list[bytes]:
        frames = vp8_frames(self.packets, counts or FrameCounts())
        return [frame.data[-1:] for frame in frames if frame is not None]


def test_frames_of_several_packets_are_put_together() -> None:
    stream = Stream().frame(key(b"abcdef"), parts=3).frame(delta(b"xyz"), parts=2)
    frames = [f for f in vp8_frames(stream.packets, FrameCounts()) if f is not None]
    assert [frame.data for frame in frames] == [key(b"abcdef"), delta(b"xyz")]
    assert [(f.is_key, f.width, f.height) for f in frames] == [(True, 640, 360), (False, 640, 360)]


def test_nothing_is_shown_before_the_first_keyframe() -> None:
    counts = FrameCounts()
    assert Stream().frame(delta(b"1")).frame(key(b"2")).frame(delta(b"3")).tags(counts) == [
        b"2", b"3",
    ]  # fmt: skip
    assert counts.unusable == 1


def test_after_a_loss_the_picture_stands_until_the_next_keyframe() -> None:
    for lose in ((0,), (1,), (2,)):
        counts = FrameCounts()
        stream = Stream().frame(key(b"1")).frame(delta(b"222222"), parts=3, lose=lose)
        stream.frame(delta(b"3")).frame(key(b"4")).frame(delta(b"5"))
        assert stream.tags(counts) == [b"1", b"4", b"5"], lose
        assert counts.broken + counts.unusable == 2


def test_a_lost_enhancement_frame_leaves_the_base_layer() -> None:
    stream = Stream().frame(key(b"1"), tid=0, tl0=1)
    stream.frame(delta(b"2"), tid=2, tl0=1, lose=(0,))
    stream.frame(delta(b"3"), tid=1, tl0=1)
    stream.frame(delta(b"4"), tid=0, tl0=2)
    stream.frame(delta(b"5"), tid=1, tl0=2, sync=True)
    assert stream.tags() == [b"1", b"4", b"5"]


def test_a_lost_base_frame_is_seen_by_its_index() -> None:
    stream = Stream().frame(key(b"1"), tid=0, tl0=1)
    stream.frame(delta(b"2"), tid=0, tl0=2, lose=(0,))
    stream.frame(delta(b"3"), tid=1, tl0=2, sync=True)
    stream.frame(delta(b"4"), tid=0, tl0=3).frame(key(b"5"), tid=0, tl0=4)
    assert stream.tags() == [b"1", b"5"]


def test_another_layer_starts_with_its_own_keyframe() -> None:
    stream = Stream().frame(key(b"1"))
    stream.run = 2
    stream.frame(delta(b"2")).frame(key(b"3", 1280, 720)).frame(delta(b"4"))
    assert stream.tags() == [b"1", b"3", b"4"]


def test_h264_fragments_and_aggregates_become_annex_b() -> None:
    sps, pps, idr = b"\x67\x42\x00\x1f", b"\x68\xce", b"\x65" + b"i" * 9
    stap = b"\x78" + b"".join(struct.pack(">H", len(u)) + u for u in (sps, pps))
    fu = [b"\x7c\x85" + b"i" * 4, b"\x7c\x45" + b"i" * 5]

    def packet(sequence: int, timestamp: int, payload: bytes, *, last: bool) -> Packet:
        return Packet(0, 1, sequence, timestamp, last, payload, 1, 0)

    packets = [
        packet(0, 0, b"\x41early", last=True),
        packet(1, 1, stap, last=False),
        packet(2, 1, fu[0], last=False),
        packet(3, 1, fu[1], last=True),
        packet(4, 2, b"\x41later", last=True),
    ]
    frames = [f for f in h264_frames(packets, FrameCounts()) if f is not None]
    start = b"\x00\x00\x00\x01"
    assert [f.data for f in frames] == [
        start + sps + start + pps + start + idr, start + b"\x41later",
    ]  # fmt: skip
    assert [f.is_key for f in frames] == [True, False]


def test_opus_packets_tell_their_length() -> None:
    assert opus_duration_ms(bytes([15 << 3 | 4])) == 20.0  # hybrid, one frame
    assert opus_duration_ms(bytes([31 << 3])) == 20.0
    assert opus_duration_ms(bytes([3 << 3 | 1])) == 120.0
    assert opus_duration_ms(bytes([28 << 3 | 3, 4])) == 10.0
    assert opus_duration_ms(b"") == 0.0
