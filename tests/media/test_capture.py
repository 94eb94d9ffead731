"""The capture file, byte by byte, and what happens when the disk does not play along."""

from __future__ import annotations

import asyncio
import json
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from struct import unpack_from

import pytest

from server.media.capture import (
    CaptureWriter,
    Sealed,
    Stopped,
    header_octets,
    record_octets,
)

HEADER = {"session_id": "s", "capture_id": "c", "clock_rate": 48000}


def read(path: Path) -> tuple[dict[str, object], list[tuple[int, int, bytes]]]:
    data = path.read_bytes()
    assert data[:6] == b"RPRC\x01\x00"
    (length,) = unpack_from("<I", data, 6)
    text = data[10 : 10 + length]
    assert unpack_from("<I", data, 10 + length)[0] == zlib.crc32(text)
    position = 14 + length
    records: list[tuple[int, int, bytes]] = []
    while position < len(data):
        kind, size, arrival = unpack_from("<BIQ", data, position)
        body = data[position + 13 : position + 13 + size]
        (crc,) = unpack_from("<I", data, position + 13 + size)
        assert crc == zlib.crc32(data[position : position + 13 + size])
        records.append((kind, arrival, body))
        position += 17 + size
    return json.loads(text), records


def wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_header_is_these_octets() -> None:
    text = b'{"codec":"opus"}'
    assert header_octets({"codec": "opus"}) == (
        b"RPRC\x01\x00\x10\x00\x00\x00" + text + zlib.crc32(text).to_bytes(4, "little")
    )


def test_a_record_is_these_octets() -> None:
    head = b"\x01\x03\x00\x00\x00\x15\xcd\x5b\x07\x00\x00\x00\x00abc"
    assert record_octets(1, 123_456_789, b"abc") == head + zlib.crc32(head).to_bytes(4, "little")


def test_records_come_in_order_and_the_end_counts_them(tmp_path: Path) -> None:
    ends: list[Sealed | Stopped] = []
    writer = CaptureWriter(watermark=0)
    file = writer.start(tmp_path / "a" / "b.rtp", HEADER, 1_000, ends.append)
    file.add(1, 1_500, b"one")
    file.add_json(4, 1_600, {"reason": "muted"})
    file.add(1, 1_700, b"three")
    file.seal("stopped")
    file.add(1, 1_800, b"too late")
    writer.close()
    header, records = read(tmp_path / "a" / "b.rtp")
    assert header == HEADER
    assert [(kind, body) for kind, _, body in records] == [
        (1, b"one"),
        (4, b'{"reason":"muted"}'),
        (1, b"three"),
        (5, b'{"packets":2,"octets":8,"reason":"stopped"}'),
    ]
    assert [arrival for _, arrival, _ in records[:3]] == [500, 600, 700]
    assert ends == [Sealed(tmp_path / "a" / "b.rtp", 2, 8)]


def test_within_a_second_a_record_can_be_read_by_others(tmp_path: Path) -> None:
    writer = CaptureWriter(watermark=0)
    path = tmp_path / "b.rtp"
    file = writer.start(path, HEADER, 0, lambda _end: None)
    file.add(1, 1, b"one")
    wait(lambda: path.exists() and path.stat().st_size > len(header_octets(HEADER)))
    assert [body for _, _, body in read(path)[1]] == [b"one"]
    file.seal("stopped")
    writer.close()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "b.rtp"
    path.write_bytes(b"a class")
    ends: list[Sealed | Stopped] = []
    writer = CaptureWriter(watermark=0)
    file = writer.start(path, HEADER, 0, ends.append)
    file.add(1, 1, b"one")
    writer.close()
    assert path.read_bytes() == b"a class"
    assert ends == [Stopped(path, "io_error")]


def test_below_the_watermark_captures_end(tmp_path: Path) -> None:
    ends: list[Sealed | Stopped] = []
    writer = CaptureWriter(watermark=1 << 62)
    file = writer.start(tmp_path / "b.rtp", HEADER, 0, ends.append)
    wait(lambda: ends)
    file.add(1, 1, b"one")
    writer.close()
    assert ends == [Stopped(tmp_path / "b.rtp", "disk_full")]
    assert not (tmp_path / "b.rtp").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_the_capture_and_not_the_writer(tmp_path: Path) -> None:
    ends: list[Sealed | Stopped] = []
    writer = CaptureWriter(watermark=0)
    full = writer.start(tmp_path / "full.rtp", HEADER, 0, ends.append)
    good = writer.start(tmp_path / "good.rtp", HEADER, 0, ends.append)
    full.add(1, 1, b"one")
    wait(lambda: full._file is not None)
    assert full._file is not None
    device = os.open("/dev/full", os.O_WRONLY)
    os.dup2(device, full._file.fileno())
    os.close(device)
    good.add(1, 1, b"one")
    wait(lambda: Stopped(tmp_path / "full.rtp", "disk_full") in ends)
    good.seal("stopped")
    writer.close()
    assert Sealed(tmp_path / "good.rtp", 1, 3) in ends


def test_a_disk_that_cannot_follow_ends_the_capture(tmp_path: Path) -> None:
    ends: list[Sealed | Stopped] = []
    # A pipe that nobody reads from stalls the writer as a dead disk does.
    reading, writing = os.pipe()
    writer = CaptureWriter(watermark=0, queue_octets=400_000)
    file = writer.start(tmp_path / "b.rtp", HEADER, 0, ends.append)
    file.add(1, 1, b"one")
    wait(lambda: file._file is not None)
    assert file._file is not None
    os.dup2(writing, file._file.fileno())
    os.close(writing)
    while not file.is_ended:
        file.add(1, 1, bytes(10_000))
    while os.read(reading, 1 << 20):
        if ends:
            break
    os.close(reading)
    writer.close()
    assert ends == [Stopped(tmp_path / "b.rtp", "overflow")]


async def test_closing_twice_is_safe(tmp_path: Path) -> None:
    writer = CaptureWriter(watermark=0)
    writer.start(tmp_path / "b.rtp", HEADER, 0, lambda _end: None)
    await asyncio.to_thread(writer.close)
    await asyncio.to_thread(writer.close)
