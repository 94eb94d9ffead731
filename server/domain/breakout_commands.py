"""What may be asked of breakout rooms (docs/rules.md, BR)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.breakout_events import DealRule, LateRule


@dataclass(frozen=True, slots=True)
class DraftBreakouts:
    """``assignment``: participant → index of the room."""

    names: tuple[str, ...]
    tasks: tuple[str, ...] = ()
    assignment: Mapping[str, int] = field(default_factory=dict[str, int])
    duration_ms: int | None = None
    late: LateRule = "smallest"
    may_return: bool = True
    may_choose: bool = False
    room_size: int | None = None


@dataclass(frozen=True, slots=True)
class AssignBreakouts:
    how: DealRule
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    """participant → group, each of which is spread over the rooms"""
    is_rest_only: bool = False


@dataclass(frozen=True, slots=True)
class EditBreakoutRoom:
    room_id: str
    name: str
    task: str = ""


@dataclass(frozen=True, slots=True)
class SaveBreakoutSet:
    name: str


@dataclass(frozen=True, slots=True)
class DeleteBreakoutSet:
    set_id: str


@dataclass(frozen=True, slots=True)
class OpenBreakouts:
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ExtendBreakouts:
    extra_ms: int


@dataclass(frozen=True, slots=True)
class CloseBreakouts:
    countdown_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class MoveParticipant:
    participant_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class ChooseRoom:
    room_id: str


@dataclass(frozen=True, slots=True)
class VisitRoom:
    room_id: str


@dataclass(frozen=True, slots=True)
class ReturnToMain:
    pass


@dataclass(frozen=True, slots=True)
class CallForHelp:
    pass


@dataclass(frozen=True, slots=True)
class AnswerHelp:
    room_id: str


@dataclass(frozen=True, slots=True)
class WriteRoomNotes:
    text: str
    version: int = 0
    """of the notes the text was written on"""


@dataclass(frozen=True, slots=True)
class BroadcastText:
    text: str


@dataclass(frozen=True, slots=True)
class BroadcastVoice:
    is_on: bool


BreakoutCommand = (
    DraftBreakouts
    | AssignBreakouts
    | EditBreakoutRoom
    | SaveBreakoutSet
    | DeleteBreakoutSet
    | OpenBreakouts
    | ExtendBreakouts
    | CloseBreakouts
    | MoveParticipant
    | ChooseRoom
    | VisitRoom
    | ReturnToMain
    | CallForHelp
    | AnswerHelp
    | WriteRoomNotes
    | BroadcastText
    | BroadcastVoice
)
