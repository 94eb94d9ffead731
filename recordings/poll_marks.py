"""A poll on the recording's bar: what was asked and, where the class saw it, what came of it.

The recording page draws one list of rows with a number each, whatever the kind: options, points of
the scale, places of a ranking, pairs of a matching, numbers in steps, or words. Texts are a list
of their own. A single choice looks as it always did.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.poll_record import PollOnRecord
from server.domain.poll_result import borda, number_text
from server.domain.state import Poll, PollResult

Data = dict[str, str | int | list[str | int] | None]
Rows = list[tuple[str, int]]

MOST_ROWS = 10
"""of words and of steps of a number"""


def mark_of(poll: PollOnRecord) -> Data:
    # The key and an unseen tally are not everybody's: they come with the reveal.
    if poll.kind == "single":
        data: Data = {"poll_id": poll.poll_id, "options": list(poll.options)}
        if poll.tally is not None and poll.is_shown:
            data["tally"] = list(poll.tally)
        if poll.revealed_at_ms is not None:
            data["key"] = poll.key
    else:
        data = _other(poll)
    if poll.revealed_at_ms is not None and poll.explanation:
        data["explanation"] = poll.explanation
    return data


def _other(poll: PollOnRecord) -> Data:
    data: Data = {"poll_id": poll.poll_id, "kind": poll.kind, "options": list(poll.options)}
    if poll.revealed_at_ms is not None and poll.kind == "true_false":
        data["key"] = poll.key
    if poll.tally is None or not poll.is_shown:
        return data
    data["votes"] = poll.voted_count
    if poll.kind == "short_text":
        data["texts"] = list(poll.entries)
        return data
    rows = rows_of(poll, poll.tally)
    data["options"] = [label for label, _ in rows]
    data["tally"] = [number for _, number in rows]
    if poll.kind == "multiple" and poll.revealed_at_ms is not None and poll.right is not None:
        data["keys"] = [int(index) for index in poll.right] if isinstance(poll.right, tuple) else []
    if poll.kind == "numeric" and poll.revealed_at_ms is not None and poll.right is not None:
        data["answer"] = number_text(float(poll.right)) if not isinstance(poll.right, tuple) else ""
    return data


def rows_of(poll: PollOnRecord, tally: Sequence[int]) -> Rows:
    match poll.kind:
        case "rating":
            low = int((poll.scale or (1, 5))[0])
            return [(str(low + point), votes) for point, votes in enumerate(tally)]
        case "ranking":
            shape = Poll(
                poll.poll_id, poll.question, poll.options, "all", poll.is_anonymous, None,
                kind="ranking",
            )  # fmt: skip
            points = borda(shape, PollResult(poll.voted_count, tuple(tally)))
            return sorted(zip(poll.options, points, strict=True), key=lambda row: -row[1])
        case "matching":
            size = len(poll.targets)
            rows: Rows = []
            for option, name in enumerate(poll.options):
                votes = tally[option * size : (option + 1) * size]
                best = max(range(size), key=votes.__getitem__)
                rows.append((f"{name} → {poll.targets[best]}", votes[best]))
            return rows
        case "numeric":
            return _steps([float(entry) for entry in poll.entries], tally)
        case "word_cloud":
            return list(zip(poll.entries, tally, strict=True))[:MOST_ROWS]
        case _:
            return list(zip(poll.options, tally, strict=True))


def _steps(values: Sequence[float], votes: Sequence[int]) -> Rows:
    """Each number while they are few, else equal steps from the lowest to the highest."""
    if len(values) <= MOST_ROWS:
        return [(number_text(v), n) for v, n in zip(values, votes, strict=True)]
    low, high = min(values), max(values)
    width = (high - low) / MOST_ROWS
    counts = [0] * MOST_ROWS
    for value, number in zip(values, votes, strict=True):
        counts[min(int((value - low) / width), MOST_ROWS - 1)] += number
    return [
        (f"{number_text(low + step * width)} – {number_text(low + (step + 1) * width)}", number)
        for step, number in enumerate(counts)
    ]
