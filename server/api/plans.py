"""Routes of the agenda and the objectives outside the class."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas import plan as wire


async def read_plan(ask: Ask) -> wire.SessionPlan:
    return await ask.services.plans.plan(ask.caller, ask.path("session_id"))


async def save_agenda(ask: Ask) -> wire.SessionPlan:
    return await ask.services.plans.save_agenda(ask.caller, ask.path("session_id"), ask.body)


async def save_objectives(ask: Ask) -> wire.SessionPlan:
    return await ask.services.plans.save_objectives(ask.caller, ask.path("session_id"), ask.body)


async def recording_plan(ask: Ask) -> wire.SessionPlan:
    return await ask.services.plans.plan_of_recording(ask.caller, ask.path("recording_id"))


ONE = "/sessions/{session_id}"
ROUTES = (
    Route("GET", f"{ONE}/plan", read_plan, "member", answer=wire.SessionPlan),
    Route(
        "PUT", f"{ONE}/agenda", save_agenda, "session_facilitator",
        body=wire.SaveAgenda, answer=wire.SessionPlan, conflicts=True,
    ),
    Route(
        "PUT", f"{ONE}/objectives", save_objectives, "session_facilitator",
        body=wire.SaveObjectives, answer=wire.SessionPlan, conflicts=True,
    ),
    Route(
        "GET", "/recordings/{recording_id}/plan", recording_plan, "watcher",
        answer=wire.SessionPlan,
    ),
)  # fmt: skip
