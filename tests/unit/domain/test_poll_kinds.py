"""PO9 to PO13: what is asked, answered and counted, kind by kind."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import poll_events as pe
from server.domain.errors import Conflict, DomainError, Invalid
from server.domain.events import body_of, data_of
from server.domain.poll import overdue
from server.domain.poll_events import PollKind
from server.domain.poll_form import KINDS
from server.domain.poll_result import (
    borda,
    count,
    figures,
    is_right,
    mean_places,
    result_of,
    visible,
)
from server.domain.session import fold
from server.domain.state import Actor, Poll
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class
from tests.poll_samples import ANSWERS, BAD, POLLS

CLASS = [Actor(f"p{n}", "learner", f"P{n}") for n in range(7)]
every_kind = pytest.mark.parametrize("kind", KINDS)


def asked(world: World, kind: PollKind, **changes: Any) -> str:
    world.do(FAY, replace(POLLS[kind], opens=True, **changes))
    return world.last("poll_opened")["poll_id"]


def answered(kind: PollKind, **changes: Any) -> tuple[World, str]:
    world = live_class(OPEN, *CLASS)
    poll_id = asked(world, kind, **changes)
    for who, answer in zip(CLASS, ANSWERS[kind], strict=True):
        world.do(who, c.Vote(poll_id, answer=answer))
    return world, poll_id


def poll_of(world: World, poll_id: str) -> Poll:
    return world.state.polls[poll_id]


# ---- PO2: what may be asked --------------------------------------------------------------------


def test_PO2_there_is_a_sample_of_every_kind() -> None:
    assert set(POLLS) == set(ANSWERS) == set(BAD) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("single", {"kind": "essay"}, "bad_kind"),
        ("multiple", {"options": ("a",)}, "bad_options"),
        ("multiple", {"options": ("a", "a")}, "same_options"),
        ("multiple", {"right": ()}, "bad_key"),
        ("multiple", {"right": (9,)}, "bad_key"),
        ("multiple", {"key": 0}, "bad_key"),
        ("true_false", {"options": ("a", "b", "c")}, "bad_options"),
        ("true_false", {"key": 2}, "bad_key"),
        ("rating", {"scale": (5, 1)}, "bad_scale"),
        ("rating", {"scale": (0, 11)}, "bad_scale"),
        ("rating", {"scale": (0.5, 3)}, "bad_scale"),
        ("rating", {"scale": (1,)}, "bad_scale"),
        ("rating", {"right": 3}, "bad_key"),
        ("rating", {"labels": ("x" * 41,)}, "text_too_long"),
        ("ranking", {"right": (0, 1)}, "bad_key"),
        ("matching", {"targets": ("a",)}, "bad_options"),
        ("matching", {"targets": ("a", "a")}, "same_options"),
        ("matching", {"right": (0, 3)}, "bad_key"),
        ("word_cloud", {"words": 0}, "bad_words"),
        ("word_cloud", {"words": 6}, "bad_words"),
        ("word_cloud", {"right": ("a",)}, "bad_key"),
        ("short_text", {"right": "a"}, "bad_key"),
        ("short_text", {"question": "  "}, "empty_text"),
        ("numeric", {"scale": (float("nan"), 3)}, "bad_scale"),
        ("numeric", {"right": 9999}, "bad_key"),
        ("numeric", {"tolerance": -1}, "bad_key"),
        ("single", {"explanation": "x" * 501}, "text_too_long"),
        ("single", {"limit_s": 4}, "bad_limit"),
        ("single", {"limit_s": 3601}, "bad_limit"),
    ],
)
def test_PO2_a_poll_of_each_kind_must_make_sense(
    kind: PollKind, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        live_class().do(FAY, replace(POLLS[kind], **changes))
    assert refused.value.code == code


@every_kind
def test_PO2_what_a_kind_does_not_use_is_left_out(kind: PollKind) -> None:
    everything = replace(
        POLLS[kind],
        options=("a", "b"),
        targets=("x", "y"),
        labels=("low", "high"),
        words=3,
        key=None,
        right=None,
        scale=(1, 5),
        tolerance=2,
    )
    world = live_class()
    world.do(FAY, everything)
    (poll,) = world.state.polls.values()
    has_options = kind in ("single", "multiple", "true_false", "ranking", "matching")
    assert bool(poll.options) == has_options
    assert bool(poll.targets) == (kind == "matching")
    assert (poll.scale is not None) == (kind in ("rating", "numeric"))
    assert bool(poll.labels) == (kind in ("rating", "numeric"))
    assert poll.words == (3 if kind == "word_cloud" else 1)


def test_PO2_targets_stand_in_an_order_that_does_not_tell_the_pairs() -> None:
    world = live_class()
    world.do(FAY, POLLS["matching"])
    (poll,) = world.state.polls.values()
    assert poll.targets == ("Belgium", "Norway", "Spain")
    assert poll.right == (0, 1)


# ---- PO9: what may be answered -----------------------------------------------------------------


@every_kind
def test_PO9_an_answer_that_cannot_be_given_changes_nothing(kind: PollKind) -> None:
    world = live_class(OPEN, ADA)
    poll_id = asked(world, kind)
    for answer in BAD[kind]:
        before = len(world.log)
        with pytest.raises(Invalid) as refused:
            world.do(ADA, c.Vote(poll_id, answer=answer))
        assert refused.value.code in ("bad_option", "bad_answer", "empty_text", "text_too_long")
        assert len(world.log) == before


@every_kind
def test_PO9_answers_are_kept_and_survive_the_log(kind: PollKind) -> None:
    world, poll_id = answered(kind)
    poll = poll_of(world, poll_id)
    assert len(poll.voters) == len(poll.votes) == 7
    stored = [
        replace(event, body=body_of(event.type, 1, json.loads(json.dumps(data_of(event.body)))))
        for event in world.log
    ]
    assert fold("s1", stored) == world.state


def test_PO9_blanks_and_doubles_do_not_count() -> None:
    world = live_class(OPEN, ADA)
    poll_id = asked(world, "word_cloud")
    world.do(ADA, c.Vote(poll_id, answer=(" big   city ", "Big City", "")))
    assert poll_of(world, poll_id).votes["ada"] == ("Big City",)
    other = asked(world, "multiple")
    world.do(ADA, c.Vote(other, answer=(3, 0, 3)))
    assert poll_of(world, other).votes["ada"] == (0, 3)


def test_PO9_a_single_choice_is_written_as_it_always_was() -> None:
    """Logs of before and after the other kinds are alike."""
    world = live_class(OPEN, ADA)
    poll_id = asked(world, "single", key=None)
    world.do(ADA, c.Vote(poll_id, answer=1))
    assert world.last("poll_created") == {
        "poll_id": poll_id, "question": "Which?", "options": ["Ghent", "Oslo", "Paris", "Turin"],
        "audience": "all", "is_anonymous": False, "key": None,
    }  # fmt: skip
    assert world.last("vote_cast") == {"poll_id": poll_id, "participant_id": "ada", "option": 1}
    assert world.last("poll_counted") == {
        "poll_id": poll_id, "voted_count": 1, "tally": [0, 1, 0, 0],
    }  # fmt: skip


def test_PO9_old_votes_fold_unchanged() -> None:
    world = live_class(OPEN, ADA)
    poll_id = asked(world, "single")
    data = {"poll_id": poll_id, "participant_id": "ada", "option": 2}
    assert body_of("vote_cast", 1, data) == pe.VoteCast(poll_id, "ada", 2)
    opened = {"poll_id": "p", "question": "?", "options": ["a", "b"], "audience": "all"}
    body = body_of("poll_opened", 1, {**opened, "is_anonymous": False})
    assert isinstance(body, pe.PollOpened)
    assert (body.kind, body.can_change, body.limit_s) == ("single", True, None)


# ---- PO3: changing a vote ----------------------------------------------------------------------


@every_kind
def test_PO3_a_vote_is_changed_or_not_as_the_poll_says(kind: PollKind) -> None:
    first, second = ANSWERS[kind][0], ANSWERS[kind][1]
    for can_change in (True, False):
        world = live_class(OPEN, ADA)
        poll_id = asked(world, kind, can_change=can_change)
        world.do(ADA, c.Vote(poll_id, answer=first))
        assert world.do(ADA, c.Vote(poll_id, answer=first)) == []
        if can_change:
            world.do(ADA, c.Vote(poll_id, answer=second))
        else:
            with pytest.raises(Conflict) as refused:
                world.do(ADA, c.Vote(poll_id, answer=second))
            assert refused.value.code == "already_voted"
        assert result_of(poll_of(world, poll_id)).count == 1


# ---- PO10: what comes of it --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "tally", "entries"),
    [
        ("single", (1, 1, 4, 1), ()),
        ("multiple", (4, 1, 1, 4), ()),
        ("true_false", (4, 3), ()),
        ("rating", (1, 0, 1, 3, 2), ()),
        ("ranking", (2, 1, 0, 4, 1, 2, 4, 0, 1, 3, 3, 0, 3, 1, 0, 3), ()),
        ("matching", (5, 1, 1, 2, 4, 1), ()),
        ("word_cloud", (4, 2, 2, 1), ("paper", "Ink", "Type", "lead")),
        (
            "numeric", (1, 1, 3, 1, 1), ("1439.5", "1450", "1455", "1460", "1500"),
        ),
    ],
)  # fmt: skip
def test_PO10_results_by_kind(
    kind: PollKind, tally: tuple[int, ...], entries: tuple[str, ...]
) -> None:
    world, poll_id = answered(kind)
    result = result_of(poll_of(world, poll_id))
    assert result.count == 7
    assert result.tally == tally
    assert result.entries == entries


def test_PO10_figures() -> None:
    world, poll_id = answered("rating")
    poll = poll_of(world, poll_id)
    found = figures(poll, result_of(poll))
    assert (round(found["mean"], 3), found["median"]) == (3.714, 4)
    world, poll_id = answered("numeric")
    poll = poll_of(world, poll_id)
    assert figures(poll, result_of(poll))["median"] == 1455
    world, poll_id = answered("matching")
    poll = poll_of(world, poll_id)
    assert figures(poll, result_of(poll)) == {"pairs_right": 9 / 14}
    world, poll_id = answered("ranking")
    poll = poll_of(world, poll_id)
    result = result_of(poll)
    assert [round(place, 2) for place in mean_places(poll, result)] == [2.86, 2.43, 2.29, 2.43]
    assert sum(borda(poll, result)) == 7 * 6
    assert borda(poll, result) == [
        sum(3 - order.index(option) for order in ANSWERS["ranking"])  # type: ignore[union-attr]
        for option in range(4)
    ]


@every_kind
def test_PO10_nobody_has_answered(kind: PollKind) -> None:
    world = live_class()
    poll = poll_of(world, asked(world, kind))
    result = count(poll, ())
    assert (result.count, sum(result.tally)) == (0, 0)
    assert figures(poll, result) == {}


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("single", 2, 1),
        ("multiple", (0, 3), (0,)),
        ("true_false", 0, 1),
        ("ranking", (3, 2, 1, 0), (0, 1, 2, 3)),
        ("matching", (0, 1), (0, 2)),
        ("numeric", 1460.0, 1460.1),
    ],
)
def test_PO10_right_answers(kind: PollKind, right: Any, wrong: Any) -> None:
    world = live_class()
    poll = poll_of(world, asked(world, kind))
    assert is_right(poll, right)
    assert is_right(poll, wrong) is False
    assert is_right(replace(poll, key=None, right=None), right) is None


@every_kind
def test_PO1_key_and_explanation_come_with_the_reveal(kind: PollKind) -> None:
    world, poll_id = answered(kind, explanation="Look at chapter two.")
    opened = world.last("poll_opened")
    assert not {"key", "right", "explanation", "tolerance"} & set(opened)
    world.do(FAY, c.ClosePoll(poll_id))
    world.do(FAY, c.RevealPoll(poll_id))
    revealed = world.last("poll_revealed")
    assert revealed["explanation"] == "Look at chapter two."
    has_right = kind in ("multiple", "ranking", "matching", "numeric")
    assert ("right" in revealed) == has_right
    assert (revealed["key"] is not None) == (kind in ("single", "true_false"))


# ---- PO5 to PO7: who sees what -----------------------------------------------------------------


@every_kind
def test_PO7_the_log_never_says_how_anyone_answered_an_open_anonymous_poll(kind: PollKind) -> None:
    world = live_class(OPEN, *CLASS)
    poll_id = asked(world, kind, is_anonymous=True)
    start = len(world.log)
    for who, answer in zip(CLASS, ANSWERS[kind], strict=True):
        world.do(who, c.Vote(poll_id, answer=answer))
    for event in world.log[start:]:
        assert event.cause_id is None
        assert set(event.data) <= {"poll_id", "voted_count"}
    assert poll_of(world, poll_id).votes == {}
    world.do(FAY, c.ClosePoll(poll_id))
    poll = poll_of(world, poll_id)
    assert poll.final is not None
    assert poll.final.count == 7
    named, other = answered(kind)
    assert poll.final.tally == result_of(poll_of(named, other)).tally
    with pytest.raises(DomainError):
        world.do(CLASS[0], c.Vote(poll_id, answer=ANSWERS[kind][1]))


@every_kind
@pytest.mark.parametrize("audience", ["all", "host", "voters", "none"])
def test_PO5_the_result_goes_to_its_audience(kind: PollKind, audience: Any) -> None:
    world, poll_id = answered(kind, audience=audience)
    channels = set(poll_of(world, poll_id).shown)
    expected = {
        "all": {"session"},
        "host": {"role:facilitator"},
        "voters": {"role:facilitator", *(f"person:p{n}" for n in range(7))},
        "none": set[str](),
    }[audience]
    assert channels == expected
    if kind in ("word_cloud", "short_text"):
        words = str([data_of(event.body) for event in world.log if event.type != "vote_cast"])
        assert "cheaper" not in words
        assert "aper" not in words, "what people wrote is once in the log, erasable"


# ---- PO11: hiding ------------------------------------------------------------------------------


def test_PO11_a_hidden_text_leaves_the_result_and_comes_back() -> None:
    world, poll_id = answered("word_cloud")
    world.do(FAY, c.HidePollText(poll_id, " PAPER "))
    assert world.do(FAY, c.HidePollText(poll_id, "paper")) == []
    poll = poll_of(world, poll_id)
    assert visible(poll, result_of(poll)).tally == (2, 2, 1)
    hidden = next(event for event in world.log if event.type == "poll_text_hidden")
    assert (hidden.channel, hidden.data["text"]) == ("role:facilitator", "paper")
    assert world.log[-1].type == "poll_counted", "who sees the result is told anew"
    world.do(FAY, c.HidePollText(poll_id, "Paper", is_hidden=False))
    poll = poll_of(world, poll_id)
    assert visible(poll, result_of(poll)).tally == (4, 2, 2, 1)


def test_PO11_equal_texts_are_hidden_together_also_when_anonymous() -> None:
    world, poll_id = answered("short_text", is_anonymous=True)
    world.do(FAY, c.ClosePoll(poll_id))
    world.do(FAY, c.HidePollText(poll_id, "it is CHEAPER"))
    world.do(FAY, c.RevealPoll(poll_id))
    poll = poll_of(world, poll_id)
    assert poll.revealed is not None
    assert len(visible(poll, poll.revealed).entries) == 5
    assert poll.revealed.entries == tuple(sorted(poll.revealed.entries, key=str.casefold))


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("word_cloud", "short_text")]
)
def test_PO11_only_words_are_hidden(kind: PollKind) -> None:
    world, poll_id = answered(kind)
    with pytest.raises(Invalid) as refused:
        world.do(FAY, c.HidePollText(poll_id, "Ghent"))
    assert refused.value.code == "not_a_text_poll"


def test_PO11_erased_texts_are_out_of_the_result() -> None:
    world, _ = answered("short_text")
    erased = [
        replace(event, body=replace(event.body, text=""))
        if isinstance(event.body, pe.VoteCast)
        else event
        for event in world.log
    ]
    (poll,) = fold("s1", erased).polls.values()
    assert result_of(poll).entries == ()
    assert result_of(poll).count == 7


# ---- PO12, PO13 --------------------------------------------------------------------------------


def test_PO12_a_quick_poll_opens_at_once_and_only_in_class() -> None:
    world = World()
    world.epoch()
    world.join(FAY)
    with pytest.raises(Conflict) as refused:
        world.do(FAY, replace(POLLS["single"], opens=True))
    assert refused.value.code == "session_not_started"
    world.do(FAY, POLLS["single"])
    world.do(FAY, c.StartSession())
    world.do(FAY, replace(POLLS["rating"], opens=True))
    assert [poll.stage for poll in world.state.polls.values()] == ["draft", "open"]


def test_PO13_a_poll_is_overdue_when_its_time_is_up() -> None:
    world = live_class(OPEN, ADA, BOB)
    poll_id = asked(world, "single", limit_s=30)
    opened = poll_of(world, poll_id).opened_at_ms or 0
    assert overdue(world.state, opened + 29_999) == []
    assert overdue(world.state, opened + 30_000) == [poll_id]
    world.do(FAY, c.ClosePoll(poll_id))
    assert overdue(world.state, opened + 60_000) == []
