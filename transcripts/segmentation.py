"""Where the subject changes: a dynamic programme over sentence vectors.

Theory of operation. Each unit (a sentence, or a few short ones) has a vector: MiniLM's embedding
and a tf-idf vector of its content words. The cost of a chapter is the scatter of its vectors about
their mean; cutting always lowers it, so a cut has a price. The price grows with the square root of
the length (a long talk goes deeper into each subject) and falls where the words before and after
differ most, where the speaker paused or announced something, and where the session's log has a
reason: a phase, a poll, a change of screen. The programme finds the cheapest cutting with no
chapter under the minimum length. The price is set high: a missing chapter costs the viewer less
than a false one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_WORD = re.compile(r"[a-z][a-z'’-]{2,}")
_CUE = re.compile(
    r"(?:(?:and|so|but|okay|ok|alright|all right|well|right|now)[,. ]+)*"
    r"(?:now\b|next\b|finally\b|lastly\b|first(?:ly)?\b|second(?:ly)?\b|third(?:ly)?\b"
    r"|let'?s\b|let us\b"
    r"|okay\b|alright\b|all right\b|moving on|another (?:thing|point|topic|question)"
    r"|the (?:next|last|final|other|first|second|third) (?:thing|part|point|topic|question|one)"
    r"|in (?:summary|conclusion)|to (?:summari[sz]e|conclude|sum up)|turning to|coming to"
    r"|(?:i|we)(?:'m| am|'re| are) (?:going to|gonna) (?:talk|look|show|start|move|go)"
    r"|any questions|thank(?:s| you)\b|what about|how about)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Tuning:
    """Set on the development data by benchmarks/bench_chapters.py."""

    price: float = 0.8
    lexical: float = 0.2
    """weight of the tf-idf part against the embedding's 1"""
    pause: float = 0.1
    """share of the price that a long pause takes off"""
    pause_full_ms: int = 4_000
    depth: float = 0.8
    """share of the price that the deepest change of vocabulary around a unit takes off"""
    depth_reach_ms: int = 90_000
    cue: float = 0.15
    """share of the price that a turn of phrase such as "now let's" takes off"""
    continuation: float = 1.0
    """added to the price of cutting inside what reads as one sentence"""
    prior: float = 0.6
    """share of the price that a reason of weight 1 takes off"""
    prior_reach_ms: int = 8_000
    shortest_ms: int = 45_000
    shortest_share: float = 0.06
    """no chapter is under this share of the whole, up to longest_shortest_ms"""
    longest_shortest_ms: int = 120_000


DEFAULT = Tuning()
FULL_DEPTH = 0.4
"""a dip in similarity at least this deep counts in full"""


