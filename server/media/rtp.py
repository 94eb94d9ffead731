"""RTP packets as the plane sees them: parsed once on arrival, shared by cache and slots.

Source: RFC 3550 (header), RFC 8285 (header extensions), RFC 7741 (VP8), RFC 6184 (H.264),
RFC 9628 (VP9), the AV1 RTP payload specification of AOMedia.
Everything here runs once for every received packet, so it allocates one object and little else.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

HEADER: Final = Struct("!BBHII")
HEADER_LENGTH: Final = 12
ONE_BYTE_PROFILE: Final = 0xBEDE


class Malformed(ValueError):
    """A packet that breaks its own length fields; it is dropped and counted."""


class Packet:
    """One received RTP packet, ready to be rewritten for any number of slots.

    ``sequence`` is unwrapped (it only grows over a stream's life); ``head`` is as much of
    the VP8 or VP9 payload descriptor as has numbers to rewrite (empty for other codecs) and
    ``rest`` all that follows, padding removed.
    """

    __slots__ = (
        "arrival_ns",
        "has_picture_id",
        "head",
        "is_key_start",
        "level",
        "marker",
        "picture_id",
        "picture_id_is_long",
        "picture_offset",
        "rest",
        "sequence",
        "timestamp",
        "tl0",
        "tl0_offset",
    )  # fmt: skip

    def __init__(
        self, sequence: int, timestamp: int, marker: int, rest: bytes, arrival_ns: int
    ) -> None:
        self.sequence = sequence
        self.timestamp = timestamp
        self.marker = marker
        """0x80 or 0, as it stands in the second octet"""
        self.arrival_ns = arrival_ns
        self.rest = rest
        self.level = -1
        """audio level octet as received (RFC 6464), -1 when there is none"""
        self.head = b""
        self.is_key_start = False
        self.has_picture_id = False
        self.picture_id_is_long = False
        self.picture_id = 0
        self.picture_offset = 0
        self.tl0 = -1
        self.tl0_offset = 0

    @property
    def is_empty(self) -> bool:
        """Padding only: a bandwidth probe, not forwarded."""
        return not self.rest and not self.head


def payload_bounds(data: bytes) -> tuple[int, int, int, int]:
    """Return (extension start, extension end, payload start, payload end).

    Raises Malformed. Start and end of the extension block are equal when there is none; the
    block's profile stands in the four octets before its start.
    """
    size = len(data)
    if size < HEADER_LENGTH:
        raise Malformed("short header")
    first = data[0]
    position = HEADER_LENGTH + 4 * (first & 0x0F)
    extension = position
    if first & 0x10:
        if size < position + 4:
            raise Malformed("truncated header extension")
        extension = position + 4
        position = extension + 4 * ((data[position + 2] << 8) | data[position + 3])
    end = size
    if first & 0x20:
        end -= data[-1]
        if data[-1] == 0:
            raise Malformed("padding of length zero")
    if end < position:
        raise Malformed("truncated")
    return extension, position if first & 0x10 else extension, position, end


def header_extensions(data: bytes, start: int, end: int) -> dict[int, bytes]:
    """All header extensions by id, one-byte or two-byte form; what does not fit is left out."""
    found: dict[int, bytes] = {}
    if start == end:
        return found
    profile = (data[start - 4] << 8) | data[start - 3]
    position = start
    if profile == ONE_BYTE_PROFILE:
        while position < end:
            octet = data[position]
            if octet == 0:
                position += 1
                continue
            number = octet >> 4
            if number == 15:
                break
            length = (octet & 0x0F) + 1
            position += 1
            if position + length > end:
                break
            found[number] = data[position : position + length]
            position += length
    elif profile & 0xFFF0 == 0x1000:
        while position + 1 < end:
            number = data[position]
            if number == 0:
                position += 1
                continue
            length = data[position + 1]
            position += 2
            if position + length > end:
                break
            found[number] = data[position : position + length]
            position += length
    return found


def _picture_id(packet: Packet, payload: bytes, position: int) -> int:
    """Where it ends; of 7 or 15 bits, alike in VP8 and VP9."""
    octet = payload[position] if position < len(payload) else 0x80
    packet.has_picture_id = True
    packet.picture_offset = position
    if not octet & 0x80:
        packet.picture_id = octet
        return position + 1
    if len(payload) <= position + 1:
        raise Malformed("truncated picture id")
    packet.picture_id_is_long = True
    packet.picture_id = ((octet & 0x7F) << 8) | payload[position + 1]
    return position + 2


def parse_vp8(packet: Packet, payload: bytes) -> None:
    """Split the payload descriptor off and learn picture id, TL0PICIDX and keyframe start."""
    size = len(payload)
    if size == 0:
        packet.rest = b""
        return
    first = payload[0]
    position = 1
    if first & 0x80:
        if size < 2:
            raise Malformed("truncated VP8 descriptor")
        flags = payload[1]
        position = 2
        if flags & 0x80:
            position = _picture_id(packet, payload, position)
        if flags & 0x40:
            if size <= position:
                raise Malformed("truncated VP8 TL0PICIDX")
            packet.tl0 = payload[position]
            packet.tl0_offset = position
            position += 1
        if flags & 0x30:
            position += 1
    if size < position:
        raise Malformed("truncated VP8 descriptor")
    packet.head = payload[:position]
    packet.rest = payload[position:]
    # S = 1, PID = 0, and in the first octet of the frame P = 0 (RFC 7741 sections 4.2, 4.3).
    packet.is_key_start = first & 0x17 == 0x10 and size > position and payload[position] & 0x01 == 0


def h264_starts_keyframe(payload: bytes) -> bool:
    """True for the packet a decoder can start from: SPS, or IDR, alone, in STAP-A or FU-A."""
    if len(payload) < 2:
        return False
    kind = payload[0] & 0x1F
    if kind in (5, 7):
        return True
    if kind == 24:
        position = 1
        while position + 2 < len(payload):
            size = (payload[position] << 8) | payload[position + 1]
            if payload[position + 2] & 0x1F in (5, 7):
                return True
            position += 2 + size
        return False
    if kind == 28:
        return bool(payload[1] & 0x80) and payload[1] & 0x1F in (5, 7)
    return False


def parse_vp9(packet: Packet, payload: bytes) -> None:
    """Split off what stands before the reference indices and the scalability structure, which
    are relative, and learn picture id, TL0PICIDX and keyframe start."""
    size = len(payload)
    if size == 0:
        packet.rest = b""
        return
    first = payload[0]
    position = 1
    spatial = 0
    if first & 0x80:
        position = _picture_id(packet, payload, position)
    if first & 0x20:
        if size <= position:
            raise Malformed("truncated VP9 layer indices")
        spatial = (payload[position] >> 1) & 0x07
        position += 1
        if not first & 0x10:
            if size <= position:
                raise Malformed("truncated VP9 TL0PICIDX")
            packet.tl0 = payload[position]
            packet.tl0_offset = position
            position += 1
    packet.head = payload[:position]
    packet.rest = payload[position:]
    # P = 0 and B = 1 of the lowest spatial layer; those above it refer to it (RFC 9628 4.2).
    packet.is_key_start = first & 0x48 == 0x08 and spatial == 0 and size > position


def av1_starts_keyframe(payload: bytes) -> bool:
    """True for the packet that begins a coded video sequence: it says so (N), or its first OBU is
    a sequence header, which some senders put there without saying so."""
    if len(payload) < 2 or payload[0] & 0x80:
        return False
    if payload[0] & 0x08:
        return True
    position = 1
    if payload[0] & 0x30 != 0x10:  # more than one OBU: a length stands before the first (LEB128)
        while position < len(payload) and payload[position] & 0x80:
            position += 1
        position += 1
    return position < len(payload) and (payload[position] >> 3) & 0x0F == 1


def rewrite_head(packet: Packet, picture_id_step: int, tl0_step: int) -> bytes:
    """The descriptor with picture id and TL0PICIDX moved on; keyidx and TID stay."""
    head = bytearray(packet.head)
    if packet.has_picture_id:
        if packet.picture_id_is_long:
            value = (packet.picture_id + picture_id_step) & 0x7FFF
            head[packet.picture_offset] = 0x80 | (value >> 8)
            head[packet.picture_offset + 1] = value & 0xFF
        else:
            head[packet.picture_offset] = (packet.picture_id + picture_id_step) & 0x7F
    if packet.tl0 >= 0:
        head[packet.tl0_offset] = (packet.tl0 + tl0_step) & 0xFF
    return bytes(head)
