"""What the transcript code takes and gives: the shapes of its jobs and the port of a speech engine.

All times are whole milliseconds of *recording time* unless a name says otherwise. Words, segments,
chapters and items are the wire's own structs (``server.schemas``), so what a child writes is
what the recording folder holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from server.schemas.items import Item, Option
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Transcript, Word

__all__ = [
    "SAMPLE_RATE",
    "Chapter",
    "ChapterPrior",
    "ChaptersJob",
    "ChaptersResult",
    "Clip",
    "Item",
    "ItemsJob",
    "ItemsResult",
    "Option",
    "PollPrior",
    "Progress",
    "Samples",
    "Segment",
    "Span",
    "SpeechEngine",
    "SpeechTrack",
    "TrackWords",
    "TranscribeJob",
    "TranscribeResult",
    "Transcript",
    "TranscriptError",
    "Word",
]

SAMPLE_RATE = 16_000
"""what every engine hears; tracks of other rates are resampled on reading"""

Samples = NDArray[np.float32]
"""mono, -1…1, at SAMPLE_RATE"""

Progress = Callable[[float], None]
"""told 0…1 as work goes on"""


class TranscriptError(Exception):
    """The job cannot be done; ``code`` is stable, the text is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Span:
    start_ms: int
    end_ms: int


# ---- speech ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeechTrack:
    """One participant's microphone, straightened to recording time."""

    participant_id: str
    speaker_name: str
    wav_path: str
    """anything PyAV decodes; a WAV of 16 kHz mono is read fastest"""
    offset_ms: int = 0
    """recording time of sample 0"""
    spoken: tuple[Span, ...] | None = None
    """recording time in which the microphone was open, by the log; None: everywhere"""
    room: int | None = None
    """a breakout room's number: then times are the room's own; None: the main room"""


@dataclass(frozen=True, slots=True)
class TrackWords:
    """What one track said, in order, in recording time."""

    participant_id: str
    speaker_name: str
    words: tuple[Word, ...]
    heard_ms: int = 0
    """length of the speech that was given to the engine"""
    room: int | None = None


@dataclass(frozen=True, slots=True)
class TranscribeJob:
    tracks: tuple[SpeechTrack, ...]
    engine: Literal["faster-whisper", "openai-whisper"] = "faster-whisper"
    model: str = "whisper-base"
    """a name of the table in ``transcripts.models``"""
    language: str | None = "en"
    """None: the engine decides by track"""
    threads: int = 0
    """0: as many as there are cores"""
    context: str = ""
    """what was written about the class, at most a few sentences: names in it are heard as spelt"""


@dataclass(frozen=True, slots=True)
class TranscribeResult:
    tracks: tuple[TrackWords, ...]
    language: str | None
    engine: str
    model: str
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of one track to hear in one go, at most 28 s, in samples."""

    start: int
    end: int


class SpeechEngine(Protocol):
    """Hears clips and tells words. One engine holds one model; ``close`` frees it, also twice."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    def hear(
        self, samples: Samples, language: str | None, context: str = ""
    ) -> tuple[list[Word], str | None]:
        """The words of one clip with times in ms since its first sample, and the language heard.

        ``context`` is text that might have been said before; it leans the hearing to its words.

        Silence gives no words. Words come in order, start ≤ end, inside the clip.
        """
        ...

    def close(self) -> None: ...


# ---- chapters and items ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChapterPrior:
    """Something of the session's log that makes a chapter likely to start here."""

    at_ms: int
    kind: Literal[
        "phase", "poll", "breakout", "screen", "moment", "confusion", "chapter", "activity",
    ]  # fmt: skip
    """chapter: the facilitator asked for one; it is always kept"""
    label: str = ""
    """a slide's or phase's title where known, used for the chapter's title"""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PollPrior:
    """A closed live poll. Only polls with a key become items."""

    poll_id: str
    at_ms: int
    question: str
    options: tuple[str, ...]
    tally: tuple[int, ...]
    """votes an option, as shown; may be empty when it was never revealed"""
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is parted into chapters: a recording, or one of its rooms in the room's own time."""

    transcript: Transcript
    duration_ms: int
    priors: tuple[ChapterPrior, ...] = ()


@dataclass(frozen=True, slots=True)
class ChaptersJob(Spoken):
    rooms: dict[int, Spoken] = field(default_factory=dict[int, Spoken])


@dataclass(frozen=True, slots=True)
class ChaptersResult:
    chapters: tuple[Chapter, ...]
    cpu_s: float
    rooms: dict[int, tuple[Chapter, ...]] = field(default_factory=dict[int, "tuple[Chapter, ...]"])


@dataclass(frozen=True, slots=True)
class ItemsJob:
    transcript: Transcript
    chapters: tuple[Chapter, ...] = ()
    polls: tuple[PollPrior, ...] = ()
    participant_names: tuple[str, ...] = ()
    """an item never names one of them"""
    facilitator_ids: tuple[str, ...] = ()
    """only what these participants say is asked about; empty: what anyone says"""
    slide_terms: tuple[str, ...] = ()
    """words on slides; a concept said once counts when it is on one"""
    accepted: tuple[str, ...] = ()
    """stems already accepted for this recording; near repeats are dropped"""
    at_most: int = 12


@dataclass(frozen=True, slots=True)
class ItemsResult:
    items: tuple[Item, ...]
    rejected: dict[str, int] = field(default_factory=dict)
    """how many candidates each check turned away, by the check's name"""
    notes: tuple[str, ...] = ()
    """what was missing and what stood in for it, such as WordNet"""
    cpu_s: float = 0.0


def speech_order(words: Sequence[Word]) -> list[Word]:
    """Words by start, then end; engines are trusted for neither."""
    return sorted(words, key=lambda word: (word.start_ms, word.end_ms))
