"""RTCP as we write it is what aiortc's parser reads, and the other way round."""

from __future__ import annotations

from struct import unpack_from

import pytest
from aiortc.rtp import (
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)
from hypothesis import given
from hypothesis import strategies as st

from server.media import rtcp
from server.media.twcc import ArrivalRecorder


def test_a_nack_names_what_is_missing() -> None:
    numbers = [65534, 65535, 0, 5, 300]
    parsed = RtcpPacket.parse(rtcp.write_nack(7, numbers))[0]
    assert isinstance(parsed, RtcpRtpfbPacket)
    assert parsed.media_ssrc == 7
    assert [number & 0xFFFF for number in parsed.lost] == numbers


def test_a_nack_of_aiortc_is_read() -> None:
    packet = bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=9, lost=[10, 11, 26, 500]))
    assert rtcp.nacked(packet) == (9, [10, 11, 26, 500])


def test_a_pli_is_a_pli() -> None:
    parsed = RtcpPacket.parse(rtcp.write_pli(9))[0]
    assert isinstance(parsed, RtcpPsfbPacket)
    assert (parsed.fmt, parsed.media_ssrc) == (1, 9)


def test_a_sender_report_carries_time_and_name() -> None:
    report, sdes = RtcpPacket.parse(
        rtcp.write_sender_report(5, 3_900_000_000.5, 1234, 10, 2000, "stage")
    )
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.ntp_timestamp == (3_900_000_000 << 32) | (1 << 31)
    assert report.sender_info.rtp_timestamp == 1234
    assert isinstance(sdes, RtcpSdesPacket)
    assert sdes.chunks[0].items == [(1, b"stage")]


def test_a_sender_report_of_aiortc_is_read() -> None:
    info = RtcpSenderInfo(
        ntp_timestamp=(3_900_000_000 << 32) | (1 << 30), rtp_timestamp=77, packet_count=1,
        octet_count=2,
    )  # fmt: skip
    assert rtcp.sender_info(bytes(RtcpSrPacket(ssrc=3, sender_info=info))) == (
        3, 3_900_000_000.25, 77,
    )  # fmt: skip


def test_report_blocks_go_both_ways() -> None:
    block = rtcp.Block(3, 64, 5, 0x10005, 7, 8, 9)
    parsed = RtcpPacket.parse(rtcp.write_receiver_report([block]))[0]
    assert isinstance(parsed, RtcpRrPacket)
    assert parsed.reports[0].fraction_lost == 64
    info = RtcpReceiverInfo(
        ssrc=3, fraction_lost=64, packets_lost=5, highest_sequence=0x10005, jitter=7, lsr=8, dlsr=9
    )
    assert rtcp.report_blocks(rtcp.RR, 1, bytes(RtcpRrPacket(ssrc=1, reports=[info]))) == [block]


def test_remb_is_read() -> None:
    packet = bytes(RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(1_500_000, [5])))
    assert rtcp.remb(packet) == 1_500_000


@given(st.binary(max_size=120))
def test_no_control_packet_breaks_the_parser(data: bytes) -> None:
    for kind, count, packet in rtcp.split(data):
        rtcp.report_blocks(kind, count, packet)
        rtcp.sender_info(packet)
        rtcp.nacked(packet)
        rtcp.remb(packet)
        rtcp.fir_targets(packet)


# ---- transport-wide feedback -------------------------------------------------------------------


def read_feedback(packet: bytes) -> dict[int, float]:
    """An independent reading of the draft: number → arrival in ms (reference time + deltas)."""
    _, _, _, _, _, base, count, reference = unpack_from("!BBHIIHHI", packet, 0)
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    position = 20
    symbols: list[int] = []
    while len(symbols) < count:
        (chunk,) = unpack_from("!H", packet, position)
        position += 2
        if not chunk & 0x8000:
            symbols += [(chunk >> 13) & 3] * (chunk & 0x1FFF)
        elif chunk & 0x4000:
            symbols += [(chunk >> shift) & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [(chunk >> shift) & 1 for shift in range(13, -1, -1)]
    now = (reference >> 8) * 64.0
    found: dict[int, float] = {}
    for index, symbol in enumerate(symbols[:count]):
        if symbol == 1:
            now += packet[position] * 0.25
            position += 1
        elif symbol == 2:
            (delta,) = unpack_from("!h", packet, position)
            now += delta * 0.25
            position += 2
        if symbol:
            found[(base + index) & 0xFFFF] = now
    assert position == end
    return found


def test_feedback_says_what_arrived_when() -> None:
    recorder = ArrivalRecorder()
    arrivals = {10: 1000.0, 11: 1001.25, 13: 1100.0, 12: 1099.0, 20: 1101.0}
    for number, ms in arrivals.items():
        recorder.record(number, int(ms * 1e6))
    packet = recorder.write(5)
    assert packet is not None
    assert read_feedback(packet) == pytest.approx(arrivals, abs=0.26)
    assert recorder.write(5) is None


def test_feedback_goes_on_after_the_last_number_and_wraps() -> None:
    recorder = ArrivalRecorder()
    recorder.record(65535, 1_000_000_000)
    assert recorder.write(5)
    recorder.record(1, 1_010_000_000)  # 0 was lost
    packet = recorder.write(5)
    assert packet is not None
    assert unpack_from("!HH", packet, 12) == (0, 2)
    assert list(read_feedback(packet)) == [1]


@given(
    st.lists(
        st.tuples(st.integers(1, 20), st.floats(0, 9000, allow_nan=False)),
        min_size=1, max_size=120,
    )
)  # fmt: skip
def test_feedback_survives_any_gaps_and_delays(steps: list[tuple[int, float]]) -> None:
    recorder = ArrivalRecorder()
    number, now = 60_000, 1e6
    sent: dict[int, float] = {}
    for step, delay in steps:
        number, now = number + step, now + delay
        sent[number & 0xFFFF] = now
        recorder.record(number & 0xFFFF, int(now * 1e6))
    found: dict[int, float] = {}
    while (packet := recorder.write(5)) is not None:
        found |= read_feedback(packet)
    # Reference times wrap after 2**24 × 64 ms; compare within one turn.
    assert {n: t % (2**24 * 64) for n, t in sent.items()} == pytest.approx(found, abs=0.3)
