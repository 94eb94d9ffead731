"""Updates of the whiteboard and the shared notes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "live_0003"
down_revision = "live_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pad_updates",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("pad", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "pad", "seq", name=op.f("pk_pad_updates")),
        sqlite_with_rowid=False,
    )
