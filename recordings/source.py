"""One capture's frames in recording time, cut to what the log allows.

The same walk serves a finished file and one that is still growing: ``None`` among the packets
means "nothing more yet" and comes out as None, and the permit may be widened in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from recordings.av1 import av1_frames
from recordings.clock import StreamClock
from recordings.depacketize import Frame, FrameCounts, h264_frames, vp8_frames
from recordings.packet_order import Counts, Packet
from recordings.spans import RecordingTime, Spans, covers
from recordings.vp9 import vp9_frames

CODECS = {"vp8": "vp8", "h264": "h264", "vp9": "vp9", "av1": "av1", "opus": "opus"}
_PICTURES: dict[str, Callable[[Iterable[Packet | None], FrameCounts], Iterator[Frame | None]]] = {
    "vp8": vp8_frames,
    "h264": h264_frames,
    "vp9": vp9_frames,
    "av1": av1_frames,
}


class Placed(Struct):
    """A frame in recording time."""

    at_ms: float
    frame: Frame


@dataclass(slots=True)
class Permit:
    """Where packets belong in time, and which of them may be in the recording."""

    clock: StreamClock
    time: RecordingTime
    allowed: Spans


class Source:
    def __init__(
        self, codec: str, found: Iterator[Packet | None], counts: Counts, permit: Permit
    ) -> None:
        self.codec = codec
        self.permit = permit
        self.counts = counts
        self.frame_counts = FrameCounts()
        self.off_record = 0
        self.frames: Iterator[Placed | None]
        if codec == "opus":
            self.frames = self._sound(found)
        else:
            whole = _PICTURES.get(codec, vp8_frames)
            self.frames = self._pictures(whole(found, self.frame_counts))

    def _pictures(self, frames: Iterator[Frame | None]) -> Iterator[Placed | None]:
        needs_key = True
        for frame in frames:
            if frame is None:
                yield None
                continue
            permit = self.permit
            session_ms = permit.clock.session_ms(frame.packet)
            at = permit.time.at(session_ms)
            if at is None or not covers(permit.allowed, session_ms):
                # What follows refers to a picture nobody may see.
                self.off_record += 1
                needs_key = True
                continue
            if needs_key and not frame.is_key:
                self.frame_counts.unusable += 1
                continue
            needs_key = False
            yield Placed(at, frame)

    def _sound(self, found: Iterator[Packet | None]) -> Iterator[Placed | None]:
        for packet in found:
            if packet is None:
                yield None
                continue
            if not packet.payload:
                continue
            permit = self.permit
            session_ms = permit.clock.session_ms(packet)
            at = permit.time.at(session_ms)
            last = session_ms + opus_duration_ms(packet.payload) - 1
            if (
                at is None
                or not covers(permit.allowed, session_ms)
                or not covers(permit.allowed, last)
            ):
                self.off_record += 1
                continue
            self.frame_counts.whole += 1
            yield Placed(at, Frame(packet, packet.payload, True, 0, 0))


def opus_duration_ms(payload: bytes) -> float:
    """RFC 6716 §3.1: length of a packet from its first bytes."""
    if not payload:
        return 0.0
    config, code = payload[0] >> 3, payload[0] & 3
    if config < 12:
        frame = (10.0, 20.0, 40.0, 60.0)[config & 3]
    elif config < 16:
        frame = (10.0, 20.0)[config & 1]
    else:
        frame = (2.5, 5.0, 10.0, 20.0)[config & 3]
    count = 1 if code == 0 else 2 if code < 3 else payload[1] & 0x3F if len(payload) > 1 else 0
    return min(frame * count, 120.0)
