"""The whole server in this process, with a clock that is wound forward by hand.

Lengths come from the formats as they are shipped; the minutes in which nothing is due are skipped.
Everything else is real: HTTP, sockets, media, database, and the time that media take.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from server.app import Composition, compose, prepare_data
from server.demo.server_process import free_port
from server.domain.commands import Command
from server.domain.due import next_due_ms
from server.domain.events import Event
from server.domain.state import Actor, SessionState
from server.live.captions import Captions
from server.live.media_control import PlaneMediaControl
from server.live.room import Room
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from server.settings import Settings

PATIENCE_S = 60
BEFORE_MS = 60
"""how long before something is due the clock is wound to"""


class WoundClock:
    def __init__(self) -> None:
        self._ahead_ns = 0

    def monotonic_ns(self) -> int:
        return time.monotonic_ns() + self._ahead_ns

    def utc_ms(self) -> int:
        return (time.time_ns() + self._ahead_ns) // 1_000_000

    def wind(self, ms: int) -> None:
        self._ahead_ns += ms * 1_000_000


class WatchedMedia(PlaneMediaControl):
    """Notes when every state came about, by the clock that captures are written by."""

    def __init__(self, plane: PythonPlane, data: Path, captions: Captions | None) -> None:
        super().__init__(plane, data, captions)
        self.sound_plane = plane
        self.states: list[tuple[int, SessionState]] = []
        self.changed = asyncio.Event()

    def session_changed(
        self, session_id: str, before: SessionState, events: Sequence[Event], after: SessionState
    ) -> None:
        super().session_changed(session_id, before, events, after)
        self.states.append((time.monotonic_ns(), after))
        self.changed.set()


class WoundServer:
    """In place of a ``ServerProcess``."""

    def __init__(self, data: Path, port: int, captions: Captions | None = None) -> None:
        self._captions = captions
        self.data = data
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.clock = WoundClock()
        self.media: WatchedMedia
        self.composition: Composition
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        await asyncio.to_thread(prepare_data, self.data)
        settings = Settings(
            data=self.data,
            bind="127.0.0.1",
            port=self.port,
            https_port=None,
            media_port=free_port(socket.SOCK_DGRAM),
        )
        plane = PythonPlane(PlaneSettings(host=settings.bind, port=settings.media_port))
        self.media = WatchedMedia(plane, self.data, self._captions)
        self.composition = compose(
            settings, media=self.media, live_clock=self.clock, captions=self._captions
        )
        self._runner = web.AppRunner(self.composition.app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, settings.bind, self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def setup_token(self) -> str | None:
        return await self.composition.services.identity.new_setup_token()

    def tail(self) -> str:
        return ""

    # ---- the class ---------------------------------------------------------------------------

    @property
    def state(self) -> SessionState:
        """Of the one session that is held here."""
        return self.media.states[-1][1]

    @property
    def now_ms(self) -> int:
        return self._room.mailbox.now_ms()

    @property
    def _room(self) -> Room:
        found = self.composition.hub.loaded(self.state.session_id)
        assert found is not None
        return found

    async def ask_for(self, actor: Actor, command: Command) -> None:
        """As a page sends it, without the page."""
        answer = await self._room.mailbox.submit(actor, command)
        assert answer.ok, answer.error

    async def until(self, condition: Callable[[SessionState], object], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition(self.state):
                    self.media.changed.clear()
                    await self.media.changed.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not come true in {PATIENCE_S} s") from None

    async def skip(self) -> None:
        """To just before the next bell, end or beginning."""
        due_ms = next_due_ms(self.state)
        if due_ms is None:
            return  # a slow machine: it has come about by itself
        left_ms = due_ms - self.now_ms - BEFORE_MS
        if left_ms > 0:
            self.clock.wind(left_ms)
            await self.composition.hub.tick()

    async def skip_until(self, condition: Callable[[SessionState], object], what: str) -> None:
        """Over whatever else is due before: a side's share, a hint that it has been quiet."""
        while not condition(self.state):
            due_ms = next_due_ms(self.state)
            await self.skip()
            await self.until(
                lambda now, due_ms=due_ms: condition(now) or next_due_ms(now) != due_ms, what
            )

    async def pass_ms(self, ms: int) -> None:
        self.clock.wind(ms)
        await self.composition.hub.tick()
