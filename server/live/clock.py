"""The machine's clocks, and a session's clock on top of them."""

from __future__ import annotations

import time

from server.domain.timeline import EpochClock, resume_ms
from server.live.ports import Clock


class SystemClock:
    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def utc_ms(self) -> int:
        return time.time_ns() // 1_000_000


class SessionClock:
    """Session time in this process (docs/rules.md, TL1 and TL2)."""

    def __init__(self, clock: Clock, first_utc_ms: int | None, last_at_ms: int) -> None:
        self.utc_ms_at_start = clock.utc_ms()
        self._clock = clock
        self._epoch = EpochClock(
            resume_ms(first_utc_ms, last_at_ms, self.utc_ms_at_start), clock.monotonic_ns()
        )

    def now_ms(self) -> int:
        return self._epoch.at(self._clock.monotonic_ns())
