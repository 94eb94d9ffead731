"""RTP senders of the client: exact timestamps, simulcast by rid, answers to NACK and PLI."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from struct import pack
from typing import Final

from server.media.client.offer import (
    AUDIO_LEVEL_ID,
    MID_ID,
    OPUS,
    REPAIRED_RID_ID,
    RID_ID,
    RTX,
    TRANSPORT_CC_ID,
    VP8,
    SendLine,
)
from server.media.rtcp import NTP_UNIX_OFFSET, write_sender_report
from server.media.rtp import HEADER

_CHUNK: Final = 1150
_KEPT: Final = 512


def vp8_payloads(frame: bytes, picture_id: int) -> list[bytes]:
    """Cut an encoded frame into RTP payloads with a 15-bit picture id (RFC 7741)."""
    payloads: list[bytes] = []
    for start in range(0, len(frame), _CHUNK):
        first = 0x90 if start == 0 else 0x80
        payloads.append(
            bytes((first, 0x80)) + pack("!H", 0x8000 | picture_id) + frame[start : start + _CHUNK]
        )
    return payloads


class TransportCounter:
    """The transport-wide number of every packet sent (TWCC)."""

    def __init__(self) -> None:
        self.next = 0

    def take(self) -> int:
        self.next = (self.next + 1) & 0xFFFF
        return self.next


class RtpSender:
    """One outgoing stream: a track, or one simulcast layer of it."""

    def __init__(
        self,
        line: SendLine,
        layer: str,
        counter: TransportCounter,
        send: Callable[[bytes], None],
        send_rtcp: Callable[[bytes], None],
    ) -> None:
        self.line = line
        self.layer = layer
        self.ssrc, self.rtx_ssrc = line.ssrcs[layer]
        self.rate = 90000 if line.is_video else 48000
        self.payload_type = VP8 if line.is_video else OPUS
        self.base = random.randrange(0, 0x100000000)
        self.sequence = random.randrange(0, 0x10000)
        self.is_keyframe_wanted = False
        self.plis = 0
        self.nacks = 0
        self.frames = 0
        self.packets = 0
        self.octets = 0
        self.drop: Callable[[int], bool] | None = None
        """for loss patterns: True for a packet number that never leaves"""
        self._picture_id = random.randrange(0, 0x8000)
        self._rtx_sequence = random.randrange(0, 0x10000)
        self._counter = counter
        self._send = send
        self._send_rtcp = send_rtcp
        self._kept: dict[int, tuple[int, int, bytes]] = {}

    def send_frame(self, frame: bytes, media_time: float) -> None:
        """A whole encoded video frame captured at ``media_time`` seconds."""
        self.frames += 1
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        payloads = vp8_payloads(frame, self._picture_id)
        timestamp = self.timestamp(media_time)
        for index, payload in enumerate(payloads):
            self.send_payload(payload, timestamp, index == len(payloads) - 1)

    def send_payload(
        self, payload: bytes, timestamp: int, is_marked: bool, level: int | None = None
    ) -> None:
        self.sequence = (self.sequence + 1) & 0xFFFF
        self._kept[self.sequence] = (timestamp, 0x80 if is_marked else 0, payload)
        self._kept.pop((self.sequence - _KEPT) & 0xFFFF, None)
        self.packets += 1
        self.octets += len(payload)
        raw = self._header(
            self.payload_type, self.sequence, timestamp, 0x80 if is_marked else 0, self.ssrc, level
        ) + payload  # fmt: skip
        if self.drop is None or not self.drop(self.packets):
            self._send(raw)

    def timestamp(self, media_time: float) -> int:
        return (self.base + round(media_time * self.rate)) & 0xFFFFFFFF

    def _header(
        self,
        payload_type: int,
        sequence: int,
        timestamp: int,
        marker: int,
        ssrc: int,
        level: int | None,
    ) -> bytes:
        mid = self.line.mid.encode()
        block = bytes(((MID_ID << 4) | (len(mid) - 1),)) + mid
        block += bytes(((TRANSPORT_CC_ID << 4) | 1,)) + pack("!H", self._counter.take())
        if self.line.has_layers:
            number = RID_ID if ssrc == self.ssrc else REPAIRED_RID_ID
            rid = self.layer.encode()
            block += bytes(((number << 4) | (len(rid) - 1),)) + rid
        if level is not None:
            block += bytes((AUDIO_LEVEL_ID << 4, level))
        block += bytes(-len(block) % 4)
        return (
            HEADER.pack(0x90, marker | payload_type, sequence, timestamp, ssrc)
            + b"\xbe\xde" + pack("!H", len(block) // 4) + block
        )  # fmt: skip

    def resend(self, numbers: list[int]) -> None:
        """Answer a NACK: RTX for video, the same packet for sound."""
        for number in numbers:
            kept = self._kept.get(number)
            if kept is None:
                continue
            self.nacks += 1
            timestamp, marker, payload = kept
            if self.line.is_video:
                self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
                self._send(
                    self._header(RTX, self._rtx_sequence, timestamp, marker, self.rtx_ssrc, None)
                    + pack("!H", number) + payload
                )  # fmt: skip
            else:
                head = self._header(self.payload_type, number, timestamp, marker, self.ssrc, None)
                self._send(head + payload)

    def report(self, media_now: float) -> None:
        """A sender report that ties ``media_now`` to this machine's clock."""
        self._send_rtcp(
            write_sender_report(
                self.ssrc, time.time() + NTP_UNIX_OFFSET, self.timestamp(media_now),
                self.packets, self.octets, "sender",
            )
        )  # fmt: skip
