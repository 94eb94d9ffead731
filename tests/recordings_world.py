"""A data folder after a class: library, event log and captures, ready for the worker."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy import Engine, insert, select, update

from server.domain.events import Event
from server.schemas.jobs import Step
from server.schemas.recordings import Recording
from server.storage import tables as t
from server.storage.engines import sync_engine
from server.storage.event_log import Append, EventLog
from server.storage.migrate import upgrade
from server.storage.recordings_store import RecordingsStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class World:
    """One session ``s1`` of facilitator ``ada`` with recording ``r1``."""

    data: Path
    library: Engine
    store: RecordingsStore

    @classmethod
    def create(cls, data: Path, log: Sequence[Event], stage: str = "processing") -> World:
        data.mkdir(parents=True, exist_ok=True)
        library = sync_engine(data / "library.db")
        live = sync_engine(data / "live.db")
        upgrade(library, "library")
        upgrade(live, "live")
        live.dispose()
        world = cls(data, library, RecordingsStore(library))
        world._people(stage)
        world.append(log)
        return world

    def _people(self, stage: str) -> None:
        with self.library.begin() as connection:
            for name, role in (("ada", "facilitator"), ("bo", "learner")):
                connection.execute(
                    insert(t.users).values(
                        user_id=name, email=f"{name}@x.org", name=name.title(), role=role,
                        password_hash="-", created_at=START,
                    )
                )  # fmt: skip
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
                    participant_id="bo", session_id="s1", user_id="bo", created_at=START
                )
            )
            connection.execute(
                insert(t.recordings).values(
                    recording_id="r1", session_id="s1", title="Printing", stage=stage,
                    recorded_at=START, created_at=START,
                )
            )  # fmt: skip

    def append(self, log: Sequence[Event]) -> None:
        asyncio.run(self._append(log))

    def set_stage(self, stage: str) -> None:
        with self.library.begin() as connection:
            connection.execute(update(t.recordings).values(stage=stage))

    async def _append(self, log: Sequence[Event]) -> None:
        engine = sync_engine(self.data / "live.db", "FULL")
        events = EventLog(engine)
        await events.start()
        await events.append(Append("s1", log))
        await events.close()
        engine.dispose()

    # ---- reading ----

    def stage(self) -> str | None:
        return self.store.stage("r1")

    def steps(self, attempt: int = 1) -> dict[str, Step]:
        return {step.name: step for step in self.store.steps("r1", attempt)}

    def version(self) -> int | None:
        row = self.store.load("r1")
        return row.version if row is not None else None

    def folder(self, version: int | None = None) -> Path:
        return self.data / "recordings" / "r1" / f"v{version or self.version()}"

    def recording(self) -> Recording:
        return msgspec.json.decode((self.folder() / "recording.json").read_bytes(), type=Recording)

    def attempt(self) -> int:
        row = self.store.load("r1")
        return row.attempt if row is not None else 1

    def workflow_state(self, attempt: int = 1) -> str | None:
        """What the durable log says of the recording's workflow."""
        jobs = self.data / "jobs.db"
        if not jobs.exists():
            return None
        with (
            closing(sqlite3.connect(jobs, timeout=10)) as connection,
            suppress(sqlite3.OperationalError),
        ):
            row = connection.execute(
                "SELECT status FROM workflow_status WHERE workflow_uuid = ?",
                (f"recording:r1:{attempt}",),
            ).fetchone()
            return row[0] if row else None
        return None

    def notices(self) -> list[tuple[str, str]]:
        n = t.notifications
        with self.library.connect() as connection:
            rows = connection.execute(select(n.c.user_id, n.c.kind).order_by(n.c.created_at))
            return [(row.user_id, row.kind) for row in rows]


class WorkerProcess:
    """The real worker in a process of its own, with quick words (tests/recordings_worker.py)."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.log = (data / "worker.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.recordings_worker", str(data)],
            cwd=ROOT,
            env={**os.environ, "REPRISE_DATA": str(data), **environment},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()
        self.process.wait(timeout=10)
        self.log.close()

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def until(condition: Callable[[], bool], timeout_s: float, what: str = "") -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out: {what}")
        time.sleep(0.05)
