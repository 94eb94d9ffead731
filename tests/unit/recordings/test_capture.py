"""The capture reader: order, copies, loss, torn tails, clocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.capture import CaptureUnreadable, scan
from recordings.clock import clocks_of
from recordings.packet_order import Counts, packets
from tests.recordings_synth import MS, CaptureWriter, rtp_packet


def read(path: Path) -> tuple[list[tuple[int, int]], Counts]:
    """(sequence relative to the first, timestamp relative to the first) and what was counted."""
    counts = Counts()
    found = list(packets(scan(path), counts))
    first = found[0]
    return [(p.sequence - first.sequence, p.timestamp - first.timestamp) for p in found], counts


@st.composite
def network(draw: st.DrawFn) -> list[tuple[int, int]]:
    """(arrival in ms, index) of 20-ms packets: late by up to 1.5 s, copied, lost."""
    result: list[tuple[int, int]] = []
    count = draw(st.integers(3, 120))
    for index in range(count):
        fate = draw(st.sampled_from(["on time", "on time", "late", "twice", "lost"]))
        if fate == "lost" and index not in (0, count - 1):
            continue
        delay = draw(st.integers(0, 1500)) if fate == "late" and index else 0
        result.append((index * 20 + delay, index))
        if fate == "twice":
            result.append((index * 20 + draw(st.integers(0, 300)), index))
    return sorted(result)


@settings(max_examples=150, deadline=None)
@given(network(), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF))
def test_reader_yields_each_packet_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, arrivals: list[tuple[int, int]], seq: int, ts: int
) -> None:
    path = tmp_path_factory.mktemp("capture") / "c.rtp"
    writer = CaptureWriter(path)
    for arrival, index in arrivals:
        writer.rtp(arrival * MS, rtp_packet(seq + index, ts + 960 * index, 1, b"x"))
    writer.close()
    sent = sorted({index for _, index in arrivals})
    found, counts = read(path)
    assert [index for index, _ in found] == [index - sent[0] for index in sent]
    assert [ticks for _, ticks in found] == [960 * (index - sent[0]) for index in sent]
    assert counts.duplicates == len(arrivals) - len(sent)
    assert counts.lost == sent[-1] - sent[0] + 1 - len(sent)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400))
def test_a_torn_tail_loses_only_the_torn_record(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("capture") / "c.rtp"
    writer = CaptureWriter(path)
    for index in range(20):
        writer.rtp(index * 20 * MS, rtp_packet(index, 960 * index, 1, b"x" * 20))
    writer.close(is_sealed=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    scanned = scan(path)
    record = 13 + 12 + 20 + 4
    assert scanned.packets == 20 - -(-cut // record)
    assert scanned.torn_bytes == -cut % record
    assert scanned.end is None


def test_a_flipped_bit_ends_the_reading_there(tmp_path: Path) -> None:
    path = tmp_path / "c.rtp"
    writer = CaptureWriter(path)
    for index in range(10):
        writer.rtp(index * MS, rtp_packet(index, 0, 1, b"abc"))
    writer.close()
    data = bytearray(path.read_bytes())
    data[-200] ^= 1
    path.write_bytes(bytes(data))
    scanned = scan(path)
    assert 0 < scanned.packets < 10
    assert scanned.torn_bytes > 0


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RPRC\x02\x00\x00\x00", b"RPRC\x01\x00\xff"])
def test_what_is_no_capture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.rtp"
    path.write_bytes(content)
    with pytest.raises(CaptureUnreadable):
        scan(path)


def test_a_layer_switch_and_a_declared_gap_are_no_loss(tmp_path: Path) -> None:
    path = tmp_path / "c.rtp"
    writer = CaptureWriter(path, track="camera", codec="VP8", clock_rate=90_000)
    for index in range(3):
        writer.rtp(index * 20 * MS, rtp_packet(index, index, 1, b"q"))
    writer.layer(61 * MS, "f", 2)
    for index in range(3):
        writer.rtp((80 + index) * MS, rtp_packet(40_000 + index, 777 + index, 2, b"f"))
    writer.rtp(90 * MS, rtp_packet(3, 3, 1, b"straggler"))
    writer.gap(100 * MS, "muted")
    for index in range(3):
        writer.rtp((200 + index) * MS, rtp_packet(41_000 + index, 9777 + index, 2, b"g"))
    writer.close()
    counts = Counts()
    found = list(packets(scan(path), counts))
    assert [p.payload for p in found] == [b"q"] * 3 + [b"f"] * 3 + [b"g"] * 3
    assert counts.lost == 0
    assert counts.late == 1
    assert len({p.run for p in found}) == 3


def test_one_offset_serves_sound_and_picture_of_a_connection(tmp_path: Path) -> None:
    """The picture's reports travelled 30 ms slower: it must not be placed 30 ms later."""
    for track, codec, rate, delay in (
        ("microphone", "opus", 48_000, 20), ("camera", "VP8", 90_000, 50)
    ):  # fmt: skip
        writer = CaptureWriter(
            tmp_path / f"{track}.rtp", track=track, codec=codec, clock_rate=rate, origin_ms=5000
        )
        for index in range(50):
            at = index * 100
            ticks = 1_000_000 + at * rate // 1000
            if index % 10 == 5:
                writer.report((at + delay) * MS, 1, (at + 9_000_000) * MS, ticks)
            writer.rtp((at + delay) * MS, rtp_packet(index, ticks, 1, b"x"))
        writer.close()
    scans = [scan(tmp_path / "microphone.rtp"), scan(tmp_path / "camera.rtp")]
    clocks = clocks_of(scans)
    for scanned in scans:
        clock = clocks[scanned.header.capture_id]
        for index, packet in enumerate(packets(scanned)):
            assert clock.session_ms(packet) == pytest.approx(5000 + index * 100 + 20, abs=0.01)


