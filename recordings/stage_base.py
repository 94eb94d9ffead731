"""What every step of the pipeline needs: where results lie, and children to do heavy work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from recordings.assemble import Assembled
from recordings.boards import Boards
from recordings.facts import Facts
from recordings.ports import (
    BoardPainter,
    EventSource,
    Folders,
    Job,
    RecordingsStore,
    StepFailed,
    Texts,
)
from recordings.process import run
from recordings.workshop import Workshop
from server.schemas.items import Item
from server.schemas.jobs import StepName
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Transcript

FORMAT = 1
"""part of every digest: raise it when a step's code makes a different result of equal inputs"""
Progress = Callable[[float], None]


class Done(Struct, frozen=True):
    """What a step leaves in the durable log."""

    digest: str
    cpu_s: float = 0.0
    seconds: float = 0.0
    detail: str = ""
    was_kept: bool = False
    """the result of equal inputs was there"""
    counts: dict[str, float] = field(default_factory=dict)


class _FoundChapters(Struct):
    chapters: list[Chapter]
    rooms: dict[int, list[Chapter]] = {}


class StageBase:
    def __init__(
        self,
        store: RecordingsStore,
        log: EventSource,
        texts: Texts,
        folders: Folders,
        painter: BoardPainter,
        *,
        transcribe_options: Mapping[str, Any] | None = None,
        transcripts_command: Sequence[str] = (sys.executable, "-m", "transcripts.child"),
    ) -> None:
        self._store = store
        self._log = log
        self._texts = texts
        self._folders = folders
        self.boards = Boards(painter, folders)
        self._transcribe_options = dict(transcribe_options or {})
        self._transcripts_command = tuple(transcripts_command)

    def _workshop(self, job: Job) -> Workshop:
        return Workshop(self._folders.work(job.recording_id))

    def _folder(self, job: Job, done: Mapping[str, Done], step: StepName) -> Path:
        return self._workshop(job).folder(step, done[step].digest)

    def _capture_paths(self, job: Job) -> list[Path]:
        folder = self._folders.captures(job.session_id)
        return sorted(folder.glob("*.rtp")) if folder.is_dir() else []

    def _facts(self, job: Job, done: Mapping[str, Done]) -> Facts:
        raw = (self._folder(job, done, "seal") / "facts.json").read_bytes()
        return msgspec.json.decode(raw, type=Facts)

    def _drawn(self, job: Job, facts: Facts) -> Path:
        """Folder with the pictures of whiteboards."""
        return self.boards.drawn(job, facts.all_boards)

    def _assembled(self, job: Job, done: Mapping[str, Done]) -> Assembled:
        raw = (self._folder(job, done, "assemble") / "assembled.json").read_bytes()
        return msgspec.json.decode(raw, type=Assembled)

    def _transcript(self, job: Job, done: Mapping[str, Done]) -> Transcript:
        raw = (self._folder(job, done, "merge") / "transcript.json").read_bytes()
        return msgspec.json.decode(raw, type=Transcript)

    def _said_in_rooms(self, job: Job, done: Mapping[str, Done]) -> dict[int, Transcript]:
        """Number of the room → what was said in it, in its own time."""
        path = self._folder(job, done, "merge") / "rooms.json"
        if not path.exists():
            return {}
        return msgspec.json.decode(path.read_bytes(), type=dict[int, Transcript])

    def _chapter_list(self, job: Job, done: Mapping[str, Done]) -> list[Chapter]:
        return self._found_chapters(job, done).chapters

    def _chapters_in_rooms(self, job: Job, done: Mapping[str, Done]) -> dict[int, list[Chapter]]:
        """By the number of the room, in its own time."""
        return self._found_chapters(job, done).rooms

    def _found_chapters(self, job: Job, done: Mapping[str, Done]) -> _FoundChapters:
        raw = (self._folder(job, done, "chapters") / "chapters.json").read_bytes()
        return msgspec.json.decode(raw, type=_FoundChapters)

    def _item_list(self, job: Job, done: Mapping[str, Done]) -> list[Item]:
        class Found(Struct):
            items: list[Item]

        raw = (self._folder(job, done, "items") / "items.json").read_bytes()
        return msgspec.json.decode(raw, type=Found).items

    def _child_step(
        self, job: Job, verb: StepName, digest: str, work: Any, progress: Progress
    ) -> Done:
        command = (sys.executable, "-m", "recordings.child")

        def build(out: Path) -> None:
            nonlocal cpu_s
            write(out / "job.json", work)
            cpu_s = self._child([*command, verb, str(out / "job.json"), str(out)], verb, progress)

        cpu_s = 0.0
        made = self._workshop(job).make(verb, digest, build)
        return Done(digest, cpu_s=cpu_s, was_kept=not made)

    def _transcripts_step(
        self, job: Job, verb: StepName, digest: str, work: Any, progress: Progress
    ) -> Done:
        def build(out: Path) -> None:
            nonlocal cpu_s
            write(out / "job.json", work)
            result = out / f"{verb}.json"
            cpu_s = self._child(
                [*self._transcripts_command, verb, str(out / "job.json"), str(result)],
                verb, progress,
            )  # fmt: skip
            if not result.exists():
                raise StepFailed(f"{verb}: no result was written")

        cpu_s = 0.0
        made = self._workshop(job).make(verb, digest, build)
        return Done(digest, cpu_s=cpu_s, was_kept=not made)

    def _child(self, command: Sequence[str], verb: str, progress: Progress) -> float:
        error: list[str] = []

        def on_line(line: str) -> None:
            try:
                said = msgspec.json.decode(line)
            except msgspec.DecodeError:
                return
            if not isinstance(said, dict):
                return
            if "error" in said:
                cause = said["error"]
                error.append(str(cause.get("message") if isinstance(cause, dict) else cause))
            elif isinstance(said.get("progress"), int | float):
                progress(float(said["progress"]))

        root = Path(__file__).resolve().parent.parent
        finished = run(command, on_line=on_line, leads_group=True, cwd=root)
        if finished.status != 0:
            killed = f"stopped by signal {-finished.status}" if finished.status < 0 else ""
            raise StepFailed(
                error[-1] if error else killed or finished.error_tail[-600:] or f"{verb} failed"
            )
        return finished.cpu_s


def write(path: Path, value: Any) -> None:
    path.write_bytes(msgspec.json.encode(value, order="deterministic"))


def report_of(done: Mapping[str, Done]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(one) for name, one in done.items()}
