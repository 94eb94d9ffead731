"""RTP payloads to whole coded frames, without decoding: VP8 (RFC 7741), H.264 (RFC 6184). VP9 and
AV1 are in files of their own (``vp9.py``, ``av1.py``).

A frame that lost a packet is dropped, and so is every later frame that may refer to it: a still
picture for a moment rather than a smeared one. With temporal layers only the layers at and above
the loss are dropped.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from recordings.packet_order import Packet

_START_CODE = b"\x00\x00\x00\x01"
_LARGEST_FRAME = 16 << 20
"""octets; a stream that never ends its frame must not fill the memory"""
_PACKET_OCTETS = 64


@dataclass(frozen=True, slots=True)
class Frame:
    packet: Packet
    """its first packet: timestamp and arrival"""
    data: bytes
    is_key: bool
    width: int
    height: int
    """of the last keyframe; 0 where the bitstream was not read for it"""


@dataclass(slots=True)
class FrameCounts:
    whole: int = 0
    broken: int = 0
    """lost a packet"""
    unusable: int = 0
    """whole, but refers to a lost one, or no keyframe had come yet"""


@dataclass(frozen=True, slots=True)
class _Vp8Payload:
    starts_frame: bool
    temporal_id: int
    is_sync: bool
    """refers to the base layer only"""
    tl0: int | None
    start: int


def _vp8_descriptor(payload: bytes) -> _Vp8Payload | None:
    """RFC 7741 §4.2."""
    if not payload:
        return None
    first = payload[0]
    at, temporal_id, is_sync, tl0 = 1, 0, False, None
    try:
        if first & 0x80:
            extension = payload[1]
            at = 2
            if extension & 0x80:
                at += 2 if payload[at] & 0x80 else 1
            if extension & 0x40:
                tl0 = payload[at]
                at += 1
            if extension & 0x30:
                if extension & 0x20:
                    temporal_id, is_sync = payload[at] >> 6, bool(payload[at] & 0x20)
                at += 1
    except IndexError:
        return None
    if at >= len(payload):
        return None
    starts = bool(first & 0x10) and not first & 0x07
    return _Vp8Payload(starts, temporal_id, is_sync, tl0, at)


def vp8_frames(packets: Iterable[Packet | None], counts: FrameCounts) -> Iterator[Frame | None]:
    """None among the packets (a file that is still growing) comes out as None."""
    width = height = 0
    broken_from: int | None = 0
    """lowest temporal layer that may not be shown until it is repaired; None: all is well"""
    tl0_seen: int | None = None
    run: int | None = None
    for parts, is_whole in groups(packets):
        if not parts:
            yield None
            continue
        first = parts[0]
        descriptor = _vp8_descriptor(first.payload)
        if first.run != run:
            # Another layer or a gap: only a keyframe can follow.
            run, broken_from, tl0_seen = first.run, 0, None
        lost_frames = first.lost_before > 0
        if descriptor is None or not descriptor.starts_frame or not is_whole:
            counts.broken += 1
            level = descriptor.temporal_id if descriptor is not None else 0
            broken_from = min(level, broken_from) if broken_from is not None else level
            if lost_frames:
                broken_from = 0
            continue
        if lost_frames and broken_from != 0:
            broken_from = _after_gap(descriptor, tl0_seen, broken_from)
        data = bytearray()
        for part in parts:
            inner = _vp8_descriptor(part.payload)
            if inner is not None:
                data += part.payload[inner.start :]
        is_key = len(data) >= 10 and not data[0] & 1
        if is_key:
            if data[3:6] != b"\x9d\x01\x2a":
                counts.broken += 1
                broken_from = 0
                continue
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 6))
            broken_from = None
        elif broken_from and descriptor.is_sync and descriptor.temporal_id <= broken_from:
            broken_from = None
        if descriptor.temporal_id == 0 and descriptor.tl0 is not None:
            tl0_seen = descriptor.tl0
        if broken_from is not None and descriptor.temporal_id >= broken_from:
            counts.unusable += 1
            continue
        counts.whole += 1
        yield Frame(first, bytes(data), is_key, width, height)


def _after_gap(descriptor: _Vp8Payload, tl0_seen: int | None, broken_from: int | None) -> int:
    """Whole frames may be missing: tl0picidx tells whether one of the base layer was."""
    if descriptor.tl0 is None or tl0_seen is None:
        return 0
    expected = (tl0_seen + (descriptor.temporal_id == 0)) & 0xFF
    if descriptor.tl0 != expected:
        return 0
    return min(1, broken_from) if broken_from is not None else 1


def groups(packets: Iterable[Packet | None]) -> Iterator[tuple[list[Packet], bool]]:
    """Packets of one timestamp, and whether none is missing between the first and the mark; no
    packets where there is nothing more to read yet."""
    parts: list[Packet] = []
    octets = 0
    skipped_loss = 0
    for packet in packets:
        if packet is None:
            yield [], False
            continue
        if skipped_loss:
            packet = replace(packet, lost_before=packet.lost_before + skipped_loss)
            skipped_loss = 0
        if parts and (packet.timestamp != parts[0].timestamp or packet.run != parts[0].run):
            yield parts, False  # no marker came: its end is lost
            parts, octets = [], 0
        if not packet.payload and not parts and not packet.is_marked:
            skipped_loss = packet.lost_before
            continue  # a probe between frames
        octets += len(packet.payload) + _PACKET_OCTETS
        if octets > _LARGEST_FRAME:
            packet = replace(packet, payload=b"", lost_before=packet.lost_before + 1)
            if not packet.is_marked:
                del parts[1:]
        parts.append(packet)
        if packet.is_marked:
            yield parts, not any(part.lost_before for part in parts[1:])
            parts, octets = [], 0
    if parts:
        yield parts, False


def h264_frames(packets: Iterable[Packet | None], counts: FrameCounts) -> Iterator[Frame | None]:
    """Annex B frames. Everything after a loss waits for the next IDR."""
    waits_for_key = True
    run: int | None = None
    parameter_sets: dict[int, bytes] = {}
    for parts, is_whole in groups(packets):
        if not parts:
            yield None
            continue
        first = parts[0]
        if first.run != run:
            run, waits_for_key = first.run, True
        if first.lost_before:
            waits_for_key = True
        units = _h264_units(parts) if is_whole else None
        if units is None:
            counts.broken += 1
            waits_for_key = True
            continue
        kinds = {unit[0] & 0x1F for unit in units}
        for unit in units:
            if unit[0] & 0x1F in (7, 8):
                parameter_sets[unit[0] & 0x1F] = unit
        is_key = 5 in kinds
        if is_key:
            for kind in (8, 7):
                if kind not in kinds and kind in parameter_sets:
                    units.insert(0, parameter_sets[kind])
            waits_for_key = not {7, 8} <= parameter_sets.keys()
        if waits_for_key or not kinds & {1, 5}:
            counts.unusable += waits_for_key
            continue
        counts.whole += 1
        data = b"".join(_START_CODE + unit for unit in units)
        yield Frame(first, data, is_key, 0, 0)


def _h264_units(parts: list[Packet]) -> list[bytes] | None:
    units: list[bytes] = []
    fragment: bytearray | None = None
    for part in parts:
        payload = part.payload
        if not payload:
            continue
        kind = payload[0] & 0x1F
        if 1 <= kind <= 23:
            units.append(payload)
        elif kind == 24:  # STAP-A
            at = 1
            while at + 2 <= len(payload):
                (length,) = struct.unpack_from(">H", payload, at)
                unit = payload[at + 2 : at + 2 + length]
                if not length or len(unit) != length:
                    return None
                units.append(unit)
                at += 2 + length
        elif kind == 28 and len(payload) > 2:  # FU-A
            if payload[1] & 0x80:
                fragment = bytearray([payload[0] & 0xE0 | payload[1] & 0x1F])
            if fragment is None:
                return None
            fragment += payload[2:]
            if payload[1] & 0x40:
                units.append(bytes(fragment))
                fragment = None
        else:
            return None
    return units if units and fragment is None else None
