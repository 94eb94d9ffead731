"""One poll of every kind, with answers that can be given and answers that cannot."""

from __future__ import annotations

from typing import Any

from server.domain import commands as c
from server.domain.poll_events import PollAnswer, PollKind

FOUR = ("Ghent", "Oslo", "Paris", "Turin")

POLLS: dict[PollKind, c.CreatePoll] = {
    "single": c.CreatePoll("Which?", FOUR, key=2),
    "multiple": c.CreatePoll("Which of them?", FOUR, kind="multiple", right=(0, 3)),
    "true_false": c.CreatePoll("Is it so?", ("True", "False"), kind="true_false", key=0),
    "rating": c.CreatePoll(
        "How sure are you?", kind="rating", scale=(1, 5), labels=("Not at all", "Entirely")
    ),
    "ranking": c.CreatePoll("In what order?", FOUR, kind="ranking", right=(3, 2, 1, 0)),
    "matching": c.CreatePoll(
        "Where?", ("Ghent", "Oslo"), kind="matching", targets=("Norway", "Belgium", "Spain"),
        right=(1, 0),
    ),
    "word_cloud": c.CreatePoll("One word?", kind="word_cloud", words=3),
    "short_text": c.CreatePoll("Why?", kind="short_text"),
    "numeric": c.CreatePoll(
        "What year?", kind="numeric", scale=(1400, 1500), right=1455, tolerance=5,
        explanation="The Bible with 42 lines was finished then.",
    ),
}  # fmt: skip

ANSWERS: dict[PollKind, list[PollAnswer]] = {
    "single": [2, 1, 2, 0, 2, 3, 2],
    "multiple": [(0, 3), (1,), (0,), (0, 3), (2, 3), (3,), (0,)],
    "true_false": [0, 1, 0, 0, 0, 1, 1],
    "rating": [4, 5, 3, 4, 1, 4, 5],
    "ranking": [
        (3, 2, 1, 0), (0, 1, 2, 3), (3, 1, 2, 0), (2, 3, 1, 0), (3, 2, 1, 0), (0, 2, 1, 3),
        (1, 0, 2, 3),
    ],
    "matching": [(0, 1), (1, 0), (0, 1), (0, 2), (2, 1), (0, 0), (0, 1)],
    "word_cloud": [
        ("Paper", "ink"), (" paper ",), ("PAPER", "type"), ("Ink",), ("lead",), ("Type",),
        ("paper",),
    ],
    "short_text": [
        "It is cheaper", "It is  faster", "Nobody copied any more", "it is cheaper",
        "Errors spread too", "Because of paper", "Cities grew",
    ],
    "numeric": [1455, 1450, 1439.5, 1455, 1460, 1455, 1500],
}  # fmt: skip

BAD: dict[PollKind, list[Any]] = {
    "single": [4, -1, None, True, "Ghent", (0,), 1.0],
    "multiple": [(), (4,), 0, ("Ghent",), (True,), None],
    "true_false": [2, "True", None],
    "rating": [0, 6, 2.5, "3", True, None, (3,)],
    "ranking": [(0, 1, 2), (0, 0, 1, 2), (1, 2, 3, 4), ("a", "b", "c", "d"), 3, None],
    "matching": [(0,), (0, 3), (0, 1, 1), (-1, 0), 1, None],
    "word_cloud": [(), ("  ",), ("a", "b", "c", "d"), ("x" * 41,), (1,), 1, None],
    "short_text": ["", "   ", "x" * 281, 3, ("a",), None],
    "numeric": [1399, 1501, float("nan"), float("inf"), "1455", True, (1455,), None, 10**400],
}
