"""What the client receives in a slot: counts, gaps, frames and sound."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import av
import numpy as np

from server.media.rtcp import (
    Block,
    ntp_middle,
    write_nack,
    write_receiver_report,
)
from server.media.rtp import Malformed, Packet, parse_vp8, payload_bounds

_KEPT_PACKETS: Final = 3000
_KEPT_FRAMES: Final = 600


@dataclass(frozen=True, slots=True)
class ReceivedPacket:
    sequence: int
    """unwrapped"""
    timestamp: int
    is_marked: bool
    payload: bytes
    arrival: float


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    timestamp: int
    is_key: bool
    picture_id: int
    data: bytes
    arrival: float


class SlotReceiver:
    """One slot. ``missing`` counts sequence numbers not (yet) received."""

    def __init__(self, name: str, ssrc: int) -> None:
        self.name = name
        self.ssrc = ssrc
        self.is_video = "audio" not in name
        self.packets: deque[ReceivedPacket] = deque(maxlen=_KEPT_PACKETS)
        self.frames: deque[ReceivedFrame] = deque(maxlen=_KEPT_FRAMES)
        self.received = 0
        self.octets = 0
        self.rtx_received = 0
        self.missing: set[int] = set()
        self.reports: list[tuple[float, int]] = []
        """(NTP seconds, RTP timestamp) of sender reports"""
        self.is_nacking = True
        self._first = -1
        self._highest = -1
        self._parts: dict[int, tuple[Packet, bool]] = {}
        self._next_part = -1
        self._report_arrival = 0.0

    @property
    def last_arrival(self) -> float:
        return self.packets[-1].arrival if self.packets else 0.0

    def receive(self, data: bytes, send_rtcp: Callable[[bytes], None]) -> None:
        try:
            _, _, start, end = payload_bounds(data)
        except Malformed:
            return
        number = (data[2] << 8) | data[3]
        self._take(data, number, data[start:end], send_rtcp)

    def receive_rtx(self, data: bytes, send_rtcp: Callable[[bytes], None]) -> None:
        _, _, start, end = payload_bounds(data)
        if end - start < 2:
            return
        self.rtx_received += 1
        number = (data[start] << 8) | data[start + 1]
        self._take(data, number, data[start + 2 : end], send_rtcp)

    def _take(
        self, data: bytes, number: int, payload: bytes, send_rtcp: Callable[[bytes], None]
    ) -> None:
        arrival = time.monotonic()
        if self._highest < 0:
            sequence = number + 0x10000
            self._first = self._highest = sequence
        else:
            step = (number - self._highest) & 0xFFFF
            sequence = self._highest + (step if step < 0x8000 else step - 0x10000)
            if sequence > self._highest + 1:
                lost = range(self._highest + 1, sequence)
                self.missing.update(lost)
                if self.is_nacking and len(lost) < 200:
                    send_rtcp(write_nack(self.ssrc, [n & 0xFFFF for n in lost]))
            self.missing.discard(sequence)
            self._highest = max(self._highest, sequence)
        self.received += 1
        self.octets += len(payload)
        timestamp = int.from_bytes(data[4:8], "big")
        is_marked = bool(data[1] & 0x80)
        self.packets.append(ReceivedPacket(sequence, timestamp, is_marked, payload, arrival))
        if self.is_video:
            packet = Packet(sequence, timestamp, data[1] & 0x80, payload, time.monotonic_ns())
            try:
                parse_vp8(packet, payload)
            except Malformed:
                return
            self._parts[sequence] = (packet, bool(packet.head and packet.head[0] & 0x10))
            self._assemble()

    def _assemble(self) -> None:
        """Frames whose packets are all there, in order."""
        if self._next_part < 0:
            self._next_part = min(self._parts)
        while self._next_part in self._parts:
            sequence = self._next_part
            parts: list[Packet] = []
            while sequence in self._parts:
                packet, _ = self._parts[sequence]
                parts.append(packet)
                sequence += 1
                if packet.marker:
                    break
            if not parts or not parts[-1].marker:
                return
            self._next_part = sequence
            for packet in parts:
                del self._parts[packet.sequence]
            if self.frames and parts[0].is_empty:
                continue
            self.frames.append(
                ReceivedFrame(
                    parts[0].timestamp, parts[0].is_key_start, parts[0].picture_id,
                    b"".join(p.rest for p in parts), time.monotonic(),
                )
            )  # fmt: skip

    @property
    def expected(self) -> int:
        """Packets sent to this slot, as far as their numbers say."""
        return self._highest - self._first + 1 if self._highest >= 0 else 0

    def ask_again(self, send_rtcp: Callable[[bytes], None], most: int = 200) -> None:
        """For what is missing of the last packets: the first asking, or its answer, may be lost."""
        recent = sorted(n for n in self.missing if n > self._highest - most)
        if recent:
            send_rtcp(write_nack(self.ssrc, [n & 0xFFFF for n in recent]))

    def sender_report(self, ntp: float, timestamp: int) -> None:
        self.reports.append((ntp, timestamp))
        self._report_arrival = time.monotonic()

    def report(self, send_rtcp: Callable[[bytes], None]) -> None:
        if self._highest < 0:
            return
        ntp = self.reports[-1][0] if self.reports else 0.0
        delay = time.monotonic() - self._report_arrival if self.reports else 0.0
        lost = len(self.missing)
        expected = self._highest - self._first + 1
        send_rtcp(
            write_receiver_report([
                Block(
                    ssrc=self.ssrc, fraction_lost=min(255, 256 * lost // max(1, expected)),
                    cumulative_lost=lost, highest_sequence=self._highest - 0x10000, jitter=0,
                    last_report=ntp_middle(ntp) if ntp else 0, delay=int(delay * 65536),
                )
            ])
        )  # fmt: skip

    # ---- looking at what came ------------------------------------------------------------------

    def pictures(self, since: float = 0.0) -> list[np.ndarray]:
        """Decode the frames received since a monotonic time, from a keyframe on, as grey levels.

        Raises av.error.FFmpegError where the stream cannot be decoded.
        """
        decoder = av.CodecContext.create("vp8", "r")
        found: list[np.ndarray] = []
        is_begun = False
        for frame in list(self.frames):
            if frame.arrival < since:
                continue
            is_begun = is_begun or frame.is_key
            if is_begun:
                decoded = decoder.decode(av.Packet(frame.data))
                found += [picture.to_ndarray(format="gray") for picture in decoded]
        return found

    def sound(self, since: float = 0.0) -> np.ndarray:
        """Decode the Opus packets received since a monotonic time: mono, 48 kHz, -1…1."""
        parts = self.by_packet(since)
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def by_packet(self, since: float = 0.0) -> list[np.ndarray]:
        """The same, an array for each packet in order of sequence."""
        return self.decoded([packet for packet in self.packets if packet.arrival >= since])

    def decoded(self, packets: Iterable[ReceivedPacket]) -> list[np.ndarray]:
        """Some of the packets received, an array for each in order of sequence."""
        decoder = av.CodecContext.create("opus", "r")
        parts: list[np.ndarray] = []
        for packet in sorted(packets, key=lambda p: p.sequence):
            frames = decoder.decode(av.Packet(packet.payload)) if len(packet.payload) > 1 else []
            decoded = [frame.to_ndarray().astype(np.float32).mean(axis=0) for frame in frames]
            parts.append(np.concatenate(decoded) if decoded else np.zeros(960, np.float32))
        return parts
