"""When a packet was captured: sender reports of all a publisher's streams on one clock.

Sound and picture of one person are in step at a viewer only if both streams' timestamps are
carried over to one clock. A publisher's sender reports give NTP time against RTP time for each
stream, on the publisher's own clock; one offset a publisher (the smallest arrival − NTP seen
lately: the report that waited least on its way) carries that to ours. Before the first report
the arrival time stands in. Times are seconds of the monotonic clock.
"""

from __future__ import annotations

from collections import deque

_WINDOW = 64
"""reports looked back at, about half a minute of three streams; lets the minimum follow drift"""


class PublisherClock:
    """Offset of one publisher's NTP clock, shared by its streams."""

    __slots__ = ("_seen", "offset")

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=_WINDOW)
        self.offset: float | None = None

    def report(self, ntp: float, arrival: float) -> None:
        self._seen.append(arrival - ntp)
        self.offset = min(self._seen)


class StreamClock:
    """RTP timestamps of one stream against the monotonic clock."""

    __slots__ = ("_anchor_time", "_anchor_timestamp", "_is_anchored", "_ntp", "_publisher",
                 "has_report", "rate")  # fmt: skip

    def __init__(self, rate: int, publisher: PublisherClock) -> None:
        self.rate = rate
        self._publisher = publisher
        self._ntp = 0.0
        self.has_report = False
        self._is_anchored = False
        self._anchor_time = 0.0
        self._anchor_timestamp = 0

    def packet(self, timestamp: int, arrival: float) -> None:
        """Anchor on arrival until a report comes; the packet that waited least wins."""
        if self.has_report:
            return
        if not self._is_anchored or arrival < self._anchor_time + self._since(timestamp):
            self._is_anchored = True
            self._anchor_time = arrival
            self._anchor_timestamp = timestamp

    def report(self, ntp: float, timestamp: int, arrival: float) -> None:
        self._publisher.report(ntp, arrival)
        self._ntp = ntp
        self._anchor_timestamp = timestamp
        self.has_report = True
        self._is_anchored = True

    def captured_at(self, timestamp: int) -> float:
        """Monotonic seconds at which the sample with this timestamp was captured."""
        return self._base() + self._since(timestamp)

    def timestamp_at(self, moment: float) -> int:
        """The (unwrapped modulo 2**32) timestamp of a sample captured at ``moment``."""
        ticks = round((moment - self._base()) * self.rate)
        return (self._anchor_timestamp + ticks) & 0xFFFFFFFF

    def _base(self) -> float:
        if self.has_report:
            assert self._publisher.offset is not None
            return self._ntp + self._publisher.offset
        return self._anchor_time

    def _since(self, timestamp: int) -> float:
        ticks = (timestamp - self._anchor_timestamp) & 0xFFFFFFFF
        if ticks >= 0x80000000:
            ticks -= 0x100000000
        return ticks / self.rate
