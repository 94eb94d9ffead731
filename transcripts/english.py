"""spaCy's small English model and the words that carry no subject."""

from __future__ import annotations

import re
from functools import cache

import spacy
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language
from spacy.tokens import Doc, Token

from transcripts.models import folder

_TALK = (
    "actually ah basically bit cool course essentially everybody everyone fine get getting go goes "
    "going gonna good got great guess guys hello hi hmm just kind know let's like little look lot "
    "maybe mean mm nice oh okay ok people point pretty probably quite really right say see so "
    "something somewhat sort stuff sure talk thank thanks that's there's thing things think "
    "today uh um very want way we're we'll well what's yeah yep yes you're i'm i'll i've it's "
    "morning afternoon evening welcome question answer slide minute "
    "don't can't won't doesn't didn't isn't called example number"
)
STOP = frozenset(STOP_WORDS) | frozenset(_TALK.split())

_VAGUE_WORDS = (
    "such same other many few several more aforesaid said certain various following whole true "
    "real actual main own new next last first second third different particular specific"
)
_VAGUE = frozenset(_VAGUE_WORDS.split())
_LEADING = frozenset({"DET", "PRON", "PUNCT", "CCONJ", "SPACE", "INTJ", "SCONJ", "ADP", "ADV"})


@cache
def english() -> Language:
    """The model, loaded once a process. Raises TranscriptError ``model_missing``."""
    return spacy.load(folder("en-core-web-sm"))


def chunk_tokens(tokens: list[Token]) -> list[Token]:
    """A noun chunk without its articles, pronouns and possessives in front."""
    first = 0
    while first < len(tokens) and (
        tokens[first].pos_ in _LEADING
        or tokens[first].tag_ in ("PRP$", "WDT", "WP", "POS", "PDT")
        or tokens[first].lower_ in _VAGUE
        or "." in tokens[first].text  # "i.e."
    ):
        first += 1
    return tokens[first:]


def noun_phrases(doc: Doc) -> list[list[Token]]:
    """Noun chunks of one to four words whose head carries a subject."""
    found: list[list[Token]] = []
    for chunk in doc.noun_chunks:
        tokens = chunk_tokens(list(chunk))
        if not tokens or len(tokens) > 4 or tokens[-1].pos_ not in ("NOUN", "PROPN"):
            continue
        if any(token.is_punct and token.text != "-" for token in tokens):
            continue
        if any(not re.search(r"\w", token.text) for token in tokens if token.text != "-"):
            continue
        head = tokens[-1]
        if (
            head.lower_ in STOP
            or head.lower_ in ("one", "ones")
            or len(head.text) < 3
            or head.like_num
        ):
            continue
        found.append(tokens)
    return found
