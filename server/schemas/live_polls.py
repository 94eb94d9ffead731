"""Polls of every kind."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.schemas.live_base import Command, Id, Label

PollState = Literal["draft", "open", "closed", "revealed"]
Audience = Literal["none", "host", "voters", "all"]
PollKind = Literal[
    "single", "multiple", "true_false", "rating", "ranking", "matching", "word_cloud",
    "short_text", "numeric",
]  # fmt: skip
PollAnswer = int | float | str | list[int | str]
"""By kind: an option (single, true_false), options (multiple), a point of the scale (rating),
options from first to last (ranking), the target of each option (matching), words (word_cloud),
text (short_text), a number (numeric)."""
PollTexts = Annotated[list[Label], Meta(max_length=10)]
PollLabel = Annotated[str, Meta(max_length=40)]


class PollForm(Command):
    """What a poll asks and how; the same when it is made and when it is changed."""

    question: Label
    options: PollTexts = []
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None
    """Index of the right option of a single choice or of true and false."""
    kind: PollKind = "single"
    targets: PollTexts = []
    """What the options of a matching poll are matched to."""
    scale: Annotated[list[float], Meta(min_length=2, max_length=2)] | None = None
    """Lowest and highest answer of a rating or a number."""
    labels: Annotated[list[PollLabel], Meta(max_length=2)] = []
    """The ends of a rating in words; the unit of a number."""
    words: Annotated[int, Meta(ge=1, le=5)] = 1
    right: PollAnswer | None = None
    """The right answer of the other kinds that can have one."""
    tolerance: Annotated[float, Meta(ge=0)] = 0.0
    explanation: Annotated[str, Meta(max_length=500)] = ""
    can_change: bool = True
    limit_s: Annotated[int, Meta(ge=5, le=3600)] | None = None


class CreatePoll(PollForm, tag="create_poll"):
    opens: bool = False
    """Ask it at once."""


class EditPoll(PollForm, tag="edit_poll", kw_only=True):
    poll_id: Id


class DeletePoll(Command, tag="delete_poll"):
    poll_id: Id


class OpenPoll(Command, tag="open_poll"):
    poll_id: Id


class Vote(Command, tag="vote"):
    poll_id: Id
    option: Annotated[int, Meta(ge=0, le=9)] | None = None
    """Of a single choice; ``answer`` serves every kind."""
    answer: PollAnswer | None = None


class ClosePoll(Command, tag="close_poll"):
    poll_id: Id


class RevealPoll(Command, tag="reveal_poll"):
    poll_id: Id


class HidePollText(Command, tag="hide_poll_text"):
    """Facilitator: take a text out of the result of a word cloud or a short text, or put it back;
    whoever wrote it the same but for case and blanks is meant too."""

    poll_id: Id
    text: Annotated[str, Meta(min_length=1, max_length=300)]
    is_hidden: bool = True


PollCommand = (
    CreatePoll | EditPoll | DeletePoll | OpenPoll | Vote | ClosePoll | RevealPoll | HidePollText
)


class ResultChange(Struct):
    """One of the ``changes`` of a ``poll_counted``: in ``entries`` and ``tally`` alike, from place
    ``at`` on, ``gone`` lines make way for these. They are done in the order given."""

    at: int
    gone: int
    entries: list[str]
    tally: list[int]


class PollView(Struct):
    poll_id: str
    question: str
    options: list[str]
    audience: Audience
    is_anonymous: bool
    key: int | None
    """hidden (None) from voters until revealed"""
    state: PollState
    opened_at_ms: int | None
    closed_at_ms: int | None
    voted_count: int
    tally: list[int] | None
    """None while this viewer may not see it"""
    own_vote: int | None
    has_voted: bool
    kind: PollKind
    targets: list[str]
    scale: list[float] | None
    labels: list[str]
    words: int
    can_change: bool
    limit_s: int | None
    right: PollAnswer | None
    """as ``key``, of the other kinds"""
    tolerance: float
    explanation: str
    entries: list[str]
    """what ``tally`` counts where it is not the options: words, texts or numbers"""
    own_answer: PollAnswer | None
    """of kinds without ``own_vote``"""
    hidden: list[str]
    """texts taken out of the result; facilitators only"""
