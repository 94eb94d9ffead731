"""The lecture's terms: phrases that can be a key or a distractor, and what kind each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from transcripts.english import chunk_tokens, noun_phrases
from transcripts.item_checks import words
from transcripts.item_draft import Term, content_lemmas, lemma_of
from transcripts.sentences import Sentence

KINDS = {
    "PERSON": "PERSON",
    "GPE": "PLACE",
    "LOC": "PLACE",
    "FAC": "PLACE",
    "NORP": "GROUP",
    "LANGUAGE": "GROUP",
    "DATE": "TIME",
    "CARDINAL": "NUMBER",
    "QUANTITY": "NUMBER",
    "PERCENT": "NUMBER",
    "MONEY": "NUMBER",
}
LONGEST_TERM = 3
_AGES = frozenset(("age", "ages", "century", "era", "period", "decade", "epoch"))


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a term is said: tokens [first, last) of sentence ``sentence``."""

    sentence: int
    first: int
    last: int
    term: str
    """the term's identity: its lemmas joined"""


def mentions(docs: Sequence[Doc]) -> list[Mention]:
    found: list[Mention] = []
    for index, doc in enumerate(docs):
        taken: set[tuple[int, int]] = set()
        for tokens in _candidates(doc):
            span = (tokens[0].i, tokens[-1].i + 1)
            if span in taken or len(tokens) > LONGEST_TERM:
                continue
            taken.add(span)
            found.append(Mention(index, *span, identity(tokens)))
            for first in range(1, len(tokens)):  # "typography" of "fine typography"
                end = tokens[first:]
                # "case letters" is no part of "lower case letters"
                is_loose = all(t.dep_ == "amod" and t.head == end[-1] for t in tokens[:first])
                if is_loose and end[-1].pos_ == "NOUN":
                    found.append(Mention(index, end[0].i, span[1], identity(end)))
    return found


def _candidates(doc: Doc) -> Iterable[list[Token]]:
    yield from noun_phrases(doc)
    for token in doc:
        # "Gothic", "Roman": adjectives of their own, told by their capital
        if token.pos_ in ("ADJ", "PROPN") and token.dep_ == "amod" and token.text[:1].isupper():
            yield [token]
    for entity in doc.ents:
        tokens = chunk_tokens(list(entity))
        is_named = entity.label_ in KINDS and all(t.pos_ != "VERB" for t in tokens)
        if tokens and is_named and any(char.isalnum() for char in tokens[-1].text):
            yield tokens


def identity(tokens: Sequence[Token]) -> str:
    return " ".join(lemma_of(token) for token in tokens)


def kind_of(tokens: Sequence[Token]) -> str:
    """An entity's kind where all or the end of the phrase is one, else the head's word class."""
    head = tokens[-1]
    if lemma_of(head) in _AGES:
        return "TIME"
    if len(tokens) == 1 and head.dep_ == "amod" and head.text[:1].isupper():
        return "GROUP"
    if head.ent_type_ in KINDS:
        kind = KINDS[head.ent_type_]
        return "YEAR" if kind == "TIME" and len(tokens) == 1 and head.text.isdigit() else kind
    return "NAME" if head.pos_ == "PROPN" else head.pos_


def is_plural(token: Token) -> bool:
    """Times are offered beside each other whatever their number: "Middle Ages", "1462"."""
    is_time = KINDS.get(token.ent_type_) == "TIME" or lemma_of(token) in _AGES
    is_adjective = token.dep_ == "amod" or KINDS.get(token.ent_type_) == "GROUP"
    return token.tag_ in ("NNS", "NNPS") and not is_time and not is_adjective


def is_bare(tokens: Sequence[Token]) -> bool:
    """A singular without an article, as "printing" in "the art of printing"."""
    first = tokens[0].i
    for chunk in tokens[0].doc.noun_chunks:
        if chunk.start <= first < chunk.end:
            left = tokens[0].doc[chunk.start : first]
            if any(token.pos_ in ("DET", "PRON", "NUM") for token in left):
                return False
    return tokens[-1].tag_ == "NN"


def shown(tokens: Sequence[Token]) -> str:
    """The phrase as an option: a capital only where the word has one inside a sentence."""
    text = tokens[0].doc[tokens[0].i : tokens[-1].i + 1].text.strip(" ,;:.?!\"'“”")
    is_opening = tokens[0].i == 0 or tokens[0].is_sent_start
    if is_opening and tokens[0].pos_ != "PROPN" and not tokens[0].ent_type_:
        return text[:1].lower() + text[1:]
    return text


def terms(docs: Sequence[Doc], spoken: Sequence[Sentence]) -> dict[str, Term]:
    """Every term by identity."""
    where: dict[str, list[Mention]] = {}
    for mention in mentions(docs):
        where.setdefault(mention.term, []).append(mention)
    found: dict[str, Term] = {}
    for name, places in where.items():
        surest = max(places, key=lambda m: sureness(spoken[m.sentence], _tokens(docs, m)))
        tokens = _tokens(docs, surest)
        lemmas = tuple(content_lemmas(docs[surest.sentence][surest.first : surest.last]))
        if not lemmas:
            continue
        found[name] = Term(
            text=shown(tokens),
            lemmas=lemmas,
            head=lemma_of(tokens[-1]),
            kind=kind_of(tokens),
            is_plural=is_plural(tokens[-1]),
            is_bare=any(is_bare(_tokens(docs, place)) for place in places),
            sentences=frozenset(place.sentence for place in places),
            probability=sureness(spoken[surest.sentence], tokens),
        )
    return found


def _tokens(docs: Sequence[Doc], mention: Mention) -> list[Token]:
    return list(docs[mention.sentence][mention.first : mention.last])


def sureness(sentence: Sentence, tokens: Sequence[Token]) -> float:
    """How surely the least sure word of a phrase was heard."""
    wanted = {word for token in tokens for word in words(token.text)}
    heard = [word.probability for word in sentence.words if wanted & set(words(word.text))]
    return min(heard, default=0.0)
