"""How much captioning the machine can bear: all of it, only what is over, or nothing for a while.

Going down is quick, because captions that lag are of no use and a class comes first; going up is
slow, and each new fall makes the next try wait longer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Level = Literal["full", "fewer", "off"]
_ORDER: Final[tuple[Level, ...]] = ("full", "fewer", "off")


@dataclass(frozen=True, slots=True)
class LoadLimits:
    behind_ms: int = 3_000
    """what waits longer is too late: provisional reading ends"""
    far_behind_ms: int = 8_000
    """and so do captions"""
    busy: float = 0.85
    """share of the machine that work of normal priority takes, over the last second: provisional
    reading, which reads the same sound again and again, ends"""
    busy_s: float = 5.0
    """for so long before it counts: a burst is none"""
    full: float = 0.97
    """nothing is left; captions, at low priority, only warm the processor under a class"""
    full_s: float = 15.0
    """for so long before captions end: while they keep up, a busy machine alone is no reason"""
    calm_s: float = 15.0
    """before the next step up"""
    rest_s: float = 20.0
    """off, the first time; twice as long each time"""
    longest_rest_s: float = 300.0


@dataclass(slots=True)
class CaptionLoad:
    limits: LoadLimits = field(default_factory=LoadLimits)
    level: Level = "full"
    rest_until_s: float = 0.0
    _busy_since_s: float | None = None
    _full_since_s: float | None = None
    _calm_since_s: float | None = None
    _rest_s: float = 0.0

    def note(self, now_s: float, behind_ms: int, busy: float | None) -> Level:
        """``behind_ms``: how long sound has waited to be read; ``busy``: None where the machine
        does not say. Once a second."""
        limits = self.limits
        self._busy_since_s = self._since(self._busy_since_s, now_s, busy, limits.busy)
        self._full_since_s = self._since(self._full_since_s, now_s, busy, limits.full)
        is_busy = self._busy_since_s is not None
        if self.level == "off":
            if now_s >= self.rest_until_s and self._full_since_s is None:
                self._go("fewer", now_s)
        elif behind_ms >= limits.far_behind_ms or lasts(self._full_since_s, now_s, limits.full_s):
            self._fall_off(now_s)
        elif self.level == "full" and (
            behind_ms >= limits.behind_ms or lasts(self._busy_since_s, now_s, limits.busy_s)
        ):
            self._go("fewer", now_s)
        elif behind_ms >= limits.behind_ms // 2 or is_busy:
            self._calm_since_s = None
        elif self._calm_since_s is None:
            self._calm_since_s = now_s
        elif lasts(self._calm_since_s, now_s, limits.calm_s):
            if self.level == "full":
                self._rest_s = 0.0
            self._go("full", now_s)
        return self.level

    @staticmethod
    def _since(
        since_s: float | None, now_s: float, busy: float | None, at_least: float
    ) -> float | None:
        """When the load that lasts until now began; None where it does not last."""
        if busy is None or busy < at_least:
            return None
        return now_s if since_s is None else since_s

    def _fall_off(self, now_s: float) -> None:
        limits = self.limits
        self._rest_s = min(max(limits.rest_s, 2 * self._rest_s), limits.longest_rest_s)
        self.rest_until_s = now_s + self._rest_s
        self._go("off", now_s)

    def _go(self, level: Level, now_s: float) -> None:
        self.level = level
        self._calm_since_s = now_s if level != "off" else None


def lasts(since_s: float | None, now_s: float, for_s: float) -> bool:
    return since_s is not None and now_s - since_s >= for_s
