"""Wire types of the live socket: commands up, events and the snapshot down.

One Socket.IO namespace, ``/live``; see docs/protocol.md for the exchange. Commands forbid unknown
fields; the browser's types are generated from these structs.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from server.schemas.live_agenda import AgendaCommand, AgendaView, ObjectivesView
from server.schemas.live_base import ErrorBody, SessionState
from server.schemas.live_breakouts import (
    BreakoutCommand,
    BreakoutSetView,
    BreakoutsView,
    HelpView,
    ReturnedNotesView,
    RoomPartView,
)
from server.schemas.live_debates import DebateCommand, DebateView, NoteView
from server.schemas.live_pads import WhiteboardCommand, WhiteboardView
from server.schemas.live_polls import PollCommand, PollView
from server.schemas.live_room import (
    ChatView,
    HandOrder,
    LockKind,
    MomentView,
    ParticipantView,
    RecordingView,
    RoomCommand,
)
from server.schemas.live_slides import DeckView, PresentationView, SlidesCommand
from server.schemas.live_web_content import WebContentCommand, WebPageView

AnyCommand = (
    RoomCommand
    | PollCommand
    | DebateCommand
    | BreakoutCommand
    | AgendaCommand
    | SlidesCommand
    | WebContentCommand
    | WhiteboardCommand
)


class CommandEnvelope(Struct, forbid_unknown_fields=True):
    """What the browser emits as ``command``; a repeat of the same ``command_id`` is answered
    with the first answer and changes nothing."""

    command_id: Annotated[str, Meta(min_length=8, max_length=64)]
    command: AnyCommand


class Acknowledgement(Struct):
    """Answer to a command, sent after commit."""

    ok: bool
    seq: int | None = None
    result: dict[str, Any] | None = None
    error: ErrorBody | None = None


class WireEvent(Struct):
    """One event as a viewer may see it. ``channel_seq`` has no gaps within ``channel``."""

    session_id: str
    room_id: str | None
    seq: int
    channel: str
    """``session``, ``room:<id>``, ``role:facilitator`` or ``person:<participant id>``"""
    channel_seq: int
    at_ms: int
    actor_id: str | None
    type: str
    version: int
    data: dict[str, Any]
    cause_id: str | None


class Following(Struct):
    """Down message ``following``: somebody moved, and from now on follows these channels. Takes
    the place of what was known of the rooms; much smaller than a snapshot."""

    channels: dict[str, int]
    """all of them, with their last counters"""
    rooms: list[RoomPartView]
    help: list[HelpView]
    chat: list[ChatView]
    """the last lines of the rooms followed, private ones among them; that of the main room stays"""
    chat_from: dict[str, str]
    """of the rooms followed"""
    chat_quoted: list[ChatView]
    notes: dict[str, list[NoteView]]
    """debate → the notes one may see now; where none are given there are none"""


class SessionSnapshot(Struct):
    """Everything one viewer needs: the fold of the log, cut to what that viewer may see."""

    session_id: str
    title: str
    course_title: str | None
    state: SessionState
    seq: int
    now_ms: int
    """session clock when the snapshot was taken"""
    utc_ms: int
    channels: dict[str, int]
    """last counter of every channel this viewer may see"""
    me: str
    """own participant id"""
    room_id: str
    participants: list[ParticipantView]
    hands: list[str]
    """participant ids, first raised first"""
    hand_order: HandOrder
    locks: list[LockKind]
    """what learners may not do, sorted"""
    unattended_since_ms: int | None
    """live, and no facilitator present"""
    talked_ms: dict[str, int]
    """facilitators: participant → how long they have spoken"""
    confusion: list[int]
    """facilitators: when somebody was lost"""
    chat: list[ChatView]
    """the last lines of each room"""
    chat_from: dict[str, str]
    """room → the line its list begins with here though there are earlier ones (``chat_earlier``)"""
    chat_quoted: list[ChatView]
    """lines that are not in ``chat`` and that lines in it answer"""
    polls: list[PollView]
    debates: list[DebateView]
    debate_formats: dict[str, dict[str, Any]]
    """``format_key`` → format, each once however many debates are held by it"""
    decks: list[DeckView]
    """facilitators only"""
    presentation: PresentationView | None
    web_page: WebPageView | None
    """what is presented to everybody now"""
    recording: RecordingView
    spotlight: str | None
    whiteboard: WhiteboardView
    moments: list[MomentView]
    breakouts: BreakoutsView | None
    """for learners only while they are open"""
    breakout_sets: list[BreakoutSetView]
    """kept in this session; facilitators only"""
    returned_notes: list[ReturnedNotesView]
    """what rooms that have closed wrote"""
    agenda: AgendaView
    objectives: ObjectivesView
    quiet_since_ms: int | None
    """facilitators: learners have done nothing since, long enough for a hint"""
    lobby_is_on: bool
