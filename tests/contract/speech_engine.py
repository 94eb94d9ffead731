"""What every speech engine must do. Imported whole by each engine's test, which makes an ``ear``.

Needs numpy, PyAV and the model's files alone, so that it also runs in an environment that holds
nothing but an engine.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from transcripts import audio, speech_spans
from transcripts.ports import SAMPLE_RATE, Samples, SpeechEngine, Word
from transcripts.word_edges import snapped

SPOKEN = Path(__file__).resolve().parent.parent / "fixtures" / "speech"


def plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def rows() -> list[tuple[float, float, list[str]]]:
    lines = (SPOKEN / "printing.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split("\t") for line in lines]
    return [(float(start), float(end), plain(text)) for start, end, text in cells]


def edit_distance(one: list[str], other: list[str]) -> int:
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]


@pytest.fixture(scope="module")
def clip() -> Samples:
    with audio.opened(SPOKEN / "printing.opus") as pcm:
        found = speech_spans.clips(pcm, speech_spans.spoken(pcm, speech_spans.audible(pcm)))
        assert len(found) == 1
        return audio.as_float(pcm[found[0].start : found[0].end])


@pytest.fixture(scope="module")
def heard(ear: SpeechEngine, clip: Samples) -> list[Word]:
    words, language = ear.hear(clip, "en")
    assert language == "en"
    return words


def test_it_says_who_it_is(ear: SpeechEngine) -> None:
    assert ear.name in ("faster-whisper", "openai-whisper")
    assert ear.model.startswith("whisper-")


def test_it_hears_the_words(heard: list[Word]) -> None:
    truth = [word for _start, _end, words in rows() for word in words]
    said = plain(" ".join(word.text for word in heard))
    assert edit_distance(truth, said) <= 0.1 * len(truth)


def test_words_are_in_order_inside_the_clip(heard: list[Word], clip: Samples) -> None:
    total_ms = len(clip) * 1000 // SAMPLE_RATE
    last = 0
    for word in heard:
        assert last <= word.start_ms <= word.end_ms <= total_ms
        assert 0 <= word.probability <= 1
        assert word.text == word.text.strip() != ""
        last = word.end_ms


def test_words_at_pauses_are_within_300_ms(heard: list[Word], clip: Samples) -> None:
    words = snapped(heard, clip)
    for start_s, end_s, said in rows():
        starts = [w.start_ms / 1000 for w in words if plain(w.text)[:1] == said[:1]]
        ends = [w.end_ms / 1000 for w in words if plain(w.text)[-1:] == said[-1:]]
        assert min(abs(start - start_s) for start in starts) <= 0.3
        assert min(abs(end - end_s) for end in ends) <= 0.3


def test_silence_and_nothing_give_no_words(ear: SpeechEngine) -> None:
    assert ear.hear(np.zeros(0, np.float32), "en")[0] == []
    assert ear.hear(np.zeros(SAMPLE_RATE, np.float32), "en")[0] == []


def test_a_repeated_run_hears_the_same(ear: SpeechEngine, clip: Samples) -> None:
    short = clip[: 6 * SAMPLE_RATE]
    once, again = (ear.hear(short, "en")[0] for _run in range(2))
    assert [(w.start_ms, w.text) for w in again] == [(w.start_ms, w.text) for w in once]


def test_a_context_is_not_taken_for_speech(ear: SpeechEngine, clip: Samples) -> None:
    words, _ = ear.hear(clip, "en", "Caxton and his press at Westminster.")
    assert "caxton" not in plain(" ".join(word.text for word in words))


def test_the_language_is_found(ear: SpeechEngine, clip: Samples) -> None:
    assert ear.hear(clip[: 6 * SAMPLE_RATE], None)[1] == "en"


def test_z_closing_twice_is_fine_and_then_it_hears_no_more(ear: SpeechEngine) -> None:
    ear.close()
    ear.close()
    with pytest.raises(RuntimeError):
        ear.hear(np.zeros(10, np.float32), "en")
