"""What may be asked of a session: one frozen dataclass a command.

Those of participants have the names and fields of the wire's structs (server/schemas/live.py);
``server/live/wire.py`` translates by name. Those of the server never come over a socket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from server.domain.events import (
    Advance,
    Audience,
    BallotChoice,
    BallotRound,
    DealRule,
    Emoji,
    GapReason,
    HandOrder,
    LateRule,
    LockKind,
    PollAnswer,
    PollKind,
    ReactionKind,
    Role,
    TrackKind,
)
from server.domain.state import MAIN_ROOM


@dataclass(frozen=True, slots=True)
class Join:
    pass


@dataclass(frozen=True, slots=True)
class Leave:
    pass


@dataclass(frozen=True, slots=True)
class StartSession:
    pass


@dataclass(frozen=True, slots=True)
class EndSession:
    pass


@dataclass(frozen=True, slots=True)
class Admit:
    participant_id: str


@dataclass(frozen=True, slots=True)
class Deny:
    participant_id: str


@dataclass(frozen=True, slots=True)
class Remove:
    participant_id: str
    may_return: bool = False
    """to the lobby, to be let in again; otherwise they are banned"""


@dataclass(frozen=True, slots=True)
class RaiseHand:
    pass


@dataclass(frozen=True, slots=True)
class LowerHand:
    participant_id: str | None = None


@dataclass(frozen=True, slots=True)
class SetHandOrder:
    order: HandOrder


@dataclass(frozen=True, slots=True)
class CallNext:
    pass


@dataclass(frozen=True, slots=True)
class InviteToSpeak:
    participant_id: str


@dataclass(frozen=True, slots=True)
class DeclineToSpeak:
    pass


@dataclass(frozen=True, slots=True)
class MuteAll:
    pass


@dataclass(frozen=True, slots=True)
class SetLock:
    lock: LockKind
    is_on: bool


@dataclass(frozen=True, slots=True)
class TapConfusion:
    pass


@dataclass(frozen=True, slots=True)
class SendChat:
    text: str
    to: str | None = None
    """the one person it is for"""
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditChat:
    message_id: str
    text: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReactToChat:
    message_id: str
    emoji: Emoji
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class DeleteChat:
    message_id: str


@dataclass(frozen=True, slots=True)
class SetTrack:
    track: TrackKind
    is_on: bool


@dataclass(frozen=True, slots=True)
class MuteParticipant:
    participant_id: str
    track: TrackKind = "microphone"


@dataclass(frozen=True, slots=True)
class Spotlight:
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class CreatePoll:
    question: str
    options: tuple[str, ...] = ()
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None
    kind: PollKind = "single"
    targets: tuple[str, ...] = ()
    scale: tuple[float, ...] | None = None
    labels: tuple[str, ...] = ()
    words: int = 1
    right: PollAnswer | None = None
    tolerance: float = 0.0
    explanation: str = ""
    can_change: bool = True
    limit_s: int | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class EditPoll:
    poll_id: str
    question: str
    options: tuple[str, ...] = ()
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None
    kind: PollKind = "single"
    targets: tuple[str, ...] = ()
    scale: tuple[float, ...] | None = None
    labels: tuple[str, ...] = ()
    words: int = 1
    right: PollAnswer | None = None
    tolerance: float = 0.0
    explanation: str = ""
    can_change: bool = True
    limit_s: int | None = None


@dataclass(frozen=True, slots=True)
class DeletePoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class OpenPoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class Vote:
    """``option`` of a single choice; ``answer`` of every kind."""

    poll_id: str
    option: int | None = None
    answer: PollAnswer | None = None


@dataclass(frozen=True, slots=True)
class ClosePoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class RevealPoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class HidePollText:
    poll_id: str
    text: str
    is_hidden: bool = True


@dataclass(frozen=True, slots=True)
class StartRecording:
    pass


@dataclass(frozen=True, slots=True)
class PauseRecording:
    pass


@dataclass(frozen=True, slots=True)
class ResumeRecording:
    pass


@dataclass(frozen=True, slots=True)
class StopRecording:
    pass


@dataclass(frozen=True, slots=True)
class GiveConsent:
    is_given: bool


@dataclass(frozen=True, slots=True)
class MarkMoment:
    label: str = ""


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


# ---- of the server ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteSeat:
    """The account's name or role has changed."""

    participant_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class CountAirtime:
    """Who has spoken for how long since the last count."""

    participant_ids: tuple[str, ...]
    talked_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CountReactions:
    kinds: tuple[ReactionKind, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StartEpoch:
    """This process takes the session over. ``alive_until_ms``: the last moment the process
    before is known to have lived."""

    utc_ms: int
    alive_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class LoseConnection:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ReportCaptureStarted:
    capture_id: str
    participant_id: str
    track: TrackKind
    path: str
    """relative to the data folder"""
    room_id: str = MAIN_ROOM


@dataclass(frozen=True, slots=True)
class ReportCaptureStopped:
    capture_id: str


@dataclass(frozen=True, slots=True)
class DeclareGap:
    from_ms: int
    to_ms: int
    reason: GapReason
    participant_id: str | None = None
    track: TrackKind | None = None


@dataclass(frozen=True, slots=True)
class AdvanceTime:
    """Whatever is due by now in the session (``due.next_due_ms``)."""


Command = (
    Join
    | Leave
    | StartSession
    | EndSession
    | Admit
    | Deny
    | Remove
    | RaiseHand
    | LowerHand
    | SetHandOrder
    | CallNext
    | InviteToSpeak
    | DeclineToSpeak
    | MuteAll
    | SetLock
    | TapConfusion
    | SendChat
    | EditChat
    | ReactToChat
    | DeleteChat
    | SetTrack
    | MuteParticipant
    | Spotlight
    | CreatePoll
    | EditPoll
    | DeletePoll
    | OpenPoll
    | Vote
    | ClosePoll
    | RevealPoll
    | HidePollText
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | GiveConsent
    | MarkMoment
    | NoteSeat
    | CountAirtime
    | CountReactions
    | StartEpoch
    | LoseConnection
    | ReportCaptureStarted
    | ReportCaptureStopped
    | DeclareGap
    | PlanDebate
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
    | DraftBreakouts
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
    | AdvanceTime
)

COMMANDS: dict[str, type[Any]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower(): cls
    for cls in cast(Any, Command).__args__
}
NAMES: dict[type[Any], str] = {cls: name for name, cls in COMMANDS.items()}
