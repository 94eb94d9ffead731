"""What a stream does about loss, and how it carries time."""

from __future__ import annotations

import pytest

from server.media.rtp import Packet
from server.media.stream import Stream
from server.media.stream_clock import PublisherClock, StreamClock

MS = 1_000_000


class Sink:
    def __init__(self) -> None:
        self.numbers: list[int] = []

    def forward(self, stream: Stream, packet: Packet) -> None:
        self.numbers.append(packet.sequence)


def stream_with_listener() -> Stream:
    stream = Stream(1, "f", "opus", 111, 48000, PublisherClock())
    stream.capture = Sink()
    return stream


def take(stream: Stream, *numbers: int, at_ms: float = 0) -> None:
    for number in numbers:
        stream.receive(number & 0xFFFF, number * 960, 0, b"x", int(at_ms * MS))


def test_a_missing_packet_is_asked_for_after_20_ms_and_ten_times_at_most() -> None:
    stream = stream_with_listener()
    take(stream, 10, 13)
    assert stream.due_nacks(19 * MS) == []
    asked = [stream.due_nacks(now * MS) for now in range(20, 2000, 10)]
    assert [numbers for numbers in asked if numbers] == [[11, 12]] * 10


def test_what_came_after_all_is_not_asked_for() -> None:
    stream = stream_with_listener()
    take(stream, 10, 13, 11)
    assert stream.due_nacks(30 * MS) == [12]


def test_nothing_is_asked_for_where_nobody_listens() -> None:
    stream = Stream(1, "f", "opus", 111, 48000, PublisherClock())
    take(stream, 10, 13)
    assert stream.due_nacks(30 * MS) == []


def test_an_outage_asks_for_a_keyframe_instead() -> None:
    stream = stream_with_listener()
    outages: list[bool] = []
    stream.on_outage = lambda: outages.append(True)
    take(stream, 10, 400)
    assert outages
    assert stream.due_nacks(30 * MS) == []


def test_numbers_unwrap_and_repeats_are_dropped() -> None:
    stream = stream_with_listener()
    take(stream, 65534, 65535, 0, 1)
    assert stream.highest == 65534 + 0x10000 + 3
    assert stream.receive(0, 0, 0, b"x", 0) is None


def test_the_report_block_counts_loss_since_the_last_one() -> None:
    stream = stream_with_listener()
    take(stream, 10, 11, 13, 14)
    block = stream.report_block(1.0)
    assert block is not None
    assert (block.fraction_lost, block.cumulative_lost, block.highest_sequence) == (51, 1, 14)
    take(stream, 15)
    block = stream.report_block(2.0)
    assert block is not None
    assert (block.fraction_lost, block.cumulative_lost) == (0, 1)


def test_two_streams_of_one_publisher_share_a_clock() -> None:
    """The picture's report waited 80 ms on its way, the sound's only 10: both count from 10."""
    publisher = PublisherClock()
    sound, picture = StreamClock(48000, publisher), StreamClock(90000, publisher)
    sound.report(ntp=1000.0, timestamp=48_000, arrival=50.010)
    picture.report(ntp=1000.0, timestamp=90_000, arrival=50.080)
    assert sound.captured_at(48_000) == pytest.approx(50.010)
    assert picture.captured_at(90_000) == pytest.approx(50.010)
    assert picture.timestamp_at(50.020) == 90_900


def test_before_a_report_the_quickest_packet_sets_the_clock() -> None:
    clock = StreamClock(90000, PublisherClock())
    clock.packet(0, 10.050)
    clock.packet(3000, 10.040)
    assert clock.captured_at(3000) == pytest.approx(10.040)
    clock.packet(6000, 10.200)
    assert clock.captured_at(6000) == pytest.approx(10.040 + 1 / 30)


def test_timestamps_wrap() -> None:
    clock = StreamClock(90000, PublisherClock())
    clock.packet(0xFFFFFFFF - 44_999, 10.0)
    assert clock.captured_at(45_000) == pytest.approx(11.0)
