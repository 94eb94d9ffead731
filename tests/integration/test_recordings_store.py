"""The worker's view of library.db: leases, progress, publication, notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update

from server.schemas.api import Item, Option
from server.storage import tables as t
from server.storage.engines import sync_engine
from server.storage.recordings_store import (
    Publication,
    RecordedPerson,
    RecordingsStore,
    SearchRow,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sync_engine(tmp_path / "library.db")
    t.metadata.create_all(engine)
    with engine.begin() as connection:
        for name, role in (("ada", "facilitator"), ("bo", "learner")):
            connection.execute(
                insert(t.users).values(
                    user_id=name,
                    email=f"{name}@x.org",
                    name=name.title(),
                    role=role,
                    password_hash="-",
                    created_at=START,
                )
            )
        connection.execute(
            insert(t.sessions).values(
                session_id="s1", title="Printing", created_by="ada", created_at=START
            )
        )
        connection.execute(
            insert(t.session_members).values(
                session_id="s1", user_id="ada", role="facilitator", added_at=START
            )
        )
        connection.execute(
            insert(t.seats).values(
                participant_id="p-bo", session_id="s1", user_id="bo", created_at=START
            )
        )
        connection.execute(
            insert(t.recordings).values(
                recording_id="r1",
                session_id="s1",
                title="Printing",
                stage="processing",
                recorded_at=START,
                created_at=START,
            )
        )
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> RecordingsStore:
    return RecordingsStore(engine, clock)


def item(item_id: str, stem: str = "Who printed first?") -> Item:
    return Item(
        item_id=item_id, state="draft", stem=stem,
        options=[Option("a", "Gutenberg", True, "Yes"), Option("b", "Caxton", False, "Later")],
        evidence="Gutenberg printed", evidence_start_ms=0, evidence_end_ms=900,
        chapter_id=None, origin="fact",
    )  # fmt: skip


def published(items: list[Item], version: int = 1) -> Publication:
    return Publication(
        version=version, stage="published", duration_ms=60_000, participant_count=2,
        chapter_count=1, thumbnail="thumbs/0.webp",
        people=[RecordedPerson("p-ada", "Ada", "facilitator"),
                RecordedPerson("p-bo", "Bo", "learner")],
        items=items, search=[SearchRow(1200, "Ada", "movable type")],
    )  # fmt: skip


def test_a_lease_keeps_other_workers_away_until_it_runs_out(
    store: RecordingsStore, clock: Clock
) -> None:
    assert [due.recording_id for due in store.due_recordings()] == ["r1"]
    assert store.claim("r1", "one", 60)
    assert store.due_recordings() == []
    assert not store.claim("r1", "two", 60)
    assert store.claim("r1", "one", 60)
    clock.advance(61)
    assert store.claim("r1", "two", 60)
    store.release("r1", "two")
    assert store.claim("r1", "one", 60)


def test_a_step_keeps_its_start_while_it_runs_and_starts_again_after_a_failure(
    store: RecordingsStore, clock: Clock
) -> None:
    store.set_step("r1", 1, "seal", "running")
    clock.advance(5)
    store.set_step("r1", 1, "seal", "running", progress=0.5, detail="2 of 4 tracks")
    [step] = store.steps("r1", 1)
    assert (step.started_at, step.progress, step.detail) == (START, 0.5, "2 of 4 tracks")
    store.set_step("r1", 1, "seal", "failed", error="disk full")
    [step] = store.steps("r1", 1)
    assert step.error == "disk full" and step.finished_at == START + timedelta(seconds=5)
    clock.advance(5)
    store.set_step("r1", 1, "seal", "running")
    [step] = store.steps("r1", 1)
    assert step.started_at == START + timedelta(seconds=10)
    assert step.error is None and step.finished_at is None
    store.set_step("r1", 1, "seal", "done", cpu_s=0.2)
    [step] = store.steps("r1", 1)
    assert (step.state, step.progress, step.cpu_s) == ("done", 1.0, 0.2)


def test_publishing_swaps_the_pointer_and_names_the_accounts(
    store: RecordingsStore, engine: Engine
) -> None:
    store.publish_version("r1", published([item("i1")]))
    row = store.recording("r1")
    assert row is not None and (row.version, row.stage) == (1, "published")
    assert store.due_recordings() == []
    with engine.connect() as connection:
        p = t.recording_people
        people = dict(connection.execute(select(p.c.participant_id, p.c.user_id)).all())  # type: ignore[arg-type]
        hits = (
            connection.execute(
                text("SELECT start_ms FROM transcript_search WHERE text MATCH '\"types\"'")
            )
            .scalars()
            .all()
        )
    assert people == {"p-ada": None, "p-bo": "bo"}
    assert hits == [1200]


def test_a_new_version_keeps_what_people_decided(store: RecordingsStore, engine: Engine) -> None:
    store.publish_version("r1", published([item("i1"), item("i2"), item("i3")]))
    with engine.begin() as connection:
        connection.execute(
            update(t.items)
            .where(t.items.c.item_id == "i1")
            .values(state="accepted", stem="Better", is_edited=True)
        )
    store.publish_version("r1", published([item("i2", "New"), item("i1")], version=2))
    with engine.connect() as connection:
        i = t.items.c
        rows = connection.execute(select(i.item_id, i.stem, i.state).order_by(i.position)).all()
    assert [tuple(row) for row in rows] == [
        ("i2", "New", "draft"), ("i1", "Better", "accepted"),
    ]  # fmt: skip


def test_people_are_told_once_an_attempt(store: RecordingsStore) -> None:
    store.publish_version("r1", published([]))
    assert store.notify_people("r1", "recording_ready") == 2
    assert store.notify_people("r1", "recording_ready") == 0
    assert store.notify_people("r1", "recording_failed") == 1


def test_session_meta_names_the_facilitators(store: RecordingsStore) -> None:
    meta = store.session_meta("s1")
    assert meta is not None
    assert (meta.title, meta.facilitator_names) == ("Printing", ("Ada",))
    assert store.session_meta("nowhere") is None
