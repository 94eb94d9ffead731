"""Tables of ``library.db``: accounts, courses, sessions, recordings and what belongs to them.

The event log is elsewhere (``live.db``, server/storage/live_tables.py). Times are UTC; secrets
(passwords, link tokens) are stored as hashes only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC ``datetime`` stored as whole milliseconds since 1970: sorts and compares as
    a number on every engine, and SQLite has no type that keeps a zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return round(value.timestamp() * 1000)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


metadata = MetaData(naming_convention=NAMING)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=column)


# ---- identity --------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("is_disabled", Boolean, nullable=False, default=False),
    # Raised by "sign out everywhere", a reset and disabling: older sign-ins stop counting.
    Column("sign_in_epoch", Integer, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime),
    _one_of("role", "admin", "facilitator", "learner"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("sign_in_id", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Index(None, "user_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("invitation_id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("email", String(254), nullable=False),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("invited_by", ForeignKey("users.user_id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
    _one_of("role", "admin", "facilitator", "learner"),
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("reset_id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Index(None, "user_id"),
)

setup_tokens = Table(
    "setup_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

# ---- courses and sessions --------------------------------------------------------------------

courses = Table(
    "courses",
    metadata,
    Column("course_id", String(32), primary_key=True),
    Column("title", String(160), nullable=False),
    Column("created_by", ForeignKey("users.user_id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "created_by"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("title", String(160), nullable=False),
    Column("description", Text, nullable=False, default=""),
    Column("course_id", ForeignKey("courses.course_id", ondelete="SET NULL")),
    Column("starts_at", UtcTime),
    Column("duration_min", Integer, nullable=False, default=60),
    Column("time_zone", String(64), nullable=False, default="UTC"),
    Column("lobby_is_on", Boolean, nullable=False, default=True),
    Column("record_automatically", Boolean, nullable=False, default=True),
    # A copy of what the event log says, for lists; the log is the truth.
    Column("state", String(16), nullable=False, default="scheduled"),
    Column("created_by", ForeignKey("users.user_id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("deleted_at", UtcTime),
    _one_of("state", "scheduled", "live", "ended"),
    Index(None, "course_id"),
    Index(None, "state", "starts_at"),
)

session_members = Table(
    "session_members",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    _one_of("role", "facilitator", "learner", "observer"),
    Index(None, "user_id"),
)

# One link is one guest's seat in one session; ``link_id`` names both.
join_links = Table(
    "join_links",
    metadata,
    Column("link_id", String(32), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_by", ForeignKey("users.user_id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("role", String(16), nullable=False, server_default="learner"),
    # A program's token rather than a person's link; opens no page.
    Column("stream", String(16)),
    Column("may_be_recorded", Boolean, nullable=False, server_default="0"),
    _one_of("role", "learner", "observer"),
    _one_of("stream", "camera", "screen", "watch"),
    Index(None, "session_id"),
)

# Who sits behind a participant id: minted at the first join, the same at every return.
seats = Table(
    "seats",
    metadata,
    Column("participant_id", String(32), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE")),
    Column("link_id", ForeignKey("join_links.link_id", ondelete="CASCADE")),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("session_id", "user_id"),
    UniqueConstraint("session_id", "link_id"),
    CheckConstraint("(user_id IS NULL) <> (link_id IS NULL)", name="one_owner"),
)

# Files of the chat: what lies under ``files/<session>/<file>``. Who may have one, its message in
# the log says; this says whose it is and what is to be cleared away.
chat_files = Table(
    "chat_files",
    metadata,
    Column("file_id", String(32), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id", ondelete="CASCADE"), nullable=False),
    Column("participant_id", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("octets", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Index(None, "session_id", "participant_id"),
)

# Sites whose pages may be shown in class; begun with a few by the migration that made it.
web_origins = Table(
    "web_origins",
    metadata,
    Column("origin", String(260), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
)

# ---- recordings ------------------------------------------------------------------------------

recordings = Table(
    "recordings",
    metadata,
    Column("recording_id", String(64), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id"), nullable=False, unique=True),
    Column("title", String(160), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, default=1),
    # Pointer to ``recordings/<id>/v<version>``; swapped in one statement, None before the first.
    Column("version", Integer),
    Column("visibility", String(16), nullable=False, default="participants"),
    Column("recorded_at", UtcTime, nullable=False),
    Column("duration_ms", BigInteger),
    Column("participant_count", Integer, nullable=False, default=0),
    Column("chapter_count", Integer, nullable=False, default=0),
    # Path inside the version folder.
    Column("thumbnail", String(200)),
    Column("failure", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("provisional_at", UtcTime),
    Column("published_at", UtcTime),
    Column("deleted_at", UtcTime),
    # Job lease: which worker has it and until when.
    Column("lease_owner", String(64)),
    Column("lease_until", UtcTime),
    _one_of("stage", "live", "processing", "provisional", "published", "failed"),
    _one_of("visibility", "participants"),
    Index(None, "stage"),
    Index(None, "recorded_at"),
)

# Who took part and may therefore watch.
recording_people = Table(
    "recording_people",
    metadata,
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("participant_id", String(32), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("user_id", ForeignKey("users.user_id", ondelete="SET NULL")),
    Column("link_id", ForeignKey("join_links.link_id", ondelete="SET NULL")),
    Index(None, "user_id"),
    Index(None, "link_id"),
)

job_steps = Table(
    "job_steps",
    metadata,
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("attempt", Integer, primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("progress", Float, nullable=False, default=0.0),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("cpu_s", Float),
    Column("detail", Text),
    Column("error", Text),
    _one_of("state", "waiting", "running", "done", "failed", "skipped"),
)

# What the pipeline proposed, as people have since judged and edited it.
items = Table(
    "items",
    metadata,
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("item_id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False, default="draft"),
    Column("is_edited", Boolean, nullable=False, default=False),
    Column("stem", Text, nullable=False),
    Column("options", JSON, nullable=False),  # [{option_id, text, is_key, feedback}]
    Column("evidence", Text, nullable=False),
    Column("evidence_start_ms", BigInteger, nullable=False),
    Column("evidence_end_ms", BigInteger, nullable=False),
    Column("chapter_id", String(64)),
    Column("origin", String(16), nullable=False),
    Column("edited_by", ForeignKey("users.user_id", ondelete="SET NULL")),
    Column("edited_at", UtcTime),
    _one_of("state", "draft", "accepted", "dropped"),
)

responses = Table(
    "responses",
    metadata,
    Column("response_id", String(32), primary_key=True),
    Column("recording_id", String(64), nullable=False),
    Column("item_id", String(64), nullable=False),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE")),
    Column("link_id", ForeignKey("join_links.link_id", ondelete="CASCADE")),
    Column("attempt", Integer, nullable=False),
    Column("option_id", String(64), nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("responded_at", UtcTime, nullable=False),
    ForeignKeyConstraint(
        ["recording_id", "item_id"], ["items.recording_id", "items.item_id"], ondelete="CASCADE"
    ),
    CheckConstraint("(user_id IS NULL) <> (link_id IS NULL)", name="one_owner"),
    Index(None, "recording_id", "item_id"),
    Index(None, "user_id"),
)

watch_progress = Table(
    "watch_progress",
    metadata,
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("viewer", String(40), primary_key=True),  # user:<id> or link:<id>
    Column("position_ms", BigInteger, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

# What people keep of a recording for themselves.
bookmarks = Table(
    "bookmarks",
    metadata,
    Column("bookmark_id", String(32), primary_key=True),
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("viewer", String(40), nullable=False),  # user:<id> or link:<id>
    Column("at_ms", BigInteger, nullable=False),
    Column("note", String(500), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "recording_id", "viewer"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("notification_id", String(32), primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("recording_id", ForeignKey("recordings.recording_id", ondelete="CASCADE")),
    Column("attempt", Integer, nullable=False, default=1),
    Column("title", String(200), nullable=False),
    Column("path", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("read_at", UtcTime),
    # A step that runs again after a crash tells nobody twice.
    UniqueConstraint("user_id", "kind", "recording_id", "attempt"),
    Index(None, "user_id", "created_at"),
)

# ---- debate formats --------------------------------------------------------------------------

debate_formats = Table(
    "debate_formats",
    metadata,
    Column("format_id", String(32), primary_key=True),
    Column("owner_id", ForeignKey("users.user_id", ondelete="SET NULL")),
    # The whole format; what is listed of it is read from there.
    Column("data", JSON, nullable=False),
    # Raised by every change, so that two people who edit at once do not undo each other.
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("deleted_at", UtcTime),
    Index(None, "owner_id"),
)

# ---- slides ----------------------------------------------------------------------------------

# Whose files lie under ``slides/``; what a deck is to its class, the event log says.
decks = Table(
    "decks",
    metadata,
    Column("deck_id", String(32), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("octets", BigInteger, nullable=False),
    Column("uploaded_by", ForeignKey("users.user_id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    # Looked at after its session was long over, and kept.
    Column("is_settled", Boolean, nullable=False, default=False),
    Index(None, "session_id"),
    Index(None, "uploaded_by"),
)

# ---- prep material ---------------------------------------------------------------------------

# Whose files lie under ``materials/``.
materials = Table(
    "materials",
    metadata,
    Column("material_id", String(32), primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("title", String(120), nullable=False),
    Column("url", String(2000)),
    Column("file_name", String(120)),
    Column("media_type", String(100)),
    Column("octets", BigInteger),
    Column("created_at", UtcTime, nullable=False),
    _one_of("kind", "link", "file"),
    Index(None, "session_id"),
)

material_marks = Table(
    "material_marks",
    metadata,
    Column(
        "material_id",
        ForeignKey("materials.material_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("viewer", String(40), primary_key=True),  # user:<id> or link:<id>
    Column("seen_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
)

# ---- rooms of recordings, for search ---------------------------------------------------------

recording_rooms = Table(
    "recording_rooms",
    metadata,
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("name", String(160), nullable=False),
    Column("name_de", String(160), nullable=False),
    Column("debate_id", String(80)),  # of a side by itself
    Column("is_open", Boolean, nullable=False),  # a side whose notes are open
)

# Who was in it and so may enter it again.
recording_room_people = Table(
    "recording_room_people",
    metadata,
    Column("recording_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("participant_id", String(32), primary_key=True),
    ForeignKeyConstraint(
        ["recording_id", "number"],
        ["recording_rooms.recording_id", "recording_rooms.number"],
        ondelete="CASCADE",
    ),
)

# Which shape of the room index a recording is in; those without are of a version that had none.
recording_indexes = Table(
    "recording_indexes",
    metadata,
    Column(
        "recording_id",
        ForeignKey("recordings.recording_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("format", Integer, nullable=False),
)

# ---- search ----------------------------------------------------------------------------------

SEARCH_DDL = (
    "CREATE VIRTUAL TABLE transcript_search USING fts5("
    "recording_id UNINDEXED, kind UNINDEXED, start_ms UNINDEXED, speaker UNINDEXED, text, "
    "tokenize = 'porter unicode61 remove_diacritics 2')"
)
"""One row a spoken segment (kind ``segment``), chapter title (kind ``chapter``) or what stood on a
page of slides or the whiteboard (kind ``shown``)."""
ROOM_SEARCH_DDL = (
    "CREATE VIRTUAL TABLE transcript_search_rooms USING fts5("
    "recording_id UNINDEXED, number UNINDEXED, kind UNINDEXED, start_ms UNINDEXED, "
    "speaker UNINDEXED, text, tokenize = 'porter unicode61 remove_diacritics 2')"
)
"""The same of rooms, apart: not everybody who may watch may enter them. Times are the room's."""


@event.listens_for(metadata, "after_create")
def _create_search(_target: MetaData, connection: Any, **_kw: Any) -> None:
    """FTS5 is SQLite's own; a virtual table cannot be described as a ``Table``."""
    connection.execute(text(SEARCH_DDL))
    connection.execute(text(ROOM_SEARCH_DDL))
