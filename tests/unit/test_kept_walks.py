"""A walk of the log goes on where it stood, alone, and the oldest ones go."""

from __future__ import annotations

import asyncio
from typing import Any

from server.domain.events import Event
from server.domain.session_events import EpochStarted
from server.domain.state import SessionState
from server.services.kept_walks import KEPT, KeptWalks
from server.services.recent import Recent


class Counting:
    def __init__(self, session_id: str) -> None:
        self.state = SessionState(session_id)
        self.seen: list[int] = []

    def step(self, event: Event) -> None:
        self.seen.append(event.seq)
        self.state = SessionState(self.state.session_id, seq=event.seq)


class Log:
    def __init__(self) -> None:
        self.length = 2
        self.asked: list[tuple[str, int]] = []

    async def log_after(self, session_id: str, after: int) -> list[Event]:
        self.asked.append((session_id, after))
        await asyncio.sleep(0)
        return [
            Event(session_id, seq, "session", seq, 0, None, None, EpochStarted(1, 0))
            for seq in range(after + 1, self.length + 1)
        ]


def walks_of(log: Any) -> KeptWalks[Counting]:
    return KeptWalks(log, Counting)


async def test_only_what_is_new_is_read() -> None:
    log = Log()
    walks = walks_of(log)
    assert (await walks.folded("a")).seen == [1, 2]
    log.length = 3
    assert (await walks.folded("a")).seen == [1, 2, 3]
    assert log.asked == [("a", 0), ("a", 2)]


async def test_two_who_ask_at_once_step_no_event_twice() -> None:
    walks = walks_of(Log())
    one, other = await asyncio.gather(walks.folded("a"), walks.folded("a"))
    assert one is other
    assert one.seen == [1, 2]


async def test_what_was_asked_for_longest_ago_goes() -> None:
    walks = walks_of(Log())
    first = await walks.folded("first")
    await walks.folded("second")
    for number in range(KEPT - 2):
        await walks.folded(str(number))
    assert await walks.folded("first") is first
    await walks.folded("one more")
    assert await walks.folded("first") is first
    assert len((await walks.folded("second")).seen) == 2


def test_recent_ones_are_kept() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
