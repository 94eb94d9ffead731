"""Titles for chapters, made of what is said in them.

Candidates are the noun phrases of the chapter. A phrase is good when its words are frequent here
and rare in the other chapters (class-based tf-idf), when its meaning is near the chapter's, and
when the engine was sure of it. Two are put together when they say different things.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Token

from transcripts.english import STOP, noun_phrases
from transcripts.ports import Word

LONGEST = 60
SUREST = 0.55
"""a phrase with a word heard less surely than this is not made a title"""
CANDIDATES = 24
_BARE = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    lemmas: tuple[str, ...]
    weight: float


def bare(text: str) -> str:
    return _BARE.sub("", text).lower()


def phrases(docs: Sequence[Doc], unsure: Sequence[frozenset[str]]) -> list[list[Phrase]]:
    """The best phrases of each chapter, the best first. ``unsure``: words heard badly in each."""
    counts = [Counter(_lemmas(doc)) for doc in docs]
    mean = sum(sum(count.values()) for count in counts) / max(1, len(counts))
    everywhere: Counter[str] = Counter()
    for count in counts:
        everywhere.update(count)
    return [
        _ranked(doc, count, everywhere, mean, doubtful)
        for doc, count, doubtful in zip(docs, counts, unsure, strict=True)
    ]


def _lemmas(doc: Doc) -> list[str]:
    return [_lemma(token) for token in doc if _carries(token)]


def _lemma(token: Token) -> str:
    return (token.lemma_ or token.text).lower()


def _carries(token: Token) -> bool:
    is_subject = token.pos_ in ("NOUN", "PROPN", "ADJ", "VERB")
    return is_subject and token.is_alpha and len(token) > 2 and token.lower_ not in STOP


def _ranked(
    doc: Doc, count: Counter[str], everywhere: Counter[str], mean: float, unsure: frozenset[str]
) -> list[Phrase]:
    total = max(1, sum(count.values()))

    def weight(lemma: str) -> float:
        return count[lemma] / total * math.log(1 + mean / max(1, everywhere[lemma]))

    found: dict[tuple[str, ...], Phrase] = {}
    times: Counter[tuple[str, ...]] = Counter()
    for tokens in noun_phrases(doc):
        # a long chunk also stands for its end: "the first roman type" for "roman type"
        for first in range(max(0, len(tokens) - 3), len(tokens)):
            part = tokens[first:]
            lemmas = tuple(_lemma(token) for token in part)
            carrying = [_lemma(token) for token in part if _carries(token)]
            if not carrying or not _carries(part[0]) or any(bare(t.text) in unsure for t in part):
                continue
            times[lemmas] += 1
            fullness = len(carrying) / len(part)
            score = sum(weight(lemma) for lemma in carrying) * fullness
            score *= 1.0 + 0.25 * (len(part) > 1)
            text = doc[part[0].i : part[-1].i + 1].text
            if lemmas not in found or len(text) < len(found[lemmas].text):
                found[lemmas] = Phrase(text, tuple(carrying), score)
    ranked = [
        Phrase(phrase.text, phrase.lemmas, phrase.weight * (1 + 0.5 * math.log(times[lemmas])))
        for lemmas, phrase in found.items()
    ]
    return sorted(ranked, key=lambda phrase: (-phrase.weight, phrase.text))[:CANDIDATES]


def title(
    ranked: Sequence[Phrase],
    nearness: NDArray[np.float32],
    spoken: frozenset[str],
    taken: set[str],
) -> str:
    """One or two phrases as a title; empty when there is none.

    ``nearness``: each phrase's similarity to the chapter, 0…1; ``spoken``: the chapter's words;
    ``taken``: lower-case titles of earlier chapters, which are not repeated.
    """
    order = sorted(
        range(len(ranked)),
        key=lambda i: -ranked[i].weight * (0.4 + max(0.0, float(nearness[i]))),
    )
    chosen: list[Phrase] = []
    for index in order:
        phrase = ranked[index]
        if not all(bare(word) in spoken for word in phrase.text.split()):
            continue
        used = {lemma for other in chosen for lemma in other.lemmas}
        if used & set(phrase.lemmas) or (not chosen and phrase.text.lower() in taken):
            continue
        if chosen and len(chosen[0].text) + len(phrase.text) + 5 > LONGEST:
            continue
        chosen.append(phrase)
        if len(chosen) == 2:
            break
    chosen.sort(key=lambda phrase: len(phrase.text))
    joint = " and " if "and" in spoken else ", "
    text = joint.join(phrase.text for phrase in chosen)
    return text[:1].upper() + text[1:]


def spoken_words(words: Sequence[Word]) -> frozenset[str]:
    """Every word as it may stand in a title: whole, and the parts of hyphened ones."""
    found: set[str] = set()
    for word in words:
        found.add(bare(word.text))
        found.update(bare(part) for part in re.split(r"[-–—/]", word.text))
    return frozenset(found - {""})


def unsure_words(words: Sequence[Word]) -> frozenset[str]:
    """Words that were nowhere heard surely."""
    best: dict[str, float] = {}
    for word in words:
        key = bare(word.text)
        best[key] = max(best.get(key, 0.0), word.probability)
    return frozenset(key for key, surest in best.items() if surest < SUREST)
