"""Wakes a session when something in it is due (server/domain/due.py)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from server.domain import commands as c
from server.domain.due import next_due_ms
from server.domain.errors import Conflict
from server.domain.state import THE_SERVER
from server.live.mailbox import RoomMailbox

log = logging.getLogger(__name__)

_OFF_S: Final = 0.1
"""by how much a timer may ring after its moment before it is set anew"""
_AGAIN_S: Final = 0.05
"""when a clock says "not yet" to what was due, it is asked again after so long"""

Spawn = Callable[[Coroutine[Any, Any, None], str], None]


class DueTimer:
    """One of a session's; ``set`` after every change, ``close`` with the session."""

    def __init__(self, mailbox: RoomMailbox, spawn: Spawn) -> None:
        self._mailbox = mailbox
        self._spawn = spawn
        self._due_ms: int | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._is_closed = False

    def set(self) -> None:
        due_ms = next_due_ms(self._mailbox.state)
        if due_ms == self._due_ms or self._is_closed:
            return
        self._due_ms = due_ms
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if due_ms is not None:
            wait_s = max(0, due_ms - self._mailbox.now_ms()) / 1000
            self._handle = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def check(self) -> None:
        """Once in a while: a machine that slept, or whose clock was moved, would ring late."""
        self.set()
        if self._due_ms is None or self._handle is None:
            return
        loop = asyncio.get_running_loop()
        wait_s = max(0, self._due_ms - self._mailbox.now_ms()) / 1000
        if self._handle.when() - loop.time() > wait_s + _OFF_S:
            self._handle.cancel()
            self._handle = loop.call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._handle = None
        self._spawn(self._advance(), f"due-{self._mailbox.session_id}")

    async def _advance(self) -> None:
        due_ms = self._due_ms
        try:
            answer = await self._mailbox.submit(THE_SERVER, c.AdvanceTime())
        except Conflict:
            return  # the session is being closed; the next process takes it up
        if answer.error is not None and answer.error.code != "session_ended":
            log.warning("session %s: %s", self._mailbox.session_id, answer.error.message)
        if self._is_closed or self._due_ms != due_ms or self._handle is not None:
            return
        # Nothing moved: a moment too early, or the commit failed.
        self._handle = asyncio.get_running_loop().call_later(_AGAIN_S, self._ring)

    def close(self) -> None:
        self._is_closed = True
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
