"""The polls of a session as a table for a spreadsheet (docs/rules.md, PO14)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from server.domain.poll_events import PollAnswer
from server.domain.poll_result import (
    borda,
    figures,
    is_right,
    mean_places,
    normal,
    number_text,
    result_of,
    visible,
)
from server.domain.state import Poll, PollResult, SessionState

HEADER = (
    "poll", "question", "kind", "anonymous", "people", "row", "participant", "answer", "value",
    "right",
)  # fmt: skip
"""``row``: ``result`` (``value`` people gave ``answer``), ``figure`` (``answer`` names it) or
``answer`` (what one participant gave)"""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = tuple[str, str, str, str, str]
"""row, participant, answer, value, right"""


def is_exported(poll: Poll) -> bool:
    """Only what its facilitators may see by now."""
    if poll.stage not in ("closed", "revealed"):
        return False
    return poll.audience != "none" or poll.stage == "revealed"


def polls_csv(state: SessionState, poll_id: str | None = None) -> str:
    """All polls that may be exported, or one; with a byte order mark for spreadsheets."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(HEADER)
    number = 0
    for poll in state.polls.values():
        if not is_exported(poll):
            continue
        number += 1
        if poll_id not in (None, poll.poll_id):
            continue
        about = (
            str(number), poll.question, poll.kind, "yes" if poll.is_anonymous else "no",
            str(len(poll.voters)),
        )  # fmt: skip
        for row in _rows(state, poll):
            writer.writerow([harmless(cell) for cell in (*about, *row)])
    return file.getvalue()


def harmless(cell: str) -> str:
    """A spreadsheet must not take what people wrote for a formula."""
    if not cell.startswith(FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def _rows(state: SessionState, poll: Poll) -> Iterator[Row]:
    found = (poll.revealed or poll.final) if poll.is_anonymous else result_of(poll)
    if found is not None:
        result = visible(poll, found)
        for label, value in results_in_words(poll, result):
            yield ("result", "", label, value, "")
        for name, figure in figures(poll, result).items():
            yield ("figure", "", name, f"{figure:.4g}", "")
    if poll.is_anonymous:
        return
    for who, answer in poll.votes.items():
        participant = state.participants.get(who)
        is_correct = is_right(poll, answer)
        right = "" if is_correct is None else "yes" if is_correct else "no"
        name = participant.name if participant is not None else who
        yield ("answer", name, _words(poll, answer), "", right)


def results_in_words(poll: Poll, result: PollResult) -> Iterator[tuple[str, str]]:
    match poll.kind:
        case "rating":
            low = int((poll.scale or (1, 5))[0])
            for point, votes in enumerate(result.tally):
                yield str(low + point), str(votes)
        case "ranking":
            points = borda(poll, result)
            for option, place in enumerate(mean_places(poll, result)):
                yield f"{poll.options[option]} (mean place {place:.2f})", str(points[option])
        case "matching":
            size = len(poll.targets)
            for cell, votes in enumerate(result.tally):
                yield f"{poll.options[cell // size]} → {poll.targets[cell % size]}", str(votes)
        case "numeric" | "word_cloud" | "short_text":
            for entry, votes in zip(result.entries, result.tally, strict=True):
                yield entry, str(votes)
        case _:
            for option, votes in zip(poll.options, result.tally, strict=True):
                yield option, str(votes)


def _words(poll: Poll, answer: PollAnswer) -> str:
    """What one person gave, readable; hidden texts stay hidden here too."""
    match poll.kind:
        case "single" | "true_false":
            return poll.options[int(answer)] if isinstance(answer, int) else ""
        case "multiple" | "ranking" if isinstance(answer, tuple):
            separator = " > " if poll.kind == "ranking" else "; "
            return separator.join(poll.options[int(index)] for index in answer)
        case "matching" if isinstance(answer, tuple):
            return "; ".join(
                f"{option} → {poll.targets[int(target)]}"
                for option, target in zip(poll.options, answer, strict=True)
            )
        case "word_cloud" if isinstance(answer, tuple):
            return "; ".join(str(word) for word in answer if normal(str(word)) not in poll.hidden)
        case "short_text":
            return "" if normal(str(answer)) in poll.hidden else str(answer)
        case "numeric" if isinstance(answer, int | float):
            return number_text(answer)
        case _:
            return str(answer)
