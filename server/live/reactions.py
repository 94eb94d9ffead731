"""Floating reactions of one session: gathered for a moment, shown to all, counted without names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from server.domain.commands import CountReactions
from server.domain.session_events import ReactionKind
from server.schemas.live_room import ReactionShown

GATHER_S = 0.15
"""A class that claps is one message to each browser and not one a hand."""
MOST_SHOWN = 60
"""in one message; the rest are counted all the same"""
COUNT_EVERY_S = 10.0


@dataclass(slots=True)
class Reactions:
    _waiting: list[ReactionShown] = field(default_factory=list[ReactionShown])
    _counts: Counter[ReactionKind] = field(default_factory=Counter[ReactionKind])
    _counted_at: float | None = None

    def add(self, participant_id: str, kind: ReactionKind) -> bool:
        """True when this is the first that waits: somebody must show them."""
        self._counts[kind] += 1
        if len(self._waiting) >= MOST_SHOWN:
            return False
        self._waiting.append(ReactionShown(participant_id, kind))
        return len(self._waiting) == 1

    def take(self) -> list[ReactionShown]:
        shown, self._waiting = self._waiting, []
        return shown

    def due(self, now: float, *, at_once: bool = False) -> CountReactions | None:
        if self._counted_at is None:
            self._counted_at = now
        if not self._counts or (not at_once and now - self._counted_at < COUNT_EVERY_S):
            return None
        self._counted_at = now
        counts = sorted(self._counts.items())
        self._counts.clear()
        return CountReactions(tuple(kind for kind, _ in counts), tuple(n for _, n in counts))
