"""One loaded session: its mailbox, its outbox and who is connected to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.domain import breakout_events as be
from server.domain import debate_events as de
from server.domain.errors import NotAllowed
from server.domain.events import Event
from server.domain.participant_events import (
    ParticipantChanged,
    ParticipantDenied,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantRemoved,
)
from server.domain.session_events import SessionEnded, SessionStarted
from server.domain.state import Actor, SessionState
from server.live.chat_view import chat_page
from server.live.due import DueTimer
from server.live.flood import Buckets
from server.live.mailbox import RoomMailbox
from server.live.outbox import Outbox
from server.live.pads import SessionPads
from server.live.pictures import SessionPictures
from server.live.poll_changes import PollChanges
from server.live.ports import Seat
from server.live.reactions import Reactions
from server.live.view import following_for, view_for
from server.live.wire import channels_of, to_wire
from server.schemas.live import SessionSnapshot
from server.schemas.live_chat import ChatEarlier
from server.schemas.live_media import MediaView

MOVES = (
    be.BreakoutsDrafted,
    be.BreakoutsOpened,
    be.BreakoutsClosed,
    be.ParticipantMoved,
    de.DebateSeatsAssigned,
    de.DebateEdited,
    de.DebateDeleted,
)
"""events after which somebody may follow other rooms, or another side of a debate"""


@dataclass(slots=True, eq=False)
class Connection:
    """One socket of one seat."""

    connection_id: str
    session_id: str
    seat: Seat
    buckets: Buckets
    is_open: bool = False
    """the browser has been told that it is connected"""
    next_view: MediaView | None = None
    """the newest of those that came too fast"""

    @property
    def participant_id(self) -> str:
        return self.seat.participant_id


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One transport of a program that has no page (streams.py)."""

    stream_id: str
    seat: Seat
    ice_ufrag: str
    """of its offer"""


def actor_of(seat: Seat) -> Actor:
    return Actor(
        seat.participant_id, seat.role, seat.name, seat.is_guest, seat.user_id, seat.is_stream
    )


@dataclass(slots=True, eq=False)
class Room:
    """Everything is called from the event loop and nothing here waits."""

    session_id: str
    mailbox: RoomMailbox
    outbox: Outbox
    pads: SessionPads
    pictures: SessionPictures
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])
    """participant → connection"""
    streams: dict[str, Stream] = field(default_factory=dict[str, Stream])
    """participant → what stands in a connection's place"""
    buckets: dict[str, Buckets] = field(default_factory=dict[str, Buckets])
    """participant → limits; outlive a connection, or a reconnect would lift them"""
    reactions: Reactions = field(default_factory=Reactions)
    followed: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """connection → channels it was told it follows"""
    poll_changes: PollChanges = field(default_factory=PollChanges)
    due: DueTimer | None = None
    empty_since_ns: int | None = None
    captures_sealed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_used(self) -> bool:
        return bool(self.connections or self.streams)

    @property
    def state(self) -> SessionState:
        return self.mailbox.state

    def snapshot(self, participant_id: str, utc_ms: int) -> SessionSnapshot:
        state = self.state
        who = state.participants.get(participant_id)
        return view_for(
            state,
            participant_id,
            self.mailbox.settings,
            channels=() if who is None else channels_of(state, who),
            now_ms=self.mailbox.now_ms(),
            utc_ms=utc_ms,
            shown=self.mailbox.shown_tallies,
        )

    def stop_waiting(self) -> None:
        if self.due is not None:
            self.due.close()

    def subscribe(self, connection: Connection, utc_ms: int) -> None:
        """Send the snapshot, and from then on what happens after it."""
        snapshot = self.snapshot(connection.participant_id, utc_ms)
        channels = tuple(snapshot.channels)
        self.followed[connection.connection_id] = channels
        self.outbox.subscribe(connection.connection_id, channels, snapshot)

    def send_earlier(self, connection: Connection, asked: ChatEarlier) -> None:
        """Chat from before the snapshot, to who follows its channel (CH8)."""
        who = self.state.participants.get(connection.participant_id)
        if who is None or not channels_of(self.state, who):
            raise NotAllowed("not_present", "You are not in this session at the moment.")
        page = chat_page(self.state, who, asked.room_id, asked.before)
        self.outbox.page(connection.connection_id, page)

    def publish(self, events: Sequence[Event], utc_ms: int) -> None:
        """Tell the browsers, and change who follows what."""
        shown = self.mailbox.shown_tallies
        told = [to_wire(event, self.state, shown) for event in events]
        by = {event.actor_id for event in events if event.actor_id is not None}
        first = [self.connections[who].connection_id for who in by & self.connections.keys()]
        self.outbox.events(self.poll_changes.lean(told, self.state), first)
        anew: set[str] = set()
        for event in events:
            match event.body:
                case ParticipantJoined(participant_id=who) | ParticipantChanged(participant_id=who):
                    anew.add(who)
                case SessionStarted():
                    # The lobby follows no channel and would not learn of it.
                    anew |= set(self.connections) - {
                        one.participant_id for one in self.state.present
                    }
                case ParticipantLeft(participant_id=who) if who in self.connections:
                    self.outbox.unsubscribe(self.connections[who].connection_id)
                case ParticipantDenied(participant_id=who):
                    self._hang_up(who, "denied")
                case ParticipantRemoved(participant_id=who, may_return=may_return):
                    self._hang_up(who, "sent_out" if may_return else "removed")
                case SessionEnded():
                    for who in list(self.connections):
                        self._hang_up(who, "ended")
                case _:
                    pass
        for who in anew:
            connection = self.connections.get(who)
            if connection is not None and connection.is_open:
                self.subscribe(connection, utc_ms)
        if any(isinstance(event.body, MOVES) for event in events):
            self._follow_rooms()
        self.pictures.react(events)
        self.pads.recheck(self.state)

    def _follow_rooms(self) -> None:
        """Whoever moved follows other channels now, and needs what is in their room: no whole
        snapshot, because a whole class moves at once."""
        state = self.state
        self.followed = {
            key: self.followed[key]
            for key in (one.connection_id for one in self.connections.values())
            if key in self.followed
        }
        for connection in self.connections.values():
            before = self.followed.get(connection.connection_id)
            who = state.participants.get(connection.participant_id)
            if not connection.is_open or not before or who is None:
                continue
            channels = channels_of(state, who)
            if channels and channels != before:
                self.followed[connection.connection_id] = channels
                self.outbox.follow(
                    connection.connection_id, channels, following_for(state, who, channels)
                )

    def _hang_up(self, participant_id: str, reason: str) -> None:
        connection = self.connections.get(participant_id)
        if connection is not None:
            self.outbox.hang_up(connection.connection_id, reason)
