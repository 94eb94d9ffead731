"""Events of the agenda, the learning objectives and the hint (docs/rules.md, AG)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from server.domain.event_fields import OPTIONAL

StepKind = Literal["move", "extension"]


@dataclass(frozen=True, slots=True)
class AgendaEdited:
    """``activities``: ``{activity_id, title, kind, minutes, note}`` each; the whole agenda."""

    activities: tuple[Mapping[str, Any], ...]
    revision: int


@dataclass(frozen=True, slots=True)
class ActivityStarted:
    """What went on before has ended."""

    activity_id: str


@dataclass(frozen=True, slots=True)
class AgendaFinished:
    """The last activity has ended; none goes on."""


@dataclass(frozen=True, slots=True)
class ActivityExtended:
    activity_id: str
    minutes: int


@dataclass(frozen=True, slots=True)
class AgendaUndone:
    """A ``move``: as though what went on now had not begun; ``activity_id`` goes on as though it
    had never ended (None: nothing went on before). An ``extension``: ``activity_id`` has
    ``minutes`` less again."""

    step: StepKind
    activity_id: str | None
    minutes: int | None = field(default=None, metadata=OPTIONAL)
    can_undo: bool = field(default=False, metadata=OPTIONAL)
    """there is more to take back"""


@dataclass(frozen=True, slots=True)
class ObjectivesEdited:
    """``objectives``: ``{objective_id, text}`` each; all of them."""

    objectives: tuple[Mapping[str, Any], ...]
    revision: int


@dataclass(frozen=True, slots=True)
class ObjectiveCovered:
    objective_id: str
    is_covered: bool


@dataclass(frozen=True, slots=True)
class QuietNoted:
    """Nobody but facilitators has done anything since; for facilitators only."""

    since_ms: int


@dataclass(frozen=True, slots=True)
class HintWithdrawn:
    """Dismissed by a facilitator, or learners do something again."""


AgendaBody = (
    AgendaEdited
    | ActivityStarted
    | AgendaFinished
    | ActivityExtended
    | AgendaUndone
    | ObjectivesEdited
    | ObjectiveCovered
    | QuietNoted
    | HintWithdrawn
)
