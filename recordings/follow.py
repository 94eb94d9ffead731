"""The provisional recording, made while the class is live.

Theory of operation. A follower reads the captures as they grow, up to a *horizon*: the session time
up to which the log is known. What lies before it is decided for good (the log only grows), so
pictures are muxed and sound is decoded, mixed and encoded once, a few seconds behind the class.
At the end there is only the last stretch left to do. It costs a few per cent of a core.

The finished recording does not use any of it: that one is assembled from the captures anew, with
all sender reports known and by one deterministic path. A follower that dies is started again and
catches up, or the provisional recording waits for the assembling.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.error
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from recordings.assemble import Assembled
from recordings.clock import clocks_of
from recordings.edit_list import Epoch, Levels, edit_list, stills_of
from recordings.facts import Facts
from recordings.mux import FileMuxer
from recordings.packet_order import Counts, Tail
from recordings.sound import MIX_RATE, OPUS_LOOK_AHEAD_MS, SILENCE_DB, gain_db
from recordings.source import CODECS, Permit, Placed, Source
from recordings.tracks import VideoTrack, described, track_id_of, video_name

POLL_S = 0.5
ROUND_S = 5.0
_TOLERANCE = MIX_RATE // 100
"""a packet within 10 ms of where the one before ended follows it without a seam"""
_BEHIND_MS = 1500
"""how late a packet may come and still be mixed"""
_LEVEL_SAMPLES = MIX_RATE // 10
_FRAME = 960
_LIMIT = 0.95
_GAIN_SHARE = 0.2
"""how fast a gain follows what was heard: no jumps between rounds"""

Samples = NDArray[np.float32]


class Horizon(Struct, frozen=True):
    """What the worker tells the follower, as a file it replaces."""

    facts: Facts
    until_ms: float
    """session time up to which the log is known"""
    is_final: bool


class _Voice:
    """Decoder, place and loudness of one participant's microphone or screen sound."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.gain = 1.0
        self.next = 0
        self.levels: dict[int, float] = {}
        self._decoder: Any = av.CodecContext.create("opus", "r")
        self._decoder.sample_rate = MIX_RATE
        self._decoder.layout = "stereo"

    def decode(self, placed: Placed) -> tuple[int, Samples]:
        """Position in samples and the samples, mono."""
        parts: list[Samples] = []
        try:
            for frame in self._decoder.decode(av.Packet(placed.frame.data)):
                planes = frame.to_ndarray()
                channels = len(frame.layout.channels)
                if planes.shape[0] == 1 and channels > 1:
                    planes = planes.reshape(-1, channels).T
                mono = planes.mean(axis=0)
                parts.append(mono.astype(np.float32) / 32768 if planes.dtype == np.int16 else mono)
        except av.error.FFmpegError:
            return self.next, np.zeros(0, np.float32)
        samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        at = round((placed.at_ms - OPUS_LOOK_AHEAD_MS) * MIX_RATE / 1000)
        if abs(at - self.next) < _TOLERANCE:
            at = self.next
        self.next = at + len(samples)
        if len(samples):
            power = float(np.mean(samples**2))
            slot = max(0, at) // _LEVEL_SAMPLES
            self.levels[slot] = max(self.levels.get(slot, 0.0), power)
        return at, samples

    def follow_loudness(self) -> None:
        if self.kind == "microphone" and self.levels:
            levels = np.array(list(self.levels.values()), np.float32)
            wanted = 10 ** (gain_db(10 * np.log10(np.maximum(levels, 1e-9))) / 20)
            self.gain += (wanted - self.gain) * _GAIN_SHARE

    def as_levels(self) -> Levels:
        last = max(self.levels, default=-1)
        values = [
            10 * float(np.log10(max(self.levels.get(slot, 0.0), 10 ** (SILENCE_DB / 10))))
            for slot in range(last + 1)
        ]
        return Levels(0, values)


