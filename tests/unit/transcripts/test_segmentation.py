"""Cuts by scatter, pauses and reasons."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from transcripts.segmentation import (
    Reason,
    Tuning,
    Unit,
    boundaries,
    content_words,
    depths,
    nearest,
    tf_idf,
    units,
)

MINUTE = 60_000


def talk(*subjects: int, each_ms: int = 5_000, gap_ms: int = 500) -> tuple[list[Unit], np.ndarray]:
    """One unit a number; units of one number have nearly one vector."""
    rng = np.random.default_rng(3)
    centres = np.eye(16)
    found: list[Unit] = []
    rows: list[np.ndarray] = []
    for n, subject in enumerate(subjects):
        start = n * (each_ms + gap_ms)
        found.append(Unit(start, start + each_ms, f"Unit {n} on subject {subject}."))
        rows.append(centres[subject] + rng.normal(0, 0.25, 16))
    return found, np.array(rows)


def cut(found: list[Unit], rows: np.ndarray, *reasons: Reason, **tuning: float) -> list[int]:
    lexical = np.zeros((len(found), 1))
    duration = found[-1].end_ms if found else 0
    return boundaries(found, rows, lexical, reasons, duration, Tuning(**tuning))  # type: ignore[arg-type]


def test_a_change_of_subject_starts_a_chapter() -> None:
    found, rows = talk(*[0] * 20, *[1] * 20, *[2] * 20)
    assert cut(found, rows) == [0, 20, 40]


def test_one_subject_is_one_chapter() -> None:
    found, rows = talk(*[0] * 60)
    assert cut(found, rows) == [0]


def test_no_chapter_is_under_the_minimum() -> None:
    found, rows = talk(*[0] * 20, 1, 1, 1, *[0] * 20)
    starts = [*cut(found, rows), len(found)]
    lengths = [b - a for a, b in pairwise(starts)]
    assert min(lengths) * 5_500 >= 45_000


def test_a_forced_reason_always_cuts_whatever_the_minimum() -> None:
    found, rows = talk(*[0] * 30)
    assert 3 in cut(found, rows, Reason(found[3].start_ms, 1.0, is_forced=True))


def test_a_reason_tips_an_undecided_cut_and_one_far_from_speech_does_not() -> None:
    found, rows = talk(*[0] * 20, *[0] * 20)
    rows[20:, 1] += 0.55
    undecided = next(p / 10 for p in range(5, 100) if cut(found, rows, price=p / 10) == [0])
    reason = Reason(found[20].start_ms, 0.8)
    assert cut(found, rows, reason, price=undecided) == [0, 20]
    assert cut(found, rows, Reason(10**7, 0.8), price=undecided) == [0]


def test_nothing_said_has_no_chapter_and_one_sentence_has_one() -> None:
    assert cut([], np.zeros((0, 16))) == []
    found, rows = talk(0)
    assert cut(found, rows) == [0]


def test_a_continued_sentence_is_not_cut() -> None:
    found, rows = talk(*[0] * 20, *[1] * 20)
    found[20] = Unit(found[20].start_ms, found[20].end_ms, "and so it went on.")
    assert 20 not in cut(found, rows)


def test_short_sentences_join_the_next() -> None:
    joined = units(
        [(0, 500, "So."), (600, 3000, "We begin with printing today."), (9000, 9500, "Ok")]
    )
    assert [u.text for u in joined] == ["So. We begin with printing today.", "Ok"]


def test_tf_idf_leaves_out_what_is_said_once() -> None:
    rows = tf_idf(["printing books", "printing letters", "a cat"], frozenset({"a"}))
    assert rows.shape == (3, 1)
    assert rows[2].sum() == 0
    assert content_words("The BOOKS, it's", frozenset({"the", "it's"})) == ["books"]


def test_depth_is_greatest_at_the_change() -> None:
    found, rows = talk(*[0] * 20, *[1] * 20)
    assert int(np.argmax(depths(found, rows, 60_000))) == 20


@pytest.mark.parametrize(("at_ms", "expected"), [(0, 0), (5_200, 1), (7_000, 1), (10**7, 2)])
def test_what_happens_in_a_pause_belongs_to_what_follows(at_ms: int, expected: int) -> None:
    found, _rows = talk(0, 0, 0)
    assert nearest(found, at_ms) == expected
