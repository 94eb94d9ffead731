"""How well somebody's connection does, in words: for the page itself, and for facilitators.

A page gets its own figures while they change, every two seconds at most, and says what they mean.
Facilitators are told of everybody, but of a level and its first cause only, and only what has
changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.media.plane import TransportStats
from server.schemas.live_media import (
    ConnectionQuality,
    PersonQuality,
    QualityCause,
    QualityLevel,
    UnshownPicture,
)

LOSS_FAIR: Final = 0.02
LOSS_POOR: Final = 0.08
RTT_FAIR_MS: Final = 250.0
RTT_POOR_MS: Final = 600.0
_BUSY: Final = 0.9
"""share of the machine in use; less than that leaves room for what comes at once"""
_BUSY_LOOKS: Final = 3
"""looks, a second apart: a recording that begins is not a busy server"""


def quality_level(loss_up: float, loss_down: float, rtt_ms: float | None) -> QualityLevel:
    """One word for the page: good, fair or poor."""
    loss, rtt = max(loss_up, loss_down), rtt_ms or 0.0
    if loss > LOSS_POOR or rtt > RTT_POOR_MS:
        return "poor"
    return "fair" if loss > LOSS_FAIR or rtt > RTT_FAIR_MS else "good"


def quality_of(
    stats: TransportStats,
    paused: Iterable[str],
    unshown: Iterable[UnshownPicture] = (),
    *,
    server_is_busy: bool,
) -> ConnectionQuality:
    """What a page is told; pictures that its link has no room for count against the link."""
    slots = sorted(paused)
    level = quality_level(stats.loss_up, stats.loss_down, stats.rtt_ms)
    if slots:
        level = "poor"
    elif level == "good" and "link" in stats.held_back.values():
        level = "fair"
    return ConnectionQuality(
        stats.loss_up, stats.loss_down, stats.rtt_ms, stats.bitrate_up, stats.bitrate_down,
        level, slots, stats.estimate, dict(stats.held_back), server_is_busy,
        list(unshown),
    )  # fmt: skip


def lost_quality() -> ConnectionQuality:
    return ConnectionQuality(1.0, 1.0, None, 0, 0, "lost", [], None, {}, False, [])


def cause_of(quality: ConnectionQuality) -> QualityCause | None:
    """What limits most; None where nothing does."""
    if quality.level in ("good", "lost"):
        return None
    if quality.paused:
        return "link"
    lost = max(quality.loss_up, quality.loss_down)
    if lost > LOSS_FAIR:
        return "loss_up" if quality.loss_up >= quality.loss_down else "loss_down"
    return "delay" if (quality.rtt_ms or 0.0) > RTT_FAIR_MS else "link"


@dataclass(slots=True)
class ServerLoad:
    """Whether this machine has had too much to do for some seconds."""

    busy: Callable[[], float | None]
    _looks: int = 0

    def look(self) -> None:
        share = self.busy()
        self._looks = self._looks + 1 if share is not None and share >= _BUSY else 0

    @property
    def is_high(self) -> bool:
        return self._looks >= _BUSY_LOOKS


@dataclass(slots=True)
class ClassQuality:
    """What facilitators of one session are told of everybody's connection."""

    _now: dict[str, PersonQuality] = field(default_factory=dict[str, PersonQuality])
    _told: dict[str, dict[str, PersonQuality]] = field(
        default_factory=dict[str, dict[str, PersonQuality]]
    )
    """connection of a facilitator → what it knows: another page knows nothing yet"""

    def measured(self, participant_id: str, quality: ConnectionQuality) -> None:
        self._now[participant_id] = PersonQuality(participant_id, quality.level, cause_of(quality))

    def gone(self, participant_id: str) -> None:
        self._now.pop(participant_id, None)

    def keep(self, present: Callable[[str], bool]) -> None:
        for participant_id in [one for one in self._now if not present(one)]:
            del self._now[participant_id]

    def news(self, facilitators: Mapping[str, str]) -> dict[str, list[PersonQuality]]:
        """By participant, what has changed since; ``facilitators``: participant → connection."""
        self._told = {one: self._told.get(one, {}) for one in facilitators.values()}
        found: dict[str, list[PersonQuality]] = {}
        for participant_id, connection_id in facilitators.items():
            told = self._told[connection_id]
            news = [one for key, one in self._now.items() if told.get(key) != one]
            news += [PersonQuality(key, None, None) for key in told if key not in self._now]
            if news:
                self._told[connection_id] = dict(self._now)
                found[participant_id] = news
        return found
