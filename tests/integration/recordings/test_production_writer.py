"""The media plane's capture writer and our reader agree on the format."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from recordings.capture import scan
from recordings.clock import clocks_of
from recordings.packet_order import Counts, packets
from server.media.capture import (
    KIND_GAP,
    KIND_LAYER,
    KIND_RTP,
    KIND_SENDER_REPORT,
    CaptureWriter,
    Sealed,
    Stopped,
)
from tests.recordings_synth import MS, rtp_packet, sender_report

HEADER = {
    "session_id": "s1", "capture_id": "c1", "participant_id": "ada", "track": "camera",
    "codec": "VP8", "clock_rate": 90_000, "payload_type": 96, "ssrc": 7, "epoch": 1,
    "origin_ms": 12_000, "origin_utc_ms": 0, "connection_id": "k1", "layer": "f",
}  # fmt: skip
ORIGIN_NS = 5_000_000_000


def test_what_the_plane_writes_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "captures" / "s1" / "c1.rtp"
    ended = threading.Event()
    ends: list[Sealed | Stopped] = []

    def on_end(end: Sealed | Stopped) -> None:
        ends.append(end)
        ended.set()

    writer = CaptureWriter(watermark=0)
    file = writer.start(path, HEADER, ORIGIN_NS, on_end)
    # The last report of before the capture: its arrival cannot be told (it reads 0).
    file.add(KIND_SENDER_REPORT, ORIGIN_NS - 800 * MS, sender_report(7, 900_000 * MS, 0))
    for index in range(10):
        at = 1000 + index * 40
        body = rtp_packet(index, at * 90, 7, b"\x10data", marker=True, pt=96)
        file.add(KIND_RTP, ORIGIN_NS + (index * 40 + 5) * MS, body)
    file.add_json(KIND_GAP, ORIGIN_NS + 400 * MS, {"reason": "muted"})
    file.add_json(KIND_LAYER, ORIGIN_NS + 500 * MS, {"layer": "h", "ssrc": 8})
    # A one-byte header extension, as the audio level travels.
    extended = b"\x90" + rtp_packet(99, 5, 8, b"", marker=True, pt=96)[1:]
    extended += b"\xbe\xde\x00\x01\x10\x2a\x00\x00" + b"\x10more"
    file.add(KIND_RTP, ORIGIN_NS + 510 * MS, extended)
    file.seal("stopped")
    writer.close()
    assert ended.wait(5)
    assert isinstance(ends[0], Sealed)

    scanned = scan(path)
    assert scanned.header.capture_id == "c1"
    assert scanned.header.connection_id == "k1"
    assert scanned.end is not None
    assert scanned.end["packets"] == scanned.packets == ends[0].packets == 11
    assert scanned.torn_bytes == 0
    assert [gap.reason for gap in scanned.gaps] == ["muted"]
    counts = Counts()
    found = list(packets(scanned, counts))
    assert [p.payload for p in found] == [b"\x10data"] * 10 + [b"\x10more"]
    assert counts == Counts(delivered=11)
    clock = clocks_of([scanned])["c1"]
    times = [clock.session_ms(packet) for packet in found[:10]]
    assert times == pytest.approx([12_005 + index * 40 for index in range(10)], abs=0.01)


def test_a_capture_that_was_cut_off_is_torn_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "c1.rtp"
    ended = threading.Event()
    writer = CaptureWriter(watermark=0)
    file = writer.start(path, HEADER, ORIGIN_NS, lambda _: ended.set())
    for index in range(50):
        file.add(KIND_RTP, ORIGIN_NS + index * MS, rtp_packet(index, index, 7, b"x" * 100))
    file.abort("overflow")
    writer.close()
    assert ended.wait(5)
    path.write_bytes(path.read_bytes()[:-17])
    scanned = scan(path)
    assert scanned.end is None
    assert scanned.packets == 49
    assert scanned.torn_bytes > 0
