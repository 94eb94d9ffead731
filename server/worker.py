"""Composition root of the recording worker: ``python -m server.worker --data FOLDER``.

A child process of ``reprise serve`` by default, at low priority; any number may share one data
folder. It ends at once when asked to: whatever it was doing is taken up by the next worker.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import OperationalError

from recordings.leases import Leases
from recordings.pipeline import Pipeline, new_executor_id
from recordings.ports import Folders
from recordings.process import die_with_parent
from recordings.stages import Stages
from server.domain.events import Event
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Transcript
from server.slides.painter import Painter
from server.storage.engines import sync_engine
from server.storage.event_reading import read_events
from server.storage.recordings_store import RecordingsStore
from transcripts import captions, merge
from transcripts.ports import TranscribeResult

log = logging.getLogger(__name__)
_BEAT_S = 1.0


class LiveLog:
    """``live.db``, read only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def events(self, session_id: str) -> Sequence[Event]:
        return read_events(self._engine, session_id)


class TranscriptTexts:
    """The quick functions of the transcript code."""

    def merge(self, transcribed: bytes) -> Transcript:
        return merge.merged(msgspec.json.decode(transcribed, type=TranscribeResult))

    def merge_rooms(self, transcribed: bytes) -> dict[int, Transcript]:
        return merge.merged_rooms(msgspec.json.decode(transcribed, type=TranscribeResult))

    def captions(self, transcript: Transcript) -> str:
        return captions.captions_vtt(transcript)

    def chapter_cues(self, chapters: Sequence[Chapter]) -> str:
        return captions.chapters_vtt(chapters)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    data: Path
    transcribe_options: dict[str, Any] = field(default_factory=dict)
    """engine, model and language where they differ from the defaults"""
    transcripts_command: tuple[str, ...] = (sys.executable, "-m", "transcripts.child")


def settings_from_environment(data: str | None = None) -> WorkerSettings:
    options = {
        key: value
        for key, name in (
            ("engine", "REPRISE_SPEECH_ENGINE"),
            ("model", "REPRISE_SPEECH_MODEL"),
            ("language", "REPRISE_SPEECH_LANGUAGE"),
        )
        if (value := os.environ.get(name))
    }
    folder = data or os.environ.get("REPRISE_DATA", "data")
    return WorkerSettings(Path(folder).resolve(), options)


class Worker:
    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._pipeline: Pipeline | None = None

    def run(self) -> None:
        """Until ``leave``."""
        data = self._settings.data
        data.mkdir(parents=True, exist_ok=True)
        library = sync_engine(data / "library.db")
        live = sync_engine(data / "live.db")
        _wait_for_databases(library, live)
        jobs = data / "jobs.db"
        leases = Leases(sync_engine(jobs), new_executor_id())
        store = RecordingsStore(library)
        stages = Stages(
            store, LiveLog(live), TranscriptTexts(), Folders(data), Painter(),
            transcribe_options=self._settings.transcribe_options,
            transcripts_command=self._settings.transcripts_command,
        )  # fmt: skip
        pipeline = Pipeline(stages, store, leases, f"sqlite:///{jobs}")
        pipeline.start()
        self._pipeline = pipeline
        log.info("worker %s works on %s", leases.executor_id, data)
        while True:
            try:
                pipeline.beat()
            except Exception:
                # A locked database, a full disk, a log we cannot fold: what is under way goes on,
                # and the next beat finds what this one missed.
                log.exception("a beat was lost")
            time.sleep(_BEAT_S)

    def leave(self) -> None:
        """End now. Steps must not see their children die, or they would report a failure: the
        process goes first and its children with it."""
        if self._pipeline is not None:
            with contextlib.suppress(Exception):
                self._pipeline.release()
        os._exit(0)


def _wait_for_databases(library: Engine, live: Engine) -> None:
    """The server migrates them; a worker that came first waits."""
    while True:
        with contextlib.suppress(OperationalError):
            if inspect(library).has_table("job_steps") and inspect(live).has_table("events"):
                return
        time.sleep(0.2)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server.worker", description=__doc__)
    parser.add_argument("--data", help="data folder; default: REPRISE_DATA, else ./data")
    parser.add_argument(
        "--with-parent", action="store_true", help="die with the process that started it"
    )
    options = parser.parse_args(arguments)
    if options.with_parent:
        die_with_parent()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, 5)
    serve(settings_from_environment(options.data))
    return 0


def serve(settings: WorkerSettings) -> None:
    """Run a worker in this process until a signal ends it."""
    os.environ["REPRISE_DATA"] = str(settings.data)  # children find the models by it
    worker = Worker(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.leave())
    worker.run()


if __name__ == "__main__":
    sys.exit(main())
