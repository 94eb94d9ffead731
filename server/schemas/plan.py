"""What is planned of a session, before and after it: agenda, objectives (docs/rules.md, AG)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from server.schemas.live_agenda import (
    AgendaView,
    ObjectivesView,
    PlannedActivity,
    PlannedObjective,
)


class SaveAgenda(Struct, forbid_unknown_fields=True):
    """All of it; ``revision`` is that of the agenda it was made from."""

    activities: Annotated[list[PlannedActivity], Meta(max_length=50)]
    revision: Annotated[int, Meta(ge=0, le=2**31)]


class SaveObjectives(Struct, forbid_unknown_fields=True):
    objectives: Annotated[list[PlannedObjective], Meta(max_length=20)]
    revision: Annotated[int, Meta(ge=0, le=2**31)]


class SessionPlan(Struct):
    agenda: AgendaView
    objectives: ObjectivesView
    now_ms: int
    """session clock when it was read"""
