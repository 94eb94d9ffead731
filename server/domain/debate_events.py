"""Events of debates (docs/rules.md, DB).

But for notes, ballots and sheets every field is a new value of the debate's own, so that folding is
a merge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Advance = Literal["manual", "automatic"]
DebateStage = Literal["planned", "preparing", "running", "ended"]
Halt = Literal["paused", "speaker_lost", "speaker_absent", "restart"]
"""Why a debate's clock stands that somebody has to start again."""
PointOutcome = Literal["declined", "withdrawn", "finished", "cut_off", "timed_out", "lapsed"]
BallotRound = Literal["before", "after"]
BallotChoice = Literal["for", "against", "undecided"]


@dataclass(frozen=True, slots=True)
class DebatePlanned:
    """The whole format travels along, so that the log folds whatever becomes of the file."""

    debate_id: str
    room_id: str
    motion: str
    format: Mapping[str, Any]
    advance: Advance


@dataclass(frozen=True, slots=True)
class DebateEdited:
    debate_id: str
    room_id: str
    motion: str
    format: Mapping[str, Any]
    advance: Advance
    seats: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DebateDeleted:
    debate_id: str


@dataclass(frozen=True, slots=True)
class DebateSeatsAssigned:
    debate_id: str
    seats: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DebateChairChanged:
    debate_id: str
    chair_id: str | None


@dataclass(frozen=True, slots=True)
class DebateAdjudicatorsChanged:
    debate_id: str
    adjudicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebateAdvanceChanged:
    debate_id: str
    advance: Advance
    next_at_ms: int | None


@dataclass(frozen=True, slots=True)
class DebateBegun:
    debate_id: str
    stage: DebateStage


@dataclass(frozen=True, slots=True)
class DebateTurned:
    """The debate stands before this part, or (``index`` past the last) behind all."""

    debate_id: str
    stage: DebateStage
    index: int
    named: Mapping[str, str]
    next_at_ms: int | None
    used_ms: int = 0
    since_ms: int | None = None
    extra_ms: int = 0
    is_over: bool = False
    bells: int = 0
    halt: Halt | None = None
    hold_until_ms: int | None = None
    turn: str | None = None
    turn_since_ms: int | None = None
    turn_used: Mapping[str, int] = field(default_factory=dict[str, int])
    turn_asks: tuple[str, ...] = ()
    free_since_ms: int | None = None
    points: tuple[str, ...] = ()
    point: str | None = None
    point_since_ms: int | None = None
    turn_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebateClockStarted:
    debate_id: str
    index: int
    used_ms: int
    since_ms: int
    holders: tuple[str, ...]
    """whose floor it is, for readers of the log; in free debate nobody's yet"""
    turn_since_ms: int | None
    free_since_ms: int | None
    halt: Halt | None = None
    hold_until_ms: int | None = None
    next_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebateClockStopped:
    """By ``halt``; what was used up to then is kept to the millisecond."""

    debate_id: str
    used_ms: int
    halt: Halt | None
    hold_until_ms: int | None
    turn: str | None
    turn_used: Mapping[str, int]
    since_ms: int | None = None
    next_at_ms: int | None = None
    turn_since_ms: int | None = None
    free_since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebateClockExtended:
    debate_id: str
    extra_ms: int
    bells: int
    points_end_ms: int | None


@dataclass(frozen=True, slots=True)
class DebateBellRung:
    debate_id: str
    bells: int
    strokes: int
    bell_ms: int
    """of the part's time"""


