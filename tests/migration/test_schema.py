"""A schema built by migrations is the schema of the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text

from server.storage.engines import sync_engine
from server.storage.live_tables import live_metadata
from server.storage.migrate import Database, is_described, revisions, upgrade
from server.storage.tables import metadata

TABLES: dict[Database, MetaData] = {"library": metadata, "live": live_metadata}
databases = pytest.mark.parametrize("database", ["library", "live"])


def shape(engine: Engine) -> dict[str, list[str]]:
    """Every table and index as the parts of its DDL, in an order of no meaning."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        ).all()
    return {
        row.name: sorted(re.split(r",?\s*\n\s*", row.sql.replace('"', "")))
        for row in rows
        if row.name != "alembic_version"
    }


@databases
def test_built_fresh_equals_built_by_migrations(tmp_path: Path, database: Database) -> None:
    fresh = sync_engine(tmp_path / "fresh.db")
    TABLES[database].create_all(fresh)
    migrated = sync_engine(tmp_path / "migrated.db")
    upgrade(migrated, database)
    assert shape(migrated) == shape(fresh)
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_described, "compare_type": True}
        )
        assert compare_metadata(context, TABLES[database]) == []
    fresh.dispose()
    migrated.dispose()


@databases
def test_migrating_twice_changes_nothing(tmp_path: Path, database: Database) -> None:
    engine = sync_engine(tmp_path / "x.db")
    upgrade(engine, database)
    before = shape(engine)
    upgrade(engine, database)
    assert shape(engine) == before
    current, newest = revisions(engine, database)
    assert current == newest
    engine.dispose()
