"""How well and how dearly speech is heard: word error rate, word edges and processor time.

``make bench-speech ARGS="--engine openai-whisper"``. The lecture is the demo's own
(``server/demo/assets``) unless ``--audio`` and ``--rows`` name another; it is also heard after a
trip through Opus at 32 and 48 kbit/s, as a browser's microphone arrives. ``--context ""`` leaves
out what was written about the class. Prints ``name value unit`` lines.

Words are compared after Whisper's English normaliser. It takes brackets for stage directions and
drops what is in them; a reader speaks it, so brackets are opened first.
"""

from __future__ import annotations

import transcripts.one_thread  # noqa: F401 - must come before numpy is imported

# isort: split
import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from server.demo.lesson import DESCRIPTION
from transcripts.ports import SpeechTrack, TrackWords, TranscribeJob, Word
from transcripts.transcribe import transcribe

ASSETS = Path(__file__).resolve().parent.parent / "server" / "demo" / "assets"
EDGE_MS = 300
BITRATES = (32, 48)


def through_opus(source: Path, folder: Path, kbit: int) -> Path:
    """The sound as a 16 kHz WAV after Opus at ``kbit``."""
    packed, out = folder / f"{kbit}.ogg", folder / f"{kbit}.wav"
    ffmpeg = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i"]
    opus = ["-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", f"{kbit}k"]
    subprocess.run([*ffmpeg, str(source), *opus, "-application", "voip", str(packed)], check=True)
    subprocess.run([*ffmpeg, str(packed), "-ac", "1", "-ar", "16000", str(out)], check=True)
    return out


def read_rows(path: Path) -> list[tuple[float, float, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(float(r["start_s"]), float(r["end_s"]), r["text"]) for r in table]


def opened_brackets(text: str) -> str:
    return text.translate(str.maketrans("()[]", "    "))


def wer_percent(truth: str, said: str) -> float:
    normalise = EnglishTextNormalizer()
    return 100 * float(jiwer.wer(normalise(truth), normalise(said)))


def edges_percent(rows: list[tuple[float, float, str]], words: tuple[Word, ...]) -> float:
    """Share of rows whose first word starts and last word ends within EDGE_MS of the row's."""
    good = sum(
        any(abs(word.start_ms - start * 1000) <= EDGE_MS for word in words)
        and any(abs(word.end_ms - end * 1000) <= EDGE_MS for word in words)
        and _is_aligned(start, end, text, words)
        for start, end, text in rows
    )
    return 100 * good / len(rows)


def _is_aligned(start: float, end: float, text: str, words: tuple[Word, ...]) -> bool:
    """The words between a row's edges are the row's own, give or take what was misheard."""
    inside = [
        word.text
        for word in words
        if start * 1000 - EDGE_MS <= word.start_ms and word.end_ms <= end * 1000 + EDGE_MS
    ]
    return bool(inside) and wer_percent(opened_brackets(text), " ".join(inside)) < 50


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", default="faster-whisper")
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--audio", type=Path, default=ASSETS / "lecture.opus")
    parser.add_argument("--rows", type=Path, default=ASSETS / "lecture.tsv")
    parser.add_argument("--context", default=DESCRIPTION)
    options = parser.parse_args()
    rows = read_rows(options.rows)
    truth = opened_brackets(" ".join(text for _start, _end, text in rows))
    with tempfile.TemporaryDirectory() as folder:
        sounds = {"clean": options.audio}
        sounds |= {f"opus{k}": through_opus(options.audio, Path(folder), k) for k in BITRATES}
        for name, sound in sounds.items():
            began = time.perf_counter()
            job = TranscribeJob(
                (SpeechTrack("p", "Lecturer", str(sound)),),
                engine=options.engine,
                model=options.model,
                threads=options.threads,
                context=options.context,
            )
            result = transcribe(job, lambda _fraction: None)
            track: TrackWords = result.tracks[0]
            said = " ".join(word.text for word in track.words)
            minutes = track.heard_ms / 60_000
            label = f"speech.{options.engine}.{options.model}.{name}"
            print(f"{label}.wer {wer_percent(truth, said):.2f} %")
            print(f"{label}.edges {edges_percent(rows, track.words):.1f} %")
            print(f"{label}.cpu {result.cpu_s / minutes:.1f} s/min")
            print(f"{label}.elapsed {time.perf_counter() - began:.1f} s", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"speech.{options.engine}.{options.model}.memory {peak:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
