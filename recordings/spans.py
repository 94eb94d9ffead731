"""Half-open spans of time in ms, sorted and apart, and the map from session to recording time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct


class Span(Struct, frozen=True, array_like=True):
    start_ms: float
    end_ms: float


Spans = tuple[Span, ...]


def joined(spans: Iterable[Span], gap_ms: float = 0) -> Spans:
    """Sorted, empty ones dropped, those that touch (or are at most ``gap_ms`` apart) made one."""
    result: list[Span] = []
    for span in sorted((s for s in spans if s.end_ms > s.start_ms), key=lambda s: s.start_ms):
        if result and span.start_ms <= result[-1].end_ms + gap_ms:
            last = result[-1]
            result[-1] = Span(last.start_ms, max(last.end_ms, span.end_ms))
        else:
            result.append(span)
    return tuple(result)


def both(left: Spans, right: Spans) -> Spans:
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i].start_ms, right[j].start_ms)
        end = min(left[i].end_ms, right[j].end_ms)
        if start < end:
            result.append(Span(start, end))
        if left[i].end_ms < right[j].end_ms:
            i += 1
        else:
            j += 1
    return tuple(result)


def without(spans: Spans, removed: Spans) -> Spans:
    result: list[Span] = []
    for span in spans:
        at = span.start_ms
        for hole in removed:
            if hole.end_ms <= at or hole.start_ms >= span.end_ms:
                continue
            if hole.start_ms > at:
                result.append(Span(at, hole.start_ms))
            at = max(at, hole.end_ms)
        if at < span.end_ms:
            result.append(Span(at, span.end_ms))
    return tuple(result)


def length_ms(spans: Spans) -> float:
    return sum(span.end_ms - span.start_ms for span in spans)


def covers(spans: Sequence[Span], at_ms: float) -> bool:
    index = bisect_right(spans, at_ms, key=lambda span: span.start_ms) - 1
    return index >= 0 and at_ms < spans[index].end_ms


class RecordingTime:
    """Session time on record, strung together: what was paused takes no time."""

    def __init__(self, stretches: Sequence[Span]) -> None:
        self.stretches = joined(stretches)
        self._starts = [span.start_ms for span in self.stretches]
        self._before: list[float] = []
        total = 0.0
        for span in self.stretches:
            self._before.append(total)
            total += span.end_ms - span.start_ms
        self.duration_ms = total

    def at(self, session_ms: float) -> float | None:
        """None when it is off the record."""
        index = bisect_right(self._starts, session_ms) - 1
        if index < 0 or session_ms >= self.stretches[index].end_ms:
            return None
        return self._before[index] + session_ms - self.stretches[index].start_ms

    def clamp(self, session_ms: float) -> float:
        """Off the record: the place where the record goes on."""
        index = bisect_right(self._starts, session_ms) - 1
        if index < 0:
            return 0.0
        span = self.stretches[index]
        return self._before[index] + min(session_ms, span.end_ms) - span.start_ms

    def spans(self, session_spans: Spans) -> Spans:
        """What of these is on record, in recording time."""
        kept = both(self.stretches, session_spans)
        return joined(Span(self.clamp(span.start_ms), self.clamp(span.end_ms)) for span in kept)

    def cuts(self) -> list[tuple[float, float]]:
        """(recording time of the seam, session time left out) between stretches."""
        return [
            (self._before[index], span.start_ms - self.stretches[index - 1].end_ms)
            for index, span in enumerate(self.stretches)
            if index
        ]
