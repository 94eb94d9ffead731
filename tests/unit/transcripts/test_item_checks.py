"""Every reason to reject an item, each by itself. Drafts are good but for the one flaw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.schemas.transcripts import Word
from transcripts import item_checks as checks
from transcripts.english import english
from transcripts.item_draft import GAP, Draft, Lecture
from transcripts.sentences import Sentence
from transcripts.wordnet import WordNet

SAID = (
    "Printing may be considered as the art of making books by means of movable types.",
    "The Chinese took impressions from wood blocks engraved in relief for centuries.",
    "Movable types were cast in metal by the early printers of Mainz.",
    "The Middle Ages brought calligraphy to perfection in the monasteries.",
    "Metal letters were cast by the founders of Strasbourg as well.",
    "Wood blocks wear out sooner than metal letters do.",
)
STEM = f"Fill the gap: “Printing may be considered as the art of making books by means of {GAP}.”"


@pytest.fixture(scope="module")
def wordnet():
    reader = WordNet()
    yield reader
    reader.close()


@pytest.fixture
def lecture(wordnet: WordNet) -> Lecture:
    return read(*SAID, wordnet=wordnet)


def read(*said: str, wordnet: WordNet | None = None, probability: float = 0.95) -> Lecture:
    spoken: list[Sentence] = []
    at = 0
    for text in said:
        words = [
            Word(
                start_ms=at + n * 300, end_ms=at + n * 300 + 250, text=part, probability=probability
            )
            for n, part in enumerate(text.split())
        ]
        at = words[-1].end_ms + 500
        spoken.append(Sentence("ada", "Ada", tuple(words)))
    return Lecture(
        sentences=spoken,
        docs=list(english().pipe(said)),
        similarity=lambda one, other: (
            0.9 if {one, other} == {"movable types", "loose types"} else 0.3
        ),
        wordnet=wordnet,
    )


@pytest.fixture
def draft() -> Draft:
    return Draft(
        origin="cloze",
        stem=STEM,
        key="movable types",
        distractors=("wood blocks", "metal letters"),
        source=0,
        key_lemmas=("movable", "type"),
        context=("means", "of", "", ""),
        is_plural=True,
        options_are_plural=(True, True, True),
    )


def test_a_good_draft_passes_every_check(draft: Draft, lecture: Lecture) -> None:
    assert checks.failures(draft, lecture) == []
    assert checks.failure(draft, lecture) is None


def flawed(draft: Draft, lecture: Lecture, check: checks.Check, **change: object) -> str:
    """Why the changed draft fails the check; the unchanged one passes it."""
    assert check(draft, lecture) is None
    why = check(replace(draft, **change), lecture)  # type: ignore[arg-type]
    assert why is not None
    assert checks.failure(replace(draft, **change), lecture) is not None  # type: ignore[arg-type]
    return why


def test_three_options(draft: Draft, lecture: Lecture) -> None:
    flawed(draft, lecture, checks.has_three_options, distractors=("wood blocks",))
    four = ("wood blocks", "metal letters", "relief")
    flawed(draft, lecture, checks.has_three_options, distractors=four)


@pytest.mark.parametrize("repeat", ["Movable types", "the movable types", "movable type"])
def test_options_repeat(draft: Draft, lecture: Lecture, repeat: str) -> None:
    flawed(draft, lecture, checks.options_differ, distractors=(repeat, "wood blocks"))


@pytest.mark.parametrize("word", ["types", "type", "movable"])
def test_the_key_or_its_lemma_stands_in_the_stem(draft: Draft, lecture: Lecture, word: str) -> None:
    stem = f"Fill the gap: “Which {word} of printing made books by means of {GAP}.”"
    assert "stem" in flawed(draft, lecture, checks.key_is_not_in_stem, stem=stem)


def test_the_article_gives_the_key_away(draft: Draft, lecture: Lecture) -> None:
    stem = f"Fill the gap: “Each of the early printers of books was cutting an {GAP}.”"
    flawed(
        replace(draft, stem=stem, key="impression", distractors=("engraving", "initial"),
                key_lemmas=("impression",)),
        lecture, checks.key_is_not_given_away, distractors=("letter", "type"),
    )  # fmt: skip


def test_only_some_options_have_an_article(draft: Draft, lecture: Lecture) -> None:
    options = ("the wood blocks", "metal letters")
    flawed(draft, lecture, checks.key_is_not_given_away, distractors=options)


def test_the_number_gives_the_key_away(draft: Draft, lecture: Lecture) -> None:
    plural = (True, False, False)
    flawed(draft, lecture, checks.key_is_not_given_away, options_are_plural=plural)


@pytest.mark.parametrize("other", ["types", "movable types of metal"])
def test_a_distractor_is_part_of_the_key(draft: Draft, lecture: Lecture, other: str) -> None:
    flawed(draft, lecture, checks.distractors_are_wrong, distractors=(other, "wood blocks"))


@pytest.mark.parametrize(("key", "other"), [("car", "automobile"), ("dog", "canine"),
                                            ("canine", "dog")])  # fmt: skip
def test_a_distractor_is_a_synonym_or_hypernym(
    draft: Draft, lecture: Lecture, key: str, other: str
) -> None:
    good = replace(draft, key=key, distractors=("letter", "relief"))
    flawed(good, lecture, checks.distractors_are_wrong, distractors=(other, "relief"))


def test_a_distractor_means_the_same(draft: Draft, lecture: Lecture) -> None:
    flawed(draft, lecture, checks.distractors_are_wrong, distractors=("loose types", "relief"))


def test_without_wordnet_meaning_is_held_more_strictly(draft: Draft) -> None:
    without = read(*SAID)
    assert checks.distractors_are_wrong(draft, without) is None
    without.similarity = lambda _one, _other: 0.7
    assert checks.distractors_are_wrong(draft, without) is not None


def test_a_distractor_fits_by_another_sentence(draft: Draft, wordnet: WordNet) -> None:
    more = "Others say that the art of making books by means of wood blocks is printing too."
    lecture = read(*SAID, more, wordnet=wordnet)
    assert checks.distractors_do_not_fit(draft, lecture) is not None


def test_a_distractor_stands_in_the_same_words_elsewhere(draft: Draft, wordnet: WordNet) -> None:
    stem = f"Fill the gap: “In the Middle Ages, calligraphy and {GAP} came to perfection.”"
    good = replace(draft, stem=stem, context=("", "calligraphy", "came", ""), source=3)
    lecture = read(*SAID, wordnet=wordnet)
    assert checks.distractors_do_not_fit(good, lecture) is None
    lecture = read(*SAID, "And then wood blocks came.", wordnet=wordnet)
    assert checks.distractors_do_not_fit(good, lecture) is not None


def test_a_distractor_is_said_in_the_sentence_itself(draft: Draft, lecture: Lecture) -> None:
    flawed(draft, lecture, checks.distractors_do_not_fit, distractors=("books", "wood blocks"))


def test_the_key_is_over_1_4_times_the_mean(draft: Draft, lecture: Lecture) -> None:
    flawed(draft, lecture, checks.key_is_not_longest, distractors=("ink", "paper"))


@pytest.mark.parametrize("option", ["all of the above", "None of these", "both of them"])
def test_all_or_none_of_the_above(draft: Draft, lecture: Lecture, option: str) -> None:
    flawed(draft, lecture, checks.is_not_all_or_none, distractors=("wood blocks", option))


@pytest.mark.parametrize("word", ["not", "never", "isn't", "except", "without"])
def test_negatives(draft: Draft, lecture: Lecture, word: str) -> None:
    stem = f"Fill the gap: “Printing was {word} the art of making books by means of {GAP}.”"
    flawed(draft, lecture, checks.has_no_negative, stem=stem)


@pytest.mark.parametrize("word", ["always", "only", "every", "never"])
def test_absolutes(draft: Draft, lecture: Lecture, word: str) -> None:
    stem = f"Fill the gap: “Printing was {word} the art of making books by means of {GAP}.”"
    flawed(draft, lecture, checks.has_no_absolute, stem=stem)


def test_the_concept_occurs_once_and_on_no_slide(draft: Draft, lecture: Lecture) -> None:
    flawed(draft, lecture, checks.concept_matters, key="calligraphy", key_lemmas=("calligraphy",))
    lecture.slide_terms = ["Calligraphy in the Middle Ages"]
    once = replace(draft, key_lemmas=("calligraphy",))
    assert checks.concept_matters(once, lecture) is None


def test_words_that_were_not_heard_surely(draft: Draft, wordnet: WordNet) -> None:
    assert checks.was_heard_surely(draft, read(*SAID, wordnet=wordnet)) is None
    assert checks.was_heard_surely(draft, read(*SAID, wordnet=wordnet, probability=0.6))
    lecture = read(*SAID, wordnet=wordnet)
    lecture.sentences[0].words[-2].probability = 0.2
    assert checks.was_heard_surely(draft, lecture) == "the key was not heard surely"


def test_searching_with_the_stem_must_find_the_source(draft: Draft, lecture: Lecture) -> None:
    stem = f"Fill the gap: “Calligraphy and monasteries of Strasbourg saw {GAP}.”"
    flawed(draft, lecture, checks.search_finds_source, stem=stem)


def test_it_names_a_participant(draft: Draft, lecture: Lecture) -> None:
    lecture.participant_names = ["Ines Art", "Al"]
    assert checks.names_nobody(draft, lecture) == "it names a participant"
    lecture.participant_names = ["Ines", "Al"]
    assert checks.names_nobody(draft, lecture) is None


def test_it_nearly_repeats_an_accepted_item(draft: Draft, lecture: Lecture) -> None:
    assert checks.is_new(draft, lecture) is None
    lecture.accepted = ["What is printing considered? The art of making books by what means?"]
    assert checks.is_new(draft, lecture) is not None


@pytest.mark.parametrize(
    "stem",
    [
        f"Fill the gap: “{GAP} is it.”",
        f"Fill the gap: “This may be considered as the art of making {GAP}.”",
        f"Fill the gap: “And printing may be considered as the art of {GAP}.”",
        f"Fill the gap: “The {GAP} of {GAP} came before the art of printing.”",
        "Fill the gap: “" + "very " * 50 + f"{GAP}.”",
    ],
)
def test_the_stem_stands_alone(draft: Draft, lecture: Lecture, stem: str) -> None:
    flawed(draft, lecture, checks.stem_stands_alone, stem=stem)


def test_every_check_is_listed_once() -> None:
    assert len(checks.CHECKS) == 16
    assert all(check.__doc__ or name for name, check in checks.CHECKS.items())
