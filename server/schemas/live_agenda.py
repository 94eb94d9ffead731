"""The agenda and the learning objectives: their rules are in docs/rules.md (AG, AM)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.schemas.live_base import Command, Id

ActivityKind = Literal[
    "talk", "discussion", "poll", "debate", "breakout", "exercise", "break", "other"
]
Minutes = Annotated[int, Meta(ge=1, le=240)]


class PlannedActivity(Struct, forbid_unknown_fields=True):
    """Without an id it is a new one."""

    title: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: ActivityKind
    minutes: Minutes
    note: Annotated[str, Meta(max_length=500)] = ""
    """everybody sees it"""
    activity_id: Id | None = None


class PlannedObjective(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=200)]
    objective_id: Id | None = None


class EditAgenda(Command, tag="edit_agenda"):
    """The whole agenda, in order. ``revision`` is that of the agenda it was made from."""

    activities: Annotated[list[PlannedActivity], Meta(max_length=50)]
    revision: int


class StartActivity(Command, tag="start_activity"):
    activity_id: Id


class NextActivity(Command, tag="next_activity"):
    """``current``: what the page showed as going on, so that two who click go one on."""

    current: Id | None


class PreviousActivity(Command, tag="previous_activity"):
    current: Id | None


class ExtendActivity(Command, tag="extend_activity"):
    """The one that goes on; negative makes it shorter."""

    minutes: Annotated[int, Meta(ge=-60, le=60)]


class UndoAgenda(Command, tag="undo_agenda"):
    """Take back the last start, next, back or extension."""


class EditObjectives(Command, tag="edit_objectives"):
    objectives: Annotated[list[PlannedObjective], Meta(max_length=20)]
    revision: int


class CoverObjective(Command, tag="cover_objective"):
    objective_id: Id
    is_covered: bool


class DismissHint(Command, tag="dismiss_hint"):
    """That the class has been quiet for long."""


AgendaCommand = (
    EditAgenda
    | StartActivity
    | NextActivity
    | PreviousActivity
    | ExtendActivity
    | UndoAgenda
    | EditObjectives
    | CoverObjective
    | DismissHint
)


class ActivityView(Struct):
    activity_id: str
    title: str
    kind: ActivityKind
    minutes: int
    note: str
    extra_min: int
    """what it was extended by"""


class ActivityRun(Struct):
    activity_id: str
    from_ms: int
    to_ms: int | None
    """None: it goes on"""


class AgendaView(Struct):
    activities: list[ActivityView]
    revision: int
    runs: list[ActivityRun]
    """in order; only the last can be going on"""
    can_undo: bool


class ObjectiveView(Struct):
    objective_id: str
    text: str
    covered_at_ms: int | None


class ObjectivesView(Struct):
    items: list[ObjectiveView]
    revision: int
