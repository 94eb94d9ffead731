"""What an item is before it is one, and what the lecture knows that judges it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from spacy.tokens import Doc, Span, Token

from transcripts.english import STOP
from transcripts.retrieval import Bm25
from transcripts.sentences import Sentence
from transcripts.wordnet import WordNet

GAP = "_____"
FILL = "Fill the gap: "
Origin = Literal["poll", "definition", "causal", "cloze", "fact"]

_CONTENT = ("NOUN", "PROPN", "ADJ", "VERB", "NUM", "ADV")


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the lecture that can stand as an option."""

    text: str
    lemmas: tuple[str, ...]
    head: str
    """lemma of its main word"""
    kind: str
    """entity type where it is one (PERSON, PLACE, TIME, GROUP), else its part of speech"""
    is_plural: bool
    is_bare: bool
    """said as a singular without an article at least once"""
    sentences: frozenset[int]
    """where it was said"""
    probability: float
    """the least sure of its words"""


@dataclass(frozen=True, slots=True)
class Draft:
    origin: Origin
    stem: str
    key: str
    distractors: tuple[str, ...]
    source: int
    """index of the sentence that answers it"""
    key_lemmas: tuple[str, ...]
    context: tuple[str, ...] = ()
    """the two words before and after the gap, lower case; empty strings at an edge"""
    is_plural: bool | None = None
    """the key's number where the stem shows it"""
    options_are_plural: tuple[bool, ...] = ()
    """numbers of key and distractors, in that order"""
    worth: float = 0.0

    @property
    def options(self) -> tuple[str, ...]:
        return (self.key, *self.distractors)


@dataclass(slots=True)
class Lecture:
    """The transcript, read: shared by writing and checking."""

    sentences: Sequence[Sentence]
    docs: Sequence[Doc]
    similarity: Callable[[str, str], float]
    """of meaning, -1…1"""
    wordnet: WordNet | None
    """None where WordNet is not installed: closeness of meaning stands in, more strictly"""
    participant_names: Sequence[str] = ()
    slide_terms: Sequence[str] = ()
    accepted: Sequence[str] = ()
    lemmas: list[list[str]] = field(init=False)
    counts: Counter[str] = field(init=False)
    search: Bm25 = field(init=False)

    def __post_init__(self) -> None:
        self.lemmas = [content_lemmas(doc) for doc in self.docs]
        self.counts = Counter(lemma for lemmas in self.lemmas for lemma in lemmas)
        self.search = Bm25(self.lemmas)


def asked(stem: str, gap: str = "") -> str:
    """What a stem says of the lecture, without the instruction before it."""
    return stem.removeprefix(FILL).replace(GAP, gap)


def lemma_of(token: Token) -> str:
    return (token.lemma_ or token.text).lower()


def content_lemmas(words: Doc | Span) -> list[str]:
    return [
        lemma_of(token)
        for token in words
        if token.pos_ in _CONTENT
        and token.lower_ not in STOP
        and any(char.isalnum() for char in token.text)
    ]
