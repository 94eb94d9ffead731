"""What a link carries when nobody measures it: found by trying. Starts like Galene
(rtpconn/rtpwriter.go).

A viewer's own estimate (REMB) grows to one and a half times what it receives and no further, so it
cannot be compared with what the next layer would cost: the limit goes up to what that needs while
what the pictures take stays well below the estimate, and down when it lies well above, or when
packets are lost. Sound is no part of that comparison: a browser's estimate covers video alone
(libwebrtc, ReceiveSideCongestionController::OnReceivedPacket).
"""

from __future__ import annotations

from typing import Final, Literal

_UP_BELOW: Final = 7 / 8
_DOWN_ABOVE: Final = 3 / 2
_LOSSY: Final = 0.10
_CLEAN: Final = 0.02
_DOWN_AFTER_S: Final = 2.0
_UP_AFTER_S: Final = 2.0
_DOWN_TO: Final = 0.8
"""times the present rate"""


class TriedLimit:
    """Of one viewer; None as long as nothing spoke for a limit."""

    def __init__(self) -> None:
        self.budget: int | None = None
        self._bad_since: float | None = None
        self._good_since: float | None = None

    def update(
        self, sound: int, pictures: int, need: int, estimate: int | None, loss: float, now: float
    ) -> int | None:
        """Take a look (about once a second). ``sound``, ``pictures``: what is sent, bit/s;
        ``need``: what all would come to with the next layer, 0 when there is none."""
        verdict = self._verdict(pictures, estimate, loss, now)
        rate = sound + pictures
        if verdict == "down":
            self.budget = int(rate * _DOWN_TO)
        elif self.budget is not None:
            # What is carried without complaint fits.
            self.budget = max(self.budget, rate)
            if verdict == "up":
                self.budget = max(self.budget, need) if need else None
        return self.budget

    def _verdict(
        self, pictures: int, estimate: int | None, loss: float, now: float
    ) -> Literal["up", "down", "stay"]:
        is_over = estimate is not None and pictures > _DOWN_ABOVE * estimate
        if loss > _LOSSY or is_over:
            self._good_since = None
            if self._bad_since is None:
                self._bad_since = now
            if now - self._bad_since >= _DOWN_AFTER_S or loss > 2 * _LOSSY:
                self._bad_since = None
                return "down"
            return "stay"
        self._bad_since = None
        if loss <= _CLEAN and (estimate is None or pictures < _UP_BELOW * estimate):
            if self._good_since is None:
                self._good_since = now
            if now - self._good_since >= _UP_AFTER_S:
                self._good_since = now
                return "up"
            return "stay"
        self._good_since = None
        return "stay"
