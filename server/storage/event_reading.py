"""What is read of ``live.db``: a session's events, its cached state, votes and pads.

For the server, and for readers in other threads and processes; nothing here takes a write lock.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, select

from server.domain.events import Event, body_of
from server.domain.session import evolve
from server.domain.state import VERSION, SessionState
from server.live.ports import Loaded
from server.storage import live_tables as t

log = logging.getLogger(__name__)


def select_untold_ends(connection: Connection) -> list[tuple[str, str | None]]:
    ends = t.session_ends.c
    rows = connection.execute(select(ends.session_id, ends.recording_id))
    return [(session_id, recording_id) for session_id, recording_id in rows]


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


def load_session(connection: Connection, session_id: str) -> Loaded:
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
