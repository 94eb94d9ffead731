"""BM25 over sentences: does searching for a stem find where its answer was said?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

K1 = 1.2
B = 0.75


class Bm25:
    """Robertson and Zaragoza 2009, equation 3.15. Documents are lists of lemmas."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        self._lengths = [len(document) for document in documents]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(documents)))
        self._documents = Counter(lemma for count in self._counts for lemma in count)

    def score(self, query: Iterable[str], index: int) -> float:
        count, length = self._counts[index], self._lengths[index]
        total = 0.0
        for lemma in set(query):
            n = count[lemma]
            if n:
                held = self._documents[lemma]
                idf = math.log(1 + (len(self._counts) - held + 0.5) / (held + 0.5))
                total += idf * n * (K1 + 1) / (n + K1 * (1 - B + B * length / self._mean))
        return total

    def best(self, query: Iterable[str], count: int = 3) -> list[int]:
        """Documents that match at all, the best first; earlier ones first among equals."""
        lemmas = list(query)
        scored = [(self.score(lemmas, index), index) for index in range(len(self._counts))]
        ranked = sorted((pair for pair in scored if pair[0] > 0), key=lambda p: (-p[0], p[1]))
        return [index for _score, index in ranked[:count]]
