"""WordNet's own files, and a small set of them made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from transcripts.wordnet import WordNet, wordnet_folder


@pytest.fixture
def wordnet():
    reader = WordNet()
    if not reader.is_there:
        pytest.fail(f"WordNet is not in {wordnet_folder()}: install wordnet-base")
    yield reader
    reader.close()


def test_synonyms_and_hypernyms(wordnet: WordNet) -> None:
    assert wordnet.are_synonyms("car", "automobile")
    assert wordnet.is_above("canine", "dog")
    assert not wordnet.is_above("dog", "canine")
    assert wordnet.are_related("dog", "canine")
    assert not wordnet.are_related("italy", "germany")
    assert not wordnet.are_related("cat", "dog")


def test_words_of_several_parts_and_unknown_ones(wordnet: WordNet) -> None:
    assert wordnet.knows("middle ages")
    assert not wordnet.knows("swayneheim")
    assert not wordnet.are_related("swayneheim", "panartes")
    assert "auto" in wordnet.words(wordnet.synsets("car")[0])


def test_a_folder_without_it_says_so(tmp_path: Path) -> None:
    assert not WordNet(tmp_path).is_there
