"""Failures that only exist outside the domain: not signed in, too fast."""

from __future__ import annotations

from server.domain.errors import DomainError, NotFound


class NotSignedIn(DomainError):
    """The request needs an account (or a seat) and brought none that counts."""

    def __init__(self, message: str = "Sign in first.", code: str = "not_signed_in") -> None:
        super().__init__(code, message)


class Throttled(DomainError):
    """Too many tries; ``retry_after_s`` says when the next one is looked at."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(
            "throttled",
            "Too many attempts. Wait a little before the next one.",
            retry_after_s=round(max(retry_after_s, 1.0), 1),
        )


def not_found(what: str) -> NotFound:
    """The same answer whether it is not there or not for the asker to know of."""
    return NotFound("not_found", f"There is no such {what}.")
