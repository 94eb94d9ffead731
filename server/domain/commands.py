"""What may be asked of a session: one frozen dataclass a command.

Those of participants have the names and fields of the wire's structs (server/schemas/live.py);
``server/live/wire.py`` translates by name. Those of the server never come over a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from server.domain.events import Audience, GapReason, TrackKind
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


@dataclass(frozen=True, slots=True)
class RaiseHand:
    pass


@dataclass(frozen=True, slots=True)
class LowerHand:
    participant_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendChat:
    text: str


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
    options: tuple[str, ...]
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None


@dataclass(frozen=True, slots=True)
class EditPoll:
    poll_id: str
    question: str
    options: tuple[str, ...]
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None


@dataclass(frozen=True, slots=True)
class DeletePoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class OpenPoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class Vote:
    poll_id: str
    option: int


@dataclass(frozen=True, slots=True)
class ClosePoll:
    poll_id: str


@dataclass(frozen=True, slots=True)
class RevealPoll:
    poll_id: str


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
    | SendChat
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
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | GiveConsent
    | MarkMoment
    | StartEpoch
    | LoseConnection
    | ReportCaptureStarted
    | ReportCaptureStopped
    | DeclareGap
)

COMMANDS: dict[str, type[Any]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower(): cls
    for cls in cast(Any, Command).__args__
}
NAMES: dict[type[Any], str] = {cls: name for name, cls in COMMANDS.items()}
