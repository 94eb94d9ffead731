"""Captures as a media plane would write them, made of sound and pictures whose timing is known.

A publisher has a wall clock of its own, a network delay and RTP timestamps that begin anywhere;
the picture flashes white and the microphone beeps at the same instants of its session.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from server.domain import channels
from server.domain import events as e
from server.domain.participant_events import ParticipantJoined, Role
from server.domain.recording_events import CaptureStarted, ConsentGiven
from server.domain.session_events import EpochStarted, SessionStarted
from server.domain.track_events import TrackChanged, TrackKind
from tests.recordings_payloads import PAYLOADS

MS = 1_000_000


class CaptureWriter:
    """Writes the format of docs/formats.md, record by record."""

    def __init__(self, path: Path, **header: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        fields = {
            "session_id": "s1", "capture_id": path.stem, "participant_id": "alice",
            "track": "microphone", "codec": "opus", "clock_rate": 48_000, "payload_type": 111,
            "ssrc": 1, "epoch": 1, "origin_ms": 0, "origin_utc_ms": 0, **header,
        }  # fmt: skip
        raw = json.dumps(fields).encode()
        self._file.write(b"RPRC\x01\x00" + struct.pack("<I", len(raw)) + raw)
        self._file.write(struct.pack("<I", zlib.crc32(raw)))
        self.packets = 0

    def record(self, kind: int, arrival_ns: int, body: bytes) -> None:
        head = struct.pack("<BIQ", kind, len(body), arrival_ns)
        self._file.write(head + body + struct.pack("<I", zlib.crc32(head + body)))

    def rtp(self, arrival_ns: int, packet: bytes) -> None:
        self.packets += 1
        self.record(1, arrival_ns, packet)

    def report(self, arrival_ns: int, ssrc: int, ntp_ns: int, timestamp: int) -> None:
        self.record(2, arrival_ns, sender_report(ssrc, ntp_ns, timestamp))

    def layer(self, arrival_ns: int, layer: str, ssrc: int) -> None:
        self.record(3, arrival_ns, json.dumps({"layer": layer, "ssrc": ssrc}).encode())

    def gap(self, arrival_ns: int, reason: str) -> None:
        self.record(4, arrival_ns, json.dumps({"reason": reason}).encode())

    def close(self, *, is_sealed: bool = True) -> None:
        if is_sealed:
            self.record(5, 0, json.dumps({"packets": self.packets, "reason": "stopped"}).encode())
        self._file.close()


def sender_report(ssrc: int, ntp_ns: int, timestamp: int) -> bytes:
    seconds, rest = divmod(ntp_ns, 1_000_000_000)
    return struct.pack(
        ">BBHIIIIII", 0x80, 200, 6, ssrc, seconds, (rest << 32) // 1_000_000_000,
        timestamp & 0xFFFFFFFF, 0, 0,
    )  # fmt: skip


def rtp_packet(
    sequence: int, timestamp: int, ssrc: int, payload: bytes, *, marker: bool = False, pt: int = 111
) -> bytes:
    return (
        struct.pack(
            ">BBHII", 0x80, (0x80 if marker else 0) | pt, sequence & 0xFFFF,
            timestamp & 0xFFFFFFFF, ssrc,
        )
        + payload
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodedFrame:
    at_ms: float
    data: bytes
    is_key: bool


FLASHES_MS = (1520, 3520, 6520, 8520)
"""on the grid of 25 frames a second"""
FLASH_MS = 200
TONE_HZ = 1000


def is_flash(at_ms: float, flashes: Sequence[float]) -> bool:
    return any(at <= at_ms < at + FLASH_MS for at in flashes)


_ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "VP8": ("libvpx", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "VP9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "AV1": (
        "libsvtav1", {"preset": "8", "crf": "35", "svtav1-params": "pred-struct=1:lp=1"}
    ),
}  # fmt: skip


@contextmanager
def own_priority() -> Iterator[None]:
    """libsvtav1, opened by root, gives the thread that opened it real-time priority above all else,
    and whatever that one starts later inherits it: servers, browsers, everything."""
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, priority)


@cache
@own_priority()
def coded(
    codec: str, duration_ms: int, width: int = 320, height: int = 180, fps: int = 25,
    flashes: tuple[float, ...] = FLASHES_MS, grey: int = 60, key_every: int = 50,
    colour: tuple[int, int] = (128, 128),
) -> tuple[CodedFrame, ...]:  # fmt: skip
    """A moving bar on grey; the whole picture turns white at each flash. ``colour``: Cb and Cr."""
    name, options = _ENCODERS[codec]
    encoder: Any = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 1000)
    encoder.framerate = Fraction(fps)
    if codec != "AV1":
        encoder.bit_rate = 300_000
    encoder.gop_size = key_every
    encoder.options = options
    result: list[CodedFrame] = []
    for index in range(duration_ms * fps // 1000):
        at = index * 1000 / fps
        luma = np.full((height, width), 235 if is_flash(at, flashes) else grey, np.uint8)
        luma[:, (index * 4) % (width - 16) :][:, :16] = 120
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, fill in zip(frame.planes, (luma, *colour), strict=True):
            rows = np.full((plane.height, plane.line_size), 128, np.uint8)
            rows[:, : plane.width] = fill
            plane.update(rows.tobytes())
        frame.pts = round(at)
        frame.time_base = Fraction(1, 1000)
        result += [_frame_of(p) for p in encoder.encode(frame)]
    result += [_frame_of(p) for p in encoder.encode(None)]
    return tuple(result)


def _frame_of(packet: Any) -> CodedFrame:
    return CodedFrame(float(packet.pts), bytes(packet), packet.is_keyframe)


def vp8(duration_ms: int, *, flashes: tuple[float, ...] = FLASHES_MS) -> tuple[CodedFrame, ...]:
    return coded("VP8", duration_ms, flashes=flashes)


@cache
def opus(
    duration_ms: int, beeps: tuple[float, ...] = FLASHES_MS, level: float = 0.3
) -> tuple[CodedFrame, ...]:
    """Silence with a beep at each instant, 20 ms a packet."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = 32_000
    at = np.arange(duration_ms * 48) / 48
    sound = np.zeros(len(at))
    for beep in beeps:
        inside = (at >= beep) & (at < beep + FLASH_MS)
        sound[inside] = level * np.sin(2 * np.pi * TONE_HZ * (at[inside] - beep) / 1000)
    samples = (sound * 32767).astype(np.int16)
    result: list[CodedFrame] = []
    for start in range(0, len(samples) - 959, 960):
        frame = av.AudioFrame.from_ndarray(
            samples[start : start + 960].reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = 48_000
        frame.pts = start
        # As WebRTC does: the packet has the time of the first sample that went in.
        result += [CodedFrame(len(result) * 20.0, bytes(p), True) for p in encoder.encode(frame)]
    return tuple(result)


@dataclass(slots=True)
class Publisher:
    """One connection of one participant. Times are session ms."""

    participant_id: str = "alice"
    delay_ms: float = 40.0
    jitter_ms: float = 8.0
    ntp_ahead_ms: float = 123_456_789.0
    """its wall clock against session time"""
    folder: Path = Path()
    session_id: str = "s1"
    origin_ms: int = 0
    epoch: int = 1
    seed: int = 1
    captures: list[tuple[str, str, Path]] = field(default_factory=list)

    def _arrival_ns(self, rng: np.random.Generator, sent_ms: float) -> int:
        jitter = float(rng.random()) * self.jitter_ms
        return round((sent_ms - self.origin_ms + self.delay_ms + jitter) * MS)

    def write(
        self, track: str, frames: Iterable[CodedFrame], *, codec: str = "VP8", at_ms: float = 0.0,
        lose: frozenset[int] = frozenset(), is_sealed: bool = True, name: str = "",
        reports: bool = True,
    ) -> Path:  # fmt: skip
        """``lose``: indexes of packets that never arrive."""
        rng = np.random.default_rng(self.seed)
        rate = 48_000 if codec == "opus" else 90_000
        ssrc = 0x1000 + (zlib.crc32(f"{self.participant_id}{track}{name}".encode()) & 0xFFFF)
        capture_id = name or f"{self.participant_id}-{track}"
        path = self.folder / f"{capture_id}.rtp"
        writer = CaptureWriter(
            path, participant_id=self.participant_id, track=track, codec=codec, clock_rate=rate,
            payload_type=111 if codec == "opus" else 96, ssrc=ssrc, session_id=self.session_id,
            origin_ms=self.origin_ms, epoch=self.epoch, capture_id=capture_id,
        )  # fmt: skip
        base, sequence, index = 0xFFFF0000, 65_500, 0
        next_report = 0.0
        for frame in frames:
            sent = at_ms + frame.at_ms
            timestamp = base + round(frame.at_ms * rate / 1000)
            arrival = self._arrival_ns(rng, sent)
            if reports and frame.at_ms >= next_report:
                next_report = frame.at_ms + 1000
                writer.report(
                    self._arrival_ns(rng, sent), ssrc, round((sent + self.ntp_ahead_ms) * MS),
                    timestamp,
                )  # fmt: skip
            parts = PAYLOADS[codec](frame.data)
            for part, payload in enumerate(parts):
                is_last = part == len(parts) - 1
                if index not in lose:
                    writer.rtp(
                        arrival + part * 10_000,
                        rtp_packet(
                            sequence, timestamp, ssrc, payload,
                            marker=is_last and codec != "opus", pt=111 if codec == "opus" else 96,
                        ),
                    )  # fmt: skip
                sequence += 1
                index += 1
        writer.close(is_sealed=is_sealed)
        self.captures.append((capture_id, track, path))
        return path


class Log:
    """Events of one session, said as sentences."""

    def __init__(self, session_id: str = "s1", utc_ms: int = 1_790_000_000_000) -> None:
        self.session_id = session_id
        self.events: list[e.Event] = []
        self.add(0, EpochStarted(1, utc_ms))
        self.add(0, SessionStarted())

    def add(self, at_ms: int, body: e.Body) -> Log:
        seq = len(self.events) + 1
        self.events.append(
            e.Event(self.session_id, seq, channels.SESSION, seq, at_ms, None, "main", body)
        )
        return self

    def join(
        self, at_ms: int, who: str, *tracks: TrackKind, name: str = "", consents: bool = True,
        role: Role = "learner",
    ) -> Log:  # fmt: skip
        self.add(at_ms, ParticipantJoined(who, name or who.title(), role, False))
        if consents:
            self.add(at_ms, ConsentGiven(who))
        for track in tracks:
            self.add(at_ms, TrackChanged(who, track, True, who))
        return self

    def capture(self, at_ms: int, publisher: Publisher) -> Log:
        for capture_id, track, path in publisher.captures:
            self.add(
                at_ms,
                CaptureStarted(
                    capture_id,
                    publisher.participant_id,
                    track,  # type: ignore[arg-type]
                    str(path),
                    "main",  # type: ignore[arg-type]
                ),
            )
        return self

    def sorted(self) -> list[e.Event]:
        """In order of time, numbered anew."""
        ordered = sorted(self.events, key=lambda event: event.at_ms)
        return [
            replace(event, seq=index, channel_seq=index)
            for index, event in enumerate(ordered, start=1)
        ]
