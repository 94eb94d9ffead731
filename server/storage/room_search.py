"""Search over what was said in breakout rooms, for those who may enter them (BR16, BR19).

``recording_rooms`` and ``recording_room_people`` say who may; they are written with the index and
asked in the query itself, so that a list knows how many it found without finding too much.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    column,
    delete,
    exists,
    false,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from recordings.ports import IndexedRoom
from server.schemas.room_search import FoundRoom, RoomHit
from server.services.records import Viewer
from server.storage import tables as t

HIT_OPEN, HIT_CLOSE = "\ue000", "\ue001"
"""Private characters around a hit, replaced by tags after the text was escaped."""


def marked(snippet: str) -> str:
    """HTML of a snippet: escaped, with its hits marked."""
    return escape(snippet).replace(HIT_OPEN, "<mark>").replace(HIT_CLOSE, "</mark>")


def may_enter(viewer: Viewer, may_edit: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rule of ``RoomAccess`` for a row of ``recording_rooms``; its recording may be watched.
    ``may_edit`` is of the row of ``recordings`` beside it."""
    rr, rp, p = t.recording_rooms, t.recording_room_people, t.recording_people
    mine: list[ColumnElement[bool]] = []
    if viewer.user_id is not None:
        mine.append(p.c.user_id == viewer.user_id)
    if viewer.link_ids:
        mine.append(p.c.link_id.in_(viewer.link_ids))
    was_in: ColumnElement[bool] = false()
    if mine:
        was_in = exists(
            select(rp.c.participant_id)
            .join(
                p,
                and_(
                    p.c.recording_id == rp.c.recording_id,
                    p.c.participant_id == rp.c.participant_id,
                ),
            )
            .where(rp.c.recording_id == rr.c.recording_id, rp.c.number == rr.c.number, or_(*mine))
        )
    return or_(was_in, case((rr.c.debate_id.is_not(None), rr.c.is_open), else_=may_edit))


def recordings_with(match: str, enters: ColumnElement[bool]) -> Select[Any]:
    """Ids of recordings in whose rooms it was said."""
    rr, r = t.recording_rooms, t.recordings
    found = (
        text(
            "SELECT recording_id, number FROM transcript_search_rooms "
            "WHERE transcript_search_rooms MATCH :room_q"
        )
        .bindparams(bindparam("room_q", match, unique=True))
        .columns(column("recording_id", String), column("number", Integer))
        .subquery("rooms_found")
    )
    return (
        select(rr.c.recording_id)
        .join(
            found,
            and_(rr.c.recording_id == found.c.recording_id, rr.c.number == found.c.number),
        )
        .join(r, r.c.recording_id == rr.c.recording_id)
        .where(enters)
    )


def _hits(
    match: str, recording_ids: Collection[str], condition: ColumnElement[bool]
) -> Select[Any]:
    """The best first. What FTS5 alone can say is said in a query of its own, which LIMIT keeps
    apart from the joins."""
    rr, r = t.recording_rooms, t.recordings
    hits = (
        text(
            "SELECT recording_id, number, start_ms, speaker, rank AS score, "
            "snippet(transcript_search_rooms, 5, :open, :close, '…', 16) AS snippet "
            "FROM transcript_search_rooms "
            "WHERE transcript_search_rooms MATCH :room_q AND recording_id IN :ids LIMIT -1"
        )
        .bindparams(
            bindparam("room_q", match, unique=True),
            bindparam("open", HIT_OPEN, unique=True),
            bindparam("close", HIT_CLOSE, unique=True),
            bindparam("ids", list(recording_ids), expanding=True, unique=True),
        )
        .columns(
            column("recording_id", String), column("number", Integer),
            column("start_ms", Integer), column("speaker", String), column("score", Float),
            column("snippet", String),
        )
        .subquery("room_hits")
    )  # fmt: skip
    return (
        select(hits, rr.c.name, rr.c.name_de, rr.c.debate_id)
        .select_from(
            hits.join(
                rr, and_(rr.c.recording_id == hits.c.recording_id, rr.c.number == hits.c.number)
            ).join(r, r.c.recording_id == rr.c.recording_id)
        )
        .where(condition)
        .order_by(hits.c.score, hits.c.number, hits.c.start_ms)
    )


async def best_hits(
    connection: AsyncConnection,
    match: str,
    enters: ColumnElement[bool],
    recording_ids: Collection[str],
) -> dict[str, RoomHit]:
    best: dict[str, RoomHit] = {}
    for row in await connection.execute(_hits(match, recording_ids, enters)):
        best.setdefault(row.recording_id, _hit(row))
    return best


async def hits_in(
    connection: AsyncConnection,
    match: str,
    enters: ColumnElement[bool],
    recording_id: str,
    numbers: Sequence[int],
    most: int,
) -> list[RoomHit]:
    """In these rooms, and by the index's own rule of access: it may be of another attempt."""
    condition = and_(enters, t.recording_rooms.c.number.in_(numbers))
    query = _hits(match, [recording_id], condition).limit(most)
    return [_hit(row) for row in await connection.execute(query)]


def _hit(row: Row[Any]) -> RoomHit:
    room = FoundRoom(row.number, row.name, row.name_de, row.debate_id is not None)
    return RoomHit(room, row.start_ms, row.speaker, marked(row.snippet))


async def open_sides(connection: AsyncConnection, session_id: str, debate_id: str) -> None:
    """With its notes (DB22)."""
    rr, r = t.recording_rooms, t.recordings
    of_session = select(r.c.recording_id).where(r.c.session_id == session_id)
    await connection.execute(
        update(rr)
        .where(rr.c.debate_id == debate_id, rr.c.recording_id.in_(of_session))
        .values(is_open=True)
    )


def put_rooms(
    connection: Connection, recording_id: str, rooms: Sequence[IndexedRoom], index_format: int
) -> None:
    """In place of what was there."""
    rr, rp = t.recording_rooms, t.recording_room_people
    connection.execute(
        upsert(t.recording_indexes)
        .values(recording_id=recording_id, format=index_format)
        .on_conflict_do_update(index_elements=["recording_id"], set_={"format": index_format})
    )
    connection.execute(
        text("DELETE FROM transcript_search_rooms WHERE recording_id = :id"), {"id": recording_id}
    )
    connection.execute(delete(rr).where(rr.c.recording_id == recording_id))
    for room in rooms:
        key = {"recording_id": recording_id, "number": room.number}
        connection.execute(
            insert(rr).values(
                **key, name=room.name, name_de=room.name_de, debate_id=room.debate_id,
                is_open=room.is_open,
            )
        )  # fmt: skip
        people = [{**key, "participant_id": who} for who in sorted(room.people)]
        if people:
            connection.execute(insert(rp), people)
        if room.lines:
            connection.execute(
                text(
                    "INSERT INTO transcript_search_rooms "
                    "(recording_id, number, kind, start_ms, speaker, text) "
                    "VALUES (:recording_id, :number, :kind, :start_ms, :speaker, :text)"
                ),
                [
                    {**key, "kind": kind, "start_ms": at_ms, "speaker": speaker, "text": said}
                    for kind, at_ms, speaker, said in room.lines
                ],
            )
