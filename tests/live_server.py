"""The live server on a real socket, with seats and media in memory, and real clients.

``LiveServer`` can be stopped as a crash stops it (nothing is said to anyone, nothing is written)
and started anew on the same database.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import socketio
import socketio.exceptions
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Engine

from server.domain.errors import Conflict, NotAllowed, NotFound
from server.domain.events import Event
from server.domain.participant_events import Role
from server.domain.state import SessionState, Settings
from server.live.hub import LiveHub
from server.live.ports import MediaHost, Seat
from server.schemas.live_media import MediaAnswer, MediaOffer, MediaView
from server.schemas.media_report import MediaReport
from server.storage.engines import sync_engine
from server.storage.event_log import EventLog
from server.storage.migrate import upgrade
from tests import breakout_world, chat_world
from tests.live_world import apply, kept, level

NAMESPACE = "/live"
PATIENCE_S = 20
COMMAND_IDS = itertools.count(1)


async def until(condition: Callable[[], object], what: str = "condition") -> None:
    """Wait until it holds; fail after a while."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true in {PATIENCE_S} s") from None


class MemorySeats:
    """``SeatResolver``: the cookie ``who`` names the seat."""

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self.plan = Settings("Printing", "Crafts", lobby_is_on=False, record_automatically=False)

    def seat(self, who: str, role: Role = "learner", *, is_guest: bool = False) -> None:
        user_id = None if is_guest else f"user-{who}"
        self.seats[who] = Seat(who, who.title(), role, is_guest, user_id)

    def promote(self, who: str, role: Role) -> None:
        self.seats[who] = replace(self.seats[who], role=role)

    async def resolve(
        self, session_id: str, cookies: Mapping[str, str], environ: Mapping[str, Any]
    ) -> Seat:
        if session_id.startswith("no-"):
            raise NotFound("session_not_found", "There is no such session.")
        if cookies.get("who") not in self.seats:
            raise NotAllowed("not_signed_in", "Sign in first.")
        return self.seats[cookies["who"]]

    async def refresh(self, session_id: str, seat: Seat) -> Seat:
        if seat.participant_id not in self.seats:
            raise NotAllowed("link_revoked", "This link does not work any more.")
        return self.seats[seat.participant_id]

    async def settings(self, session_id: str) -> Settings:
        return self.plan


@dataclass
class MemoryMedia:
    """``MediaControl`` that remembers what it was told."""

    host: MediaHost | None = None
    changes: list[tuple[str, list[Event]]] = field(default_factory=list[tuple[str, list[Event]]])
    views: list[MediaView] = field(default_factory=list[MediaView])
    lost: list[str] = field(default_factory=list[str])
    is_broken: bool = False

    async def start(self, host: MediaHost) -> None:
        self.host = host

    async def offer(
        self, session_id: str, participant_id: str, connection_id: str, offer: MediaOffer
    ) -> MediaAnswer:
        if offer.sdp == "bad":
            raise Conflict("bad_offer", "No common codec.")
        return MediaAnswer(connection_id, f"answer to {offer.sdp}")

    def media_report(self) -> MediaReport:
        return MediaReport(0, "python", 0.0, 0.0, 0, {}, [])

    async def view(
        self, session_id: str, participant_id: str, connection_id: str, view: MediaView
    ) -> None:
        self.views.append(view)

    async def connection_lost(
        self, session_id: str, participant_id: str, connection_id: str
    ) -> None:
        self.lost.append(connection_id)

    def session_changed(
        self, session_id: str, before: SessionState, events: Sequence[Event], after: SessionState
    ) -> None:
        if self.is_broken:
            raise RuntimeError("media is broken")
        self.changes.append((session_id, list(events)))

    async def close(self) -> None:
        self.host = None


class SteppedClock:
    """Time that passes only when told to; both clocks together unless asked otherwise."""

    def __init__(self) -> None:
        self.monotonic_ms = 50_000
        self.wall_ms = 1_700_000_000_000

    def pass_ms(self, ms: int) -> None:
        self.monotonic_ms += ms
        self.wall_ms += ms

    def monotonic_ns(self) -> int:
        return self.monotonic_ms * 1_000_000

    def utc_ms(self) -> int:
        return self.wall_ms


