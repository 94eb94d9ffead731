"""Session time and recording time (docs/rules.md, TL).

*Session time*: ms since the session's first ``epoch_started``; a later epoch goes on from the
difference in UTC and never goes back. *Recording time*: session time on record, the rest cut
out; 0 is the first moment on record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.state import Stretch


def resume_ms(first_utc_ms: int | None, last_at_ms: int, utc_ms: int) -> int:
    """Session time at which a new epoch starts (TL1): a wall clock set back cannot turn it."""
    if first_utc_ms is None:
        return 0
    return max(last_at_ms, utc_ms - first_utc_ms)


@dataclass(frozen=True, slots=True)
class EpochClock:
    """Session time within one epoch, by the monotonic clock alone."""

    starts_at_ms: int
    monotonic_ns: int
    """reading at ``starts_at_ms``"""

    def at(self, monotonic_ns: int) -> int:
        return self.starts_at_ms + max(0, monotonic_ns - self.monotonic_ns) // 1_000_000

    def monotonic_at(self, at_ms: int) -> int:
        return self.monotonic_ns + (at_ms - self.starts_at_ms) * 1_000_000


def merged(spans: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """In order, touching and overlapping ones joined, empty ones dropped."""
    result: list[Stretch] = []
    for span in sorted(spans, key=lambda s: (s.start_ms, s.end_ms)):
        if span.length_ms <= 0:
            continue
        if result and span.start_ms <= result[-1].end_ms:
            result[-1] = Stretch(result[-1].start_ms, max(result[-1].end_ms, span.end_ms))
        else:
            result.append(span)
    return tuple(result)


def intersection(some: Iterable[Stretch], others: Iterable[Stretch]) -> tuple[Stretch, ...]:
    left, right = merged(some), merged(others)
    result: list[Stretch] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i].start_ms, right[j].start_ms)
        end = min(left[i].end_ms, right[j].end_ms)
        if start < end:
            result.append(Stretch(start, end))
        if left[i].end_ms < right[j].end_ms:
            i += 1
        else:
            j += 1
    return tuple(result)


def complement(spans: Iterable[Stretch], within: Stretch) -> tuple[Stretch, ...]:
    result: list[Stretch] = []
    at = within.start_ms
    for span in intersection(spans, [within]):
        if at < span.start_ms:
            result.append(Stretch(at, span.start_ms))
        at = span.end_ms
    if at < within.end_ms:
        result.append(Stretch(at, within.end_ms))
    return tuple(result)


class RecordTime:
    """Maps session time to recording time and back (TL3)."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self.stretches = merged(stretches)
        self._starts = [stretch.start_ms for stretch in self.stretches]
        self._offsets: list[int] = []
        total = 0
        for stretch in self.stretches:
            self._offsets.append(total)
            total += stretch.length_ms
        self.duration_ms = total

    def at(self, session_ms: int) -> int | None:
        """None when that moment is not on record."""
        index = bisect_right(self._starts, session_ms) - 1
        if index < 0 or session_ms >= self.stretches[index].end_ms:
            return None
        return self._offsets[index] + session_ms - self._starts[index]

    def nearest(self, session_ms: int) -> int:
        """Like ``at``; a moment off record maps to the cut it fell into."""
        index = bisect_right(self._starts, session_ms) - 1
        if index < 0:
            return 0
        stretch = self.stretches[index]
        return self._offsets[index] + min(session_ms, stretch.end_ms) - stretch.start_ms

    def session_at(self, recording_ms: int) -> int:
        """Session time of a moment of the recording (clamped to it)."""
        if not self.stretches:
            return 0
        index = max(0, bisect_right(self._offsets, recording_ms) - 1)
        stretch = self.stretches[index]
        return min(stretch.start_ms + max(0, recording_ms - self._offsets[index]), stretch.end_ms)

    def clip(self, start_ms: int, end_ms: int) -> tuple[Stretch, ...]:
        """The parts of a span of session time that are on record, in *recording* time, one a
        stretch (not joined across cuts)."""
        result: list[Stretch] = []
        for stretch, offset in zip(self.stretches, self._offsets, strict=True):
            start = max(start_ms, stretch.start_ms)
            end = min(end_ms, stretch.end_ms)
            if start < end:
                shift = offset - stretch.start_ms
                result.append(Stretch(start + shift, end + shift))
        return tuple(result)
