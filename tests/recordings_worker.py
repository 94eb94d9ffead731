"""The worker with text jobs that take no time: ``python -m tests.recordings_worker DATA``.

As ``TRANSCRIPTS VERB JOB OUT`` it speaks the protocol of ``transcripts.child``: each track of a
transcription says "beep" every two seconds, there are two chapters and one item.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import msgspec

from recordings.process import die_with_parent
from server.schemas.api import Chapter, Item, Option, Word


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
        made = {"transcribe": transcribe, "chapters": chapters, "items": items}[verb](
            msgspec.json.decode(job.read_bytes())
        )
        print('{"progress": 0.5}', flush=True)
        out.write_bytes(msgspec.json.encode(made))
        return
    from server.worker import WorkerSettings, serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    serve(
        WorkerSettings(
            Path(sys.argv[1]),
            transcripts_command=(sys.executable, "-m", "tests.recordings_worker"),
        )
    )


if __name__ == "__main__":
    main()
