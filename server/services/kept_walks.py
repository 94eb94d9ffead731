"""Walks of sessions' logs that go on where they stood, so that a page which asks every few seconds
reads only what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from server.domain.events import Event
from server.domain.state import SessionState
from server.services.ports import LiveSessions
from server.services.recent import Recent

KEPT = 16


class Walk(Protocol):
    """A fold of one session's log."""

    state: SessionState

    def step(self, event: Event) -> None: ...


W = TypeVar("W", bound=Walk)


@dataclass(slots=True)
class _Kept(Generic[W]):
    walk: W
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeptWalks(Generic[W]):
    def __init__(self, live: LiveSessions, make: Callable[[str], W]) -> None:
        """``make(session_id)``: a walk before its first event."""
        self._live = live
        self._make = make
        self._walks: Recent[_Kept[W]] = Recent(KEPT)

    async def folded(self, session_id: str) -> W:
        """At the end of the log as it is now; who takes from it does so before waiting again."""
        kept = self._walks.get(session_id)
        if kept is None:
            kept = self._walks.put(session_id, _Kept(self._make(session_id)))
        async with kept.lock:
            for event in await self._live.log_after(session_id, kept.walk.state.seq):
                kept.walk.step(event)
        return kept.walk
