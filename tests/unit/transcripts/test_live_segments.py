"""Cutting a voice that goes on; the detector here takes everything loud for speech."""

from __future__ import annotations

import numpy as np
import pytest

from transcripts.audio import Pcm
from transcripts.live_reader import without_loop
from transcripts.live_readings import MOST_WAITING, Readings
from transcripts.live_segments import LONGEST, Piece, Segmenter
from transcripts.ports import SAMPLE_RATE

STEP = SAMPLE_RATE // 10
NS = 1_000_000_000


def tone(length: int, level: int) -> Pcm:
    return np.tile(np.array([level, -level], np.int16), length // 2)


def loud(pcm: Pcm) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start in range(0, len(pcm), 160):
        if np.abs(pcm[start : start + 160]).max() > 1000:
            end = min(start + 160, len(pcm))
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
    return found


class Speaker:
    """Says things of a length in seconds, and pauses."""

    def __init__(self) -> None:
        self.segmenter = Segmenter(loud)
        self.now_ns = 0
        self.over: list[Piece] = []

    def __call__(self, seconds: float, level: int = 8000) -> Speaker:
        for _ in range(round(seconds * 10)):
            self.now_ns += NS // 10
            self.segmenter.hear(tone(STEP, level), self.now_ns)
            self.over += self.segmenter.look()
        return self

    def lengths(self) -> list[float]:
        return [round(len(piece.samples) / SAMPLE_RATE, 1) for piece in self.over]


def test_a_pause_ends_a_segment_and_silence_is_none() -> None:
    speaker = Speaker()
    speaker(5, 0)(2)(1, 0)(3)(1, 0)
    assert speaker.lengths() == [2, 3]
    assert [piece.segment for piece in speaker.over] == [1, 2]
    assert [piece.start_ns for piece in speaker.over] == [5 * NS, 8 * NS]
    assert [piece.end_ns for piece in speaker.over] == [7 * NS, 11 * NS]


def test_a_short_pause_does_not_end_it() -> None:
    assert Speaker()(2)(0.3, 0)(2)(1, 0).lengths() == [4.3]


def test_what_is_too_short_to_be_a_word_is_dropped() -> None:
    assert Speaker()(1, 0)(0.2)(1, 0).lengths() == []


def test_a_long_stretch_is_cut_where_it_is_quietest() -> None:
    speaker = Speaker()(8)(0.1, 2000)(9)(1, 0)
    assert [round(length) for length in speaker.lengths()] == [8, 9]
    said = sum(len(piece.samples) for piece in speaker.over)
    assert said == pytest.approx(17.1 * SAMPLE_RATE, abs=160), "nothing lost, nothing twice"
    assert Speaker()(60)(1, 0).lengths()[0] <= LONGEST / SAMPLE_RATE


def test_memory_stays_small_whatever_comes() -> None:
    speaker = Speaker()(60)(60, 0)
    assert len(speaker.segmenter._pcm) <= SAMPLE_RATE


def test_the_open_segment_is_read_again_with_what_is_new() -> None:
    speaker = Speaker()(1, 0)(2)
    first = speaker.segmenter.open_piece()
    assert first is not None
    assert (first.segment, first.is_final, first.start_ns) == (1, False, NS)
    assert first.new_from_ns == NS
    speaker(2)
    second = speaker.segmenter.open_piece()
    assert second is not None
    assert (second.segment, second.start_ns, second.new_from_ns) == (1, NS, 3 * NS)
    speaker(1, 0)
    assert [(p.segment, p.new_from_ns, p.end_ns) for p in speaker.over] == [(1, 5 * NS, 5 * NS)]
    assert speaker.segmenter.open_piece() is None


def test_a_voice_that_stops_coming_is_over() -> None:
    speaker = Speaker()(2)
    (piece,) = speaker.segmenter.finish()
    assert piece.is_final
    assert len(piece.samples) == 2 * SAMPLE_RATE
    assert speaker.segmenter.finish() == []


def heard(readings: Readings, key: int, *spoken: float) -> list[int]:
    """Speech of these lengths with pauses between; the keys of what was given up."""
    given_up: list[int] = []
    voice = readings._voice(key)
    now_ns = voice.segmenter.end_ns
    for seconds in spoken:
        for level, length in ((8000, seconds), (0, 1.0)):
            for _ in range(round(length * 10)):
                now_ns += NS // 10
                voice.segmenter.hear(tone(STEP, level), now_ns)
                given_up += [t.key for t in readings._over(key, voice.segmenter.look())]
    return given_up


def test_what_is_over_is_read_before_what_is_open_and_in_order() -> None:
    readings = Readings(loud)
    heard(readings, 1, 2, 2)
    heard(readings, 2, 3)
    turns = [readings.next(0) for _ in range(3)]
    assert [(t.key, t.piece.segment) for t in turns if t] == [(1, 1), (1, 2), (2, 1)]
    assert readings.next(10 * NS) is None


def test_CA5_of_what_waits_too_long_the_oldest_is_given_up() -> None:
    readings = Readings(loud)
    assert heard(readings, 1, *[1.0] * (MOST_WAITING + 3)) == [1, 1, 1]
    turn = readings.next(0)
    assert turn is not None
    assert turn.piece.segment == 4


def test_CA5_with_fewer_captions_what_is_open_is_not_read() -> None:
    readings = Readings(loud)
    voice = readings._voice(1)
    voice.segmenter.hear(tone(2 * SAMPLE_RATE, 8000), 2 * NS)
    assert voice.segmenter.look() == []
    readings.reads_open = False
    assert readings.next(3 * NS) is None
    readings.reads_open = True
    turn = readings.next(3 * NS)
    assert turn is not None
    assert not turn.piece.is_final
    assert readings.next(3 * NS) is None, "nothing new in it"


def test_a_voice_is_done_with_when_its_last_words_are_read() -> None:
    readings = Readings(loud)
    heard(readings, 1, 2)
    assert readings.over(1)
    assert not readings.over(2)
    assert readings.settle(4 * NS) == ([], [])
    assert readings.next(4 * NS) is not None
    assert readings.settle(4 * NS) == ([], [1])


def test_a_decoder_that_runs_in_a_loop_is_stopped() -> None:
    looped = "the Bible of about 1455 of about 1455 of about 1455 of about 14"
    assert without_loop(looped) == "the Bible of about 1455"
    assert without_loop("you you you you you you you") == "you"
    for text in ("", "No, no, no.", "It was very, very good, and very cheap.", "one two three"):
        assert without_loop(text) == text
