"""Polls of every kind while they are open, and a quiz from its draft to its explanation."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.e2e.states.cast import HOST, Arrange, Cast, State, View, tab

KINDS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "single": (
        {
            "question": "Which change mattered most for the price of a book?",
            "options": ["Paper in place of parchment", "Type that can be used again", "Rents"],
        },
        [0, 1, 1, 0, 1],
    ),
    "multiple": (
        {"question": "What did a press need?", "options": ["Ink", "Paper", "Silk", "Type"]},
        [[0, 1], [0, 3], [1, 3], [0, 1, 3]],
    ),
    "true_false": (
        {"question": "Ink for metal type is based on oil.", "options": ["True", "False"]},
        [0, 0, 1],
    ),
    "rating": (
        {
            "question": "How sure are you about the last half hour?",
            "scale": [1, 5],
            "labels": ["Lost", "Could teach it"],
        },
        [4, 5, 3, 4, 2],
    ),
    "ranking": (
        {"question": "Order by age", "options": ["Codex", "Scroll", "Pamphlet"]},
        [[1, 0, 2], [1, 2, 0], [0, 1, 2]],
    ),
    "matching": (
        {
            "question": "Who worked where?",
            "options": ["Gutenberg", "Caxton"],
            "targets": ["Westminster", "Mainz"],
        },
        [[1, 0], [1, 0], [0, 1]],
    ),
    "word_cloud": (
        {"question": "A word for today", "words": 2},
        [["paper", "ink"], ["ink"], ["type", "ink"], ["paper", "trade"]],
    ),
    "short_text": (
        {"question": "What is still unclear?"},
        ["Why linen", "Who paid for the paper", "How long a page took to set"],
    ),
    "numeric": (
        {"question": "How many pages a day?", "scale": [0, 5000], "labels": ["pages"]},
        [200, 250, 3600],
    ),
}


def ask(kind: str) -> Arrange:
    fields, answers = KINDS[kind]

    async def arrange(cast: Cast) -> None:
        made = await cast.lead.command("create_poll", kind=kind, opens=True, **fields)
        cast.notes["poll"] = made["poll_id"]
        await asyncio.gather(
            *(
                seat.command("vote", poll_id=made["poll_id"], answer=answer)
                for seat, answer in zip(cast.seats, answers, strict=False)
            )
        )

    return arrange


def done(*commands: str) -> Arrange:
    async def arrange(cast: Cast) -> None:
        for command in commands:
            await cast.lead.command(command, poll_id=cast.notes["poll"])

    return arrange


async def draft_quiz(cast: Cast) -> None:
    made = await cast.lead.command(
        "create_poll",
        question="When was the 42-line Bible printed?",
        options=["About 1377", "About 1455", "About 1501"],
        key=1,
        audience="none",
        explanation="Between 1452 and 1455 in Mainz; the Jikji of 1377 is older.",
    )
    cast.notes["poll"] = made["poll_id"]


async def open_quiz(cast: Cast) -> None:
    await cast.lead.command("open_poll", poll_id=cast.notes["poll"])
    for seat, option in zip(cast.seats, (1, 1, 0, 2), strict=False):
        await seat.command("vote", poll_id=cast.notes["poll"], option=option)


async def new_poll(view: View) -> None:
    await view.tab("Poll")
    await view.press("New poll")


async def cancel(view: View) -> None:
    await view.press("Cancel")


POLLS = (
    State("poll-none", show=tab("Poll"), ready="[role=tabpanel]:visible"),
    State("poll-form", show=new_poll, ready="text=Save and open", roles=(HOST,), leave=cancel),
    *(
        State(f"poll-{kind}", ask(kind), tab("Poll"), f"text={fields['question']}",
              after=done("close_poll"))
        for kind, (fields, _) in KINDS.items()
    ),
    State("quiz-draft", draft_quiz, tab("Poll"), "text=/42-line Bible/", roles=(HOST,)),
    State("quiz-open", open_quiz, tab("Poll"), "text=/42-line Bible/"),
    State("quiz-closed", done("close_poll"), tab("Poll"), "text=/42-line Bible/"),
    State("quiz-revealed", done("reveal_poll"), tab("Poll"), "text=/Between 1452/"),
)  # fmt: skip
