"""Packets of a capture in the publisher's order, without duplicates, in bounded memory.

A packet waits at most ``REORDER_MS`` for an earlier one. Sequence numbers are unwrapped within a
*run*, a stretch of packets whose missing numbers mean loss: a layer switch or a declared gap
ends it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recordings.capture import (
    GAP,
    LAYER_SWITCH,
    RTP,
    CaptureUnreadable,
    Octets,
    Record,
    Scan,
    json_object,
    mapped,
    near,
    read_header,
    records,
)

REORDER_MS = 2000
"""longer than ten retransmission requests at 40 ms and a round trip of a second"""
_START_MS = 250
_WINDOW_PACKETS = 4096
_TAIL_OCTETS = 4 << 20
"""read at a time from a growing file; the largest record is far smaller"""


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
        value = sequence + (1 << 16) if reference is None else near(reference, sequence, 16)
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
                self._current = json_object(data[body:end]).get("ssrc", self._current)
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
        timestamp = near(self._newest.get(ssrc, self._first[ssrc]), timestamp, 32)
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
    with scanned.path.open("rb") as file, mapped(file, scanned.path) as data:
        _, at = read_header(scanned.path, data)
        for record in records(data, at):
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
                header, at = read_header(self.path, raw)
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
                for record in records(data, 0):
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
