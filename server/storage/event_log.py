"""The event log in ``live.db``: one writer a process, group commit, readers anywhere.

Everything that must stand or fall together (events, the answers to their commands, votes) is one
``Append``; appends that wait together share one transaction and one fsync, which is what bounds
a busy class. An append returns after commit, and only then is anybody told.

Votes of anonymous polls. The row holds the poll, a random key and the answer. Whenever votes
come, the poll's rows are all deleted and written anew in a random order under new keys, deleted
cells are overwritten (``secure_delete``) and the write-ahead log is emptied, so that neither the
order of rows nor old pages say which vote came with which voter. The caller gathers votes for a
moment so that they come in batches. Who watches the disk while a single vote is written learns
it: docs/rules.md, PO7.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import SystemRandom
from sqlite3 import OperationalError
from typing import Any, TypeVar, TypeVarTuple

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select

from server.domain.events import (
    PERSONAL,
    ChatDeleted,
    ChatEdited,
    Event,
    SessionEnded,
    body_of,
)
from server.domain.session import evolve
from server.domain.state import VERSION, SessionState
from server.live.ports import Append, Loaded, PadWrite, SettledBallots
from server.storage import live_tables as t

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
            _store(connection, batches)
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
        return await self._read(_load, session_id)

    async def load_pad(self, session_id: str, pad: str) -> list[tuple[int, bytes]]:
        """``(seq, update)`` in order."""
        return await self._read(select_pad, session_id, pad)

    async def live_session_ids(self) -> list[str]:
        """Sessions that started and did not end."""
        return await self._read(select_live_sessions)

    async def untold_ends(self) -> list[tuple[str, str | None]]:
        """``(session_id, recording_id)`` of ends nobody has been told of yet."""
        return await self._read(_select_untold_ends)

    async def _read(self, select: Callable[[Connection, *A], T], *values: *A) -> T:
        def read() -> T:
            with self._reading.connect() as connection:
                return select(connection, *values)

        return await asyncio.to_thread(read)


def _select_untold_ends(connection: Connection) -> list[tuple[str, str | None]]:
    ends = t.session_ends.c
    rows = connection.execute(select(ends.session_id, ends.recording_id))
    return [(session_id, recording_id) for session_id, recording_id in rows]


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


# ---- for readers in other processes ----------------------------------------------------------


def read_events(engine: Engine, session_id: str) -> list[Event]:
    """The whole log of a session, from a thread or another process; takes no write lock."""
    with engine.connect().execution_options(is_read=True) as connection:
        return select_events(connection, session_id)


def select_live_sessions(connection: Connection) -> list[str]:
    of = select(t.events.c.session_id).distinct()
    ended = of.where(t.events.c.type == "session_ended")
    started = of.where(t.events.c.type == "session_started")
    return sorted(connection.scalars(started.except_(ended)))


def select_events(
    connection: Connection, session_id: str, after: int = 0, limit: int | None = None
) -> list[Event]:
    rows = (
        connection.execute(
            select(t.events)
            .where(t.events.c.session_id == session_id, t.events.c.seq > after)
            .order_by(t.events.c.seq)
            .limit(limit)
        )
        .mappings()
        .all()
    )
    if not rows:
        return []
    personal: dict[int, dict[str, str]] = {}
    for seq, name, text in connection.execute(
        select(t.personal_text.c.seq, t.personal_text.c.field, t.personal_text.c.text).where(
            t.personal_text.c.session_id == session_id,
            t.personal_text.c.seq > after,
            t.personal_text.c.seq <= rows[-1]["seq"],
        )
    ):
        personal.setdefault(seq, {})[name] = text
    return [_event(row, personal.get(row["seq"], {})) for row in rows]


def _event(row: RowMapping, personal: Mapping[str, str]) -> Event:
    data = {**json.loads(row["data"]), **personal}
    return Event(
        session_id=row["session_id"],
        seq=row["seq"],
        channel=row["channel"],
        channel_seq=row["channel_seq"],
        at_ms=row["at_ms"],
        actor_id=row["actor_id"],
        room_id=row["room_id"],
        body=body_of(row["type"], row["version"], data),
        cause_id=row["cause_id"],
    )


def select_pad(connection: Connection, session_id: str, pad: str) -> list[tuple[int, bytes]]:
    updates = t.pad_updates.c
    rows = connection.execute(
        select(updates.seq, updates.data)
        .where(updates.session_id == session_id, updates.pad == pad)
        .order_by(updates.seq)
    )
    return [(seq, data) for seq, data in rows]


def select_votes(connection: Connection, session_id: str) -> dict[str, tuple[str, ...]]:
    """Poll → its anonymous answers as JSON, by value: the order of rows is nobody's business."""
    votes = t.anonymous_votes.c
    found: dict[str, list[str]] = {}
    for poll_id, answer in connection.execute(
        select(votes.poll_id, votes.answer).where(votes.session_id == session_id)
    ):
        found.setdefault(poll_id, []).append(answer)
    return {poll_id: tuple(sorted(answers)) for poll_id, answers in found.items()}


