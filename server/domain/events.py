"""Events: what happened in a session, one frozen dataclass a type, and their envelope.

``type`` is the class's name in snake case. Fields marked ``optional`` are left out of the stored
data when they hold their default; fields listed in ``PERSONAL`` are kept apart from the log so
that they can be erased (docs/rules.md, EV). Reading is tolerant: old versions are upcast, keys we
do not know are dropped, types we do not know become ``Unknown``, which changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal, cast

from server.domain.agenda_events import AgendaBody
from server.domain.breakout_events import BreakoutBody
from server.domain.debate_events import DebateBody
from server.domain.event_fields import OPTIONAL
from server.domain.poll_events import PollBody
from server.domain.slides_events import SlidesBody
from server.domain.web_content_events import WebContentBody
from server.domain.whiteboard_events import WhiteboardBody

Role = Literal["facilitator", "learner", "observer"]
TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]
GapReason = Literal["server_restart", "capture_lost", "disk_full"]
HandOrder = Literal["fifo", "equity"]
Emoji = Literal[
    "thumbs_up", "heart", "laugh", "surprised", "sad", "clap", "question", "check"
]  # fmt: skip
"""on a chat message"""
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


SESSION = "session"
FACILITATORS = "role:facilitator"
SERVER = "server"
"""Never sent to browsers."""


def person(participant_id: str) -> str:
    """The channel only this participant sees."""
    return f"person:{participant_id}"


def room(room_id: str) -> str:
    """The channel of a breakout room: who is in it, and facilitators."""
    return f"room:{room_id}"


def room_of(channel: str) -> str | None:
    return channel.removeprefix("room:") if channel.startswith("room:") else None


def side_channel(debate_id: str, side: str) -> str:
    """Only those seated on this side of the debate see it."""
    return f"side:{debate_id}:{side}"


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
class ParticipantJoined:
    """Present from now on; with the same id again it says the name and role anew."""

    participant_id: str
    name: str
    role: Role
    is_guest: bool
    user_id: str | None = field(default=None, metadata=OPTIONAL)
    is_stream: bool = field(default=False, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ParticipantChanged:
    """The account's role in this session (or its name) was changed while it goes on."""

    participant_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ParticipantWaiting:
    participant_id: str
    name: str
    role: Role
    is_guest: bool
    user_id: str | None = field(default=None, metadata=OPTIONAL)
    is_stream: bool = field(default=False, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ParticipantAdmitted:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantDenied:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantRemoved:
    """For good, until a facilitator admits them; or, when they may return, to the lobby."""

    participant_id: str
    may_return: bool | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ParticipantAway:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantReturned:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    participant_id: str


@dataclass(frozen=True, slots=True)
class HandRaised:
    """``talked_ms``: how long they had spoken by then, which equity goes by."""

    participant_id: str
    talked_ms: int | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class HandLowered:
    participant_id: str
    by: str | None


@dataclass(frozen=True, slots=True)
class HandOrderChanged:
    order: HandOrder
    by: str


@dataclass(frozen=True, slots=True)
class AirtimeCounted:
    """Who has spoken for how long since the last count, person by person."""

    participant_ids: tuple[str, ...]
    talked_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SpeakInvited:
    """Asked to unmute: only they can do it."""

    participant_id: str
    by: str


@dataclass(frozen=True, slots=True)
class SpeakDeclined:
    participant_id: str


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


@dataclass(frozen=True, slots=True)
class ChatSent:
    """``to``: the one person it is for; it is then in both persons' channels. ``room_id``: the
    breakout room it was written in, where it stays."""

    message_id: str
    participant_id: str
    text: str
    to: str | None = field(default=None, metadata=OPTIONAL)
    reply_to: str | None = field(default=None, metadata=OPTIONAL)
    mentions: tuple[str, ...] | None = field(default=None, metadata=OPTIONAL)
    room_id: str | None = field(default=None, metadata=OPTIONAL)
    file_id: str | None = field(default=None, metadata=OPTIONAL)
    """of the one file that comes with it"""
    file_name: str = field(default="", metadata=OPTIONAL)
    file_type: str | None = field(default=None, metadata=OPTIONAL)
    file_bytes: int | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ChatEdited:
    message_id: str
    text: str
    mentions: tuple[str, ...] | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ChatReacted:
    message_id: str
    participant_id: str
    emoji: Emoji
    is_on: bool


@dataclass(frozen=True, slots=True)
class ChatDeleted:
    message_id: str
    by: str


@dataclass(frozen=True, slots=True)
class TrackChanged:
    participant_id: str
    track: TrackKind
    is_on: bool
    by: str


@dataclass(frozen=True, slots=True)
class SpotlightChanged:
    participant_id: str | None


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


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a version or type this program does not know; it changes nothing."""

    type: str
    version: int
    data: Mapping[str, Any]


Body = (
    EpochStarted
    | SessionStarted
    | SessionEnded
    | ParticipantJoined
    | ParticipantChanged
    | ParticipantWaiting
    | ParticipantAdmitted
    | ParticipantDenied
    | ParticipantRemoved
    | ParticipantAway
    | ParticipantReturned
    | ParticipantLeft
    | HandRaised
    | HandLowered
    | HandOrderChanged
    | AirtimeCounted
    | SpeakInvited
    | SpeakDeclined
    | LockChanged
    | ConfusionTapped
    | ReactionsCounted
    | ChatSent
    | ChatEdited
    | ChatReacted
    | ChatDeleted
    | TrackChanged
    | SpotlightChanged
    | PollBody
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | ConsentGiven
    | ConsentDeclined
    | MomentMarked
    | CaptureStarted
    | CaptureStopped
    | GapDeclared
    | DebateBody
    | BreakoutBody
    | AgendaBody
    | SlidesBody
    | WhiteboardBody
    | WebContentBody
    | Unknown
)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


EVENT_TYPES: dict[str, type[Any]] = {
    _snake(cls.__name__): cls for cls in cast(Any, Body).__args__ if cls is not Unknown
}
_TYPE_OF: dict[type[Any], str] = {cls: name for name, cls in EVENT_TYPES.items()}

VERSIONS: dict[str, int] = dict.fromkeys(EVENT_TYPES, 1)
"""The version this program writes, by type."""

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTS: dict[tuple[str, int], Upcast] = {}
"""``(type, version)`` → data of the next version. Log entries are never rewritten."""

PERSONAL: dict[str, tuple[str, ...]] = {
    "participant_joined": ("name",),
    "participant_waiting": ("name",),
    "participant_changed": ("name",),
    "chat_sent": ("text", "file_name"),
    "chat_edited": ("text",),
    "moment_marked": ("label",),
    "room_notes_written": ("text",),
    "room_notes_returned": ("text",),
    "broadcast_sent": ("text",),
    "vote_cast": ("text",),
    "poll_counted": ("entries",),
    "poll_revealed": ("entries",),
    "poll_text_hidden": ("text",),
    "debate_note_written": ("text",),
    "debate_note_shown": ("text",),
    "deck_added": ("name", "titles"),
    "deck_renamed": ("name",),
    "slides_presented": ("name", "title"),
    "web_page_shared": ("title",),
    "slide_changed": ("title",),
}
"""Fields people wrote or are called by: stored beside the log, erasable; erased they read ""."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a session's log. ``seq`` has no gaps in the session, ``channel_seq`` none in
    its channel; ``at_ms`` is the session clock and never goes back; ``cause_id`` is the command's
    id."""

    session_id: str
    seq: int
    channel: str
    channel_seq: int
    at_ms: int
    actor_id: str | None
    room_id: str | None
    body: Body
    cause_id: str | None = None

    @property
    def type(self) -> str:
        return type_of(self.body)

    @property
    def version(self) -> int:
        return self.body.version if isinstance(self.body, Unknown) else VERSIONS[self.type]

    @property
    def data(self) -> dict[str, Any]:
        return data_of(self.body)


def type_of(body: Body) -> str:
    return body.type if isinstance(body, Unknown) else _TYPE_OF[type(body)]


def _plain(value: Any) -> Any:
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def data_of(body: Body) -> dict[str, Any]:
    """The JSON object that is stored and sent."""
    if isinstance(body, Unknown):
        return dict(body.data)
    data: dict[str, Any] = {}
    for item in fields(body):
        value = getattr(body, item.name)
        if item.metadata.get("optional") and value == item.default:
            continue
        data[item.name] = _plain(value)
    return data


def body_of(event_type: str, version: int, data: Mapping[str, Any]) -> Body:
    """Read stored data; never fails on what it does not know."""
    cls = EVENT_TYPES.get(event_type)
    if cls is None or version > VERSIONS[event_type]:
        return Unknown(event_type, version, dict(data))
    known = dict(data)
    while version < VERSIONS[event_type]:
        known = UPCASTS[event_type, version](known)
        version += 1
    values: dict[str, Any] = {}
    for item in fields(cls):
        if item.name in known:
            value = known[item.name]
            values[item.name] = _frozen(value)
        elif item.default is MISSING and item.name in PERSONAL.get(event_type, ()):
            values[item.name] = ""  # erased
    return cls(**values)
