"""The worker's view of library.db: leases, progress, publication, notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text, update

from recordings.ports import Job, Person, Published, PublishedStage, StepChange
from server.schemas.items import Item, Option
from server.schemas.jobs import Step, StepState
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Word
from server.storage import tables as t
from server.storage.engines import sync_engine
from server.storage.recordings_store import RecordingsStore

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


def version(number: int = 1, stage: PublishedStage = "published") -> Published:
    return Published(
        version=number,
        stage=stage,
        duration_ms=60_000,
        chapter_count=1,
        thumbnail="thumbs/0.webp",
        people=(
            Person("p-ada", "Ada", "facilitator", "ada"),
            Person("p-bo", "Bo", "learner", "bo"),
        ),
    )


def notices(engine: Engine) -> list[tuple[str, str]]:
    n = t.notifications.c
    with engine.connect() as connection:
        rows = connection.execute(select(n.user_id, n.kind).order_by(n.user_id))
        return [(row.user_id, row.kind) for row in rows]


def test_a_lease_keeps_other_workers_away_until_it_runs_out(
    store: RecordingsStore, clock: Clock
) -> None:
    assert store.pending_jobs() == [Job("r1", "s1", 1)]
    assert store.claim("r1", "one", 60)
    assert store.pending_jobs() == []
    assert not store.claim("r1", "two", 60)
    assert store.claim("r1", "one", 60)
    clock.advance(61)
    assert store.claim("r1", "two", 60)
    store.release("r1", "two")
    assert store.claim("r1", "one", 60)


def test_a_step_keeps_its_start_while_it_runs_and_starts_again_after_a_failure(
    store: RecordingsStore, clock: Clock
) -> None:
    def put(state: StepState, progress: float = 0.0, **more: Any) -> Step:
        store.set_step("r1", 1, StepChange("seal", state, progress, **more))
        [step] = store.steps("r1", 1)
        return step

    put("running")
    clock.advance(5)
    step = put("running", 0.5, detail="2 of 4 tracks")
    assert (step.started_at, step.progress, step.detail) == (START, 0.5, "2 of 4 tracks")
    step = put("failed", error="disk full")
    assert step.error == "disk full"
    assert step.finished_at == START + timedelta(seconds=5)
    clock.advance(5)
    step = put("running")
    assert step.started_at == START + timedelta(seconds=10)
    assert step.error is None
    assert step.finished_at is None
    step = put("done", cpu_s=0.2)
    assert (step.state, step.progress, step.cpu_s) == ("done", 1.0, 0.2)


def test_a_step_of_an_older_attempt_is_not_written(store: RecordingsStore, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(t.recordings).values(attempt=2))
    store.set_step("r1", 1, StepChange("seal", "done", 1.0))
    assert store.steps("r1", 1) == []


def test_publishing_swaps_the_pointer_and_names_the_accounts(
    store: RecordingsStore, engine: Engine
) -> None:
    store.publish("r1", version())
    row = store.load("r1")
    assert row is not None
    assert (row.version, store.stage("r1")) == (1, "published")
    assert store.pending_jobs() == []
    with engine.connect() as connection:
        p = t.recording_people.c
        rows = connection.execute(select(p.participant_id, p.user_id).order_by(p.participant_id))
        people = [(row.participant_id, row.user_id) for row in rows]
    # Ada has no seat here: an id that the seats do not know opens nothing.
    assert people == [("p-ada", None), ("p-bo", "bo")]


def test_a_provisional_version_never_replaces_a_published_one(store: RecordingsStore) -> None:
    store.publish("r1", version(1, "provisional"))
    assert store.stage("r1") == "provisional"
    store.publish("r1", version(2))
    store.publish("r1", version(3, "provisional"))
    row = store.load("r1")
    assert row is not None
    assert (row.version, store.stage("r1")) == (2, "published")


def test_a_failed_attempt_keeps_the_last_good_version(store: RecordingsStore) -> None:
    store.publish("r1", version(1, "provisional"))
    assert store.fail("r1", 1, "disk full")
    row = store.load("r1")
    assert row is not None
    assert (row.version, store.stage("r1")) == (1, "failed")


def test_what_is_published_does_not_fail_any_more(store: RecordingsStore) -> None:
    """A worker that stood still while another one took over and finished."""
    store.publish("r1", version(2, "published"))
    assert not store.fail("r1", 1, "its folders are gone")
    assert store.stage("r1") == "published"


def test_new_drafts_keep_what_people_decided(store: RecordingsStore, engine: Engine) -> None:
    store.replace_items("r1", [item("i1"), item("i2"), item("i3")])
    with engine.begin() as connection:
        connection.execute(
            update(t.items)
            .where(t.items.c.item_id == "i1")
            .values(state="accepted", stem="Better", is_edited=True)
        )
    store.replace_items("r1", [item("i2", "New"), item("i1")])
    with engine.connect() as connection:
        i = t.items.c
        rows = connection.execute(select(i.item_id, i.stem, i.state).order_by(i.position)).all()
    assert [tuple(row) for row in rows] == [("i2", "New", "draft"), ("i1", "Better", "accepted")]


def test_the_index_finds_words_by_their_stem_and_is_replaced(
    store: RecordingsStore, engine: Engine
) -> None:
    words = [Word(1200, 1500, "movable", 0.9), Word(1500, 1800, "type.", 0.9)]
    segment = Segment("g1", "p-ada", "Ada", 1200, 1800, words)
    for _ in range(2):
        store.index("r1", [segment], [Chapter("c1", 0, 9000, "Presses", None, ["Ada"])])
    with engine.connect() as connection:
        query = text("SELECT kind, start_ms FROM transcript_search WHERE text MATCH :q")
        found = [tuple(row) for row in connection.execute(query, {"q": '"types"'})]
        found += [tuple(row) for row in connection.execute(query, {"q": '"press"'})]
    assert found == [("segment", 1200), ("chapter", 0)]


def test_people_are_told_once_an_attempt(store: RecordingsStore, engine: Engine) -> None:
    store.publish("r1", version())
    store.notify("r1", 1, "recording_provisional")
    assert notices(engine) == [("ada", "recording_provisional")]
    store.notify("r1", 1, "recording_ready")
    store.notify("r1", 1, "recording_ready")
    assert sorted(notices(engine))[-2:] == [("ada", "recording_ready"), ("bo", "recording_ready")]
    assert len(notices(engine)) == 3


def test_session_meta_names_the_facilitators(store: RecordingsStore) -> None:
    meta = store.session_meta("s1")
    assert meta is not None
    assert (meta.title, meta.facilitator_names) == ("Printing", ("Ada",))
    assert store.session_meta("nowhere") is None
