"""Draft items of a recording: written from polls and speech, checked, the best ones kept."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from transcripts.embeddings import MiniLm
from transcripts.english import english
from transcripts.item_checks import failure, is_new
from transcripts.item_draft import Draft, Lecture
from transcripts.item_writing import from_polls, from_speech
from transcripts.ports import Chapter, Item, ItemsJob, ItemsResult, Option, Progress
from transcripts.sentences import sentences
from transcripts.wordnet import WordNet

A_SENTENCE = 2
"""items on one sentence at most"""
NO_WORDNET = "WordNet is not installed; closeness of meaning stands in for it"


def items(job: ItemsJob, progress: Progress) -> ItemsResult:
    """Draft items that pass every check, at most ``job.at_most``; none when little was said."""
    began = time.process_time()
    spoken = sentences(job.transcript)
    if not spoken:
        return ItemsResult(())
    model = MiniLm()

    @cache
    def vector(text: str) -> NDArray[np.float32]:
        return model.embed([text])[0]

    wordnet = WordNet()
    notes = () if wordnet.is_there else (NO_WORDNET,)
    lecture = Lecture(
        sentences=spoken,
        docs=list(english().pipe(sentence.text for sentence in spoken)),
        similarity=lambda one, other: float(vector(one) @ vector(other)),
        wordnet=wordnet if wordnet.is_there else None,
        participant_names=job.participant_names,
        slide_terms=job.slide_terms,
        accepted=job.accepted,
    )
    progress(0.3)
    askable = [
        index
        for index, sentence in enumerate(spoken)
        if not job.facilitator_ids or sentence.participant_id in job.facilitator_ids
    ]
    drafts = [*from_polls(job.polls, lecture), *from_speech(lecture, askable)]
    progress(0.7)
    rejected: Counter[str] = Counter()
    passed: list[Draft] = []
    for draft in drafts:
        failed = failure(draft, lecture)
        if failed:
            rejected[failed] += 1
        else:
            passed.append(draft)
    chosen = best(passed, lecture, job.chapters, job.at_most)
    wordnet.close()
    made = tuple(_item(draft, lecture, job.chapters) for draft in chosen)
    return ItemsResult(made, dict(rejected), notes, round(time.process_time() - began, 3))


def best(
    passed: Sequence[Draft], lecture: Lecture, chapters: Sequence[Chapter], at_most: int
) -> list[Draft]:
    """The worthiest, one a key and seldom two a sentence, spread over the chapters, by time."""
    waiting = sorted(passed, key=lambda d: (-d.worth, d.stem))
    chosen: list[Draft] = []
    used: Counter[str | None] = Counter()
    accepted = list(lecture.accepted)
    while waiting and len(chosen) < at_most:
        draft = max(
            waiting,
            key=lambda d: (
                d.worth
                - 0.4 * used[_chapter_id(_at_ms(d, lecture), chapters)]
                - 1.5 * sum(d.source == other.source for other in chosen)
            ),
        )
        waiting.remove(draft)
        from_there = sum(draft.source == other.source for other in chosen)
        is_asked = any(set(draft.key_lemmas) == set(other.key_lemmas) for other in chosen)
        gives_away = any(_tells(draft, other) or _tells(other, draft) for other in chosen)
        if from_there >= A_SENTENCE or is_asked or gives_away or is_new(draft, lecture):
            continue
        chosen.append(draft)
        used[_chapter_id(_at_ms(draft, lecture), chapters)] += 1
        lecture.accepted = [*lecture.accepted, draft.stem]
    lecture.accepted = accepted
    return sorted(chosen, key=lambda d: _at_ms(d, lecture))


def _tells(one: Draft, other: Draft) -> bool:
    """Whether two items on one sentence answer each other: one's stem holds the other's key."""
    return one.source == other.source and one.key.lower() in other.stem.lower()


def _at_ms(draft: Draft, lecture: Lecture) -> int:
    return lecture.sentences[draft.source].start_ms


def _chapter_id(at_ms: int, chapters: Sequence[Chapter]) -> str | None:
    for chapter in chapters:
        if chapter.start_ms <= at_ms < chapter.end_ms:
            return chapter.chapter_id
    return None


def _item(draft: Draft, lecture: Lecture, chapters: Sequence[Chapter]) -> Item:
    source = lecture.sentences[draft.source]
    item_id = hashlib.sha256(f"{draft.stem}|{draft.key}".encode()).hexdigest()[:16]
    # an order that is the same on every run and has nothing to do with which one is right
    order = sorted(
        draft.options, key=lambda text: hashlib.sha256(f"{item_id}|{text}".encode()).digest()
    )
    return Item(
        item_id=item_id,
        state="draft",
        stem=draft.stem,
        options=[
            Option(option_id=f"o{n}", text=text, is_key=text == draft.key, feedback=None)
            for n, text in enumerate(order, 1)
        ],
        evidence=source.text,
        evidence_start_ms=source.start_ms,
        evidence_end_ms=source.end_ms,
        chapter_id=_chapter_id(source.start_ms, chapters),
        origin=draft.origin,
    )
