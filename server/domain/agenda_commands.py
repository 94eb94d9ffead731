"""What may be asked of the agenda and the learning objectives (docs/rules.md, AG)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EditAgenda:
    """``activities``: ``{activity_id?, title, kind, minutes, note}`` each, in order; without an id
    it is a new one. ``revision`` is that of the agenda it was made from."""

    activities: tuple[Mapping[str, Any], ...]
    revision: int


@dataclass(frozen=True, slots=True)
class StartActivity:
    activity_id: str


@dataclass(frozen=True, slots=True)
class NextActivity:
    """``current``: what the asker saw going on, so that two who click at once go one on."""

    current: str | None


@dataclass(frozen=True, slots=True)
class PreviousActivity:
    current: str | None


@dataclass(frozen=True, slots=True)
class ExtendActivity:
    """The one that goes on."""

    minutes: int


@dataclass(frozen=True, slots=True)
class UndoAgenda:
    """Take back the last start, next, back or extension."""


@dataclass(frozen=True, slots=True)
class EditObjectives:
    """``objectives``: ``{objective_id?, text}`` each, in order."""

    objectives: tuple[Mapping[str, Any], ...]
    revision: int


@dataclass(frozen=True, slots=True)
class CoverObjective:
    objective_id: str
    is_covered: bool


@dataclass(frozen=True, slots=True)
class DismissHint:
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
