"""Alembic environment of ``library.db``."""

from server.storage.migrate import run_environment
from server.storage.tables import metadata

run_environment(metadata)
