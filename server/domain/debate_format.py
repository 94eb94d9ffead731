"""Debate formats as data: what is spoken, by whom, for how long, with which bells.

Theory: a *format* is a file. Whoever runs a debate takes a copy of it into the log, so a format
edited later changes no debate that has begun. ``from_data`` reads plain JSON, ``check`` proves
that it makes sense, ``chosen`` settles what a format leaves open (side size, variant).

Words
  format    the whole: sides, phases, times, scoring.
  side      a team with a *stance* (for or against the motion); British Parliamentary has four.
  seat      a speaker's role within a side; a debate puts a person on it.
  phase     speeches that belong together under one heading (openings, rebuttals, closings).
  speech    one stretch of the clock. Its *kind* says who may speak:
              one holder        constructive rebuttal reply opening closing
              the places named  cross (the one who asks, then the one who answers), grand_cross
              whoever's turn    free (balanced by side when ``is_balanced``), panel (the chair
                                gives the word), questions (the audience's)
  place     a side and a seat. A seat of ``None`` means that the side chooses who speaks.
  bell      strokes at a second of the speech.
  period    from a second on: normal, pois (points of information may be offered), warning
            (the last stretch), overtime (only from the end on). The next one ends it; a speech
            starts as normal unless a period at 0 says otherwise.
  prep      time before the first speech.   pool   prep a side may draw during the debate.
  grace     seconds after the end before the floor fades.
  ballot    the audience's For/Against/Undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from server.domain import plain_data
from server.domain.errors import Invalid, NotFound

SCHEMA = 1
Language = Literal["en", "de"]
Stance = Literal["for", "against"]
SpeechKind = Literal[
    "constructive", "rebuttal", "reply", "opening", "closing",
    "cross", "grand_cross",
    "free", "panel", "questions",
]  # fmt: skip
PeriodKind = Literal["normal", "pois", "warning", "overtime"]
Floor = Literal["one", "places", "queue"]
"""who may have the floor in a speech: its holder, all of its places, whoever's turn it is"""
TeamDecision = Literal["winner", "ranks", "none"]

