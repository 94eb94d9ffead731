"""Accounts over HTTP: signing in, invitations, and who the caller is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.schemas.http_base import Email, Name, Request
from server.schemas.live_base import Role

Password = Annotated[str, Meta(min_length=10, max_length=256)]
Token = Annotated[str, Meta(min_length=16, max_length=128)]


class User(Struct):
    user_id: str
    name: str
    email: str
    role: Role
    is_disabled: bool
    created_at: datetime
    last_seen_at: datetime | None = None


class Me(Struct):
    """``GET /me``. Signed out and no guest seat: both None. Before the first admin exists,
    ``needs_setup`` is true."""

    user: User | None
    guest_session_ids: list[str]
    needs_setup: bool
    version: str


class SignIn(Request):
    email: Email
    password: Annotated[str, Meta(max_length=256)]


class Setup(Request):
    token: Token
    name: Name
    email: Email
    password: Password


class CreateInvitation(Request):
    email: Email
    name: Name
    role: Role


class Invitation(Struct):
    invitation_id: str
    email: str
    name: str
    role: Role
    expires_at: datetime
    link: str | None = None
    """only in the answer that made it; single use"""


class AcceptInvitation(Request):
    name: Name
    password: Password


class PasswordReset(Struct):
    link: str
    expires_at: datetime


class SetPassword(Request):
    password: Password


class EditUser(Request):
    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_disabled: bool | UnsetType = UNSET
