"""A viewer's fixed place: one outgoing RTP stream whose source may change without a seam.

The rules, all measured with Chromium and Firefox as viewers and publishers:

1. A video slot keeps forwarding the old source until the first packet of the new source's
   keyframe; not waiting cost seven freezes in eight switches.
2. Sequence numbers go on at last + 1; swallowed padding leaves no gap (SequenceMap).
3. The timestamp of a new source's first packet is the slot's base plus its capture time, so two
   slots of one person stay in step; a video step is at least 900 ticks, an audio step a
   multiple of 960 (anything else makes the jitter buffer conceal samples).
4. VP8 and VP9 picture id and TL0PICIDX go on at last + 1; keyidx and layers stay.
5. Payload type and header extensions are the viewer's own; the first audio packet after a
   switch carries the marker.
6. A sender report goes out right after a switch (and every second, by the router).
7. Sound that ends is followed by a few packets of silence: for packets that do not come Chromium
   makes up 0.35 s of the voice that is not to be heard any more.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from server.media.rtcp import NTP_UNIX_OFFSET, Block, ntp_middle, write_sender_report
from server.media.rtp import HEADER, Packet, rewrite_head
from server.media.sequence_map import SequenceMap
from server.media.statistics import SlotTally
from server.media.stream import Stream

_VIDEO_STEP: Final = 900
_AUDIO_STEP: Final = 960
_SILENCE: Final = b"\xf8\xff\xfe"
"""20 ms of Opus"""
_SILENT_PACKETS: Final = 3
"""one may be lost"""
_CACHE_NS: Final = 2_000_000_000
_RESENT_AT_ONCE: Final = 100
"""packets answered to one NACK at most"""

WALL_ANCHOR: Final = time.time() - time.monotonic() + NTP_UNIX_OFFSET
"""NTP seconds of monotonic zero; read once, so that reports never jump with the wall clock"""


@dataclass(frozen=True, slots=True)
class SlotNumbers:
    """What the answer told the viewer about one sending m-line."""

    name: str
    mid: str
    is_video: bool
    ssrc: int
    rtx_ssrc: int | None
    payload_types: Mapping[str, int]
    """codec → the viewer's payload type"""
    rtx_payload_types: Mapping[str, int]
    mid_extension: int | None
    send_time_extension: int | None
    cname: str
    stream_id: str
    transport_cc_extension: int | None = None
    """None where the viewer does not tell what arrives, or the plane does not ask"""


