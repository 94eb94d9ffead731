"""The worker, but words are made instead of heard: ``python -m benchmarks.worker_with_words DATA``.

Recognition is measured by itself (``make bench-speech``); here it would hide everything else. As
``python -m benchmarks.worker_with_words VERB JOB OUT`` it is ``transcripts.child`` with that one
verb replaced: every track speaks at the usual pace while its microphone is on, each in words of
its own. Chapters and items are the real ones.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import msgspec

from recordings.process import die_with_parent
from server.schemas.transcripts import Word
from server.worker import WorkerSettings, serve
from transcripts.child import main as transcripts_child
from transcripts.ports import TrackWords, TranscribeResult

WORD_MS = 400
SENTENCE = 12
TOPICS = (
    "paper ink press type lead metal book page print copy letter scribe monk guild city trade",
    "vote law court judge right duty state power tax king people crown treaty war peace border",
    "cell root leaf light water salt seed plant sugar gas energy wall green soil rain growth",
    "force mass speed energy heat wave sound mirror lens charge field current wire coil spark",
)
"""What is talked about changes every few minutes, so that chapters have something to find."""
TOPIC_WORDS = 400
PLAIN = "the a of and is was that this very often people said made with from into because then"


def words(seed: str, spans: list[tuple[int, int]]) -> tuple[Word, ...]:
    dice = random.Random(seed)
    found: list[Word] = []
    for start_ms, end_ms in spans:
        for at_ms in range(start_ms, end_ms - WORD_MS, WORD_MS):
            topic = TOPICS[len(found) // TOPIC_WORDS % len(TOPICS)]
            text = dice.choice((topic if dice.random() < 0.4 else PLAIN).split())
            if len(found) % SENTENCE == SENTENCE - 1:
                text += "."
            found.append(Word(at_ms, at_ms + WORD_MS - 50, text, 0.9))
    return tuple(found)


def transcribe(job: Path, out: Path) -> None:
    tracks = msgspec.json.decode(job.read_bytes())["tracks"]
    said = tuple(
        TrackWords(
            one["participant_id"],
            one["speaker_name"],
            words(
                one["participant_id"],
                [(int(span["start_ms"]), int(span["end_ms"])) for span in one["spoken"]],
            ),
            0,
            one.get("room"),
        )
        for one in tracks
    )
    result = TranscribeResult(said, "en", "made", "none", 0.0)
    out.write_bytes(msgspec.json.encode(result))


def main() -> int:
    die_with_parent()
    if len(sys.argv) == 4:
        verb, job, out = sys.argv[1:]
        if verb == "transcribe":
            transcribe(Path(job), Path(out))
            return 0
        return transcripts_child([verb, job, out])
    command = (sys.executable, "-m", "benchmarks.worker_with_words")
    serve(WorkerSettings(Path(sys.argv[1]), transcripts_command=command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
