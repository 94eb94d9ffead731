"""What is known of a page, and the bounds of all of it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

MOST_PAGES = 300
LONGEST_TITLE = 120
LONGEST_TEXT = 4000
LONGEST_NOTES = 4000


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    text: str
    notes: str
    width: int
    height: int


class Refused(Exception):
    """The upload cannot be used; ``code`` says why (docs/errors.md)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def plain(text: str, longest: int) -> str:
    """Lines without control characters and empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    kept = "".join(one for one in text if one == "\n" or unicodedata.category(one)[0] != "C")
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return "\n".join(line for line in lines if line)[:longest]


def one_line(text: str, longest: int) -> str:
    return " ".join(plain(text, 4 * longest).split())[:longest]
