"""VP9 packets to pictures: layers, what a loss takes with it, and packets that make no sense."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.depacketize import Frame, FrameCounts
from recordings.packet_order import Packet
from recordings.vp9 import descriptor_of, key_size, superframe, vp9_frames
from tests.recordings_payloads import vp9_payloads
from tests.recordings_synth import coded

KEY = bytes.fromhex("824983420013f00b36")
"""of 320 by 180"""
DELTA = b"\x86\x00\x40"


@dataclass
class Stream:
    """Builds packets; those that are lost leave their numbers behind."""

    packets: list[Packet] = field(default_factory=list)
    sequence: int = 0
    timestamp: int = 0
    lost: int = 0
    run: int = 1

    def picture(self, *frames: Sequence[bytes], lose: tuple[int, ...] = ()) -> Stream:
        """Each frame is a layer's payloads; ``lose`` counts packets of the picture."""
        payloads = [payload for frame in frames for payload in frame]
        self.timestamp += 3600
        for index, payload in enumerate(payloads):
            if index in lose:
                self.lost += 1
            else:
                is_last = index == len(payloads) - 1
                self.packets.append(
                    Packet(0, 1, self.sequence, self.timestamp, is_last, payload, self.run,
                           self.lost)
                )  # fmt: skip
                self.lost = 0
            self.sequence += 1
        return self

    def frames(self, counts: FrameCounts | None = None) -> list[Frame]:
        found = vp9_frames(self.packets, counts or FrameCounts())
        return [frame for frame in found if frame is not None]

    def tags(self, counts: FrameCounts | None = None) -> list[str]:
        """The letter each layer's frame ends with."""
        return [
            "".join(chr(octet) for octet in frame.data.replace(KEY, b"") if 65 <= octet <= 90)
            for frame in self.frames(counts)
        ]


