"""Tables of ``live.db``: the event log and what must be committed with it.

Votes of anonymous polls lie apart from everything that could say whose they are: no time, no
order, no actor, no command. Both tables of votes are ``WITHOUT ROWID``, so there is no hidden
counter either, and the keys of votes are random (server/storage/event_writing.py says the rest).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
live_metadata = MetaData(naming_convention=NAMING)

events = Table(
    "events",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(96), nullable=False),
    Column("channel_seq", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor_id", String(64)),
    Column("room_id", String(64)),
    Column("type", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("cause_id", String(64)),
    UniqueConstraint("session_id", "channel", "channel_seq"),
    Index(None, "type", "session_id"),
    sqlite_with_rowid=False,
)

# What people wrote and are called: erasable while the log stays append-only.
personal_text = Table(
    "personal_text",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("field", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    ForeignKeyConstraint(["session_id", "seq"], ["events.session_id", "events.seq"]),
    sqlite_with_rowid=False,
)

command_answers = Table(
    "command_answers",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("participant_id", String(64), primary_key=True),
    Column("command_id", String(64), primary_key=True),
    Column("answer", Text, nullable=False),
    sqlite_with_rowid=False,
)

has_voted = Table(
    "has_voted",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("poll_id", String(64), primary_key=True),
    Column("participant_id", String(64), primary_key=True),
    sqlite_with_rowid=False,
)

anonymous_votes = Table(
    "anonymous_votes",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("poll_id", String(64), primary_key=True),
    Column("vote_key", String(32), primary_key=True),
    Column("answer", Text, nullable=False),
    sqlite_with_rowid=False,
)

# A cache: deleting every row changes nothing but the time a start takes.
session_snapshots = Table(
    "session_snapshots",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Until when a session on record is known to have been served; a gap starts here.
heartbeats = Table(
    "heartbeats",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Updates of the whiteboard and the shared notes (docs/formats.md); now and then one row takes the
# place of all before it.
pad_updates = Table(
    "pad_updates",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("pad", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Ends that those who wait for them (the pipeline) have not yet been told of. Written in the
# transaction of the end itself, deleted when they have answered: told at least once.
session_ends = Table(
    "session_ends",
    live_metadata,
    Column("session_id", String(64), primary_key=True),
    Column("recording_id", String(64)),
    sqlite_with_rowid=False,
)
