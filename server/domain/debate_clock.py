"""A debate's clock: parts, bells, overtime, holds, pools (docs/rules.md, DB).

The server owns the time. ``next_due_ms`` says when something is due next; the ticker then asks
``AdvanceTime``, which writes down whatever has come due, each at its own time: a late tick rings
no bell twice, forgets none and gives nobody more than their time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from server.domain import commands as c
from server.domain import debate_events as de
from server.domain.change import Ask, Change
from server.domain.channels import SESSION
from server.domain.debate_events import Halt, PointOutcome
from server.domain.debate_format import Speech
from server.domain.debate_state import HOLD_MS, RIGHT_OF_WAY_MS, SECOND, Debate, merged
from server.domain.events import Body
from server.domain.state import SessionState

Due = Literal["bell", "end", "point", "period", "share", "audience", "turn", "pool", "hold", "next"]


class Progress:
    """A debate while it is being decided on: what is said so far has already happened to it."""

    def __init__(self, state: SessionState, debate: Debate, now_ms: int) -> None:
        self.state = state
        self.debate = debate
        self.now_ms = now_ms
        self.changes: list[Change] = []

    def say(self, body: Body, channel: str = SESSION) -> None:
        self.changes.append(Change(body, channel))
        self.debate = merged(self.debate, body)

    # ---- presence ----------------------------------------------------------------------------

    def is_here(self, participant_id: str | None) -> bool:
        who = self.state.participants.get(participant_id or "")
        return (
            who is not None
            and who.presence == "present"
            and who.role != "observer"
            and who.room_id == self.debate.room_id
        )

    def missing(self) -> Halt | None:
        """Why the present part cannot run: nobody, or not one of each side, is there for it."""
        debate, part = self.debate, self.debate.part
        if part is None:
            return None
        if part.floor != "queue":
            sides: dict[str, list[str | None]] = {}
            for number, place in enumerate(part.places):
                sides.setdefault(place.side, []).append(debate.at_place(number, place))
            groups = list(sides.values())
        elif part.kind == "free":
            groups = [list[str | None](debate.members(side.id)) for side in debate.form.sides]
        else:
            groups = []
        return None if all(any(map(self.is_here, who)) for who in groups) else "speaker_absent"

    # ---- the clock ---------------------------------------------------------------------------

    def start(self) -> None:
        debate = self.debate
        part = debate.part
        is_free = part is not None and part.floor == "queue" and part.kind == "free"
        self.say(
            de.DebateClockStarted(
                debate_id=debate.debate_id,
                index=debate.index,
                used_ms=debate.used_ms,
                since_ms=self.now_ms,
                holders=debate.holders,
                turn_since_ms=self.now_ms if debate.turn else None,
                free_since_ms=self.now_ms if is_free and debate.turn is None else None,
            )
        )
        self.next_turn()

    def stop(self, halt: Halt, at_ms: int, hold_until_ms: int | None = None) -> None:
        """``at_ms`` lies in the past when the time since then counts for nobody."""
        self.drop_points("lapsed")
        debate = self.debate
        self.say(
            de.DebateClockStopped(
                debate_id=debate.debate_id,
                used_ms=debate.elapsed_ms(at_ms),
                halt=halt,
                hold_until_ms=hold_until_ms,
                turn=debate.turn,
                turn_used=self._turns_at(at_ms),
            )
        )

    def _turns_at(self, at_ms: int) -> dict[str, int]:
        debate = self.debate
        side = debate.side_of(debate.turn)
        if side is None or debate.turn_since_ms is None:
            return dict(debate.turn_used)
        spent = debate.turn_spent(side, at_ms)
        if debate.part is not None and debate.part.is_balanced:
            spent = min(spent, max(debate.share_ms, debate.turn_used.get(side, 0)))
        return {**debate.turn_used, side: spent}

    def end_part(self, by: Literal["clock", "chair"], at_ms: int) -> None:
        self.drop_points("lapsed")
        debate = self.debate
        is_last = debate.index + 1 >= len(debate.form.speeches)
        goes_on = debate.advance == "automatic" and not is_last
        self.say(
            de.DebatePartEnded(
                debate_id=debate.debate_id,
                index=debate.index,
                by=by,
                used_ms=debate.elapsed_ms(at_ms),
                next_at_ms=self.now_ms + debate.gap_ms if goes_on else None,
                turn_used=self._turns_at(at_ms),
            )
        )
        if is_last:
            self.turn_to(debate.index + 1)

    def turn_to(self, index: int, *, is_to_start: bool = False) -> None:
        """Stand before part ``index``."""
        debate = self.debate
        speeches = debate.form.speeches
        is_behind = index >= len(speeches)
        self.say(
            de.DebateTurned(
                debate_id=debate.debate_id,
                stage="running",
                index=min(index, len(speeches)),
                named={} if is_behind else self._named(speeches[index]),
                next_at_ms=(
                    self.now_ms + debate.gap_ms
                    if debate.advance == "automatic" and not is_behind and not is_to_start
                    else None
                ),
            )
        )

    def _named(self, speech: Speech) -> dict[str, str]:
        """Where the side chooses, the server proposes: who of it has spoken least."""
        named: dict[str, str] = {}
        talked = self.state.talked_ms
        for number, place in enumerate(speech.places):
            if place.seat is not None:
                continue
            own = [who for who in self.debate.members(place.side) if who not in named.values()]
            if own:
                named[str(number)] = min(
                    own, key=lambda who: (not self.is_here(who), talked.get(who, 0))
                )
        return named

    # ---- points of information ---------------------------------------------------------------

    def close_point(self, participant_id: str, outcome: PointOutcome) -> None:
        debate = self.debate
        is_made = debate.point == participant_id
        self.say(
            de.DebatePointClosed(
                debate_id=debate.debate_id,
                participant_id=participant_id,
                outcome=outcome,
                points=tuple(who for who in debate.points if who != participant_id),
                point=None if is_made else debate.point,
                point_since_ms=None if is_made else debate.point_since_ms,
            )
        )

    def drop_points(self, outcome: PointOutcome, *, made_too: bool = True) -> None:
        made = (self.debate.point,) if made_too and self.debate.point else ()
        for who in (*made, *self.debate.points):
            self.close_point(who, outcome)

    # ---- free debate -------------------------------------------------------------------------

    def end_turn(self, at_ms: int, *, then: str | None = None) -> None:
        """``then``: to whom the chair gives the next one."""
        debate = self.debate
        if debate.turn is None:
            if then is not None:
                self.give_turn(then)
            return
        part = debate.part
        is_free = part is not None and part.kind == "free" and debate.since_ms is not None
        self.say(
            de.DebateTurnEnded(
                debate_id=debate.debate_id,
                participant_id=debate.turn,
                turn_used=self._turns_at(at_ms),
                free_since_ms=self.now_ms if is_free else None,
            )
        )
        if then is None:
            self.next_turn()
        else:
            self.give_turn(then)

    def give_turn(self, participant_id: str) -> None:
        debate = self.debate
        side = debate.side_of(participant_id)
        self.say(
            de.DebateTurnGiven(
                debate_id=debate.debate_id,
                side=side or "",
                turn=participant_id,
                turn_since_ms=None if debate.since_ms is None else self.now_ms,
                turn_asks=tuple(who for who in debate.turn_asks if who != participant_id),
                turn_end_ms=self._turn_end(side),
            )
        )

    def _turn_end(self, side: str | None) -> int | None:
        """Who answers speaks as long as the chair lets them; who asks, as the format says."""
        part = self.debate.part
        if part is None or side is not None or not part.turn_limit_s:
            return None
        return self.debate.elapsed_ms(self.now_ms) + part.turn_limit_s * SECOND

    def next_turn(self, *, is_late: bool = False) -> None:
        """Give the turn to who may have it: the side that has spoken less goes first; when it
        stays silent for long (``is_late``), whoever asked first."""
        debate = self.debate
        part = debate.part
        if part is None or part.kind != "free" or debate.turn is not None:
            return
        if debate.since_ms is None or debate.elapsed_ms(self.now_ms) >= debate.length_ms:
            return
        asking = [who for who in debate.turn_asks if self.is_here(who)]
        if part.is_balanced:
            asking = [
                who
                for who in asking
                if (side := debate.side_of(who)) is not None
                and debate.turn_used.get(side, 0) < debate.share_ms
            ]
            if not is_late:
                least = min(debate.turn_used.get(side.id, 0) for side in debate.form.sides)
                asking = [
                    who
                    for who in asking
                    if debate.turn_used.get(debate.side_of(who) or "", 0) == least
                ]
        if asking:
            self.give_turn(asking[0])

    # ---- preparation pools -------------------------------------------------------------------

    def stop_pool(self, at_ms: int) -> None:
        debate = self.debate
        if debate.pool_side is None:
            return
        goes_on = debate.advance == "automatic"
        self.say(
            de.DebatePrepStopped(
                debate_id=debate.debate_id,
                pools={**debate.pools, debate.pool_side: pool_used(debate, at_ms)},
                next_at_ms=self.now_ms + debate.gap_ms if goes_on else None,
            )
        )


def pool_used(debate: Debate, at_ms: int) -> int:
    """Of the side that prepares now; never more than the pool."""
    used = debate.pools.get(debate.pool_side or "", 0)
    if debate.pool_since_ms is not None:
        used += max(0, at_ms - debate.pool_since_ms)
    return min(used, debate.form.pool_s * SECOND)


# ---- what is due when ------------------------------------------------------------------------


def dues(debate: Debate) -> Iterator[tuple[int, Due]]:
    """Everything that time alone will bring, unordered."""
    if debate.stage not in ("preparing", "running"):
        return
    if debate.since_ms is not None:
        zero = debate.since_ms - debate.used_ms
        bells = debate.bell_times
        if debate.bells < len(bells):
            yield max(zero + bells[debate.bells][0], debate.since_ms), "bell"
        yield max(zero + debate.end_ms, debate.since_ms), "end"
        part = debate.part
        if debate.points and debate.points_end_ms is not None:
            yield zero + debate.points_end_ms, "period"
        side = debate.side_of(debate.turn)
        if debate.turn_since_ms is not None and part is not None and part.is_balanced and side:
            left = debate.share_ms - debate.turn_used.get(side, 0)
            yield debate.turn_since_ms + max(0, left), "share"
        if debate.turn is not None and debate.turn_end_ms is not None:
            yield max(zero + debate.turn_end_ms, debate.since_ms), "audience"
        if debate.free_since_ms is not None and debate.turn_asks:
            yield debate.free_since_ms + RIGHT_OF_WAY_MS, "turn"
    if debate.point_since_ms is not None:
        yield debate.point_since_ms + debate.form.poi.limit_s * SECOND, "point"
    if debate.pool_since_ms is not None and debate.pool_side is not None:
        left = debate.form.pool_s * SECOND - debate.pools.get(debate.pool_side, 0)
        yield debate.pool_since_ms + max(0, left), "pool"
    if debate.hold_until_ms is not None:
        yield debate.hold_until_ms, "hold"
    if debate.next_at_ms is not None:
        yield debate.next_at_ms, "next"


def pois_end_ms(part: Speech, elapsed_ms: int) -> int:
    """When the period that lasts then gives way to one without points, in the part's time."""
    for period in part.periods:
        if period.from_s * SECOND > elapsed_ms and period.kind != "pois":
            return period.from_s * SECOND
    return part.length_s * SECOND


