"""A transcript's sentences, each with its time, its speaker and its words."""

from __future__ import annotations

from dataclasses import dataclass

from server.schemas.transcripts import Transcript, Word
from transcripts.merge import ends_sentence

RUN_ON_MS = 1_200
LONGEST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    participant_id: str
    speaker_name: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start_ms(self) -> int:
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int:
        return max(word.end_ms for word in self.words)

    @property
    def probability(self) -> float:
        return sum(word.probability for word in self.words) / len(self.words)


def sentences(transcript: Transcript) -> list[Sentence]:
    """Sentences by start. One goes over several segments of its speaker until it ends with a full
    stop, a pause of 1.2 s or someone else's turn."""
    found: list[Sentence] = []
    open_words: list[Word] = []
    speaker = ("", "")

    def close() -> None:
        if open_words:
            found.append(Sentence(*speaker, tuple(open_words)))
            open_words.clear()

    for segment in sorted(transcript.segments, key=lambda s: (s.start_ms, s.end_ms)):
        who = (segment.participant_id, segment.speaker_name)
        if who != speaker:
            close()
            speaker = who
        for word in segment.words:
            if open_words and word.start_ms - open_words[-1].end_ms > RUN_ON_MS:
                close()
            open_words.append(word)
            if ends_sentence(word.text) or len(open_words) >= LONGEST_WORDS:
                close()
    close()
    return found
