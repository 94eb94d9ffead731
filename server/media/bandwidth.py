"""Which layer a viewer's link carries. Starts like Galene (rtpconn/rtpwriter.go).

A viewer's estimate (REMB) grows to one and a half times what it receives and no further, so it
cannot be compared with what the next layer would cost: one goes up while the present rate stays
well below the estimate, and down when it lies well above, or when packets are lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.media.plane import Layer
from server.media.sdp_answer import LAYERS

_UP_BELOW: Final = 7 / 8
_DOWN_ABOVE: Final = 3 / 2
_LOSSY: Final = 0.10
_CLEAN: Final = 0.02
_DOWN_AFTER_S: Final = 2.0
_UP_AFTER_S: Final = 2.0
_UP_AFTER_MAX_S: Final = 60.0
_FAILED_WITHIN_S: Final = 6.0
"""going down so soon after going up means the link does not carry it: wait twice as long"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A video slot in use."""

    slot: str
    layer: Layer
    bitrate: int
    has_lower: bool
    is_capped: bool
    """a higher layer exists and policy would allow it"""


def importance(slot: str) -> int:
    """Lower numbers give way first: gallery, then stage, then the screen people read."""
    if slot.startswith("gallery"):
        return 0
    return 2 if slot == "screen" else 1


class LayerLimits:
    """Per-slot ceilings of one viewer, moved one step at a time."""

    def __init__(self) -> None:
        self._limits: dict[str, Layer] = {}
        self._bad_since: float | None = None
        self._good_since: float | None = None
        self._raised_at = -1e9
        self._up_after = _UP_AFTER_S

    def limit(self, slot: str) -> Layer:
        return self._limits.get(slot, "f")

    def update(
        self, shown: Sequence[Shown], estimate: int | None, loss: float, now: float
    ) -> str | None:
        """Take a look (about once a second) and return the slot whose ceiling moved."""
        verdict = self._verdict(sum(s.bitrate for s in shown), estimate, loss, now)
        if verdict == "down":
            candidates = [s for s in shown if s.has_lower]
            if not candidates:
                return None
            chosen = min(candidates, key=lambda s: (importance(s.slot), -s.bitrate))
            self._limits[chosen.slot] = LAYERS[LAYERS.index(chosen.layer) - 1]
            if now - self._raised_at < _FAILED_WITHIN_S:
                self._up_after = min(self._up_after * 2, _UP_AFTER_MAX_S)
            return chosen.slot
        if verdict == "up":
            capped = [s for s in shown if s.is_capped]
            if not capped:
                return None
            chosen = max(capped, key=lambda s: (importance(s.slot), -s.bitrate))
            self._limits[chosen.slot] = LAYERS[
                min(len(LAYERS) - 1, LAYERS.index(self.limit(chosen.slot)) + 1)
            ]
            self._raised_at = now
            return chosen.slot
        return None

    def _verdict(
        self, rate: int, estimate: int | None, loss: float, now: float
    ) -> Literal["up", "down", "stay"]:
        is_over = estimate is not None and rate > _DOWN_ABOVE * estimate
        if loss > _LOSSY or is_over:
            self._good_since = None
            if self._bad_since is None:
                self._bad_since = now
            if now - self._bad_since >= _DOWN_AFTER_S or loss > 2 * _LOSSY:
                self._bad_since = None
                return "down"
            return "stay"
        self._bad_since = None
        if loss <= _CLEAN and (estimate is None or rate < _UP_BELOW * estimate):
            if self._good_since is None:
                self._good_since = now
            if now - self._good_since >= self._up_after:
                self._good_since = now
                return "up"
            return "stay"
        self._good_since = None
        return "stay"
