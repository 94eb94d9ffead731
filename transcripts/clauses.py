"""Parts of a sentence that can stand alone, found in its parse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

SHORTEST, LONGEST = 7, 30
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_STOPS = (",", ";", ":", "—", "–")
_BACK_WORDS = (
    "it its this these those they them their he him his she her that which who whom whose "
    "former latter such here there"
)
_BACK = frozenset(_BACK_WORDS.split())
_OPENERS = ("and", "but", "so", "now", "then", "well", "or", "for", "because", "although", "though")


@dataclass(frozen=True, slots=True)
class Question:
    """A subject asked for: ``What`` + predicate."""

    subject: Span
    predicate: str
    verb: Token


def standalone(doc: Doc) -> list[Span]:
    """Clauses with their subject and verb inside, starting and ending at a comma or the sentence's
    ends, that hang together; the whole sentence first when it is short enough."""
    edges = [0]
    edges += [token.i + 1 for token in doc if token.text in _STOPS]
    end = len(doc)
    while end and doc[end - 1].is_punct:
        end -= 1
    edges.append(end)
    found: list[Span] = []
    for first in edges[:-1]:
        start = _after_opener(doc, first, end)
        for last in edges[1:]:
            stop = last - 1 if last < end and doc[last - 1].text in _STOPS else last
            if stop <= start:
                continue
            span = doc[start:stop]
            count = sum(1 for token in span if not token.is_punct)
            if SHORTEST <= count <= LONGEST and _holds_together(span):
                found.append(span)
    return sorted(found, key=lambda span: -len(span))


def _after_opener(doc: Doc, first: int, end: int) -> int:
    while first < end and (doc[first].lower_ in _OPENERS or doc[first].is_punct):
        first += 1
    return first


def _holds_together(span: Span) -> bool:
    """One verb is on top, has its subject inside, and nothing inside hangs on a word outside."""
    if span[0].pos_ in ("VERB", "AUX", "PUNCT", "PART"):
        return False
    tops = [token for token in span if _is_outside(token.head, span) or token.head == token]
    if len(tops) != 1 or tops[0].pos_ not in ("VERB", "AUX"):
        return False
    top = tops[0]
    is_finite = top.tag_ in ("VBD", "VBP", "VBZ", "MD") or any(
        child.dep_ in ("aux", "auxpass") and child.tag_ in ("VBD", "VBP", "VBZ", "MD")
        for child in top.children
        if not _is_outside(child, span)
    )
    has_subject = any(
        child.dep_ in _SUBJECTS and not _is_outside(child, span) for child in top.children
    )
    # what follows the clause in the sentence must not be what the verb still needs
    needs = ("dobj", "attr", "acomp", "ccomp", "xcomp", "prt", "agent", "dative", "oprd")
    lacks = any(child.dep_ in needs and _is_outside(child, span) for child in top.children)
    if any(token.lower_ in _BACK and _points_out(token, span) for token in span):
        return False
    return is_finite and has_subject and not lacks


def _is_outside(token: Token, span: Span) -> bool:
    return not span.start <= token.i < span.end


def _points_out(token: Token, span: Span) -> bool:
    """A pronoun with nothing before it inside the span that it could mean."""
    if token.lower_ == "that" and token.pos_ == "SCONJ":
        return False
    if token.dep_ == "expl" or (token.lower_ in ("it", "there") and _is_empty(token)):
        return False
    is_determiner = token.pos_ == "DET" or token.dep_ == "det"
    earlier = [t for t in span if t.i < token.i and t.pos_ in ("NOUN", "PROPN")]
    return is_determiner or not earlier


def _is_empty(token: Token) -> bool:
    """The "it" of "it is natural that"."""
    return any(child.dep_ in ("ccomp", "xcomp", "advcl", "csubj") for child in token.head.children)


def questions(doc: Doc) -> Iterable[Question]:
    """Every subject of the sentence that can be asked for, with what is said of it."""
    for token in doc:
        if token.dep_ not in ("nsubj", "nsubjpass") or token.head.pos_ not in ("VERB", "AUX"):
            continue
        verb = token.head
        if token.i > verb.i:
            continue
        subject = _subject(doc, token, verb)
        if subject is None:
            continue
        predicate = _predicate(doc, verb, token)
        if predicate is not None:
            yield Question(subject, predicate, verb)


def _subject(doc: Doc, token: Token, verb: Token) -> Span | None:
    """The subject, or for "books, which were …" what "which" stands for."""
    if token.lower_ in ("which", "who", "that") and verb.dep_ == "relcl":
        token = verb.head
        if token.pos_ not in ("NOUN", "PROPN"):
            return None
        tokens = [t for t in doc[token.left_edge.i : token.i + 1] if not t.is_punct]
        is_phrase = len(tokens) > 1 and len(tokens) == token.i + 1 - token.left_edge.i
        return doc[token.left_edge.i : token.i + 1] if is_phrase else None
    if token.pos_ not in ("NOUN", "PROPN") or verb.dep_ not in ("ROOT", "conj", "ccomp"):
        return None
    if verb.dep_ == "ccomp" and verb.head.i < token.i:
        return None  # "they said that X is": asked as said, not as so
    is_interrupted = doc[token.i + 1].is_punct if token.i + 1 < len(doc) else False
    if token.right_edge.i > token.i and not is_interrupted:
        return None  # "the invention of printing": only half of it would be the key
    return doc[token.left_edge.i : token.i + 1]


def _predicate(doc: Doc, verb: Token, subject: Token) -> str | None:
    """From the first auxiliary to the end of the clause, without a second clause joined on."""
    auxiliaries = [
        child for child in verb.children if child.dep_ in ("aux", "auxpass") and child.i > subject.i
    ]
    start = min([verb.i, *(child.i for child in auxiliaries)])
    end = max(token.i for token in verb.subtree) + 1
    for child in verb.children:
        is_joined = child.dep_ in ("conj", "advcl", "ccomp", "parataxis") and child.i > verb.i
        has_own_subject = any(c.dep_ in _SUBJECTS for c in child.children)
        if is_joined and has_own_subject and child.dep_ != "ccomp":
            end = min(end, child.left_edge.i)
        if child.dep_ == "cc" and child.i > verb.i:
            joined = [c for c in verb.children if c.dep_ == "conj" and c.i > child.i]
            if joined and any(c.dep_ in _SUBJECTS for c in joined[0].children):
                end = min(end, child.i)
    if any(token.i < start and token.i > subject.i and token.dep_ == "neg" for token in doc):
        return None
    while end > start and (doc[end - 1].is_punct or doc[end - 1].dep_ in ("cc", "mark")):
        end -= 1
    span = doc[start:end]
    count = sum(1 for token in span if not token.is_punct)
    if not 4 <= count <= 24:
        return None
    if any(token.lower_ in _BACK and _points_out(token, span) for token in span):
        return None
    return span.text
