"""What was written about a class helps to hear it, and is not taken for speech."""

from __future__ import annotations

import pytest

from server.schemas.transcripts import Word
from transcripts.transcribe import is_echo

CONTEXT = "Printing, from wood blocks. The Gutenberg Bible at Mainz."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The Gutenberg Bible", True),
        ("the gutenberg bible at mainz.", True),
        ("The Gutenberg Bible has never been surpassed.", False),
        ("utenberg", False),
        ("", False),
    ],
)
def test_a_clip_that_only_repeats_the_context_is_an_echo(said: str, expected: bool) -> None:
    words = [Word(start_ms=0, end_ms=1, text=text, probability=0.9) for text in said.split()]
    assert is_echo(words, CONTEXT) is expected


def test_without_a_context_nothing_is_an_echo() -> None:
    assert not is_echo([Word(start_ms=0, end_ms=1, text="Hello", probability=0.9)], "")
