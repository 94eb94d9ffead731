"""Lip-sync of a finished file: a picture that flashes and a tone that beeps at the same instants.

The sender times both on one clock. Flashes come every FLASH_PERIOD_MS, which is no multiple of a
frame, so that the file's frame grid is met at every phase and its rounding averages out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from server.demo.voices import BEEP_HZ

FLASH_PERIOD_MS = 1037
FLASH_MS = 200
PAIR_LIMIT_MS = 400


@dataclass(frozen=True, slots=True)
class LipSync:
    skew_ms: float
    """median of picture − sound: above 0, the picture is late"""
    pairs: int


def flashes_ms(path: Path, from_ms: float, to_ms: float) -> list[float]:
    """Times at which the picture turns from dark to bright."""
    found: list[float] = []
    was_bright: bool | None = None
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        container.seek(int(max(0, from_ms - 2000) * 1000), backward=True)
        for frame in container.decode(stream):
            at_ms = frame.time * 1000 if frame.time is not None else 0.0
            if at_ms < from_ms:
                continue
            if at_ms > to_ms:
                break
            luma = frame.to_ndarray(format="gray")
            height, width = luma.shape
            middle = luma[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
            is_bright = float(middle.mean()) > 126
            if is_bright and was_bright is False:
                found.append(at_ms)
            was_bright = is_bright
    return found


def beeps_ms(path: Path, from_ms: float, to_ms: float) -> list[float]:
    """Onsets of the tone: where its band passes half of its own usual height."""
    rate = 16_000
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    parts: list[np.ndarray] = []
    first_ms: float | None = None
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        container.seek(int(max(0, from_ms - 2000) * 1000), backward=True)
        for frame in container.decode(stream):
            at_ms = frame.time * 1000 if frame.time is not None else 0.0
            if at_ms > to_ms:
                break
            if first_ms is None:
                first_ms = at_ms
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    if not parts or first_ms is None:
        return []
    samples = np.concatenate(parts).astype(np.float64)
    phase = np.exp(-2j * np.pi * BEEP_HZ * np.arange(len(samples)) / rate)
    window = rate // 200
    level = np.abs(np.convolve(samples * phase, np.ones(window) / window, mode="same"))
    threshold = np.percentile(level, 99) / 2
    if threshold < 50:
        return []
    above = level > threshold
    onsets = np.flatnonzero(above[1:] & ~above[:-1]) + 1
    found: list[float] = []
    for onset in onsets:
        at_ms = first_ms + onset * 1000 / rate
        if at_ms >= from_ms and (not found or at_ms - found[-1] > FLASH_PERIOD_MS / 2):
            found.append(at_ms)
    return found


def pair(flashes: Sequence[float], beeps: Sequence[float]) -> list[float]:
    """Picture − sound of each beep and the flash nearest to it."""
    differences: list[float] = []
    for beep in beeps:
        nearest = min(flashes, key=lambda flash: abs(flash - beep), default=None)
        if nearest is not None and abs(nearest - beep) <= PAIR_LIMIT_MS:
            differences.append(nearest - beep)
    return differences


def measure(path: Path, from_ms: float, to_ms: float) -> LipSync | None:
    """None when fewer than three flashes and beeps face each other."""
    differences = pair(flashes_ms(path, from_ms, to_ms), beeps_ms(path, from_ms, to_ms))
    if len(differences) < 3:
        return None
    return LipSync(float(np.median(differences)), len(differences))
