"""Events: what happened in a session, their envelope, and how they are stored.

One frozen dataclass a type, in its noun's file (``*_events.py``); ``type`` is the class's name in
snake case. Fields marked ``optional`` are left out of the stored data when they hold their default;
fields listed in ``PERSONAL`` are kept apart from the log so that they can be erased (docs/rules.md,
EV). Reading is tolerant: old versions are upcast, keys we do not know are dropped, types we do not
know become ``Unknown``, which changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, cast

from server.domain.agenda_events import AgendaBody
from server.domain.breakout_events import BreakoutBody
from server.domain.chat_events import ChatBody
from server.domain.debate_events import DebateBody
from server.domain.hand_events import HandBody
from server.domain.participant_events import ParticipantBody
from server.domain.poll_events import PollBody
from server.domain.recording_events import RecordingBody
from server.domain.session_events import SessionBody
from server.domain.slides_events import SlidesBody
from server.domain.track_events import TrackBody
from server.domain.web_content_events import WebContentBody
from server.domain.whiteboard_events import WhiteboardBody


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a version or type this program does not know; it changes nothing."""

    type: str
    version: int
    data: Mapping[str, Any]


Body = (
    SessionBody
    | ParticipantBody
    | HandBody
    | ChatBody
    | TrackBody
    | PollBody
    | RecordingBody
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
