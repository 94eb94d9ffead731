"""Events of the recording: its course, consent, marked moments, captures and gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.domain.event_fields import OPTIONAL
from server.domain.track_events import TrackKind

GapReason = Literal["server_restart", "capture_lost", "disk_full"]


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    recording_id: str


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    recording_id: str


@dataclass(frozen=True, slots=True)
class RecordingResumed:
    recording_id: str


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    recording_id: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ConsentDeclined:
    participant_id: str


@dataclass(frozen=True, slots=True)
class MomentMarked:
    """``is_private``: a learner's own bookmark, in their channel."""

    moment_id: str
    participant_id: str
    label: str
    is_private: bool | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class CaptureStarted:
    capture_id: str
    participant_id: str
    track: TrackKind
    path: str
    room_id: str


@dataclass(frozen=True, slots=True)
class CaptureStopped:
    capture_id: str
    participant_id: str
    track: TrackKind
    path: str
    room_id: str


@dataclass(frozen=True, slots=True)
class GapDeclared:
    """Session time that was not recorded. ``capture_lost`` and ``disk_full`` may name the one
    track they concern; ``server_restart`` concerns everyone."""

    from_ms: int
    to_ms: int
    reason: GapReason
    participant_id: str | None = field(default=None, metadata=OPTIONAL)
    track: TrackKind | None = field(default=None, metadata=OPTIONAL)


RecordingBody = (
    RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | ConsentGiven
    | ConsentDeclined
    | MomentMarked
    | CaptureStarted
    | CaptureStopped
    | GapDeclared
)
