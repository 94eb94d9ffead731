"""What every part of the live wire shares."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Role = Literal["admin", "facilitator", "learner"]
"""What an account may do on the whole server."""
SessionRole = Literal["facilitator", "learner", "observer"]
"""What a participant may do inside one session. Read from the database on every command."""
GuestRole = Literal["learner", "observer"]
"""What somebody with a join link may be."""
StreamUse = Literal["camera", "screen", "watch"]
"""What a program does by its token: publishes as a camera or as a screen, or watches."""
SessionState = Literal["scheduled", "live", "ended"]
TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
RoomId = Annotated[str, Meta(min_length=1, max_length=64)]


class Command(Struct, forbid_unknown_fields=True, tag_field="type", rename=None):
    """Base of everything a participant may ask for. ``command_id`` travels in the envelope."""


class ErrorBody(Struct):
    """The one error shape, over HTTP and the socket alike."""

    code: str
    message: str
    field: str | None = None
    retry_after_s: float | None = None
