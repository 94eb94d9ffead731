"""The checks an item must pass, each a function of its own: None when it passes, else why not.

From the literature on item-writing flaws; a rule-based check finds 91 % of them. An item that fails
one is dropped, never repaired into filler.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from transcripts.english import STOP, english
from transcripts.item_draft import GAP, Draft, Lecture, asked, content_lemmas

OPTIONS = 3
KEY_LONGER_BY = 1.4
SURE_EVIDENCE = 0.72
SURE_KEY = 0.5
TOP = 3
TOO_NEAR = 0.82
"""options nearer in meaning than this say the same thing in other words"""
TOO_NEAR_WITHOUT_WORDNET = 0.62
REPEAT_SHARE = 0.6
STEM_WORDS = (5, 45)

_WORD = re.compile(r"\w+")
_NEGATIVE = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|except|without|cannot|\w+n['’]t)\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"\b(?:always|never|only|every|everyone|everything|all|none|must)\b", re.IGNORECASE
)
_OF_THE_ABOVE = re.compile(
    r"\b(?:all|none|both|neither|either) of (?:the above|these|them)\b", re.IGNORECASE
)
_DANGLING = re.compile(
    r"^[\W_]*(?:it(?! (?:is|was) (?:\w+ ){1,3}?(?:that|to)\b)|this|that|these|those|they|he|she"
    r"|them|such|there|here|which|who|and|but|or|so|because|then|also|therefore)\b",
    re.IGNORECASE,
)

Check = Callable[[Draft, Lecture], str | None]


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def without_articles(text: str) -> str:
    return " ".join(word for word in words(text) if word not in ("a", "an", "the"))


def has_three_options(draft: Draft, lecture: Lecture) -> str | None:
    return None if len(draft.options) == OPTIONS else f"{len(draft.options)} options"


def options_differ(draft: Draft, lecture: Lecture) -> str | None:
    plain = [without_articles(option) for option in draft.options]
    lemmas = [" ".join(content_lemmas(english()(option))) or plain[0] for option in draft.options]
    if "" in plain or len(set(plain)) < len(plain):
        return "options repeat"
    has_lemmas = all(content_lemmas(english()(option)) for option in draft.options)
    return "options repeat" if has_lemmas and len(set(lemmas)) < len(lemmas) else None


def key_is_not_in_stem(draft: Draft, lecture: Lecture) -> str | None:
    """Neither the key's words nor their lemmas stand in the stem."""
    said = set(words(draft.stem))
    lemmas = set(content_lemmas(english()(asked(draft.stem, "something"))))
    for word in words(draft.key):
        if word not in STOP and word in said:
            return f"“{word}” stands in the stem"
    for lemma in draft.key_lemmas:
        if lemma in lemmas or lemma in said:
            return f"“{lemma}” stands in the stem"
    return None


def key_is_not_given_away(draft: Draft, lecture: Lecture) -> str | None:
    """The article before the gap suits every option, and so does the number."""
    before = re.search(rf"\b(an?)\s+{GAP}", draft.stem, re.IGNORECASE)
    if before:
        needs_vowel = before.group(1).lower() == "an"
        if any(_starts_with_vowel(option) != needs_vowel for option in draft.options):
            return "the article gives the key away"
    articles = {words(option)[0] in ("a", "an", "the") for option in draft.options if words(option)}
    if len(articles) > 1:
        return "only some options have an article"
    if len(set(draft.options_are_plural)) > 1:
        return "the number gives the key away"
    return None


def _starts_with_vowel(text: str) -> bool:
    first = (words(text) or [""])[0]
    if first.startswith(("uni", "use", "eu", "one")):
        return False
    return first[:1] in set("aeiou") or first in ("hour", "honest", "honour", "honor", "heir")


def distractors_are_wrong(draft: Draft, lecture: Lecture) -> str | None:
    """No distractor is a synonym, hypernym or part of the key, or nearly its meaning."""
    key = without_articles(draft.key)
    for option in draft.distractors:
        plain = without_articles(option)
        if plain in key or key in plain:
            return f"“{option}” and the key contain each other"
        if lecture.wordnet is not None:
            heads = {(key, plain), ((key.split() or [""])[-1], (plain.split() or [""])[-1])}
            if any(lecture.wordnet.are_related(one, other) for one, other in heads):
                return f"“{option}” is a synonym or hypernym of the key"
        limit = TOO_NEAR if lecture.wordnet is not None else TOO_NEAR_WITHOUT_WORDNET
        if draft.origin != "poll" and lecture.similarity(option, draft.key) > limit:
            return f"“{option}” means nearly the same as the key"
    return None


def distractors_do_not_fit(draft: Draft, lecture: Lecture) -> str | None:
    """No distractor makes the stem true by another sentence of the lecture."""
    if draft.origin == "poll":
        return None  # the class was asked, and its facilitator named the key
    stem = set(content_lemmas(english()(asked(draft.stem))))
    for option in draft.distractors:
        plain = without_articles(option)
        lemmas = set(content_lemmas(english()(option)))
        for index, sentence in enumerate(lecture.sentences):
            text = " ".join(words(sentence.text))
            if not re.search(rf"\b{re.escape(plain)}\b", text):
                continue
            if index == draft.source:
                return f"“{option}” is said in the sentence that is asked about"
            if _fits_gap(draft, plain, text):
                return f"“{option}” stands in the same words elsewhere"
            shared = stem & (set(lecture.lemmas[index]) - lemmas)
            if len(stem) >= 2 and len(shared) >= 2 and len(shared) / len(stem) > 0.5:
                return f"“{option}” answers it by another sentence"
    return None


