"""The event log in ``live.db``: one writer a process, group commit, readers anywhere.

Everything that must stand or fall together (events, the answers to their commands, votes) is one
``Append``; appends that wait together share one transaction and one fsync, which is what bounds
a busy class. An append returns after commit, and only then is anybody told.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from sqlite3 import Error as SqliteError
from typing import TypeVar, TypeVarTuple

from sqlalchemy import Connection, Engine

from server.domain.events import Event
from server.live.ports import Append, Loaded
from server.storage.event_reading import (
    load_session,
    select_events,
    select_live_sessions,
    select_pad,
    select_untold_ends,
)
from server.storage.event_writing import store

log = logging.getLogger(__name__)

T = TypeVar("T")
A = TypeVarTuple("A")

LARGEST_GROUP = 64
CHECKPOINT_EVERY = 100
"""commits: about as many pages as SQLite would wait for"""

_Waiting = tuple[Append, "asyncio.Future[None]"]


class EventLog:
    """Used from one event loop. ``start`` before the first append; ``close`` writes what waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(is_read=True)
        # A whole transaction is one hop to a thread, not one for each of its statements.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="event-log")
        self._connection: Connection | None = None
        """the thread's; None: closed"""
        self._waiting: deque[_Waiting] = deque()
        self._idle = asyncio.Event()
        """nothing is being written"""
        self._idle.set()
        self.commits = 0
        """transactions so far; fewer than appends under load"""

    async def start(self) -> None:
        if self._connection is None:
            self._connection = await asyncio.to_thread(self._connect)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._idle.wait()
            self._thread.shutdown()
            connection.close()

    async def append(self, batch: Append) -> None:
        """Return once the batch is on disk; raise, with nothing of it stored, when it cannot be."""
        if self._connection is None:
            raise RuntimeError("the event log is closed")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, done))
        if self._idle.is_set():
            self._idle.clear()
            self._write(self._connection)
        await done

    def _write(self, connection: Connection) -> None:
        """What waits together, as one transaction."""
        size = min(len(self._waiting), LARGEST_GROUP)
        group = [self._waiting.popleft() for _ in range(size)]
        self._thread.submit(self._store, connection, group, asyncio.get_running_loop())

    def _written(
        self, connection: Connection, group: list[_Waiting], errors: list[Exception | None]
    ) -> None:
        for (_, done), error in zip(group, errors, strict=True):
            _settle(done, error)
        if self._waiting:
            self._write(connection)
        else:
            self._idle.set()

    # ---- in the thread -----------------------------------------------------------------------

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        if self._engine.dialect.name == "sqlite":
            _on_driver(connection, "PRAGMA wal_autocheckpoint = 0")
        return connection

    def _store(
        self, connection: Connection, group: list[_Waiting], loop: asyncio.AbstractEventLoop
    ) -> None:
        errors = self._commit(connection, [batch for batch, _ in group])
        # Not by way of a future of the executor's: that would be another turn of the loop.
        loop.call_soon_threadsafe(self._written, connection, group, errors)
        if self.commits % CHECKPOINT_EVERY == 0:
            # Not as a part of a commit: somebody waits for that.
            _write_back(connection, "PASSIVE")

    def _commit(self, connection: Connection, batches: list[Append]) -> list[Exception | None]:
        """What became of each."""
        try:
            with connection.begin():
                store(connection, batches)
        except Exception as error:
            if len(batches) == 1:
                return [error]
            # One bad batch must not take the others with it.
            return [self._commit(connection, [one])[0] for one in batches]
        self.commits += 1
        if any(batch.votes or batch.settled for batch in batches):
            _write_back(connection, "TRUNCATE")
        return [None] * len(batches)

    # ---- reading -----------------------------------------------------------------------------

    async def read_events(
        self, session_id: str, after: int = 0, limit: int | None = None
    ) -> list[Event]:
        return await self._read(select_events, session_id, after, limit)

    async def load(self, session_id: str) -> Loaded:
        return await self._read(load_session, session_id)

    async def load_pad(self, session_id: str, pad: str) -> list[tuple[int, bytes]]:
        """``(seq, update)`` in order."""
        return await self._read(select_pad, session_id, pad)

    async def live_session_ids(self) -> list[str]:
        """Sessions that started and did not end."""
        return await self._read(select_live_sessions)

    async def untold_ends(self) -> list[tuple[str, str | None]]:
        """``(session_id, recording_id)`` of ends nobody has been told of yet."""
        return await self._read(select_untold_ends)

    async def _read(self, select: Callable[[Connection, *A], T], *values: *A) -> T:
        def read() -> T:
            with self._reading.connect() as connection:
                return select(connection, *values)

        return await asyncio.to_thread(read)


def _on_driver(connection: Connection, statement: str) -> None:
    """Outside a transaction, as SQLite demands."""
    connection.connection.cursor().execute(statement).close()


def _write_back(connection: Connection, mode: str) -> None:
    """What is in the write-ahead log into the file; a reader at work postpones it to next time."""
    if connection.dialect.name != "sqlite":
        return
    try:
        _on_driver(connection, f"PRAGMA wal_checkpoint({mode})")
    except SqliteError:
        log.warning("the write-ahead log could not be written back", exc_info=True)


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
