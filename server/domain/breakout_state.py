"""Breakout rooms as they stand: part of a session's state (docs/rules.md, BR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BreakoutStage = Literal["draft", "open", "closing", "closed"]
"""closing: the countdown back to the main room runs; closed sets can be opened once more"""
LateRule = Literal["smallest", "main", "choose"]
"""where somebody goes who comes while rooms are open and belongs to none"""


@dataclass(frozen=True, slots=True)
class BreakoutRoom:
    room_id: str
    name: str
    task: str = ""
    participant_ids: tuple[str, ...] = ()
    """who belongs here, wherever they are at the moment"""
    notes: str = ""
    notes_version: int = 0
    notes_by: str | None = None


@dataclass(frozen=True, slots=True)
class HelpCall:
    """A room waits for a facilitator; the first to call is the first in the list."""

    room_id: str
    participant_id: str
    called_at_ms: int


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a facilitator wrote to all rooms."""

    participant_id: str
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Breakouts:
    breakout_id: str
    rooms: tuple[BreakoutRoom, ...]
    stage: BreakoutStage = "draft"
    duration_ms: int | None = None
    """planned; None: until a facilitator closes them"""
    late: LateRule = "smallest"
    may_return: bool = True
    """whether learners may go back to the main room by themselves"""
    may_choose: bool = False
    """whether learners choose their room themselves"""
    room_size: int | None = None
    """how many may choose the same room"""
    opened_at_ms: int | None = None
    ends_at_ms: int | None = None
    closes_at_ms: int | None = None
    """when the countdown ends"""
    warned_ms: tuple[int, ...] = ()
    """warnings that were given (or came too late to be given), by the time that was left"""
    help: tuple[HelpCall, ...] = ()
    voice_by: str | None = None
    """whose microphone is heard in every room"""
    broadcasts: tuple[Broadcast, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.stage in ("open", "closing")

    def room(self, room_id: str) -> BreakoutRoom | None:
        return next((room for room in self.rooms if room.room_id == room_id), None)

    def room_of(self, participant_id: str) -> BreakoutRoom | None:
        """Where they belong."""
        return next((room for room in self.rooms if participant_id in room.participant_ids), None)


@dataclass(frozen=True, slots=True)
class BreakoutSet:
    """Rooms and who belongs to them, kept to be used again."""

    set_id: str
    name: str
    rooms: tuple[BreakoutRoom, ...]
    """without notes; ``room_id`` means nothing here"""


@dataclass(frozen=True, slots=True)
class ReturnedNotes:
    """What a room brought back to the main room."""

    room_id: str
    name: str
    task: str
    text: str
    at_ms: int
