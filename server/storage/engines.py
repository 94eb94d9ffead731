"""Engines on SQLite: WAL, foreign keys on, a busy timeout, writers that never deadlock."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT_MS = 5000
Durability = Literal["NORMAL", "FULL"]


def _configure(engine: Engine, durability: Durability) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: it does so as DEFERRED, and a reader
        # that turns writer then fails at once instead of waiting for its turn.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA synchronous = {durability}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        is_read = connection.get_execution_options().get("is_read", False)
        connection.exec_driver_sql("BEGIN" if is_read else "BEGIN IMMEDIATE")


def async_engine(path: Path, durability: Durability = "NORMAL") -> AsyncEngine:
    """``durability`` FULL survives a power cut after commit (the event log); NORMAL survives a
    killed process (the rest)."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=5, max_overflow=5)
    _configure(engine.sync_engine, durability)
    return engine


def sync_engine(path: Path, durability: Durability = "NORMAL") -> Engine:
    """For the worker's steps, which run in threads, and for migrations."""
    engine = create_engine(f"sqlite:///{path}")
    _configure(engine, durability)
    return engine