class _Mix:
    """The sum of all voices in recording time, encoded as soon as nobody can add to it."""

    def __init__(self, path: Path) -> None:
        self._container: Any = av.open(
            str(path), "w", format="webm", options={"cluster_time_limit": "2000"}
        )
        self._stream: Any = self._container.add_stream("libopus", rate=MIX_RATE, layout="mono")
        self._stream.bit_rate = 64_000
        self._stream.options = {"compression_level": "5"}
        self._base = 0
        self._sum: Samples = np.zeros(0, np.float32)

    def add(self, at: int, samples: Samples) -> None:
        start = at - self._base
        if start < 0:
            samples, start = samples[-start:], 0
        end = start + len(samples)
        if end > len(self._sum):
            grown = np.zeros(end + MIX_RATE, np.float32)
            grown[: len(self._sum)] = self._sum
            self._sum = grown
        self._sum[start:end] += samples

    def write(self, until: int, *, is_last: bool = False) -> None:
        """Encode up to ``until`` samples; whole frames only, but at the end."""
        count = until - self._base
        if not is_last:
            count -= count % _FRAME
        if count > 0:
            if count > len(self._sum):
                self._sum = np.pad(self._sum, (0, count - len(self._sum)))
            ready = np.clip(self._sum[:count], -_LIMIT, _LIMIT)
            self._sum = self._sum[count:]
            for start in range(0, count, _FRAME):
                part = (ready[start : start + _FRAME] * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(part.reshape(1, -1), format="s16", layout="mono")
                frame.sample_rate = MIX_RATE
                frame.pts = self._base + start
                self._container.mux(self._stream.encode(frame))
            self._base += count
        if is_last:
            self._container.mux(self._stream.encode(None))
            self._container.close()


@dataclass(slots=True)
class _Picture:
    participant_id: str
    kind: str
    codec: str
    path: Path
    muxer: FileMuxer
    times: list[int] = field(default_factory=list)
    start: int | None = None

    def add(self, placed: Placed) -> None:
        frame = placed.frame
        if self.start is None:
            self.start = round(placed.at_ms)
        at = self.muxer.add(
            placed.at_ms - self.start, frame.data, is_key=frame.is_key, width=frame.width,
            height=frame.height,
        )  # fmt: skip
        if at is not None:
            self.times.append(self.start + at)
        elif not self.times:
            self.start = None


@dataclass(slots=True)
class _Growing:
    """One capture file under way."""

    tail: Tail
    source: Source
    group: tuple[str, str, str]
    is_over: bool = False


class Follower:
    def __init__(self, captures: Path, out: Path) -> None:
        self._captures = captures
        self._out = out
        self._mix = _Mix(out / "audio_mix.webm")
        self._growing: dict[str, _Growing] = {}
        self._pictures: dict[tuple[str, str, str], _Picture] = {}
        self._voices: dict[tuple[str, str, str], _Voice] = {}

    def advance(self, horizon: Horizon) -> None:
        """Take in all that is known up to the horizon."""
        self._open(horizon)
        self._permit(horizon.facts)
        turns: dict[tuple[str, str, str], list[_Growing]] = defaultdict(list)
        for growing in self._growing.values():
            origin_ms = growing.tail.scanned.header.origin_ms if growing.tail.scanned else 0
            growing.tail.until_ns = round(max(0.0, horizon.until_ms - origin_ms) * 1e6)
            growing.tail.is_final = horizon.is_final
            turns[growing.group].append(growing)
        for group, members in turns.items():
            self._take(group, [one for one in members if not one.is_over])
        for voice in self._voices.values():
            voice.follow_loudness()
        until_ms = horizon.facts.time.clamp(horizon.until_ms)
        if not horizon.is_final:
            self._mix.write(round(max(0.0, until_ms - _BEHIND_MS) * MIX_RATE / 1000))

    def finish(self, facts: Facts) -> None:
        """Close the files and leave what the assemble step leaves for a provisional version."""
        self._mix.write(round(facts.duration_ms * MIX_RATE / 1000), is_last=True)
        videos: list[VideoTrack] = []
        for (participant_id, kind, codec), picture in sorted(self._pictures.items()):
            picture.muxer.close()
            if not picture.times:
                picture.path.unlink(missing_ok=True)
                continue
            track_id = track_id_of(participant_id, kind, codec)
            videos.append(
                described(track_id, participant_id, kind, codec, picture.times, picture.path)
            )
        levels = {
            who: voice.as_levels()
            for (who, kind, _), voice in self._voices.items()
            if kind == "microphone"
        }
        epochs: list[Epoch] = edit_list(
            facts.duration_ms,
            videos,
            levels,
            facts.spotlights,
            facts.facilitators(),
            stills_of(facts),
        )
        assembled = Assembled(facts.duration_ms, videos, [], [], "", "audio_mix.webm", [], [])
        (self._out / "epochs.json").write_bytes(msgspec.json.encode(epochs))
        (self._out / "assembled.json").write_bytes(msgspec.json.encode(assembled))

    def _open(self, horizon: Horizon) -> None:
        for capture in horizon.facts.captures:
            if capture.capture_id in self._growing:
                continue
            tail = Tail(self._captures / f"{capture.capture_id}.rtp", counts := Counts())
            if not tail.open() or tail.scanned is None:
                continue
            header = tail.scanned.header
            codec = CODECS.get(header.codec.lower(), "")
            if not codec:
                continue
            clock = clocks_of([tail.scanned])[header.capture_id]
            permit = Permit(clock, horizon.facts.time, ())
            self._growing[capture.capture_id] = _Growing(
                tail, Source(codec, tail.packets(), counts, permit),
                (header.participant_id, header.track, codec),
            )  # fmt: skip

    def _permit(self, facts: Facts) -> None:
        """Clocks and spans as they are known now."""
        known = facts.time
        scans = [one.tail.scanned for one in self._growing.values() if one.tail.scanned]
        clocks = clocks_of(scans)
        for capture_id, growing in self._growing.items():
            who, track, _ = growing.group
            growing.source.permit = Permit(
                clocks[capture_id], known, facts.allowed.get(who, {}).get(track, ())
            )

    def _take(self, group: tuple[str, str, str], members: list[_Growing]) -> None:
        """Frames of one track. Once a newer capture has begun, an older one is over."""
        for index, growing in enumerate(members):
            first: Placed | None = None
            for placed in growing.source.frames:
                if placed is None:
                    break
                if first is None:
                    first = placed
                    for older in members[:index]:
                        older.is_over = True
                self._add(group, placed)
            else:
                growing.is_over = True

    def _add(self, group: tuple[str, str, str], placed: Placed) -> None:
        who, kind, codec = group
        if codec == "opus":
            voice = self._voices.get(group)
            if voice is None:
                voice = self._voices[group] = _Voice(kind)
            at, samples = voice.decode(placed)
            self._mix.add(at, samples * voice.gain)
            return
        picture = self._pictures.get(group)
        if picture is None:
            path = self._out / video_name(track_id_of(who, kind, codec), codec)
            picture = self._pictures[group] = _Picture(
                who, kind, codec, path, FileMuxer(path, codec)
            )
        picture.add(placed)


def follow(captures: Path, horizon_path: Path, out: Path) -> None:
    """Until the horizon is final. ``horizon_path`` is replaced by the worker as the class goes
    on."""
    follower = Follower(captures, out)
    seen = b""
    next_round = 0.0
    while True:
        raw = horizon_path.read_bytes()
        horizon = msgspec.json.decode(raw, type=Horizon)
        if horizon.is_final or (raw != seen and time.monotonic() >= next_round):
            seen = raw
            next_round = time.monotonic() + ROUND_S
            follower.advance(horizon)
            if horizon.is_final:
                follower.finish(horizon.facts)
                return
        time.sleep(POLL_S)
