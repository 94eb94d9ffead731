"""Search in breakout rooms of recordings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0010"
down_revision = "library_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_rooms",
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_de", sa.String(length=160), nullable=False),
        sa.Column("debate_id", sa.String(length=80), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.recording_id"],
            name=op.f("fk_recording_rooms_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "number", name=op.f("pk_recording_rooms")),
    )
    op.create_table(
        "recording_room_people",
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id", "number"],
            ["recording_rooms.recording_id", "recording_rooms.number"],
            name=op.f("fk_recording_room_people_recording_id_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "recording_id", "number", "participant_id", name=op.f("pk_recording_room_people")
        ),
    )
    # Spelled out rather than imported: a migration stays what it was when the tables move on.
    op.execute(
        "CREATE VIRTUAL TABLE transcript_search_rooms USING fts5("
        "recording_id UNINDEXED, number UNINDEXED, kind UNINDEXED, start_ms UNINDEXED, "
        "speaker UNINDEXED, text, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