class Slot:
    def __init__(
        self,
        numbers: SlotNumbers,
        send: Callable[[bytes], None],
        send_rtcp: Callable[[bytes], None],
        on_switched: Callable[[Slot, Stream | None, int | None], None],
    ) -> None:
        self.numbers = numbers
        self.name = numbers.name
        self.is_video = numbers.is_video
        self.rate = 90000 if numbers.is_video else 48000
        self.current: Stream | None = None
        self.target: Stream | None = None
        self.target_since_ns = 0
        self.packets = 0
        self.octets = 0
        self.nacks = 0
        self.resent = 0
        self.loss = 0.0
        self.rtt: float | None = None
        self._send = send
        self._send_rtcp = send_rtcp
        self._on_switched = on_switched
        self._map = SequenceMap()
        self._start = random.randrange(1, 0x4000)
        """low, so that a receiver that misses the first packets still guesses the rollover"""
        self._base_time = time.monotonic()
        self._base_timestamp = random.randrange(0, 0x80000000)
        self._timestamp_step = 0
        self._last_timestamp_step = 0
        self._picture_step = 0
        self._tl0_step = 0
        self._last: Packet | None = None
        self._last_sequence = 0
        self._payload_type = 0
        self._ring: list[tuple[int, bytes, int] | None] = [None] * (512 if numbers.is_video else 64)
        self._ring_mask = len(self._ring) - 1
        self._rtx_sequence = random.randrange(1, 0x4000)
        self._has_send_time = False
        self._extension_head = b""
        self._extension_tail = b""
        self._prepare_extensions()

    # ---- choosing a source -------------------------------------------------------------------

    def accepts(self, codec: str) -> bool:
        return codec in self.numbers.payload_types

    @property
    def shown_or_due(self) -> Stream | None:
        return self.target or self.current

    def show(self, stream: Stream | None, now_ns: int) -> None:
        """Move to ``stream`` as soon as it can be shown; None empties the slot at once."""
        if stream is None or not self.accepts(stream.codec):
            self.clear()
            return
        if stream is self.current:
            self._drop_target()
            return
        if stream is self.target:
            return
        self._drop_target()
        self.target = stream
        self.target_since_ns = now_ns
        stream.waiting.append(self)
        if self.is_video:
            fresh = stream.fresh_keyframe(now_ns)
            if fresh is not None:
                self.begin(stream, fresh)
            else:
                stream.want_keyframe()

    def clear(self) -> None:
        had = self.current is not None
        self._drop_target()
        self._drop_current()
        if had:
            if not self.is_video:
                self._fall_silent()
            self._on_switched(self, None, None)

    def restart(self, now_ns: int) -> None:
        """The source was muted for a while: begin anew, with its next keyframe."""
        stream = self.shown_or_due
        self._drop_target()
        self._drop_current()
        if stream is not None:
            self.target = stream
            self.target_since_ns = now_ns
            stream.waiting.append(self)
            if self.is_video:
                stream.want_keyframe()

    def give_up_old(self) -> None:
        """The new source sends nothing: rather no picture than a wrong one."""
        if self.current is not None and self.target is not None:
            self._drop_current()
            self._on_switched(self, None, None)

    def begin(self, stream: Stream, packet: Packet) -> None:
        """Called by a stream this slot waits for, with a packet a decoder can start from."""
        if stream is not self.target:
            return
        self._drop_current()
        self._drop_target()
        self.current = stream
        stream.receivers.append(self)
        self._payload_type = self.numbers.payload_types[stream.codec]

        timestamp = self._first_timestamp(stream, packet)
        self._timestamp_step = timestamp - packet.timestamp
        last = self._last
        if last is not None and packet.has_picture_id:
            self._picture_step = last.picture_id + self._picture_step + 1 - packet.picture_id
            self._tl0_step = max(last.tl0, 0) + self._tl0_step + 1 - max(packet.tl0, 0)
        first = self._start if last is None else (self._last_sequence + 1) & 0xFFFF
        self._map.restart(packet.sequence, first)
        if self.is_video:
            self.forward(packet)
        else:
            marker = packet.marker
            packet.marker = 0x80
            self.forward(packet)
            packet.marker = marker
        for later in stream.after(packet, time.monotonic_ns()):
            self.forward(later)
        self._on_switched(self, stream, timestamp)
        self.report(time.monotonic())

    def _first_timestamp(self, stream: Stream, packet: Packet) -> int:
        captured = stream.clock.captured_at(packet.timestamp)
        arrival = packet.arrival_ns / 1e9
        # A publisher whose clock jumps must not carry the slot away with it.
        captured = min(max(captured, arrival - 2.0), arrival + 0.2)
        wanted = self._base_timestamp + round((captured - self._base_time) * self.rate)
        if self._last is not None:
            last = self._last.timestamp + self._last_timestamp_step
            step = (wanted - last) & 0xFFFFFFFF
            if step >= 0x80000000:
                step -= 0x100000000
            if self.is_video:
                wanted = last + max(step, _VIDEO_STEP)
            else:
                wanted = last + _AUDIO_STEP * max(1, round(step / _AUDIO_STEP))
        return wanted & 0xFFFFFFFF

    def _drop_target(self) -> None:
        if self.target is not None:
            if self in self.target.waiting:
                self.target.waiting.remove(self)
            self.target = None

    def _drop_current(self) -> None:
        if self.current is not None:
            if self in self.current.receivers:
                self.current.receivers.remove(self)
            self.current = None

    # ---- packets -----------------------------------------------------------------------------

    def forward(self, packet: Packet) -> None:
        """Rewrite and send one packet of the current source. The hot path."""
        source = packet.sequence
        rest = packet.rest
        head = packet.head
        if not rest and not head and self._map.swallow(source):
            return
        sequence = self._map.map(source)
        if sequence < 0:
            return
        if head and (packet.has_picture_id or packet.tl0 >= 0):
            head = rewrite_head(packet, self._picture_step, self._tl0_step)
        self._write(packet, sequence, head)

    def _write(self, packet: Packet, sequence: int, head: bytes) -> None:
        rest = packet.rest
        if self._has_send_time:
            raw = b"".join((
                HEADER.pack(
                    0x90, packet.marker | self._payload_type, sequence,
                    (packet.timestamp + self._timestamp_step) & 0xFFFFFFFF, self.numbers.ssrc,
                ),
                self._extension_head,
                (int(time.monotonic() * 262144.0) & 0xFFFFFF).to_bytes(3, "big"),
                self._extension_tail, head, rest,
            ))  # fmt: skip
        else:
            raw = b"".join((
                HEADER.pack(
                    0x90 if self._extension_tail else 0x80, packet.marker | self._payload_type,
                    sequence, (packet.timestamp + self._timestamp_step) & 0xFFFFFFFF,
                    self.numbers.ssrc,
                ),
                self._extension_tail, head, rest,
            ))  # fmt: skip
        last = self._last
        if last is None or ((sequence - self._last_sequence) & 0xFFFF) < 0x8000:
            self._last = packet
            self._last_sequence = sequence
            self._last_timestamp_step = self._timestamp_step
        self._ring[sequence & self._ring_mask] = (sequence, raw, packet.arrival_ns)
        self.packets += 1
        self.octets += len(rest) + len(head)
        self._send(raw)

    def _fall_silent(self) -> None:
        last = self._last
        if last is None:
            return
        now_ns = time.monotonic_ns()
        timestamp = last.timestamp + self._last_timestamp_step
        for _ in range(_SILENT_PACKETS):
            timestamp = (timestamp + _AUDIO_STEP) & 0xFFFFFFFF
            packet = Packet((self._last_sequence + 1) & 0xFFFF, timestamp, 0, _SILENCE, now_ns)
            self._timestamp_step = 0
            self._write(packet, packet.sequence, b"")

    def retransmit(self, numbers: list[int], now_ns: int) -> None:
        """Answer a NACK: on the RTX stream where the viewer has one, else the packet again."""
        self.nacks += len(numbers)
        for number in numbers[:_RESENT_AT_ONCE]:
            entry = self._ring[number & self._ring_mask]
            if entry is None or entry[0] != number or now_ns - entry[2] > _CACHE_NS:
                continue
            self.resent += 1
            raw = entry[1]
            rtx = self._rtx_by_payload_type.get(raw[1] & 0x7F)
            if rtx is None or self.numbers.rtx_ssrc is None:
                self._send(raw)
                continue
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
            split = 12 + self._extension_length
            self._send(b"".join((
                HEADER.pack(
                    raw[0], (raw[1] & 0x80) | rtx, self._rtx_sequence,
                    int.from_bytes(raw[4:8], "big"), self.numbers.rtx_ssrc,
                ),
                raw[12:split], raw[2:4], raw[split:],
            )))  # fmt: skip

    def _prepare_extensions(self) -> None:
        """The extension block in three parts: before the send time, (send time), after it."""
        numbers = self.numbers
        tail = b""
        if numbers.mid_extension is not None and numbers.mid_extension < 15:
            mid = numbers.mid.encode()
            if 0 < len(mid) <= 16:
                tail = bytes(((numbers.mid_extension << 4) | (len(mid) - 1),)) + mid
        self._has_send_time = (
            numbers.send_time_extension is not None and numbers.send_time_extension < 15
        )
        size = len(tail) + (4 if self._has_send_time else 0)
        padding = -size % 4
        profile = b"\xbe\xde" + ((size + padding) // 4).to_bytes(2, "big")
        self._extension_length = 4 + size + padding if size else 0
        if self._has_send_time:
            assert numbers.send_time_extension is not None
            self._extension_head = profile + bytes(((numbers.send_time_extension << 4) | 2,))
            self._extension_tail = tail + bytes(padding)
        elif tail:
            self._extension_tail = profile + tail + bytes(padding)
        self._rtx_by_payload_type = {
            number: numbers.rtx_payload_types[codec]
            for codec, number in numbers.payload_types.items()
            if codec in numbers.rtx_payload_types
        }

    # ---- reports -----------------------------------------------------------------------------

    def report(self, now: float) -> None:
        """Send a sender report that ties the slot's timestamps to the one clock."""
        stream = self.current
        if stream is None:
            return
        self._send_rtcp(
            write_sender_report(
                self.numbers.ssrc,
                now + WALL_ANCHOR,
                stream.clock.timestamp_at(now) + self._timestamp_step,
                self.packets,
                self.octets,
                self.numbers.cname,
            )
        )

    def tally(self) -> SlotTally:
        rtt_ms = None if self.rtt is None else self.rtt * 1000
        return SlotTally(self.packets, self.octets, self.nacks, self.resent, self.loss, rtt_ms)

    def reception(self, block: Block, now: float) -> None:
        """Take in a report block the viewer sent about this slot."""
        if block.last_report:
            trip = (ntp_middle(now + WALL_ANCHOR) - block.last_report - block.delay) & 0xFFFFFFFF
            if trip < 0x00100000:
                self.rtt = trip / 65536.0
        self.loss = block.fraction_lost / 256.0
