"""All live sessions of this process: opens, watches and closes their rooms.

The hub owns the rooms (mailbox and outbox), the event log's writer, the socket server and one
ticker; ``close`` ends them in the opposite order and may be called twice. Closing is a restart
as far as a session is concerned: people stay, the next process declares the gap.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import web

from server.domain import commands as c
from server.domain import slides_commands as sc
from server.domain.errors import Conflict, DomainError, NotAllowed
from server.domain.events import Event
from server.domain.floor import debate_is_running
from server.domain.participant_events import Role
from server.domain.poll import overdue
from server.domain.record import Record, record_of
from server.domain.recording_events import RecordingStarted
from server.domain.session import decide, fold
from server.domain.session_events import SessionStarted
from server.domain.state import THE_SERVER, SessionState
from server.domain.whiteboard import Pad
from server.live.agenda_view import agenda_view, objectives_view
from server.live.ballots import BallotKeys
from server.live.captions import Captions
from server.live.chat_files import file_work
from server.live.clock import SystemClock
from server.live.due import DueTimer
from server.live.flood import LIMITS, Limit
from server.live.mailbox import HOLD_VOTES_S, RoomMailbox
from server.live.outbox import NAMESPACE, Outbox
from server.live.pads import SessionPads
from server.live.pictures import SessionPictures
from server.live.ports import (
    Append,
    CaptureReport,
    ChatFileStore,
    Clock,
    MediaControl,
    MediaServersFor,
    OnRecordingStarted,
    OnSessionEnded,
    OnSessionStarted,
    PictureStore,
    ResolveFormat,
    SeatResolver,
    SessionLog,
)
from server.live.room import Room
from server.live.slides_view import decks_for_host
from server.live.socket import LiveSocket
from server.live.streams import Streams
from server.live.view import poll_for_host, view_for
from server.live.wire import channels_of, to_wire
from server.schemas.live import SessionSnapshot, WireEvent
from server.schemas.live_media import MediaServers
from server.schemas.live_pads import PictureWanted
from server.schemas.live_polls import PollView
from server.schemas.live_slides import DeckView
from server.schemas.plan import SessionPlan
from server.services.ports import OutsideCommand

log = logging.getLogger(__name__)

TICK_S = 1.0
IDLE_END_S = 15 * 60.0
"""A live session nobody takes part in ends by itself (SE5)."""
UNLOAD_S = 60.0
SEAL_S = 10.0
"""Longest wait for captures to be sealed before the session's end is passed on."""
RETENTION = 5000
"""Events one gap fill may bring; a longer gap is a snapshot."""
TELL_RETRY_S = 5.0


