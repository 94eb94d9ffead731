"""Words beside a pause are set to its edges."""

from __future__ import annotations

import numpy as np

from transcripts.ports import SAMPLE_RATE, Samples, Word
from transcripts.word_edges import pauses, snapped, without_tail


def sound(*parts: tuple[bool, int]) -> Samples:
    """A tone where True, silence where False, each so many ms."""
    rng = np.random.default_rng(1)
    blocks = [
        rng.normal(0, 0.1, ms * SAMPLE_RATE // 1000) if loud else np.zeros(ms * SAMPLE_RATE // 1000)
        for loud, ms in parts
    ]
    return np.concatenate(blocks).astype(np.float32)


def word(start_ms: int, end_ms: int, text: str) -> Word:
    return Word(start_ms=start_ms, end_ms=end_ms, text=text, probability=0.9)


def times(words: list[Word]) -> list[tuple[int, int]]:
    return [(w.start_ms, w.end_ms) for w in words]


def test_pauses_are_found_with_the_ends_of_the_clip() -> None:
    samples = sound((False, 200), (True, 500), (False, 400), (True, 300))
    assert pauses(samples) == [(0, 200), (700, 1100), (1400, 1400)]


def test_a_stop_inside_a_word_is_no_pause() -> None:
    assert len(pauses(sound((True, 300), (False, 100), (True, 300)))) == 2


def test_the_word_after_a_pause_starts_where_the_sound_does() -> None:
    samples = sound((True, 500), (False, 500), (True, 500))
    early = [word(0, 300, "one"), word(300, 1400, "two")]
    assert times(snapped(early, samples)) == [(0, 540), (1000, 1400)]


def test_the_word_before_a_pause_ends_where_the_sound_does() -> None:
    samples = sound((True, 500), (False, 500), (True, 500))
    late = [word(0, 900, "one."), word(1000, 1400, "two")]
    assert times(snapped(late, samples)) == [(0, 540), (1000, 1400)]


def test_words_far_from_a_pause_keep_their_times() -> None:
    samples = sound((True, 2000), (False, 500), (True, 500))
    given = [word(0, 300, "one"), word(300, 700, "two"), word(700, 1950, "three")]
    assert times(snapped(given, samples))[:2] == [(0, 300), (300, 700)]


def test_order_and_lengths_hold_whatever_the_engine_said() -> None:
    rng = np.random.default_rng(7)
    for _round in range(200):
        layout = [(bool(rng.integers(2)), int(rng.integers(50, 700))) for _ in range(6)]
        samples = sound(*layout)
        total = len(samples) * 1000 // SAMPLE_RATE
        edges = sorted(int(x) for x in rng.integers(0, total + 1, 8))
        given = [
            word(start, end, "x" * int(rng.integers(1, 9)))
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        ]
        after = snapped(given, samples)
        assert [w.text for w in after] == [w.text for w in given]
        last = 0
        for start, end in times(after):
            assert last <= start <= end <= total
            last = end


def test_no_words_and_no_sound() -> None:
    assert snapped([], sound((True, 100))) == []
    assert times(snapped([word(0, 50, "hm")], sound((False, 200)))) == [(0, 50)]


def test_a_sentence_after_the_last_sound_was_said_by_nobody() -> None:
    samples = sound((True, 1000), (False, 500))
    said = [word(0, 500, "Roman"), word(500, 1000, "character.")]
    late = [word(1000, 1200, "Thank"), word(1200, 1400, "you.")]
    assert without_tail([*said, *late], samples) == said
    piled_up = [word(990, 1480, "I'm"), word(1480, 1480, "all"), word(1480, 1480, "right.")]
    clause = [word(0, 500, "the"), word(500, 1000, "book,")]
    assert without_tail([*clause, *piled_up], samples) == clause
    assert without_tail(said, samples) == said
    assert without_tail([], samples) == []


def test_a_last_word_that_ends_late_stays() -> None:
    samples = sound((True, 1000), (False, 500))
    said = [word(0, 500, "Paris,"), word(1000, 1300, "Lubeck.")]
    assert without_tail(said, samples) == said
