"""One incoming RTP stream: a simulcast layer, or the whole of a track without layers.

It unwraps sequence numbers, asks again for what was lost (NACK after 20 ms, ten times at most),
keeps the last packets, counts for receiver reports, and hands every packet to the slots that
show it, to those that wait for its next keyframe, and to the capture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from server.media.packet_cache import PacketCache
from server.media.plane import Layer
from server.media.rtcp import Block, ntp_middle
from server.media.rtp import (
    Packet,
    av1_starts_keyframe,
    h264_starts_keyframe,
    parse_vp8,
    parse_vp9,
)
from server.media.statistics import StreamTally
from server.media.stream_clock import PublisherClock, StreamClock

NACK_AFTER_NS: Final = 20_000_000
NACK_AGAIN_NS: Final = 60_000_000
NACK_TRIES: Final = 10
NACK_MAX_MISSING: Final = 250
"""more than this missing is an outage: a keyframe is asked for instead"""
PLI_INTERVAL_NS: Final = 500_000_000
SECOND_NS: Final = 1_000_000_000
KEY_FRESH_NS: Final = 300_000_000
"""a cached keyframe younger than this starts a slot at once, without asking for another"""


class Viewer(Protocol):
    """A slot, as the stream it shows sees it."""

    def forward(self, packet: Packet) -> None: ...

    def begin(self, stream: Stream, packet: Packet) -> None: ...

    def restart(self, now_ns: int) -> None: ...

    def clear(self) -> None: ...


class Tap(Protocol):
    """A capture."""

    def forward(self, stream: Stream, packet: Packet) -> None: ...


class Stream:
    """``codec`` is ``opus``, ``VP8``, ``H264``, ``VP9`` or ``AV1``."""

    __slots__ = (
        "_base",
        "_expected_before",
        "_highest16",
        "_is_video",
        "_jitter",
        "_key_packet",
        "_last_transit",
        "_missing",
        "_pli_at_ns",
        "_pli_is_due",
        "_received_before",
        "_report_arrival",
        "_report_ntp",
        "bitrate",
        "cache",
        "capture",
        "clock",
        "codec",
        "highest",
        "is_active",
        "key_requests",
        "keyframes",
        "last_arrival_ns",
        "last_report",
        "last_report_ns",
        "layer",
        "loss",
        "nacks",
        "octets",
        "octets_before",
        "on_outage",
        "payload_type",
        "received",
        "receivers",
        "rtx_ssrc",
        "shut_to",
        "ssrc",
        "waiting",
    )  # fmt: skip

    def __init__(
        self,
        ssrc: int,
        layer: Layer,
        codec: str,
        payload_type: int,
        rate: int,
        publisher: PublisherClock,
    ) -> None:
        self.ssrc = ssrc
        self.rtx_ssrc: int | None = None
        self.layer: Layer = layer
        self.codec = codec
        self.payload_type = payload_type
        self.clock = StreamClock(rate, publisher)
        self._is_video = codec != "opus"
        self.cache: PacketCache[Packet] = (
            PacketCache(1024, 2 * SECOND_NS) if self._is_video else PacketCache(64, SECOND_NS)
        )
        self.receivers: list[Viewer] = []
        self.waiting: list[Viewer] = []
        self.capture: Tap | None = None
        self.on_outage: Callable[[], None] | None = None
        self._highest16 = -1
        self.highest = -1
        self.shut_to = -1
        """highest when the gate opened last; up to it nobody may get anything"""
        self._base = 0
        self.received = 0
        self.octets = 0
        self.octets_before = 0
        self.nacks = 0
        self.key_requests = 0
        self.keyframes = 0
        self.bitrate = 0
        self.loss = 0.0
        self.is_active = False
        self.last_arrival_ns = 0
        self._missing: dict[int, list[int]] = {}
        self._key_packet: Packet | None = None
        self._pli_at_ns = -PLI_INTERVAL_NS
        self._pli_is_due = False
        self._jitter = 0.0
        self._last_transit: float | None = None
        self._expected_before = 0
        self._received_before = 0
        self._report_ntp = 0.0
        self._report_arrival = 0.0
        self.last_report: bytes | None = None
        self.last_report_ns = 0

    @property
    def is_wanted(self) -> bool:
        return bool(self.receivers or self.waiting or self.capture)

    # ---- packets -----------------------------------------------------------------------------

    def receive(
        self, number: int, timestamp: int, marker: int, payload: bytes, arrival_ns: int
    ) -> Packet | None:
        """Account for a packet (16-bit ``number``) and deliver it. None for a repeat.

        Raises Malformed when the payload descriptor is broken.
        """
        highest = self.highest
        if highest < 0:
            # Start one turn up so that reordering around the first packet stays positive.
            sequence = self._base = self.highest = number + 0x10000
        else:
            step = (number - highest) & 0xFFFF
            if step < 0x8000:
                sequence = highest + step
                if step > 1:
                    self._note_missing(highest + 1, sequence, arrival_ns)
                elif step == 0:
                    return None
                self.highest = sequence
            else:
                sequence = highest - (0x10000 - step)
                if self.cache.get(sequence, arrival_ns) is not None:
                    return None
                self._missing.pop(sequence, None)
        self.received += 1
        self.octets += len(payload)
        self.last_arrival_ns = arrival_ns

        packet = Packet(sequence, timestamp, marker, payload, arrival_ns)
        if self._is_video:
            if self.codec == "VP8":
                parse_vp8(packet, payload)
            elif self.codec == "VP9":
                parse_vp9(packet, payload)
            elif self.codec == "AV1":
                packet.is_key_start = av1_starts_keyframe(payload)
            else:
                packet.is_key_start = h264_starts_keyframe(payload)
            if packet.is_key_start:
                self._note_keyframe(packet)
        if sequence == self.highest:
            arrival = arrival_ns / 1e9
            self.clock.packet(timestamp, arrival)
            transit = arrival * self.clock.rate - timestamp
            if self._last_transit is not None:
                change = abs(transit - self._last_transit)
                if change < 0x40000000:
                    self._jitter += (change - self._jitter) / 16
            self._last_transit = transit
        self.cache.put(packet)
        return packet

    def _note_keyframe(self, packet: Packet) -> None:
        """A keyframe of H.264 has two packets to start from, of parameters and of the picture. A
        decoder that is new needs the first."""
        self._pli_is_due = False
        known = self._key_packet
        if known is not None and known.timestamp == packet.timestamp:
            if packet.sequence < known.sequence:
                self._key_packet = packet
            return
        self._key_packet = packet
        self.keyframes += 1

    def deliver(self, packet: Packet) -> None:
        """Hand an audible, enabled packet to everyone who takes it."""
        for receiver in self.receivers:
            receiver.forward(packet)
        if self.waiting and (packet.is_key_start or not self._is_video):
            for waiting in tuple(self.waiting):
                waiting.begin(self, packet)
        if self.capture is not None:
            self.capture.forward(self, packet)

    def fresh_keyframe(self, now_ns: int) -> Packet | None:
        """The start of a keyframe of which everything since is still in the cache."""
        packet = self._key_packet
        if packet is None or now_ns - packet.arrival_ns > KEY_FRESH_NS:
            return None
        for sequence in range(packet.sequence, self.highest + 1):
            if self.cache.get(sequence, now_ns) is None:
                return None
        return packet

    def after(self, packet: Packet, now_ns: int) -> list[Packet]:
        """Cached packets that follow ``packet``, in order: what a slot that begins with it
        must be given at once."""
        found: list[Packet] = []
        for sequence in range(packet.sequence + 1, self.highest + 1):
            cached = self.cache.get(sequence, now_ns)
            if cached is not None:
                found.append(cached)
        return found

    def forget_keyframe(self) -> None:
        """After a mute what is in the cache must not be shown."""
        self._key_packet = None

    # ---- loss --------------------------------------------------------------------------------

    def _note_missing(self, start: int, end: int, now_ns: int) -> None:
        if not self.is_wanted:
            return
        if end - start + len(self._missing) > NACK_MAX_MISSING:
            self._missing.clear()
            if self.on_outage is not None:
                self.on_outage()
            return
        due = now_ns + NACK_AFTER_NS
        for sequence in range(start, end):
            self._missing[sequence] = [due, 0]

    def due_nacks(self, now_ns: int) -> list[int]:
        """16-bit numbers to ask for again now."""
        if not self._missing:
            return []
        numbers: list[int] = []
        for sequence, entry in list(self._missing.items()):
            if entry[0] > now_ns:
                continue
            if entry[1] >= NACK_TRIES:
                del self._missing[sequence]
                continue
            entry[0] = now_ns + NACK_AGAIN_NS
            entry[1] += 1
            numbers.append(sequence & 0xFFFF)
        self.nacks += len(numbers)
        return numbers

    # ---- keyframes ---------------------------------------------------------------------------

    def want_keyframe(self) -> None:
        self._pli_is_due = True

    def take_pli(self, now_ns: int) -> bool:
        """True when a keyframe is wanted and the last asking lies 0.5 s back."""
        if not self._pli_is_due or now_ns - self._pli_at_ns < PLI_INTERVAL_NS:
            return False
        self._pli_at_ns = now_ns
        self.key_requests += 1
        # Somebody who still waits keeps asking; a lost PLI must not leave a slot black.
        self._pli_is_due = bool(self.waiting)
        return True

    # ---- reports -----------------------------------------------------------------------------

    def sender_report(self, ntp: float, timestamp: int, raw: bytes, arrival: float) -> None:
        self.clock.report(ntp, timestamp, arrival)
        self._report_ntp = ntp
        self._report_arrival = arrival
        self.last_report = raw
        self.last_report_ns = int(arrival * 1e9)

    def report_block(self, now: float) -> Block | None:
        """What RFC 3550 section 6.4.1 asks for, since the last call."""
        if self.highest < 0:
            return None
        expected = self.highest - self._base + 1
        lost = max(0, expected - self.received)
        expected_now = expected - self._expected_before
        received_now = self.received - self._received_before
        self._expected_before = expected
        self._received_before = self.received
        lost_now = max(0, expected_now - received_now)
        self.loss = lost_now / expected_now if expected_now > 0 else 0.0
        return Block(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(256 * self.loss)),
            cumulative_lost=min(lost, 0x7FFFFF),
            highest_sequence=self.highest - 0x10000,
            jitter=int(self._jitter),
            last_report=ntp_middle(self._report_ntp) if self._report_ntp else 0,
            delay=int((now - self._report_arrival) * 65536) if self._report_ntp else 0,
        )

    def tally(self) -> StreamTally:
        return StreamTally(
            self.received, self.octets, self.nacks, self.key_requests, self.keyframes, self.loss,
            self._jitter / self.clock.rate * 1000,
        )  # fmt: skip

    def measure(self, seconds: float) -> None:
        """Update ``bitrate`` from what came since the last call."""
        self.bitrate = int((self.octets - self.octets_before) * 8 / seconds)
        self.octets_before = self.octets
