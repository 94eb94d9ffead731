"""Only speech is heard, in clips of at most 28 s."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from transcripts.ports import SAMPLE_RATE, Clip, Span, SpeechTrack
from transcripts.speech_spans import LONGEST_CLIP, audible, clips, spoken, within
from transcripts.transcribe import clips_of


def noise(seconds: float, level: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(0, level, round(seconds * SAMPLE_RATE)) * 32767).astype(np.int16)


def seconds(*pairs: tuple[float, float]) -> list[tuple[int, int]]:
    return [(round(a * SAMPLE_RATE), round(b * SAMPLE_RATE)) for a, b in pairs]


def test_silence_is_not_heard() -> None:
    assert audible(np.zeros(SAMPLE_RATE * 5, np.int16)) == []
    assert audible(np.zeros(0, np.int16)) == []


def test_what_is_loud_is_kept_with_half_a_second_around_it() -> None:
    pcm = np.concatenate([noise(3, 1e-4), noise(1, 0.1), noise(3, 1e-4)])
    assert audible(pcm) == seconds((2.5, 4.5))


def test_noise_without_a_voice_is_no_speech() -> None:
    pcm = noise(5, 0.05)
    assert audible(pcm)
    assert spoken(pcm, audible(pcm)) == []


def test_the_log_allows_stretches() -> None:
    assert within(seconds((0, 10)), seconds((1, 2), (8, 20))) == seconds((1, 2), (8, 10))


def test_gaps_under_2_s_join_and_longer_ones_part() -> None:
    pcm = noise(60, 0.1)
    joined = clips(pcm, seconds((0, 5), (6.9, 10), (12.1, 15)))
    assert joined == [Clip(*pair) for pair in seconds((0, 10), (12.1, 15))]


def test_no_clip_is_over_28_s_and_none_is_lost() -> None:
    pcm = noise(100, 0.1)
    pcm[25 * SAMPLE_RATE : 25 * SAMPLE_RATE + 3000] = 0
    made = clips(pcm, seconds((0, 100)))
    assert all(clip.end - clip.start <= LONGEST_CLIP for clip in made)
    assert made[0].start == 0 and made[-1].end == len(pcm)
    assert all(a.end == b.start for a, b in pairwise(made))
    assert abs(made[0].end - 25 * SAMPLE_RATE) < SAMPLE_RATE  # cut where it is quiet


def test_a_muted_span_is_not_heard_however_loud() -> None:
    track = SpeechTrack("p", "P", "x.wav", offset_ms=1000, spoken=(Span(1000, 1000),))
    assert clips_of(track, noise(3, 0.2)) == []
