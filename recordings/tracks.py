"""Captures to tracks: what may be in the recording, in recording time, muxed as it came.

All captures of one participant's camera make one track, likewise screen, microphone and screen
audio: after a reconnect the newer capture takes over from its first frame. Every packet is held
against the allowed spans of the log, whatever the capture was meant to contain.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from recordings.capture import Counts, Packet, Scan, packets
from recordings.clock import StreamClock, clocks_of
from recordings.depacketize import Frame, FrameCounts, h264_frames, vp8_frames
from recordings.facts import Facts
from recordings.mux import FileMuxer
from recordings.spans import RecordingTime, Span, Spans, covers, joined

CAMERA_HOLD_MS = 2000
SCREEN_HOLD_MS = 15_000
"""A still screen sends few frames; a camera that sends none for 2 s has no picture to show."""
_LAST_FRAME_MS = 100
_CODECS = {"vp8": "vp8", "h264": "h264", "opus": "opus"}


class CaptureCount(Struct, frozen=True):
    """What became of one capture; goes into the report."""

    capture_id: str
    participant_id: str
    track: str
    is_sealed: bool
    torn_bytes: int
    packets: int
    lost: int
    duplicates: int
    frames: int
    frames_broken: int
    frames_unusable: int
    off_record: int
    """whole frames or audio packets left out because the log does not allow them"""


class VideoTrack(Struct, frozen=True):
    track_id: str
    participant_id: str
    kind: str
    path: str
    codec: str
    start_ms: int
    end_ms: int
    spans: Spans
    """recording time with a picture worth showing"""
    frames_path: str
    """.npy: recording time of every frame"""


class SoundTrack(Struct, frozen=True):
    track_id: str
    participant_id: str
    kind: str
    path: str
    start_ms: int
    end_ms: int
    spans: Spans


class _Placed(Struct):
    """A frame in recording time."""

    at_ms: float
    frame: Frame


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


class _Source:
    """One capture, cut to what is allowed."""

    def __init__(
        self, scanned: Scan, clock: StreamClock, time: RecordingTime, allowed: Spans
    ) -> None:
        self.scanned = scanned
        self.codec = _CODECS.get(scanned.header.codec.lower(), "")
        self._clock = clock
        self._time = time
        self._allowed = allowed
        self.counts = Counts()
        self.frame_counts = FrameCounts()
        self.off_record = 0
        self._first: _Placed | None = None
        self._placed = self._place()

    def first(self) -> _Placed | None:
        """The first thing to show, without consuming it."""
        if self._first is None:
            self._first = next(self._placed, None)
        return self._first

    def __iter__(self) -> Iterator[_Placed]:
        first = self.first()
        if first is not None:
            yield first
            yield from self._placed

    def _place(self) -> Iterator[_Placed]:
        found = packets(self.scanned, self.counts)
        if self.codec == "opus":
            return self._sound(found)
        frames = vp8_frames if self.codec == "vp8" else h264_frames
        return self._pictures(frames(found, self.frame_counts))

    def _pictures(self, frames: Iterator[Frame]) -> Iterator[_Placed]:
        needs_key = True
        for frame in frames:
            session_ms = self._clock.session_ms(frame.packet)
            at = self._time.at(session_ms)
            if at is None or not covers(self._allowed, session_ms):
                # What follows refers to a picture nobody may see.
                self.off_record += 1
                needs_key = True
                continue
            if needs_key and not frame.is_key:
                self.frame_counts.unusable += 1
                continue
            needs_key = False
            yield _Placed(at, frame)

    def _sound(self, found: Iterator[Packet]) -> Iterator[_Placed]:
        for packet in found:
            if not packet.payload:
                continue
            session_ms = self._clock.session_ms(packet)
            at = self._time.at(session_ms)
            last = session_ms + opus_duration_ms(packet.payload) - 1
            if (
                at is None
                or not covers(self._allowed, session_ms)
                or not covers(self._allowed, last)
            ):
                self.off_record += 1
                continue
            self.frame_counts.whole += 1
            yield _Placed(at, Frame(packet, packet.payload, True, 0, 0))

    def report(self) -> CaptureCount:
        header = self.scanned.header
        return CaptureCount(
            header.capture_id, header.participant_id, header.track,
            self.scanned.end is not None, self.scanned.torn_bytes, self.scanned.packets,
            self.counts.lost, self.counts.duplicates, self.frame_counts.whole,
            self.frame_counts.broken, self.frame_counts.unusable, self.off_record,
        )  # fmt: skip


def _in_turn(sources: Sequence[_Source]) -> Iterator[_Placed]:
    """Frames of successive captures of one track, none before the one that preceded it."""
    ready = sorted(
        (s for s in sources if s.first() is not None),
        key=lambda s: s.first().at_ms,  # type: ignore[union-attr]
    )
    last_ms = -1.0
    for index, origin in enumerate(ready):
        following = ready[index + 1].first() if index + 1 < len(ready) else None
        until = following.at_ms if following is not None else float("inf")
        for placed in origin:
            if placed.at_ms >= until:
                continue
            # A packet placed a little before its forerunner (a report moved the clock back).
            placed.at_ms = max(placed.at_ms, last_ms)
            last_ms = placed.at_ms
            yield placed


def plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80]


def build_tracks(
    facts: Facts, scans: Sequence[Scan], folder: Path
) -> tuple[list[VideoTrack], list[SoundTrack], list[CaptureCount]]:
    """Write one file a track into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    clocks = clocks_of(scans)
    time = facts.time
    groups: dict[tuple[str, str, str], list[_Source]] = defaultdict(list)
    for scanned in scans:
        header = scanned.header
        allowed = facts.allowed.get(header.participant_id, {}).get(header.track, ())
        origin = _Source(scanned, clocks[header.capture_id], time, allowed)
        groups[header.participant_id, header.track, origin.codec].append(origin)
    videos: list[VideoTrack] = []
    sounds: list[SoundTrack] = []
    counts: list[CaptureCount] = []
    for (participant_id, kind, codec), sources in sorted(groups.items()):
        if codec == "":
            continue
        track_id = f"{plain(participant_id)}-{kind}" + ("-h264" if codec == "h264" else "")
        if codec == "opus":
            sound = _write_sound(track_id, participant_id, kind, sources, folder)
            if sound is not None:
                sounds.append(sound)
        else:
            video = _write_video(track_id, participant_id, kind, codec, sources, folder)
            if video is not None:
                videos.append(video)
        counts += [origin.report() for origin in sources]
    return videos, sounds, counts


