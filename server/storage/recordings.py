"""Recordings as people see them: lists with search, items, responses, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.schemas.items import Item, Option
from server.schemas.jobs import Step
from server.schemas.live_base import SessionRole
from server.schemas.recordings import RecordingSummary
from server.schemas.room_search import RoomHit
from server.services.records import NotificationRecord, RecordingQuery, RecordingRecord, Viewer
from server.storage import room_search
from server.storage import tables as t
from server.storage.room_search import HIT_CLOSE, HIT_OPEN
from server.storage.sessions import facilitator_names

MAX_HITS = 5000


def match_expression(words: Sequence[str]) -> str:
    """FTS5 query for all words, the last as a prefix (someone is still typing it). Quoted, for
    people's text is full of what FTS5 takes for operators."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join([*quoted[:-1], quoted[-1] + "*"])


def _like(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _is_facilitated_by(user_id: str | None) -> ColumnElement[bool]:
    r, m = t.recordings, t.session_members
    return r.c.session_id.in_(
        select(m.c.session_id).where(m.c.user_id == user_id, m.c.role == "facilitator")
    )


def _may_edit(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_admin:
        return true()
    return _is_facilitated_by(viewer.user_id) if viewer.may_facilitate else false()


def _may_enter(viewer: Viewer) -> ColumnElement[bool]:
    return room_search.may_enter(viewer, _may_edit(viewer))


def _may_watch(viewer: Viewer) -> ColumnElement[bool]:
    """Participants, facilitators of the session and admins; what was deleted, only those who
    could bring it back. The one rule of access: lists, media, captions and items all use it."""
    r, p = t.recordings, t.recording_people
    if viewer.is_admin:
        return true()
    took_part: list[ColumnElement[bool]] = []
    if viewer.user_id is not None:
        took_part.append(p.c.user_id == viewer.user_id)
    if viewer.link_ids:
        took_part.append(p.c.link_id.in_(viewer.link_ids))
    if not took_part:
        return false()
    mine = r.c.recording_id.in_(select(p.c.recording_id).where(or_(*took_part)))
    return or_(_may_edit(viewer), and_(mine, r.c.deleted_at.is_(None)))


def _owner(viewer: Viewer) -> dict[str, str | None]:
    """An account's own answers, or those of a guest's seat."""
    if viewer.user_id is not None:
        return {"user_id": viewer.user_id, "link_id": None}
    return {"user_id": None, "link_id": viewer.link_ids[0] if viewer.link_ids else None}


def viewer_key(viewer: Viewer) -> str:
    owner = _owner(viewer)
    return f"user:{owner['user_id']}" if owner["user_id"] else f"link:{owner['link_id']}"


def _item(row: Row[Any]) -> Item:
    return Item(
        item_id=row.item_id,
        state=row.state,
        stem=row.stem,
        options=msgspec.convert(row.options, list[Option]),
        evidence=row.evidence,
        evidence_start_ms=row.evidence_start_ms,
        evidence_end_ms=row.evidence_end_ms,
        chapter_id=row.chapter_id,
        origin=row.origin,
    )


class SqlRecordings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    # ---- lists ----

    async def page(self, query: RecordingQuery) -> tuple[list[RecordingRecord], int]:
        r = t.recordings
        where = [_may_watch(query.viewer)]
        if query.is_deleted:
            where += [r.c.deleted_at.is_not(None), _may_edit(query.viewer)]
        else:
            where.append(r.c.deleted_at.is_(None))
        match = match_expression(query.words) if query.words else None
        if match is not None:
            spoken = (
                text("SELECT recording_id FROM transcript_search WHERE transcript_search MATCH :q")
                .bindparams(bindparam("q", match, unique=True))
                .columns(r.c.recording_id)
            )
            shown = func.coalesce(t.courses.c.title, "")
            titled = and_(
                *(
                    or_(
                        r.c.title.ilike(_like(word), escape="\\"),
                        shown.ilike(_like(word), escape="\\"),
                    )
                    for word in query.words
                )
            )
            in_rooms = room_search.recordings_with(match, _may_enter(query.viewer))
            where.append(or_(titled, r.c.recording_id.in_(spoken), r.c.recording_id.in_(in_rooms)))
        base = self._recordings().where(*where)
        count = select(func.count()).select_from(base.subquery())
        total = (await self._c.execute(count)).scalar_one()
        rows = (
            await self._c.execute(
                base.order_by(r.c.recorded_at.desc(), r.c.recording_id)
                .offset(query.offset)
                .limit(query.limit)
            )
        ).all()
        records = await self._records(rows)
        if match is not None:
            await self._add_snippets(records, match)
            await self._add_rooms(records, match, query.viewer)
        return records, total

    async def _add_rooms(
        self, records: Sequence[RecordingRecord], match: str, viewer: Viewer
    ) -> None:
        """Where nothing was found in the recording itself."""
        rest = {
            record.summary.recording_id: record.summary
            for record in records
            if record.summary.snippet is None
        }
        best = await room_search.best_hits(self._c, match, _may_enter(viewer), rest)
        for recording_id, hit in best.items():
            summary = rest[recording_id]
            summary.snippet, summary.snippet_at_ms = hit.snippet, hit.start_ms
            summary.snippet_room = hit.room

    async def _add_snippets(self, records: Sequence[RecordingRecord], match: str) -> None:
        """Best hit of each recording. Two steps, for FTS5 cannot make snippets while grouping."""
        by_id = {record.summary.recording_id: record.summary for record in records}
        hits = await self._c.execute(
            text(
                "SELECT rowid, recording_id FROM transcript_search "
                "WHERE transcript_search MATCH :q ORDER BY rank LIMIT :n"
            ),
            {"q": match, "n": MAX_HITS},
        )
        best: dict[str, int] = {}
        for row in hits:
            if row.recording_id in by_id:
                best.setdefault(row.recording_id, row.rowid)
        if not best:
            return
        found = await self._c.execute(
            text(
                "SELECT recording_id, start_ms, "
                "snippet(transcript_search, 4, :open, :close, '…', 16) AS snippet "
                "FROM transcript_search WHERE transcript_search MATCH :q AND rowid IN :rows"
            ).bindparams(bindparam("rows", list(best.values()), expanding=True)),
            {"q": match, "open": HIT_OPEN, "close": HIT_CLOSE},
        )
        for row in found:
            summary = by_id[row.recording_id]
            summary.snippet = room_search.marked(row.snippet)
            summary.snippet_at_ms = row.start_ms

    @staticmethod
    def _recordings() -> Select[*tuple[Any, ...]]:
        r, s, c = t.recordings, t.sessions, t.courses
        return select(r, c.c.title.label("course_title")).select_from(
            r.join(s, r.c.session_id == s.c.session_id).outerjoin(c, s.c.course_id == c.c.course_id)
        )

    async def _records(self, rows: Sequence[Row[Any]]) -> list[RecordingRecord]:
        names = await facilitator_names(self._c, [row.session_id for row in rows])
        return [
            RecordingRecord(
                summary=RecordingSummary(
                    recording_id=row.recording_id,
                    session_id=row.session_id,
                    title=row.title,
                    course_title=row.course_title,
                    stage=row.stage,
                    recorded_at=row.recorded_at,
                    duration_ms=row.duration_ms,
                    facilitator_names=names.get(row.session_id, []),
                    participant_count=row.participant_count,
                    chapter_count=row.chapter_count,
                    thumbnail=row.thumbnail,
                    is_deleted=row.deleted_at is not None,
                    can_edit=False,
                ),
                version=row.version,
                attempt=row.attempt,
                failure=row.failure,
            )
            for row in rows
        ]

    # ---- one recording ----

    async def recording(self, recording_id: str) -> RecordingRecord | None:
        query = self._recordings().where(t.recordings.c.recording_id == recording_id)
        records = await self._records((await self._c.execute(query)).all())
        return records[0] if records else None

    async def may_watch(self, recording_id: str, viewer: Viewer) -> bool:
        return await self._holds(recording_id, _may_watch(viewer))

    async def may_edit(self, recording_id: str, viewer: Viewer) -> bool:
        return await self._holds(recording_id, _may_edit(viewer))

    async def participants_of(self, recording_id: str, viewer: Viewer) -> frozenset[str]:
        p = t.recording_people
        mine: list[ColumnElement[bool]] = []
        if viewer.user_id is not None:
            mine.append(p.c.user_id == viewer.user_id)
        if viewer.link_ids:
            mine.append(p.c.link_id.in_(viewer.link_ids))
        if not mine:
            return frozenset()
        rows = await self._c.execute(
            select(p.c.participant_id).where(p.c.recording_id == recording_id, or_(*mine))
        )
        return frozenset(rows.scalars())

    async def room_hits(
        self,
        recording_id: str,
        viewer: Viewer,
        words: Sequence[str],
        numbers: Sequence[int],
        most: int,
    ) -> list[RoomHit]:
        match = match_expression(words)
        enters = _may_enter(viewer)
        return await room_search.hits_in(self._c, match, enters, recording_id, numbers, most)

    async def open_sides(self, session_id: str, debate_id: str) -> None:
        await room_search.open_sides(self._c, session_id, debate_id)

    async def _holds(self, recording_id: str, condition: ColumnElement[bool]) -> bool:
        query = select(t.recordings.c.recording_id).where(
            t.recordings.c.recording_id == recording_id, condition
        )
        return (await self._c.execute(query)).first() is not None

    async def add_recording(self, values: Mapping[str, Any]) -> bool:
        result = await self._c.execute(
            upsert(t.recordings).values(**values).on_conflict_do_nothing()
        )
        return result.rowcount == 1

    async def put_people(
        self, recording_id: str, people: Sequence[tuple[str, str, SessionRole]]
    ) -> None:
        s = t.seats
        for participant_id, name, role in people:
            seat = (
                await self._c.execute(
                    select(s.c.user_id, s.c.link_id).where(s.c.participant_id == participant_id)
                )
            ).first()
            await self._c.execute(
                upsert(t.recording_people)
                .values(
                    recording_id=recording_id,
                    participant_id=participant_id,
                    name=name,
                    role=role,
                    user_id=seat.user_id if seat else None,
                    link_id=seat.link_id if seat else None,
                )
                .on_conflict_do_nothing()
            )

    async def change_recording(self, recording_id: str, **values: Any) -> None:
        r = t.recordings
        await self._c.execute(update(r).where(r.c.recording_id == recording_id).values(**values))

    async def steps(self, recording_id: str, attempt: int) -> list[Step]:
        j = t.job_steps
        rows = await self._c.execute(
            select(j).where(j.c.recording_id == recording_id, j.c.attempt == attempt)
        )
        return [
            Step(
                name=row.name,
                state=row.state,
                progress=row.progress,
                started_at=row.started_at,
                finished_at=row.finished_at,
                cpu_s=row.cpu_s,
                detail=row.detail,
                error=row.error,
            )
            for row in rows
        ]

    # ---- items ----

    async def items(self, recording_id: str) -> list[Item]:
        i = t.items
        query = (
            select(i).where(i.c.recording_id == recording_id).order_by(i.c.position, i.c.item_id)
        )
        return [_item(row) for row in await self._c.execute(query)]

    async def item(self, recording_id: str, item_id: str) -> Item | None:
        i = t.items
        query = select(i).where(i.c.recording_id == recording_id, i.c.item_id == item_id)
        row = (await self._c.execute(query)).first()
        return _item(row) if row else None

    async def change_item(
        self, recording_id: str, item: Item, *, is_edited: bool, edited_by: str, now: datetime
    ) -> None:
        i = t.items
        values: dict[str, Any] = {
            "state": item.state,
            "stem": item.stem,
            "options": msgspec.to_builtins(item.options),
            "edited_by": edited_by,
            "edited_at": now,
        }
        if is_edited:
            values["is_edited"] = True
        await self._c.execute(
            update(i)
            .where(i.c.recording_id == recording_id, i.c.item_id == item.item_id)
            .values(**values)
        )

    async def add_response(
        self,
        response_id: str,
        recording_id: str,
        item_id: str,
        viewer: Viewer,
        option_id: str,
        is_right: bool,
        now: datetime,
    ) -> None:
        p = t.responses
        owner = _owner(viewer)
        attempts = select(func.count()).where(
            p.c.recording_id == recording_id, p.c.item_id == item_id, *self._mine(viewer)
        )
        await self._c.execute(
            insert(p).values(
                response_id=response_id,
                recording_id=recording_id,
                item_id=item_id,
                attempt=(await self._c.execute(attempts)).scalar_one() + 1,
                option_id=option_id,
                is_right=is_right,
                responded_at=now,
                **owner,
            )
        )

    async def responded_items(self, recording_id: str, viewer: Viewer) -> set[str]:
        p = t.responses
        query = select(p.c.item_id).where(p.c.recording_id == recording_id, *self._mine(viewer))
        return set((await self._c.execute(query)).scalars())

    @staticmethod
    def _mine(viewer: Viewer) -> list[ColumnElement[bool]]:
        owner = _owner(viewer)
        column = "user_id" if owner["user_id"] is not None else "link_id"
        return [t.responses.c[column] == owner[column]]

    # ---- watching ----

    async def watch_position(self, recording_id: str, viewer: Viewer) -> int | None:
        w = t.watch_progress
        query = select(w.c.position_ms).where(
            w.c.recording_id == recording_id, w.c.viewer == viewer_key(viewer)
        )
        return (await self._c.execute(query)).scalar_one_or_none()

    async def set_watch_position(
        self, recording_id: str, viewer: Viewer, position_ms: int, now: datetime
    ) -> None:
        changed = {"position_ms": position_ms, "updated_at": now}
        await self._c.execute(
            upsert(t.watch_progress)
            .values(recording_id=recording_id, viewer=viewer_key(viewer), **changed)
            .on_conflict_do_update(index_elements=["recording_id", "viewer"], set_=changed)
        )

    # ---- notices ----

    async def notifications(self, user_id: str, limit: int) -> list[NotificationRecord]:
        n = t.notifications
        query = (
            select(n)
            .where(n.c.user_id == user_id)
            .order_by(n.c.created_at.desc(), n.c.notification_id)
            .limit(limit)
        )
        return [
            NotificationRecord(
                notification_id=row.notification_id,
                kind=row.kind,
                title=row.title,
                path=row.path,
                created_at=row.created_at,
                is_read=row.read_at is not None,
            )
            for row in await self._c.execute(query)
        ]

    async def read_notification(self, notification_id: str, user_id: str, now: datetime) -> bool:
        n = t.notifications
        result = await self._c.execute(
            update(n)
            .where(n.c.notification_id == notification_id, n.c.user_id == user_id)
            .values(read_at=func.coalesce(n.c.read_at, round(now.timestamp() * 1000)))
        )
        return result.rowcount == 1
