"""One heavy job in a process of its own: ``python -m transcripts.child <verb> JOB OUT``.

``JOB`` is a file with the job as JSON (``transcripts.ports``), ``OUT`` is written at the end, aside
and renamed. On standard output come lines of JSON: ``{"progress": 0…1, "detail": "…"}`` and, when
it cannot be done, ``{"error": {"code": "…", "message": "…"}}`` with exit status 1 (2: the job
itself is not understood). The process dies with its parent and yields to live sessions.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

import transcripts.one_thread  # noqa: F401 - must come before numpy is imported
from transcripts.models import chosen, fetch, folder, known
from transcripts.ports import ChaptersJob, ItemsJob, TranscribeJob, TranscriptError

_PR_SET_PDEATHSIG = 1


class ProgressLines:
    """Writes progress as lines, at most one every half second and always the first and the last."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        self._told_at = 0.0

    def __call__(self, fraction: float) -> None:
        now = time.monotonic()
        if fraction < 1 and now - self._told_at < 0.5:
            return
        self._told_at = now
        _say({"progress": round(min(max(fraction, 0.0), 1.0), 4), "detail": self.detail})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def _transcribe(job: TranscribeJob, progress: ProgressLines) -> object:
    from transcripts.transcribe import transcribe

    return transcribe(job, progress)


def _chapters(job: ChaptersJob, progress: ProgressLines) -> object:
    from transcripts.chapters import chapters

    return chapters(job, progress)


def _items(job: ItemsJob, progress: ProgressLines) -> object:
    from transcripts.items import items

    return items(job, progress)


_VERBS: dict[str, tuple[type[Any], Callable[[Any, ProgressLines], object]]] = {
    "transcribe": (TranscribeJob, _transcribe),
    "chapters": (ChaptersJob, _chapters),
    "items": (ItemsJob, _items),
}


def _needed_models(job: TranscribeJob | ChaptersJob | ItemsJob) -> list[str]:
    if isinstance(job, TranscribeJob):
        return [job.model]
    return [model.name for model in chosen(["text"])]


def _have_models(names: Sequence[str]) -> None:
    """A recording may be the first to need them, while ``make run`` still fetches: then it fetches
    them itself. Raises TranscriptError."""
    for name in names:
        try:
            folder(name)
        except TranscriptError as error:
            if error.code != "model_missing":
                raise
            fetch(known(name), say=lambda line: _say({"progress": 0.0, "detail": line}))


def _yield_to_live_sessions() -> None:
    os.nice(10)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m transcripts.child")
    parser.add_argument("verb", choices=sorted(_VERBS))
    parser.add_argument("job", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    shape, run = _VERBS[options.verb]
    try:
        job = msgspec.json.decode(options.job.read_bytes(), type=shape)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        _say({"error": {"code": "bad_job", "message": str(error)}})
        return 2
    progress = ProgressLines(options.verb)
    try:
        progress(0.0)
        _have_models(_needed_models(job))
        result = run(job, progress)
    except TranscriptError as error:
        _say({"error": {"code": error.code, "message": str(error)}})
        return 1
    aside = options.out.with_name(f"{options.out.name}.{os.getpid()}.part")
    with aside.open("wb") as file:
        file.write(msgspec.json.encode(result))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(options.out)
    progress(1.0)
    return 0


if __name__ == "__main__":
    _yield_to_live_sessions()
    sys.exit(main())
