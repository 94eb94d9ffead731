"""What may be asked of a session: one frozen dataclass a command.

Those of participants have the names and fields of the wire's structs (server/schemas/live.py);
``server/live/wire.py`` translates by name. Those of the server never come over a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from server.domain.agenda_commands import AgendaCommand
from server.domain.breakout_commands import BreakoutCommand
from server.domain.chat_events import Emoji
from server.domain.debate_commands import DebateCommand
from server.domain.hand_events import HandOrder
from server.domain.participant_events import Role
from server.domain.poll_events import Audience, PollAnswer, PollKind
from server.domain.recording_events import GapReason
from server.domain.session_events import LockKind, ReactionKind
from server.domain.slides_commands import SlidesCommand
from server.domain.state import MAIN_ROOM, AttachedFile
from server.domain.track_events import TrackKind
from server.domain.web_content_commands import WebContentCommand
from server.domain.whiteboard_commands import WhiteboardCommand


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
    file_id: str | None = None
    file: AttachedFile | None = None
    """what lies under ``file_id``, when the asker has uploaded it; looked up by the server"""


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
    | AdvanceTime
    | DebateCommand
    | BreakoutCommand
    | AgendaCommand
    | SlidesCommand
    | WhiteboardCommand
    | WebContentCommand
)

COMMANDS: dict[str, type[Any]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower(): cls
    for cls in cast(Any, Command).__args__
}
LOOKED_UP: dict[str, tuple[str, ...]] = {"send_chat": ("file",)}
"""Fields the server fills in, which nobody can send."""
