"""What the recording worker reads and writes in ``library.db``.

Synchronous, for steps that run in threads. Every method is one short transaction (the live
server writes the same file), and every write may be repeated after a crash with the same effect.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from server.schemas.api import Item, RecordingStage, Step, StepName, StepState
from server.storage import tables as t

NotificationKind = Literal["recording_provisional", "recording_ready", "recording_failed"]

_NOTICE: Mapping[NotificationKind, str] = {
    "recording_provisional": "You can already watch {title}",
    "recording_ready": "Your recording is ready: {title}",
    "recording_failed": "Processing failed: {title}",
}


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DueRecording:
    recording_id: str
    session_id: str
    attempt: int
    stage: RecordingStage


@dataclass(frozen=True, slots=True)
class RecordingRow:
    recording_id: str
    session_id: str
    title: str
    stage: RecordingStage
    attempt: int
    version: int | None
    recorded_at: datetime
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class SessionMeta:
    """What the library knows of a session beside its log."""

    session_id: str
    title: str
    description: str
    course_title: str | None
    facilitator_names: tuple[str, ...]
    started_at: datetime | None
    ended_at: datetime | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class RecordedPerson:
    """Someone who took part. The account or link behind it is looked up by the seat."""

    participant_id: str
    name: str
    role: Literal["facilitator", "learner"]


@dataclass(frozen=True, slots=True)
class SearchRow:
    start_ms: int
    speaker: str
    text: str
    kind: Literal["segment", "chapter"] = "segment"


@dataclass(frozen=True, slots=True)
class Publication:
    """One version, complete on disk, about to become the one people see."""

    version: int
    stage: Literal["provisional", "published"]
    duration_ms: int
    participant_count: int
    chapter_count: int
    thumbnail: str | None
    """path inside the version folder"""
    people: Sequence[RecordedPerson]
    items: Sequence[Item] = ()
    search: Sequence[SearchRow] = ()
    recorded_at: datetime | None = None


class RecordingsStore:
    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._now = now

    # ---- queue ----

    def due_recordings(self, limit: int = 20) -> list[DueRecording]:
        """Recordings that wait for a worker: in processing, or watchable but unfinished, and
        leased by nobody now. Oldest first."""
        r = t.recordings
        query = (
            select(r.c.recording_id, r.c.session_id, r.c.attempt, r.c.stage)
            .where(
                r.c.stage.in_(("processing", "provisional")),
                r.c.deleted_at.is_(None),
                or_(r.c.lease_until.is_(None), r.c.lease_until < self._now()),
            )
            .order_by(r.c.created_at)
            .limit(limit)
        )
        with self._engine.execution_options(is_read=True).connect() as connection:
            return [DueRecording(*row) for row in connection.execute(query)]

    def claim(self, recording_id: str, owner: str, lease_s: float = 60.0) -> bool:
        """Take or renew the lease. False: another worker has it."""
        r = t.recordings
        now = self._now()
        with self._engine.begin() as connection:
            done = connection.execute(
                update(r)
                .where(
                    r.c.recording_id == recording_id,
                    or_(
                        r.c.lease_owner == owner,
                        r.c.lease_until.is_(None),
                        r.c.lease_until < now,
                    ),
                )
                .values(lease_owner=owner, lease_until=now + timedelta(seconds=lease_s))
            )
            return done.rowcount == 1

    def release(self, recording_id: str, owner: str) -> None:
        r = t.recordings
        with self._engine.begin() as connection:
            connection.execute(
                update(r)
                .where(r.c.recording_id == recording_id, r.c.lease_owner == owner)
                .values(lease_owner=None, lease_until=None)
            )

    # ---- reading ----

    def recording(self, recording_id: str) -> RecordingRow | None:
        r = t.recordings
        with self._engine.execution_options(is_read=True).connect() as connection:
            row = connection.execute(
                select(r).where(r.c.recording_id == recording_id)
            ).one_or_none()
        if row is None:
            return None
        return RecordingRow(
            recording_id=row.recording_id,
            session_id=row.session_id,
            title=row.title,
            stage=row.stage,
            attempt=row.attempt,
            version=row.version,
            recorded_at=row.recorded_at,
            is_deleted=row.deleted_at is not None,
        )

    def session_meta(self, session_id: str) -> SessionMeta | None:
        s, c, m, u = t.sessions, t.courses, t.session_members, t.users
        with self._engine.execution_options(is_read=True).connect() as connection:
            row = connection.execute(
                select(s, c.c.title.label("course_title"))
                .select_from(s.outerjoin(c, s.c.course_id == c.c.course_id))
                .where(s.c.session_id == session_id)
            ).one_or_none()
            if row is None:
                return None
            names = connection.execute(
                select(u.c.name)
                .select_from(m.join(u, m.c.user_id == u.c.user_id))
                .where(m.c.session_id == session_id, m.c.role == "facilitator")
                .order_by(m.c.added_at, u.c.name)
            ).scalars()
            return SessionMeta(
                session_id=session_id,
                title=row.title,
                description=row.description,
                course_title=row.course_title,
                facilitator_names=tuple(names),
                started_at=row.started_at,
                ended_at=row.ended_at,
                time_zone=row.time_zone,
            )

    def steps(self, recording_id: str, attempt: int) -> list[Step]:
        j = t.job_steps
        with self._engine.execution_options(is_read=True).connect() as connection:
            rows = connection.execute(
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

    # ---- progress ----

    def set_step(
        self,
        recording_id: str,
        attempt: int,
        name: StepName,
        state: StepState,
        *,
        progress: float | None = None,
        cpu_s: float | None = None,
        detail: str | None = None,
        error: str | None = None,
    ) -> None:
        """Report a step. The first ``running`` sets its start, an end state its finish; a step
        that runs again loses its old error."""
        now = self._now()
        is_over = state in ("done", "failed", "skipped")
        values: dict[str, Any] = {
            "state": state,
            "progress": 1.0 if state in ("done", "skipped") else (progress or 0.0),
            "finished_at": now if is_over else None,
            "error": error,
        }
        if cpu_s is not None:
            values["cpu_s"] = cpu_s
        if detail is not None:
            values["detail"] = detail
        j = t.job_steps
        fresh = {"started_at": None if state == "waiting" else now, **values}
        changed = dict(values)
        if state == "running":
            # A new run of a finished step starts its clock again; progress reports do not.
            changed["started_at"] = func.iif(
                and_(j.c.state == "running", j.c.started_at.is_not(None)),
                j.c.started_at,
                round(now.timestamp() * 1000),
            )
        statement = upsert(j).values(recording_id=recording_id, attempt=attempt, name=name, **fresh)
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["recording_id", "attempt", "name"], set_=changed
                )
            )

    def set_stage(
        self, recording_id: str, stage: RecordingStage, failure: str | None = None
    ) -> None:
        """``failed`` keeps the last good version watchable; ``failure`` is its cause in words."""
        r = t.recordings
        with self._engine.begin() as connection:
            connection.execute(
                update(r)
                .where(r.c.recording_id == recording_id)
                .values(stage=stage, failure=failure)
            )

    # ---- publishing ----

    def publish_version(self, recording_id: str, publication: Publication) -> None:
        """Swap the pointer and everything lists and search show, in one transaction.

        People's decisions about items outlive a new version: an item that was edited, accepted
        or dropped keeps its state and wording; untouched drafts are replaced.
        """
        r = t.recordings
        now = self._now()
        values: dict[str, Any] = {
            "version": publication.version,
            "stage": publication.stage,
            "duration_ms": publication.duration_ms,
            "participant_count": publication.participant_count,
            "chapter_count": publication.chapter_count,
            "thumbnail": publication.thumbnail,
            "failure": None,
        }
        if publication.stage == "published":
            values["published_at"] = now
        else:
            values["provisional_at"] = now
        if publication.recorded_at is not None:
            values["recorded_at"] = publication.recorded_at
        with self._engine.begin() as connection:
            connection.execute(update(r).where(r.c.recording_id == recording_id).values(**values))
            self._put_people(connection, recording_id, publication.people)
            if publication.stage == "published":
                self._put_items(connection, recording_id, publication.items)
            self._put_search(connection, recording_id, publication.search)

    def _put_people(
        self, connection: Connection, recording_id: str, people: Sequence[RecordedPerson]
    ) -> None:
        p, s = t.recording_people, t.seats
        connection.execute(delete(p).where(p.c.recording_id == recording_id))
        if not people:
            return
        ids = [person.participant_id for person in people]
        seats = {
            row.participant_id: (row.user_id, row.link_id)
            for row in connection.execute(
                select(s.c.participant_id, s.c.user_id, s.c.link_id).where(
                    s.c.participant_id.in_(ids)
                )
            )
        }
        rows: list[dict[str, Any]] = []
        for person in people:
            user_id, link_id = seats.get(person.participant_id, (None, None))
            rows.append(
                {
                    "recording_id": recording_id,
                    "participant_id": person.participant_id,
                    "name": person.name,
                    "role": person.role,
                    "user_id": user_id,
                    "link_id": link_id,
                }
            )
        connection.execute(insert(p), rows)

    def _put_items(self, connection: Connection, recording_id: str, items: Sequence[Item]) -> None:
        i = t.items
        mine = i.c.recording_id == recording_id
        untouched = and_(mine, i.c.state == "draft", i.c.is_edited.is_(False))
        connection.execute(delete(i).where(untouched))
        kept = set(connection.execute(select(i.c.item_id).where(mine)).scalars())
        rows: list[dict[str, Any]] = []
        for position, item in enumerate(items):
            if item.item_id in kept:
                connection.execute(
                    update(i).where(mine, i.c.item_id == item.item_id).values(position=position)
                )
                continue
            fields = cast(dict[str, Any], msgspec.to_builtins(item))
            rows.append({"recording_id": recording_id, "position": position, **fields})
        if rows:
            connection.execute(insert(i), rows)

    def _put_search(
        self, connection: Connection, recording_id: str, rows: Sequence[SearchRow]
    ) -> None:
        connection.execute(
            text("DELETE FROM transcript_search WHERE recording_id = :id"), {"id": recording_id}
        )
        if rows:
            connection.execute(
                text(
                    "INSERT INTO transcript_search (recording_id, kind, start_ms, speaker, text) "
                    "VALUES (:id, :kind, :start_ms, :speaker, :text)"
                ),
                [
                    {
                        "id": recording_id,
                        "kind": row.kind,
                        "start_ms": row.start_ms,
                        "speaker": row.speaker,
                        "text": row.text,
                    }
                    for row in rows
                ],
            )

    def notify_people(self, recording_id: str, kind: NotificationKind) -> int:
        """Tell the accounts behind a recording, once an attempt; its facilitators alone hear of
        a failure. Returns how many were told now."""
        r, p, m, n = t.recordings, t.recording_people, t.session_members, t.notifications
        with self._engine.begin() as connection:
            row = connection.execute(
                select(r.c.title, r.c.session_id, r.c.attempt).where(
                    r.c.recording_id == recording_id
                )
            ).one_or_none()
            if row is None:
                return 0
            told = select(m.c.user_id).where(
                m.c.session_id == row.session_id, m.c.role == "facilitator"
            )
            if kind != "recording_failed":
                told = told.union(
                    select(p.c.user_id).where(
                        p.c.recording_id == recording_id, p.c.user_id.is_not(None)
                    )
                )
            user_ids = connection.execute(told).scalars().all()
            count = 0
            for user_id in user_ids:
                done = connection.execute(
                    upsert(n)
                    .values(
                        notification_id=secrets.token_hex(8),
                        user_id=user_id,
                        kind=kind,
                        recording_id=recording_id,
                        attempt=row.attempt,
                        title=_NOTICE[kind].format(title=row.title),
                        path=f"/recordings/{recording_id}",
                        created_at=self._now(),
                    )
                    .on_conflict_do_nothing()
                )
                count += done.rowcount
            return count
