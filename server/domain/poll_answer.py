"""What one person may answer, by the poll's kind (docs/rules.md, PO9)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, cast

from server.domain.errors import Invalid
from server.domain.poll_events import PollAnswer, PollKind
from server.domain.poll_result import normal
from server.domain.state import Poll

LONGEST_TEXT = 280
LONGEST_WORD = 40
DECIMALS = 6

WITH_OPTION: frozenset[PollKind] = frozenset({"single", "true_false"})
"""answered with one of the options; the only kinds of a log's first age"""
WITH_TEXT: frozenset[PollKind] = frozenset({"word_cloud", "short_text"})
"""answered in one's own words: personal, and a facilitator may hide them"""


def _bad(message: str) -> Invalid:
    return Invalid("bad_answer", message, field="answer")


def _is_index(value: object, count: int) -> bool:
    return type(value) is int and 0 <= value < count


def _members(value: object) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", value) if isinstance(value, tuple) else ()


def _option(asked: Poll, value: object) -> PollAnswer:
    if not _is_index(value, len(asked.options)):
        raise Invalid("bad_option", "This poll has no such option.", field="option")
    return cast(int, value)


def _multiple(asked: Poll, value: object) -> PollAnswer:
    chosen = _members(value)
    if not chosen or not all(_is_index(each, len(asked.options)) for each in chosen):
        raise _bad("Choose at least one of the options.")
    return tuple(sorted(set(chosen)))


def _rating(asked: Poll, value: object) -> PollAnswer:
    low, high = asked.scale or (1, 5)
    if type(value) is not int or not low <= value <= high:
        raise _bad("Choose one of the scale's points.")
    return value


def _ranking(asked: Poll, value: object) -> PollAnswer:
    order = _members(value)
    if not all(type(each) is int for each in order) or sorted(order) != list(
        range(len(asked.options))
    ):
        raise _bad("Put every option in its place, once.")
    return order


def _matching(asked: Poll, value: object) -> PollAnswer:
    pairs = _members(value)
    if len(pairs) != len(asked.options) or not all(
        _is_index(each, len(asked.targets)) for each in pairs
    ):
        raise _bad("Match every option.")
    return pairs


def _words(asked: Poll, value: object) -> PollAnswer:
    given = (value,) if isinstance(value, str) else _members(value)
    if not all(isinstance(each, str) for each in given):
        raise _bad("Words are text.")
    words = {normal(each): " ".join(each.split()) for each in given if each.strip()}
    if not words:
        raise Invalid("empty_text", "Write something first.", field="answer")
    if len(words) > asked.words:
        raise _bad("Those are more words than this poll asks for.")
    if any(len(word) > LONGEST_WORD for word in words.values()):
        raise Invalid("text_too_long", f"At most {LONGEST_WORD} characters.", field="answer")
    return tuple(words.values())


def _text(_: Poll, value: object) -> PollAnswer:
    if not isinstance(value, str):
        raise _bad("Answer in words.")
    text = " ".join(value.split())
    if not text:
        raise Invalid("empty_text", "Write something first.", field="answer")
    if len(text) > LONGEST_TEXT:
        raise Invalid("text_too_long", f"At most {LONGEST_TEXT} characters.", field="answer")
    return text


def _number(asked: Poll, value: object) -> PollAnswer:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad("Answer with a number.")
    low, high = asked.scale or (-1e12, 1e12)
    try:
        number = round(float(value), DECIMALS)
    except OverflowError:
        number = math.inf
    if not low <= number <= high:  # not a number is neither
        raise _bad("That number is out of range.")
    return number + 0.0  # no minus zero


_CHECKS: Mapping[PollKind, Callable[[Poll, object], PollAnswer]] = {
    "single": _option,
    "true_false": _option,
    "multiple": _multiple,
    "rating": _rating,
    "ranking": _ranking,
    "matching": _matching,
    "word_cloud": _words,
    "short_text": _text,
    "numeric": _number,
}


def checked_answer(asked: Poll, value: object) -> PollAnswer:
    """The answer in its one form: indexes in order, words apart, blanks gone.

    Raises Invalid: ``bad_option`` (single choice), ``bad_answer``, ``empty_text``,
    ``text_too_long``.
    """
    return _CHECKS[asked.kind](asked, value)
