"""What the pipeline needs of the rest: the library, the event log, and the text engines.

The adapters live in server/storage; only server/worker.py joins them with the pipeline. All
methods are synchronous: they are called from the threads of the durable steps and hold a
transaction of the library for a few milliseconds only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from server.domain.events import Event
from server.schemas.items import Item
from server.schemas.jobs import StepName, StepState
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Transcript

STEPS: tuple[StepName, ...] = (
    "seal", "verify", "assemble", "provisional", "transcribe", "merge", "chapters", "items",
    "compose", "renditions", "index", "publish",
)  # fmt: skip
PublishedStage = Literal["provisional", "published"]


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt to turn a session that ended into a recording."""

    recording_id: str
    session_id: str
    attempt: int

    @property
    def workflow_id(self) -> str:
        return f"recording:{self.recording_id}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """What the library knows of a recording before and beside its files."""

    recording_id: str
    session_id: str
    title: str
    description: str
    course_title: str | None
    recorded_at: datetime
    attempt: int
    version: int | None
    facilitator_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepChange:
    """The new state of a step; None leaves a value as it is."""

    name: StepName
    state: StepState
    progress: float
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cpu_s: float | None = None
    detail: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who was let in, and may therefore watch."""

    participant_id: str
    name: str
    role: str
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """What the library shows of a version that has just been written."""

    version: int
    stage: PublishedStage
    duration_ms: int
    thumbnail: str | None
    """path inside the version folder"""
    people: tuple[Person, ...]
    chapter_count: int


@dataclass(frozen=True, slots=True)
class IndexedRoom:
    """What of a breakout room is searched, by those who may enter it."""

    number: int
    name: str
    name_de: str
    debate_id: str | None
    """of a side by itself"""
    is_open: bool
    """its notes are open, and with them the room"""
    people: frozenset[str]
    """participants who may enter"""
    lines: tuple[tuple[str, int, str, str], ...]
    """``(kind, at, speaker, text)``, in the room's own time"""


class RecordingsStore(Protocol):
    """Rows of ``library.db``."""

    def pending_jobs(self) -> Sequence[Job]:
        """Recordings whose session has ended and whose attempt is not finished."""
        ...

    def live_sessions(self) -> Sequence[Job]:
        """Recordings whose session still goes on."""
        ...

    def load(self, recording_id: str) -> RecordingRow | None: ...

    def set_step(self, recording_id: str, attempt: int, change: StepChange) -> None:
        """Insert or update; a step of an older attempt is never changed."""
        ...

    def publish(self, recording_id: str, published: Published) -> None:
        """Swap the pointer to ``v<version>``, in one transaction. The same version twice is
        one publication. A provisional version never replaces a published one."""
        ...

    def fail(self, recording_id: str, attempt: int, reason: str) -> bool:
        """The attempt has ended in failure; the last good version stays visible. False, and
        nothing changes, when it was published after all: a worker that stood still so long that
        another took over finds the folders gone."""
        ...

    def replace_items(self, recording_id: str, items: Sequence[Item]) -> None:
        """Put the new drafts in; those a person accepted, dropped or edited stay."""
        ...

    def index(
        self,
        recording_id: str,
        segments: Sequence[Segment],
        chapters: Sequence[Chapter],
        shown: Sequence[tuple[int, str]] = (),
        rooms: Sequence[IndexedRoom] = (),
        index_format: int = 0,
    ) -> None:
        """Replace the recording's rows of the search index. ``shown``: recording time and text of
        what stood on the stage."""
        ...

    def outdated_indexes(self, index_format: int) -> Sequence[Job]:
        """Published recordings whose rooms are in an index of another format, oldest first."""
        ...

    def index_rooms(
        self, recording_id: str, version: int, rooms: Sequence[IndexedRoom], index_format: int
    ) -> None:
        """Replace what is found of its rooms, in one transaction; nothing when another version
        is published, or one is being made."""
        ...

    def notify(
        self,
        recording_id: str,
        attempt: int,
        kind: Literal["recording_provisional", "recording_ready", "recording_failed"],
    ) -> None:
        """Tell its people (provisional, failed: its facilitators), each once an attempt."""
        ...


class EventSource(Protocol):
    """Read-only view of the event log (``live.db``)."""

    def events(self, session_id: str) -> Sequence[Event]:
        """All events of a session in order."""
        ...


class BoardPainter(Protocol):
    """Draws pictures of whiteboards, which are SVG from a browser, cleaned when they came."""

    def paint(
        self, pictures: Sequence[Path], took: Callable[[Path, Path, str | None], None]
    ) -> None:
        """Call ``took(picture, drawn, text)`` for each, while the file ``drawn`` (WebP) is
        there; with None for one that cannot be drawn. Blocks."""
        ...


class Texts(Protocol):
    """What the transcript code does in no time; its heavy jobs are child processes
    (``python -m transcripts.child``) that take and give JSON files."""

    def merge(self, transcribed: bytes) -> Transcript:
        """From the JSON of a transcription by track to one transcript."""
        ...

    def merge_rooms(self, transcribed: bytes) -> dict[int, Transcript]:
        """The same of each breakout room, by its number."""
        ...

    def captions(self, transcript: Transcript) -> str:
        """WebVTT with speakers."""
        ...

    def chapter_cues(self, chapters: Sequence[Chapter]) -> str:
        """WebVTT with one cue a chapter."""
        ...


class StepFailed(Exception):
    """A step cannot succeed; the message is the cause in plain words, shown to people."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where run-time data lies (docs/formats.md)."""

    data: Path

    def captures(self, session_id: str) -> Path:
        return self.data / "captures" / session_id

    def slides(self, session_id: str) -> Path:
        return self.data / "slides" / session_id

    def whiteboards(self, session_id: str) -> Path:
        return self.data / "whiteboards" / session_id

    def recording(self, recording_id: str) -> Path:
        return self.data / "recordings" / recording_id

    def work(self, recording_id: str) -> Path:
        """Intermediate results, by step and hash of the inputs."""
        return self.recording(recording_id) / "work"

    def version(self, recording_id: str, version: int) -> Path:
        return self.recording(recording_id) / f"v{version}"
