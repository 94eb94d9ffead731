"""Limits on how fast one seat may ask: a token bucket a kind of command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.errors import Conflict


class TooFast(Conflict):
    """Asked too often; ``retry_after_s`` says when to try again."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(
            "too_fast",
            "That was too fast; try again in a moment.",
            retry_after_s=round(retry_after_s, 3),
        )


@dataclass(frozen=True, slots=True)
class Limit:
    burst: int
    per_s: float


DEFAULT = Limit(30, 10.0)
LIMITS: Mapping[str, Limit] = {
    "send_chat": Limit(8, 1.0),
    "raise_hand": Limit(6, 0.5),
    "lower_hand": Limit(30, 10.0),
    "vote": Limit(10, 2.0),
    "create_poll": Limit(20, 1.0),
    "mark_moment": Limit(10, 1.0),
    "give_consent": Limit(6, 0.5),
    "media_offer": Limit(6, 0.2),
    "media_view": Limit(10, 5.0),
    "snapshot": Limit(6, 0.5),
    "connect": Limit(20, 1.0),
}


class Buckets:
    """Of one seat. Time is the monotonic clock, passed in."""

    def __init__(self, limits: Mapping[str, Limit] = LIMITS) -> None:
        self._limits = limits
        self._levels: dict[str, tuple[float, int]] = {}

    def wait_s(self, kind: str, now_ns: int) -> float:
        """Take a token and return 0, or return how long until there is one."""
        limit = self._limits.get(kind, DEFAULT)
        level, then_ns = self._levels.get(kind, (float(limit.burst), now_ns))
        level = min(limit.burst, level + (now_ns - then_ns) / 1e9 * limit.per_s)
        if level >= 1:
            self._levels[kind] = (level - 1, now_ns)
            return 0.0
        self._levels[kind] = (level, now_ns)
        return (1 - level) / limit.per_s

    def take(self, kind: str, now_ns: int) -> None:
        """Raise TooFast when there is no token."""
        if wait_s := self.wait_s(kind, now_ns):
            raise TooFast(wait_s)
