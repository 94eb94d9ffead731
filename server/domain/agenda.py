"""The agenda: timed activities, planned before class or in it, and what goes on now; and what
the class is to learn (docs/rules.md, AG).

Progress is kept as runs: an activity that is gone back to has several, and what it used before
counts on. Taking back a move drops the run it began and lets the one before go on as though it
had never ended, so no time is lost by a slip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.domain import agenda_commands as ac
from server.domain import agenda_events as ae
from server.domain.agenda_state import Activity, ActivityKind, Agenda, Objective, Run, Step
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.plain_data import from_data, to_data
from server.domain.state import SessionState

MOST_ACTIVITIES = 50
MOST_OBJECTIVES = 20
LONGEST_TITLE = 120
LONGEST_NOTE = 500
LONGEST_OBJECTIVE = 200
MOST_MINUTES = 240
MOST_EXTENDED = 60
STEPS_KEPT = 20


@dataclass(frozen=True, slots=True)
class _PlannedActivity:
    title: str
    kind: ActivityKind
    minutes: int
    note: str = ""
    activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class _PlannedObjective:
    text: str
    objective_id: str | None = None


# ---- planning --------------------------------------------------------------------------------


def edit(state: SessionState, command: ac.EditAgenda, ask: Ask) -> list[Change]:
    agenda = state.agenda
    _require_revision(command.revision, agenda.revision)
    if len(command.activities) > MOST_ACTIVITIES:
        raise Invalid(
            "too_many_activities", f"At most {MOST_ACTIVITIES} activities.", field="activities"
        )
    planned = [
        _activity(from_data(_PlannedActivity, dict(one)), f"activities[{number}]", ask)
        for number, one in enumerate(command.activities)
    ]
    keys = [one.activity_id for one in planned]
    _require_known(
        [str(one["activity_id"]) for one in command.activities if one.get("activity_id")],
        [one.activity_id for one in agenda.activities],
        "activities",
    )
    if any(run.activity_id not in keys for run in agenda.runs):
        raise Conflict("activity_begun", "What has begun stays in the agenda.")
    if tuple(planned) == agenda.activities:
        return []
    return [Change(ae.AgendaEdited(tuple(to_data(one) for one in planned), agenda.revision + 1))]


def _activity(given: _PlannedActivity, path: str, ask: Ask) -> Activity:
    if not 1 <= given.minutes <= MOST_MINUTES:
        raise Invalid(
            "bad_minutes", f"Between 1 and {MOST_MINUTES} minutes.", field=f"{path}.minutes"
        )
    note = given.note.strip()
    if len(note) > LONGEST_NOTE:
        raise Invalid("text_too_long", f"At most {LONGEST_NOTE} characters.", field=f"{path}.note")
    return Activity(
        given.activity_id or ask.new_id(),
        clean_text(given.title, f"{path}.title", LONGEST_TITLE),
        given.kind,
        given.minutes,
        note,
    )


def _require_revision(given: int, present: int) -> None:
    if given != present:
        raise Conflict("plan_changed", "Somebody else has changed this in the meantime.")


def _require_known(given: Sequence[str], known: Sequence[str], field: str) -> None:
    """Ids come from us; each stands once."""
    if len(set(given)) < len(given) or not set(given) <= set(known):
        raise Invalid("unknown_entry", "This entry is not there, or stands twice.", field=field)


def edit_objectives(state: SessionState, command: ac.EditObjectives, ask: Ask) -> list[Change]:
    known = state.objectives
    _require_revision(command.revision, known.revision)
    if len(command.objectives) > MOST_OBJECTIVES:
        raise Invalid(
            "too_many_objectives", f"At most {MOST_OBJECTIVES} objectives.", field="objectives"
        )
    given = [from_data(_PlannedObjective, dict(one)) for one in command.objectives]
    _require_known(
        [one.objective_id for one in given if one.objective_id],
        [one.objective_id for one in known.items],
        "objectives",
    )
    planned = [
        {
            "objective_id": one.objective_id or ask.new_id(),
            "text": clean_text(one.text, f"objectives[{number}].text", LONGEST_OBJECTIVE),
        }
        for number, one in enumerate(given)
    ]
    if planned == [{"objective_id": o.objective_id, "text": o.text} for o in known.items]:
        return []
    return [Change(ae.ObjectivesEdited(tuple(planned), known.revision + 1))]


def cover(state: SessionState, command: ac.CoverObjective, _: Ask) -> list[Change]:
    for one in state.objectives.items:
        if one.objective_id == command.objective_id:
            if (one.covered_at_ms is not None) == command.is_covered:
                return []
            return [Change(ae.ObjectiveCovered(command.objective_id, command.is_covered))]
    raise NotFound("objective_not_found", "There is no such objective.")


# ---- progress --------------------------------------------------------------------------------


def start(state: SessionState, command: ac.StartActivity, _: Ask) -> list[Change]:
    if state.agenda.find(command.activity_id) is None:
        raise NotFound("activity_not_found", "There is no such activity.")
    return _starting(state.agenda, command.activity_id)


def _starting(agenda: Agenda, activity_id: str) -> list[Change]:
    current = agenda.current
    if current is not None and current.activity_id == activity_id:
        return []
    return [Change(ae.ActivityStarted(activity_id))]


def next_activity(state: SessionState, command: ac.NextActivity, _: Ask) -> list[Change]:
    agenda = state.agenda
    _require_current(agenda, command.current)
    at = _place(agenda)
    if at + 1 < len(agenda.activities):
        return _starting(agenda, agenda.activities[at + 1].activity_id)
    if agenda.current is not None:
        return [Change(ae.AgendaFinished())]
    raise Conflict("agenda_at_end", "There is nothing after this in the agenda.")


def previous_activity(state: SessionState, command: ac.PreviousActivity, _: Ask) -> list[Change]:
    agenda = state.agenda
    _require_current(agenda, command.current)
    at = _place(agenda)
    # Nothing goes on after the last: back is the last itself.
    back_to = at if agenda.current is None else at - 1
    if back_to < 0:
        raise Conflict("agenda_at_start", "There is nothing before this in the agenda.")
    return _starting(agenda, agenda.activities[back_to].activity_id)


def _place(agenda: Agenda) -> int:
    """Of what goes on, or went on last; -1 before anything has."""
    last = agenda.runs[-1].activity_id if agenda.runs else None
    return next((n for n, one in enumerate(agenda.activities) if one.activity_id == last), -1)


def _require_current(agenda: Agenda, seen: str | None) -> None:
    current = agenda.current
    if seen != (None if current is None else current.activity_id):
        raise Conflict("agenda_moved", "The agenda has moved on in the meantime.")


def extend(state: SessionState, command: ac.ExtendActivity, _: Ask) -> list[Change]:
    agenda = state.agenda
    current = agenda.current
    if current is None:
        raise Conflict("no_activity", "No activity is going on.")
    total = current.minutes + agenda.extra_min.get(current.activity_id, 0) + command.minutes
    is_far = abs(command.minutes) > MOST_EXTENDED or command.minutes == 0
    if is_far or not 1 <= total <= 2 * MOST_MINUTES:
        raise Invalid("bad_minutes", "The activity cannot last as long as that.", field="minutes")
    return [Change(ae.ActivityExtended(current.activity_id, command.minutes))]


def undo(state: SessionState, _: ac.UndoAgenda, __: Ask) -> list[Change]:
    steps = state.agenda.steps
    if not steps:
        raise Conflict("nothing_to_undo", "There is nothing to take back.")
    last = steps[-1]
    minutes = last.minutes if last.kind == "extension" else None
    return [Change(ae.AgendaUndone(last.kind, last.activity_id, minutes, len(steps) > 1))]


DECIDE: dict[type[Any], Decide] = {
    ac.EditAgenda: edit,
    ac.StartActivity: start,
    ac.NextActivity: next_activity,
    ac.PreviousActivity: previous_activity,
    ac.ExtendActivity: extend,
    ac.UndoAgenda: undo,
    ac.EditObjectives: edit_objectives,
    ac.CoverObjective: cover,
}


# ---- evolve ----------------------------------------------------------------------------------


def _edited(state: SessionState, body: ae.AgendaEdited, _: int) -> SessionState:
    activities = tuple(_read(one) for one in body.activities)
    agenda = replace(state.agenda, activities=activities, revision=body.revision)
    return replace(state, agenda=agenda)


def _read(one: Mapping[str, Any]) -> Activity:
    """As it stands in the log, which a later program may have written."""
    return Activity(
        str(one["activity_id"]),
        str(one["title"]),
        one["kind"],
        int(one["minutes"]),
        str(one.get("note", "")),
    )


def stopped(agenda: Agenda, at_ms: int) -> tuple[Run, ...]:
    """The runs when nothing goes on any more."""
    runs = agenda.runs
    if not runs or runs[-1].to_ms is not None:
        return runs
    return (*runs[:-1], replace(runs[-1], to_ms=at_ms))


def ended(state: SessionState, at_ms: int) -> Agenda:
    """With the session ends what went on."""
    return replace(state.agenda, runs=stopped(state.agenda, at_ms), steps=())


def _moved(agenda: Agenda, runs: tuple[Run, ...]) -> Agenda:
    is_open = bool(agenda.runs) and agenda.runs[-1].to_ms is None
    step = Step("move", agenda.runs[-1].activity_id if is_open else None)
    return replace(agenda, runs=runs, steps=(*agenda.steps, step)[-STEPS_KEPT:])


def _started(state: SessionState, body: ae.ActivityStarted, at_ms: int) -> SessionState:
    agenda = state.agenda
    if agenda.find(body.activity_id) is None:
        return state
    runs = (*stopped(agenda, at_ms), Run(body.activity_id, at_ms))
    return replace(state, agenda=_moved(agenda, runs))


def _finished(state: SessionState, _: ae.AgendaFinished, at_ms: int) -> SessionState:
    return replace(state, agenda=_moved(state.agenda, stopped(state.agenda, at_ms)))


def _extended(state: SessionState, body: ae.ActivityExtended, _: int) -> SessionState:
    if state.agenda.find(body.activity_id) is None:
        return state
    agenda = _lengthened(state.agenda, body.activity_id, body.minutes)
    step = Step("extension", body.activity_id, body.minutes)
    return replace(state, agenda=replace(agenda, steps=(*agenda.steps, step)[-STEPS_KEPT:]))


def _lengthened(agenda: Agenda, activity_id: str, minutes: int) -> Agenda:
    extra = {**agenda.extra_min, activity_id: agenda.extra_min.get(activity_id, 0) + minutes}
    return replace(agenda, extra_min={key: value for key, value in extra.items() if value})


def _undone(state: SessionState, body: ae.AgendaUndone, _: int) -> SessionState:
    agenda = replace(state.agenda, steps=state.agenda.steps[:-1])
    if body.step == "extension":
        if body.activity_id is not None and body.minutes is not None:
            agenda = _lengthened(agenda, body.activity_id, -body.minutes)
        return replace(state, agenda=agenda)
    runs = agenda.runs
    if runs and runs[-1].to_ms is None:
        runs = runs[:-1]
    if runs and runs[-1].activity_id == body.activity_id:
        runs = (*runs[:-1], replace(runs[-1], to_ms=None))
    return replace(state, agenda=replace(agenda, runs=runs))


def _objectives_edited(state: SessionState, body: ae.ObjectivesEdited, _: int) -> SessionState:
    covered = {one.objective_id: one.covered_at_ms for one in state.objectives.items}
    items = tuple(
        Objective(str(one["objective_id"]), str(one["text"]), covered.get(one["objective_id"]))
        for one in body.objectives
    )
    return replace(state, objectives=replace(state.objectives, items=items, revision=body.revision))


def _covered(state: SessionState, body: ae.ObjectiveCovered, at_ms: int) -> SessionState:
    items = tuple(
        replace(one, covered_at_ms=at_ms if body.is_covered else None)
        if one.objective_id == body.objective_id
        else one
        for one in state.objectives.items
    )
    return replace(state, objectives=replace(state.objectives, items=items))


EVOLVE: dict[type[Any], Evolve] = {
    ae.AgendaEdited: _edited,
    ae.ActivityStarted: _started,
    ae.AgendaFinished: _finished,
    ae.ActivityExtended: _extended,
    ae.AgendaUndone: _undone,
    ae.ObjectivesEdited: _objectives_edited,
    ae.ObjectiveCovered: _covered,
}
