"""The lip-sync measure finds a skew that was put in on purpose."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from server.demo import lip_sync
from server.demo.slides import draw_flash
from server.demo.voices import beep

SECONDS = 9


def make_film(path: Path, sound_late_ms: int, frame_rate: int) -> None:
    """Flashes every FLASH_PERIOD_MS, each with a beep ``sound_late_ms`` after it."""
    period = lip_sync.FLASH_PERIOD_MS
    starts = np.arange(period, (SECONDS - 1) * 1000, period)
    sound = np.zeros(48_000 * SECONDS, dtype=np.int16)
    tone = beep()
    for start in starts:
        at = round((start + sound_late_ms) * 48)
        sound[at : at + len(tone)] += tone
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=frame_rate, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = film.add_stream("aac", rate=48_000, layout="mono")
        for number in range(SECONDS * frame_rate):
            at_ms = number * 1000 / frame_rate
            is_lit = bool(np.any((starts <= at_ms) & (at_ms < starts + lip_sync.FLASH_MS)))
            frame = av.VideoFrame.from_ndarray(draw_flash(is_lit), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, frame_rate)
            film.mux(video.encode(frame))
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        film.mux(audio.encode(frame))
        film.mux(video.encode(None))
        film.mux(audio.encode(None))


@pytest.mark.parametrize("sound_late_ms", [0, 70, -50])
def test_a_known_skew_is_measured(tmp_path: Path, sound_late_ms: int) -> None:
    film = tmp_path / "film.mp4"
    make_film(film, sound_late_ms, frame_rate=30)
    result = lip_sync.measure(film, 0, SECONDS * 1000)
    assert result is not None
    assert result.pairs >= 6
    # A flash shows on the first frame at or after it: half a frame late on average.
    assert result.skew_ms == pytest.approx(-sound_late_ms + 1000 / 30 / 2, abs=12)


def test_a_film_without_flashes_is_not_measured(tmp_path: Path) -> None:
    film = tmp_path / "dark.mp4"
    make_film(film, 0, frame_rate=15)
    assert lip_sync.measure(film, 0, 900) is None
