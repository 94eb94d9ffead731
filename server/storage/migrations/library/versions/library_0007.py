"""Sites whose pages may be shown in class"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "library_0007"
down_revision = "library_0006"
branch_labels = None
depends_on = None

FIRST = (
    "https://phet.colorado.edu",
    "https://player.vimeo.com",
    "https://scratch.mit.edu",
    "https://www.desmos.com",
    "https://www.geogebra.org",
    "https://www.openstreetmap.org",
    "https://www.youtube-nocookie.com",
)
"""Simulations, mathematics, maps and films that let themselves be framed."""


def upgrade() -> None:
    table = op.create_table(
        "web_origins",
        sa.Column("origin", sa.String(length=260), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_web_origins")),
    )
    now = round(time.time() * 1000)
    op.bulk_insert(table, [{"origin": origin, "created_at": now} for origin in FIRST])
