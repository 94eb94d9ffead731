"""AV1 packets to temporal units: pieces put together, sizes restored, what a loss takes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.av1 import TEMPORAL_DELIMITER, av1_frames, number, number_at
from recordings.depacketize import Frame, FrameCounts
from recordings.packet_order import Packet
from tests.recordings_payloads import av1_payloads
from tests.recordings_synth import coded

HEADER, KEY, DELTA = b"\x08\x00\x00\x00", b"\x30\x10key", b"\x30\x20delta"
"""OBUs without their sizes"""


def sized(unit: bytes) -> bytes:
    return bytes([unit[0] | 2]) + number(len(unit) - 1) + unit[1:]


def packets_of(
    units: Sequence[Sequence[bytes]], *, lose: tuple[int, ...] = (), run: int = 1
) -> list[Packet]:
    """``lose`` counts packets over all units."""
    found: list[Packet] = []
    sequence = lost = 0
    for at, payloads in enumerate(units):
        for index, payload in enumerate(payloads):
            if sequence in lose:
                lost += 1
            else:
                is_last = index == len(payloads) - 1
                found.append(Packet(0, 1, sequence, at * 3600, is_last, payload, run, lost))
                lost = 0
            sequence += 1
    return found


def frames_of(packets: Sequence[Packet], counts: FrameCounts | None = None) -> list[Frame]:
    return [f for f in av1_frames(packets, counts or FrameCounts()) if f is not None]


@pytest.mark.parametrize("size", [7, 100, 1100])
@pytest.mark.parametrize("counted", [True, False])
def test_units_of_a_real_encoder_come_out_as_they_went_in(size: int, counted: bool) -> None:
    """But for the delimiter, which WebM leaves out."""
    coded_frames = coded("AV1", 1000, key_every=10)
    counts = FrameCounts()
    packets = packets_of([av1_payloads(f.data, size, counted=counted) for f in coded_frames])
    frames = frames_of(packets, counts)
    assert [f.data for f in frames] == [f.data.removeprefix(b"\x12\x00") for f in coded_frames]
    assert [f.is_key for f in frames] == [f.is_key for f in coded_frames]
    assert sum(f.is_key for f in frames) >= 2
    assert (counts.broken, counts.unusable) == (0, 0)


def test_units_that_have_sizes_already_stay() -> None:
    payload = b"\x08" + b"".join(
        number(len(one)) + one for one in (sized(HEADER), b"\x12\x00", sized(KEY), b"\x7a\x01\x00")
    )
    (frame,) = frames_of(packets_of([[payload]]))
    assert frame.data == sized(HEADER) + sized(KEY), "no delimiter, no padding"
    assert frame.is_key


def test_nothing_is_shown_before_a_keyframe_with_its_header() -> None:
    units = [[b"\x10" + DELTA], [b"\x10" + KEY], [b"\x28" + number(4) + HEADER + KEY]]
    counts = FrameCounts()
    frames = frames_of(packets_of([*units, [b"\x10" + DELTA]]), counts)
    assert [f.data for f in frames] == [sized(HEADER) + sized(KEY), sized(DELTA)]
    assert counts.unusable == 2


def test_a_later_keyframe_may_go_without_a_header_and_gets_the_last() -> None:
    units = [[b"\x28" + number(4) + HEADER + KEY], [b"\x10" + DELTA], [b"\x10" + KEY]]
    frames = frames_of(packets_of(units))
    assert frames[2].data == sized(HEADER) + sized(KEY) and frames[2].is_key


def test_after_a_loss_only_a_keyframe_with_a_header_will_do() -> None:
    """The header that was lost may have been another."""
    begin = [b"\x28" + number(4) + HEADER + KEY]
    units = [begin, [b"\x10" + DELTA], [b"\x10" + HEADER, b"\x10" + KEY], [b"\x10" + DELTA], begin]
    counts = FrameCounts()
    frames = frames_of(packets_of(units, lose=(2,)), counts)
    assert [f.packet.timestamp // 3600 for f in frames] == [0, 1, 4]
    assert counts.unusable == 2


def test_shown_again_and_hidden_keyframes_are_no_beginning() -> None:
    for frame in (b"\x18\x90", b"\x30\x00hidden"):
        assert not frames_of(packets_of([[b"\x28" + number(4) + HEADER + frame]]))


def test_another_run_begins_with_its_own_header() -> None:
    first = packets_of([[b"\x28" + number(4) + HEADER + KEY]])
    second = packets_of([[b"\x10" + KEY], [b"\x28" + number(4) + HEADER + KEY]], run=2)
    assert len(frames_of([*first, *second])) == 2


@pytest.mark.parametrize(
    "payloads",
    [
        [b"\x00"],
        [b"\x10"],
        [b"\x30" + b"\x01\x30"],
        [b"\x20" + b"\x7f" + KEY],
        [b"\x00" + b"\xff" * 12],
        [b"\x90" + KEY],
        [b"\x50" + KEY],
        [b"\x50" + KEY, b"\x10" + DELTA],
        [b"\x10" + KEY, b"\x90" + KEY],
        [b"\x10\xb0" + KEY],
        [b"\x10\x34"],
        [b"\x10\x32\x7f\x10"],
    ],
    ids=[
        "nothing", "an element short", "an element missing", "length too long", "endless length",
        "beginning missing", "end missing", "not continued", "continues nothing", "forbidden bit",
        "extension missing", "size too long",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_a_broken_unit(payloads: list[bytes]) -> None:
    begin = [b"\x28" + number(4) + HEADER + KEY]
    counts = FrameCounts()
    frames = frames_of(packets_of([begin, payloads, [b"\x10" + DELTA], begin]), counts)
    assert [f.packet.timestamp // 3600 for f in frames] == ([0, 3])
    assert (counts.whole, counts.unusable) == (2, 1)
    assert counts.broken == 1


_PAYLOAD = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda head, body: bytes([head]) + body, st.integers(0, 255), st.binary(max_size=20)),
    st.sampled_from([b"\x28" + number(4) + HEADER + KEY, b"\x10" + DELTA, b"\x50" + DELTA]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_PAYLOAD, st.booleans(), st.booleans(), st.integers(0, 2))))
def test_whatever_comes_it_ends_and_what_comes_out_is_whole(
    found: list[tuple[bytes, bool, bool, int]],
) -> None:
    timestamp, packets = 0, []
    for index, (payload, is_next, is_marked, lost) in enumerate(found):
        timestamp += is_next
        packets.append(Packet(0, 1, index, timestamp, is_marked, payload, 1, lost))
    frames = frames_of(packets)
    assert not frames or frames[0].is_key
    for frame in frames:
        at = 0
        while at < len(frame.data):
            length = number_at(frame.data, at + 1 + (frame.data[at] >> 2 & 1))
            assert frame.data[at] & 0x82 == 2 and length is not None
            at = length[1] + length[0]
        assert at == len(frame.data)


@given(st.integers(0, (1 << 56) - 1))
def test_numbers_come_back(value: int) -> None:
    assert number_at(b"x" + number(value) + b"y", 1) == (value, 1 + len(number(value)))


def test_what_is_left_after_a_loss_decodes_without_a_complaint() -> None:
    frames = coded("AV1", 1000, key_every=10)
    payloads = [av1_payloads(one.data, 300) for one in frames]
    whole = decoded([one.data for one in frames])
    for missing in range(0, sum(map(len, payloads)), 5):
        kept = frames_of(packets_of(payloads, lose=(missing,)))
        assert len(kept) >= 14, "at most a keyframe and the nine that follow it"
        for frame, picture in zip(kept, decoded([one.data for one in kept]), strict=True):
            assert picture == whole[frame.packet.timestamp // 3600]


def decoded(frames: Sequence[bytes]) -> list[bytes]:
    decoder: Any = av.CodecContext.create("libdav1d", "r")
    decoder.thread_count = 1
    found = [f for data in frames for f in decoder.decode(av.Packet(TEMPORAL_DELIMITER + data))]
    return [f.to_ndarray().tobytes() for f in (*found, *decoder.decode(None))]
