"""Tracks of words become one transcript: segments by speaker, in the order they were said.

The track says who spoke, so two people talking at once are two segments that overlap in time, never
one with mixed words. A segment ends at a pause over 0.7 s, at the end of a sentence, when someone
else takes over, and, within a long sentence, at the best place before 12 s or 240 letters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from server.schemas.transcripts import Segment, Transcript, Word
from transcripts.ports import TrackWords, TranscribeResult, speech_order

PAUSE_MS = 700
LONGEST_MS = 12_000
LONGEST_LETTERS = 240
SHORT_SENTENCE_MS = 1_500
"""a sentence shorter than this stays with the one after it when the speaker just went on"""
TURN_MS = 300
"""another's word must be this long inside a gap to be a turn and not an "mm" """

_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".'", "?'", ".)", "?)")
_NOT_AN_END = frozenset(
    (
        "mr.",
        "mrs.",
        "ms.",
        "dr.",
        "prof.",
        "st.",
        "vs.",
        "e.g.",
        "i.e.",
        "fig.",
        "cf.",
        "jr.",
        "sr.",
    )
)


def merged(result: TranscribeResult) -> Transcript:
    """Of what was said in the main room."""
    return _merged(result, None)


def merged_rooms(result: TranscribeResult) -> dict[int, Transcript]:
    """Of each other room that was listened to."""
    rooms = sorted({track.room for track in result.tracks if track.room is not None})
    return {room: _merged(result, room) for room in rooms}


def _merged(result: TranscribeResult, room: int | None) -> Transcript:
    return Transcript(
        segments=segments(track for track in result.tracks if track.room == room),
        language=result.language,
        engine=result.engine,
        model=result.model,
    )


def segments(tracks: Iterable[TrackWords]) -> list[Segment]:
    """Segments of all tracks by start; ids depend on content alone, so a re-run keeps them."""
    speakers: dict[str, tuple[str, list[Word]]] = {}
    for track in tracks:
        _name, words = speakers.setdefault(track.participant_id, (track.speaker_name, []))
        words.extend(track.words)
    everyone = sorted(
        (word.start_ms, word.end_ms, participant_id)
        for participant_id, (_name, words) in speakers.items()
        for word in words
    )
    found: list[Segment] = []
    for participant_id, (name, words) in speakers.items():
        found += [
            Segment(
                segment_id=_segment_id(participant_id, part),
                participant_id=participant_id,
                speaker_name=name,
                start_ms=part[0].start_ms,
                end_ms=max(word.end_ms for word in part),
                words=list(part),
            )
            for part in _parts(speech_order(words), _turns(participant_id, everyone))
        ]
    return sorted(found, key=lambda s: (s.start_ms, s.end_ms, s.participant_id))


def _turns(participant_id: str, everyone: Sequence[tuple[int, int, str]]) -> list[int]:
    """Moments at which someone else was in the middle of a word."""
    return [
        (start + end) // 2
        for start, end, other in everyone
        if other != participant_id and end - start >= TURN_MS
    ]


def _parts(words: Sequence[Word], turns: Sequence[int]) -> Iterable[list[Word]]:
    part: list[Word] = []
    turn = 0
    for word in words:
        if part:
            last = part[-1]
            while turn < len(turns) and turns[turn] < last.end_ms:
                turn += 1
            is_turn = turn < len(turns) and turns[turn] < word.start_ms
            if is_turn or _is_break(part, last, word):
                yield from _shortened(part)
                part = []
        part.append(word)
    if part:
        yield from _shortened(part)


def _is_break(part: Sequence[Word], last: Word, word: Word) -> bool:
    if word.start_ms - last.end_ms > PAUSE_MS:
        return True
    return ends_sentence(last.text) and last.end_ms - part[0].start_ms >= SHORT_SENTENCE_MS


def ends_sentence(text: str) -> bool:
    if not text.endswith(_ENDS):
        return False
    bare = text.lower().strip("\"'()")
    is_initial = len(bare) == 2 and bare[0].isalpha()
    return bare not in _NOT_AN_END and not is_initial


def _shortened(part: list[Word]) -> Iterable[list[Word]]:
    """Cuts a long sentence at commas and breaths, nearest the middle where several will do."""
    letters = sum(len(word.text) + 1 for word in part)
    length = part[-1].end_ms - part[0].start_ms
    if len(part) < 2 or (length <= LONGEST_MS and letters <= LONGEST_LETTERS):
        yield part
        return
    middle = (part[0].start_ms + part[-1].end_ms) / 2

    def cost(index: int) -> float:
        before, after = part[index - 1], part[index]
        pause = after.start_ms - before.end_ms
        bonus = 4000 if before.text.endswith((",", ";", ":", "—", "-")) else 0
        return abs(before.end_ms - middle) - bonus - 10 * min(pause, 500)

    cut = min(range(1, len(part)), key=cost)
    yield from _shortened(part[:cut])
    yield from _shortened(part[cut:])


def _segment_id(participant_id: str, part: Sequence[Word]) -> str:
    text = " ".join(word.text for word in part)
    key = f"{participant_id}|{part[0].start_ms}|{part[-1].end_ms}|{text}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def text_of(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)
