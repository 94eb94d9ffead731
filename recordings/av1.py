"""AV1 payloads (RTP Payload Format for AV1, version 1.0, of AOMedia) to temporal units, without
decoding.

A temporal unit goes into the file as in WebM: OBUs with their sizes, no delimiters. Nothing in the
packets tells which unit refers to which, so after a loss everything waits for the next keyframe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recordings.depacketize import Frame, FrameCounts, groups
from recordings.packet_order import Packet

TEMPORAL_DELIMITER = b"\x12\x00"
_SEQUENCE_HEADER, _FRAME_HEADER, _TILE_GROUP, _METADATA, _FRAME, _HEADER_AGAIN = 1, 3, 4, 5, 6, 7
_KEPT = {_SEQUENCE_HEADER, _FRAME_HEADER, _TILE_GROUP, _METADATA, _FRAME, _HEADER_AGAIN}
"""the others (delimiters, padding, tile lists, what is reserved) say nothing about a picture"""
_LONGEST_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Obu:
    """An open bitstream unit."""

    kind: int
    data: bytes
    """whole, with its size"""
    start: int
    """of what follows its header"""


def number_at(data: bytes, at: int) -> tuple[int, int] | None:
    """A LEB128 number and where it ends; None when it is cut short or too long."""
    value = 0
    for index in range(min(_LONGEST_NUMBER, len(data) - at)):
        octet = data[at + index]
        value |= (octet & 0x7F) << 7 * index
        if not octet & 0x80:
            return value, at + index + 1
    return None


def number(value: int) -> bytes:
    """As LEB128."""
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def _elements(payload: bytes) -> list[bytes] | None:
    """What one packet holds behind its aggregation header: whole OBUs and pieces of them."""
    announced = payload[0] >> 4 & 3
    elements: list[bytes] = []
    at = 1
    while at < len(payload):
        end = len(payload)
        if len(elements) + 1 != announced:
            length = number_at(payload, at)
            if length is None or length[0] > len(payload) - length[1]:
                return None
            at, end = length[1], length[1] + length[0]
        elements.append(payload[at:end])
        at = end
    if not elements or (announced and len(elements) != announced):
        return None
    return elements


def _obus_of(element: bytes) -> list[Obu] | None:
    """Usually one, without its size; where it has one, another may follow it."""
    obus: list[Obu] = []
    at = 0
    while at < len(element):
        head = element[at]
        begin = at + 1 + (head >> 2 & 1)
        if head & 0x80 or begin > len(element):
            return None
        header = bytes([head | 0x02]) + element[at + 1 : begin]
        end = len(element)
        if head & 0x02:
            length = number_at(element, begin)
            if length is None or length[0] > len(element) - length[1]:
                return None
            begin, end = length[1], length[1] + length[0]
        kind = head >> 3 & 0x0F
        if kind in _KEPT:
            sized = header + number(end - begin)
            obus.append(Obu(kind, sized + element[begin:end], len(sized)))
        at = end
    return obus


def obus_of(parts: Sequence[Packet]) -> list[Obu] | None:
    """The OBUs of one temporal unit; None when something in it is missing or makes no sense."""
    obus: list[Obu] = []
    piece: bytearray | None = None
    """an OBU that goes on in the next packet"""
    for part in parts:
        payload = part.payload
        if not payload:
            continue
        elements = _elements(payload)
        goes_on, continues = bool(payload[0] & 0x80), bool(payload[0] & 0x40)
        if elements is None or goes_on != (piece is not None):
            return None
        for index, element in enumerate(elements):
            if piece is None:
                piece = bytearray()
            piece += element
            if continues and index == len(elements) - 1:
                break
            found = _obus_of(bytes(piece))
            if found is None:
                return None
            obus += found
            piece = None
    return obus if piece is None else None


def _is_key(obus: Sequence[Obu], sequence_header: bytes) -> bool:
    """Whether decoding can begin here: the first frame is a keyframe that is shown."""
    if len(sequence_header) > 2 and _is_still(sequence_header):
        return True
    for obu in obus:
        if obu.kind in (_FRAME_HEADER, _FRAME):
            if obu.start >= len(obu.data):
                return False
            # show_existing_frame = 0, frame_type = KEY_FRAME, show_frame = 1
            return obu.data[obu.start] & 0xF0 == 0x10
    return False


def _is_still(sequence_header: bytes) -> bool:
    """Pictures with a reduced header, of which each is a keyframe."""
    found = _obus_of(sequence_header)
    return (
        bool(found)
        and len(found[0].data) > found[0].start
        and (found[0].data[found[0].start] & 0x08 != 0)
    )


def av1_frames(packets: Iterable[Packet | None], counts: FrameCounts) -> Iterator[Frame | None]:
    """None among the packets (a file that is still growing) comes out as None."""
    waits_for_key = True
    sequence_header = b""
    run: int | None = None
    for parts, is_whole in groups(packets):
        if not parts:
            yield None
            continue
        first = parts[0]
        if first.run != run:
            # Another layer of simulcast or a gap.
            run, waits_for_key, sequence_header = first.run, True, b""
        waits_for_key = waits_for_key or first.lost_before > 0
        obus = obus_of(parts) if is_whole else None
        if obus is None:
            counts.broken += 1
            waits_for_key = True
            continue
        headers = [obu.data for obu in obus if obu.kind == _SEQUENCE_HEADER]
        sequence_header = headers[0] if headers else sequence_header
        if not any(obu.kind in (_FRAME_HEADER, _FRAME) for obu in obus):
            continue
        # A unit that may have lost its beginning must bring a sequence header of its own.
        is_headed = bool(headers) or (bool(sequence_header) and not first.lost_before)
        is_key = is_headed and _is_key(obus, sequence_header)
        if is_key:
            waits_for_key = False
        if waits_for_key:
            counts.unusable += 1
            continue
        counts.whole += 1
        data = b"".join(obu.data for obu in obus)
        if is_key and not headers:
            data = sequence_header + data
        yield Frame(first, data, is_key, 0, 0)
