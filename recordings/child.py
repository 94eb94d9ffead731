"""One heavy step in a process of its own: ``python -m recordings.child <verb> JOB OUT``.

``JOB`` is a JSON file, ``OUT`` an existing folder for the result. On standard output come lines of
JSON: ``{"progress": 0…1}`` and, when it cannot be done, ``{"error": "…"}`` with exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from recordings.assemble import Assembled, assemble
from recordings.compose import Composer
from recordings.edit_list import Epoch, Levels, edit_list, stills_of
from recordings.facts import Facts
from recordings.follow import follow
from recordings.ports import StepFailed
from recordings.process import die_with_parent
from recordings.renditions import render
from recordings.undrawn import keep
from server.schemas.recordings import Chapter


class AssembleJob(Struct):
    facts: Facts
    captures: str


class ComposeJob(Struct):
    assembled: str
    """folder of the assemble step"""
    pieces: str
    """folder that survives a killed run"""
    names: dict[str, str]
    stills: dict[str, str] = {}
    """pages of slides and pictures of the whiteboard, by the name they have in the edit list"""


class RenderJob(Struct):
    composed: str
    mix: str
    chapters: list[Chapter]
    title: str
    duration_ms: int


class FollowJob(Struct):
    captures: str
    horizon: str
    """path of the file the worker replaces as the class goes on"""


class Progress:
    def __init__(self) -> None:
        self._told_at = 0.0

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if share >= 1 or now - self._told_at > 0.5:
            self._told_at = now
            _say({"progress": round(min(1.0, max(0.0, share)), 4)})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def _assemble(job: AssembleJob, out: Path, progress: Progress) -> None:
    facts = job.facts
    assembled = assemble(facts, Path(job.captures), out, progress)
    levels = {
        voice.sound.participant_id: Levels(
            voice.sound.start_ms, [float(x) for x in np.load(out / voice.levels_path)]
        )
        for voice in assembled.voices
    }
    epochs = edit_list(
        facts.duration_ms,
        assembled.videos,
        levels,
        facts.spotlights,
        facts.facilitators(),
        stills_of(facts),
    )
    (out / "assembled.json").write_bytes(msgspec.json.encode(assembled))
    (out / "epochs.json").write_bytes(msgspec.json.encode(epochs))


def _compose(job: ComposeJob, out: Path, progress: Progress) -> None:
    tracks = Path(job.assembled)
    assembled = msgspec.json.decode((tracks / "assembled.json").read_bytes(), type=Assembled)
    epochs = msgspec.json.decode((tracks / "epochs.json").read_bytes(), type=list[Epoch])
    composer = Composer(
        tracks, assembled.videos, job.names, Path(job.pieces), out,
        stills={key: Path(path) for key, path in job.stills.items()},
    )  # fmt: skip
    keep(out, composer.compose(epochs, progress))


def _render(job: RenderJob, out: Path, progress: Progress) -> None:
    result = render(
        Path(job.composed), Path(job.mix), job.chapters, job.title, job.duration_ms, out, progress
    )
    (out / "renditions.json").write_bytes(msgspec.json.encode(result))


def _follow(job: FollowJob, out: Path, progress: Progress) -> None:
    follow(Path(job.captures), Path(job.horizon), out)


_VERBS = {
    "assemble": (AssembleJob, _assemble),
    "compose": (ComposeJob, _compose),
    "renditions": (RenderJob, _render),
    "follow": (FollowJob, _follow),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m recordings.child")
    parser.add_argument("verb", choices=sorted(_VERBS))
    parser.add_argument("job", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    shape, run = _VERBS[options.verb]
    try:
        job = msgspec.json.decode(options.job.read_bytes(), type=shape)
        run(job, options.out, Progress())
    except StepFailed as error:
        _say({"error": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    die_with_parent()
    sys.exit(main())