def next_due_ms(state: SessionState) -> int | None:
    """Session time at which ``AdvanceTime`` has something to write; None: nothing is running."""
    if state.stage != "live":
        return None
    times = [at for debate in state.debates.values() for at, _ in _waking(debate)]
    return min(times, default=None)


def _waking(debate: Debate) -> Iterator[tuple[int, Due]]:
    """Without what would wake the ticker for nothing."""
    for at, due in dues(debate):
        if due == "turn" and not _can_go_on(debate):
            continue
        yield at, due


def _can_go_on(debate: Debate) -> bool:
    """Somebody asks whose side still has a share left."""
    part = debate.part
    if part is None or debate.since_ms is None or debate.free_since_ms is None:
        return False
    if debate.elapsed_ms(debate.free_since_ms + RIGHT_OF_WAY_MS) >= debate.length_ms:
        return False
    return not part.is_balanced or any(
        debate.turn_used.get(debate.side_of(who) or "", 0) < debate.share_ms
        for who in debate.turn_asks
    )


def advance_time(state: SessionState, _: c.AdvanceTime, ask: Ask) -> list[Change]:
    changes: list[Change] = []
    for debate in state.debates.values():
        changes += advanced(state, debate, ask.now_ms).changes
    return changes


def advanced(state: SessionState, debate: Debate, now_ms: int) -> Progress:
    """Everything due by now, in the order of its time."""
    progress = Progress(state, debate, now_ms)
    done_turns: set[int] = set()
    while True:
        due: list[tuple[int, Due]] = [
            (at, kind)
            for at, kind in _waking(progress.debate)
            if at <= now_ms and not (kind == "turn" and at in done_turns)
        ]
        if not due:
            return progress
        at_ms, kind = min(due, key=lambda one: (one[0], _ORDER[one[1]]))
        if kind == "turn":
            done_turns.add(at_ms)
        _happen(progress, kind, at_ms)


