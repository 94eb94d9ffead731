"""What of a publication goes into its capture file: the highest live layer, from a keyframe.

The feed is tapped behind the same gate as the slots, so nothing that a room could not hear or
see reaches the disk; where the gate was shut, a gap record says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from server.media.capture import (
    KIND_GAP,
    KIND_LAYER,
    KIND_RTP,
    KIND_SENDER_REPORT,
    CaptureFile,
    CaptureWriter,
    Sealed,
    Stopped,
)
from server.media.plane import Layer, TrackKind
from server.media.publication import Publication
from server.media.rtp import HEADER, Packet
from server.media.sdp_answer import PublicationNumbers
from server.media.stream import Stream

KEYFRAME_EVERY_NS: Final = 5_000_000_000
"""the replay must be able to seek; Chromium sends few keyframes unasked"""


class Captured(Protocol):
    """A publication, as the header of its capture describes it."""

    @property
    def track(self) -> TrackKind: ...
    @property
    def numbers(self) -> PublicationNumbers: ...


def capture_header(
    header: Mapping[str, str | int], publication: Captured, ssrc: int, layer: Layer
) -> dict[str, str | int]:
    """What is known above the plane, and what the plane knows."""
    payload_type, codec = next(iter(publication.numbers.codecs.items()))
    return {
        **header, "track": publication.track, "codec": codec,
        "clock_rate": publication.numbers.rate, "payload_type": payload_type,
        "ssrc": ssrc, "layer": layer,
    }  # fmt: skip


class CaptureFeed:
    def __init__(
        self,
        publication: Publication,
        writer: CaptureWriter,
        path: Path,
        header: Mapping[str, str | int],
        origin_ns: int,
        on_end: Callable[[Sealed | Stopped], None],
    ) -> None:
        self.publication = publication
        self.path = path
        stream = publication.best("f")
        self._header_ssrc = stream.ssrc if stream is not None else 0
        layer = stream.layer if stream is not None else "f"
        full_header = capture_header(header, publication, self._header_ssrc, layer)
        self.file: CaptureFile = writer.start(path, full_header, origin_ns, on_end)
        self._current: Stream | None = None
        self._wanted: Stream | None = None
        self._keyframe_at_ns = 0
        self._is_in_gap = False
        publication.capture = self
        if not publication.is_open:
            self.gap(publication.closed_because)
        self.refresh(time.monotonic_ns())

    def refresh(self, now_ns: int) -> None:
        """Follow the highest live layer and ask for regular keyframes; 5 times a second."""
        best = self.publication.best("f")
        if best is not self._wanted:
            self._untap(self._wanted, keep=self._current)
            self._wanted = best
            if best is not None:
                best.capture = self
                if self._current is not best:
                    best.want_keyframe()
        is_due = now_ns - self._keyframe_at_ns >= KEYFRAME_EVERY_NS
        if best is not None and self.publication.is_video and is_due:
            best.want_keyframe()
            self._keyframe_at_ns = now_ns

    def forward(self, stream: Stream, packet: Packet) -> None:
        if stream is not self._current:
            if stream is not self._wanted:
                return
            if self.publication.is_video and not packet.is_key_start:
                return
            self._switch(stream, packet)
            for later in stream.after(packet, packet.arrival_ns):
                self._write(stream, later)
            return
        if self._is_in_gap:
            if self.publication.is_video and not packet.is_key_start:
                return
            self._is_in_gap = False
        if packet.is_key_start:
            self._keyframe_at_ns = packet.arrival_ns
        self._write(stream, packet)

    def _switch(self, stream: Stream, packet: Packet) -> None:
        before = self._current
        self._current = stream
        self._is_in_gap = False
        self._keyframe_at_ns = packet.arrival_ns
        self._untap(before, keep=stream)
        if before is not None or stream.ssrc != self._header_ssrc:
            self.file.add_json(
                KIND_LAYER, packet.arrival_ns, {"layer": stream.layer, "ssrc": stream.ssrc}
            )
        if stream.last_report is not None:
            # The reader needs this stream's clock from its first packet on.
            self.file.add(KIND_SENDER_REPORT, stream.last_report_ns, stream.last_report)
        self._write(stream, packet)

    def _write(self, stream: Stream, packet: Packet) -> None:
        level = packet.level
        head = HEADER.pack(
            0x90 if level >= 0 else 0x80, packet.marker | stream.payload_type,
            packet.sequence & 0xFFFF, packet.timestamp, stream.ssrc,
        )  # fmt: skip
        if level >= 0:
            head += b"\xbe\xde\x00\x01\x10" + bytes((level,)) + b"\x00\x00"
        self.file.add(KIND_RTP, packet.arrival_ns, b"".join((head, packet.head, packet.rest)))

    def sender_report(self, stream: Stream, raw: bytes, arrival_ns: int) -> None:
        if stream is self._current:
            self.file.add(KIND_SENDER_REPORT, arrival_ns, raw)

    def gap(self, reason: str) -> None:
        if not self._is_in_gap:
            self._is_in_gap = True
            self.file.add_json(KIND_GAP, time.monotonic_ns(), {"reason": reason})

    def seal(self, reason: str) -> None:
        self.detach()
        self.file.seal(reason)

    def detach(self) -> None:
        """Take no more packets; safe to call twice."""
        for stream in self.publication.streams.values():
            if stream.capture is self:
                stream.capture = None
        if self.publication.capture is self:
            self.publication.capture = None

    def _untap(self, stream: Stream | None, keep: Stream | None) -> None:
        if stream is not None and stream is not keep and stream.capture is self:
            stream.capture = None
