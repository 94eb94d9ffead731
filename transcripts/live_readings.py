"""What is to be read next: segments that are over first, then what still goes on.

Everything is bounded: of what waits too long the oldest is given up, so that captions stay near
what is being said.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from transcripts.live_segments import Detect, Piece, Segmenter
from transcripts.live_sound import SoundPacket, VoiceSound

MOST_WAITING: Final = 8
"""segments that are over and not read"""
MOST_VOICES: Final = 24
OPEN_STEP_NS: Final = 1_200_000_000
"""new speech in the open segment before it is read again"""
GONE_QUIET_NS: Final = 500_000_000
"""no packets for so long (mute, floor, DTX): the segment is over"""


@dataclass(slots=True)
class Voice:
    segmenter: Segmenter
    sound: VoiceSound = field(default_factory=VoiceSound)
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    key: int
    piece: Piece


class Readings:
    def __init__(self, detect: Detect) -> None:
        self._detect = detect
        self._voices: dict[int, Voice] = {}
        self._waiting: deque[Turn] = deque()
        self.reads_open = True
        self.open_step_ns = OPEN_STEP_NS

    def hear(self, key: int, packets: tuple[SoundPacket, ...]) -> list[Turn]:
        """Take sound in. Returns segments that are given up."""
        if key not in self._voices and len(self._voices) >= MOST_VOICES:
            return []
        voice = self._voice(key)
        given_up: list[Turn] = []
        for pcm, arrival_ns in voice.sound.decode(packets):
            if arrival_ns - voice.segmenter.end_ns > GONE_QUIET_NS:
                given_up += self._over(key, voice.segmenter.finish())
            voice.segmenter.hear(pcm, arrival_ns)
        return given_up + self._over(key, voice.segmenter.look())

    def _voice(self, key: int) -> Voice:
        if key not in self._voices:
            self._voices[key] = Voice(Segmenter(self._detect))
        return self._voices[key]

    def over(self, key: int) -> bool:
        """False when nothing ever came of this voice."""
        voice = self._voices.get(key)
        if voice is not None:
            voice.is_over = True
        return voice is not None

    def settle(self, now_ns: int) -> tuple[list[Turn], list[int]]:
        """(segments given up, voices that are done with)"""
        given_up: list[Turn] = []
        for key, voice in self._voices.items():
            if voice.is_over or now_ns - voice.segmenter.end_ns > GONE_QUIET_NS:
                given_up += self._over(key, voice.segmenter.finish())
        pending = {turn.key for turn in self._waiting}
        done = [k for k, voice in self._voices.items() if voice.is_over and k not in pending]
        for key in done:
            del self._voices[key]
        return given_up, done

    def next(self, now_ns: int) -> Turn | None:
        if self._waiting:
            return self._waiting.popleft()
        if not self.reads_open:
            return None
        due = [
            (since_ns, key)
            for key, voice in self._voices.items()
            if (since_ns := voice.segmenter.unread_from_ns()) is not None
            and now_ns - since_ns >= self.open_step_ns
        ]
        if not due:
            return None
        _, key = min(due)
        piece = self._voices[key].segmenter.open_piece()
        return None if piece is None else Turn(key, piece)

    def behind_ns(self, now_ns: int) -> int:
        """How long the oldest segment that is over has waited."""
        return now_ns - self._waiting[0].piece.end_ns if self._waiting else 0

    def _over(self, key: int, pieces: list[Piece]) -> list[Turn]:
        self._waiting.extend(Turn(key, piece) for piece in pieces)
        given_up: list[Turn] = []
        while len(self._waiting) > MOST_WAITING:
            given_up.append(self._waiting.popleft())
        return given_up
