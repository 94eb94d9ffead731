"""What can be wrong with a command, each with a code that never changes once published."""

from __future__ import annotations


class DomainError(Exception):
    """Raised by ``decide`` and by services; nothing has changed when it is."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.retry_after_s = retry_after_s


class NotAllowed(DomainError):
    """The asker may not do this (now)."""


class NotFound(DomainError):
    """What the command names is not there (or may not be known to the asker)."""


class Conflict(DomainError):
    """Allowed in principle, but not in the present state."""


class Invalid(DomainError):
    """The command itself is wrong; ``field`` says where."""
