"""A debate at one moment, and what follows from it without any clock of one's own.

Frozen; every event of a debate carries new values of these fields (``merged``), so that server
and browser fold alike. All times are ms of the session clock or of the part's own time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

from server.domain.debate_events import (
    Advance,
    BallotRound,
    DebateStage,
    Halt,
)
from server.domain.debate_format import Format, Place, Speech

SECOND = 1000
HOLD_MS = 30 * SECOND
"""how long the floor waits for a speaker who is gone or late before the chair must decide"""
GAP_MS = 3 * SECOND
"""automatic advance: from the end of a part to the start of the next"""
POOL_GAP_MS = 10 * SECOND
"""the same where sides may ask for preparation in between"""
RIGHT_OF_WAY_MS = 5 * SECOND
"""free debate: how long silence lasts before the side with more time may go on"""
END_STROKES = 2


@dataclass(frozen=True, slots=True)
class Note:
    note_id: str
    side: str
    participant_id: str
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Sheet:
    points: Mapping[str, float]
    ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Debate:
    debate_id: str
    room_id: str
    motion: str
    format: Mapping[str, Any]
    """as it stands in the log"""
    form: Format
    """the same, read"""
    format_key: str
    """the same for the same format: what is sent of it is sent once"""
    advance: Advance = "manual"
    stage: DebateStage = "planned"
    seats: Mapping[str, str] = field(default_factory=dict[str, str])
    chair_id: str | None = None
    adjudicators: tuple[str, ...] = ()
    index: int = -1
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    used_ms: int = 0
    since_ms: int | None = None
    extra_ms: int = 0
    is_over: bool = False
    bells: int = 0
    halt: Halt | None = None
    hold_until_ms: int | None = None
    next_at_ms: int | None = None
    pools: Mapping[str, int] = field(default_factory=dict[str, int])
    pool_side: str | None = None
    pool_since_ms: int | None = None
    turn: str | None = None
    turn_since_ms: int | None = None
    turn_used: Mapping[str, int] = field(default_factory=dict[str, int])
    turn_asks: tuple[str, ...] = ()
    turn_end_ms: int | None = None
    """of the part's time: then the turn of one of the audience ends by itself"""
    free_since_ms: int | None = None
    points: tuple[str, ...] = ()
    points_end_ms: int | None = None
    """of the part's time: offers made by now lapse then"""
    point: str | None = None
    point_since_ms: int | None = None
    ballot: BallotRound | None = None
    ballots_closed: tuple[str, ...] = ()
    voted: Mapping[str, int] = field(default_factory=dict[str, int])
    voters: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """round → who has voted; never what"""
    sheets: tuple[str, ...] = ()
    sheet_of: Mapping[str, Sheet] = field(default_factory=dict[str, Sheet])
    """adjudicator → sheet; shown to its writer only until revealed"""
    notes: tuple[Note, ...] = ()
    are_notes_open: bool = False
    result: Mapping[str, Any] | None = None

    # ---- the order -------------------------------------------------------------------------

    @property
    def part(self) -> Speech | None:
        """The present part, as long as it has become by extensions."""
        speeches = self.form.speeches
        if self.stage not in ("running", "ended") or not 0 <= self.index < len(speeches):
            return None
        speech = speeches[self.index]
        if not self.extra_ms:
            return speech
        return speech.lasting(max(1, speech.length_s + self.extra_ms // SECOND))

    @property
    def is_begun(self) -> bool:
        """Preparing or running."""
        return self.stage in ("preparing", "running")

    @property
    def is_behind(self) -> bool:
        """All parts are over."""
        return self.index >= len(self.form.speeches)

    @property
    def has_begun_part(self) -> bool:
        """The present part has the floor: it runs, or was halted."""
        return (
            self.stage == "running"
            and self.part is not None
            and not self.is_over
            and (self.since_ms is not None or self.used_ms > 0 or self.halt is not None)
        )

    # ---- time ------------------------------------------------------------------------------

    @property
    def length_ms(self) -> int:
        """Of the part, or of the preparation, with extensions."""
        if self.stage == "preparing":
            return max(0, self.form.prep_s * SECOND + self.extra_ms)
        part = self.part
        return 0 if part is None else part.length_s * SECOND

    @property
    def end_ms(self) -> int:
        """Of the part's time, grace included: then the floor closes."""
        grace = 0 if self.stage == "preparing" else self.form.grace_s * SECOND
        return self.length_ms + grace

    def elapsed_ms(self, now_ms: int) -> int:
        running = 0 if self.since_ms is None else max(0, now_ms - self.since_ms)
        return min(self.used_ms + running, max(self.end_ms, self.used_ms))

    @property
    def bell_times(self) -> tuple[tuple[int, int], ...]:
        """``(ms of the part's time, strokes)``; the end always rings."""
        bells: dict[int, int] = {}
        part = self.part
        if part is not None:
            bells = {max(0, bell.at_s) * SECOND: bell.strokes for bell in part.bells}
        if part is not None or self.stage == "preparing":
            bells.setdefault(self.length_ms, END_STROKES)
        return tuple(sorted((at, n) for at, n in bells.items() if at <= self.length_ms))

    @property
    def gap_ms(self) -> int:
        return POOL_GAP_MS if self.form.pool_s else GAP_MS

    # ---- people ----------------------------------------------------------------------------

    def side_of(self, participant_id: str | None) -> str | None:
        if participant_id is None:
            return None
        for seat, who in self.seats.items():
            if who == participant_id:
                return seat.partition(":")[0]
        return None

    def members(self, side: str) -> tuple[str, ...]:
        """In the order of the seats, each once."""
        seats = [seat_key(one.id, seat.id) for one in self.form.sides if one.id == side
                 for seat in one.seats]  # fmt: skip
        return tuple(dict.fromkeys(self.seats[seat] for seat in seats if seat in self.seats))

    def at_place(self, number: int, place: Place) -> str | None:
        named = self.named.get(str(number))
        if named is not None or place.seat is None:
            return named
        return self.seats.get(seat_key(place.side, place.seat))

    @property
    def holders(self) -> tuple[str, ...]:
        """Who the present part belongs to, the one who leads first, empty places left out."""
        part = self.part
        if part is None:
            return ()
        if part.floor == "queue":
            return () if self.turn is None else (self.turn,)
        found = (self.at_place(n, place) for n, place in enumerate(part.places))
        return tuple(dict.fromkeys(who for who in found if who is not None))

    @property
    def speaker(self) -> str | None:
        """To whom points of information are put."""
        part = self.part
        if part is None or part.floor != "one":
            return None
        return self.holders[0] if self.holders else None

    def stance_of(self, side: str | None) -> str | None:
        return next((one.stance for one in self.form.sides if one.id == side), None)

    @property
    def share_ms(self) -> int:
        """A side's share of a balanced free debate."""
        return self.length_ms // len(self.form.sides)

    def turn_spent(self, side: str, now_ms: int) -> int:
        spent = self.turn_used.get(side, 0)
        if self.turn_since_ms is not None and self.side_of(self.turn) == side:
            spent += max(0, now_ms - self.turn_since_ms)
        return spent


def format_key(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def seat_key(side: str, seat: str) -> str:
    return f"{side}:{seat}"


def all_seats(form: Format) -> tuple[str, ...]:
    return tuple(seat_key(side.id, seat.id) for side in form.sides for seat in side.seats)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(one.name for one in fields(Debate)) - {"debate_id"}


def merged(debate: Debate, body: Any) -> Debate:
    """The debate with whatever fields of its own the event carries."""
    new = {one.name: getattr(body, one.name) for one in fields(body) if one.name in _names()}
    return replace(debate, **new) if new else debate
