"""What an engine says is tidied before anyone sees it."""

from __future__ import annotations

import numpy as np

from transcripts.engines.heard import tidied

CLIP = np.zeros(16_000 * 10, np.float32)


def texts(*found: tuple[float, float, str]) -> list[str]:
    return [w.text for w in tidied([(*word, 0.9) for word in found], CLIP)]


def test_times_stay_inside_the_clip_and_in_order() -> None:
    words = tidied([(0.5, 0.2, " a", 0.9), (0.1, 99.0, " b", 0.9)], CLIP)
    assert [(w.start_ms, w.end_ms) for w in words] == [(500, 500), (500, 10_000)]


def test_pieces_of_a_word_are_put_together() -> None:
    assert texts((0, 1, " i"), (1, 2, ".e."), (2, 3, " the"), (3, 3, " ,")) == ["i.e.", "the,"]


def test_a_sentence_ends_with_one_mark() -> None:
    assert texts((0, 1, " book,"), (1, 1, "."), (1, 2, " why"), (2, 2, "?")) == ["book.", "why?"]


def test_empty_words_and_lone_punctuation_at_the_start_are_dropped() -> None:
    assert texts((0, 1, " "), (0, 1, " ..."), (1, 2, " yes")) == ["yes"]


def test_a_decoder_caught_in_a_loop_is_cut_short() -> None:
    loop = [(n * 0.1, n * 0.1 + 0.1, f" {word}") for n, word in enumerate(["thank", "you."] * 12)]
    assert texts(*loop) == ["thank", "you."]


def test_a_speaker_may_repeat_a_word() -> None:
    assert texts((0, 1, " very"), (1, 2, " very"), (2, 3, " good")) == ["very", "very", "good"]
