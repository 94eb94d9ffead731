"""The demo's figures measure what their names say."""

from __future__ import annotations

from typing import Any

import pytest

from server.demo.evaluation import evaluate
from server.demo.figures import Figure
from server.demo.lecture import Row
from server.demo.lip_sync import pair
from server.demo.slides import SLIDES, schedule

ROWS = (
    Row(0.0, 2.0, "Printing, then, for our purpose,"),
    Row(2.4, 4.4, "is the art of making books in 1455."),
)
SPOKEN = [
    ("Printing", 0, 400), ("then", 500, 800), ("for", 900, 1000), ("our", 1100, 1300),
    ("purpose", 1400, 2000), ("is", 2400, 2500), ("the", 2500, 2600), ("art", 2700, 3000),
    ("of", 3000, 3100), ("making", 3100, 3400), ("books", 3500, 3800), ("in", 3800, 3900),
    ("1455.", 3900, 4400),
]  # fmt: skip
OFFSET_MS = 7000


def transcript(*, drop: str = "", late_ms: int = 0, learner: str = "") -> dict[str, Any]:
    segments: dict[str, list[dict[str, Any]]] = {"teacher": [], "learner": []}
    for text, start, end in SPOKEN:
        if text == drop:
            continue
        who = "learner" if text == learner else "teacher"
        word = {
            "start_ms": start + OFFSET_MS + late_ms,
            "end_ms": end + OFFSET_MS + late_ms,
            "text": text,
            "probability": 1.0,
        }
        segments[who].append(word)
    return {
        "segments": [{"participant_id": who, "words": words} for who, words in segments.items()]
    }


def test_a_faithful_transcript_scores_full_marks() -> None:
    result = evaluate(transcript(), ROWS, "teacher", OFFSET_MS)
    assert (result.wer_percent, result.wrong_speaker_words, result.edges_percent) == (0, 0, 100)
    assert result.words == len(SPOKEN)


def test_a_lost_word_counts_as_an_error() -> None:
    result = evaluate(transcript(drop="art"), ROWS, "teacher", OFFSET_MS)
    assert result.wer_percent == pytest.approx(100 / 13)


def test_a_word_under_another_name_is_a_wrong_speaker() -> None:
    result = evaluate(transcript(learner="art"), ROWS, "teacher", OFFSET_MS)
    assert result.wrong_speaker_words == 1


def test_the_lecture_heard_elsewhere_is_a_wrong_time() -> None:
    result = evaluate(transcript(late_ms=20_000), ROWS, "teacher", OFFSET_MS)
    assert result.wrong_speaker_words == len(SPOKEN)
    assert result.wer_percent == 100


@pytest.mark.parametrize(("late_ms", "percent"), [(290, 100), (310, 0), (-290, 100), (-310, 0)])
def test_edges_must_lie_within_300_ms(late_ms: int, percent: int) -> None:
    assert (
        evaluate(transcript(late_ms=late_ms), ROWS, "teacher", OFFSET_MS).edges_percent == percent
    )


def test_a_lost_edge_word_costs_its_clause() -> None:
    assert evaluate(transcript(drop="purpose"), ROWS, "teacher", OFFSET_MS).edges_percent == 50


def test_flashes_pair_with_the_nearest_beep_only() -> None:
    assert pair([1000, 2040, 9000], [980, 2000, 5000]) == [20, 40]


def test_slides_follow_the_words_and_unsaid_ones_are_left_out() -> None:
    rows = (
        Row(0, 2, "Welcome."),
        Row(3, 5, "Although the Chinese took impressions"),
        Row(6, 8, "the Gutenberg"),
    )
    shown = [(entry.at_s, entry.slide.title) for entry in schedule(rows)]
    assert shown == [(0, SLIDES[0].title), (3, "Wood blocks"), (6, "The Gutenberg Bible")]


def test_a_figure_that_was_not_measured_says_so() -> None:
    assert Figure("wer_percent", 3.14159, "%").line() == "demo.wer_percent 3.14 %"
    assert Figure("av_skew_ms", None, "ms").line() == "demo.av_skew_ms unmeasured ms"
    assert Figure("recording_dir", "/x y/z", "path").line() == "demo.recording_dir /x y/z path"
