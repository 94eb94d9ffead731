"""A schema built by migrations is the schema of the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text

from server.storage.engines import sync_engine
from server.storage.event_log import select_votes
from server.storage.live_tables import live_metadata
from server.storage.migrate import (
    Database,
    NewerSchema,
    _config,  # pyright: ignore[reportPrivateUsage]
    is_described,
    schema_state,
    upgrade,
)
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
    assert schema_state(engine, database) == "current"
    engine.dispose()


@databases
def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path, database: Database) -> None:
    engine = sync_engine(tmp_path / "x.db")
    upgrade(engine, database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    before = shape(engine)
    with pytest.raises(NewerSchema, match="newer version"):
        upgrade(engine, database)
    assert shape(engine) == before
    engine.dispose()


def test_PO7_anonymous_votes_of_single_choices_are_kept_as_answers(tmp_path: Path) -> None:
    engine = sync_engine(tmp_path / "x.db")
    with engine.begin() as connection:
        command.upgrade(_config("live", connection), "live_0001")
        connection.execute(
            text("INSERT INTO anonymous_votes VALUES ('s', 'p', 'k1', 0), ('s', 'p', 'k2', 3)")
        )
    upgrade(engine, "live")
    with engine.connect() as connection:
        assert select_votes(connection, "s") == {"p": ("0", "3")}
        rows = connection.execute(text("SELECT vote_key, answer FROM anonymous_votes")).all()
        assert sorted(tuple(row) for row in rows) == [("k1", "0"), ("k2", "3")]
    engine.dispose()
