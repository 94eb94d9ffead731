"""PO15: what of a poll is in the recording."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recordings.facts import facts_of
from recordings.poll_marks import mark_of
from server.domain import commands as c
from server.domain.poll_events import PollKind
from server.domain.poll_form import KINDS
from server.domain.record import record_of
from server.domain.state import Actor
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class
from tests.poll_samples import ANSWERS, POLLS

VOTERS = [ADA, BOB, *(Actor(f"p{n}", "learner", f"P{n}") for n in range(5))]


def recorded(kind: PollKind, *, reveals: bool = True, **changes: Any) -> World:
    world = live_class(OPEN, *VOTERS)
    world.do(FAY, c.StartRecording())
    for who in VOTERS:
        world.do(who, c.GiveConsent(who is not BOB))
    world.do(FAY, replace(POLLS[kind], opens=True, **changes))
    poll_id = world.last("poll_opened")["poll_id"]
    for who, answer in zip(VOTERS, ANSWERS[kind], strict=True):
        world.do(who, c.Vote(poll_id, answer=answer))
    world.do(FAY, c.ClosePoll(poll_id))
    if reveals:
        world.do(FAY, c.RevealPoll(poll_id))
    world.do(FAY, c.EndSession())
    return world


def mark(world: World) -> dict[str, Any]:
    (poll,) = record_of("s1", world.log).polls
    return dict(mark_of(poll))


def test_PO15_a_single_choice_looks_as_it_always_did() -> None:
    found = mark(recorded("single"))
    del found["poll_id"]
    assert found == {
        "options": ["Ghent", "Oslo", "Paris", "Turin"],
        "tally": [1, 1, 4, 1],
        "key": 2,
    }


@pytest.mark.parametrize(
    ("kind", "options", "tally"),
    [
        ("true_false", ["True", "False"], [4, 3]),
        ("multiple", ["Ghent", "Oslo", "Paris", "Turin"], [4, 1, 1, 4]),
        ("rating", ["1", "2", "3", "4", "5"], [1, 0, 1, 3, 2]),
        ("ranking", ["Paris", "Oslo", "Turin", "Ghent"], [12, 11, 11, 8]),
        ("matching", ["Ghent → Belgium", "Oslo → Norway"], [5, 4]),
        ("numeric", ["1439.5", "1450", "1455", "1460", "1500"], [1, 1, 3, 1, 1]),
    ],
)
def test_PO15_rows_by_kind(kind: PollKind, options: list[str], tally: list[int]) -> None:
    found = mark(recorded(kind))
    assert (found["kind"], found["votes"]) == (kind, 7)
    assert (found["options"], found["tally"]) == (options, tally)


@pytest.mark.parametrize("kind", KINDS)
def test_PO15_what_the_class_did_not_see_is_not_in_it(kind: PollKind) -> None:
    found = mark(recorded(kind, reveals=False, audience="host", explanation="Because."))
    assert not {"tally", "key", "keys", "answer", "texts", "explanation"} & set(found)


def test_PO15_texts_of_people_off_record_and_hidden_ones_stay_out() -> None:
    world = recorded("short_text", explanation="Because.")
    texts = mark(world)["texts"]
    assert "It is faster" not in texts, "Bob did not consent"
    assert len(texts) == 6
    assert mark(world)["explanation"] == "Because."
    anonymous = mark(recorded("short_text", is_anonymous=True))
    assert "texts" not in anonymous
    words = mark(recorded("word_cloud"))
    assert words["tally"] == [3, 2, 2, 1], "one of four papers was written off record"


def test_PO15_only_choices_become_items() -> None:
    for kind in KINDS:
        facts = facts_of("s1", "r1", recorded(kind).log)
        assert len(facts.polls) == (1 if kind in ("single", "true_false") else 0)
        assert [one.kind for one in facts.marks] == ["poll"]
