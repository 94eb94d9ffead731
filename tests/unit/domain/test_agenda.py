"""AG: the agenda and the learning objectives."""

from __future__ import annotations

from typing import Any

import pytest

from server.domain import agenda_commands as ac
from server.domain import commands as c
from server.domain.agenda import MOST_ACTIVITIES, MOST_OBJECTIVES, STEPS_KEPT
from server.domain.errors import DomainError
from server.domain.session import fold
from server.domain.state import THE_SERVER
from tests.agenda_world import GOALS, PLAN, agenda_happens
from tests.live_world import ADA, FAY, OPEN, World, live_class


@pytest.fixture
def world() -> World:
    made = live_class(OPEN, ADA)
    made.do(FAY, ac.EditAgenda(PLAN, 0))
    return made


def refused(world: World, command: Any, code: str, who: Any = FAY) -> None:
    seq = world.state.seq
    with pytest.raises(DomainError) as caught:
        world.do(who, command)
    assert caught.value.code == code
    assert world.state.seq == seq


def keys(world: World) -> list[str]:
    return [one.activity_id for one in world.state.agenda.activities]


def plan_of(world: World) -> list[dict[str, Any]]:
    return [dict(one) for one in world.last("agenda_edited")["activities"]]


def test_AG1_the_server_and_a_facilitator_plan_it_before_class() -> None:
    world = World()
    world.epoch()
    world.do(THE_SERVER, ac.EditAgenda(PLAN, 0))
    world.do(THE_SERVER, ac.EditObjectives(GOALS, 0))
    assert [one.title for one in world.state.agenda.activities] == [p["title"] for p in PLAN]
    assert world.state.agenda.activities[1].note == ""
    assert [one.text for one in world.state.objectives.items] == [
        "Date the press",
        "Weigh a source",
    ]
    assert len(set(keys(world))) == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "  "}, "empty_text"),
        ({"title": "x" * 121}, "text_too_long"),
        ({"note": "x" * 501}, "text_too_long"),
        ({"minutes": 0}, "bad_minutes"),
        ({"minutes": 241}, "bad_minutes"),
        ({"minutes": "ten"}, "wrong_type"),
        ({"kind": "nap"}, "wrong_type"),
        ({"colour": "red"}, "unknown_field"),
        ({"activity_id": "made up"}, "unknown_entry"),
    ],
)
def test_AG2_what_is_wrong_with_an_activity_is_said(
    world: World, change: dict[str, Any], code: str
) -> None:
    refused(world, ac.EditAgenda(({**PLAN[0], **change},), 1), code)


def test_AG2_there_are_limits(world: World) -> None:
    refused(world, ac.EditAgenda((PLAN[0],) * (MOST_ACTIVITIES + 1), 1), "too_many_activities")
    refused(world, ac.EditObjectives((GOALS[0],) * (MOST_OBJECTIVES + 1), 0), "too_many_objectives")
    refused(world, ac.EditObjectives(({"text": "x" * 201},), 0), "text_too_long")
    twice = plan_of(world)[0]
    refused(world, ac.EditAgenda((twice, twice), 1), "unknown_entry")


def test_AG3_an_edit_of_an_older_agenda_is_refused(world: World) -> None:
    plan = plan_of(world)
    world.do(FAY, ac.EditAgenda(tuple(reversed(plan)), 1))
    assert keys(world) == [one["activity_id"] for one in reversed(plan)]
    refused(world, ac.EditAgenda(tuple(plan), 1), "plan_changed")
    assert world.do(FAY, ac.EditAgenda(tuple(reversed(plan)), 2)) == [], "nothing has changed"


def test_AG4_what_has_begun_stays_and_may_move_and_change(world: World) -> None:
    world.do(FAY, ac.NextActivity(None))
    first, second, third = plan_of(world)
    refused(world, ac.EditAgenda((second, third), 1), "activity_begun")
    world.do(FAY, ac.EditAgenda((third, {**first, "minutes": 30}), 1))
    assert keys(world) == [third["activity_id"], first["activity_id"]]
    assert world.state.agenda.current is not None
    assert world.state.agenda.current.minutes == 30


def test_AG5_next_and_back_go_through_the_order_and_time_adds_up(world: World) -> None:
    first, second, third = keys(world)
    world.do(FAY, ac.NextActivity(None))
    world.do(FAY, ac.NextActivity(first), after_ms=60_000)
    world.do(FAY, ac.PreviousActivity(second), after_ms=10_000)
    assert world.state.agenda.used_ms(first, world.now_ms + 5_000) == 65_000
    assert world.state.agenda.used_ms(second, world.now_ms) == 10_000
    refused(world, ac.PreviousActivity(first), "agenda_at_start")
    world.do(FAY, ac.StartActivity(third))
    assert world.do(FAY, ac.StartActivity(third)) == [], "it goes on already"
    world.do(FAY, ac.NextActivity(third))
    assert world.types()[-1] == "agenda_finished"
    assert world.state.agenda.current is None
    refused(world, ac.NextActivity(None), "agenda_at_end")
    world.do(FAY, ac.PreviousActivity(None))
    assert world.last("activity_started") == {"activity_id": third}