@dataclass(frozen=True, slots=True)
class DebatePartEnded:
    """Its floor is closed: ``by`` the clock (after the grace) or the chair."""

    debate_id: str
    index: int
    by: Literal["clock", "chair"]
    used_ms: int
    next_at_ms: int | None
    turn_used: Mapping[str, int]
    since_ms: int | None = None
    is_over: bool = True
    halt: Halt | None = None
    hold_until_ms: int | None = None
    turn: str | None = None
    turn_since_ms: int | None = None
    turn_asks: tuple[str, ...] = ()
    free_since_ms: int | None = None
    points: tuple[str, ...] = ()
    point: str | None = None
    point_since_ms: int | None = None
    turn_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebateSpeakerNamed:
    debate_id: str
    named: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DebateHeld:
    """The floor waits for a speaker who is gone or late, or (None) the chair decides now."""

    debate_id: str
    halt: Halt | None
    hold_until_ms: int | None
    next_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebatePrepStarted:
    debate_id: str
    pool_side: str
    pool_since_ms: int
    next_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebatePrepStopped:
    debate_id: str
    pools: Mapping[str, int]
    next_at_ms: int | None
    pool_side: str | None = None
    pool_since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebateTurnAsked:
    debate_id: str
    participant_id: str
    turn_asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebateTurnWithdrawn:
    debate_id: str
    participant_id: str
    turn_asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebateTurnGiven:
    debate_id: str
    side: str
    turn: str
    turn_since_ms: int | None
    turn_asks: tuple[str, ...]
    free_since_ms: int | None = None
    turn_end_ms: int | None = None
    """of the part's time; None: no limit"""


@dataclass(frozen=True, slots=True)
class DebateTurnEnded:
    debate_id: str
    participant_id: str
    turn_used: Mapping[str, int]
    free_since_ms: int | None
    turn: str | None = None
    turn_since_ms: int | None = None
    turn_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DebatePointOffered:
    debate_id: str
    participant_id: str
    points: tuple[str, ...]
    points_end_ms: int | None
    """of the part's time: when offers lapse"""


@dataclass(frozen=True, slots=True)
class DebatePointAccepted:
    debate_id: str
    points: tuple[str, ...]
    point: str
    point_since_ms: int


@dataclass(frozen=True, slots=True)
class DebatePointClosed:
    debate_id: str
    participant_id: str
    outcome: PointOutcome
    points: tuple[str, ...]
    point: str | None
    point_since_ms: int | None


@dataclass(frozen=True, slots=True)
class DebateNoteWritten:
    """In the side's channel."""

    debate_id: str
    side: str
    note_id: str
    participant_id: str
    text: str


@dataclass(frozen=True, slots=True)
class DebateNotesOpened:
    debate_id: str
    are_notes_open: bool = True


@dataclass(frozen=True, slots=True)
class DebateNoteShown:
    """To everybody, after the notes were opened."""

    debate_id: str
    side: str
    note_id: str
    participant_id: str
    text: str
    written_at_ms: int


@dataclass(frozen=True, slots=True)
class DebateBallotOpened:
    debate_id: str
    ballot: BallotRound


@dataclass(frozen=True, slots=True)
class DebateBallotCast:
    """In the voter's channel; never says what was voted."""

    debate_id: str
    round: BallotRound


@dataclass(frozen=True, slots=True)
class DebateBallotCounted:
    debate_id: str
    voted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DebateBallotClosed:
    debate_id: str
    ballots_closed: tuple[str, ...]
    voted: Mapping[str, int]
    ballot: BallotRound | None = None


@dataclass(frozen=True, slots=True)
class DebateScored:
    """In the adjudicator's channel."""

    debate_id: str
    own_sheet: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DebateSheetHandedIn:
    debate_id: str
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebateRevealed:
    debate_id: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DebateEnded:
    debate_id: str
    stage: DebateStage = "ended"
    since_ms: int | None = None
    next_at_ms: int | None = None
    hold_until_ms: int | None = None
    halt: Halt | None = None


DebateBody = (
    DebatePlanned
    | DebateEdited
    | DebateDeleted
    | DebateSeatsAssigned
    | DebateChairChanged
    | DebateAdjudicatorsChanged
    | DebateAdvanceChanged
    | DebateBegun
    | DebateTurned
    | DebateClockStarted
    | DebateClockStopped
    | DebateClockExtended
    | DebateBellRung
    | DebatePartEnded
    | DebateSpeakerNamed
    | DebateHeld
    | DebatePrepStarted
    | DebatePrepStopped
    | DebateTurnAsked
    | DebateTurnWithdrawn
    | DebateTurnGiven
    | DebateTurnEnded
    | DebatePointOffered
    | DebatePointAccepted
    | DebatePointClosed
    | DebateNoteWritten
    | DebateNotesOpened
    | DebateNoteShown
    | DebateBallotOpened
    | DebateBallotCast
    | DebateBallotCounted
    | DebateBallotClosed
    | DebateScored
    | DebateSheetHandedIn
    | DebateRevealed
    | DebateEnded
)
