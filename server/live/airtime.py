"""How long everyone has spoken: the media plane's speaker levels, added up between two counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.domain.commands import CountAirtime
from server.domain.state import SessionState

COUNT_EVERY_S = 10.0
LONGEST_STEP_S = 0.5
"""Levels come five times a second while anybody speaks; after a longer silence it was one."""


@dataclass(slots=True)
class Airtime:
    """Of one session, all rooms. Time is monotonic and passed in."""

    _spoken_s: dict[str, float] = field(default_factory=dict[str, float])
    _heard_at: dict[str, float] = field(default_factory=dict[str, float])
    _counted_at: float | None = None

    def heard(self, state: SessionState, room_id: str, speakers: Sequence[str], now: float) -> None:
        """``speakers`` of a room; who has their microphone off does not speak."""
        step = min(now - self._heard_at.get(room_id, now - 0.2), LONGEST_STEP_S)
        self._heard_at[room_id] = now
        for who in speakers:
            if state.track_is_on(who, "microphone"):
                self._spoken_s[who] = self._spoken_s.get(who, 0.0) + step

    def due(self, now: float, *, at_once: bool = False) -> CountAirtime | None:
        """The count since the last one, when there is something to count and it is time."""
        if self._counted_at is None:
            self._counted_at = now
        if not self._spoken_s or (not at_once and now - self._counted_at < COUNT_EVERY_S):
            return None
        self._counted_at = now
        spoken = sorted(self._spoken_s.items())
        self._spoken_s = {}
        return CountAirtime(
            tuple(who for who, _ in spoken), tuple(round(s * 1000) for _, s in spoken)
        )
