"""PO: polls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain import commands as c
from server.domain.errors import Conflict, DomainError, Invalid
from server.domain.poll_events import Audience
from server.domain.poll_result import result_of
from server.domain.state import Actor
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class


def poll_in(world: World, **changes: Any) -> str:
    world.do(FAY, replace(c.CreatePoll("Why?", ("a", "b", "c"), key=1), **changes))
    return world.last("poll_created")["poll_id"]


def open_poll(world: World, **changes: Any) -> str:
    poll_id = poll_in(world, **changes)
    world.do(FAY, c.OpenPoll(poll_id))
    return poll_id


def test_PO1_stages_only_go_forward() -> None:
    world = live_class(OPEN, ADA)
    poll_id = poll_in(world)
    for command, code in [
        (c.Vote(poll_id, 0), "poll_is_draft"),
        (c.ClosePoll(poll_id), "poll_is_draft"),
        (c.RevealPoll(poll_id), "poll_is_draft"),
    ]:
        with pytest.raises(Conflict) as refused:
            world.do(FAY, command)
        assert refused.value.code == code
    world.do(FAY, c.OpenPoll(poll_id))
    for command in (c.EditPoll(poll_id, "?", ("a", "b")), c.DeletePoll(poll_id)):
        with pytest.raises(Conflict, match="open"):
            world.do(FAY, command)
    world.do(FAY, c.ClosePoll(poll_id))
    with pytest.raises(Conflict, match="closed"):
        world.do(ADA, c.Vote(poll_id, 0))
    world.do(FAY, c.RevealPoll(poll_id))
    assert world.state.polls[poll_id].stage == "revealed"


def test_PO1_drafts_and_keys_are_for_facilitators() -> None:
    world = live_class(OPEN, ADA)
    poll_id = poll_in(world)
    world.do(FAY, c.EditPoll(poll_id, "How?", ("x", "y"), key=0))
    other = poll_in(world)
    world.do(FAY, c.DeletePoll(other))
    drafts = [e for e in world.log if e.type in ("poll_created", "poll_edited", "poll_deleted")]
    assert {event.channel for event in drafts} == {"role:facilitator"}
    assert list(world.state.polls) == [poll_id]
    world.do(FAY, c.OpenPoll(poll_id))
    assert "key" not in world.last("poll_opened")
    assert world.last("poll_opened")["question"] == "How?"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"options": ("a",)}, "bad_options"),
        ({"options": tuple("abcdefghijk")}, "bad_options"),
        ({"options": ("a", " a ")}, "same_options"),
        ({"options": ("a", "  ")}, "empty_text"),
        ({"question": " "}, "empty_text"),
        ({"key": 3}, "bad_key"),
        ({"key": -1}, "bad_key"),
    ],
)
def test_PO2_a_poll_must_make_sense(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        poll_in(live_class(), **changes)
    assert refused.value.code == code


def test_PO3_a_vote_may_be_changed_and_counts_once() -> None:
    world = live_class(OPEN, ADA, BOB)
    poll_id = open_poll(world)
    world.do(ADA, c.Vote(poll_id, 0))
    world.do(BOB, c.Vote(poll_id, 1))
    world.do(ADA, c.Vote(poll_id, 1))
    assert world.do(ADA, c.Vote(poll_id, 1)) == []
    poll = world.state.polls[poll_id]
    assert (result_of(poll).tally, len(poll.voters)) == ((0, 2, 0), 2)
    with pytest.raises(Invalid):
        world.do(ADA, c.Vote(poll_id, 3))


def test_PO4_an_anonymous_vote_stays() -> None:
    world = live_class(OPEN, ADA)
    poll_id = open_poll(world, is_anonymous=True)
    world.do(ADA, c.Vote(poll_id, 0))
    with pytest.raises(DomainError) as refused:
        world.do(ADA, c.Vote(poll_id, 1))
    assert refused.value.code == "already_voted"


@pytest.mark.parametrize(
    ("audience", "seen"),
    [
        ("all", {"session"}),
        ("host", {"role:facilitator"}),
        ("voters", {"role:facilitator", "person:ada"}),
        ("none", set()),
    ],
)
def test_PO5_the_tally_goes_to_its_audience(audience: Audience, seen: set[str]) -> None:
    world = live_class(OPEN, ADA, BOB)
    poll_id = open_poll(world, audience=audience)
    start = len(world.log)
    world.do(ADA, c.Vote(poll_id, 2))
    counted = [event for event in world.log[start:] if event.type == "poll_counted"]
    assert {event.channel for event in counted if "tally" in event.data} == seen
    assert "session" in {event.channel for event in counted}
    assert all(event.data["voted_count"] == 1 for event in counted)
    world.do(FAY, c.ClosePoll(poll_id))
    world.do(FAY, c.RevealPoll(poll_id))
    assert world.last("poll_revealed") == {"poll_id": poll_id, "tally": [0, 0, 1], "key": 1}
    assert world.log[-1].channel == "session"


def test_PO5_voters_see_the_final_tally_at_the_close() -> None:
    world = live_class(OPEN, ADA, BOB)
    poll_id = open_poll(world, audience="voters")
    world.do(ADA, c.Vote(poll_id, 0))
    world.do(BOB, c.Vote(poll_id, 0))
    assert world.state.polls[poll_id].shown["person:ada"].tally == (1, 0, 0)
    world.do(FAY, c.ClosePoll(poll_id))
    assert world.state.polls[poll_id].shown["person:ada"].tally == (2, 0, 0)


def test_PO6_PO7_the_log_never_says_how_anyone_voted_in_an_open_anonymous_poll() -> None:
    people = [Actor(f"p{n}", "learner", f"P{n}") for n in range(9)]
    world = live_class(OPEN, *people)
    poll_id = open_poll(world, is_anonymous=True)
    start = len(world.log)
    for n, who in enumerate(people):
        world.do(who, c.Vote(poll_id, n % 3))
    for event in world.log[start:]:
        assert event.cause_id is None
        assert "option" not in event.data
        assert "tally" not in event.data
        if event.type == "vote_cast":
            assert event.data == {"poll_id": poll_id}
            assert event.channel == f"person:{event.actor_id}"
    poll = world.state.polls[poll_id]
    assert (poll.votes, len(poll.voters)) == ({}, 9)
    world.do(FAY, c.ClosePoll(poll_id))
    assert world.last("poll_counted") == {
        "poll_id": poll_id, "voted_count": 9, "tally": [3, 3, 3],
    }  # fmt: skip


def test_PO8_the_end_closes_open_polls_with_their_tally() -> None:
    world = live_class(OPEN, ADA)
    poll_id = open_poll(world, is_anonymous=True)
    world.do(ADA, c.Vote(poll_id, 1))
    world.do(FAY, c.EndSession())
    assert world.state.polls[poll_id].stage == "closed"
    assert world.last("poll_counted")["tally"] == [0, 1, 0]
