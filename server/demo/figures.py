"""The figures of a demo, as a table for people and as ``demo.<name> <value> <unit>`` lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float | int | str | None
    """None: could not be measured, which is a failure of the demo"""
    unit: str

    def line(self) -> str:
        if self.value is None:
            shown = "unmeasured"
        elif isinstance(self.value, float):
            shown = f"{self.value:.2f}"
        else:
            shown = str(self.value)
        return f"demo.{self.name} {shown} {self.unit}".rstrip()


def cpu_table(job: dict[str, Any]) -> list[str]:
    rows = [f"  {'step':<14}{'state':<10}{'CPU s':>8}"]
    for step in job["steps"]:
        cpu = "" if step["cpu_s"] is None else f"{step['cpu_s']:.1f}"
        rows.append(f"  {step['name']:<14}{step['state']:<10}{cpu:>8}")
    return rows


def cpu_seconds(job: dict[str, Any]) -> float:
    return sum(step["cpu_s"] or 0.0 for step in job["steps"])
