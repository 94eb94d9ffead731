"""Reader of capture files, version 1 (docs/formats.md).

Theory of operation. A file is read twice. ``scan`` walks all records once, checks them, and keeps
only what is small: the header, the sender reports, how many bytes of the tail were lost. From
the reports of all files of one connection ``clocks_of`` makes one clock. ``packets`` then walks
the file again and yields RTP packets in the publisher's order, without duplicates, in bounded
memory: a packet waits at most ``REORDER_MS`` for an earlier one.

Sequence numbers and timestamps are unwrapped per SSRC. A *run* is a stretch of packets whose
missing numbers mean loss: a layer switch or a declared gap ends it.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAGIC = b"RPRC\x01\x00"
RTP, SENDER_REPORT, LAYER_SWITCH, GAP, END = 1, 2, 3, 4, 5
REORDER_MS = 2000
"""longer than ten retransmission requests at 40 ms and a round trip of a second"""
_START_MS = 250
_WINDOW_PACKETS = 4096
_HEAD = struct.Struct("<BIQ")
_CRC = struct.Struct("<I")
_NTP_FRACTION = 1_000_000_000 / 2**32


class CaptureUnreadable(Exception):
    """The file is no capture or its header is damaged; nothing of it can be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Header:
    session_id: str
    capture_id: str
    participant_id: str
    track: str
    codec: str
    clock_rate: int
    payload_type: int
    ssrc: int
    epoch: int
    origin_ms: float
    """session time of the file's arrival clock 0"""
    connection_id: str
    """files of one connection share a clock; empty when the writer did not say"""


@dataclass(frozen=True, slots=True)
class SenderReport:
    arrival_ns: int
    ssrc: int
    ntp_ns: int
    timestamp: int
    """unwrapped like the packets' timestamps"""


@dataclass(frozen=True, slots=True)
class DeclaredGap:
    arrival_ns: int
    reason: str


@dataclass(slots=True)
class Scan:
    """One pass over a file."""

    path: Path
    header: Header
    reports: list[SenderReport] = field(default_factory=list)
    gaps: list[DeclaredGap] = field(default_factory=list)
    first_timestamps: dict[int, int] = field(default_factory=dict)
    """by SSRC, as it came: where unwrapping begins"""
    least_lag_ns: dict[int, int] = field(default_factory=dict)
    """by SSRC: least of arrival − timestamp, both in ns: the packet that came fastest"""
    packets: int = 0
    octets: int = 0
    first_arrival_ns: int | None = None
    last_arrival_ns: int = 0
    good_bytes: int = 0
    torn_bytes: int = 0
    """what follows the last whole record"""
    end: dict[str, Any] | None = None
    """the end record; None when the file was never sealed"""


@dataclass(frozen=True, slots=True)
class Packet:
    arrival_ns: int
    ssrc: int
    sequence: int
    timestamp: int
    is_marked: bool
    payload: bytes
    run: int
    lost_before: int
    """packets of the same run missing just before this one"""


@dataclass(slots=True)
class Counts:
    """Filled while ``packets`` runs."""

    delivered: int = 0
    duplicates: int = 0
    late: int = 0
    lost: int = 0
    malformed: int = 0


def _near(reference: int, wrapped: int, bits: int) -> int:
    """The number congruent to ``wrapped`` that is nearest to ``reference``."""
    span = 1 << bits
    delta = (wrapped - reference) & (span - 1)
    return reference + (delta - span if delta >= span >> 1 else delta)


