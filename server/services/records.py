"""The records that use cases and the storage hand each other, and whom a query is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from server.schemas.live_base import GuestRole, Role, SessionRole, SessionState, StreamUse
from server.schemas.recordings import RecordingSummary


@dataclass(frozen=True, slots=True)
class UserRecord:
    user_id: str
    email: str
    name: str
    role: Role
    password_hash: str
    is_disabled: bool
    sign_in_epoch: int
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    invitation_id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CourseRecord:
    course_id: str
    title: str
    created_by: str
    session_count: int


@dataclass(frozen=True, slots=True)
class SessionRecord:
    session_id: str
    title: str
    description: str
    course_id: str | None
    course_title: str | None
    starts_at: datetime | None
    duration_min: int
    time_zone: str
    lobby_is_on: bool
    record_automatically: bool
    state: SessionState
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    recording_id: str | None
    facilitator_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRecord:
    user_id: str
    name: str
    email: str
    role: SessionRole


@dataclass(frozen=True, slots=True)
class LinkRecord:
    link_id: str
    session_id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    role: GuestRole = "learner"
    stream: StreamUse | None = None
    """what a program does by it; None: a person's link"""
    may_be_recorded: bool = False
    """of a stream: the facilitator's word for whoever is in it"""


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """Who sits behind a participant id."""

    participant_id: str
    session_id: str
    user_id: str | None
    link_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """What stands behind a seat now: a link, or an account and what it may do there."""

    session_id: str
    link_id: str | None
    link_name: str | None
    link_role: GuestRole | None
    is_link_revoked: bool
    user: UserRecord | None
    membership: SessionRole | None
    is_signed_in: bool
    """the sign-in that was asked about is valid and this account's"""


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """``summary.can_edit`` and ``summary.thumbnail`` are for the caller to fill in."""

    summary: RecordingSummary
    version: int | None
    attempt: int
    failure: str | None


@dataclass(frozen=True, slots=True)
class FormatRecord:
    """A debate format somebody made."""

    format_id: str
    owner_id: str | None
    owner_name: str | None
    data: Mapping[str, Any]
    version: int
    updated_at: datetime
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class DeckRecord:
    """Slides that lie in the blobs."""

    deck_id: str
    session_id: str
    name: str
    page_count: int
    octets: int
    uploaded_by: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChatFileRecord:
    """A file somebody uploaded for the chat of a session."""

    file_id: str
    session_id: str
    participant_id: str
    name: str
    media_type: str
    octets: int
    created_at: datetime
    sent_at: datetime | None
    """None: no message has it yet"""


@dataclass(frozen=True, slots=True)
class MaterialRecord:
    """A link (``url``) or a file (the rest) to look at before class."""

    material_id: str
    session_id: str
    kind: Literal["link", "file"]
    title: str
    url: str | None
    file_name: str | None
    media_type: str | None
    octets: int | None


@dataclass(frozen=True, slots=True)
class MarkRecord:
    """``viewer``: ``user:<id>`` or ``link:<id>``."""

    material_id: str
    viewer: str
    seen_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    notification_id: str
    kind: Literal["recording_provisional", "recording_ready", "recording_failed"]
    title: str
    path: str
    created_at: datetime
    is_read: bool


@dataclass(frozen=True, slots=True)
class BookmarkRecord:
    bookmark_id: str
    at_ms: int
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose recordings a query is about: one account, or the seats of a guest.

    An admin sees all."""

    user_id: str | None
    link_ids: tuple[str, ...] = ()
    is_admin: bool = False
    may_facilitate: bool = False
    """the account's role allows it; of which sessions, their members say"""


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    viewer: Viewer
    words: tuple[str, ...] = ()
    is_deleted: bool = False
    offset: int = 0
    limit: int = 50
