"""A voice that goes on, cut into what can be read: segments that are over and the open one.

Theory of operation. The samples of the last seconds are kept. Every 0.4 s the voice detector
looks at all of them: a stretch after which it has been quiet is a segment that is over; the last
one is open and may be read provisionally; one that grows too long is cut at its quietest moment.
What is over, and what is silent, is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from transcripts.audio import Pcm, levels_db
from transcripts.ports import SAMPLE_RATE

LOOK_EVERY: Final = SAMPLE_RATE * 2 // 5
PAUSE: Final = SAMPLE_RATE * 2 // 5
"""quiet behind a stretch, which the detector has made 0.2 s longer than what it found"""
LONGEST: Final = 10 * SAMPLE_RATE
"""reading costs by length; and whoever reads along waits for the end of it"""
KEPT_SILENCE: Final = SAMPLE_RATE // 2
"""before speech begins: the detector needs a run-up"""
SHORTEST: Final = SAMPLE_RATE // 4

Detect = Callable[[Pcm], Sequence[tuple[int, int]]]
"""stretches of speech in samples, in order"""


@dataclass(frozen=True, slots=True)
class Piece:
    """``samples`` to be read; moments in ns of the monotonic clock."""

    segment: int
    samples: Pcm
    start_ns: int
    new_from_ns: int
    """up to here an earlier reading of the segment has come"""
    end_ns: int
    is_final: bool


class Segmenter:
    def __init__(self, detect: Detect) -> None:
        self._detect = detect
        self._pcm: Pcm = np.zeros(0, np.int16)
        self._end_ns = 0
        self._unseen = 0
        """samples since the last look"""
        self._segment = 1
        self._speech: tuple[int, int] | None = None
        """the open stretch"""
        self._read_to_ns = 0

    @property
    def end_ns(self) -> int:
        """When the last sample came."""
        return self._end_ns

    def hear(self, pcm: Pcm, end_ns: int) -> None:
        self._pcm = np.concatenate([self._pcm, pcm])
        self._end_ns = end_ns
        self._unseen += len(pcm)

    def look(self) -> list[Piece]:
        """Segments that are over by now; nothing before there is something new to look at."""
        if self._unseen < LOOK_EVERY:
            return []
        self._unseen = 0
        over: list[Piece] = []
        groups = _joined(self._detect(self._pcm))
        told = 0
        while groups:
            start, end = groups[0]
            if end - start > LONGEST:
                cut = self._quietest(start, end)
                over.append(self._finish(start, cut))
                groups[0] = (cut, end)
            elif len(groups) > 1 or len(self._pcm) - end >= PAUSE:
                over.append(self._finish(start, end))
                told = end
                del groups[0]
            else:
                break
        self._speech = groups[0] if groups else None
        self._forget(groups[0][0] if groups else max(told, len(self._pcm) - KEPT_SILENCE))
        return [piece for piece in over if len(piece.samples) >= SHORTEST]

    def finish(self) -> list[Piece]:
        """The voice has stopped coming: all that is here is over."""
        if not len(self._pcm):
            return []
        groups = _joined(self._detect(self._pcm))
        over = [self._finish(start, end) for start, end in groups]
        self._pcm, self._unseen, self._speech = np.zeros(0, np.int16), 0, None
        return [piece for piece in over if len(piece.samples) >= SHORTEST]

    def unread_from_ns(self) -> int | None:
        """Since when the open segment holds what nobody has read."""
        if self._speech is None:
            return None
        return max(self._moment(self._speech[0]), self._read_to_ns)

    def open_piece(self) -> Piece | None:
        """The open segment as far as it has come. It counts as read from now on."""
        if self._speech is None or len(self._pcm) - self._speech[0] < SHORTEST:
            return None
        piece = self._piece(self._speech[0], len(self._pcm), is_final=False)
        self._read_to_ns = piece.end_ns
        return piece

    def _finish(self, start: int, end: int) -> Piece:
        piece = self._piece(start, end, is_final=True)
        self._segment += 1
        return piece

    def _piece(self, start: int, end: int, *, is_final: bool) -> Piece:
        start_ns, end_ns = self._moment(start), self._moment(end)
        new_from_ns = min(max(start_ns, self._read_to_ns), end_ns)
        samples = self._pcm[start:end].copy()
        return Piece(self._segment, samples, start_ns, new_from_ns, end_ns, is_final)

    def _moment(self, sample: int) -> int:
        return self._end_ns - (len(self._pcm) - sample) * 1_000_000_000 // SAMPLE_RATE

    def _quietest(self, start: int, end: int) -> int:
        """Where to cut what is too long: the quietest tenth of a second of its last third."""
        first = start + LONGEST * 2 // 3
        step = SAMPLE_RATE // 10
        levels = levels_db(self._pcm[first : min(start + LONGEST, end)], step)
        return first + int(np.argmin(levels)) * step + step // 2 if len(levels) else first

    def _forget(self, before: int) -> None:
        if before <= 0:
            return
        self._pcm = self._pcm[before:]
        if self._speech is not None:
            self._speech = (self._speech[0] - before, self._speech[1] - before)


def _joined(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches with less than a pause between them are one."""
    groups: list[tuple[int, int]] = []
    for start, end in stretches:
        if groups and start - groups[-1][1] < PAUSE:
            groups[-1] = (groups[-1][0], end)
        else:
            groups.append((start, end))
    return groups
