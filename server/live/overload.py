"""Whether the media plane has room for another camera. Pure: no clock, no plane.

A plane that is late is late for everybody, so who comes when it is nearly at its limit is offered
sound only. It must have been near the limit for a few seconds, and well below for longer before
pictures are offered again, or the door would swing. What counts is what forwarding itself takes of
the processor: a machine on which others are busy is no reason (decision 013).
"""

from __future__ import annotations

from typing import Final

from server.media.plane import PlaneLoad

_FULL: Final = 0.85
_FREE: Final = 0.65
"""shares of one processor core"""
_FULL_FOR_S: Final = 5.0
_FREE_FOR_S: Final = 10.0
_DROPPED: Final = 50
"""packets the kernel did not take in a second: its queue is full"""


class Overload:
    def __init__(self) -> None:
        self.is_full = False
        self._since: float | None = None
        """when the other state began to show"""

    def look(self, load: PlaneLoad, now: float) -> None:
        """About once a second."""
        if self.is_full:
            is_other = load.cpu < _FREE and load.dropped == 0
            after = _FREE_FOR_S
        else:
            is_other = load.cpu > _FULL or load.dropped > _DROPPED
            after = _FULL_FOR_S
        if not is_other:
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since >= after:
            self._since = None
            self.is_full = not self.is_full
