"""What a file shows and sounds, measured by decoding it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray


def beeps(path: Path) -> list[float]:
    """Onsets in ms: where the sound rises after at least 0.4 s of quiet."""
    samples, first_ms = sound(path)
    envelope = np.convolve(np.abs(samples), np.ones(48) / 48, "same")
    is_loud = envelope > 0.25 * max(float(envelope.max()), 0.01)
    onsets: list[float] = []
    for index in np.flatnonzero(is_loud[1:] & ~is_loud[:-1]):
        at = index / 48 + first_ms
        if not onsets or at - onsets[-1] > 400:
            onsets.append(at)
    return onsets


def sound(path: Path) -> tuple[NDArray[np.float32], float]:
    """Samples at 48 kHz, mono, and the time of the first in ms."""
    parts: list[NDArray[np.float32]] = []
    first: float | None = None
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000)
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                if first is None:
                    assert part.pts is not None and part.time_base is not None
                    first = float(part.pts * part.time_base) * 1000
                parts.append(part.to_ndarray()[0])
    return np.concatenate(parts), first or 0.0


def pictures(path: Path) -> list[tuple[float, float, Any]]:
    """(time in ms, mean luma, luma plane) of every frame."""
    found: list[tuple[float, float, Any]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.pts is not None and frame.time_base is not None
            luma = frame.to_ndarray(format="gray")
            found.append((float(frame.pts * frame.time_base) * 1000, float(luma.mean()), luma))
    return found


def flashes(path: Path, threshold: float = 150) -> list[float]:
    """Times of the first bright frame of each flash."""
    onsets: list[float] = []
    was_bright = False
    for at, mean, _ in pictures(path):
        if mean > threshold and not was_bright:
            onsets.append(at)
        was_bright = mean > threshold
    return onsets
