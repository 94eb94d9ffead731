"""Wire types of debate formats: server/domain/debate_format.py as structs (a test compares).

What the words mean is told there and in docs/debate_formats.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

FormatStance = Literal["for", "against"]
SpeechKind = Literal[
    "constructive", "rebuttal", "reply", "opening", "closing",
    "cross", "grand_cross",
    "free", "panel", "questions",
]  # fmt: skip
PeriodKind = Literal["normal", "pois", "warning", "overtime"]
TeamDecision = Literal["winner", "ranks", "none"]
FormatOrigin = Literal["shipped", "own", "other"]
Seconds = Annotated[int, Meta(ge=-100_000, le=100_000)]
"""Wide: what makes sense, ``check`` says, with a code and a place."""


class FormatPart(Struct, forbid_unknown_fields=True):
    """Base of the parts of a format, which a file may hold and nothing else."""


class FormatText(FormatPart):
    en: str = ""
    de: str = ""


class FormatSeat(FormatPart):
    id: str
    name: FormatText


class FormatSide(FormatPart):
    id: str
    name: FormatText
    stance: FormatStance
    seats: list[FormatSeat]


class FormatPlace(FormatPart):
    side: str
    seat: str | None = None


class FormatBell(FormatPart):
    at_s: Seconds
    strokes: Seconds = 1


class FormatPeriod(FormatPart):
    from_s: Seconds
    kind: PeriodKind


class FormatSpeech(FormatPart):
    id: str
    name: FormatText
    kind: SpeechKind
    length_s: Seconds
    side: str | None = None
    seat: str | None = None
    others: list[FormatPlace] = []
    bells: list[FormatBell] = []
    periods: list[FormatPeriod] = []
    is_balanced: bool = False
    turn_limit_s: Seconds = 0
    """``questions``: how long one of the audience may speak; 0 is no limit"""


class FormatPhase(FormatPart):
    id: str
    name: FormatText
    speeches: list[FormatSpeech]


class FormatPoi(FormatPart):
    allowed: bool = False
    is_optional: bool = False
    limit_s: Seconds = 15


class FormatRange(FormatPart):
    low: float
    high: float
    step: float = 1.0


class FormatCriterion(FormatPart):
    id: str
    name: FormatText
    range: FormatRange


class FormatScoring(FormatPart):
    speaker: FormatRange | None = None
    reply: FormatRange | None = None
    criteria: list[FormatCriterion] = []
    teams: TeamDecision = "winner"
    can_tie: bool = False
    can_low_point_win: bool = False
    is_optional: bool = False


class FormatSize(FormatPart):
    least: Seconds
    most: Seconds


class FormatVariant(FormatPart):
    id: str
    name: FormatText
    lengths: dict[str, Seconds]


class DebateFormat(FormatPart):
    format_id: str
    name: FormatText
    sides: list[FormatSide]
    phases: list[FormatPhase]
    schema: Seconds = 1
    short_name: FormatText = field(default_factory=FormatText)
    description: FormatText = field(default_factory=FormatText)
    prep_s: Seconds = 0
    pool_s: Seconds = 0
    poi: FormatPoi = field(default_factory=FormatPoi)
    grace_s: Seconds = 15
    scoring: FormatScoring = field(default_factory=FormatScoring)
    ballot_before: bool = False
    ballot_after: bool = True
    size: FormatSize | None = None
    variants: list[FormatVariant] = []
    source: str = ""


# ---- requests and answers --------------------------------------------------------------------


class FormatStretch(Struct):
    """A speech as a piece of a bar as long as the debate."""

    length_s: int
    stance: FormatStance | None
    """None: both sides speak"""


class DebateFormatSummary(Struct):
    format_id: str
    name: FormatText
    short_name: FormatText
    description: FormatText
    origin: FormatOrigin
    owner_name: str | None
    """None: shipped"""
    can_edit: bool
    is_default: bool
    is_deleted: bool
    side_count: int
    seat_counts: list[int]
    speech_count: int
    length_s: int
    prep_s: int
    pool_s: int
    has_pois: bool
    stretches: list[FormatStretch]
    version: int
    """raised by every change; 0: shipped"""
    updated_at: datetime | None


class StoredDebateFormat(Struct):
    summary: DebateFormatSummary
    format: DebateFormat


class SaveDebateFormat(Struct, forbid_unknown_fields=True):
    format: DebateFormat
    """its ``format_id`` is the server's to give: what stands here is ignored"""
    version: Annotated[int, Meta(ge=1)] | None = None
    """with PUT: the version that was edited; another one's change in between is not lost"""


class CheckDebateFormat(Struct, forbid_unknown_fields=True):
    format: DebateFormat


class FormatProblem(Struct):
    code: str
    message: str
    field: str
    """``phases[0].speeches[2].bells[1].at_s``"""


class CheckedDebateFormat(Struct):
    problems: list[FormatProblem]
    """empty: nothing is wrong"""


class ImportDebateFormat(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=262_144)]
    """a file's: our JSON, or Debatekeeper's XML"""


class ImportedDebateFormat(Struct):
    """Read but not stored."""

    format: DebateFormat
    notes: list[FormatProblem]
    """what was guessed or left out"""
    problems: list[FormatProblem]
