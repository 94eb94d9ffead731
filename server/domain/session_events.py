"""Events of the session as a whole, and of signals that name nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReactionKind = Literal[
    "thumbs_up", "clap", "heart", "laugh", "surprised", "yes", "no", "slower", "faster"
]  # fmt: skip
"""that float over the class for a moment"""
LockKind = Literal[
    "chat", "private_chat", "files", "microphone", "camera", "screen", "reactions", "whiteboard",
    "notes", "room", "unattended",
]  # fmt: skip
"""what learners may not do; ``room``: nobody new comes in; ``unattended``: not without a
facilitator"""


@dataclass(frozen=True, slots=True)
class EpochStarted:
    """A server process takes the session over; its clock starts at the event's ``at_ms``."""

    epoch: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class SessionStarted:
    pass


@dataclass(frozen=True, slots=True)
class SessionEnded:
    pass


@dataclass(frozen=True, slots=True)
class LockChanged:
    lock: LockKind
    is_on: bool
    by: str


@dataclass(frozen=True, slots=True)
class ConfusionTapped:
    """Somebody is lost here. Neither the event nor its envelope says who."""


@dataclass(frozen=True, slots=True)
class ReactionsCounted:
    """What floated over the class since the last count; nobody is named."""

    kinds: tuple[ReactionKind, ...]
    counts: tuple[int, ...]


SessionBody = (
    EpochStarted | SessionStarted | SessionEnded | LockChanged | ConfusionTapped | ReactionsCounted
)
