"""Tokens of streams"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0009"
down_revision = "library_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("join_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stream", sa.String(length=16), nullable=True))
        batch_op.add_column(
            sa.Column("may_be_recorded", sa.Boolean(), server_default="0", nullable=False)
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_join_links_stream"), "stream IN ('camera', 'screen', 'watch')"
        )
