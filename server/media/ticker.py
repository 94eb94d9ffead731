"""One timer for everything that is due now and then.

A tick is 20 ms. Jobs say every how many ticks they are due; a plane whose packets are handled
elsewhere takes several ticks at once, since waking up costs more than most of what there is to do.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

log = logging.getLogger(__name__)

TICK_S: Final = 0.02

T = TypeVar("T")

Job = tuple[int, Callable[[int], None]]
"""every so many ticks, what is called with the monotonic time in ns"""


class InTurn:
    """A large class a part at a time: each thing once in ``turns`` calls, so that nobody waits
    until all two hundred have been looked at."""

    def __init__(self, turns: int) -> None:
        self._turns = turns
        self._turn = 0

    def of(self, things: Mapping[str, T]) -> Iterator[T]:
        """Whose turn it is. It goes by the key, and stays the same whoever comes and goes; a key
        that is always the same text keeps its hash."""
        self._turn = (self._turn + 1) % self._turns
        for key, thing in list(things.items()):
            if hash(key) % self._turns == self._turn:
                yield thing


class Ticker:
    """``step``: ticks taken at once. A job that fails costs the others nothing."""

    def __init__(self, step: int, jobs: Sequence[Job]) -> None:
        self._step = step
        self._jobs = tuple(jobs)
        self._ticks = 0
        self._task: asyncio.Task[None] | None = None
        self.lag_ms = 0.0
        """how late the last tick came: the event loop's lag"""

    def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name="media-plane-tick")

    async def stop(self) -> None:
        """Safe to call twice, and before ``begin``."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def tick(self, now_ns: int) -> None:
        self._ticks += self._step
        for every, job in self._jobs:
            if self._ticks % every < self._step:
                try:
                    job(now_ns)
                except Exception:
                    log.exception("a tick of the media plane failed")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            # What could not be done in time is not done twice.
            due = max(due + self._step * TICK_S, now)
            await asyncio.sleep(due - now)
            self.lag_ms = max(0.0, (loop.time() - due) * 1000)
            self.tick(time.monotonic_ns())
