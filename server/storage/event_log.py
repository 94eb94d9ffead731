"""The event log in ``live.db``: one writer a process, group commit, readers anywhere.

Everything that must stand or fall together (events, the answers to their commands, votes) is one
``Append``; appends that wait together share one transaction and one fsync, which is what bounds
a busy class. An append returns after commit, and only then is anybody told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from sqlite3 import OperationalError
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
QUEUE_SIZE = 1000
"""Appends that may wait; further ones wait for room before they are accepted."""


class EventLog:
    """Used from one event loop. ``start`` before the first append; ``close`` writes what waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(is_read=True)
        # A whole transaction is one hop to a thread, not one for each of its statements.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="event-log")
        self._queue: asyncio.Queue[tuple[Append, asyncio.Future[None]]] = asyncio.Queue(QUEUE_SIZE)
        self._writer: asyncio.Task[None] | None = None
        self.commits = 0
        """transactions so far; fewer than appends under load"""

    async def start(self) -> None:
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="event-log-writer")

    async def close(self) -> None:
        if self._writer is None:
            return
        await self._queue.join()
        writer, self._writer = self._writer, None
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
        self._thread.shutdown()

    async def append(self, batch: Append) -> None:
        """Return once the batch is on disk; raise, with nothing of it stored, when it cannot be."""
        if self._writer is None:
            raise RuntimeError("the event log is closed")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put((batch, done))
        await done

    async def _write(self) -> None:
        while True:
            group = [await self._queue.get()]
            while len(group) < LARGEST_GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            try:
                await self._commit_group(group)
            finally:
                for _ in group:
                    self._queue.task_done()

    async def _commit_group(self, group: list[tuple[Append, asyncio.Future[None]]]) -> None:
        try:
            await self._commit([batch for batch, _ in group])
        except Exception as error:
            if len(group) > 1:
                # One bad batch must not take the others with it.
                for one in group:
                    await self._commit_group([one])
                return
            _settle(group[0][1], error)
            return
        for _, done in group:
            _settle(done, None)

    async def _commit(self, batches: list[Append]) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._store, batches)
        self.commits += 1

    def _store(self, batches: list[Append]) -> None:
        with self._engine.begin() as connection:
            store(connection, batches)
        if any(batch.votes or batch.settled for batch in batches):
            self._empty_wal()

    def _empty_wal(self) -> None:
        """Outside a transaction, as SQLite demands; a reader at work postpones it to next time."""
        if self._engine.dialect.name != "sqlite":
            return
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        except OperationalError:
            log.warning("the write-ahead log could not be emptied", exc_info=True)
        finally:
            raw.close()

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


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