def _read_header(path: Path, data: mmap.mmap) -> tuple[Header, int]:
    if data[: len(MAGIC)] != MAGIC:
        raise CaptureUnreadable(path, "not a capture of version 1")
    at = len(MAGIC)
    if len(data) < at + 4:
        raise CaptureUnreadable(path, "the header is cut short")
    (length,) = _CRC.unpack_from(data, at)
    at += 4
    if length > 1 << 20 or len(data) < at + length + 4:
        raise CaptureUnreadable(path, "the header is cut short")
    raw = data[at : at + length]
    at += length
    if _CRC.unpack_from(data, at)[0] != zlib.crc32(raw):
        raise CaptureUnreadable(path, "the header's checksum is wrong")
    try:
        fields = json.loads(raw)
        header = Header(
            session_id=str(fields["session_id"]),
            capture_id=str(fields["capture_id"]),
            participant_id=str(fields["participant_id"]),
            track=str(fields["track"]),
            codec=str(fields["codec"]),
            clock_rate=int(fields["clock_rate"]),
            payload_type=int(fields["payload_type"]),
            ssrc=int(fields["ssrc"]),
            epoch=int(fields["epoch"]),
            origin_ms=float(fields["origin_ms"]),
            connection_id=str(fields.get("connection_id", "")),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CaptureUnreadable(path, f"the header is wrong: {error}") from error
    if header.clock_rate <= 0:
        raise CaptureUnreadable(path, "the clock rate is not positive")
    return header, at + 4


def _records(data: mmap.mmap, at: int) -> Iterator[tuple[int, int, int, int]]:
    """(kind, arrival, start and end of the body) of each whole record from ``at`` on."""
    size = len(data)
    view = memoryview(data)
    try:
        while at + _HEAD.size + _CRC.size <= size:
            kind, length, arrival = _HEAD.unpack_from(data, at)
            body = at + _HEAD.size
            end = body + length
            if end + _CRC.size > size:
                return
            if _CRC.unpack_from(data, end)[0] != zlib.crc32(view[at:end]):
                return
            yield kind, arrival, body, end
            at = end + _CRC.size
    finally:
        view.release()


def _map(file: Any, path: Path) -> mmap.mmap:
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise CaptureUnreadable(path, "the file is empty") from error


def scan(path: Path) -> Scan:
    """Raises CaptureUnreadable when not even the header can be read."""
    with path.open("rb") as file, _map(file, path) as data:
        header, at = _read_header(path, data)
        result = Scan(path, header, good_bytes=at)
        newest: dict[int, int] = {}
        for kind, arrival, body, end in _records(data, at):
            result.good_bytes = end + _CRC.size
            result.last_arrival_ns = max(result.last_arrival_ns, arrival)
            if kind == RTP:
                if end - body < 12:
                    continue
                timestamp, ssrc = struct.unpack_from(">II", data, body + 4)
                known = newest.get(ssrc)
                if known is None:
                    result.first_timestamps[ssrc] = newest[ssrc] = timestamp
                else:
                    timestamp = newest[ssrc] = _near(known, timestamp, 32)
                lag_ns = arrival - timestamp * 1_000_000_000 // header.clock_rate
                result.least_lag_ns[ssrc] = min(lag_ns, result.least_lag_ns.get(ssrc, lag_ns))
                result.packets += 1
                result.octets += end - body
                if result.first_arrival_ns is None:
                    result.first_arrival_ns = arrival
            elif kind == SENDER_REPORT:
                report = _sender_report(data[body:end])
                if report is not None:
                    ssrc, ntp_ns, timestamp = report
                    known = newest.get(ssrc)
                    if known is None:
                        # The packets' unwrapping starts at their first timestamp; a report that
                        # came before it is unwrapped the same way by starting it here.
                        result.first_timestamps[ssrc] = newest[ssrc] = timestamp
                        known = timestamp
                    result.reports.append(
                        SenderReport(arrival, ssrc, ntp_ns, _near(known, timestamp, 32))
                    )
            elif kind == GAP:
                result.gaps.append(DeclaredGap(arrival, _json(data[body:end]).get("reason", "")))
            elif kind == END:
                result.end = _json(data[body:end])
        result.torn_bytes = len(data) - result.good_bytes
    return result


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _sender_report(body: bytes) -> tuple[int, int, int] | None:
    """(SSRC, NTP in ns, RTP timestamp) of the first sender report (RFC 3550 §6.4.1) in a
    possibly compound packet."""
    at = 0
    while at + 8 <= len(body):
        kind = body[at + 1]
        length = (struct.unpack_from(">H", body, at + 2)[0] + 1) * 4
        if kind == 200 and at + 20 <= len(body):
            ssrc, seconds, fraction, timestamp = struct.unpack_from(">IIII", body, at + 4)
            return ssrc, seconds * 1_000_000_000 + round(fraction * _NTP_FRACTION), timestamp
        at += length
    return None


def _payload(data: mmap.mmap, body: int, end: int) -> tuple[int, int] | None:
    """Bounds of an RTP packet's payload (RFC 3550 §5.1); None when it is malformed."""
    first = data[body]
    if first >> 6 != 2:
        return None
    start = body + 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if start + 4 > end:
            return None
        start += 4 + 4 * struct.unpack_from(">H", data, start + 2)[0]
    if first & 0x20:
        padding = data[end - 1]
        if padding == 0:
            return None
        end -= padding
    return (start, end) if start <= end else None


class _Order:
    """Puts the packets of one SSRC in one run back in order, in a bounded window."""

    def __init__(self, counts: Counts, run: int) -> None:
        self.run = run
        self._counts = counts
        self._waiting: dict[int, Packet] = {}
        self._next: int | None = None
        self._highest: int | None = None
        self._started_ns = 0

    def unwrap(self, sequence: int) -> int:
        reference = self._highest
        value = sequence + (1 << 16) if reference is None else _near(reference, sequence, 16)
        self._highest = value if reference is None else max(reference, value)
        return value

    def put(self, packet: Packet) -> Iterator[Packet]:
        if self._next is None and not self._waiting:
            self._started_ns = packet.arrival_ns
        if packet.sequence in self._waiting:
            self._counts.duplicates += 1
            return
        if self._next is not None and packet.sequence < self._next:
            # Either a copy of one already handed on, or one that came after its turn was given up.
            self._counts.duplicates += 1
            return
        self._waiting[packet.sequence] = packet
        if self._next is None:
            if (
                packet.arrival_ns - self._started_ns < _START_MS * 1_000_000
                and len(self._waiting) < _WINDOW_PACKETS
            ):
                return
            self._next = min(self._waiting)
        yield from self._ready()
        while self._waiting and self._has_waited_enough(packet.arrival_ns):
            yield from self._skip()

    def _has_waited_enough(self, now_ns: int) -> bool:
        if len(self._waiting) >= _WINDOW_PACKETS:
            return True
        first = next(iter(self._waiting.values()))
        return now_ns - first.arrival_ns > REORDER_MS * 1_000_000

    def _ready(self) -> Iterator[Packet]:
        while self._next is not None and (packet := self._waiting.pop(self._next, None)):
            self._next += 1
            self._counts.delivered += 1
            yield packet

    def _skip(self) -> Iterator[Packet]:
        """Give up on the missing numbers before the first waiting packet."""
        first = min(self._waiting)
        missing = 0 if self._next is None else first - self._next
        self._counts.lost += missing
        self._next = first
        if missing:
            self._waiting[first] = _after_loss(self._waiting[first], missing)
        yield from self._ready()

    def flush(self) -> Iterator[Packet]:
        while self._waiting:
            yield from self._skip()


def _after_loss(packet: Packet, missing: int) -> Packet:
    return Packet(
        packet.arrival_ns, packet.ssrc, packet.sequence, packet.timestamp, packet.is_marked,
        packet.payload, packet.run, missing,
    )  # fmt: skip


def packets(scanned: Scan, counts: Counts | None = None) -> Iterator[Packet]:
    """The packets of a scanned file in order; those without payload (probes) only keep the
    count of sequence numbers whole and come with ``payload == b""``."""
    counts = counts if counts is not None else Counts()
    with scanned.path.open("rb") as file, _map(file, scanned.path) as data:
        _, at = _read_header(scanned.path, data)
        newest = dict(scanned.first_timestamps)
        line: _Order | None = None
        current: int | None = None
        seen: set[int] = set()
        run = 0
        for kind, arrival, body, end in _records(data, at):
            if end > scanned.good_bytes:  # the file has grown since it was scanned
                break
            if kind in (LAYER_SWITCH, GAP):
                if line is not None:
                    yield from line.flush()
                line = None
                if kind == LAYER_SWITCH:
                    current = _json(data[body:end]).get("ssrc", current)
                continue
            if kind != RTP:
                continue
            bounds = _payload(data, body, end) if end - body >= 12 else None
            if bounds is None:
                counts.malformed += 1
                continue
            marked_type, sequence, timestamp, ssrc = struct.unpack_from(">xBHII", data, body)
            if ssrc != current:
                if ssrc in seen:
                    # Known and not announced by a switch: a straggler of the layer before.
                    counts.late += 1
                    continue
                if line is not None:
                    yield from line.flush()
                line, current = None, ssrc
            seen.add(ssrc)
            timestamp = _near(newest[ssrc], timestamp, 32)
            newest[ssrc] = timestamp
            if line is None:
                run += 1
                line = _Order(counts, run)
            packet = Packet(
                arrival, ssrc, line.unwrap(sequence), timestamp, bool(marked_type & 0x80),
                data[bounds[0] : bounds[1]], line.run, 0,
            )  # fmt: skip
            yield from line.put(packet)
        if line is not None:
            yield from line.flush()


def scan_all(paths: Sequence[Path]) -> tuple[list[Scan], list[CaptureUnreadable]]:
    good: list[Scan] = []
    bad: list[CaptureUnreadable] = []
    for path in paths:
        try:
            good.append(scan(path))
        except CaptureUnreadable as error:
            bad.append(error)
    return good, bad
