"""The voices that are being captioned: where each is heard, and what of it is worth reading."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from server.media.plane import HeardPacket

LOUD: Final = 65
"""dBov: what is quieter is no voice; room noise lies at 60 to 80, and the detector comes after"""
HANG_NS: Final = 1_000_000_000
RUN_UP: Final = 15
"""packets (0.3 s) from before it became loud: words begin softly"""
MOST_VOICES: Final = 12
"""that speak or spoke lately, on this server; more are not captioned"""
FORGET_NS: Final = 20_000_000_000


class LevelGate:
    """Lets through what may be speech. A class of open microphones is mostly silence, and silence
    need not be decoded."""

    def __init__(self) -> None:
        self._run_up: deque[HeardPacket] = deque(maxlen=RUN_UP)
        self._loud_until_ns = -1

    def let_through(self, packets: Iterable[HeardPacket]) -> list[HeardPacket]:
        passed: list[HeardPacket] = []
        for packet in packets:
            # Who sends no level is always let through.
            if packet.level <= LOUD:
                self._loud_until_ns = packet.arrival_ns + HANG_NS
            if packet.arrival_ns <= self._loud_until_ns:
                passed += self._run_up
                self._run_up.clear()
                passed.append(packet)
            else:
                self._run_up.append(packet)
        return passed


@dataclass(slots=True)
class Voice:
    key: int
    publication_id: str
    session_id: str
    participant_id: str
    rooms: frozenset[str]
    """where it was heard"""
    gate: LevelGate = field(default_factory=LevelGate)
    last_ns: int = 0
    shown: set[int] = field(default_factory=set[int])
    """segments that somebody reads provisionally"""


class Voices:
    def __init__(self) -> None:
        self._numbers = count(1)
        self._voices: dict[int, Voice] = {}
        self._current: dict[str, Voice] = {}
        """publication → voice"""

    def __bool__(self) -> bool:
        return bool(self._voices)

    def get(self, key: int) -> Voice | None:
        return self._voices.get(key)

    def heard(
        self, publication_id: str, session_id: str, participant_id: str, rooms: frozenset[str]
    ) -> tuple[Voice, int | None]:
        """The voice to which sound belongs, and the key of the one that has ended with it: what
        is said to other rooms than before is another text."""
        voice = self._current.get(publication_id)
        if voice is not None and voice.rooms == rooms:
            return voice, None
        ended = self.ended(publication_id)
        voice = Voice(next(self._numbers), publication_id, session_id, participant_id, rooms)
        self._current[publication_id] = voice
        return voice, ended

    def speaks(self, voice: Voice, now_ns: int) -> bool:
        """Take note of sound that is worth reading; False when too many speak already."""
        if voice.key not in self._voices and len(self._voices) >= MOST_VOICES:
            return False
        self._voices[voice.key] = voice
        voice.last_ns = now_ns
        return True

    def ended(self, publication_id: str) -> int | None:
        """The key under which nothing more will come, if anything came."""
        voice = self._current.pop(publication_id, None)
        return voice.key if voice is not None and voice.key in self._voices else None

    def silent(self, now_ns: int) -> list[int]:
        """Voices that have not spoken for long make room for others."""
        found = [v for v in self._voices.values() if now_ns - v.last_ns > FORGET_NS]
        for voice in found:
            if self._current.get(voice.publication_id) is voice:
                del self._current[voice.publication_id]
        return [voice.key for voice in found]

    def done(self, key: int) -> None:
        self._voices.pop(key, None)

    def clear(self) -> Sequence[int]:
        keys = list(self._voices)
        self._voices.clear()
        self._current.clear()
        return keys