def layer(
    tag: str, picture: int, temporal: int = 0, spatial: int = 0, *, back: bool = True,
    switch: bool = False, tl0: int = 0, parts: int = 1,
) -> list[bytes]:  # fmt: skip
    is_key = not back and spatial == 0
    body = (KEY if is_key else DELTA) + b"\x01" * 8 * parts + tag.encode()
    return vp9_payloads(
        body, -(-len(body) // parts), picture_id=picture, refers_back=back,
        layers=(temporal, spatial, switch, spatial > 0), tl0=tl0,
    )  # fmt: skip


def test_the_descriptor_is_read_in_both_modes() -> None:
    plain = descriptor_of(b"\x0c" + KEY)
    assert plain is not None
    assert (plain.begins, plain.ends, plain.refers_back, plain.start) == (True, True, False, 1)
    full = descriptor_of(vp9_payloads(DELTA, picture_id=4711, layers=(2, 1, True, True), tl0=9)[0])
    assert full is not None
    assert (full.picture_id, full.picture_id_bits, full.tl0) == (4711, 15, 9)
    assert (full.temporal_id, full.spatial_id) == (2, 1)
    assert full.is_switching_point and full.refers_down
    flexible = descriptor_of(
        vp9_payloads(DELTA, picture_id=7, refers_back=True, layers=(1, 0, False, False),
                     differences=(1, 3))[0]
    )  # fmt: skip
    assert flexible is not None and flexible.tl0 is None
    assert flexible.start == 1 + 2 + 1 + 2
    structure = bytes([1 << 5 | 0x18]) + struct.pack(">4H", 320, 180, 640, 360)
    structure += bytes([2, 0, 1 << 5 | 1 << 2, 1])
    with_structure = descriptor_of(vp9_payloads(KEY, picture_id=1, structure=structure)[0])
    assert with_structure is not None and with_structure.size == (640, 360)
    assert with_structure.start == 3 + len(structure)


@pytest.mark.parametrize("size", [100, 1100])
def test_frames_of_a_real_encoder_come_out_as_they_went_in(size: int) -> None:
    coded_frames = coded("VP9", 1000, key_every=10)
    stream = Stream()
    for index, one in enumerate(coded_frames):
        stream.picture(vp9_payloads(one.data, size, picture_id=0x7FF8 + index))
    counts = FrameCounts()
    frames = stream.frames(counts)
    assert [f.data for f in frames] == [one.data for one in coded_frames]
    assert [f.is_key for f in frames] == [one.is_key for one in coded_frames]
    assert {(f.width, f.height) for f in frames} == {(320, 180)}
    assert (counts.broken, counts.unusable) == (0, 0)


def test_sizes_of_keyframes_only() -> None:
    frames = coded("VP9", 200, 180, 320)
    assert key_size(frames[0].data) == (180, 320)
    assert key_size(frames[1].data) is None
    assert key_size(b"\x82\x49\x83") is None


def test_nothing_is_shown_before_a_keyframe_or_between_a_loss_and_the_next() -> None:
    counts = FrameCounts()
    stream = Stream().picture(layer("A", 1)).picture(layer("C", 2, back=False, parts=3))
    stream.picture(layer("D", 3, parts=3), lose=(1,)).picture(layer("E", 4))
    stream.picture(layer("F", 5, back=False)).picture(layer("G", 6))
    stream.picture(layer("H", 7), lose=(0,)).picture(layer("I", 8))
    assert stream.tags(counts) == ["C", "F", "G"]
    assert (counts.whole, counts.broken, counts.unusable) == (3, 1, 3)


def test_an_intra_frame_that_is_no_keyframe_mends_nothing() -> None:
    intra = vp9_payloads(b"\x84\x00\x40\x01\x01A", picture_id=2, refers_back=False)
    stream = Stream().picture(intra).picture(layer("C", 3))
    assert stream.tags() == []


def test_layers_of_one_picture_become_one_superframe() -> None:
    stream = Stream()
    stream.picture(layer("C", 1, back=False), layer("D", 1, spatial=1, back=False))
    stream.picture(layer("E", 2), layer("F", 2, spatial=1))
    both, later = stream.frames()
    assert both.is_key and not later.is_key
    lower, upper = KEY + b"\x01" * 8 + b"C", DELTA + b"\x01" * 8 + b"D"
    mark = bytes([0xC1])
    assert both.data == lower + upper + mark + bytes([len(lower), len(upper)]) + mark


def test_a_superframe_among_the_layers_is_taken_apart() -> None:
    inner = superframe([b"\x80hidden", b"\x80shown"])
    assert inner is not None
    assert superframe([b"\x80low", inner]) == superframe([b"\x80low", b"\x80hidden", b"\x80shown"])
    assert superframe([b"\x80"] * 9) is None


def test_a_lost_upper_layer_leaves_the_lower_ones() -> None:
    stream = Stream()
    stream.picture(layer("C", 1, back=False), layer("D", 1, spatial=1, back=False))
    stream.picture(layer("E", 2), layer("F", 2, spatial=1), lose=(1,))
    stream.picture(layer("G", 3), layer("H", 3, spatial=1))
    stream.picture(layer("I", 4), layer("J", 4, spatial=1, back=False))
    stream.picture(layer("K", 5), layer("L", 5, spatial=1))
    assert stream.tags() == ["CD", "E", "G", "IJ", "KL"]


def test_a_lost_lower_layer_takes_the_picture_with_it() -> None:
    stream = Stream()
    stream.picture(layer("C", 1, back=False), layer("D", 1, spatial=1, back=False))
    stream.picture(layer("E", 2), layer("F", 2, spatial=1), lose=(0,))
    stream.picture(layer("G", 3), layer("H", 3, spatial=1))
    assert stream.tags() == ["CD"]


def test_a_lost_temporal_layer_leaves_the_base_and_mends_at_a_switching_point() -> None:
    stream = Stream().picture(layer("C", 1, back=False, tl0=1))
    stream.picture(layer("D", 2, 2, tl0=1), lose=(0,))
    stream.picture(layer("E", 3, 1, tl0=1))
    stream.picture(layer("F", 4, 0, tl0=2))
    stream.picture(layer("G", 5, 1, tl0=2))
    stream.picture(layer("H", 6, 0, tl0=3, switch=True))
    stream.picture(layer("I", 7, 1, tl0=3))
    assert stream.tags() == ["C", "F", "H", "I"]


def test_a_lost_base_picture_is_seen_by_its_index() -> None:
    stream = Stream().picture(layer("C", 1, back=False, tl0=1))
    stream.picture(layer("D", 2, 0, tl0=2), lose=(0,))
    stream.picture(layer("E", 3, 1, tl0=2)).picture(layer("F", 4, 0, tl0=3))
    stream.picture(layer("G", 5, 0, back=False, tl0=4))
    assert stream.tags() == ["C", "G"]


def test_another_run_begins_with_its_own_keyframe() -> None:
    stream = Stream().picture(layer("C", 1, back=False))
    stream.run = 2
    stream.picture(layer("D", 2)).picture(layer("E", 3, back=False))
    assert stream.tags() == ["C", "E"]


_PAYLOAD = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda head, body: bytes([head]) + body, st.integers(0, 255), st.binary(max_size=20)),
    st.sampled_from([*layer("A", 1, back=False), *layer("C", 2), *layer("D", 3, 1, 1)]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_PAYLOAD, st.booleans(), st.booleans(), st.integers(0, 2))))
def test_whatever_comes_it_ends_and_what_comes_out_begins_with_a_keyframe(
    found: list[tuple[bytes, bool, bool, int]],
) -> None:
    timestamp, packets = 0, []
    for index, (payload, is_next, is_marked, lost) in enumerate(found):
        timestamp += is_next
        packets.append(Packet(0, 1, index, timestamp, is_marked, payload, 1, lost))
    frames = [f for f in vp9_frames(packets, FrameCounts()) if f is not None]
    assert not frames or frames[0].is_key
    assert all(frame.data for frame in frames)


def test_what_is_left_after_a_loss_decodes_without_a_complaint() -> None:
    """Every packet of a small stream is lost once; nothing smeared comes out."""
    frames = coded("VP9", 1000, key_every=10)
    payloads = [vp9_payloads(one.data, 400, picture_id=at) for at, one in enumerate(frames)]
    total = sum(map(len, payloads))
    whole = decoded([one.data for one in frames])
    for missing in range(0, total, 5):
        stream, at = Stream(), 0
        for one in payloads:
            stream.picture(one, lose=(missing - at,))
            at += len(one)
        kept = stream.frames()
        assert len(kept) >= 14, "at most a keyframe and the nine that follow it"
        for frame, picture in zip(kept, decoded([one.data for one in kept]), strict=True):
            assert picture == whole[frame.packet.timestamp // 3600 - 1]


def decoded(frames: Sequence[bytes]) -> list[bytes]:
    decoder = av.CodecContext.create("vp9", "r")
    decoder.thread_count = 1
    found = [f for data in frames for f in decoder.decode(av.Packet(data))]
    return [f.to_ndarray().tobytes() for f in (*found, *decoder.decode(None))]