FLOORS: dict[SpeechKind, Floor] = {
    "constructive": "one", "rebuttal": "one", "reply": "one", "opening": "one", "closing": "one",
    "cross": "places", "grand_cross": "places",
    "free": "queue", "panel": "queue", "questions": "queue",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """In each language we speak; one of them at least."""

    en: str = ""
    de: str = ""

    def get(self, language: str) -> str:
        return (self.de or self.en) if language.startswith("de") else (self.en or self.de)


@dataclass(frozen=True, slots=True)
class Seat:
    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Side:
    id: str
    name: Text
    stance: Stance
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Place:
    side: str
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Bell:
    at_s: int
    strokes: int = 1


@dataclass(frozen=True, slots=True)
class Period:
    from_s: int
    kind: PeriodKind


@dataclass(frozen=True, slots=True)
class Speech:
    id: str
    name: Text
    kind: SpeechKind
    length_s: int
    side: str | None = None
    """whose it is; ``None`` only where the floor is a queue"""
    seat: str | None = None
    others: tuple[Place, ...] = ()
    """cross: the one who answers; grand_cross: everybody else who may speak"""
    bells: tuple[Bell, ...] = ()
    periods: tuple[Period, ...] = ()
    is_balanced: bool = False
    """free: the side that has spoken less comes first, none beyond its share of ``length_s``"""
    turn_limit_s: int = 0
    """questions: how long one of the audience may speak; 0: as long as the chair lets them"""

    @property
    def floor(self) -> Floor:
        return FLOORS[self.kind]

    @property
    def places(self) -> tuple[Place, ...]:
        """Those named, the one who leads first; empty where the floor is a queue."""
        return () if self.side is None else (Place(self.side, self.seat), *self.others)

    def period_at(self, second: float) -> PeriodKind:
        if second >= self.length_s:
            return "overtime"
        now: PeriodKind = "normal"
        for period in self.periods:
            if period.from_s <= second:
                now = period.kind
        return now

    def lasting(self, length_s: int) -> Speech:
        """The same of another length: what lies in its second half moves with the end."""
        shift = length_s - self.length_s

        def moved(at_s: int) -> int:
            return at_s + shift if at_s * 2 > self.length_s else at_s

        bells = (replace(bell, at_s=moved(bell.at_s)) for bell in self.bells)
        periods = (replace(period, from_s=moved(period.from_s)) for period in self.periods)
        return replace(self, length_s=length_s, bells=tuple(bells), periods=tuple(periods))


@dataclass(frozen=True, slots=True)
class Phase:
    id: str
    name: Text
    speeches: tuple[Speech, ...]


@dataclass(frozen=True, slots=True)
class Poi:
    """Points of information; when they may be offered is in the speeches' periods."""

    allowed: bool = False
    is_optional: bool = False
    """whoever starts the debate may have it the other way; ``allowed`` is what is preset"""
    limit_s: int = 15


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float
    step: float = 1.0

    def has(self, value: float) -> bool:
        steps = (value - self.low) / self.step
        return self.low <= value <= self.high and abs(steps - round(steps)) < 1e-6


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing an adjudicator gives points for; a speaker's score is their sum."""

    id: str
    name: Text
    range: Range


@dataclass(frozen=True, slots=True)
class Scoring:
    speaker: Range | None = None
    """``None``: speakers get no points (or by ``criteria``)"""
    reply: Range | None = None
    criteria: tuple[Criterion, ...] = ()
    teams: TeamDecision = "winner"
    """an adjudicator names the winner, ranks all sides, or neither"""
    can_tie: bool = False
    """may two sides end equal?"""
    can_low_point_win: bool = False
    """may a side with fewer points win?"""
    is_optional: bool = False
    """a debate may well go without adjudicators"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many a side may be, for formats that do not fix it; its seats are the preset."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A usual other set of lengths, by speech id."""

    id: str
    name: Text
    lengths: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Format:
    format_id: str
    name: Text
    sides: tuple[Side, ...]
    phases: tuple[Phase, ...]
    schema: int = SCHEMA
    short_name: Text = field(default_factory=Text)
    description: Text = field(default_factory=Text)
    prep_s: int = 0
    pool_s: int = 0
    """a side's own prep during the debate; 0: none"""
    poi: Poi = field(default_factory=Poi)
    grace_s: int = 15
    scoring: Scoring = field(default_factory=Scoring)
    ballot_before: bool = False
    ballot_after: bool = True
    size: Size | None = None
    variants: tuple[Variant, ...] = ()
    source: str = ""
    """where it comes from and under which licence, if not of our own making"""

    @property
    def speeches(self) -> tuple[Speech, ...]:
        """All in the order they are held."""
        return tuple(speech for phase in self.phases for speech in phase.speeches)

    @property
    def length_s(self) -> int:
        """All speeches; prep, pools and grace come on top."""
        return sum(speech.length_s for speech in self.speeches)

    def side(self, side_id: str) -> Side:
        return next(side for side in self.sides if side.id == side_id)


def to_data(form: Format) -> dict[str, Any]:
    return plain_data.to_data(form)


def from_data(data: object) -> Format:
    """Raises ``Invalid`` with the path of the wrong field; says nothing yet about sense."""
    return plain_data.from_data(Format, data)


def check(form: Format) -> Format:
    """The format itself, or ``Invalid`` for the first thing wrong with it."""
    from server.domain.debate_format_check import problems

    for problem in problems(form):
        raise Invalid(problem.code, problem.message, field=problem.field)
    return form


def chosen(
    form: Format,
    *,
    size: int | None = None,
    variant: str | None = None,
    pois: bool | None = None,
) -> Format:
    """The format as it is debated: sides of ``size``, with a variant's lengths, POIs or not.

    A speech keeps its seat's number as long as there is such a seat and goes round otherwise
    (with two seats the third's speech is the first's), so all speak before one speaks again.
    """
    result = form
    if variant is not None:
        found = next((each for each in form.variants if each.id == variant), None)
        if found is None:
            raise NotFound("variant_not_found", "This format has no such variant.")
        result = _with_speeches(
            result, lambda speech: speech.lasting(found.lengths.get(speech.id, speech.length_s))
        )
    if size is not None:
        result = _sized(result, size)
    if pois is not None and pois != form.poi.allowed:
        if not form.poi.is_optional:
            raise Invalid("pois_fixed", "This format says itself whether it has points of "
                          "information.", field="pois")  # fmt: skip
        result = replace(result, poi=replace(form.poi, allowed=pois))
    return result if result.poi.allowed else _with_speeches(result, _without_pois)


def _without_pois(speech: Speech) -> Speech:
    periods = (
        replace(period, kind="normal") if period.kind == "pois" else period
        for period in speech.periods
    )
    return replace(speech, periods=tuple(periods))


def _with_speeches(form: Format, change: Callable[[Speech], Speech]) -> Format:
    phases = (
        replace(phase, speeches=tuple(change(speech) for speech in phase.speeches))
        for phase in form.phases
    )
    return replace(form, phases=tuple(phases))


def _sized(form: Format, size: int) -> Format:
    fixed = {len(side.seats) for side in form.sides}
    if form.size is None:
        if fixed == {size}:
            return form
        raise Invalid("size_fixed", "This format says how many a side has.", field="size")
    if not form.size.least <= size <= form.size.most:
        raise Invalid(
            "bad_size",
            f"A side has {form.size.least} to {form.size.most} speakers.",
            field="size",
        )
    numbers = {
        side.id: {seat.id: number for number, seat in enumerate(side.seats)} for side in form.sides
    }
    sides = tuple(replace(side, seats=_seats(side, size)) for side in form.sides)
    now = {side.id: side.seats for side in sides}

    def seat(side_id: str | None, seat_id: str | None) -> str | None:
        if side_id is None or seat_id is None:
            return seat_id
        return now[side_id][numbers[side_id][seat_id] % size].id

    def reseated(speech: Speech) -> Speech:
        others = (replace(place, seat=seat(place.side, place.seat)) for place in speech.others)
        return replace(speech, seat=seat(speech.side, speech.seat), others=tuple(others))

    return _with_speeches(replace(form, sides=sides), reseated)


def _seats(side: Side, size: int) -> tuple[Seat, ...]:
    taken = {seat.id for seat in side.seats}
    added: list[Seat] = []
    for number in range(len(side.seats) + 1, size + 1):
        seat_id = f"{number}" if f"{number}" not in taken else f"{number}-"
        added.append(Seat(seat_id, Text(f"Speaker {number}", f"Person {number}")))
    return (*side.seats, *added)[:size]
