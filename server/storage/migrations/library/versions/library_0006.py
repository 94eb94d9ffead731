"""Private bookmarks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0006"
down_revision = "library_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("bookmark_id", sa.String(length=32), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("viewer", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.recording_id"],
            name=op.f("fk_bookmarks_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("bookmark_id", name=op.f("pk_bookmarks")),
    )
    with op.batch_alter_table("bookmarks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bookmarks_recording_id_viewer"),
            ["recording_id", "viewer"],
            unique=False,
        )
