"""RTCP: the reports and feedback the plane reads and writes (RFC 3550, 4585, 5104, REMB)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import Struct, pack, unpack_from
from typing import Final

SR: Final = 200
RR: Final = 201
SDES: Final = 202
RTPFB: Final = 205
PSFB: Final = 206
FMT_NACK: Final = 1
FMT_TWCC: Final = 15
FMT_PLI: Final = 1
FMT_FIR: Final = 4
FMT_APPLICATION: Final = 15

NTP_UNIX_OFFSET: Final = 2_208_988_800
"""seconds from 1900 to 1970"""

LOCAL_SSRC: Final = 1
"""our own number as a receiver of packets; what libwebrtc's own receivers use"""

_BLOCK: Final = Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class Block:
    """A report block: what one receiver got of one stream."""

    ssrc: int
    fraction_lost: int
    cumulative_lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    """middle 32 bits of the last sender report's NTP time"""
    delay: int
    """since that report, in 1/65536 s"""


def split(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (packet type, count or fmt, whole packet) of a compound packet.

    Stops without an error at the first packet whose length field is wrong.
    """
    position = 0
    size = len(data)
    while position + 8 <= size:
        if data[position] >> 6 != 2:
            return
        end = position + 4 * (((data[position + 2] << 8) | data[position + 3]) + 1)
        if end > size:
            return
        if end - position >= 8:
            yield data[position + 1], data[position] & 0x1F, data[position:end]
        position = end


def report_blocks(kind: int, count: int, packet: bytes) -> list[Block]:
    """Report blocks of an SR or RR packet."""
    position = 28 if kind == SR else 8
    blocks: list[Block] = []
    for _ in range(count):
        if position + 24 > len(packet):
            break
        ssrc, lost, highest, jitter, lsr, dlsr = _BLOCK.unpack_from(packet, position)
        blocks.append(Block(ssrc, lost >> 24, lost & 0xFFFFFF, highest, jitter, lsr, dlsr))
        position += 24
    return blocks


def sender_info(packet: bytes) -> tuple[int, float, int] | None:
    """(ssrc, NTP time in seconds since 1900, RTP timestamp) of a sender report."""
    if len(packet) < 28:
        return None
    ssrc, seconds, fraction, timestamp = unpack_from("!IIII", packet, 4)
    return ssrc, seconds + fraction / 4294967296.0, timestamp


def nacked(packet: bytes) -> tuple[int, list[int]]:
    """(media ssrc, sequence numbers) of a generic NACK."""
    media_ssrc = int.from_bytes(packet[8:12], "big")
    numbers: list[int] = []
    for position in range(12, len(packet) - 3, 4):
        pid, mask = unpack_from("!HH", packet, position)
        numbers.append(pid)
        while mask:
            low = mask & -mask
            numbers.append((pid + low.bit_length()) & 0xFFFF)
            mask ^= low
    return media_ssrc, numbers


def remb(packet: bytes) -> int | None:
    """Bit/s of a receiver estimated maximum bitrate message, None if it is something else."""
    if len(packet) < 20 or packet[12:16] != b"REMB":
        return None
    exponent = packet[17] >> 2
    mantissa = ((packet[17] & 3) << 16) | (packet[18] << 8) | packet[19]
    return mantissa << exponent if exponent < 46 else None


def fir_targets(packet: bytes) -> list[int]:
    """SSRCs of a full intra request."""
    return [unpack_from("!I", packet, p)[0] for p in range(12, len(packet) - 7, 8)]


def write_pli(media_ssrc: int) -> bytes:
    return pack("!BBHII", 0x81, PSFB, 2, LOCAL_SSRC, media_ssrc)


def write_nack(media_ssrc: int, numbers: Iterable[int]) -> bytes:
    """One generic NACK for 16-bit sequence numbers, given in ascending (wrapping) order."""
    pairs: list[list[int]] = []
    for number in numbers:
        if pairs:
            step = (number - pairs[-1][0]) & 0xFFFF
            if 0 < step <= 16:
                pairs[-1][1] |= 1 << (step - 1)
                continue
        pairs.append([number, 0])
    body = b"".join(pack("!HH", *pair) for pair in pairs)
    return pack("!BBHII", 0x81, RTPFB, 2 + len(pairs), LOCAL_SSRC, media_ssrc) + body


def write_blocks(blocks: Sequence[Block]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            b.ssrc, (b.fraction_lost << 24) | (b.cumulative_lost & 0xFFFFFF),
            b.highest_sequence & 0xFFFFFFFF, b.jitter, b.last_report, b.delay,
        )
        for b in blocks
    )  # fmt: skip


def write_receiver_report(blocks: Sequence[Block], ssrc: int = LOCAL_SSRC) -> bytes:
    body = write_blocks(blocks[:31])
    return pack("!BBHI", 0x80 | len(blocks[:31]), RR, 1 + len(body) // 4, ssrc) + body


def write_sender_report(
    ssrc: int, ntp: float, timestamp: int, packets: int, octets: int, cname: str
) -> bytes:
    """A sender report with its SDES CNAME; ``ntp`` in seconds since 1900."""
    seconds = int(ntp)
    report = pack(
        "!BBHIIIIII", 0x80, SR, 6, ssrc, seconds & 0xFFFFFFFF,
        int((ntp - seconds) * 4294967296.0) & 0xFFFFFFFF, timestamp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF, octets & 0xFFFFFFFF,
    )  # fmt: skip
    name = cname.encode()
    item = bytes((1, len(name))) + name + b"\0"
    item += bytes(-len(item) % 4)
    return report + pack("!BBHI", 0x81, SDES, 1 + len(item) // 4, ssrc) + item


def ntp_middle(ntp: float) -> int:
    """The middle 32 bits of an NTP time, as report blocks carry it."""
    return int(ntp * 65536.0) & 0xFFFFFFFF