class LiveServer:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "live.db"
        engine = sync_engine(self.path)
        upgrade(engine, "live")
        engine.dispose()
        self.seats = MemorySeats()
        self.seats.seat("fay", "facilitator")
        for who in ("ada", "bob", "cyd", "dan", "eve"):
            self.seats.seat(who)
        self.clock = SteppedClock()
        self.ended: list[tuple[str, str | None]] = []
        self.started: list[str] = []
        self.recordings: list[tuple[str, str]] = []
        self.clients: list[Client] = []
        self.options: dict[str, Any] = {"hold_votes_s": 0.05}
        self.hub: LiveHub
        self.media: MemoryMedia
        self.log: EventLog
        self.engine: Engine
        self._server: TestServer | None = None
        self._port: int | None = None

    async def start(self) -> None:
        self.engine = sync_engine(self.path, "FULL")
        self.log = EventLog(self.engine)
        self.media = MemoryMedia()
        self.hub = LiveHub(
            event_log=self.log,
            seats=self.seats,
            media=self.media,
            on_session_ended=self._ended,
            on_session_started=self._started,
            on_recording_started=self._recording_started,
            clock=self.clock,
            **self.options,
        )
        app = web.Application()
        self.hub.attach(app)
        self._server = TestServer(app, port=self._port)
        await self._server.start_server(shutdown_timeout=0.1)
        self._port = self._server.port
        await self.hub.start()

    async def _ended(self, session_id: str, recording_id: str | None) -> None:
        self.ended.append((session_id, recording_id))

    async def _started(self, session_id: str) -> None:
        self.started.append(session_id)

    async def _recording_started(self, session_id: str, recording_id: str) -> None:
        self.recordings.append((session_id, recording_id))

    async def stop(self) -> None:
        for client in self.clients:
            await client.close()
        await self.hub.close()
        await self.close_server()

    async def close_server(self) -> None:
        if self._server is not None:
            await self._server.close()
            self._server = None
            self.engine.dispose()

    async def crash(self) -> None:
        """As SIGKILL does it: what is not committed is lost, and nobody hears of it."""
        # The hub takes every broken connection for its own closing from here on.
        self.hub.is_closing = True
        tasks = [
            task
            for task in asyncio.all_tasks()
            if task.get_name().startswith(("mailbox-", "outbox-", "live-", "event-log", "lost-"))
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.hub.socket.close()
        await self.close_server()

    async def restart(self, *, down_ms: int = 0) -> None:
        self.clock.pass_ms(down_ms)
        await self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        assert self._port is not None
        return self._port

    def presence(self, who: str) -> str | None:
        found = self.state().participants.get(who)
        return None if found is None else found.presence

    def client(self, who: str, session_id: str = "s1") -> Client:
        client = Client(self, who, session_id)
        self.clients.append(client)
        return client

    async def join(self, *people: str, session_id: str = "s1") -> list[Client]:
        joined = [self.client(who, session_id) for who in people]
        for client in joined:
            await client.connect()
        return joined

    def state(self, session_id: str = "s1") -> SessionState:
        state = self.hub.state(session_id)
        assert state is not None
        return state


class Client:
    """One browser: a snapshot, then events on top; remembers everything it was sent."""

    def __init__(self, server: LiveServer, who: str, session_id: str) -> None:
        self.server = server
        self.who = who
        self.session_id = session_id
        self.view: dict[str, Any] = {}
        self.snapshots: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.order: list[str] = []
        self.closed: str | None = None
        self.refused: dict[str, Any] | None = None
        self.pushed: list[tuple[str, Any]] = []
        self.sio = self._new()

    def _new(self) -> socketio.AsyncClient:
        sio = socketio.AsyncClient(reconnection=False)
        sio.on("snapshot", self._on_snapshot, namespace=NAMESPACE)
        sio.on("events", self._on_events, namespace=NAMESPACE)
        sio.on("closed", self._on_closed, namespace=NAMESPACE)
        sio.on("following", self._on_following, namespace=NAMESPACE)
        sio.on("chat_page", self._on_page, namespace=NAMESPACE)
        sio.on("connect_error", self._on_refused, namespace=NAMESPACE)
        for name in ("slots", "levels", "quality", "captions", "caption_status"):
            sio.on(name, partial(self._on_push, name), namespace=NAMESPACE)
        return sio

    async def _on_snapshot(self, snapshot: dict[str, Any]) -> None:
        self.order.append("snapshot")
        self.snapshots.append(snapshot)
        self.view = kept(snapshot)

    async def _on_events(self, events: list[dict[str, Any]]) -> None:
        self.order.append("events")
        for event in events:
            known = self.view["channels"][event["channel"]]
            assert event["channel_seq"] == known + 1, (known, event)
            self.events.append(event)
            apply(self.view, event)

    async def _on_following(self, following: dict[str, Any]) -> None:
        self.order.append("following")
        breakout_world.follow(self.view, following)

    async def _on_page(self, page: dict[str, Any]) -> None:
        self.order.append("chat_page")
        chat_world.take_page(self.view, page)

    async def _on_closed(self, message: dict[str, Any]) -> None:
        self.closed = message["reason"]

    async def _on_refused(self, error: dict[str, Any]) -> None:
        self.refused = error.get("data", {})

    def _on_push(self, name: str, data: Any) -> None:
        self.pushed.append((name, data))

    async def connect(self) -> None:
        await self.sio.connect(
            self.server.url,
            headers={"Cookie": f"who={self.who}"},
            auth={"session_id": self.session_id},
            transports=["websocket"],
            namespaces=[NAMESPACE],
            wait_timeout=PATIENCE_S,
        )
        await until(lambda: self.snapshots, "first snapshot")

    async def refusal(self) -> str:
        """Try to connect; the code of the refusal."""
        try:
            await self.sio.connect(
                self.server.url,
                headers={"Cookie": f"who={self.who}"},
                auth={"session_id": self.session_id},
                transports=["websocket"],
                namespaces=[NAMESPACE],
                wait_timeout=PATIENCE_S,
            )
        except socketio.exceptions.ConnectionError:
            await until(lambda: self.refused is not None, "refusal")
            assert self.refused is not None
            return self.refused["code"]
        raise AssertionError("the connection was accepted")

    async def reconnect(self) -> None:
        await self.close()
        self.snapshots.clear()
        self.sio = self._new()
        await self.connect()

    async def close(self) -> None:
        if self.sio.connected:
            await self.sio.disconnect()

    async def cut(self) -> None:
        """Lose the connection without a word."""
        await self.sio.eio.ws.close()
        await until(lambda: not self.sio.connected, "the client noticed")

    async def send(self, type_: str, command_id: str | None = None, **fields: Any) -> Any:
        """The acknowledgement of a command."""
        envelope = {
            "command_id": command_id or f"command-{next(COMMAND_IDS)}",
            "command": {"type": type_, **fields},
        }
        return await self.sio.call("command", envelope, namespace=NAMESPACE, timeout=PATIENCE_S)

    async def do(self, type_: str, **fields: Any) -> Any:
        """A command that must succeed; its result."""
        answer = await self.send(type_, **fields)
        assert answer["ok"], answer
        return answer["result"]

    async def code(self, type_: str, **fields: Any) -> str:
        """A command that must be refused; the code."""
        answer = await self.send(type_, **fields)
        assert not answer["ok"], answer
        return answer["error"]["code"]

    async def call(self, event: str, message: Any) -> Any:
        return await self.sio.call(event, message, namespace=NAMESPACE, timeout=PATIENCE_S)

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def presence(self, who: str) -> str | None:
        people = {one["participant_id"]: one for one in self.view["participants"]}
        return people[who]["presence"] if who in people else None

    async def sees(self, type_: str) -> dict[str, Any]:
        await until(lambda: type_ in self.types(), f"{self.who} sees {type_}")
        return next(e for e in reversed(self.events) if e["type"] == type_)["data"]

    async def is_level(self) -> None:
        """What this browser folded comes to equal a fresh snapshot."""
        seen: dict[str, Any] = {}
        wanted: dict[str, Any] = {}
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not wanted or seen != wanted:
                    await asyncio.sleep(0.005)
                    snapshot = await self.server.hub.snapshot(self.session_id, self.who)
                    seen, wanted = level(self.view, kept(msgspec.to_builtins(snapshot)))
        except TimeoutError:
            assert seen == wanted, self.who