def test_packets_are_placed_by_arrival_when_no_report_came(tmp_path: Path) -> None:
    writer = CaptureWriter(tmp_path / "c.rtp", origin_ms=1000)
    for index in range(10):
        jitter = 7 * (index % 3)
        writer.rtp((index * 20 + jitter) * MS, rtp_packet(index, 960 * index, 1, b"x"))
    writer.close()
    scanned = scan(tmp_path / "c.rtp")
    clock = clocks_of([scanned])["c"]
    times = [clock.session_ms(packet) for packet in packets(scanned)]
    assert times == pytest.approx([1000 + index * 20 for index in range(10)])


def test_a_microphone_whose_timestamps_stood_still_keeps_its_pause(tmp_path: Path) -> None:
    """Off for 10 s, and the RTP clock did not run meanwhile: its reports say so."""
    writer = CaptureWriter(tmp_path / "c.rtp")
    ticks = 0
    expected: list[float] = []
    for index in range(100):
        at = index * 20 + (10_000 if index >= 50 else 0)
        if index % 25 == 0:
            writer.report((at + 30) * MS, 1, (at + 77_000) * MS, ticks)
        writer.rtp((at + 30) * MS, rtp_packet(index, ticks, 1, b"x"))
        expected.append(at + 30)
        ticks += 960
    writer.close()
    scanned = scan(tmp_path / "c.rtp")
    clock = clocks_of([scanned])["c"]
    assert [clock.session_ms(p) for p in packets(scanned)] == pytest.approx(expected, abs=0.01)


def test_a_report_kept_from_before_the_file_still_places_its_packets(tmp_path: Path) -> None:
    """The plane writes a layer's last report first; it came before the file's clock 0."""
    writer = CaptureWriter(tmp_path / "c.rtp", origin_ms=60_000)
    writer.report(0, 1, 500_000 * MS, 0)
    for index in range(20):
        at = 3000 + index * 20
        writer.rtp((index * 20 + 40) * MS, rtp_packet(index, at * 48, 1, b"x"))
    writer.close()
    scanned = scan(tmp_path / "c.rtp")
    clock = clocks_of([scanned])["c"]
    times = [clock.session_ms(packet) for packet in packets(scanned)]
    assert times == pytest.approx([60_040 + index * 20 for index in range(20)], abs=0.01)