_ORDER: Mapping[Due, int] = {
    "point": 0, "period": 1, "bell": 2, "share": 3, "audience": 3, "turn": 4, "end": 5, "pool": 6,
    "hold": 7, "next": 8,
}  # fmt: skip


def _happen(progress: Progress, kind: Due, at_ms: int) -> None:
    debate = progress.debate
    match kind:
        case "bell":
            time_ms, strokes = debate.bell_times[debate.bells]
            progress.say(de.DebateBellRung(debate.debate_id, debate.bells + 1, strokes, time_ms))
        case "end" if debate.stage == "preparing":
            progress.turn_to(0)
        case "end":
            progress.end_part("clock", at_ms)
        case "point":
            progress.close_point(debate.point or "", "timed_out")
        case "period":
            progress.drop_points("lapsed", made_too=False)
        case "share" | "audience":
            progress.end_turn(at_ms)
        case "turn":
            progress.next_turn(is_late=True)
        case "pool":
            progress.stop_pool(at_ms)
        case "hold":
            progress.say(de.DebateHeld(debate.debate_id, debate.halt, None))
        case "next":
            go_on(progress)


def go_on(progress: Progress) -> None:
    """Automatic advance: the next part starts, if there is somebody to speak."""
    if progress.debate.is_over:
        progress.turn_to(progress.debate.index + 1, is_to_start=True)
    debate = progress.debate
    halt = progress.missing()
    if halt is None:
        progress.start()
        return
    progress.say(de.DebateHeld(debate.debate_id, halt, progress.now_ms + HOLD_MS))


def stop_for_restart(state: SessionState, alive_until_ms: int, ask: Ask) -> list[Change]:
    """The process before is gone: clocks stand where they were when it was last alive (DB)."""
    changes: list[Change] = []
    for debate in state.debates.values():
        progress = Progress(state, debate, ask.now_ms)
        if debate.pool_since_ms is not None:
            progress.stop_pool(alive_until_ms)
        if debate.since_ms is not None:
            progress.stop("restart", max(alive_until_ms, debate.since_ms))
        elif debate.is_begun and (progress.debate.next_at_ms or debate.hold_until_ms):
            progress.say(de.DebateHeld(debate.debate_id, debate.halt or "restart", None))
        changes += progress.changes
    return changes
