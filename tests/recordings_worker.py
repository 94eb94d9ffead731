"""The worker with text jobs that take no time: ``python -m tests.recordings_worker DATA``.

``DIE_IN`` names steps; in each the worker kills itself once, after the work and before its result
is in the durable log (``step``) or before the work (``step:before``). ``FAIL_IN`` makes a text
job fail once.

As ``python -m tests.recordings_worker VERB JOB OUT`` it speaks the protocol of
``transcripts.child``: each track of a transcription says "beep" every two seconds, there are two
chapters and one item; with ``REAL_CHAPTERS`` the chapters are the real ones.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from recordings.process import die_with_parent
from server.schemas.items import Item, Option
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Word
from transcripts.child import main as transcripts_child


def once(name: str) -> bool:
    """True the first time, over all processes of a data folder."""
    try:
        (Path(os.environ["REPRISE_DATA"]) / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def transcribe(job: Any) -> Any:
    return {
        "tracks": [
            {
                "participant_id": track["participant_id"],
                "speaker_name": track["speaker_name"],
                "words": [
                    Word(at, at + 200, "beep", 0.9)
                    for at in range(max(1000, track["offset_ms"]), 9000, 2000)
                ],
                "heard_ms": 1000,
                "room": track.get("room"),
            }
            for track in job["tracks"]
        ],
        "language": "en", "engine": "beeps", "model": "none", "cpu_s": 0.0,
    }  # fmt: skip


def chapters(job: Any) -> Any:
    end = job["duration_ms"]
    both = [
        Chapter("c1", 0, end // 2, "First half", None, ["Ada"]),
        Chapter("c2", end // 2, end, "Second; half=#2", None, ["Ada"]),
    ]
    return {"chapters": both, "cpu_s": 0.0}


def items(job: Any) -> Any:
    options = [Option("o1", "beep", True, None), Option("o2", "boop", False, None)]
    one = Item("i1", "draft", "What is said?", options, "beep", 1000, 1200, "c1", "fact")
    return {"items": [one], "rejected": {}, "cpu_s": 0.0}


def main() -> None:
    die_with_parent()
    if len(sys.argv) == 4:
        verb, job, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
        if verb == os.environ.get("FAIL_IN") and once(f"failed-{verb}"):
            print('{"error": {"code": "no_model", "message": "The speech model is missing."}}')
            sys.exit(1)
        if verb == "chapters" and os.environ.get("REAL_CHAPTERS"):
            sys.exit(transcripts_child([verb, str(job), str(out)]))
        made = {"transcribe": transcribe, "chapters": chapters, "items": items}[verb](
            msgspec.json.decode(job.read_bytes())
        )
        print('{"progress": 0.5}', flush=True)
        out.write_bytes(msgspec.json.encode(made))
        return
    from recordings.stages import Stages
    from server.worker import WorkerSettings, serve

    run = Stages.run

    def deadly(self: Stages, name: Any, *rest: Any) -> Any:
        plan = os.environ.get("DIE_IN", "").split()
        if f"{name}:before" in plan and once(f"died-before-{name}"):
            os.kill(os.getpid(), signal.SIGKILL)
        result = run(self, name, *rest)
        if name in plan and once(f"died-{name}"):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    rename = Path.rename

    def deadly_rename(path: Path, target: Path) -> Path:
        """In the middle of pruning: one folder is out of the way, others are not."""
        renamed = rename(path, target)
        if "prune" in os.environ.get("DIE_IN", "").split():
            is_pruned = path.parent.name == "work" and ".aside-" in target.name
            if is_pruned and once("died-prune"):
                os.kill(os.getpid(), signal.SIGKILL)
        return renamed

    Stages.run = deadly  # type: ignore[method-assign]
    Path.rename = deadly_rename  # type: ignore[method-assign]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    serve(
        WorkerSettings(
            Path(sys.argv[1]),
            transcripts_command=(sys.executable, "-m", "tests.recordings_worker"),
        )
    )


if __name__ == "__main__":
    main()
