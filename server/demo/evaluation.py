"""What the finished recording is worth, against what was really said and shown.

Words are compared after Whisper's English normaliser. Every figure comes from the published files
and the reference; nothing here asks the pipeline how it thinks it did.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from server.demo.lecture import Row

EDGE_LIMIT_MS = 300
TURN_SLACK_MS = 1000
"""a word this close to the lecture's own edges may belong to either side"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One transcribed word; several after normalising when it splits (``1455`` does not)."""

    participant_id: str
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Transcription:
    wer_percent: float
    wrong_speaker_words: int
    edges_percent: float
    words: int


def heard_words(transcript: dict[str, Any]) -> list[Heard]:
    words = [
        Heard(segment["participant_id"], word["start_ms"], word["end_ms"], word["text"])
        for segment in transcript["segments"]
        for word in segment["words"]
    ]
    return sorted(words, key=lambda word: word.start_ms)


def evaluate(
    transcript: dict[str, Any], rows: Sequence[Row], facilitator_id: str, lecture_at_ms: float
) -> Transcription:
    """``lecture_at_ms``: recording time of the lecture's first sample."""
    heard = heard_words(transcript)
    begin = lecture_at_ms - TURN_SLACK_MS
    end = lecture_at_ms + rows[-1].end_s * 1000 + TURN_SLACK_MS
    within = [word for word in heard if begin <= (word.start_ms + word.end_ms) / 2 <= end]
    own = [word for word in within if word.participant_id == facilitator_id]
    strayed = [
        word for word in heard if word.participant_id == facilitator_id and word not in within
    ]  # fmt: skip
    normalise = EnglishTextNormalizer()
    reference = normalise(" ".join(row.text for row in rows))
    said = normalise(" ".join(word.text for word in own))
    return Transcription(
        wer_percent=100 * float(jiwer.wer(reference, said)) if said else 100.0,
        wrong_speaker_words=len(within) - len(own) + len(strayed),
        edges_percent=edges_percent(own, rows, lecture_at_ms, normalise),
        words=len(heard),
    )


def edges_percent(
    heard: Sequence[Heard], rows: Sequence[Row], lecture_at_ms: float,
    normalise: EnglishTextNormalizer,
) -> float:  # fmt: skip
    """Share of clauses whose first word starts and last word ends within EDGE_LIMIT_MS of the
    reference. Reference and transcript are aligned over the whole lecture; where a clause's own
    edge word was not recognised, the heard word opposite it in the alignment stands for it."""
    reference: list[str] = []
    edges: list[tuple[int, int]] = []
    for row in rows:
        first = len(reference)
        reference += normalise(row.text).split()
        edges.append((first, len(reference) - 1))
    said: list[str] = []
    times: list[Heard] = []
    for word in heard:
        for part in normalise(word.text).split():
            said.append(part)
            times.append(word)
    opposite: dict[int, int] = {}
    matcher = difflib.SequenceMatcher(None, reference, said, autojunk=False)
    for tag, r1, r2, s1, s2 in matcher.get_opcodes():
        if tag == "equal":
            opposite.update(zip(range(r1, r2), range(s1, s2), strict=True))
        elif tag == "replace":
            # Both ends of a replaced stretch face each other, whatever lies between.
            opposite[r1] = s1
            opposite[r2 - 1] = s2 - 1
    good = 0
    for row, (first, last) in zip(rows, edges, strict=True):
        if first not in opposite or last not in opposite:
            continue
        starts = times[opposite[first]].start_ms - lecture_at_ms
        ends = times[opposite[last]].end_ms - lecture_at_ms
        is_near = (
            abs(starts - row.start_s * 1000) <= EDGE_LIMIT_MS
            and abs(ends - row.end_s * 1000) <= EDGE_LIMIT_MS
        )
        good += is_near
    return 100 * good / len(rows)
