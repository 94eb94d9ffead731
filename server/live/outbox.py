"""What goes down to the browsers of one session, strictly in the order it was put in.

The mailbox puts without waiting; one task drains. A snapshot and the subscription to what comes
after it are one entry, so nothing can slip between them. Each run of events of one channel is
encoded once for all who follow it (Socket.IO rooms).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
import socketio

from server.domain.channels import SERVER, SESSION
from server.live.direct import DirectSender
from server.schemas.live import Following, SessionSnapshot, WireEvent
from server.schemas.live_chat import ChatPage

log = logging.getLogger(__name__)

NAMESPACE = "/live"


def to_json(value: Any) -> Any:
    """What Socket.IO can encode; lists of structs too."""
    return msgspec.to_builtins(value)


@dataclass(frozen=True, slots=True)
class _Events:
    events: Sequence[WireEvent]
    first: Collection[str]


@dataclass(frozen=True, slots=True)
class _Subscribe:
    connection_id: str
    channels: tuple[str, ...]
    snapshot: SessionSnapshot


@dataclass(frozen=True, slots=True)
class _Follow:
    connection_id: str
    channels: tuple[str, ...]
    following: Following


@dataclass(frozen=True, slots=True)
class _Page:
    connection_id: str
    page: ChatPage


@dataclass(frozen=True, slots=True)
class _Unsubscribe:
    connection_id: str


@dataclass(frozen=True, slots=True)
class _Close:
    connection_id: str
    reason: str


_Entry = _Events | _Subscribe | _Follow | _Page | _Unsubscribe | _Close


class Outbox:
    def __init__(
        self,
        session_id: str,
        sio: socketio.AsyncServer,
        direct: DirectSender,
        is_connected: Callable[[str], bool],
    ) -> None:
        self._session_id = session_id
        self._sio = sio
        self._direct = direct
        self._is_connected = is_connected
        self._queue: asyncio.Queue[_Entry] = asyncio.Queue()
        self._rooms: dict[str, tuple[str, ...]] = {}
        """connection → Socket.IO rooms it is in"""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"outbox-{self._session_id}")

    async def close(self) -> None:
        """Send what waits, then stop. Safe to call twice."""
        if self._task is None:
            return
        await self._queue.join()
        task, self._task = self._task, None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def events(self, events: Sequence[WireEvent], first: Collection[str] = ()) -> None:
        """``first``: connections that wait for what they have brought about."""
        seen = [event for event in events if event.channel != SERVER]
        if seen:
            self._queue.put_nowait(_Events(seen, first))

    def presence(self, event: str, payload: Sequence[Any]) -> None:
        """To whoever is in the session now; it is not part of the log and has no order."""
        self._direct.broadcast(NAMESPACE, self._room(SESSION), event, list(payload))

    def subscribe(
        self, connection_id: str, channels: tuple[str, ...], snapshot: SessionSnapshot
    ) -> None:
        self._queue.put_nowait(_Subscribe(connection_id, channels, snapshot))

    def follow(self, connection_id: str, channels: tuple[str, ...], following: Following) -> None:
        """Other channels from here on, told without a snapshot."""
        self._queue.put_nowait(_Follow(connection_id, channels, following))

    def page(self, connection_id: str, page: ChatPage) -> None:
        """Behind the events it already knows of and before those it does not."""
        self._queue.put_nowait(_Page(connection_id, page))

    def unsubscribe(self, connection_id: str) -> None:
        self._queue.put_nowait(_Unsubscribe(connection_id))

    def hang_up(self, connection_id: str, reason: str) -> None:
        """Say why, then disconnect."""
        self._queue.put_nowait(_Close(connection_id, reason))

    async def _run(self) -> None:
        while True:
            entry = await self._queue.get()
            try:
                await self._send(entry)
            except Exception:
                log.exception("session %s: sending failed", self._session_id)
            finally:
                self._queue.task_done()

    async def _send(self, entry: _Entry) -> None:
        match entry:
            case _Events(events, first):
                for channel, run in groupby(events, key=lambda event: event.channel):
                    await self._direct.broadcast_in_turns(
                        NAMESPACE, self._room(channel), "events", list(run), first
                    )
            case _Subscribe(connection_id, channels, snapshot):
                if not self._is_connected(connection_id):
                    return
                await self._leave(connection_id)
                rooms = tuple(self._room(channel) for channel in channels)
                for room in rooms:
                    await self._sio.enter_room(connection_id, room, namespace=NAMESPACE)
                self._rooms[connection_id] = rooms
                self._direct.send(NAMESPACE, connection_id, "snapshot", snapshot)
            case _Follow(connection_id, channels, following):
                await self._follow(connection_id, channels, following)
            case _Page(connection_id, page):
                self._direct.send(NAMESPACE, connection_id, "chat_page", page)
            case _Unsubscribe(connection_id):
                await self._leave(connection_id)
            case _Close(connection_id, reason):
                if not self._is_connected(connection_id):
                    return
                await self._leave(connection_id)
                await self._sio.emit(
                    "closed", {"reason": reason}, to=connection_id, namespace=NAMESPACE
                )
                await self._sio.disconnect(connection_id, namespace=NAMESPACE)

    async def _follow(
        self, connection_id: str, channels: tuple[str, ...], following: Following
    ) -> None:
        if not self._is_connected(connection_id):
            return
        before = self._rooms.get(connection_id, ())
        rooms = tuple(self._room(channel) for channel in channels)
        for room in before:
            if room not in rooms:
                await self._sio.leave_room(connection_id, room, namespace=NAMESPACE)
        for room in rooms:
            if room not in before:
                await self._sio.enter_room(connection_id, room, namespace=NAMESPACE)
        self._rooms[connection_id] = rooms
        self._direct.send(NAMESPACE, connection_id, "following", following)

    async def _leave(self, connection_id: str) -> None:
        for room in self._rooms.pop(connection_id, ()):
            await self._sio.leave_room(connection_id, room, namespace=NAMESPACE)

    def _room(self, channel: str) -> str:
        return f"{self._session_id} {channel}"
