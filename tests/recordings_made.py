"""A recording assembled and composed from captures that a test wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recordings.assemble import Assembled, assemble
from recordings.compose import Composer
from recordings.edit_list import Epoch, Levels, edit_list
from recordings.facts import Facts, facts_of
from recordings.spans import Spans
from recordings.tracks import CaptureCount
from server.domain.recording_events import RecordingStarted
from server.domain.session_events import SessionEnded
from tests.recordings_synth import Log, Publisher

MIN_DELAY_MS = 40
"""the network's least delay: session time is when a packet could have been here at best"""


@dataclass
class Made:
    facts: Facts
    assembled: Assembled
    epochs: list[Epoch]
    folder: Path

    def count(self, capture_id: str) -> CaptureCount:
        return next(c for c in self.assembled.counts if c.capture_id == capture_id)


def make(folder: Path, log: Log) -> Made:
    facts = facts_of("s1", "r1", log.sorted())
    out = folder / "assembled"
    out.mkdir()
    assembled = assemble(facts, folder / "captures", out, lambda _: None)
    levels = {
        v.sound.participant_id: Levels(
            v.sound.start_ms, [float(x) for x in np.load(out / v.levels_path)]
        )
        for v in assembled.voices
    }
    epochs = edit_list(
        facts.duration_ms, assembled.videos, levels, facts.spotlights, facts.facilitators()
    )
    return Made(facts, assembled, epochs, out)


def compose(made: Made, folder: Path) -> Path:
    """All of it: nothing may be left undrawn."""
    out, undrawn = composed(made, folder)
    assert undrawn == ()
    return out


def composed(made: Made, folder: Path) -> tuple[Path, Spans]:
    out, pieces = folder / "composed", folder / "pieces"
    out.mkdir()
    pieces.mkdir()
    undrawn = Composer(
        made.folder, made.assembled.videos, made.facts.names(), pieces, out, stills={}
    ).compose(made.epochs, lambda _: None)
    return out, undrawn


def publisher(folder: Path, who: str = "ada", **options: float) -> Publisher:
    return Publisher(participant_id=who, folder=folder / "captures", **options)  # type: ignore[arg-type]


def class_of(length_ms: int, *publishers: Publisher, started_ms: int = 0) -> Log:
    log = Log()
    for index, one in enumerate(publishers):
        tracks = sorted({track for _, track, _ in one.captures})
        log.join(0, one.participant_id, *tracks, role="learner" if index else "facilitator")  # type: ignore[arg-type]
        log.capture(0, one)
    log.add(started_ms, RecordingStarted("r1"))
    return log.add(length_ms, SessionEnded())


def expected(times: Sequence[float], shift_ms: float = 0) -> list[float]:
    return [at + MIN_DELAY_MS + shift_ms for at in times]
