"""The lecture that the demo's facilitator gives: its sound, its words and their times."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

ASSETS = Path(__file__).parent / "assets"
SAMPLE_RATE = 48_000
Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Row:
    """One spoken clause, in seconds of the lecture."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Lecture:
    samples: Samples
    """mono, 48 kHz"""
    rows: tuple[Row, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    @property
    def text(self) -> str:
        return " ".join(row.text for row in self.rows)

    def first(self, seconds: float) -> Lecture:
        """The whole clauses that end within the first ``seconds``; at least one."""
        rows = tuple(row for row in self.rows if row.end_s <= seconds) or self.rows[:1]
        return Lecture(self.samples[: round((rows[-1].end_s + 0.3) * SAMPLE_RATE)], rows)


def read_samples(path: Path) -> Samples:
    """Any audio file as 48 kHz mono."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    parts: list[Samples] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts)


def read_rows(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Row(float(row["start_s"]), float(row["end_s"]), row["text"]) for row in table
        )  # fmt: skip


def load(folder: Path = ASSETS) -> Lecture:
    """``lecture.*`` with ``lecture.tsv`` beside it (columns start_s, end_s, text)."""
    sounds = [
        path
        for path in sorted(folder.glob("lecture.*"))
        if path.suffix in {".opus", ".flac", ".wav"}
    ]
    if not sounds:
        raise FileNotFoundError(f"no lecture.opus in {folder}")
    return Lecture(read_samples(sounds[0]), read_rows(folder / "lecture.tsv"))
