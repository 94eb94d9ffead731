"""Debate formats"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0002"
down_revision = "library_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debate_formats",
        sa.Column("format_id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.user_id"],
            name=op.f("fk_debate_formats_owner_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("format_id", name=op.f("pk_debate_formats")),
    )
    with op.batch_alter_table("debate_formats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_debate_formats_owner_id"), ["owner_id"], unique=False)