def test_AG5_two_who_click_at_once_go_one_on(world: World) -> None:
    world.do(FAY, ac.NextActivity(None))
    refused(world, ac.NextActivity(None), "agenda_moved")
    refused(world, ac.PreviousActivity(None), "agenda_moved")
    refused(world, ac.StartActivity("nothing"), "activity_not_found")


def test_AG6_an_activity_is_made_longer_or_shorter(world: World) -> None:
    refused(world, ac.ExtendActivity(5), "no_activity")
    world.do(FAY, ac.NextActivity(None))
    current = world.state.agenda.activities[0]
    world.do(FAY, ac.ExtendActivity(5))
    assert world.state.agenda.planned_ms(current) == 15 * 60_000
    world.do(FAY, ac.ExtendActivity(-3))
    assert world.state.agenda.planned_ms(current) == 12 * 60_000
    for minutes in (0, 61, -12):
        refused(world, ac.ExtendActivity(minutes), "bad_minutes")


def test_AG7_undo_lets_go_on_what_was_ended_by_a_slip(world: World) -> None:
    first, second, _ = keys(world)
    refused(world, ac.UndoAgenda(), "nothing_to_undo")
    world.do(FAY, ac.NextActivity(None))
    begun_ms = world.now_ms
    world.do(FAY, ac.ExtendActivity(5))
    world.do(FAY, ac.NextActivity(first), after_ms=60_000)
    world.do(FAY, ac.UndoAgenda(), after_ms=2_000)
    agenda = world.state.agenda
    assert [(run.activity_id, run.from_ms, run.to_ms) for run in agenda.runs] == [
        (first, begun_ms, None)
    ]
    assert not agenda.has_begun(second)
    world.do(FAY, ac.UndoAgenda())
    assert world.state.agenda.extra_min == {}
    world.do(FAY, ac.UndoAgenda())
    assert world.state.agenda.runs == ()
    assert world.last("agenda_undone").get("can_undo", False) is False
    refused(world, ac.UndoAgenda(), "nothing_to_undo")


def test_AG7_the_end_of_the_agenda_can_be_taken_back(world: World) -> None:
    third = keys(world)[2]
    world.do(FAY, ac.StartActivity(third))
    world.do(FAY, ac.NextActivity(third), after_ms=1_000)
    world.do(FAY, ac.UndoAgenda())
    assert world.state.agenda.current is not None
    assert world.state.agenda.current.activity_id == third


def test_AG7_so_many_steps_can_be_taken_back(world: World) -> None:
    first, second, _ = keys(world)
    for _ in range(STEPS_KEPT):
        world.do(FAY, ac.StartActivity(first))
        world.do(FAY, ac.StartActivity(second))
    for _ in range(STEPS_KEPT):
        world.do(FAY, ac.UndoAgenda())
    refused(world, ac.UndoAgenda(), "nothing_to_undo")


def test_AG8_the_end_of_class_ends_what_goes_on(world: World) -> None:
    world.do(FAY, ac.NextActivity(None))
    world.do(FAY, c.EndSession(), after_ms=30_000)
    run = world.state.agenda.runs[-1]
    assert run.to_ms is not None
    assert run.to_ms - run.from_ms == 30_000


def test_AG9_objectives_are_covered_and_uncovered(world: World) -> None:
    world.do(FAY, ac.EditObjectives(GOALS, 0))
    one, two = (dict(o) for o in world.last("objectives_edited")["objectives"])
    world.do(FAY, ac.CoverObjective(two["objective_id"], True))
    assert world.do(FAY, ac.CoverObjective(two["objective_id"], True)) == []
    world.do(FAY, ac.EditObjectives((two, {**one, "text": "Date the press anew"}), 1))
    assert [o.covered_at_ms is not None for o in world.state.objectives.items] == [True, False]
    world.do(FAY, ac.CoverObjective(two["objective_id"], False))
    assert all(o.covered_at_ms is None for o in world.state.objectives.items)
    refused(world, ac.CoverObjective("none", True), "objective_not_found")
    refused(world, ac.EditObjectives((), 1), "plan_changed")


def test_AG10_learners_change_none_of_it(world: World) -> None:
    for command in (
        ac.EditAgenda(PLAN, 1), ac.EditObjectives(GOALS, 0), ac.NextActivity(None),
        ac.UndoAgenda(), ac.CoverObjective("x", True), ac.DismissHint(),
    ):  # fmt: skip
        refused(world, command, "not_allowed", ADA)


def test_EV5_the_agenda_is_the_fold_of_the_log(world: World) -> None:
    agenda_happens(world, FAY, ADA)
    assert fold("s1", world.log) == world.state
