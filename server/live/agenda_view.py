"""The agenda and the objectives as everybody in the session sees them (docs/rules.md, AG)."""

from __future__ import annotations

from server.domain.state import Participant, SessionState
from server.schemas import live_agenda as wire

NO_AGENDA = wire.AgendaView([], 0, [], False)
NO_OBJECTIVES = wire.ObjectivesView([], 0)


def agenda_view(state: SessionState) -> wire.AgendaView:
    agenda = state.agenda
    return wire.AgendaView(
        activities=[
            wire.ActivityView(
                one.activity_id, one.title, one.kind, one.minutes, one.note,
                agenda.extra_min.get(one.activity_id, 0),
            )
            for one in agenda.activities
        ],
        revision=agenda.revision,
        runs=[wire.ActivityRun(run.activity_id, run.from_ms, run.to_ms) for run in agenda.runs],
        can_undo=bool(agenda.steps),
    )  # fmt: skip


def objectives_view(state: SessionState) -> wire.ObjectivesView:
    items = [
        wire.ObjectiveView(one.objective_id, one.text, one.covered_at_ms)
        for one in state.objectives.items
    ]
    return wire.ObjectivesView(items, state.objectives.revision)


def quiet_since(state: SessionState, me: Participant) -> int | None:
    return state.quiet_since_ms if me.role == "facilitator" else None
