"""What a viewer's link is spent on. Pure: no clock, no plane.

Sound comes first and is not for sale: pictures share what it leaves. Every picture gets its lowest
layer before any of a lesser class gets a higher one; the classes are what people read or must hear
out (the screen, whoever has the floor), then the stage, then the gallery, larger tiles first. A
picture whose lowest layer does not fit is paused, and its viewer told so.

Going down happens at once when much is over, going up only with room to spare, after a while, and
ever later when the last step up was followed by a step down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.media.plane import Layer
from server.media.sdp_answer import LAYERS

READ_OR_HEARD_OUT: Final = 3
STAGE: Final = 2
GALLERY: Final = 1

_SPARE: Final = 1.15
"""times what a step up would need altogether"""
_ASKED: Final = _SPARE + 0.05
"""what a link is asked to prove"""
_MUCH: Final = 1.25
_OVER_FOR_S: Final = 1.0
_UP_AFTER_S: Final = 1.0
_UP_AFTER_MAX_S: Final = 60.0
_FAILED_WITHIN_S: Final = 6.0
_VOICE: Final = 48_000
"""bit/s a voice takes, packets' heads and all; more when it is measured to be more"""
_VOICE_HEADS: Final = 16_000
_NOMINAL: Final[Mapping[Layer, int]] = {"q": 120_000, "h": 400_000, "f": 1_500_000}
"""of a layer that has not been measured yet"""
_HEADS: Final = 1.04
"""of packets that carry pictures"""

Allocation = dict[str, Layer | None]
"""slot → layer, None: paused"""


@dataclass(frozen=True, slots=True)
class Place:
    """A video slot somebody was put into."""

    slot: str
    importance: int
    costs: tuple[tuple[Layer, int], ...]
    """bit/s of the live layers that are tall enough or less, lowest first; never empty"""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(layer for layer, _ in self.costs)

    def cost(self, layer: Layer | None) -> int:
        """A layer that is not live any more costs what the next one down does."""
        if layer is None:
            return 0
        found = 0
        for live, cost in self.costs:
            if live == layer or not found:
                found = cost
            if live == layer:
                break
        return found


def cost_of(layer: Layer, bitrate: int) -> int:
    return int((bitrate or _NOMINAL[layer]) * _HEADS)


def sound_cost(bitrates: Iterable[int]) -> int:
    """Of the voices that are sent now; one is always kept room for."""
    costs = [max(_VOICE, bitrate + _VOICE_HEADS) for bitrate in bitrates]
    return sum(costs) or _VOICE


def by_class(places: Sequence[Place]) -> list[Place]:
    return sorted(places, key=lambda p: (-p.importance, -len(p.costs), p.slot))


def best(places: Sequence[Place]) -> Allocation:
    return {place.slot: place.costs[-1][0] for place in places}


def total(places: Iterable[Place], allocation: Mapping[str, Layer | None]) -> int:
    return sum(place.cost(allocation.get(place.slot)) for place in places)


def allocate(places: Sequence[Place], budget: int) -> Allocation:
    """``budget``: bit/s for pictures."""
    ordered = by_class(places)
    left = budget
    chosen: Allocation = {}
    for place in ordered:
        layer, cost = place.costs[0]
        fits = cost <= left
        chosen[place.slot] = layer if fits else None
        left -= cost if fits else 0
    for importance in (READ_OR_HEARD_OUT, STAGE, GALLERY):
        rising = [p for p in ordered if p.importance == importance and chosen[p.slot] is not None]
        # Layer by layer, so that equals stay equal.
        for step in range(1, max((len(p.costs) for p in rising), default=0)):
            for place in rising:
                if step >= len(place.costs) or chosen[place.slot] != place.costs[step - 1][0]:
                    continue
                more = place.costs[step][1] - place.costs[step - 1][1]
                if more <= left:
                    chosen[place.slot] = place.costs[step][0]
                    left -= max(0, more)
    return chosen


class Allocator:
    """One viewer's, over time."""

    def __init__(self) -> None:
        self._given: Allocation = {}
        self._is_limited = False
        self._over_since: float | None = None
        self._room_since: float | None = None
        self._raised_at: float | None = None
        """the last step up, until it has held or failed"""
        self._up_after = _UP_AFTER_S

    def given(self, slot: str, highest: Layer) -> Layer | None:
        """What was decided for a slot; what is new there starts with the best, on a limited link
        with the lowest."""
        return self._given.get(slot, "q" if self._is_limited else highest)

    @property
    def paused(self) -> frozenset[str]:
        return frozenset(slot for slot, layer in self._given.items() if layer is None)

    def update(
        self, places: Sequence[Place], budget: int | None, sound: int, now: float
    ) -> Allocation:
        """``budget``: what the link carries, None for no sign of a limit."""
        ideal = best(places)
        self._is_limited = budget is not None
        if budget is None:
            self._given = ideal
            self._over_since = self._room_since = None
            return ideal
        room = max(0, budget - sound)
        present: Allocation = {
            place.slot: self._known(place, self._given.get(place.slot, place.costs[0][0]))
            for place in places
        }
        used = total(places, present)
        if used > room:
            self._room_since = None
            if self._over_since is None:
                self._over_since = now
            if used > _MUCH * room or now - self._over_since >= _OVER_FOR_S:
                self._over_since = None
                if self._raised_at is not None and now - self._raised_at < _FAILED_WITHIN_S:
                    self._up_after = min(self._up_after * 2, _UP_AFTER_MAX_S)
                self._raised_at = None
                present = allocate(places, room)
            self._given = present
            return present
        self._over_since = None
        wished = allocate(places, int(room / _SPARE))
        if total(places, wished) <= used:
            self._room_since = None
        elif self._room_since is None:
            self._room_since = now
        elif now - self._room_since >= self._up_after:
            self._room_since = None
            self._raised_at = now
            present = wished
        if self._raised_at is not None and now - self._raised_at >= _FAILED_WITHIN_S:
            self._raised_at = None
            self._up_after = _UP_AFTER_S
        self._given = present
        return present

    @staticmethod
    def _known(place: Place, layer: Layer | None) -> Layer | None:
        """The layer as one of those that are live: the next one down, or the lowest."""
        if layer is None or layer in place.layers:
            return layer
        found: Layer = place.layers[0]
        for live in place.layers:
            if LAYERS.index(live) < LAYERS.index(layer):
                found = live
        return found

    def wish(self, places: Sequence[Place], sound: int) -> int:
        """bit/s with which all would be at their best; 0: they are."""
        ideal = best(places)
        if all(
            self._known(place, self._given.get(place.slot, ideal[place.slot])) == ideal[place.slot]
            for place in places
        ):
            return 0
        return int(total(places, ideal) * _ASKED) + sound

    def need(self, places: Sequence[Place], sound: int) -> int:
        """bit/s with which the next picture would be a layer better; 0: all are at their best."""
        used = total(places, self._given)
        for wants_first in (True, False):
            for place in by_class(places):
                given = self._given.get(place.slot, place.costs[-1][0])
                if given == place.costs[-1][0] or (wants_first and given is not None):
                    continue
                known = self._known(place, given)
                step = 0 if known is None else place.layers.index(known) + 1
                if step < len(place.costs):
                    more = place.costs[step][1] - place.cost(known)
                    return int((used + max(0, more)) * _ASKED) + sound
        return 0