def _write_sound(
    track_id: str, participant_id: str, kind: str, sources: Sequence[_Source], folder: Path
) -> SoundTrack | None:
    path = folder / f"{track_id}.webm"
    start: float | None = None
    end = 0.0
    spans: list[Span] = []
    with FileMuxer(path, "opus") as muxer:
        for placed in _in_turn(sources):
            length = opus_duration_ms(placed.frame.data)
            if start is None:
                start = float(round(placed.at_ms))
            muxer.add(placed.at_ms - start, placed.frame.data, duration_ms=round(length))
            end = placed.at_ms + length
            if spans and placed.at_ms - spans[-1].end_ms < 500:
                spans[-1] = Span(spans[-1].start_ms, end)
            else:
                spans.append(Span(placed.at_ms, end))
    if start is None:
        return None
    return SoundTrack(
        track_id, participant_id, kind, path.name, round(start), round(end), joined(spans)
    )


def _write_video(
    track_id: str, participant_id: str, kind: str, codec: str, sources: Sequence[_Source],
    folder: Path,
) -> VideoTrack | None:  # fmt: skip
    path = folder / f"{track_id}.{'mp4' if codec == 'h264' else 'webm'}"
    times: list[int] = []
    start: int | None = None
    with FileMuxer(path, codec) as muxer:
        for placed in _in_turn(sources):
            frame = placed.frame
            if start is None:
                start = round(placed.at_ms)
            at = muxer.add(
                placed.at_ms - start, frame.data, is_key=frame.is_key, width=frame.width,
                height=frame.height,
            )  # fmt: skip
            times.append(start + at)
    if start is None:
        return None
    frames_path = folder / f"{track_id}.npy"
    np.save(frames_path, np.asarray(times, dtype=np.int64))
    hold = SCREEN_HOLD_MS if kind == "screen" else CAMERA_HOLD_MS
    spans = joined([Span(at, at + _LAST_FRAME_MS) for at in times], gap_ms=hold)
    end = times[-1] + _LAST_FRAME_MS
    return VideoTrack(
        track_id, participant_id, kind, path.name, codec, start, end, spans, frames_path.name
    )
