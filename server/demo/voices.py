"""Synthesized voices of the learners, and the beeps that measure lip-sync."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from server.demo.lecture import SAMPLE_RATE, Samples, read_samples

BEEP_HZ = 1000
BEEP_MS = 120


def speak(text: str, voice: str, words_per_minute: int = 150) -> Samples | None:
    """The text in an espeak-ng voice, 48 kHz mono; None where espeak-ng is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        subprocess.run(
            [program, "-v", voice, "-s", str(words_per_minute), "-w", str(path), text], check=True
        )
        return read_samples(path)


def beep() -> Samples:
    """A tone with edges of 2 ms, so that its onset is sharp and does not click."""
    time_s = np.arange(SAMPLE_RATE * BEEP_MS // 1000) / SAMPLE_RATE
    edge = np.minimum(1, np.minimum(time_s, time_s[::-1]) / 0.002)
    return (np.sin(2 * np.pi * BEEP_HZ * time_s) * edge * 16000).astype(np.int16)
