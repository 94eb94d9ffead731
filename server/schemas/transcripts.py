"""What was said, word by word."""

from __future__ import annotations

from msgspec import Struct


class Word(Struct):
    start_ms: int
    end_ms: int
    text: str
    """with its punctuation and no surrounding space"""
    probability: float


class Segment(Struct):
    segment_id: str
    participant_id: str
    speaker_name: str
    start_ms: int
    end_ms: int
    words: list[Word]


class Transcript(Struct):
    segments: list[Segment]
    language: str | None
    engine: str
    model: str
