"""Events of polls (docs/rules.md, PO)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.domain.event_fields import OPTIONAL

Audience = Literal["none", "host", "voters", "all"]
PollKind = Literal[
    "single", "multiple", "true_false", "rating", "ranking", "matching", "word_cloud",
    "short_text", "numeric",
]  # fmt: skip
PollAnswer = int | float | str | tuple[int | str, ...]
"""What one person answers, by the poll's kind (docs/rules.md, PO9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollShape:
    """What a poll asks for beyond its options. A poll without any of it is a single choice."""

    kind: PollKind = field(default="single", metadata=OPTIONAL)
    targets: tuple[str, ...] = field(default=(), metadata=OPTIONAL)
    """what the options of a matching poll are matched to"""
    scale: tuple[float, float] | None = field(default=None, metadata=OPTIONAL)
    """lowest and highest answer of a rating or a number"""
    labels: tuple[str, ...] = field(default=(), metadata=OPTIONAL)
    """the ends of a rating in words; the unit of a number"""
    words: int = field(default=1, metadata=OPTIONAL)
    """how many each person may give to a word cloud"""
    can_change: bool = field(default=True, metadata=OPTIONAL)
    limit_s: int | None = field(default=None, metadata=OPTIONAL)
    """closes by itself after so long"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan(PollShape):
    """A poll as its facilitators know it: with the right answer, told to all at the reveal."""

    right: PollAnswer | None = field(default=None, metadata=OPTIONAL)
    """of kinds other than single choice and true or false, which have ``key``"""
    tolerance: float = field(default=0.0, metadata=OPTIONAL)
    """how far off a number may be"""
    explanation: str = field(default="", metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class PollCreated(PollPlan):
    poll_id: str
    question: str
    options: tuple[str, ...]
    audience: Audience
    is_anonymous: bool
    key: int | None


@dataclass(frozen=True, slots=True)
class PollEdited(PollPlan):
    poll_id: str
    question: str
    options: tuple[str, ...]
    audience: Audience
    is_anonymous: bool
    key: int | None


@dataclass(frozen=True, slots=True)
class PollDeleted:
    poll_id: str


@dataclass(frozen=True, slots=True)
class PollOpened(PollShape):
    poll_id: str
    question: str
    options: tuple[str, ...]
    audience: Audience
    is_anonymous: bool


@dataclass(frozen=True, slots=True)
class VoteCast:
    """Anonymous: only ``poll_id``, and the channel says who has voted; the vote is elsewhere.
    ``option`` of a single choice and of true or false, ``text`` of words (one a line) and short
    text, ``answer`` of all others."""

    poll_id: str
    participant_id: str | None = field(default=None, metadata=OPTIONAL)
    option: int | None = field(default=None, metadata=OPTIONAL)
    answer: PollAnswer | None = field(default=None, metadata=OPTIONAL)
    text: str = field(default="", metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class PollCounted:
    """``tally`` of a single choice, and of any anonymous poll once it is closed, then with
    ``entries`` (one a line) where the kind has them. ``is_shown``: the channel sees the result as
    it stands, which follows from the votes and need not be in the log again and again."""

    poll_id: str
    voted_count: int
    tally: tuple[int, ...] | None = field(default=None, metadata=OPTIONAL)
    entries: str = field(default="", metadata=OPTIONAL)
    is_shown: bool = field(default=False, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class PollClosed:
    poll_id: str
    voted_count: int


@dataclass(frozen=True, slots=True)
class PollRevealed:
    """``entries`` of anonymous polls only: those of others follow from the votes."""

    poll_id: str
    tally: tuple[int, ...]
    key: int | None
    entries: str = field(default="", metadata=OPTIONAL)
    right: PollAnswer | None = field(default=None, metadata=OPTIONAL)
    tolerance: float = field(default=0.0, metadata=OPTIONAL)
    explanation: str = field(default="", metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class PollTextHidden:
    """A facilitator took a text out of the result (or put it back). ``text`` is as
    ``poll_result.normal`` makes it."""

    poll_id: str
    text: str
    is_hidden: bool


PollBody = (
    PollCreated
    | PollEdited
    | PollDeleted
    | PollOpened
    | VoteCast
    | PollCounted
    | PollClosed
    | PollRevealed
    | PollTextHidden
)
