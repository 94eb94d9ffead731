"""Chapters against those people set: Pk, WindowDiff, boundary F1 within 15 s, error in the number.

The data (``dev-*.json``) lies in ``REPRISE_CHAPTER_DATA`` or in ``shared/data/chapters`` beside the
checkout; without it nothing is measured. Prints ``name value unit`` lines. ``--each`` shows every
recording.
"""

from __future__ import annotations

import transcripts.one_thread  # noqa: F401 - must come before numpy is imported

# isort: split
import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from transcripts.embeddings import MiniLm
from transcripts.english import STOP
from transcripts.segmentation import Reason, boundaries, tf_idf, units

TOLERANCE_S = 15.0
SCREEN_WEIGHT = 0.4


def data_folder() -> Path:
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "chapters"
    return Path(os.environ.get("REPRISE_CHAPTER_DATA", beside))


def segment_numbers(starts: Sequence[float], seconds: int) -> np.ndarray:
    numbers = np.zeros(seconds, np.int64)
    for start in starts:
        if 0 < start < seconds:
            numbers[int(start) :] += 1
    return numbers


def pk_and_window_diff(
    truth: Sequence[float], guess: Sequence[float], duration_s: float
) -> tuple[float, float]:
    """Both with a window of half the true mean length (Beeferman 1999, Pevzner and Hearst 2002)."""
    seconds = int(duration_s) + 1
    real, found = segment_numbers(truth, seconds), segment_numbers(guess, seconds)
    window = max(2, round(seconds / (len(truth) + 1) / 2))
    real_steps = real[window:] - real[:-window]
    found_steps = found[window:] - found[:-window]
    pk = float(np.mean((real_steps == 0) != (found_steps == 0)))
    return pk, float(np.mean(real_steps != found_steps))


def boundary_f1(truth: Sequence[float], guess: Sequence[float]) -> float:
    if not truth and not guess:
        return 1.0
    free = list(truth)
    hits = 0
    for at in guess:
        near = [real for real in free if abs(real - at) <= TOLERANCE_S]
        if near:
            free.remove(min(near, key=lambda real: abs(real - at)))
            hits += 1
    return 2 * hits / (len(truth) + len(guess))


def guessed(recording: dict[str, Any], model: MiniLm) -> list[float]:
    spoken = recording["utterances"]
    found = units([(round(u["start_s"] * 1e3), round(u["end_s"] * 1e3), u["text"]) for u in spoken])
    texts = [unit.text for unit in found]
    reasons = [
        Reason(round(event["start_s"] * 1000), SCREEN_WEIGHT)
        for event in recording["events"]
        if event["type"] == "sharing"
    ]
    cuts = boundaries(
        found,
        model.embed(texts),
        tf_idf(texts, STOP),
        reasons,
        round(recording["duration_s"] * 1e3),
    )
    return [found[cut].start_ms / 1000 for cut in cuts if cut]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--level", choices=("coarse", "fine"), default="coarse")
    options = parser.parse_args()
    files = sorted(data_folder().glob("*.json"))
    if not files:
        print(f"no chapter data in {data_folder()}", file=sys.stderr)
        return 1
    model = MiniLm()
    began = time.process_time()
    rows: list[tuple[float, float, float, float]] = []
    empty: list[float] = []
    for path in files:
        recording = json.loads(path.read_text())
        starts = {c["start_s"] for c in recording["chapters"][options.level]}
        truth = sorted(start for start in starts if start > 0)
        guess = guessed(recording, model)
        pk, window_diff = pk_and_window_diff(truth, guess, recording["duration_s"])
        rows.append((pk, window_diff, boundary_f1(truth, guess), abs(len(truth) - len(guess))))
        empty.append(pk_and_window_diff(truth, [], recording["duration_s"])[0])
        if options.each:
            print(f"# {path.stem}: {[round(g) for g in guess]} for {[round(t) for t in truth]}")
    names = ("pk", "window_diff", "f1_15s", "count_error")
    for name, value in zip(names, np.mean(rows, axis=0), strict=True):
        print(f"chapters.{options.level}.{name} {value:.3f} 1")
    print(f"chapters.{options.level}.pk_without_boundaries {np.mean(empty):.3f} 1")
    print(f"chapters.cpu {time.process_time() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
