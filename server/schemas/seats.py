"""Seats of one person or one program: the links and tokens that lead to them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.schemas.http_base import Name, Request
from server.schemas.live_base import GuestRole, SessionState, StreamUse


class CreateJoinLink(Request):
    name: Name
    role: GuestRole = "learner"


class JoinLink(Struct):
    """One seat for one person. The secret is shown once, when it is made."""

    link_id: str
    name: str
    created_at: datetime
    is_revoked: bool
    is_used: bool
    link: str | None = None
    role: GuestRole = "learner"


class CreateStreamToken(Request):
    name: Name
    use: StreamUse
    may_be_recorded: bool = False
    """The facilitator answers for who is in it; ``watch`` is never on record."""


class StreamToken(Struct):
    """One seat for one program. The secret is shown once, when it is made."""

    token_id: str
    name: str
    use: StreamUse
    may_be_recorded: bool
    created_at: datetime
    is_revoked: bool
    is_used: bool
    path: str
    """of WHIP or WHEP, below the server's address"""
    token: str | None = None


class JoinInfo(Struct):
    """``GET /join/{token}``: what the person behind a link sees before joining."""

    session_id: str
    title: str
    state: SessionState
    name: str
    starts_at: datetime | None
    time_zone: str
    record_automatically: bool
    role: GuestRole = "learner"


class TakeSeat(Request):
    name: Name
