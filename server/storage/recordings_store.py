"""What the recording worker reads and writes in ``library.db``: adapter of its port.

Synchronous, for steps that run in threads. Every method is one short transaction (the live
server writes the same file), and every write may be repeated after a crash with the same effect.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from recordings.ports import IndexedRoom, Job, Person, Published, RecordingRow, StepChange
from server.schemas.items import Item
from server.schemas.jobs import Step
from server.schemas.recordings import Chapter, RecordingStage
from server.schemas.transcripts import Segment
from server.storage import tables as t
from server.storage.room_search import put_rooms

NotificationKind = Literal["recording_provisional", "recording_ready", "recording_failed"]


def utc_now() -> datetime:
    return datetime.now(UTC)


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


class RecordingsStore:
    """Implements ``recordings.ports.RecordingsStore``."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._now = now

    # ---- queue ----

    def pending_jobs(self) -> list[Job]:
        """Oldest first; a recording that another worker holds a lease on is left out."""
        r = t.recordings
        return self._jobs(
            r.c.stage.in_(("processing", "provisional")),
            or_(r.c.lease_until.is_(None), r.c.lease_until < self._now()),
        )

    def live_sessions(self) -> list[Job]:
        return self._jobs(t.recordings.c.stage == "live")

    def _jobs(self, *conditions: Any) -> list[Job]:
        r = t.recordings
        query = (
            select(r.c.recording_id, r.c.session_id, r.c.attempt)
            .where(r.c.deleted_at.is_(None), *conditions)
            .order_by(r.c.created_at)
        )
        with self._engine.execution_options(is_read=True).connect() as connection:
            return [Job(*row) for row in connection.execute(query)]

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

    def load(self, recording_id: str) -> RecordingRow | None:
        r = t.recordings
        with self._engine.execution_options(is_read=True).connect() as connection:
            row = connection.execute(
                select(r).where(r.c.recording_id == recording_id)
            ).one_or_none()
        if row is None:
            return None
        meta = self.session_meta(row.session_id)
        return RecordingRow(
            recording_id=row.recording_id,
            session_id=row.session_id,
            title=row.title,
            description=meta.description if meta else "",
            course_title=meta.course_title if meta else None,
            recorded_at=row.recorded_at,
            attempt=row.attempt,
            version=row.version,
            facilitator_names=meta.facilitator_names if meta else (),
        )

    def stage(self, recording_id: str) -> RecordingStage | None:
        r = t.recordings
        with self._engine.execution_options(is_read=True).connect() as connection:
            return connection.execute(
                select(r.c.stage).where(r.c.recording_id == recording_id)
            ).scalar_one_or_none()

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

    def set_step(self, recording_id: str, attempt: int, change: StepChange) -> None:
        """The first ``running`` sets the start, an end state the finish; a step that runs again
        starts its clock again and loses its old error. None leaves a value as it is."""
        now = self._now()
        is_over = change.state in ("done", "failed", "skipped")
        j, r = t.job_steps, t.recordings
        with self._engine.begin() as connection:
            current = connection.execute(
                select(r.c.attempt).where(r.c.recording_id == recording_id)
            ).scalar_one_or_none()
            if current != attempt:
                return
            old = connection.execute(
                select(j).where(
                    j.c.recording_id == recording_id,
                    j.c.attempt == attempt,
                    j.c.name == change.name,
                )
            ).one_or_none()
            is_going_on = old is not None and old.state == "running"
            started_at = change.started_at
            if started_at is None and change.state != "waiting":
                has_start = old is not None and (is_going_on or is_over)
                started_at = (old.started_at if old is not None and has_start else None) or now
            values: dict[str, Any] = {
                "state": change.state,
                "progress": 1.0 if change.state in ("done", "skipped") else change.progress,
                "started_at": started_at,
                "finished_at": (change.finished_at or now) if is_over else None,
                "error": change.error,
            }
            for name in ("cpu_s", "detail"):
                if (value := getattr(change, name)) is not None:
                    values[name] = value
            connection.execute(
                upsert(j)
                .values(recording_id=recording_id, attempt=attempt, name=change.name, **values)
                .on_conflict_do_update(
                    index_elements=["recording_id", "attempt", "name"], set_=values
                )
            )

    def fail(self, recording_id: str, attempt: int, reason: str) -> bool:
        r = t.recordings
        with self._engine.begin() as connection:
            failed = connection.execute(
                update(r)
                .where(
                    r.c.recording_id == recording_id,
                    r.c.attempt == attempt,
                    r.c.stage != "published",
                )
                .values(stage="failed", failure=reason, lease_owner=None, lease_until=None)
            )
            return failed.rowcount == 1

    # ---- publishing ----

    def publish(self, recording_id: str, published: Published) -> None:
        """Swap the pointer and everything lists show, in one transaction."""
        r = t.recordings
        now = self._now()
        is_final = published.stage == "published"
        values: dict[str, Any] = {
            "version": published.version,
            "stage": published.stage,
            "duration_ms": published.duration_ms,
            "participant_count": len(published.people),
            "chapter_count": published.chapter_count,
            "thumbnail": published.thumbnail,
            "failure": None,
            # Repeating a publication does not make it any newer.
            ("published_at" if is_final else "provisional_at"): func.coalesce(
                r.c.published_at if is_final else r.c.provisional_at,
                round(now.timestamp() * 1000),
            ),
        }
        with self._engine.begin() as connection:
            query = update(r).where(r.c.recording_id == recording_id).values(**values)
            if not is_final:
                query = query.where(r.c.published_at.is_(None))
            if connection.execute(query).rowcount:
                self._put_people(connection, recording_id, published.people)

    def _put_people(
        self, connection: Connection, recording_id: str, people: Sequence[Person]
    ) -> None:
        """Added to those the end of the session wrote: someone who declined to be recorded is
        not among the pipeline's people and may watch all the same."""
        p, s = t.recording_people, t.seats
        ids = [person.participant_id for person in people]
        seats = {
            row.participant_id: (row.user_id, row.link_id)
            for row in connection.execute(
                select(s.c.participant_id, s.c.user_id, s.c.link_id).where(
                    s.c.participant_id.in_(ids)
                )
            )
        }
        for person in people:
            user_id, link_id = seats.get(person.participant_id, (None, None))
            shown = {"name": person.name, "role": person.role}
            connection.execute(
                upsert(p)
                .values(
                    recording_id=recording_id,
                    participant_id=person.participant_id,
                    user_id=user_id,
                    link_id=link_id,
                    **shown,
                )
                .on_conflict_do_update(
                    index_elements=["recording_id", "participant_id"], set_=shown
                )
            )

    def replace_items(self, recording_id: str, items: Sequence[Item]) -> None:
        """People's decisions outlive a new version: an item that was edited, accepted or dropped
        keeps its state and wording; untouched drafts are replaced."""
        i = t.items
        mine = i.c.recording_id == recording_id
        with self._engine.begin() as connection:
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

    def index(
        self,
        recording_id: str,
        segments: Sequence[Segment],
        chapters: Sequence[Chapter],
        shown: Sequence[tuple[int, str]] = (),
        rooms: Sequence[IndexedRoom] = (),
        index_format: int = 0,
    ) -> None:
        rows = [
            {
                "id": recording_id,
                "kind": "segment",
                "start_ms": segment.start_ms,
                "speaker": segment.speaker_name,
                "text": " ".join(word.text for word in segment.words),
            }
            for segment in segments
        ]
        rows += [
            {
                "id": recording_id,
                "kind": "chapter",
                "start_ms": chapter.start_ms,
                "speaker": ", ".join(chapter.speaker_names),
                "text": chapter.title,
            }
            for chapter in chapters
        ]
        rows += [
            {
                "id": recording_id, "kind": "shown", "start_ms": start_ms, "speaker": "",
                "text": text_,
            }
            for start_ms, text_ in shown
        ]  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(
                text("DELETE FROM transcript_search WHERE recording_id = :id"),
                {"id": recording_id},
            )
            if rows:
                connection.execute(
                    text(
                        "INSERT INTO transcript_search "
                        "(recording_id, kind, start_ms, speaker, text) "
                        "VALUES (:id, :kind, :start_ms, :speaker, :text)"
                    ),
                    rows,
                )
            put_rooms(connection, recording_id, rooms, index_format)

    def outdated_indexes(self, index_format: int) -> list[Job]:
        r, x = t.recordings, t.recording_indexes
        query = (
            select(r.c.recording_id, r.c.session_id, r.c.attempt)
            .outerjoin(x, x.c.recording_id == r.c.recording_id)
            .where(r.c.stage == "published", func.coalesce(x.c.format, 0) != index_format)
            .order_by(r.c.created_at)
        )
        with self._engine.execution_options(is_read=True).connect() as connection:
            return [Job(*row) for row in connection.execute(query)]

    def index_rooms(
        self, recording_id: str, version: int, rooms: Sequence[IndexedRoom], index_format: int
    ) -> None:
        r = t.recordings
        current = select(r.c.recording_id).where(
            r.c.recording_id == recording_id, r.c.version == version, r.c.stage == "published"
        )
        with self._engine.begin() as connection:
            if connection.execute(current).first() is not None:
                put_rooms(connection, recording_id, rooms, index_format)

    def notify(self, recording_id: str, attempt: int, kind: NotificationKind) -> None:
        """Accounts only: a guest has no place in the app where a notice could wait. What the kind
        means is said by the app, in the reader's language."""
        r, p, m, n = t.recordings, t.recording_people, t.session_members, t.notifications
        with self._engine.begin() as connection:
            row = connection.execute(
                select(r.c.title, r.c.session_id).where(r.c.recording_id == recording_id)
            ).one_or_none()
            if row is None:
                return
            told = select(m.c.user_id).where(
                m.c.session_id == row.session_id, m.c.role == "facilitator"
            )
            if kind == "recording_ready":
                told = told.union(
                    select(p.c.user_id).where(
                        p.c.recording_id == recording_id, p.c.user_id.is_not(None)
                    )
                )
            for user_id in connection.execute(told).scalars().all():
                connection.execute(
                    upsert(n)
                    .values(
                        notification_id=secrets.token_hex(8),
                        user_id=user_id,
                        kind=kind,
                        recording_id=recording_id,
                        attempt=attempt,
                        title=row.title,
                        path=f"/recordings/{recording_id}",
                        created_at=self._now(),
                    )
                    .on_conflict_do_nothing()
                )
