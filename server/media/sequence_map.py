"""Outgoing sequence numbers without gaps where packets were swallowed.

A plain offset breaks when packets arrive out of order: one that was sent before a swallowed
packet and arrives after it needs the older offset. The map keeps the last few offsets with the
first incoming number each holds for. Numbers are unwrapped integers on the way in and 16 bits on
the way out. (The idea is Galene's ``packetmap``.)
"""

from __future__ import annotations

_KEPT = 64
"""offsets remembered; older packets than these are past every jitter buffer"""


class SequenceMap:
    __slots__ = ("_changes", "_first", "_highest", "_step")

    def __init__(self) -> None:
        self._first = 0
        self._highest = -1
        self._step = 0
        self._changes: list[tuple[int, int]] = []

    def restart(self, first: int, out: int) -> None:
        """From incoming ``first`` on, which becomes ``out``; what came before is refused."""
        self._first = first
        self._highest = first - 1
        self._step = out - first
        self._changes = [(first, self._step)]

    def map(self, sequence: int) -> int:
        """The outgoing number, or -1 for a packet from before the restart or too old."""
        if sequence > self._highest:
            self._highest = sequence
            return (sequence + self._step) & 0xFFFF
        if sequence < self._first:
            return -1
        for start, step in reversed(self._changes):
            if sequence >= start:
                return (sequence + step) & 0xFFFF
        return -1

    def swallow(self, sequence: int) -> bool:
        """Leave ``sequence`` out without a gap. False when a later packet already went out
        (its number is spoken for): the packet must then be forwarded as it is."""
        if sequence <= self._highest:
            return sequence < self._first
        self._highest = sequence
        self._step -= 1
        self._changes.append((sequence + 1, self._step))
        if len(self._changes) > _KEPT:
            del self._changes[0]
            self._first = max(self._first, self._changes[0][0])
        return True
