"""Drafts from the lecture: what may be asked, with distractors from the lecture's own terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from spacy.tokens import Doc, Span, Token

from transcripts.clauses import Question, questions, standalone
from transcripts.english import STOP, chunk_tokens, english
from transcripts.item_checks import (
    KEY_LONGER_BY,
    distractors_are_wrong,
    distractors_do_not_fit,
    key_is_not_given_away,
    words,
)
from transcripts.item_draft import FILL, GAP, Draft, Lecture, Origin, Term, content_lemmas
from transcripts.ports import PollPrior
from transcripts.terms import Mention, identity, is_bare, is_plural, kind_of, mentions, shown, terms

WORTH: dict[Origin, float] = {
    "poll": 6.0,
    "definition": 3.0,
    "causal": 2.6,
    "fact": 2.2,
    "cloze": 1.2,
}
_CAUSAL = re.compile(
    r"\b(?:because|therefore|thus|hence|so that|as a result|due to|leads? to|led to|causes?|caused"
    r"|results? in|the reason)\b",
    re.IGNORECASE,
)
_DEFINING = frozenset(
    ["call", "consider", "define", "describe", "know", "mean", "refer", "regard", "term", "name"]
)
_VAGUE = (
    "year century day month week time hour minute moment middle use part side kind sort way order "
    "means case matter number whole purpose sense course fact one people person place thing degree "
    "amount end beginning name word help look importance"
)
_VAGUE_HEADS = frozenset(_VAGUE.split())
"""heads that say too little to be asked for by themselves"""
_LIKELY = 0.18
"""distractors less like the key in meaning than this fool nobody"""
_FAR_WORDS = 4
_CONSIDERED = 6


def from_polls(polls: Sequence[PollPrior], lecture: Lecture) -> Iterable[Draft]:
    """Polls with a key; the two most popular wrong answers are the distractors."""
    for poll in polls:
        if poll.key is None or not 0 <= poll.key < len(poll.options):
            continue
        wrong = [index for index in range(len(poll.options)) if index != poll.key]
        votes = dict(enumerate(poll.tally))
        wrong.sort(key=lambda index: (-votes.get(index, 0), index))
        key = poll.options[poll.key]
        source = _poll_source(poll.question, key, lecture)
        if source is None:
            continue
        yield Draft(
            origin="poll",
            stem=poll.question.strip(),
            key=key.strip(),
            distractors=tuple(poll.options[index].strip() for index in wrong[:2]),
            source=source,
            key_lemmas=tuple(content_lemmas(english()(key))),
            worth=WORTH["poll"] + lecture.sentences[source].probability,
        )


def _poll_source(question: str, key: str, lecture: Lecture) -> int | None:
    """The sentence that answers a poll: found by its question, with the key's words in it."""
    answer = set(content_lemmas(english()(key))) | (set(words(key)) - STOP)
    found = lecture.search.best(content_lemmas(english()(question)), 3)
    for index in found:
        said = set(lecture.lemmas[index]) | set(words(lecture.sentences[index].text))
        if answer & said:
            return index
    return None


def from_speech(lecture: Lecture, askable: Sequence[int]) -> Iterable[Draft]:
    """Questions for subjects, then gaps, from the sentences of ``askable``."""
    known = {
        name: term
        for name, term in terms(lecture.docs, lecture.sentences).items()
        if term.sentences & set(askable)
    }
    places = mentions(lecture.docs)
    for index in askable:
        doc = lecture.docs[index]
        for question in questions(doc):
            yield from _asked(lecture, known, index, question)
        here = [mention for mention in places if mention.sentence == index]
        for span in standalone(doc):
            for mention in here:
                if span.start <= mention.first and mention.last <= span.end:
                    yield from _gapped(lecture, known, index, span, mention)


def _asked(
    lecture: Lecture, known: dict[str, Term], index: int, question: Question
) -> Iterable[Draft]:
    tokens = chunk_tokens(list(question.subject))
    if not tokens or len(tokens) > _FAR_WORDS or not _is_askable(tokens):
        return
    kind = kind_of(tokens)
    is_relative = question.verb.dep_ == "relcl"
    if len(tokens) == 1 and (is_relative or tokens[0].pos_ == "ADJ"):
        return  # "the letter, which …" is some letter, not letters in general
    stem = f"{'Who' if kind == 'PERSON' else 'Which of these'} {question.predicate}?"
    draft = Draft(
        origin=_origin(lecture.docs[index], question),
        stem=" ".join(stem.split()),
        key=shown(tokens),
        distractors=(),
        source=index,
        key_lemmas=tuple(content_lemmas(_span(tokens))),
        is_plural=is_plural(tokens[-1]),
    )
    yield from _completed(lecture, known, draft, tokens, capitals=True)


def _origin(doc: Doc, question: Question) -> Origin:
    verb = question.verb
    has_attribute = any(child.dep_ in ("attr", "oprd") for child in verb.children)
    if (verb.lemma_ == "be" and has_attribute) or verb.lemma_ in _DEFINING:
        return "definition"
    return "causal" if _CAUSAL.search(doc.text) else "fact"


