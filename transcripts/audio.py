"""A track's sound as 16 kHz mono samples, held in a file and not in memory.

Eight hours of speech are 920 MB; mapped from a temporary file they cost what is being looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from transcripts.ports import SAMPLE_RATE, Samples, TranscriptError

Pcm = NDArray[np.int16]

SAMPLES_PER_MS = SAMPLE_RATE // 1000


@contextmanager
def opened(path: Path) -> Iterator[Pcm]:
    """The samples of ``path`` for as long as the context lasts; no samples when it has no sound.

    Raises TranscriptError ``bad_audio`` when it cannot be read at all.
    """
    with tempfile.TemporaryFile(prefix="reprise-pcm-") as file:
        try:
            for block in _decoded(path):
                file.write(block.tobytes())
        except (OSError, av.FFmpegError) as error:
            raise TranscriptError("bad_audio", f"{path.name} cannot be read: {error}") from error
        file.flush()
        if file.tell() == 0:
            yield np.zeros(0, np.int16)
            return
        samples = np.memmap(file, np.int16, mode="r")
        try:
            yield samples
        finally:
            del samples


def _decoded(path: Path) -> Iterator[Pcm]:
    resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return
        for frame in container.decode(audio=0):
            frame.pts = None  # jitter in the time stamps must not make the resampler fill or drop
            yield from _resampled(resampler, frame)
        yield from _resampled(resampler, None)


def _resampled(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Pcm]:
    for part in resampler.resample(frame):
        yield part.to_ndarray().reshape(-1).astype(np.int16, copy=False)


def as_float(pcm: Pcm) -> Samples:
    return np.asarray(pcm, np.float32) / 32768.0


def levels_db(pcm: Pcm, step: int) -> NDArray[np.float32]:
    """Loudness of each ``step`` samples in dBFS, -96 for silence; computed a minute at a time."""
    count = len(pcm) // step
    levels = np.full(count, -96.0, np.float32)
    at_once = max(1, 60 * SAMPLE_RATE // step)
    for first in range(0, count, at_once):
        last = min(count, first + at_once)
        block = as_float(pcm[first * step : last * step]).reshape(-1, step)
        block = block - block.mean(axis=1, keepdims=True)
        power = np.mean(np.square(block), axis=1)
        levels[first:last] = 10 * np.log10(np.maximum(power, 2.5e-10))
    return levels
