"""Tracks to words: one engine, track after track, so memory does not grow with the class."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from transcripts import audio, speech_spans
from transcripts.audio import SAMPLES_PER_MS, Pcm
from transcripts.engines import engine
from transcripts.ports import (
    SAMPLE_RATE,
    Clip,
    Progress,
    SpeechEngine,
    SpeechTrack,
    TrackWords,
    TranscribeJob,
    TranscribeResult,
    Word,
)
from transcripts.word_edges import snapped, without_tail


def transcribe(job: TranscribeJob, progress: Progress) -> TranscribeResult:
    """Hears every track of the job. No tracks, or none that speaks: an empty result."""
    began = time.process_time()
    ear: SpeechEngine | None = None
    heard: list[TrackWords] = []
    languages: Counter[str] = Counter()
    weights = [max(1, _size(track)) for track in job.tracks]
    done = 0
    try:
        for track, weight in zip(job.tracks, weights, strict=True):
            with audio.opened(Path(track.wav_path)) as pcm:
                found = clips_of(track, pcm)
                if found and ear is None:
                    ear = engine(job.engine, job.model, job.threads)
                words: list[Word] = []
                total = sum(clip.end - clip.start for clip in found)
                so_far = 0
                for clip in found:
                    assert ear is not None
                    said, language = hear_clip(ear, pcm, clip, track.offset_ms, job)
                    words += said
                    so_far += clip.end - clip.start
                    if language:
                        languages[language] += len(said)
                    progress((done + weight * so_far / total) / sum(weights))
            done += weight
            progress(done / sum(weights))
            heard.append(
                TrackWords(
                    track.participant_id,
                    track.speaker_name,
                    tuple(words),
                    total * 1000 // SAMPLE_RATE,
                    track.room,
                )
            )
    finally:
        if ear is not None:
            ear.close()
    language = languages.most_common(1)[0][0] if languages else job.language
    return TranscribeResult(
        tuple(heard), language, job.engine, job.model, round(time.process_time() - began, 3)
    )


def clips_of(track: SpeechTrack, pcm: Pcm) -> list[Clip]:
    """What of a track is worth hearing, by the log, loudness and the voice detector."""
    stretches = speech_spans.audible(pcm)
    if track.spoken is not None:
        allowed = [
            (
                (span.start_ms - track.offset_ms) * SAMPLES_PER_MS,
                (span.end_ms - track.offset_ms) * SAMPLES_PER_MS,
            )
            for span in track.spoken
        ]
        stretches = speech_spans.within(stretches, allowed)
    return speech_spans.clips(pcm, speech_spans.spoken(pcm, stretches))


def hear_clip(
    ear: SpeechEngine, pcm: Pcm, clip: Clip, offset_ms: int, job: TranscribeJob
) -> tuple[list[Word], str | None]:
    """The words of one clip in recording time, set right at the pauses."""
    samples = audio.as_float(pcm[clip.start : clip.end])
    words, language = ear.hear(samples, job.language, job.context)
    if is_echo(words, job.context):
        words, language = ear.hear(samples, job.language)
    shift = offset_ms + clip.start // SAMPLES_PER_MS
    return [
        Word(
            start_ms=word.start_ms + shift,
            end_ms=word.end_ms + shift,
            text=word.text,
            probability=word.probability,
        )
        for word in snapped(without_tail(words, samples), samples)
    ], language


def is_echo(words: Sequence[Word], context: str) -> bool:
    """Whether a clip seems to say nothing but a piece of the context.

    From a noise that passed for a voice, an engine reads out what it was given beforehand.
    """
    said = _plain(" ".join(word.text for word in words))
    return bool(said) and f" {said} " in f" {_plain(context)} "


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _size(track: SpeechTrack) -> int:
    path = Path(track.wav_path)
    return path.stat().st_size if path.exists() else 0
