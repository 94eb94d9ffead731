"""Anonymous answers of every kind of poll"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "live_0002"
down_revision = "live_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Deleted cells are overwritten: no older order of the rows may stay on the disk.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete = ON")
    op.rename_table("anonymous_votes", "anonymous_votes_old")
    op.create_table(
        "anonymous_votes",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("vote_key", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "session_id", "poll_id", "vote_key", name=op.f("pk_anonymous_votes")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO anonymous_votes (session_id, poll_id, vote_key, answer) "
        "SELECT session_id, poll_id, vote_key, CAST(option AS TEXT) FROM anonymous_votes_old"
    )
    op.drop_table("anonymous_votes_old")
