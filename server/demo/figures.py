"""The figures of a demo, as a table for people and as ``demo.<name> <value> <unit>`` lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float | int | str | None
    """None: there was nothing to measure"""
    unit: str

    def shown(self) -> str:
        if self.value is None:
            return "unmeasured"
        return f"{self.value:.2f}" if isinstance(self.value, float) else str(self.value)

    def line(self) -> str:
        return f"demo.{self.name} {self.shown()} {self.unit}".rstrip()


def table(figures: list[Figure], job: dict[str, Any]) -> str:
    rows = [f"  {figure.name:<32}{figure.shown():>12} {figure.unit}" for figure in figures[:-1]]
    rows.append(f"  {figures[-1].name}: {figures[-1].shown()}")
    rows += ["", f"  {'step':<14}{'state':<10}{'CPU s':>8}"]
    for step in job["steps"]:
        cpu = "" if step["cpu_s"] is None else f"{step['cpu_s']:.1f}"
        rows.append(f"  {step['name']:<14}{step['state']:<10}{cpu:>8}")
    return "\n".join(rows)


def cpu_seconds(job: dict[str, Any]) -> float:
    return sum(step["cpu_s"] or 0.0 for step in job["steps"])
