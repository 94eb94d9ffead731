"""How often a sign-in may fail: per account and address, and per address.

A try is counted before the password is looked at, so that many at once do not all slip through;
a success gives its try back. Counts live in memory: a restart forgives, and the
argon2 work of each try bounds what that is worth.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from server.services.errors import Throttled

PER_ACCOUNT_AND_ADDRESS = parse("8 per 5 minutes")
PER_ADDRESS = parse("100 per 5 minutes")
"""A whole class may sit behind one address."""
MAX_KEYS = 20_000


class ClockedStorage(Storage):
    """Fixed windows in memory, on a clock that is passed in."""

    STORAGE_SCHEME = None

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return KeyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._now()
        count, ends_at = self._counts.get(key, (0, now + expiry))
        if ends_at <= now:
            count, ends_at = 0, now + expiry
        if len(self._counts) >= MAX_KEYS and key not in self._counts:
            self._forget(now)
        self._counts[key] = (count + amount, ends_at)
        return count + amount

    def _forget(self, now: float) -> None:
        """Drop what is over; when nothing is, the window that ends first."""
        self._counts = {k: v for k, v in self._counts.items() if v[1] > now}
        if len(self._counts) >= MAX_KEYS:
            del self._counts[min(self._counts, key=lambda k: self._counts[k][1])]

    def get(self, key: str) -> int:
        count, ends_at = self._counts.get(key, (0, 0.0))
        return count if ends_at > self._now() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, self._now()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)


class SignInThrottle:
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._limiter = FixedWindowRateLimiter(ClockedStorage(now))

    def count_try(self, account: str, address: str) -> None:
        """Raises Throttled when either limit is spent."""
        self._count(PER_ADDRESS, "sign-in", address)
        self._count(PER_ACCOUNT_AND_ADDRESS, "sign-in", account.lower(), address)

    def forgive(self, account: str, address: str) -> None:
        """The try was a success."""
        self._limiter.clear(PER_ACCOUNT_AND_ADDRESS, "sign-in", account.lower(), address)
        self._limiter.hit(PER_ADDRESS, "sign-in", address, cost=-1)

    def _count(self, limit: RateLimitItem, *key: str) -> None:
        if not self._limiter.hit(limit, *key):
            raise Throttled(self._limiter.get_window_stats(limit, *key).reset_time - self._now())
