"""Who speaks: smoothing and ranking of audio levels (RFC 6464, 0 loudest … 127 silence)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

SILENT: Final = 127
SPEAKING: Final = 50
"""smoothed level at or below which somebody speaks; room noise of a laptop lies at 60 to 80"""
_STALE_NS: Final = 300_000_000
_HOLD_NS: Final = 800_000_000
"""a speaker keeps the place between two words"""
_MARGIN: Final = 6
"""dB by which a rival must be louder to take a place from somebody who speaks"""


class LevelMeter:
    """One microphone's level, quick to rise and slow to fall."""

    __slots__ = ("_level", "_updated_ns", "spoke_at_ns")

    def __init__(self) -> None:
        self._level = float(SILENT)
        self._updated_ns = 0
        self.spoke_at_ns = -_HOLD_NS

    def update(self, level: int, now_ns: int) -> None:
        self._level += (level - self._level) * (0.5 if level < self._level else 0.1)
        self._updated_ns = now_ns
        if self._level <= SPEAKING:
            self.spoke_at_ns = now_ns

    def level(self, now_ns: int) -> float:
        """Silence when packets stop (Opus DTX, mute)."""
        if now_ns - self._updated_ns > _STALE_NS:
            self._level = float(SILENT)
        return self._level

    def is_speaking(self, now_ns: int) -> bool:
        return now_ns - self.spoke_at_ns < _HOLD_NS

    def silence(self) -> None:
        self._level = float(SILENT)
        self.spoke_at_ns = -_HOLD_NS


def rank(meters: Iterable[tuple[str, LevelMeter]], before: Sequence[str], now_ns: int) -> list[str]:
    """Names, loudest first, those who speak before the silent. Nobody who speaks is overtaken
    by a rival less than a margin louder, so two who talk at once do not flicker; among the
    silent the order stays, whatever their noise does."""
    known = dict(meters)
    order = [name for name in before if name in known]
    order += [name for name in known if name not in set(before)]
    speaking = [name for name in order if known[name].is_speaking(now_ns)]
    levels = {name: known[name].level(now_ns) for name in speaking}
    for end in range(1, len(speaking)):
        index = end
        while index and levels[speaking[index]] <= levels[speaking[index - 1]] - _MARGIN:
            speaking[index - 1], speaking[index] = speaking[index], speaking[index - 1]
            index -= 1
    return speaking + [name for name in order if name not in levels]