def _load(connection: Connection, session_id: str) -> Loaded:
    state = _cached_state(connection, session_id) or SessionState(session_id)
    for event in select_events(connection, session_id, state.seq):
        state = evolve(state, event)
    answers = t.command_answers.c
    alive = connection.scalar(
        select(t.heartbeats.c.at_ms).where(t.heartbeats.c.session_id == session_id)
    )
    return Loaded(
        state=state,
        alive_until_ms=alive or 0,
        answers={
            (participant_id, command_id): answer
            for participant_id, command_id, answer in connection.execute(
                select(answers.participant_id, answers.command_id, answers.answer).where(
                    answers.session_id == session_id
                )
            )
        },
        votes=select_votes(connection, session_id),
    )


def _cached_state(connection: Connection, session_id: str) -> SessionState | None:
    cache = t.session_snapshots.c
    row = connection.execute(
        select(cache.version, cache.state).where(cache.session_id == session_id)
    ).first()
    if row is None or row.version != VERSION:
        return None
    try:
        return decode_state(row.state)
    except msgspec.DecodeError:
        log.warning("cached state of session %s is unreadable; folding its log", session_id)
        return None


def encode_state(state: SessionState) -> str:
    return msgspec.json.encode(state).decode()


def decode_state(text: str) -> SessionState:
    return msgspec.json.decode(text, type=SessionState)


# ---- writing ---------------------------------------------------------------------------------


def _store(connection: Connection, batches: list[Append]) -> None:
    rows: list[dict[str, Any]] = []
    personal: list[dict[str, Any]] = []
    for batch in batches:
        for event in batch.events:
            data = event.data
            personal += [
                {
                    "session_id": event.session_id,
                    "seq": event.seq,
                    "field": name,
                    "text": data.pop(name),
                }
                for name in PERSONAL.get(event.type, ())
                if name in data
            ]
            rows.append(_row(event, data))
    if rows:
        connection.execute(insert(t.events), rows)
    if personal:
        connection.execute(insert(t.personal_text), personal)
    answers = [
        {
            "session_id": batch.session_id,
            "participant_id": one.participant_id,
            "command_id": one.command_id,
            "answer": one.answer,
        }
        for batch in batches
        for one in batch.answers
    ]
    if answers:
        connection.execute(insert(t.command_answers), answers)
    for batch in batches:
        if batch.votes:
            _store_votes(connection, batch)
        for settled in batch.settled:
            _settle_ballots(connection, batch.session_id, settled)
        for write in batch.pads:
            _store_pad(connection, batch.session_id, write)
        if batch.snapshot is not None:
            _replace(
                connection,
                t.session_snapshots,
                batch.session_id,
                version=VERSION,
                seq=batch.snapshot.seq,
                state=encode_state(batch.snapshot),
            )
        if batch.alive_at_ms is not None:
            _replace(connection, t.heartbeats, batch.session_id, at_ms=batch.alive_at_ms)
        for event in batch.events:
            if isinstance(event.body, ChatDeleted):
                _erase_message(
                    connection, batch.session_id, event.body.message_id, event.seq, "text",
                    "file_name",
                )  # fmt: skip
            if isinstance(event.body, ChatEdited):
                # A private message's edit is two events, one right after the other.
                is_private = event.channel.startswith("person:")
                before = event.seq - 1 if is_private else event.seq
                # The file stays, and so does its name.
                _erase_message(connection, batch.session_id, event.body.message_id, before, "text")
            if isinstance(event.body, SessionEnded):
                _note_end(connection, batch.session_id)
        if batch.is_end_told:
            ends = t.session_ends
            connection.execute(delete(ends).where(ends.c.session_id == batch.session_id))


