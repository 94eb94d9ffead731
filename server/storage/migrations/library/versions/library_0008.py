"""Observers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0008"
down_revision = "library_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session_members", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_session_members_role"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_session_members_role"), "role IN ('facilitator', 'learner', 'observer')"
        )
    with op.batch_alter_table("join_links", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("role", sa.String(length=16), server_default="learner", nullable=False)
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_join_links_role"), "role IN ('learner', 'observer')"
        )
