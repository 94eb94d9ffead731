"""Which shape of the search index a recording is in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0011"
down_revision = "library_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_indexes",
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.recording_id"],
            name=op.f("fk_recording_indexes_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording_indexes")),
    )