def _row(event: Event, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "session_id": event.session_id,
        "seq": event.seq,
        "channel": event.channel,
        "channel_seq": event.channel_seq,
        "at_ms": event.at_ms,
        "actor_id": event.actor_id,
        "room_id": event.room_id,
        "type": event.type,
        "version": event.version,
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        "cause_id": event.cause_id,
    }


def _replace(connection: Connection, table: Any, session_id: str, **values: Any) -> None:
    connection.execute(delete(table).where(table.c.session_id == session_id))
    connection.execute(insert(table).values(session_id=session_id, **values))


def _overwrite_deleted(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _store_votes(connection: Connection, batch: Append) -> None:
    _overwrite_deleted(connection)
    shuffled = SystemRandom()
    for poll_id in {vote.poll_id for vote in batch.votes}:
        new = [vote for vote in batch.votes if vote.poll_id == poll_id]
        # Unique keys make a second vote of the same person impossible whatever happens above.
        connection.execute(
            insert(t.has_voted),
            [
                {
                    "session_id": batch.session_id,
                    "poll_id": poll_id,
                    "participant_id": vote.participant_id,
                }
                for vote in sorted(new, key=lambda vote: vote.participant_id)
            ],
        )
        votes = t.anonymous_votes
        here = (votes.c.session_id == batch.session_id, votes.c.poll_id == poll_id)
        answers = [*connection.scalars(select(votes.c.answer).where(*here))]
        answers += [vote.answer for vote in new]
        shuffled.shuffle(answers)
        connection.execute(delete(votes).where(*here))
        connection.execute(
            insert(votes),
            [
                {
                    "session_id": batch.session_id,
                    "poll_id": poll_id,
                    "vote_key": secrets.token_hex(16),
                    "answer": answer,
                }
                for answer in answers
            ],
        )


def _store_pad(connection: Connection, session_id: str, write: PadWrite) -> None:
    updates = t.pad_updates
    if write.is_whole:
        connection.execute(
            delete(updates).where(
                updates.c.session_id == session_id,
                updates.c.pad == write.pad,
                updates.c.seq < write.seq,
            )
        )
    connection.execute(
        insert(updates).values(
            session_id=session_id, pad=write.pad, seq=write.seq, data=write.update
        )
    )


def _settle_ballots(connection: Connection, session_id: str, settled: SettledBallots) -> None:
    _overwrite_deleted(connection)
    votes = t.anonymous_votes
    gone = (*settled.boxes, settled.box)
    connection.execute(
        delete(votes).where(votes.c.session_id == session_id, votes.c.poll_id.in_(gone))
    )
    pairs = list(settled.pairs)
    SystemRandom().shuffle(pairs)
    if pairs:
        connection.execute(
            insert(votes),
            [
                {
                    "session_id": session_id,
                    "poll_id": settled.box,
                    "vote_key": secrets.token_hex(16),
                    "answer": pair,
                }
                for pair in pairs
            ],
        )


def _note_end(connection: Connection, session_id: str) -> None:
    started = connection.scalar(
        select(t.events.c.data)
        .where(t.events.c.session_id == session_id, t.events.c.type == "recording_started")
        .limit(1)
    )
    recording_id = json.loads(started)["recording_id"] if started else None
    connection.execute(
        insert(t.session_ends).values(session_id=session_id, recording_id=recording_id)
    )


def _erase_message(
    connection: Connection, session_id: str, message_id: str, before_seq: int, *fields: str
) -> None:
    """A deleted message, and what an edited one said before, is gone from the disk too; the
    cached state may still quote it."""
    _overwrite_deleted(connection)
    sent = connection.execute(
        select(t.events.c.seq, t.events.c.data).where(
            t.events.c.session_id == session_id,
            t.events.c.type.in_(("chat_sent", "chat_edited")),
            t.events.c.seq < before_seq,
        )
    )
    seqs = [seq for seq, data in sent if json.loads(data)["message_id"] == message_id]
    connection.execute(
        delete(t.personal_text).where(
            t.personal_text.c.session_id == session_id,
            t.personal_text.c.seq.in_(seqs),
            t.personal_text.c.field.in_(fields),
        )
    )
    cache = t.session_snapshots
    connection.execute(delete(cache).where(cache.c.session_id == session_id))
