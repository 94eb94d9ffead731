"""Events of what people send, and of who stands in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]


@dataclass(frozen=True, slots=True)
class TrackChanged:
    participant_id: str
    track: TrackKind
    is_on: bool
    by: str


@dataclass(frozen=True, slots=True)
class SpotlightChanged:
    participant_id: str | None


TrackBody = TrackChanged | SpotlightChanged