def _fits_gap(draft: Draft, plain: str, text: str) -> bool:
    if len(draft.context) != 4:
        return False
    before_2, before, after, after_2 = draft.context
    left = bool(before) and before not in STOP and f"{before} {plain}" in text
    right = bool(after) and after not in STOP and f"{plain} {after}" in text
    wide_left = before_2 not in STOP and f"{before_2} {before} {plain}" in text
    wide_right = after_2 not in STOP and f"{plain} {after} {after_2}" in text
    return left or right or (bool(before_2) and wide_left) or (bool(after_2) and wide_right)


def key_is_not_longest(draft: Draft, lecture: Lecture) -> str | None:
    mean = sum(len(option) for option in draft.options) / max(1, len(draft.options))
    return "the key is much longer than the rest" if len(draft.key) > KEY_LONGER_BY * mean else None


def is_not_all_or_none(draft: Draft, lecture: Lecture) -> str | None:
    for option in draft.options:
        if _OF_THE_ABOVE.search(option):
            return "an option speaks of the others"
    return None


def has_no_negative(draft: Draft, lecture: Lecture) -> str | None:
    for text in (draft.stem, *draft.options):
        found = _NEGATIVE.search(text)
        if found and not (draft.origin == "poll" and text != draft.stem):
            return f"“{found.group()}” is a negative"
    return None


def has_no_absolute(draft: Draft, lecture: Lecture) -> str | None:
    for text in (draft.stem, *draft.options):
        found = _ABSOLUTE.search(text)
        if found and not (draft.origin == "poll" and text != draft.stem):
            return f"“{found.group()}” is an absolute"
    return None


def concept_matters(draft: Draft, lecture: Lecture) -> str | None:
    """What is asked for was said more than once, or is on a slide, or was worth a live poll."""
    if draft.origin == "poll":
        return None
    slides = {word for term in lecture.slide_terms for word in words(term)}
    for lemma in draft.key_lemmas:
        if lecture.counts[lemma] < 2 and lemma not in slides:
            return f"“{lemma}” was said once"
    return None if draft.key_lemmas else "the key has no concept"


def was_heard_surely(draft: Draft, lecture: Lecture) -> str | None:
    sentence = lecture.sentences[draft.source]
    if sentence.probability < SURE_EVIDENCE:
        return "the evidence was not heard surely"
    wanted = set(words(draft.key))
    for word in sentence.words:
        if wanted & set(words(word.text)) and word.probability < SURE_KEY:
            return "the key was not heard surely"
    return None


def search_finds_source(draft: Draft, lecture: Lecture) -> str | None:
    """Searching the transcript with the stem finds its source among the first three."""
    stem = content_lemmas(english()(asked(draft.stem)))
    found = lecture.search.best(stem, TOP)
    return None if draft.source in found else "the stem does not lead to its source"


def names_nobody(draft: Draft, lecture: Lecture) -> str | None:
    said = set(words(" ".join((draft.stem, *draft.options))))
    for name in lecture.participant_names:
        for part in words(name):
            if len(part) > 2 and part in said and part not in STOP:
                return "it names a participant"
    return None


def is_new(draft: Draft, lecture: Lecture) -> str | None:
    """It does not nearly repeat an accepted item."""
    stem = set(content_lemmas(english()(asked(draft.stem))))
    for accepted in lecture.accepted:
        other = set(content_lemmas(english()(asked(accepted))))
        union = stem | other
        if union and len(stem & other) / len(union) >= REPEAT_SHARE:
            return "it nearly repeats an accepted item"
    return None


def stem_stands_alone(draft: Draft, lecture: Lecture) -> str | None:
    """The stem is long enough to be understood, short enough to be read, and points at nothing."""
    inner = asked(draft.stem, GAP)
    count = len(words(inner))
    if draft.origin == "poll":
        return None if count >= 2 else "the stem is too short"
    if not STEM_WORDS[0] <= count <= STEM_WORDS[1]:
        return f"the stem has {count} words"
    if draft.stem.count(GAP) > 1:
        return "the stem has more than one gap"
    if GAP in draft.stem and _DANGLING.match(inner):
        return "the stem begins with a word that points back"
    return None


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        has_three_options,
        options_differ,
        stem_stands_alone,
        key_is_not_in_stem,
        key_is_not_given_away,
        key_is_not_longest,
        is_not_all_or_none,
        has_no_negative,
        has_no_absolute,
        concept_matters,
        was_heard_surely,
        names_nobody,
        is_new,
        search_finds_source,
        distractors_are_wrong,
        distractors_do_not_fit,
    )
}
"""in the order they are tried, cheap ones first"""


def failure(draft: Draft, lecture: Lecture) -> str | None:
    """Name of the first check the draft fails."""
    for name, check in CHECKS.items():
        if check(draft, lecture) is not None:
            return name
    return None


def failures(draft: Draft, lecture: Lecture) -> Sequence[str]:
    return [name for name, check in CHECKS.items() if check(draft, lecture) is not None]