@dataclass(frozen=True, slots=True)
class Unit:
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that makes a cut at ``at_ms`` cheaper; ``is_forced`` makes it certain."""

    at_ms: int
    weight: float
    is_forced: bool = False


def units(spans: Sequence[tuple[int, int, str]], shortest_words: int = 5) -> list[Unit]:
    """Sentences as units; one of a few words goes with the next one close by."""
    found: list[Unit] = []
    for start_ms, end_ms, text in spans:
        if found:
            last = found[-1]
            is_short = len(last.text.split()) < shortest_words
            if is_short and start_ms - last.end_ms < 2_000:
                found[-1] = Unit(last.start_ms, max(last.end_ms, end_ms), f"{last.text} {text}")
                continue
        found.append(Unit(start_ms, end_ms, text))
    return found


def content_words(text: str, ignored: frozenset[str]) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in ignored]


def tf_idf(texts: Sequence[str], ignored: frozenset[str], widest: int = 2_000) -> Array:
    """Rows of length 1 (or 0 where a text has no known word); words said once are left out."""
    counts = [Counter(content_words(text, ignored)) for text in texts]
    documents = Counter(word for count in counts for word in count)
    known = [word for word, n in documents.most_common(widest) if n > 1]
    place = {word: index for index, word in enumerate(known)}
    rows = np.zeros((len(texts), max(1, len(known))))
    for row, count in zip(rows, counts, strict=True):
        for word, n in count.items():
            if word in place:
                row[place[word]] = (1 + np.log(n)) * np.log(1 + len(texts) / documents[word])
    return _unit_rows(rows)


def _unit_rows(rows: Array) -> Array:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def boundaries(
    found: Sequence[Unit],
    embeddings: NDArray[np.floating],
    lexical: Array,
    reasons: Sequence[Reason],
    duration_ms: int,
    tuning: Tuning = DEFAULT,
) -> list[int]:
    """Indexes of the units that start a chapter, 0 among them; empty for no units."""
    count = len(found)
    if count == 0:
        return []
    vectors = np.hstack(
        [
            _unit_rows(embeddings.astype(np.float64)),
            np.sqrt(tuning.lexical) * lexical,
        ]
    )
    lengths = np.array([min(20_000, max(500, u.end_ms - u.start_ms)) for u in found]) / 1000
    scatter = _Scatter(vectors, lengths)
    shares = _shares(found, reasons, tuning)
    shares -= tuning.depth * depths(found, vectors, tuning.depth_reach_ms)
    prices = np.maximum(shares, 0.05) * _price(scatter, count, tuning)
    prices[0] = 0.0
    forced = _forced(found, reasons)
    starts = np.array([u.start_ms for u in found])
    shortest = min(
        max(tuning.shortest_ms, tuning.shortest_share * duration_ms), tuning.longest_shortest_ms
    )
    ends = np.append(starts[1:], max(duration_ms, found[-1].end_ms))
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    back = np.zeros(count + 1, np.int64)
    for end in range(1, count + 1):
        first = max((cut for cut in forced if cut < end), default=0)
        candidates = np.arange(first, end)
        length = ends[end - 1] - np.where(candidates == 0, 0, starts[candidates])
        is_long_enough = length >= shortest
        # a forced cut wins over the minimum length on either side of it
        is_long_enough |= np.isin(candidates, forced) & (end in forced or end == count)
        is_long_enough |= (candidates == first) & ((end in forced) or end == count)
        costs = np.where(
            is_long_enough,
            best[candidates] + scatter.costs(candidates, end) + prices[candidates],
            np.inf,
        )
        choice = int(np.argmin(costs))
        best[end], back[end] = costs[choice], candidates[choice]
    cuts = [count]
    while cuts[-1] > 0:
        cuts.append(int(back[cuts[-1]]))
    return cuts[:0:-1]


class _Scatter:
    """Weighted squared distance of the rows [i, j) to their mean, in constant time a pair."""

    def __init__(self, vectors: Array, weights: Array) -> None:
        zero = np.zeros((1, vectors.shape[1]))
        self._sums = np.vstack([zero, np.cumsum(vectors * weights[:, None], axis=0)])
        squares = np.square(vectors).sum(axis=1) * weights
        self._squares = np.concatenate([[0.0], np.cumsum(squares)])
        self._weights = np.concatenate([[0.0], np.cumsum(weights)])

    def costs(self, firsts: NDArray[np.int64], end: int) -> Array:
        sums = self._sums[end] - self._sums[firsts]
        weights = self._weights[end] - self._weights[firsts]
        squares = self._squares[end] - self._squares[firsts]
        return squares - np.square(sums).sum(axis=1) / np.maximum(weights, 1e-9)

    @property
    def whole_weight(self) -> float:
        return float(self._weights[-1])

    @property
    def whole(self) -> float:
        return float(self.costs(np.array([0]), len(self._weights) - 1)[0])


def _price(scatter: _Scatter, count: int, tuning: Tuning) -> float:
    if count < 2:
        return 1.0
    mean = scatter.whole / max(scatter.whole_weight, 1e-9)
    return tuning.price * mean * float(np.sqrt(scatter.whole_weight))


def depths(found: Sequence[Unit], vectors: Array, reach_ms: int) -> Array:
    """How much what follows a unit's start differs from what went before, 0…1 over the talk.

    The dip in similarity below the highest point on either side (Hearst 1997, section 5.3).
    """
    count = len(found)
    starts = np.array([u.start_ms for u in found])
    similar = np.ones(count)
    for index in range(1, count):
        before = vectors[np.searchsorted(starts, starts[index] - reach_ms) : index].sum(axis=0)
        after = vectors[index : np.searchsorted(starts, starts[index] + reach_ms)].sum(axis=0)
        norm = np.linalg.norm(before) * np.linalg.norm(after)
        similar[index] = float(before @ after / norm) if norm else 0.0
    if count < 3:
        return np.zeros(count)
    similar[0] = similar[1]
    left = np.maximum.accumulate(similar) - similar
    right = np.maximum.accumulate(similar[::-1])[::-1] - similar
    dip = np.minimum(left, right)
    top = float(np.max(dip))
    # where nothing changes the deepest dip is still shallow: it must not count as a full one
    return dip / max(top, FULL_DEPTH)


def _shares(found: Sequence[Unit], reasons: Sequence[Reason], tuning: Tuning) -> Array:
    """Share of the full price for a chapter that starts at each unit."""
    share = np.ones(len(found))
    for index in range(1, len(found)):
        pause = max(0, found[index].start_ms - found[index - 1].end_ms)
        share[index] -= tuning.pause * min(1.0, pause / tuning.pause_full_ms)
        if found[index].text[:1].islower():
            share[index] += tuning.continuation
        if _CUE.match(found[index].text):
            share[index] -= tuning.cue
    for reason in reasons:
        index = nearest(found, reason.at_ms)
        distance = abs(found[index].start_ms - reason.at_ms)
        if distance <= tuning.prior_reach_ms:
            share[index] -= tuning.prior * reason.weight
    return share


def _forced(found: Sequence[Unit], reasons: Sequence[Reason]) -> list[int]:
    return sorted({nearest(found, reason.at_ms) for reason in reasons if reason.is_forced} - {0})


def nearest(found: Sequence[Unit], at_ms: int) -> int:
    """The unit that starts nearest; something that happens in a pause belongs to the next one."""
    starts = np.array([u.start_ms for u in found])
    after = int(np.searchsorted(starts, at_ms))
    if after < len(found) and (after == 0 or found[after - 1].end_ms <= at_ms):
        return after
    return int(np.argmin(np.abs(starts - at_ms)))
