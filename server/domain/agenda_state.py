"""The agenda and the learning objectives of a session at one moment (docs/rules.md, AG)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.domain.agenda_events import StepKind

ActivityKind = Literal[
    "talk", "discussion", "poll", "debate", "breakout", "exercise", "break", "other"
]
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Activity:
    activity_id: str
    title: str
    kind: ActivityKind
    minutes: int
    """planned"""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """An activity went on, in session time. One that is gone back to has several."""

    activity_id: str
    from_ms: int
    to_ms: int | None = None
    """None: it goes on"""


@dataclass(frozen=True, slots=True)
class Step:
    """What can be taken back, and what holds then."""

    kind: StepKind
    activity_id: str | None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Agenda:
    activities: tuple[Activity, ...] = ()
    revision: int = 0
    runs: tuple[Run, ...] = ()
    """in order; only the last can be going on"""
    extra_min: Mapping[str, int] = field(default_factory=dict[str, int])
    """activity → what it was extended by"""
    steps: tuple[Step, ...] = ()

    @property
    def current(self) -> Activity | None:
        if not self.runs or self.runs[-1].to_ms is not None:
            return None
        return self.find(self.runs[-1].activity_id)

    def find(self, activity_id: str | None) -> Activity | None:
        return next((one for one in self.activities if one.activity_id == activity_id), None)

    def has_begun(self, activity_id: str) -> bool:
        return any(run.activity_id == activity_id for run in self.runs)

    def used_ms(self, activity_id: str, now_ms: int) -> int:
        return sum(
            max(0, (now_ms if run.to_ms is None else run.to_ms) - run.from_ms)
            for run in self.runs
            if run.activity_id == activity_id
        )

    def planned_ms(self, activity: Activity) -> int:
        return (activity.minutes + self.extra_min.get(activity.activity_id, 0)) * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Objective:
    objective_id: str
    text: str
    covered_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Objectives:
    items: tuple[Objective, ...] = ()
    revision: int = 0
