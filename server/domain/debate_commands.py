"""What may be asked of a debate (docs/rules.md, DB)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from server.domain.debate_events import Advance, BallotChoice, BallotRound
from server.domain.state import MAIN_ROOM


@dataclass(frozen=True, slots=True)
class PlanDebate:
    motion: str
    room_id: str = MAIN_ROOM
    format_id: str | None = None
    format: Mapping[str, Any] | None = None
    size: int | None = None
    variant: str | None = None
    pois: bool | None = None
    advance: Advance = "manual"


@dataclass(frozen=True, slots=True)
class EditDebate:
    debate_id: str
    motion: str
    room_id: str = MAIN_ROOM
    format_id: str | None = None
    format: Mapping[str, Any] | None = None
    size: int | None = None
    variant: str | None = None
    pois: bool | None = None
    advance: Advance = "manual"


@dataclass(frozen=True, slots=True)
class DeleteDebate:
    debate_id: str


@dataclass(frozen=True, slots=True)
class AssignSeat:
    debate_id: str
    seat: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class DrawSeats:
    debate_id: str
    by: Literal["random", "least_heard", "clear"]
    participant_ids: tuple[str, ...] = ()
    heard_ms: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class SetChair:
    debate_id: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class TakeChair:
    debate_id: str


@dataclass(frozen=True, slots=True)
class SetAdjudicators:
    debate_id: str
    participant_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BeginDebate:
    debate_id: str


@dataclass(frozen=True, slots=True)
class EndDebate:
    debate_id: str


@dataclass(frozen=True, slots=True)
class SetAdvance:
    debate_id: str
    advance: Advance


@dataclass(frozen=True, slots=True)
class StartClock:
    debate_id: str


@dataclass(frozen=True, slots=True)
class PauseClock:
    debate_id: str


@dataclass(frozen=True, slots=True)
class ExtendClock:
    debate_id: str
    seconds: int


@dataclass(frozen=True, slots=True)
class NextSpeech:
    debate_id: str


@dataclass(frozen=True, slots=True)
class PreviousSpeech:
    debate_id: str


@dataclass(frozen=True, slots=True)
class NameSpeaker:
    debate_id: str
    place: int
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class WaitForSpeaker:
    debate_id: str


@dataclass(frozen=True, slots=True)
class UsePrep:
    debate_id: str
    side: str


@dataclass(frozen=True, slots=True)
class EndPrep:
    debate_id: str


@dataclass(frozen=True, slots=True)
class AskTurn:
    debate_id: str


@dataclass(frozen=True, slots=True)
class YieldTurn:
    debate_id: str


@dataclass(frozen=True, slots=True)
class GiveTurn:
    debate_id: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class OfferPoint:
    debate_id: str


@dataclass(frozen=True, slots=True)
class WithdrawPoint:
    debate_id: str


@dataclass(frozen=True, slots=True)
class AnswerPoint:
    debate_id: str
    participant_id: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class EndPoint:
    debate_id: str


@dataclass(frozen=True, slots=True)
class WriteNote:
    debate_id: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenNotes:
    debate_id: str


@dataclass(frozen=True, slots=True)
class OpenBallot:
    debate_id: str
    round: BallotRound


@dataclass(frozen=True, slots=True)
class CastBallot:
    debate_id: str
    round: BallotRound
    choice: BallotChoice


@dataclass(frozen=True, slots=True)
class CloseBallot:
    debate_id: str


@dataclass(frozen=True, slots=True)
class HandInScores:
    debate_id: str
    points: Mapping[str, float] = field(default_factory=dict[str, float])
    ranks: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class RevealDebate:
    debate_id: str


DebateCommand = (
    PlanDebate
    | EditDebate
    | DeleteDebate
    | AssignSeat
    | DrawSeats
    | SetChair
    | TakeChair
    | SetAdjudicators
    | BeginDebate
    | EndDebate
    | SetAdvance
    | StartClock
    | PauseClock
    | ExtendClock
    | NextSpeech
    | PreviousSpeech
    | NameSpeaker
    | WaitForSpeaker
    | UsePrep
    | EndPrep
    | AskTurn
    | YieldTurn
    | GiveTurn
    | OfferPoint
    | WithdrawPoint
    | AnswerPoint
    | EndPoint
    | WriteNote
    | OpenNotes
    | OpenBallot
    | CastBallot
    | CloseBallot
    | HandInScores
    | RevealDebate
)
