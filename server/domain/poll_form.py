"""What a poll must be to make sense, by kind (docs/rules.md, PO2)."""

from __future__ import annotations

import math
from typing import Any, get_args

from server.domain import commands as c
from server.domain.change import clean_text
from server.domain.errors import Invalid
from server.domain.poll_answer import WITH_OPTION, checked_answer
from server.domain.poll_events import PollAnswer, PollKind
from server.domain.state import Poll

LONGEST = 200
LONGEST_LABEL = 40
LONGEST_EXPLANATION = 500
MOST_WORDS_EACH = 5
MOST_POINTS = 11
SHORTEST_S, LONGEST_S = 5, 3600

KINDS: tuple[PollKind, ...] = get_args(PollKind)
WITH_OPTIONS: frozenset[PollKind] = frozenset(
    {"single", "multiple", "true_false", "ranking", "matching"}
)
WITH_RIGHT: frozenset[PollKind] = frozenset({"multiple", "ranking", "matching", "numeric"})


def checked(command: c.CreatePoll | c.EditPoll) -> dict[str, Any]:
    """The fields of ``poll_created``, each as its kind wants it and all others empty."""
    kind = command.kind
    if kind not in KINDS:
        raise Invalid("bad_kind", "There is no such kind of poll.", field="kind")
    options = _texts(command.options, "options") if kind in WITH_OPTIONS else ()
    if kind in WITH_OPTIONS and not 2 <= len(options) <= (2 if kind == "true_false" else 10):
        raise Invalid("bad_options", "A poll has 2 to 10 options.", field="options")
    targets = _texts(command.targets, "targets") if kind == "matching" else ()
    if kind == "matching" and not 2 <= len(targets) <= 10:
        raise Invalid("bad_options", "A poll has 2 to 10 options.", field="targets")
    if kind == "word_cloud" and not 1 <= command.words <= MOST_WORDS_EACH:
        raise Invalid("bad_words", "Each person gives 1 to 5 words.", field="words")
    if command.limit_s is not None and not SHORTEST_S <= command.limit_s <= LONGEST_S:
        raise Invalid("bad_limit", "A poll is open for 5 to 3600 seconds.", field="limit_s")
    fields: dict[str, Any] = {
        "question": clean_text(command.question, "question", LONGEST),
        "options": options,
        "audience": command.audience,
        "is_anonymous": command.is_anonymous,
        "key": _key(command, len(options)),
        "kind": kind,
        "targets": targets,
        "scale": _scale(command),
        "labels": _labels(command),
        "words": command.words if kind == "word_cloud" else 1,
        "right": None,
        "tolerance": _tolerance(command),
        "explanation": _short(command.explanation, "explanation", LONGEST_EXPLANATION),
        "can_change": command.can_change and not command.is_anonymous,
        "limit_s": command.limit_s,
    }
    fields["right"] = _right(command, fields)
    return _in_order(fields) if kind == "matching" else fields


def _texts(texts: tuple[str, ...], field: str) -> tuple[str, ...]:
    cleaned = tuple(clean_text(text, field, LONGEST) for text in texts)
    if len(set(cleaned)) < len(cleaned):
        raise Invalid("same_options", "Two options are the same.", field=field)
    return cleaned


def _short(text: str, field: str, longest: int) -> str:
    cleaned = text.strip()
    if len(cleaned) > longest:
        raise Invalid("text_too_long", f"At most {longest} characters.", field=field)
    return cleaned


def _key(command: c.CreatePoll | c.EditPoll, count: int) -> int | None:
    if command.key is None:
        return None
    if command.kind not in WITH_OPTION or not 0 <= command.key < count:
        raise Invalid("bad_key", "The right answer must be one of the options.", field="key")
    return command.key


def _right(command: c.CreatePoll | c.EditPoll, fields: dict[str, Any]) -> PollAnswer | None:
    if command.right is None:
        return None
    wrong = Invalid("bad_key", "The right answer must be one that can be given.", field="right")
    if command.kind not in WITH_RIGHT:
        raise wrong
    try:
        return checked_answer(Poll(poll_id="", **fields), command.right)
    except Invalid:
        raise wrong from None


def _scale(command: c.CreatePoll | c.EditPoll) -> tuple[float, float] | None:
    if command.kind not in ("rating", "numeric"):
        return None
    if command.scale is None:
        return (1, 5) if command.kind == "rating" else None
    bad = Invalid("bad_scale", "The scale ends above where it begins.", field="scale")
    if len(command.scale) != 2 or not all(math.isfinite(end) for end in command.scale):
        raise bad
    low, high = command.scale
    if low >= high or max(abs(low), abs(high)) > 1e12:
        raise bad
    if command.kind == "numeric":
        return (low, high)
    if low != int(low) or high != int(high) or high - low >= MOST_POINTS:
        raise Invalid("bad_scale", "A rating has 2 to 11 whole points.", field="scale")
    return (int(low), int(high))


def _labels(command: c.CreatePoll | c.EditPoll) -> tuple[str, ...]:
    most = {"rating": 2, "numeric": 1}.get(command.kind, 0)
    labels = tuple(_short(label, "labels", LONGEST_LABEL) for label in command.labels[:most])
    return labels if any(labels) else ()


def _tolerance(command: c.CreatePoll | c.EditPoll) -> float:
    if command.kind != "numeric" or command.right is None:
        return 0.0
    if not math.isfinite(command.tolerance) or command.tolerance < 0:
        raise Invalid("bad_key", "A tolerance is not below zero.", field="tolerance")
    return float(command.tolerance)


def _in_order(fields: dict[str, Any]) -> dict[str, Any]:
    """Targets stand in alphabetical order, so that their places do not tell the pairs."""
    targets: tuple[str, ...] = fields["targets"]
    order = sorted(range(len(targets)), key=lambda index: (targets[index].casefold(), index))
    place = {old: new for new, old in enumerate(order)}
    right = fields["right"]
    return {
        **fields,
        "targets": tuple(targets[index] for index in order),
        "right": None if right is None else tuple(place[index] for index in right),
    }
