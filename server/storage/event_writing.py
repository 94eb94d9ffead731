"""What one transaction of the event log writes: events, what people wrote apart from them, votes.

Votes of anonymous polls. The row holds the poll, a random key and the answer. Whenever votes
come, the poll's rows are all deleted and written anew in a random order under new keys, deleted
cells are overwritten (``secure_delete``) and the write-ahead log is emptied, so that neither the
order of rows nor old pages say which vote came with which voter. The caller gathers votes for a
moment so that they come in batches. Who watches the disk while a single vote is written learns
it: docs/rules.md, PO7.
"""

from __future__ import annotations

import json
import secrets
from functools import cache
from random import SystemRandom
from typing import Any

from sqlalchemy import Connection, Dialect, Table, delete, insert, select

from server.domain.chat_events import ChatDeleted, ChatEdited
from server.domain.events import PERSONAL, Event
from server.domain.session_events import SessionEnded
from server.domain.state import VERSION
from server.live.ports import Append, PadWrite, SettledBallots
from server.storage import live_tables as t
from server.storage.event_reading import encode_state


def store(connection: Connection, batches: list[Append]) -> None:
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
    _insert(connection, t.events, rows)
    _insert(connection, t.personal_text, personal)
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
    _insert(connection, t.command_answers, answers)
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


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """What every command writes, by a statement that is put together once."""
    if rows:
        statement, names = _insertion(table, connection.dialect)
        connection.exec_driver_sql(statement, [tuple(row[name] for name in names) for row in rows])


@cache
def _insertion(table: Table, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    compiled = insert(table).compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ())


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
