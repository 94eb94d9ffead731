"""Capture files, version 1 (docs/formats.md): records, header, and one pass over a file.

``scan`` walks all records once, checks them, and keeps only what is small: the header, the sender
reports, how many bytes of the tail were lost. From the reports of all files of one connection
``clock.clocks_of`` makes one clock; ``packet_order.packets`` then walks the file again.
Timestamps are unwrapped per SSRC.
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
            self.gaps.append(DeclaredGap(arrival, json_object(data[body:end]).get("reason", "")))
        elif kind == END:
            self.end = json_object(data[body:end])

    def _unwrapped(self, ssrc: int, timestamp: int) -> int:
        known = self._newest.get(ssrc)
        if known is None:
            # A report that came before the first packet starts the unwrapping as well.
            self.first_timestamps[ssrc] = self._newest[ssrc] = timestamp
            return timestamp
        timestamp = self._newest[ssrc] = near(known, timestamp, 32)
        return timestamp


def near(reference: int, wrapped: int, bits: int) -> int:
    """The number congruent to ``wrapped`` that is nearest to ``reference``."""
    span = 1 << bits
    delta = (wrapped - reference) & (span - 1)
    return reference + (delta - span if delta >= span >> 1 else delta)


def read_header(path: Path, data: Octets) -> tuple[Header, int]:
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


def records(data: Octets, at: int) -> Iterator[Record]:
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


def mapped(file: Any, path: Path) -> mmap.mmap:
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise CaptureUnreadable(path, "the file is empty") from error


def scan(path: Path) -> Scan:
    """Raises CaptureUnreadable when not even the header can be read."""
    with path.open("rb") as file, mapped(file, path) as data:
        header, at = read_header(path, data)
        result = Scan(path, header, good_bytes=at)
        for record in records(data, at):
            result.note(data, record)
        result.torn_bytes = len(data) - result.good_bytes
    return result


def json_object(raw: bytes) -> dict[str, Any]:
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


def scan_all(paths: Sequence[Path]) -> tuple[list[Scan], list[CaptureUnreadable]]:
    good: list[Scan] = []
    bad: list[CaptureUnreadable] = []
    for path in paths:
        try:
            good.append(scan(path))
        except CaptureUnreadable as error:
            bad.append(error)
    return good, bad
