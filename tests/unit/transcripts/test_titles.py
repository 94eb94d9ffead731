"""Titles use words of their own chapter."""

from __future__ import annotations

import numpy as np

from transcripts.english import english
from transcripts.ports import Word
from transcripts.titles import phrases, spoken_words, title, unsure_words

ONE = (
    "Movable type changed printing. Printers cast movable type in metal. With movable type a "
    "printer could set a page in an hour, and metal letters could be used again."
)
OTHER = (
    "Photosynthesis turns sunlight into sugar. In photosynthesis green leaves take carbon dioxide "
    "from the air. The green leaves give oxygen back."
)


def words(text: str, probability: float = 0.9) -> list[Word]:
    return [Word(start_ms=0, end_ms=1, text=t, probability=probability) for t in text.split()]


def made(unsure: frozenset[str] = frozenset()) -> list[str]:
    docs = [english()(ONE), english()(OTHER)]
    ranked = phrases(docs, [unsure, frozenset()])
    return [
        title(options, np.ones(len(options), np.float32), spoken_words(words(text)), set())
        for options, text in zip(ranked, (ONE, OTHER), strict=True)
    ]


def test_a_title_names_what_its_chapter_is_about() -> None:
    one, other = made()
    assert "ovable type" in one
    assert "hotosynthesis" in other or "reen leaves" in other


def test_every_word_of_a_title_is_said_in_its_chapter() -> None:
    for text, said in zip(made(), (ONE, OTHER), strict=True):
        assert {w.lower() for w in text.replace(",", "").split()} <= spoken_words(words(said))


def test_a_word_heard_badly_makes_no_title() -> None:
    assert "movable" not in made(frozenset({"movable"}))[0].lower()
    assert unsure_words([*words("sure"), *words("unsure", 0.3)]) == {"unsure"}


def test_no_phrase_no_title() -> None:
    assert title([], np.zeros(0, np.float32), frozenset(), set()) == ""
