"""Alembic environment of ``live.db``."""

from server.storage.live_tables import live_metadata
from server.storage.migrate import run_environment

run_environment(live_metadata)
