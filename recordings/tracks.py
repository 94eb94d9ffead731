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

from recordings.capture import Scan
from recordings.clock import StreamClock, clocks_of
from recordings.facts import Facts
from recordings.mux import FileMuxer
from recordings.packet_order import Counts, packets
from recordings.source import CODECS, Permit, Placed, Source, opus_duration_ms
from recordings.spans import Span, Spans, joined

_HOLD_MS = {"camera": 2000, "screen": 15_000}
"""A still screen sends few frames; a camera that sends none for 2 s has no picture to show."""
_LAST_FRAME_MS = 100


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


class _Capture:
    """A scanned file and its frames."""

    def __init__(self, scanned: Scan, clock: StreamClock, facts: Facts) -> None:
        header = scanned.header
        allowed = facts.allowed.get(header.participant_id, {}).get(header.track, ())
        self.codec = CODECS.get(header.codec.lower(), "")
        self._scanned = scanned
        counts = Counts()
        self._source = Source(
            self.codec, packets(scanned, counts), counts, Permit(clock, facts.time, allowed)
        )
        self._first: Placed | None = None

    def first(self) -> Placed | None:
        """The first thing to show, without consuming it."""
        if self._first is None:
            self._first = next(self._source.frames, None)
        return self._first

    def __iter__(self) -> Iterator[Placed]:
        first = self.first()
        if first is not None:
            yield first
            yield from (placed for placed in self._source.frames if placed is not None)

    def report(self) -> CaptureCount:
        header, source = self._scanned.header, self._source
        return CaptureCount(
            header.capture_id, header.participant_id, header.track,
            self._scanned.end is not None, self._scanned.torn_bytes, self._scanned.packets,
            source.counts.lost, source.counts.duplicates, source.frame_counts.whole,
            source.frame_counts.broken, source.frame_counts.unusable, source.off_record,
        )  # fmt: skip


def _in_turn(sources: Sequence[_Capture]) -> Iterator[Placed]:
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


def video_name(track_id: str, codec: str) -> str:
    return f"{track_id}.{'mp4' if codec == 'h264' else 'webm'}"


def track_id_of(participant_id: str, kind: str, codec: str) -> str:
    return f"{plain(participant_id)}-{kind}" + ("" if codec in ("vp8", "opus") else f"-{codec}")


def plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80]


def build_tracks(
    facts: Facts, scans: Sequence[Scan], folder: Path
) -> tuple[list[VideoTrack], list[SoundTrack], list[CaptureCount]]:
    """Write one file a track into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    clocks = clocks_of(scans)
    groups: dict[tuple[str, str, str], list[_Capture]] = defaultdict(list)
    for scanned in scans:
        header = scanned.header
        origin = _Capture(scanned, clocks[header.capture_id], facts)
        groups[header.participant_id, header.track, origin.codec].append(origin)
    videos: list[VideoTrack] = []
    sounds: list[SoundTrack] = []
    counts: list[CaptureCount] = []
    for (participant_id, kind, codec), sources in sorted(groups.items()):
        if codec == "":
            continue
        track_id = track_id_of(participant_id, kind, codec)
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
    track_id: str, participant_id: str, kind: str, sources: Sequence[_Capture], folder: Path
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
    track_id: str, participant_id: str, kind: str, codec: str, sources: Sequence[_Capture],
    folder: Path,
) -> VideoTrack | None:  # fmt: skip
    path = folder / video_name(track_id, codec)
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
            if at is not None:
                times.append(start + at)
            elif not times:
                start = None
    if not times:
        path.unlink(missing_ok=True)
        return None
    return described(track_id, participant_id, kind, codec, times, path)


def described(
    track_id: str, participant_id: str, kind: str, codec: str, times: list[int], path: Path
) -> VideoTrack:
    """A track from the times of its frames, which are put beside its file."""
    frames_path = path.with_suffix(".npy")
    np.save(frames_path, np.asarray(times, dtype=np.int64))
    spans = joined([Span(at, at + _LAST_FRAME_MS) for at in times], gap_ms=_HOLD_MS.get(kind, 2000))
    return VideoTrack(
        track_id, participant_id, kind, path.name, codec, times[0], times[-1] + _LAST_FRAME_MS,
        spans, frames_path.name,
    )  # fmt: skip
