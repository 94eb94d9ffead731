"""Socket handlers of ``/live`` (docs/protocol.md): who connects, what they send, when they go.

One client's messages are handled one after another (``async_handlers=False``), so its commands
keep their order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import socketio
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refused

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain import web_content_commands as wc
from server.domain.errors import Conflict, DomainError, Invalid, NotAllowed
from server.domain.lock import check_reaction
from server.domain.slides import check_pointer
from server.domain.state import THE_SERVER
from server.live.direct import DirectSender, Json
from server.live.flood import Buckets
from server.live.outbox import NAMESPACE, to_json
from server.live.pad_socket import PadSocket
from server.live.reactions import GATHER_S
from server.live.room import Connection, Room, actor_of
from server.live.wire import error_body, refusal, to_domain
from server.schemas.live import Acknowledgement, CommandEnvelope
from server.schemas.live_base import ErrorBody
from server.schemas.live_captions import CaptionWish
from server.schemas.live_chat import ChatEarlier
from server.schemas.live_media import MediaOffer, MediaServersWanted, MediaView
from server.schemas.live_room import Reaction
from server.schemas.live_slides import Pointer, PointerShown

if TYPE_CHECKING:
    from server.live.hub import LiveHub

log = logging.getLogger(__name__)

T = TypeVar("T")

PING_INTERVAL_S = 5
PING_TIMEOUT_S = 5
"""A dead connection is noticed within both together: the seat is then ``away``."""
LARGEST_MESSAGE = 300_000
"""An SDP offer with its simulcast lines stays far below."""
SLOW_OCTETS = 4_000_000
"""What may wait for one browser; more, and it is hung up (it takes a snapshot later)."""


class _Clients(socketio.AsyncManager):
    """Tells when a client has *been told* that it is connected: only then may it be sent to."""

    def __init__(self, live: LiveSocket) -> None:
        super().__init__()
        self._live = live

    async def connect(self, sid: str, namespace: str) -> str | None:
        connected = await super().connect(sid, namespace)
        self._live.connected(sid)
        return connected


class LiveSocket:
    def __init__(self, hub: LiveHub, allowed_origins: Sequence[str] | None) -> None:
        self._hub = hub
        self._connections: dict[str, Connection] = {}
        self.sio = socketio.AsyncServer(
            async_mode="aiohttp",
            client_manager=_Clients(self),
            async_handlers=False,
            json=Json,
            transports=["websocket"],
            namespaces=[NAMESPACE],
            cors_allowed_origins=None if allowed_origins is None else list(allowed_origins),
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            monitor_clients=False,  # direct.py does
            max_http_buffer_size=LARGEST_MESSAGE,
            # ours is the only layer that logs, and it knows what must stay private
            logger=False,
            engineio_logger=False,
        )
        self.direct = DirectSender(self.sio)
        for event, handler in {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "command": self._command,
            "media_offer": self._media_offer,
            "media_servers": self._media_servers,
            "media_view": self._media_view,
            "snapshot": self._snapshot,
            "reaction": self._reaction,
            "pointer": self._pointer,
            "caption_wish": self._caption_wish,
            "chat_earlier": self._chat_earlier,
        }.items():
            self.sio.on(event, handler, namespace=NAMESPACE)
        self.pads = PadSocket(hub, self)

    def attach(self, app: web.Application) -> None:
        self.sio.attach(app)

    async def close(self) -> None:
        """Cut every connection without a word, so that the browsers come back by themselves."""
        for socket in list(self.sio.eio.sockets.values()):
            # Not to wait for its queue: a browser that is gone never empties it.
            await socket.close(wait=False)
        await self.sio.shutdown()

    def is_connected(self, connection_id: str) -> bool:
        return self.sio.manager.is_connected(connection_id, NAMESPACE)

    def gone(self, room: Room) -> list[str]:
        """Participants the state holds for connected whose connection is not there: it broke
        at a moment when nobody was told."""
        if self._hub.is_closing:
            return []
        for who, connection in list(room.connections.items()):
            if connection.is_open and not self.is_connected(connection.connection_id):
                del room.connections[who]
        return [
            who.participant_id
            for who in room.state.participants.values()
            if who.presence in ("present", "waiting")
            and who.participant_id not in room.connections
            and who.participant_id not in room.streams
        ]

    def drop_slow(self) -> None:
        for connection in list(self._connections.values()):
            eio_sid = self.sio.manager.eio_sid_from_sid(connection.connection_id, NAMESPACE)
            if eio_sid is not None and self.direct.waiting_octets(eio_sid) > SLOW_OCTETS:
                log.warning("connection %s is too slow", connection.connection_id)
                self._hub.spawn(
                    self.sio.disconnect(connection.connection_id, namespace=NAMESPACE),
                    f"drop-{connection.connection_id}",
                )

    # ---- coming and going --------------------------------------------------------------------

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        """A refusal with an error body is final; one without is to be tried again."""
        try:
            await self._take_seat(sid, environ, auth)
        except DomainError as error:
            if error.retry_after_s is not None:
                raise Refused(error.message) from error
            raise Refused(error.message, to_json(error_body(error))) from error
        except Exception as error:
            log.exception("a connection failed")
            raise Refused("That went wrong on our side.") from error

    async def _take_seat(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        session_id = auth.get("session_id") if isinstance(auth, dict) else None
        if not isinstance(session_id, str) or not 0 < len(session_id) <= 64:
            raise Invalid("bad_auth", "auth.session_id is missing.", field="session_id")
        request: web.Request = environ["aiohttp.request"]
        seat = await self._hub.seats.resolve(session_id, request.cookies, environ)
        room = await self._hub.room(session_id)
        now_ns = self._hub.clock.monotonic_ns()
        buckets = room.buckets.setdefault(seat.participant_id, Buckets(self._hub.limits))
        buckets.take("connect", now_ns)
        room.mailbox.settings = await self._hub.seats.settings(session_id)
        connection = Connection(sid, session_id, seat, buckets)
        # In place before the join is committed: when the old connection breaks meanwhile, its
        # end must not make the participant away.
        older = room.connections.get(seat.participant_id)
        room.connections[seat.participant_id] = connection
        self._connections[sid] = connection
        answer = await room.mailbox.submit(actor_of(seat), c.Join())
        if answer.error is not None:
            self._connections.pop(sid, None)
            if room.connections.get(seat.participant_id) is connection:
                del room.connections[seat.participant_id]
                if older is not None and self.is_connected(older.connection_id):
                    room.connections[seat.participant_id] = older
            raise NotAllowed(
                answer.error.code, answer.error.message, retry_after_s=answer.error.retry_after_s
            )
        if older is not None:
            room.outbox.hang_up(older.connection_id, "taken_over")

    def connected(self, sid: str) -> None:
        """The browser knows that it is connected: now its first message, the snapshot."""
        connection = self._connections.get(sid)
        room = None if connection is None else self._hub.loaded(connection.session_id)
        if connection is None or room is None:
            return
        connection.is_open = True
        room.subscribe(connection, self._hub.clock.utc_ms())

    async def _disconnect(self, sid: str, *_: object) -> None:
        connection = self._connections.pop(sid, None)
        if connection is not None and not self._hub.is_closing:
            # Not here: a hang-up by the outbox runs this handler, and must not wait for the log.
            self._hub.spawn(self._lost(connection), f"lost-{sid}")

    async def _lost(self, connection: Connection) -> None:
        who = connection.participant_id
        room = self._hub.loaded(connection.session_id)
        if room is not None:
            room.outbox.unsubscribe(connection.connection_id)
            room.pads.unfollow(connection.connection_id)
            if room.connections.get(who) is connection:
                del room.connections[who]
                await room.mailbox.submit(THE_SERVER, c.LoseConnection(who))
                self._hub.captions.gone(connection.session_id, who)
        await self._hub.media.connection_lost(connection.session_id, who, connection.connection_id)

    # ---- what they send ----------------------------------------------------------------------

    async def _command(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            return to_json(await self._obey(sid, message))
        except DomainError as error:
            return to_json(refusal(error))
        except Exception:
            log.exception("a command failed")
            body = ErrorBody("internal", "That went wrong on our side.", None, 1.0)
            return to_json(Acknowledgement(ok=False, error=body))

    async def _obey(self, sid: str, message: object) -> Acknowledgement:
        connection, room = self.find(sid)
        envelope = _read(message, CommandEnvelope)
        first = room.mailbox.answered(connection.participant_id, envelope.command_id)
        if first is not None:
            return first
        command = to_domain(envelope.command)
        if isinstance(command, c.Join):
            raise NotAllowed("not_allowed", "Connecting joins.")
        kind = str(type(envelope.command).__struct_config__.tag)
        connection.buckets.take(kind, self._hub.clock.monotonic_ns())
        await self.refresh(connection, room)
        if isinstance(command, dc.PlanDebate | dc.EditDebate):
            command = await self._with_format(command)
        if isinstance(command, c.SendChat) and command.file_id is not None:
            command = await self._with_file(command, connection)
        if isinstance(command, c.StartSession | wc.ShareWebPage):
            room.mailbox.settings = await self._hub.seats.settings(room.session_id)
        return await room.mailbox.submit(actor_of(connection.seat), command, envelope.command_id)

    async def _with_format(
        self, command: dc.PlanDebate | dc.EditDebate
    ) -> dc.PlanDebate | dc.EditDebate:
        """The debate takes a copy of the format as it stands now (DB1)."""
        resolve = self._hub.resolve_format
        if command.format is not None or command.format_id is None or resolve is None:
            return command
        return replace(command, format=await resolve(command.format_id))

    async def _with_file(self, command: c.SendChat, connection: Connection) -> c.SendChat:
        """What lies under the id, if the sender has put it there (FI3)."""
        if self._hub.files is None or command.file_id is None:
            return command
        found = await self._hub.files.look_up(
            connection.session_id, connection.participant_id, command.file_id
        )
        return replace(command, file=found)

    async def refresh(self, connection: Connection, room: Room) -> None:
        """Role and access as the database has them now; without access the socket closes."""
        try:
            connection.seat = await self._hub.seats.refresh(connection.session_id, connection.seat)
        except NotAllowed:
            room.outbox.hang_up(connection.connection_id, "signed_out")
            raise

    async def _media_offer(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            connection, room = self.find(sid)
            offer = _read(message, MediaOffer)
            connection.buckets.take("media_offer", self._hub.clock.monotonic_ns())
            self._check_inside(connection, room)
            answer = await self._hub.media.offer(
                connection.session_id, connection.participant_id, sid, offer
            )
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        except Exception:
            log.exception("a media offer failed")
            return {"error": to_json(ErrorBody("internal", "That went wrong on our side."))}
        return to_json(answer)

    async def _media_servers(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            connection, room = self.find(sid)
            _read(message, MediaServersWanted)
            connection.buckets.take("media_servers", self._hub.clock.monotonic_ns())
            # A credential opens a relay: only for who is inside, not for the lobby.
            self._check_inside(connection, room)
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        return to_json(self._hub.media_servers(connection.participant_id))

    async def _media_view(self, sid: str, message: object = None, *_: object) -> None:
        try:
            connection, room = self.find(sid)
            view = _read(message, MediaView)
            self._check_inside(connection, room)
        except DomainError as error:
            log.info("connection %s: view refused: %s", sid, error.code)
            return
        is_waiting = connection.next_view is not None
        connection.next_view = view
        if not is_waiting:
            self._hub.spawn(self._apply_view(connection), f"view-{sid}")

    async def _apply_view(self, connection: Connection) -> None:
        """At most so many a second; of those that come faster the newest counts."""
        while wait_s := connection.buckets.wait_s("media_view", self._hub.clock.monotonic_ns()):
            await asyncio.sleep(wait_s)
        view, connection.next_view = connection.next_view, None
        if view is not None and connection.connection_id in self._connections:
            await self._hub.media.view(
                connection.session_id, connection.participant_id, connection.connection_id, view
            )

    async def _reaction(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        """Presence: refused like a command, shown to whoever is there, never logged by name."""
        try:
            connection, room = self.find(sid)
            reaction = _read(message, Reaction)
            connection.buckets.take("reaction", self._hub.clock.monotonic_ns())
            self._check_inside(connection, room)
            await self.refresh(connection, room)
            check_reaction(room.state, actor_of(connection.seat), room.mailbox.now_ms())
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        if room.reactions.add(connection.participant_id, reaction.kind):
            self._hub.spawn(self._show_reactions(room), f"reactions-{room.session_id}")
        return {}

    async def _show_reactions(self, room: Room) -> None:
        await asyncio.sleep(GATHER_S)
        room.outbox.presence("reactions", room.reactions.take())

    async def _pointer(self, sid: str, message: object = None, *_: object) -> None:
        """Presence: shown to whoever is there and gone. Of those that come too fast some are left
        out; that it points nowhere any more has a limit of its own, so that it arrives."""
        try:
            connection, room = self.find(sid)
            pointer = _read(message, Pointer)
            kind = "pointer" if pointer.x is not None else "pointer_off"
            if connection.buckets.wait_s(kind, self._hub.clock.monotonic_ns()):
                return
            self._check_inside(connection, room)
            check_pointer(room.state, actor_of(connection.seat))
        except DomainError as error:
            log.info("connection %s: pointer refused: %s", sid, error.code)
            return
        shown = PointerShown(
            connection.participant_id, pointer.deck_id, pointer.page, pointer.x, pointer.y
        )
        room.outbox.presence("pointer", [shown])

    async def _caption_wish(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        """Presence: nobody else learns of it, and the log does not know it (CA1)."""
        try:
            connection, room = self.find(sid)
            wish = _read(message, CaptionWish)
            connection.buckets.take("caption_wish", self._hub.clock.monotonic_ns())
            self._check_inside(connection, room)
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        return to_json(
            self._hub.captions.want(
                connection.session_id, connection.participant_id, wants=wish.wants
            )
        )

    async def _chat_earlier(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            connection, room = self.find(sid)
            asked = _read(message, ChatEarlier)
            connection.buckets.take("chat_earlier", self._hub.clock.monotonic_ns())
            await self.refresh(connection, room)
            room.send_earlier(connection, asked)
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        return {}

    async def _snapshot(self, sid: str, *_: object) -> dict[str, Any]:
        try:
            connection, room = self.find(sid)
            connection.buckets.take("snapshot", self._hub.clock.monotonic_ns())
            return to_json(room.snapshot(connection.participant_id, self._hub.clock.utc_ms()))
        except DomainError as error:
            return {"error": to_json(error_body(error))}

    def find(self, sid: str) -> tuple[Connection, Room]:
        connection = self._connections.get(sid)
        room = None if connection is None else self._hub.loaded(connection.session_id)
        if connection is None or room is None or self._hub.is_closing:
            raise Conflict("not_connected", "This connection is closed.")
        return connection, room

    @staticmethod
    def read(message: object, shape: type[T]) -> T:
        return _read(message, shape)

    @staticmethod
    def _check_inside(connection: Connection, room: Room) -> None:
        who = room.state.participants.get(connection.participant_id)
        if who is None or who.presence != "present":
            raise NotAllowed("not_present", "You are not in this session at the moment.")


def _read(message: object, shape: type[T]) -> T:
    try:
        return msgspec.convert(message, shape)
    except msgspec.ValidationError as error:
        # msgspec ends with "- at `$.command.text`".
        text, _, path = str(error).partition(" - at `$")
        raise Invalid("bad_message", text, field=path.strip("`.") or None) from error
