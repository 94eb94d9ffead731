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
from server.storage.event_reading import select_votes
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


def test_OB8_seats_survive_that_links_have_a_role_now(tmp_path: Path) -> None:
    engine = sync_engine(tmp_path / "x.db")
    with engine.begin() as connection:
        command.upgrade(_config("library", connection), "library_0007")
        for table, row in (
            ("users", {"user_id": "u", "email": "u@x", "name": "U", "role": "admin",
                       "password_hash": "", "is_disabled": 0, "sign_in_epoch": 0}),
            ("sessions", {"session_id": "s", "title": "S", "description": "", "duration_min": 60,
                          "time_zone": "UTC", "lobby_is_on": 0, "record_automatically": 0,
                          "state": "live", "created_by": "u"}),
            ("join_links", {"link_id": "l", "session_id": "s", "name": "Gil", "token_hash": "h",
                            "created_by": "u"}),
            ("seats", {"participant_id": "p", "session_id": "s", "link_id": "l"}),
        ):  # fmt: skip
            names = ", ".join((*row, "created_at"))
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values}, 0)"), row)
        connection.execute(text("INSERT INTO session_members VALUES ('s', 'u', 'facilitator', 0)"))
    upgrade(engine, "library")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT participant_id FROM seats")).scalars().all() == ["p"]
        assert connection.execute(text("SELECT role FROM join_links")).scalars().all() == [
            "learner"
        ]
        assert connection.execute(text("SELECT role FROM session_members")).scalars().all() == [
            "facilitator"
        ]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
