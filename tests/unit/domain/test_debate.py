"""DB2, DB3, DB14–DB16: planning, seats, ballots, sheets and results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_format import Format, to_data
from server.domain.debate_result import ballot_result, matrix_of, point_ranges
from server.domain.errors import DomainError, Invalid, NotFound
from server.domain.state import THE_SERVER, Actor
from tests.debate_world import Hall, shipped
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

CLASS = [Actor(f"p{n}", "learner", f"P{n}") for n in range(7)]


def planned(format_id: str = "karl-popper", **plan: Any) -> World:
    world = live_class(OPEN, ADA, BOB, *CLASS)
    world.do(FAY, dc.PlanDebate("  Motion ", format=to_data(shipped(format_id)), **plan))
    return world


def debate_id(world: World) -> str:
    return next(iter(world.state.debates))


def code(world: World, actor: Actor, command: Any) -> str:
    with pytest.raises(DomainError) as refused:
        world.do(actor, command)
    return refused.value.code


# ---- DB2 ---------------------------------------------------------------------------------------


def test_DB2_a_plan_is_edited_and_deleted_until_it_begins() -> None:
    world = planned()
    key = debate_id(world)
    assert world.state.debates[key].motion == "Motion"
    world.do(FAY, dc.DrawSeats(key, "random"))
    world.do(FAY, dc.EditDebate(key, "Another", advance="automatic"))
    debate = world.state.debates[key]
    assert (debate.motion, debate.advance, len(debate.seats)) == ("Another", "automatic", 6)
    world.do(FAY, dc.EditDebate(key, "Third", format=to_data(shipped("oxford"))))
    assert world.state.debates[key].seats == {}
    assert world.state.debates[key].form == shipped("oxford")
    assert code(world, FAY, dc.BeginDebate(key)) == "side_empty"
    world.do(FAY, dc.DrawSeats(key, "random"))
    world.do(FAY, dc.BeginDebate(key))
    assert code(world, FAY, dc.EditDebate(key, "Late")) == "debate_is_running"
    assert code(world, FAY, dc.DeleteDebate(key)) == "debate_is_running"
    world.do(FAY, dc.PlanDebate("Gone", format=to_data(shipped("quick"))))
    gone = world.last("debate_planned")["debate_id"]
    world.do(FAY, dc.DeleteDebate(gone))
    assert gone not in world.state.debates


def test_DB2_bad_formats_are_refused_with_the_field_that_is_wrong() -> None:
    world = live_class()
    assert code(world, FAY, dc.PlanDebate("M")) == "format_missing"
    data = to_data(shipped("quick"))
    assert code(world, FAY, dc.PlanDebate(" ", format=data)) == "empty_text"
    data["phases"][0]["speeches"][0]["length_s"] = -5
    with pytest.raises(Invalid) as wrong:
        world.do(FAY, dc.PlanDebate("M", format=data))
    assert wrong.value.field == "phases[0].speeches[0].length_s"
    fixed = to_data(shipped("karl-popper"))
    assert code(world, FAY, dc.PlanDebate("M", format=fixed, size=2)) == "size_fixed"


def test_DB2_a_format_is_settled_when_planned() -> None:
    world = live_class()
    world.do(FAY, dc.PlanDebate("M", format=to_data(shipped("quick")), size=1, pois=True))
    form = next(iter(world.state.debates.values())).form
    assert [len(side.seats) for side in form.sides] == [1, 1]
    assert form.poi.allowed


# ---- DB3 ---------------------------------------------------------------------------------------


def test_DB3_drawing_fills_sides_evenly_and_leaves_out_chair_and_adjudicators() -> None:
    world = planned()
    key = debate_id(world)
    world.do(FAY, dc.SetChair(key, "p0"))
    world.do(FAY, dc.SetAdjudicators(key, ("p1", "p2", "ada")))
    world.do(FAY, dc.DrawSeats(key, "random"))
    debate = world.state.debates[key]
    assert len(set(debate.seats.values())) == 5
    sizes = [len(debate.members(side.id)) for side in debate.form.sides]
    assert sorted(sizes) == [2, 3]
    assert not {"p0", "p1", "p2", "ada", "fay"} & set(debate.seats.values())
    world.do(FAY, dc.DrawSeats(key, "clear"))
    assert world.state.debates[key].seats == {}


def test_DB3_the_least_heard_come_first() -> None:
    world = planned("lincoln-douglas")
    key = debate_id(world)
    everybody = tuple(one.participant_id or "" for one in [ADA, BOB, *CLASS])
    heard = dict.fromkeys(everybody, 100000) | {"p3": 0, "p4": 2_000}
    world.do(THE_SERVER, c.CountAirtime(("p4",), (5_000,)))
    world.do(FAY, dc.DrawSeats(key, "least_heard", (), heard))
    assert list(world.state.debates[key].seats.values()) == ["p3", "p4"]


def test_DB3_nobody_speaks_for_two_sides_or_judges_their_own_debate() -> None:
    world = planned()
    key = debate_id(world)
    aff, neg = (side.id for side in world.state.debates[key].form.sides)
    first = {side.id: side.seats[0].id for side in world.state.debates[key].form.sides}
    second = world.state.debates[key].form.sides[0].seats[1].id
    world.do(FAY, dc.AssignSeat(key, f"{aff}:{first[aff]}", "ada"))
    world.do(FAY, dc.AssignSeat(key, f"{aff}:{second}", "ada"))
    assert len(world.state.debates[key].seats) == 2, "a small team speaks twice"
    world.do(FAY, dc.AssignSeat(key, f"{neg}:{first[neg]}", "ada"))
    assert world.state.debates[key].seats == {f"{neg}:{first[neg]}": "ada"}
    assert code(world, FAY, dc.SetAdjudicators(key, ("ada",))) == "has_side"
    assert code(world, FAY, dc.SetChair(key, "ada")) == "has_side"
    world.do(FAY, dc.SetAdjudicators(key, ("bob",)))
    assert code(world, FAY, dc.AssignSeat(key, f"{aff}:{second}", "bob")) == "is_adjudicator"
    assert code(world, FAY, dc.AssignSeat(key, "moon:1", "p1")) == "seat_not_found"
    assert code(world, ADA, dc.AssignSeat(key, f"{aff}:{second}", "p1")) == "not_the_chair"
    world.do(FAY, dc.AssignSeat(key, f"{aff}:{second}", "p1"))
    world.do(FAY, dc.BeginDebate(key))
    assert code(world, FAY, dc.AssignSeat(key, f"{aff}:{second}", "ada")) == "other_side"
    with pytest.raises(NotFound):
        world.do(FAY, dc.AssignSeat(key, f"{aff}:{second}", "nobody"))


# ---- DB14 --------------------------------------------------------------------------------------


def test_DB14_the_larger_gain_wins_whatever_the_majority() -> None:
    # For 30 → 45 beats Against 50 → 52.
    pairs = (
        [("for", "for")] * 30 + [("undecided", "for")] * 15 + [("undecided", "against")] * 2
        + [("undecided", "undecided")] * 3 + [("against", "against")] * 50
    )  # fmt: skip
    result = ballot_result(matrix_of(pairs), {"before": 110, "after": 104})
    assert result["winner"] == "for"
    assert result["shift"] == {"for": 15.0, "against": 2.0, "undecided": -17.0}
    assert result["turnout"] == {"before": 110, "after": 104, "both": 100}
    assert result["matrix"][2] == [15, 2, 3]
    even = ballot_result(matrix_of([("for", "for")]), {})
    assert (even["winner"], even["shift"]["for"]) == ("draw", 0.0)
    assert ballot_result(matrix_of([]), {})["winner"] == "draw"


def voted(world: World) -> str:
    key = debate_id(world)
    world.do(FAY, dc.OpenBallot(key, "before"))
    for n, who in enumerate((ADA, BOB, *CLASS)):
        world.do(who, dc.CastBallot(key, "before", ("for", "against", "undecided")[n % 3]))
    world.do(FAY, dc.CloseBallot(key))
    return key


def test_DB14_ballots_are_cast_once_and_the_log_never_says_what() -> None:
    world = planned()
    key = voted(world)
    assert code(world, ADA, dc.CastBallot(key, "before", "for")) == "ballot_is_closed"
    world.do(FAY, dc.OpenBallot(key, "after"))
    assert code(world, FAY, dc.OpenBallot(key, "before")) == "ballot_is_open"
    world.do(ADA, dc.CastBallot(key, "after", "for"))
    assert code(world, ADA, dc.CastBallot(key, "after", "against")) == "already_voted"
    world.do(FAY, dc.CloseBallot(key))
    assert code(world, FAY, dc.OpenBallot(key, "after")) == "ballot_is_closed"
    cast = [event for event in world.log if event.type == "debate_ballot_cast"]
    assert {event.channel for event in cast} >= {"person:ada", "person:bob"}
    assert all(set(event.data) == {"debate_id", "round"} for event in cast)
    assert all(event.cause_id is None for event in cast)
    about = [event for event in world.log if "ballot" in event.type]
    assert not {"for", "against", "undecided"} & set(_words([event.data for event in about]))


def _words(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for pair in value.items() for one in pair for word in _words(one)]
    if isinstance(value, list | tuple):
        return [word for one in value for word in _words(one)]
    return [str(value)]


# ---- DB15, DB16 --------------------------------------------------------------------------------


def judged(form: Format) -> Hall:
    room = Hall(live_class(OPEN, ADA, BOB), FAY, form)
    room.do(FAY, dc.SetAdjudicators, ("ada", "bob"))
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    return room


def sheet(room: Hall, value: float | None = None) -> dict[str, float]:
    return {
        key: allowed.low if value is None else value
        for key, allowed in point_ranges(room.debate).items()
    }


def test_DB15_points_keep_to_the_formats_ranges_and_steps() -> None:
    room = judged(shipped("world-schools"))
    aff, neg = (side.id for side in room.debate.form.sides)
    ranks = {aff: 1, neg: 2}
    points = sheet(room)
    assert any(key.startswith("reply:") for key in points)
    key = next(iter(points))
    hand_in = dc.HandInScores
    for wrong, why in (
        ({**points, key: 59.5}, "points_out_of_range"), ({**points, key: 80.5},
        "points_out_of_range"), ({**points, key: 70.25}, "points_out_of_range"),
        ({**points, key: float("nan")}, "points_out_of_range"),
        ({**points, "moon:1": 70}, "points_unknown"), ({key: 70}, "points_missing"),
    ):  # fmt: skip
        assert room.refused(ADA, hand_in, wrong, ranks) == why
    assert room.refused(ADA, hand_in, points, {}) == "ranks_missing"
    assert room.refused(ADA, hand_in, points, {aff: 1, neg: 3}) == "bad_ranks"
    assert room.refused(ADA, hand_in, points, {aff: 1, neg: 1}) == "ranks_tied"
    better = {**points, key: 70.5}
    assert room.refused(ADA, hand_in, better, {aff: 2, neg: 1}) == "low_point_win"
    assert room.refused(FAY, hand_in, points, ranks) == "not_adjudicator"
    room.do(ADA, hand_in, better, ranks)
    assert room.debate.sheets == ("ada",)
    assert room.refused(FAY, dc.SetAdjudicators, ("bob",)) == "has_handed_in"


def test_DB15_four_sides_are_ranked_and_equal_points_share_a_place() -> None:
    room = judged(shipped("british-parliamentary"))
    sides = [side.id for side in room.debate.form.sides]
    points = {
        key: 80.0 - 2 * sides.index(key.partition(":")[0]) for key in point_ranges(room.debate)
    }
    ranks = {side: number + 1 for number, side in enumerate(sides)}
    assert room.refused(ADA, dc.HandInScores, points, {**ranks, sides[3]: 3}) in (
        "bad_ranks", "ranks_tied",
    )  # fmt: skip
    room.do(ADA, dc.HandInScores, points, ranks)
    room.do(BOB, dc.HandInScores, points, ranks)
    room.do(FAY, dc.EndDebate)
    room.do(FAY, dc.RevealDebate)
    result = room.debate.result
    assert result is not None
    assert result["winner"] == sides[0]
    assert [row["place"] for row in result["sides"]] == [1, 2, 3, 4]
    assert [row["total"] for row in result["sides"]] == [160.0, 156.0, 152.0, 148.0]
    assert [row["place"] for row in result["speakers"]] == [1, 1, 3, 3, 5, 5, 7, 7]
    assert [one["adjudicator_id"] for one in result["sheets"]] == ["ada", "bob"]
    json.dumps(result)


def test_DB15_judges_who_disagree_are_counted() -> None:
    room = judged(shipped("karl-popper"))
    aff, neg = (side.id for side in room.debate.form.sides)
    points = sheet(room)
    room.do(ADA, dc.HandInScores, points, {aff: 1, neg: 2})
    room.do(BOB, dc.HandInScores, points, {aff: 2, neg: 1})
    room.do(FAY, dc.EndDebate)
    room.do(FAY, dc.RevealDebate)
    assert room.debate.result is not None
    assert room.debate.result["winner"] == "draw"


def test_DB16_results_are_revealed_by_a_facilitator_once_all_is_over() -> None:
    world = planned()
    key = voted(world)
    world.do(FAY, dc.DrawSeats(key, "random"))
    world.do(FAY, dc.BeginDebate(key))
    assert code(world, FAY, dc.RevealDebate(key)) == "debate_goes_on"
    world.do(FAY, dc.EndDebate(key))
    world.do(FAY, dc.OpenBallot(key, "after"))
    for who in (ADA, BOB, CLASS[0]):
        world.do(who, dc.CastBallot(key, "after", "for"))
    assert code(world, FAY, dc.RevealDebate(key)) == "ballot_is_open"
    world.do(FAY, dc.CloseBallot(key))
    assert code(world, ADA, dc.RevealDebate(key)) == "not_allowed"
    world.do(FAY, dc.RevealDebate(key))
    result = world.state.debates[key].result
    assert result is not None
    assert result["ballot"]["matrix"] == [[1, 0, 0], [1, 0, 0], [1, 0, 0]]
    assert result["ballot"]["turnout"] == {"before": 9, "after": 3, "both": 3}
    assert result["ballot"]["winner"] == "for"
    assert result["winner"] is None
    assert code(world, FAY, dc.RevealDebate(key)) == "debate_revealed"


def test_DB19_what_a_facilitator_forgot_is_revealed_after_the_class() -> None:
    world = planned()
    key = voted(world)
    world.do(FAY, dc.DrawSeats(key, "random"))
    world.do(FAY, dc.BeginDebate(key))
    writer = next(iter(world.state.debates[key].seats.values()))
    world.do(Actor(writer, "learner"), dc.WriteNote(key, "They have no numbers"))
    world.do(FAY, dc.OpenBallot(key, "after"))
    world.do(ADA, dc.CastBallot(key, "after", "for"))
    world.do(FAY, c.EndSession())
    assert world.state.debates[key].ballot is None, "the end closed it (DB20)"
    for late in (dc.RevealDebate(key), dc.OpenNotes(key)):
        assert code(world, FAY, late) == "not_present", "over HTTP only"
        assert code(world, ADA, late) == "not_allowed"
    assert code(world, ADA, dc.CastBallot(key, "after", "for")) == "not_present"
    world.now_ms += 3 * 86_400_000
    world.do(THE_SERVER, dc.OpenNotes(key))
    world.do(THE_SERVER, dc.RevealDebate(key))
    debate = world.state.debates[key]
    assert debate.result is not None
    assert debate.result["ballot"]["turnout"] == {"before": 9, "after": 1, "both": 1}
    assert debate.are_notes_open
    assert world.last("debate_note_shown")["text"] == "They have no numbers"
    assert code(world, THE_SERVER, dc.RevealDebate(key)) == "debate_revealed"


def test_DB16_without_two_rounds_there_is_no_ballot_in_the_result() -> None:
    world = planned("quick")
    key = voted(world)
    world.do(FAY, dc.DrawSeats(key, "random"))
    world.do(FAY, dc.BeginDebate(key))
    world.do(FAY, dc.EndDebate(key))
    world.do(FAY, dc.RevealDebate(key))
    result = world.state.debates[key].result
    assert result is not None
    assert result["ballot"] is None