class LiveHub:
    def __init__(
        self,
        *,
        event_log: SessionLog,
        seats: SeatResolver,
        media: MediaControl,
        on_session_ended: OnSessionEnded,
        on_session_started: OnSessionStarted | None = None,
        on_recording_started: OnRecordingStarted | None = None,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        idle_end_s: float = IDLE_END_S,
        unload_s: float = UNLOAD_S,
        hold_votes_s: float = HOLD_VOTES_S,
        ballot_keys: BallotKeys | None = None,
        resolve_format: ResolveFormat | None = None,
        captions: Captions | None = None,
        files: ChatFileStore | None = None,
        pictures: PictureStore | None = None,
        media_servers: MediaServersFor | None = None,
        limits: Mapping[str, Limit] = LIMITS,
        allowed_origins: Sequence[str] | None = None,
    ) -> None:
        """``allowed_origins`` None: the page's own origin only."""
        self.clock = clock or SystemClock()
        self.seats = seats
        self.media = media
        self.captions = captions or Captions(None, "")
        self.limits = limits
        self._log = event_log
        self._on_session_ended = on_session_ended
        self._on_session_started = on_session_started
        self._on_recording_started = on_recording_started
        self._new_id = new_id
        self._idle_end_s = idle_end_s
        self._unload_s = unload_s
        self._hold_votes_s = hold_votes_s
        self._ballot_keys = ballot_keys
        self.resolve_format = resolve_format
        self.files = files
        self._pictures = pictures
        self._media_servers = media_servers
        self._rooms: dict[str, Room] = {}
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self.is_closing = False
        self.socket = LiveSocket(self, allowed_origins)
        self.streams = Streams(self)

    def attach(self, app: web.Application) -> None:
        """Serve ``/socket.io``; whoever composes the application starts and closes the hub."""
        self.socket.attach(app)

    def media_servers(self, participant_id: str) -> MediaServers:
        if self._media_servers is None:
            return MediaServers([], None)
        return self._media_servers(participant_id)

    async def start(self) -> None:
        """Take over every session that was live when the last process went (SE6)."""
        if self._ticker is not None:
            return
        await self._log.start()
        await self.media.start(self)
        for session_id in await self._log.live_session_ids():
            try:
                room = await self.room(session_id)
            except Exception:
                log.exception("session %s could not be taken over", session_id)
                continue
            self._tell_of_start(room)
        for session_id, recording_id in await self._log.untold_ends():
            self.spawn(self._tell_of_end(session_id, recording_id), f"end-{session_id}")
        self._ticker = asyncio.create_task(self._tick_on(), name="live-ticker")

    async def close(self) -> None:
        if self.is_closing:
            return
        self.is_closing = True
        if self._ticker is not None:
            self._ticker.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticker
        await self._beat()
        # Sockets first: a command that was not acknowledged is sent again to the next process.
        await self.socket.close()
        await self.media.close()
        for room in list(self._rooms.values()):
            room.stop_waiting()
            await room.mailbox.close()
            await room.outbox.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._rooms.clear()
        await self._log.close()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run beside the caller; owned by the hub, failures are logged."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)

    # ---- rooms -------------------------------------------------------------------------------

    async def room(self, session_id: str) -> Room:
        """The session, loaded from the log when it is not yet."""
        if (room := self._rooms.get(session_id)) is not None:
            return room
        async with self._opening:
            if (room := self._rooms.get(session_id)) is not None:
                return room
            if self.is_closing:
                raise Conflict(
                    "session_closing", "The server is going down; reconnect.", retry_after_s=1.0
                )
            settings = await self.seats.settings(session_id)
            mailbox = RoomMailbox(
                session_id,
                self._log,
                self.clock,
                self._new_id,
                lambda before, events, after: self._published(opened, before, events, after),
                hold_votes_s=self._hold_votes_s,
                ballot_keys=self._ballot_keys,
            )
            mailbox.settings = settings
            outbox = Outbox(
                session_id, self.socket.sio, self.socket.direct, self.socket.is_connected
            )
            pads = SessionPads(session_id, self._log)
            pictures = SessionPictures(
                mailbox, pads, self.clock, self._pictures, self._new_id, self._want_picture
            )
            opened = Room(
                session_id, mailbox, outbox, pads, pictures,
                empty_since_ns=self.clock.monotonic_ns(),
            )  # fmt: skip
            opened.due = DueTimer(mailbox, self.spawn)
            self._rooms[session_id] = opened
            try:
                await mailbox.open()
            except BaseException:
                del self._rooms[session_id]
                raise
            outbox.start()
            return opened

    def _want_picture(self, connection_id: str, token: str, pad: Pad) -> None:
        wanted = PictureWanted(token, pad)
        self.socket.direct.deliver(NAMESPACE, [connection_id], "picture_wanted", wanted)

    def loaded(self, session_id: str) -> Room | None:
        return self._rooms.get(session_id)

    def _published(
        self,
        room: Room,
        before: SessionState,
        events: Sequence[Event],
        after: SessionState,
    ) -> None:
        """After commit. Media first: who withdrew consent is off the record before anyone
        hears of it."""
        try:
            self.media.session_changed(room.session_id, before, events, after)
        except Exception:
            log.exception("session %s: media did not take a change", room.session_id)
        room.publish(events, self.clock.utc_ms())
        if room.due is not None:
            room.due.set()
        if after.is_attended:
            room.empty_since_ns = None
        elif room.empty_since_ns is None:
            room.empty_since_ns = self.clock.monotonic_ns()
        if after.stage == "ended" and not after.captures:
            room.captures_sealed.set()
        if self.files is not None:
            for work in file_work(self.files, room.session_id, before, events):
                self.spawn(work, f"files-{room.session_id}")
        for event in events:
            if isinstance(event.body, SessionStarted | RecordingStarted):
                self._tell_of_start(room)
                break
        if before.stage == "live" and after.stage == "ended":
            self.spawn(self._after_end(room), f"end-{room.session_id}")

    def _tell_of_start(self, room: Room) -> None:
        recording_id = room.state.recording.recording_id

        async def tell() -> None:
            if self._on_session_started is not None:
                await self._on_session_started(room.session_id)
            if recording_id is not None and self._on_recording_started is not None:
                await self._on_recording_started(room.session_id, recording_id)

        self.spawn(tell(), f"start-{room.session_id}")

    async def _after_end(self, room: Room) -> None:
        """The pipeline may begin once the captures lie sealed on disk (or cannot be)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SEAL_S):
                await room.captures_sealed.wait()
        await self._tell_of_end(room.session_id, room.state.recording.recording_id)

    async def _tell_of_end(self, session_id: str, recording_id: str | None) -> None:
        while True:
            try:
                await self._on_session_ended(session_id, recording_id)
                break
            except Exception:
                log.exception("session %s: its end could not be passed on", session_id)
                await asyncio.sleep(TELL_RETRY_S)
        await self._log.append(Append(session_id, is_end_told=True))

    # ---- time --------------------------------------------------------------------------------

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.tick()
            except Exception:
                log.exception("the live ticker failed")

    async def tick(self) -> None:
        """Once a second: heartbeats, lost connections, empty sessions."""
        await self._beat()
        self.socket.drop_slow()
        now_ns = self.clock.monotonic_ns()
        for room in list(self._rooms.values()):
            if room.due is not None:
                room.due.check()
            room.pictures.check()
            for who in self.socket.gone(room):
                await room.mailbox.submit(THE_SERVER, c.LoseConnection(who))
            empty_s = 0.0 if room.empty_since_ns is None else (now_ns - room.empty_since_ns) / 1e9
            if room.state.stage == "live":
                for poll_id in overdue(room.state, room.mailbox.now_ms()):
                    await room.mailbox.submit(THE_SERVER, c.ClosePoll(poll_id))
                if (count := room.reactions.due(now_ns / 1e9)) is not None:
                    await room.mailbox.submit(THE_SERVER, count)
                if empty_s >= self._idle_end_s:
                    log.info("session %s ends: nobody was there for %d s", room.session_id, empty_s)
                    await room.mailbox.submit(THE_SERVER, c.EndSession())
            elif empty_s >= self._unload_s and not room.is_used:
                await self._unload(room)

    async def _beat(self) -> None:
        """Note until when sessions on record are served: a gap begins there (RE6), and debates'
        clocks are stopped there (DB13)."""
        await asyncio.gather(
            *(
                self._log.append(Append(room.session_id, alive_at_ms=room.mailbox.now_ms()))
                for room in self._rooms.values()
                if room.state.recording.stage == "on" or debate_is_running(room.state)
            )
        )

    async def _unload(self, room: Room) -> None:
        async with self._opening:
            if room.is_used or self._rooms.get(room.session_id) is not room:
                return
            del self._rooms[room.session_id]
            room.stop_waiting()
            await room.mailbox.close()
            await room.outbox.close()

    # ---- for HTTP and the use cases ------------------------------------------------------------

    def present_count(self, session_id: str) -> int:
        room = self._rooms.get(session_id)
        return 0 if room is None else len(room.state.present)

    async def polls(self, session_id: str) -> list[PollView]:
        """Of a session as its facilitators see them, live or not."""
        room = self._rooms.get(session_id)
        shown = room.mailbox.shown_tallies if room is not None else {}
        state = await self.session_state(session_id)
        return [poll_for_host(poll, shown) for poll in state.polls.values()]

    async def session_state(self, session_id: str) -> SessionState:
        room = self._rooms.get(session_id)
        return room.state if room is not None else await self._from_log(session_id)

    async def log_after(self, session_id: str, after: int) -> list[Event]:
        """The whole log after an event, unfiltered: for folds of it, never for browsers."""
        return await self._log.read_events(session_id, after)

    async def on_behalf(self, session_id: str, command: OutsideCommand) -> None:
        """The plan of a class (AG1), its decks (SL12), or what is decided about a debate (DB19),
        by a facilitator who is not in class; also after it."""
        mailbox = (await self.room(session_id)).mailbox
        # Raises what is wrong with it; the mailbox only answers so.
        decide(mailbox.state, command, THE_SERVER, mailbox.now_ms(), new_id=self._new_id)
        answer = await mailbox.submit(THE_SERVER, command)
        if answer.error is not None:
            raise Conflict(answer.error.code, answer.error.message, field=answer.error.field)

    async def session_plan(self, session_id: str) -> SessionPlan:
        state = await self.session_state(session_id)
        now_ms = max(state.at_ms, self.now_ms(session_id))
        return SessionPlan(agenda_view(state), objectives_view(state), now_ms)

    async def add_deck(
        self, session_id: str, deck_id: str, name: str, titles: Sequence[str], by: str | None
    ) -> None:
        """Slides that were converted; before the class and in it."""
        room = await self.room(session_id)
        command = sc.AddDeck(deck_id, name, tuple(titles), by)
        answer = await room.mailbox.submit(THE_SERVER, command)
        if answer.error is not None:
            raise Conflict(answer.error.code, answer.error.message)

    async def decks(self, session_id: str) -> list[DeckView]:
        """As its facilitators see them, live or not."""
        return decks_for_host(await self.session_state(session_id))

    async def record(self, session_id: str) -> Record:
        return record_of(session_id, await self._log.read_events(session_id))

    async def notes(self, session_id: str, participant_id: str) -> str:
        """The shared notes, live or not. Raises NotAllowed for who was never let in (NO3)."""
        room = self._rooms.get(session_id)
        state = room.state if room is not None else await self._from_log(session_id)
        who = state.participants.get(participant_id)
        if who is None or who.joined_at_ms is None or who.presence == "removed":
            raise NotAllowed("not_a_participant", "Only who was in the session may read its notes.")
        pads = room.pads if room is not None else SessionPads(session_id, self._log)
        return await pads.text()

    async def snapshot(self, session_id: str, participant_id: str) -> SessionSnapshot:
        """Raises NotFound for a participant who was never in the session."""
        room = self._rooms.get(session_id)
        if room is not None:
            return room.snapshot(participant_id, self.clock.utc_ms())
        state = await self._from_log(session_id)
        who = state.participants.get(participant_id)
        return view_for(
            state,
            participant_id,
            await self.seats.settings(session_id),
            channels=() if who is None else channels_of(state, who),
            now_ms=state.at_ms,
            utc_ms=self.clock.utc_ms(),
            shown={},
        )

    async def events_after(
        self, session_id: str, participant_id: str, after: int
    ) -> list[WireEvent]:
        """What this participant may see of the events after ``seq`` ``after``.

        Raises NotAllowed for who is not inside, Conflict ``below_retention`` for a gap so long
        that a snapshot is shorter.
        """
        room = self._rooms.get(session_id)
        state = room.state if room is not None else await self._from_log(session_id)
        who = state.participants.get(participant_id)
        channels = () if who is None else channels_of(state, who)
        if not channels:
            raise NotAllowed("not_present", "You are not in this session.")
        if not 0 <= after <= state.seq or state.seq - after > RETENTION:
            raise Conflict("below_retention", "Too much has happened since; take a snapshot.")
        shown = room.mailbox.shown_tallies if room is not None else {}
        events = await self._log.read_events(session_id, after)
        # Only what the state already holds: later ones come over the socket.
        return [
            to_wire(event, state, shown)
            for event in events
            if event.channel in channels and event.seq <= state.seq
        ]

    async def _from_log(self, session_id: str) -> SessionState:
        return fold(session_id, await self._log.read_events(session_id))

    async def kick(self, session_id: str, participant_id: str) -> None:
        """Remove a seat at once (its link was revoked); nothing when it was never taken."""
        state = self.state(session_id) or await self._from_log(session_id)
        if participant_id not in state.participants or state.stage == "ended":
            return
        room = await self.room(session_id)
        await room.mailbox.submit(THE_SERVER, c.Remove(participant_id))

    async def seat_changed(
        self, session_id: str, participant_id: str, name: str, role: Role
    ) -> None:
        """The account's name or role was changed from the class (PA11)."""
        if (room := self._rooms.get(session_id)) is not None and room.state.stage != "ended":
            await room.mailbox.submit(THE_SERVER, c.NoteSeat(participant_id, name, role))

    async def sign_out(self, user_id: str, sign_in_id: str | None = None) -> None:
        """Close every socket of an account, or only those that one sign-in opened."""
        for room in self._rooms.values():
            for connection in list(room.connections.values()):
                seat = connection.seat
                if seat.user_id == user_id and sign_in_id in (None, seat.sign_in_id):
                    room.outbox.hang_up(connection.connection_id, "signed_out")

    async def refresh_settings(self, session_id: str) -> None:
        """The session was edited; from now on its new title and lobby hold."""
        if (room := self._rooms.get(session_id)) is not None:
            room.mailbox.settings = await self.seats.settings(session_id)

    # ---- MediaHost ---------------------------------------------------------------------------

    def state(self, session_id: str) -> SessionState | None:
        room = self._rooms.get(session_id)
        return None if room is None else room.state

    def now_ms(self, session_id: str) -> int:
        room = self._rooms.get(session_id)
        return 0 if room is None else room.mailbox.now_ms()

    def epoch(self, session_id: str) -> int:
        room = self._rooms.get(session_id)
        return 0 if room is None else room.state.epoch

    def connection_id(self, session_id: str, participant_id: str) -> str | None:
        room = self._rooms.get(session_id)
        connection = None if room is None else room.connections.get(participant_id)
        return None if connection is None else connection.connection_id

    def media_gone(self, session_id: str, participant_id: str, connection_id: str) -> None:
        self.streams.media_gone(session_id, participant_id, connection_id)

    async def send(self, session_id: str, participant_id: str, event: str, payload: Any) -> None:
        connection_id = self.connection_id(session_id, participant_id)
        if connection_id is not None:
            self.socket.direct.send(NAMESPACE, connection_id, event, payload)

    async def report(self, session_id: str, report: CaptureReport) -> None:
        room = self._rooms.get(session_id)
        if room is None:
            log.warning("session %s is gone; %r is lost", session_id, report)
            return
        answer = await room.mailbox.submit(THE_SERVER, report)
        if answer.error is not None:
            raise DomainError(answer.error.code, answer.error.message)