def _gapped(
    lecture: Lecture, known: dict[str, Term], index: int, span: Span, mention: Mention
) -> Iterable[Draft]:
    doc = lecture.docs[index]
    tokens = list(doc[mention.first : mention.last])
    if not _is_askable(tokens) or not _is_whole(tokens):
        return
    rest = [*doc[span.start : mention.first], *doc[mention.last : span.end]]
    if sum(token.lower_ not in STOP and token.is_alpha for token in rest) < _FAR_WORDS:
        return
    text = span.text
    at = doc[mention.first].idx - span.start_char
    last = doc[mention.last - 1]
    until = last.idx + len(last.text) - span.start_char
    gapped = " ".join(f"{text[:at]}{GAP}{text[until:]}".split())
    gapped = gapped[:1].upper() + gapped[1:]
    before = words(doc[span.start : mention.first].text)[-2:]
    after = words(doc[mention.last : span.end].text)[:2]
    draft = Draft(
        origin="causal" if _CAUSAL.search(text) else "cloze",
        stem=f"{FILL}“{gapped}.”",
        key=shown(tokens),
        distractors=(),
        source=index,
        key_lemmas=tuple(content_lemmas(_span(tokens))),
        context=(
            before[0] if len(before) == 2 else "",
            before[-1] if before else "",
            after[0] if after else "",
            after[1] if len(after) == 2 else "",
        ),
        is_plural=is_plural(tokens[-1]),
    )
    yield from _completed(lecture, known, draft, tokens, capitals=False)


def _is_askable(tokens: Sequence[Token]) -> bool:
    """Whether the phrase says enough to be asked for."""
    if not content_lemmas(_span(tokens)) or any(token.is_punct for token in tokens[:1]):
        return False
    return len(tokens) > 1 or tokens[-1].lemma_.lower() not in _VAGUE_HEADS


def _is_whole(tokens: Sequence[Token]) -> bool:
    """Whether only an article or a possessive of its phrase is left outside the gap."""
    doc, first = tokens[0].doc, tokens[0]
    chunk = next((c for c in doc.noun_chunks if c.start <= first.i < c.end), None)
    if chunk is None:
        return True
    left = doc[chunk.start : first.i]
    if first.dep_ == "amod" and len(tokens) == 1:
        return all(token.pos_ in ("DET", "ADJ") or token.tag_ == "PRP$" for token in left)
    is_end = chunk.end == tokens[-1].i + 1
    return is_end and all(token.pos_ == "DET" or token.tag_ == "PRP$" for token in left)


def _span(tokens: Sequence[Token]) -> Span:
    return tokens[0].doc[tokens[0].i : tokens[-1].i + 1]


def _completed(
    lecture: Lecture,
    known: dict[str, Term],
    draft: Draft,
    tokens: Sequence[Token],
    *,
    capitals: bool,
) -> Iterable[Draft]:
    """The draft with its two likeliest distractors that pass the checks on distractors."""
    fit: list[Term] = []
    for term in _likely(lecture, known, draft, tokens, standing_alone=capitals):
        alone = replace(draft, distractors=(term.text,))
        if distractors_are_wrong(alone, lecture) or distractors_do_not_fit(alone, lecture):
            continue
        numbered = replace(alone, options_are_plural=(bool(draft.is_plural), term.is_plural))
        if not key_is_not_given_away(numbered, lecture):
            fit.append(term)
        if len(fit) == _CONSIDERED:
            break
    pairs = [pair for pair in combinations(fit, 2) if not _alike(lecture, *pair)]
    if not pairs:
        return
    chosen = next((pair for pair in pairs if _is_balanced(draft.key, pair)), pairs[0])
    texts = [draft.key, *(term.text for term in chosen)]
    if capitals:
        texts = [text[:1].upper() + text[1:] for text in texts]
    nearness = sum(lecture.similarity(term.text, draft.key) for term in chosen) / len(chosen)
    often = min(lecture.counts[lemma] for lemma in draft.key_lemmas)
    yield replace(
        draft,
        key=texts[0],
        distractors=tuple(texts[1:]),
        options_are_plural=(bool(draft.is_plural), *(term.is_plural for term in chosen)),
        worth=WORTH[draft.origin]
        + lecture.sentences[draft.source].probability
        + 0.8 * nearness
        + 0.05 * min(often, 6)
        + 0.4 * (len(tokens) > 1 or tokens[-1].pos_ == "PROPN")
        - 0.02 * max(0, len(draft.stem.split()) - 20),
    )


def _is_balanced(key: str, pair: Sequence[Term]) -> bool:
    lengths = [len(key), *(len(term.text) for term in pair)]
    return len(key) <= KEY_LONGER_BY * sum(lengths) / len(lengths)


def _likely(
    lecture: Lecture,
    known: dict[str, Term],
    draft: Draft,
    tokens: Sequence[Token],
    *,
    standing_alone: bool,
) -> list[Term]:
    """Terms of the same kind and number, those nearest in meaning and shape first."""
    kind, name = kind_of(tokens), identity(tokens)
    plural, count = is_plural(tokens[-1]), len(tokens)
    # after "the art of" only a noun without an article will do
    own, bare = set(draft.key_lemmas), is_bare(tokens) and not standing_alone
    scored: list[tuple[float, Term]] = []
    for other, term in known.items():
        is_same = term.kind == kind and term.is_plural == plural
        if other == name or not is_same or own & set(term.lemmas) or term.probability < 0.5:
            continue
        if term.head in _VAGUE_HEADS and " " not in term.text:
            continue
        if bare and not term.is_bare:
            continue
        if abs(len(term.text.split()) - count) > 1 or draft.source in term.sentences:
            continue
        nearness = lecture.similarity(term.text, draft.key)
        if nearness < _LIKELY and kind not in ("YEAR", "TIME", "NUMBER", "PLACE", "PERSON"):
            continue
        shape = 0.15 * (len(term.text.split()) == count)
        often = 0.05 * min(4, len(term.sentences))
        scored.append((nearness + shape + often, term))
    scored.sort(key=lambda pair: (-pair[0], pair[1].text))
    return [term for _score, term in scored[:16]]


def _alike(lecture: Lecture, one: Term, other: Term) -> bool:
    return bool(set(one.lemmas) & set(other.lemmas)) or (
        lecture.similarity(one.text, other.text) > 0.85
    )
