"""Event log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "live_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anonymous_votes",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("vote_key", sa.String(length=32), nullable=False),
        sa.Column("option", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "session_id", "poll_id", "vote_key", name=op.f("pk_anonymous_votes")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "command_answers",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "session_id", "participant_id", "command_id", name=op.f("pk_command_answers")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=96), nullable=False),
        sa.Column("channel_seq", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=True),
        sa.Column("room_id", sa.String(length=64), nullable=True),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_events")),
        sa.UniqueConstraint(
            "session_id",
            "channel",
            "channel_seq",
            name=op.f("uq_events_session_id_channel_channel_seq"),
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_type_session_id"), ["type", "session_id"], unique=False
        )

    op.create_table(
        "has_voted",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint(
            "session_id", "poll_id", "participant_id", name=op.f("pk_has_voted")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heartbeats",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_heartbeats")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session_ends",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_ends")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session_snapshots",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_snapshots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "personal_text",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "seq"],
            ["events.session_id", "events.seq"],
            name=op.f("fk_personal_text_session_id_seq"),
        ),
        sa.PrimaryKeyConstraint("session_id", "seq", "field", name=op.f("pk_personal_text")),
        sqlite_with_rowid=False,
    )
