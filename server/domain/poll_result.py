"""Results of polls: counted from answers, and what the counts mean (docs/rules.md, PO10).

``PollResult.tally`` by kind: votes by option (single, multiple, true or false); by point of the
scale (rating); option × place, row by row (ranking); option × target, row by row (matching);
votes by entry, the entries being numbers in rising order (numeric), words, the most frequent
first (word cloud), or texts (short text).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import mean, median
from typing import Any, cast

from server.domain.poll_events import PollAnswer
from server.domain.state import Poll, PollResult

MOST_WORDS = 60
"""of a cloud that are shown"""
MOST_TEXTS = 60
"""shown while the poll is open: each goes to everybody again with every answer"""


def normal(text: str) -> str:
    """Two texts that differ in case, blanks or width only are one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def number_text(value: float) -> str:
    return f"{value:.10g}"


def count(poll: Poll, answers: Iterable[PollAnswer]) -> PollResult:
    """``answers``: one a person, in the order in which texts are to be listed."""
    given = list(answers)
    many: list[Any] = given
    match poll.kind:
        case "single" | "true_false":
            return PollResult(len(given), _counts(many, len(poll.options)))
        case "multiple":
            chosen = [index for one in many for index in one]
            return PollResult(len(given), _counts(chosen, len(poll.options)))
        case "rating":
            low, high = poll.scale or (1, 5)
            points = [int(value - low) for value in many]
            return PollResult(len(given), _counts(points, int(high - low) + 1))
        case "ranking":
            size = len(poll.options)
            cells = [option * size + place for one in many for place, option in enumerate(one)]
            return PollResult(len(given), _counts(cells, size * size))
        case "matching":
            size = len(poll.targets)
            cells = [option * size + target for one in many for option, target in enumerate(one)]
            return PollResult(len(given), _counts(cells, len(poll.options) * size))
        case "numeric":
            found = sorted(Counter(float(value) for value in many).items())
            return PollResult(
                len(given),
                tuple(votes for _, votes in found),
                tuple(number_text(value) for value, _ in found),
            )
        case "word_cloud":
            return _cloud(len(given), [word for one in many for word in one if word])
        case "short_text":
            texts = [text for text in many if text]  # an erased one is empty
            if poll.is_anonymous:
                texts.sort(key=lambda text: (normal(text), text))
            return PollResult(len(given), (1,) * len(texts), tuple(texts))


def _counts(indexes: Sequence[int], size: int) -> tuple[int, ...]:
    counts = [0] * size
    for index in indexes:
        counts[index] += 1
    return tuple(counts)


def _cloud(people: int, words: list[str]) -> PollResult:
    spellings: dict[str, Counter[str]] = {}
    for word in words:
        spellings.setdefault(normal(word), Counter())[word] += 1
    # The spelling most people chose stands for all; of equals rather not the one in capitals.
    found = [
        (min(of, key=lambda word: (-of[word], word.isupper(), word)), of.total())
        for of in spellings.values()
    ]
    found.sort(key=lambda item: (-item[1], normal(item[0])))
    return PollResult(people, tuple(votes for _, votes in found), tuple(word for word, _ in found))


def result_of(poll: Poll) -> PollResult:
    """Of a poll that is not anonymous, as it stands."""
    return count(poll, poll.votes.values())


def visible(poll: Poll, result: PollResult) -> PollResult:
    """Without the texts a facilitator has hidden, and no longer than can be shown."""
    if poll.kind not in ("word_cloud", "short_text"):
        return result
    kept = [
        (text, votes)
        for text, votes in zip(result.entries, result.tally, strict=False)
        if normal(text) not in poll.hidden
    ]
    if poll.kind == "word_cloud":
        kept = kept[:MOST_WORDS]
    elif poll.stage == "open":
        kept = kept[-MOST_TEXTS:]
    return replace(
        result,
        tally=tuple(votes for _, votes in kept),
        entries=tuple(text for text, _ in kept),
    )


def shown_in(poll: Poll, channel: str) -> PollResult | None:
    """What the events of a channel have shown of a poll, and no more (PO5)."""
    found = poll.revealed or poll.shown.get(channel)
    return None if found is None else visible(poll, found)


# ---- figures ---------------------------------------------------------------------------------


def figures(poll: Poll, result: PollResult) -> dict[str, float]:
    """The numbers that sum a result up; empty where there is nothing to sum up."""
    if result.count == 0:
        return {}
    if poll.kind == "rating":
        low = (poll.scale or (1, 5))[0]
        values = [low + point for point, votes in enumerate(result.tally) for _ in range(votes)]
        return {"mean": mean(values), "median": median(values)}
    if poll.kind == "numeric":
        values = [
            float(entry)
            for entry, votes in zip(result.entries, result.tally, strict=True)
            for _ in range(votes)
        ]
        return {"mean": mean(values), "median": median(values)}
    if poll.kind == "matching" and isinstance(poll.right, tuple):
        size = len(poll.targets)
        pairs = [
            result.tally[option * size + int(target)] for option, target in enumerate(poll.right)
        ]
        return {"pairs_right": sum(pairs) / (len(pairs) * result.count)}
    return {}


def mean_places(poll: Poll, result: PollResult) -> list[float]:
    """Of a ranking: the average place of every option, 1 the best."""
    size = len(poll.options)
    rows = [result.tally[row * size : (row + 1) * size] for row in range(size)]
    return [
        sum((place + 1) * votes for place, votes in enumerate(row)) / result.count
        if result.count
        else 0.0
        for row in rows
    ]


def borda(poll: Poll, result: PollResult) -> list[int]:
    """Of a ranking: n − 1 points for a first place, none for the last."""
    size = len(poll.options)
    return [
        sum((size - 1 - place) * result.tally[row * size + place] for place in range(size))
        for row in range(size)
    ]


def is_right(poll: Poll, answer: PollAnswer) -> bool | None:
    """None where there is no right answer."""
    if poll.kind in ("single", "true_false"):
        return None if poll.key is None else answer == poll.key
    if poll.right is None:
        return None
    if poll.kind == "numeric":
        distance = abs(cast(float, answer) - cast(float, poll.right))
        return distance <= poll.tolerance + 1e-9
    return answer == poll.right
