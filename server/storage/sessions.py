"""Courses, sessions, who belongs to them, links and seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.schemas.live_base import SessionRole, SessionState
from server.services.records import (
    CourseRecord,
    LinkRecord,
    MemberRecord,
    SeatRecord,
    SessionRecord,
    Viewer,
)
from server.storage import tables as t


def _link(row: Row[Any]) -> LinkRecord:
    return LinkRecord(
        link_id=row.link_id,
        session_id=row.session_id,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
        role=row.role,
        stream=row.stream,
        may_be_recorded=row.may_be_recorded,
    )


def _sessions() -> Select[*tuple[Any, ...]]:
    s, c, r = t.sessions, t.courses, t.recordings
    return (
        select(s, c.c.title.label("course_title"), r.c.recording_id)
        .select_from(
            s.outerjoin(c, s.c.course_id == c.c.course_id).outerjoin(
                r, r.c.session_id == s.c.session_id
            )
        )
        .where(s.c.deleted_at.is_(None))
    )


def _seats() -> Select[*tuple[Any, ...]]:
    s, u, link = t.seats, t.users, t.join_links
    return select(
        s.c.participant_id,
        s.c.session_id,
        s.c.user_id,
        s.c.link_id,
        func.coalesce(u.c.name, link.c.name).label("name"),
    ).select_from(
        s.outerjoin(u, s.c.user_id == u.c.user_id).outerjoin(link, s.c.link_id == link.c.link_id)
    )


def _seat(row: Row[Any]) -> SeatRecord:
    return SeatRecord(
        participant_id=row.participant_id,
        session_id=row.session_id,
        user_id=row.user_id,
        link_id=row.link_id,
        name=row.name,
    )


class SqlSessions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    # ---- courses ----

    async def courses(self, viewer: Viewer) -> list[CourseRecord]:
        """Own ones and those with a session the viewer belongs to; all of them for an admin."""
        query = self._courses()
        if not viewer.is_admin:
            m, s = t.session_members, t.sessions
            mine = (
                select(s.c.course_id)
                .select_from(s.join(m, m.c.session_id == s.c.session_id))
                .where(m.c.user_id == viewer.user_id, s.c.deleted_at.is_(None))
            )
            query = query.where(
                or_(t.courses.c.created_by == viewer.user_id, t.courses.c.course_id.in_(mine))
            )
        rows = await self._c.execute(query.order_by(func.lower(t.courses.c.title)))
        return [CourseRecord(*row) for row in rows]

    async def course(self, course_id: str) -> CourseRecord | None:
        query = self._courses().where(t.courses.c.course_id == course_id)
        row = (await self._c.execute(query)).first()
        return CourseRecord(*row) if row else None

    @staticmethod
    def _courses() -> Select[*tuple[Any, ...]]:
        c, s = t.courses, t.sessions
        count = (
            select(func.count())
            .where(s.c.course_id == c.c.course_id, s.c.deleted_at.is_(None))
            .scalar_subquery()
        )
        return select(c.c.course_id, c.c.title, c.c.created_by, count)

    async def add_course(self, course_id: str, title: str, created_by: str, now: datetime) -> None:
        await self._c.execute(
            insert(t.courses).values(
                course_id=course_id, title=title, created_by=created_by, created_at=now
            )
        )

    # ---- sessions ----

    async def session(self, session_id: str) -> SessionRecord | None:
        found = await self._records(_sessions().where(t.sessions.c.session_id == session_id))
        return found[0] if found else None

    async def sessions(self, viewer: Viewer, state: SessionState | None) -> list[SessionRecord]:
        """Live first, then what comes next, then the past, newest first."""
        s = t.sessions
        query = _sessions()
        if not viewer.is_admin:
            m, seat = t.session_members, t.seats
            query = query.where(
                s.c.session_id.in_(
                    select(m.c.session_id)
                    .where(m.c.user_id == viewer.user_id)
                    .union(select(seat.c.session_id).where(seat.c.user_id == viewer.user_id))
                )
            )
        if state is not None:
            query = query.where(s.c.state == state)
        when = func.coalesce(s.c.starts_at, s.c.created_at)
        rank = case((s.c.state == "live", 0), (s.c.state == "scheduled", 1), else_=2)
        query = query.order_by(
            rank, case((s.c.state == "ended", -when), else_=when), s.c.session_id
        )
        return await self._records(query)

    async def _records(self, query: Select[*tuple[Any, ...]]) -> list[SessionRecord]:
        rows = (await self._c.execute(query)).all()
        names = await facilitator_names(self._c, [row.session_id for row in rows])
        return [
            SessionRecord(
                session_id=row.session_id,
                title=row.title,
                description=row.description,
                course_id=row.course_id,
                course_title=row.course_title,
                starts_at=row.starts_at,
                duration_min=row.duration_min,
                time_zone=row.time_zone,
                lobby_is_on=row.lobby_is_on,
                record_automatically=row.record_automatically,
                state=row.state,
                created_by=row.created_by,
                created_at=row.created_at,
                started_at=row.started_at,
                ended_at=row.ended_at,
                recording_id=row.recording_id,
                facilitator_names=tuple(names.get(row.session_id, ())),
            )
            for row in rows
        ]

    async def add_session(self, values: Mapping[str, Any]) -> None:
        await self._c.execute(insert(t.sessions).values(**values))

    async def change_session(self, session_id: str, **values: Any) -> None:
        await self._c.execute(
            update(t.sessions).where(t.sessions.c.session_id == session_id).values(**values)
        )

    # ---- members ----

    async def role_in_session(self, session_id: str, user_id: str) -> SessionRole | None:
        m = t.session_members
        query = select(m.c.role).where(m.c.session_id == session_id, m.c.user_id == user_id)
        return (await self._c.execute(query)).scalar_one_or_none()

    async def roles_of(self, user_id: str) -> dict[str, SessionRole]:
        m = t.session_members
        rows = await self._c.execute(select(m.c.session_id, m.c.role).where(m.c.user_id == user_id))
        return {row.session_id: row.role for row in rows}

    async def members(self, session_id: str) -> list[MemberRecord]:
        m, u = t.session_members, t.users
        query = (
            select(u.c.user_id, u.c.name, u.c.email, m.c.role)
            .select_from(m.join(u, m.c.user_id == u.c.user_id))
            .where(m.c.session_id == session_id)
            .order_by(m.c.role, func.lower(u.c.name))
        )
        return [MemberRecord(*row) for row in await self._c.execute(query)]

    async def put_member(
        self, session_id: str, user_id: str, role: SessionRole, now: datetime
    ) -> None:
        await self._c.execute(
            upsert(t.session_members)
            .values(session_id=session_id, user_id=user_id, role=role, added_at=now)
            .on_conflict_do_update(index_elements=["session_id", "user_id"], set_={"role": role})
        )

    async def remove_member(self, session_id: str, user_id: str) -> int:
        m = t.session_members
        result = await self._c.execute(
            delete(m).where(m.c.session_id == session_id, m.c.user_id == user_id)
        )
        return result.rowcount

    async def facilitator_count(self, session_id: str) -> int:
        m = t.session_members
        query = select(func.count()).where(m.c.session_id == session_id, m.c.role == "facilitator")
        return (await self._c.execute(query)).scalar_one()

    # ---- links and seats ----

    async def links(self, session_id: str) -> list[LinkRecord]:
        query = (
            select(t.join_links)
            .where(t.join_links.c.session_id == session_id)
            .order_by(t.join_links.c.created_at, t.join_links.c.link_id)
        )
        return [_link(row) for row in await self._c.execute(query)]

    async def link(self, link_id: str) -> LinkRecord | None:
        query = select(t.join_links).where(t.join_links.c.link_id == link_id)
        row = (await self._c.execute(query)).first()
        return _link(row) if row else None

    async def link_by_token(self, token_hash: str) -> LinkRecord | None:
        query = select(t.join_links).where(t.join_links.c.token_hash == token_hash)
        row = (await self._c.execute(query)).first()
        return _link(row) if row else None

    async def add_link(self, link: LinkRecord, token_hash: str, created_by: str) -> None:
        await self._c.execute(
            insert(t.join_links).values(
                link_id=link.link_id,
                session_id=link.session_id,
                name=link.name,
                token_hash=token_hash,
                created_by=created_by,
                created_at=link.created_at,
                role=link.role,
                stream=link.stream,
                may_be_recorded=link.may_be_recorded,
            )
        )

    async def change_link(self, link_id: str, **values: Any) -> None:
        await self._c.execute(
            update(t.join_links).where(t.join_links.c.link_id == link_id).values(**values)
        )

    async def seat_of(
        self, session_id: str, *, user_id: str | None = None, link_id: str | None = None
    ) -> SeatRecord | None:
        s = t.seats
        owner = s.c.user_id == user_id if user_id is not None else s.c.link_id == link_id
        query = _seats().where(s.c.session_id == session_id, owner)
        row = (await self._c.execute(query)).first()
        return _seat(row) if row else None

    async def seat(self, participant_id: str) -> SeatRecord | None:
        query = _seats().where(t.seats.c.participant_id == participant_id)
        row = (await self._c.execute(query)).first()
        return _seat(row) if row else None

    async def seats(self, session_id: str) -> list[SeatRecord]:
        query = _seats().where(t.seats.c.session_id == session_id)
        return [_seat(row) for row in await self._c.execute(query)]

    async def add_seat(
        self,
        participant_id: str,
        session_id: str,
        user_id: str | None,
        link_id: str | None,
        now: datetime,
    ) -> None:
        await self._c.execute(
            insert(t.seats).values(
                participant_id=participant_id,
                session_id=session_id,
                user_id=user_id,
                link_id=link_id,
                created_at=now,
            )
        )


async def facilitator_names(
    connection: AsyncConnection, session_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Names by session, in the order they were added. Asked in one query for a whole list."""
    m, u = t.session_members, t.users
    names: dict[str, list[str]] = {}
    for start in range(0, len(session_ids), 500):  # SQLite limits the variables of a statement
        rows = await connection.execute(
            select(m.c.session_id, u.c.name)
            .select_from(m.join(u, m.c.user_id == u.c.user_id))
            .where(m.c.session_id.in_(session_ids[start : start + 500]), m.c.role == "facilitator")
            .order_by(m.c.added_at, func.lower(u.c.name))
        )
        for row in rows:
            names.setdefault(row.session_id, []).append(row.name)
    return names
