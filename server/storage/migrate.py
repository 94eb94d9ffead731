"""Migrations of both databases, run at every start and by ``reprise doctor``.

New revision: change the tables, then
``python -m server.storage.migrate library "what changes"`` and read what it wrote.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from server.storage.engines import sync_engine

Database = Literal["library", "live"]
DATABASES: tuple[Database, ...] = ("library", "live")
SEARCH_TABLE = "transcript_search"


def _config(database: Database, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations" / database))
    config.attributes["connection"] = connection
    return config


def is_described(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """FTS5's own tables are made by its virtual table and are not ours to compare."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_TABLE))


def _render_type(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """A migration must not change when a type of ours does: it stores a plain integer."""
    return "sa.BigInteger()" if kind == "type" and type(value).__name__ == "UtcTime" else False


def run_environment(target: MetaData) -> None:
    """Body of each ``env.py``: the connection comes from the caller."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=target,
        include_object=is_described,
        render_as_batch=True,
        render_item=_render_type,
        # SQLite runs DDL inside the transaction, so a migration is done whole or not at all.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


class NewerSchema(Exception):
    """The file was written by a newer version of the program."""


def upgrade(engine: Engine, database: Database) -> None:
    """Bring the schema to the newest revision; does nothing when it is there. Raises
    NewerSchema, with the file untouched."""
    if schema_state(engine, database) == "newer":
        raise NewerSchema(
            f"{database}.db has a schema that this version does not know. Start the newer version "
            "that wrote it, or restore an older backup."
        )
    with engine.connect() as connection:
        # A table that is made anew is dropped on the way; rows that refer to it must not go with
        # it. SQLite takes this outside of a transaction only.
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                command.upgrade(_config(database, connection), "head")
                if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise RuntimeError(f"a migration of {database}.db lost rows: {lost[:3]}")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def schema_state(engine: Engine, database: Database) -> Literal["current", "older", "newer"]:
    """What this version would say to the file's schema."""
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(_config(database, connection))
        current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return "current"
    known = {one.revision for one in scripts.walk_revisions()}
    return "older" if current is None or current in known else "newer"


def new_revision(database: Database, message: str) -> None:
    """Write the difference between all migrations so far and the tables as a new revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = sync_engine(Path(folder) / "scratch.db")
        upgrade(engine, database)
        with engine.begin() as connection:
            command.revision(_config(database, connection), message, autogenerate=True)
        engine.dispose()


if __name__ == "__main__":
    _, database_name, *words = sys.argv
    if database_name not in DATABASES:
        sys.exit(f"no database {database_name!r}; there are {', '.join(DATABASES)}")
    new_revision(database_name, " ".join(words))
