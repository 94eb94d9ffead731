"""The agenda for tests: a browser's fold of it, and a story in which every event happens."""

from __future__ import annotations

from typing import Any

from server.domain import agenda_commands as ac
from server.domain import commands as c
from server.domain.activity_mix import QUIET_MS
from server.domain.state import THE_SERVER, Actor

View = dict[str, Any]

PLAN = (
    {"title": "Why print?", "kind": "talk", "minutes": 10, "note": "Chapter 3"},
    {"title": "Who was first?", "kind": "poll", "minutes": 5},
    {"title": "This house regrets print", "kind": "debate", "minutes": 20},
)
GOALS = ({"text": "Date the press"}, {"text": "Weigh a source"})


def fold(view: View, event: View) -> None:
    """What a browser does with an event about the agenda; others change nothing."""
    data, kind, at_ms = event["data"], event["type"], event["at_ms"]
    agenda = view["agenda"]
    runs = agenda["runs"]
    if kind == "agenda_edited":
        known = {one["activity_id"]: one["extra_min"] for one in agenda["activities"]}
        agenda["activities"] = [
            {**one, "extra_min": known.get(one["activity_id"], 0)} for one in data["activities"]
        ]
        agenda["revision"] = data["revision"]
    elif kind in ("activity_started", "agenda_finished"):
        _stop(runs, at_ms)
        agenda["can_undo"] = True
        if kind == "activity_started":
            runs.append({"activity_id": data["activity_id"], "from_ms": at_ms, "to_ms": None})
    elif kind == "activity_extended":
        _lengthen(agenda, data["activity_id"], data["minutes"])
        agenda["can_undo"] = True
    elif kind == "agenda_undone":
        agenda["can_undo"] = data.get("can_undo", False)
        if data["step"] == "extension":
            _lengthen(agenda, data["activity_id"], -data["minutes"])
            return
        if runs and runs[-1]["to_ms"] is None:
            runs.pop()
        if runs and runs[-1]["activity_id"] == data["activity_id"]:
            runs[-1]["to_ms"] = None
    elif kind == "objectives_edited":
        known = {one["objective_id"]: one["covered_at_ms"] for one in view["objectives"]["items"]}
        view["objectives"] = {
            "items": [
                {**one, "covered_at_ms": known.get(one["objective_id"])}
                for one in data["objectives"]
            ],
            "revision": data["revision"],
        }
    elif kind == "objective_covered":
        for one in view["objectives"]["items"]:
            if one["objective_id"] == data["objective_id"]:
                one["covered_at_ms"] = at_ms if data["is_covered"] else None
    elif kind == "quiet_noted":
        view["quiet_since_ms"] = data["since_ms"]
    elif kind == "hint_withdrawn":
        view["quiet_since_ms"] = None
    elif kind == "session_ended":
        _stop(runs, at_ms)
        agenda["can_undo"] = False
        view["quiet_since_ms"] = None


def _stop(runs: list[View], at_ms: int) -> None:
    if runs and runs[-1]["to_ms"] is None:
        runs[-1]["to_ms"] = at_ms


def _lengthen(agenda: View, activity_id: str, minutes: int) -> None:
    for one in agenda["activities"]:
        if one["activity_id"] == activity_id:
            one["extra_min"] += minutes


def agenda_happens(world: Any, host: Actor, learner: Actor) -> None:
    """Of a class that is live. Ends with the second activity going on."""
    world.do(host, ac.EditAgenda(PLAN, world.state.agenda.revision))
    first, second, third = (one.activity_id for one in world.state.agenda.activities)
    world.do(host, ac.NextActivity(None))
    world.do(host, ac.ExtendActivity(5))
    world.do(host, ac.UndoAgenda())
    world.do(host, ac.NextActivity(first))
    world.do(host, ac.UndoAgenda())
    world.do(host, ac.StartActivity(third))
    world.do(host, ac.NextActivity(third))
    world.do(host, ac.PreviousActivity(None))
    world.do(host, ac.PreviousActivity(third))
    world.do(host, ac.ExtendActivity(2))
    world.do(host, ac.EditAgenda(_again(world, reverse=True), world.state.agenda.revision))
    world.do(host, ac.EditObjectives(GOALS, world.state.objectives.revision))
    goal = world.state.objectives.items[0].objective_id
    world.do(host, ac.CoverObjective(goal, True))
    world.do(host, ac.CoverObjective(goal, False))
    world.do(host, ac.CoverObjective(goal, True))
    assert world.state.agenda.current.activity_id == second
    world.do(THE_SERVER, c.AdvanceTime(), after_ms=QUIET_MS)
    world.do(host, ac.DismissHint())
    world.do(THE_SERVER, c.AdvanceTime(), after_ms=QUIET_MS)
    world.do(learner, c.SendChat("I have a question"))


def _again(world: Any, *, reverse: bool) -> tuple[View, ...]:
    plan = [
        {"activity_id": o.activity_id, "title": o.title, "kind": o.kind, "minutes": o.minutes}
        for o in world.state.agenda.activities
    ]
    return tuple(plan[::-1] if reverse else plan)
