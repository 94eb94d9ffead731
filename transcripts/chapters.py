"""Chapters of a recording: where the subject changes, and what to call each part."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from transcripts.embeddings import MiniLm
from transcripts.english import STOP, english
from transcripts.ports import (
    Chapter,
    ChapterPrior,
    ChaptersJob,
    ChaptersResult,
    Progress,
    Spoken,
    Transcript,
    Word,
)
from transcripts.segmentation import Reason, Unit, boundaries, nearest, tf_idf, units
from transcripts.sentences import sentences
from transcripts.titles import phrases, spoken_words, title, unsure_words

WEIGHTS = {
    "phase": 1.5,
    "breakout": 1.2,
    "poll": 0.8,
    "moment": 0.5,
    "screen": 0.4,
    "confusion": 0.3,
    "chapter": 1.5,
    "activity": 1.3,
}
TITLED_BY = ("chapter", "phase", "activity", "breakout", "screen")
"""kinds whose label is a title; a poll's question is not"""
LABEL_REACH_MS = 8_000


def chapters(job: ChaptersJob, progress: Progress) -> ChaptersResult:
    """Of the recording and of each of its rooms."""
    began = time.process_time()
    model = cache(MiniLm)
    made = tuple(_parted(job, model))
    rooms: dict[int, tuple[Chapter, ...]] = {}
    for number, room in job.rooms.items():
        progress((1 + len(rooms)) / (1 + len(job.rooms)))
        rooms[number] = tuple(_parted(room, model))
    return ChaptersResult(made, round(time.process_time() - began, 3), rooms)


def _parted(job: Spoken, load: Callable[[], MiniLm]) -> list[Chapter]:
    """Chapters from 0 to the end; none when nothing was said or marked."""
    found = units([(s.start_ms, s.end_ms, s.text) for s in sentences(job.transcript)])
    if not found:
        return _silent(job)
    model = load()
    texts = [unit.text for unit in found]
    embeddings = model.embed(texts)
    reasons = [
        Reason(prior.at_ms, WEIGHTS[prior.kind] * prior.weight, prior.kind == "chapter")
        for prior in job.priors
    ]
    cuts = boundaries(found, embeddings, tf_idf(texts, STOP), reasons, job.duration_ms)
    return _titled(job, found, cuts, model)


def _titled(
    job: Spoken, found: Sequence[Unit], cuts: Sequence[int], model: MiniLm
) -> list[Chapter]:
    starts = [0 if cut == 0 else found[cut].start_ms for cut in cuts]
    edges = [*starts, max(job.duration_ms, starts[-1] + 1)]
    spans = list(pairwise(edges))
    words = [_words_in(job.transcript, span) for span in spans]
    docs = [
        english()(" ".join(unit.text for unit in found[first:last]))
        for first, last in pairwise([*cuts, len(found)])
    ]
    ranked = phrases(docs, [unsure_words(part) for part in words])
    labels = _labels(job.priors, found, cuts)
    taken: set[str] = set()
    made: list[Chapter] = []
    for number, (span, part, options) in enumerate(zip(spans, words, ranked, strict=True)):
        text = labels.get(number, "")
        if not text:
            vectors = model.embed([docs[number].text[:1_000], *(p.text for p in options)])
            text = title(options, vectors[1:] @ vectors[0], spoken_words(part), taken)
        text = text or _first_words(part)
        taken.add(text.lower())
        made.append(_chapter(span, text, _speakers(job.transcript, span)))
    return made


def _labels(
    priors: Sequence[ChapterPrior], found: Sequence[Unit], cuts: Sequence[int]
) -> dict[int, str]:
    """Titles the log knows, by the chapter's number; a facilitator's own word comes first."""
    labels: dict[int, str] = {}
    ordered = sorted(
        priors,
        key=lambda prior: (
            TITLED_BY.index(prior.kind) if prior.label and prior.kind in TITLED_BY else 99
        ),
    )
    for prior in ordered:
        if not prior.label or prior.kind not in TITLED_BY:
            continue
        unit = nearest(found, prior.at_ms)
        if unit in cuts and abs(found[unit].start_ms - prior.at_ms) <= LABEL_REACH_MS:
            labels.setdefault(list(cuts).index(unit), prior.label.strip()[:160])
    return labels


def _silent(job: Spoken) -> list[Chapter]:
    """Nobody spoke: only what the log names makes chapters."""
    marks = sorted(
        (prior.at_ms, prior.label)
        for prior in job.priors
        if prior.kind in ("chapter", "phase", "activity") and prior.label
    )
    edges = [*(at_ms for at_ms, _label in marks), job.duration_ms]
    return [
        _chapter((start, end), label, [])
        for (start, end), (_at, label) in zip(pairwise(edges), marks, strict=False)
        if end > start
    ]


def _words_in(transcript: Transcript, span: tuple[int, int]) -> list[Word]:
    return [
        word
        for segment in transcript.segments
        for word in segment.words
        if span[0] <= word.start_ms < span[1]
    ]


def _speakers(transcript: Transcript, span: tuple[int, int]) -> list[str]:
    """Who spoke in the span, whoever spoke longest first."""
    spoken: Counter[str] = Counter()
    for segment in transcript.segments:
        shared = min(segment.end_ms, span[1]) - max(segment.start_ms, span[0])
        if shared > 0:
            spoken[segment.speaker_name] += shared
    return [name for name, _ms in spoken.most_common()]


def _first_words(words: Sequence[Word], count: int = 6) -> str:
    text = " ".join(word.text for word in words[:count]).strip(" ,;:.?!")
    return text[:1].upper() + text[1:]


def _chapter(span: tuple[int, int], text: str, speaker_names: list[str]) -> Chapter:
    key = hashlib.sha256(f"{span[0]}|{span[1]}|{text}".encode()).hexdigest()[:16]
    return Chapter(
        chapter_id=key,
        start_ms=span[0],
        end_ms=span[1],
        title=text,
        thumbnail=None,
        speaker_names=speaker_names,
    )
