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
_TAIL_OCTETS = 4 << 20
"""read at a time from a growing file; the largest record is far smaller"""
_HEAD = struct.Struct("<BIQ")
_CRC = struct.Struct("<I")
_NTP_FRACTION = 1_000_000_000 / 2**32


class CaptureUnreadable(Exception):
    """The file is no capture or its header is damaged; nothing of it can be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path


Octets = bytes | mmap.mmap
Record = tuple[int, int, int, int]
"""kind, arrival in ns, start and end of the body"""


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
    _newest: dict[int, int] = field(default_factory=dict)
    """by SSRC: the last timestamp, unwrapped"""

    def note(self, data: Octets, record: Record, base: int = 0) -> None:
        """Take one record in; ``base`` is where ``data`` begins in the file."""
        kind, arrival, body, end = record
        self.good_bytes = base + end + _CRC.size
        self.last_arrival_ns = max(self.last_arrival_ns, arrival)
        if kind == RTP:
            if end - body < 12:
                return
            timestamp, ssrc = struct.unpack_from(">II", data, body + 4)
            timestamp = self._unwrapped(ssrc, timestamp)
            lag_ns = arrival - timestamp * 1_000_000_000 // self.header.clock_rate
            self.least_lag_ns[ssrc] = min(lag_ns, self.least_lag_ns.get(ssrc, lag_ns))
            self.packets += 1
            self.octets += end - body
            if self.first_arrival_ns is None:
                self.first_arrival_ns = arrival
        elif kind == SENDER_REPORT:
            report = _sender_report(data[body:end])
            if report is not None:
                ssrc, ntp_ns, timestamp = report
                timestamp = self._unwrapped(ssrc, timestamp)
                self.reports.append(SenderReport(arrival, ssrc, ntp_ns, timestamp))
        elif kind == GAP:
            self.gaps.append(DeclaredGap(arrival, _json(data[body:end]).get("reason", "")))
        elif kind == END:
            self.end = _json(data[body:end])

    def _unwrapped(self, ssrc: int, timestamp: int) -> int:
        known = self._newest.get(ssrc)
        if known is None:
            # A report that came before the first packet starts the unwrapping as well.
            self.first_timestamps[ssrc] = self._newest[ssrc] = timestamp
            return timestamp
        timestamp = self._newest[ssrc] = _near(known, timestamp, 32)
        return timestamp


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


def _read_header(path: Path, data: Octets) -> tuple[Header, int]:
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


def _records(data: Octets, at: int) -> Iterator[Record]:
    """Each whole record from ``at`` on, up to the first that is cut off or damaged."""
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
        for record in _records(data, at):
            result.note(data, record)
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


def _payload(data: Octets, body: int, end: int) -> tuple[int, int] | None:
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


class _Sequencer:
    """From records to packets in order: one line of packets at a time, for only the newest layer
    matters."""

    def __init__(self, first_timestamps: dict[int, int], counts: Counts) -> None:
        self._first = first_timestamps
        self._counts = counts
        self._newest: dict[int, int] = {}
        self._line: _Order | None = None
        self._current: int | None = None
        self._seen: set[int] = set()
        self._run = 0

    def take(self, data: Octets, record: Record) -> Iterator[Packet]:
        kind, arrival, body, end = record
        if kind in (LAYER_SWITCH, GAP):
            yield from self.finish()
            if kind == LAYER_SWITCH:
                self._current = _json(data[body:end]).get("ssrc", self._current)
            return
        if kind != RTP:
            return
        bounds = _payload(data, body, end) if end - body >= 12 else None
        if bounds is None:
            self._counts.malformed += 1
            return
        marked_type, sequence, timestamp, ssrc = struct.unpack_from(">xBHII", data, body)
        if ssrc != self._current:
            if ssrc in self._seen:
                # Known and not announced by a switch: a straggler of the layer before.
                self._counts.late += 1
                return
            yield from self.finish()
            self._current = ssrc
        self._seen.add(ssrc)
        timestamp = _near(self._newest.get(ssrc, self._first[ssrc]), timestamp, 32)
        self._newest[ssrc] = timestamp
        if self._line is None:
            self._run += 1
            self._line = _Order(self._counts, self._run)
        packet = Packet(
            arrival, ssrc, self._line.unwrap(sequence), timestamp, bool(marked_type & 0x80),
            bytes(data[bounds[0] : bounds[1]]), self._line.run, 0,
        )  # fmt: skip
        yield from self._line.put(packet)

    def finish(self) -> Iterator[Packet]:
        """What still waits for an earlier packet."""
        if self._line is not None:
            yield from self._line.flush()
            self._line = None


def packets(scanned: Scan, counts: Counts | None = None) -> Iterator[Packet]:
    """The packets of a scanned file in order; those without payload (probes) only keep the
    count of sequence numbers whole and come with ``payload == b""``."""
    sequencer = _Sequencer(scanned.first_timestamps, counts if counts is not None else Counts())
    with scanned.path.open("rb") as file, _map(file, scanned.path) as data:
        _, at = _read_header(scanned.path, data)
        for record in _records(data, at):
            if record[3] > scanned.good_bytes:  # the file has grown since it was scanned
                break
            yield from sequencer.take(data, record)
        yield from sequencer.finish()


class Tail:
    """A capture that is still being written, read as it grows.

    ``scanned`` is None until the header is on disk, and grows with what was read.
    """

    def __init__(self, path: Path, counts: Counts) -> None:
        self.path = path
        self.scanned: Scan | None = None
        self.until_ns = 0
        """arrival up to which records may be read"""
        self.is_final = False
        """what is on disk now is all there will be"""
        self._counts = counts

    def open(self) -> bool:
        """False while the header is not there."""
        if self.scanned is None:
            try:
                raw = self.path.read_bytes()[:_TAIL_OCTETS]
                header, at = _read_header(self.path, raw)
            except (OSError, CaptureUnreadable):
                return False
            self.scanned = Scan(self.path, header, good_bytes=at)
        return True

    def packets(self) -> Iterator[Packet | None]:
        """None: nothing more may be read now. Ends after the last record once ``is_final``."""
        assert self.scanned is not None
        scanned = self.scanned
        sequencer = _Sequencer(scanned.first_timestamps, self._counts)
        with self.path.open("rb") as file:
            while True:
                base = scanned.good_bytes
                file.seek(base)
                data = file.read(_TAIL_OCTETS)
                has_waited = False
                for record in _records(data, 0):
                    while record[1] > self.until_ns and not self.is_final:
                        yield None
                        has_waited = True
                    scanned.note(data, record, base)
                    yield from sequencer.take(data, record)
                if scanned.good_bytes == base:
                    if self.is_final or scanned.end is not None:
                        break
                    if not has_waited:
                        yield None
        yield from sequencer.finish()


def scan_all(paths: Sequence[Path]) -> tuple[list[Scan], list[CaptureUnreadable]]:
    good: list[Scan] = []
    bad: list[CaptureUnreadable] = []
    for path in paths:
        try:
            good.append(scan(path))
        except CaptureUnreadable as error:
            bad.append(error)
    return good, bad
