"""Coded pictures as RTP payloads, as plainly as the specifications allow."""

from __future__ import annotations

import struct
from collections.abc import Callable

from recordings.av1 import number, number_at


def vp8_payloads(frame: bytes, size: int = 1100) -> list[bytes]:
    """RFC 7741 payloads with the plainest descriptor."""
    return [
        (b"\x10" if start == 0 else b"\x00") + frame[start : start + size]
        for start in range(0, len(frame), size)
    ]


def vp9_payloads(
    frame: bytes, size: int = 1100, *, picture_id: int | None = None,
    refers_back: bool | None = None, layers: tuple[int, int, bool, bool] | None = None,
    tl0: int = 0, differences: tuple[int, ...] | None = None, structure: bytes = b"",
) -> list[bytes]:  # fmt: skip
    """RFC 9628 payloads of one layer frame. ``layers``: temporal id, spatial id, U, D;
    ``differences``: flexible mode, the pictures it refers to."""
    is_back = frame[0] & 0x04 != 0 if refers_back is None else refers_back
    is_flexible = differences is not None
    first = 0x40 * is_back | 0x10 * is_flexible
    head = b""
    if picture_id is not None:
        first |= 0x80
        head += struct.pack(">H", 0x8000 | picture_id & 0x7FFF)
    if layers is not None:
        temporal_id, spatial_id, is_switch, refers_down = layers
        first |= 0x20
        head += bytes([temporal_id << 5 | is_switch << 4 | spatial_id << 1 | refers_down])
        if not is_flexible:
            head += bytes([tl0 & 0xFF])
    if differences is not None and is_back:
        last = len(differences) - 1
        head += bytes(step << 1 | (at < last) for at, step in enumerate(differences))
    result: list[bytes] = []
    for start in range(0, len(frame), size):
        flags = first | 0x08 * (start == 0) | 0x04 * (start + size >= len(frame))
        has_structure = bool(structure) and start == 0
        result.append(
            bytes([flags | 0x02 * has_structure]) + head + structure * has_structure
            + frame[start : start + size]
        )  # fmt: skip
    return result


def av1_units(frame: bytes) -> list[bytes]:
    """The OBUs of an encoder's temporal unit without sizes, as RTP has them; no delimiter."""
    units: list[bytes] = []
    at = 0
    while at < len(frame):
        head = frame[at]
        begin = at + 1 + (head >> 2 & 1)
        assert head & 0x02
        found = number_at(frame, begin)
        assert found is not None
        length, start = found
        if head >> 3 & 15 != 2:
            units.append(
                bytes([head & 0xFD]) + frame[at + 1 : begin] + frame[start : start + length]
            )
        at = start + length
    return units


def av1_payloads(frame: bytes, size: int = 1100, *, counted: bool = True) -> list[bytes]:
    """AV1 payloads: as many OBUs in a packet as fit, the last one cut. ``counted``: W tells their
    number, as far as it can; otherwise each has its length."""
    units = av1_units(frame)
    starts = units[0][0] >> 3 & 15 == 1
    packets: list[tuple[list[bytes], bool, bool]] = []
    elements: list[bytes] = []
    room, goes_on = size, False
    for unit in units:
        rest = unit
        while True:
            part, rest = rest[:room], rest[room:]
            elements.append(part)
            room -= len(part)
            if room == 0:
                packets.append((elements, goes_on, bool(rest)))
                elements, room, goes_on = [], size, bool(rest)
            if not rest:
                break
    if elements:
        packets.append((elements, goes_on, False))
    result: list[bytes] = []
    for index, (inside, is_rest, continues) in enumerate(packets):
        count = len(inside) if counted and len(inside) <= 3 else 0
        head = 0x80 * is_rest | 0x40 * continues | count << 4 | 0x08 * (starts and index == 0)
        body = b"".join(
            (b"" if count and at == count - 1 else number(len(one))) + one
            for at, one in enumerate(inside)
        )
        result.append(bytes([head]) + body)
    return result


PAYLOADS: dict[str, Callable[[bytes], list[bytes]]] = {
    "VP8": vp8_payloads, "VP9": vp9_payloads, "AV1": av1_payloads, "opus": lambda frame: [frame],
}  # fmt: skip
