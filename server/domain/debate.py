"""Debates: planning, seats and chair (docs/rules.md, DB).

Running one is in ``debate_run``, the clock in ``debate_clock``, turns and points in
``debate_turns``, what sides do by themselves in ``debate_sides``, judging in ``debate_judging``;
``DECIDE`` and ``EVOLVE`` here gather them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain import debate_format, debate_judging, debate_run, debate_sides, debate_turns
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.debate_access import find, has_chair, planned, require_chair
from server.domain.debate_format import Format
from server.domain.debate_state import Debate, all_seats, format_key, merged, seat_key
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.observer import find_taking_part
from server.domain.state import SessionState

LONGEST_MOTION = 300
MOST_DEBATES = 100


# ---- planning --------------------------------------------------------------------------------


def _format(command: dc.PlanDebate | dc.EditDebate) -> dict[str, Any] | None:
    if command.format is None:
        return None
    form = debate_format.check(debate_format.from_data(command.format))
    chosen = debate_format.chosen(
        form, size=command.size, variant=command.variant, pois=command.pois
    )
    return debate_format.to_data(debate_format.check(chosen))


def plan(state: SessionState, command: dc.PlanDebate, ask: Ask) -> list[Change]:
    data = _format(command)
    if data is None:
        raise Invalid("format_missing", "Choose a format.", field="format")
    if sum(one.stage != "ended" for one in state.debates.values()) >= MOST_DEBATES:
        raise Conflict("too_many_debates", f"At most {MOST_DEBATES} debates at once.")
    motion = clean_text(command.motion, "motion", LONGEST_MOTION)
    body = de.DebatePlanned(ask.new_id(), command.room_id, motion, data, command.advance)
    return [Change(body)]


def edit(state: SessionState, command: dc.EditDebate, _: Ask) -> list[Change]:
    debate = planned(state, command.debate_id)
    data = _format(command)
    seats = debate.seats
    if data is not None:
        known = set(all_seats(debate_format.from_data(data)))
        seats = {seat: who for seat, who in seats.items() if seat in known}
    motion = clean_text(command.motion, "motion", LONGEST_MOTION)
    body = de.DebateEdited(
        debate.debate_id,
        command.room_id,
        motion,
        debate.format if data is None else data,
        command.advance,
        seats,
    )
    return [Change(body)]


def delete(state: SessionState, command: dc.DeleteDebate, _: Ask) -> list[Change]:
    return [Change(de.DebateDeleted(planned(state, command.debate_id).debate_id))]


# ---- people ----------------------------------------------------------------------------------


def assign(state: SessionState, command: dc.AssignSeat, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    require_chair(debate, ask)
    if command.seat not in all_seats(debate.form):
        raise NotFound("seat_not_found", "This format has no such seat.")
    seats = {key: who for key, who in debate.seats.items() if key != command.seat}
    who = command.participant_id
    if who is not None:
        find_taking_part(state, who)
        if who in debate.adjudicators:
            raise Conflict("is_adjudicator", "An adjudicator cannot take a side.")
        side = command.seat.partition(":")[0]
        if debate.is_begun and debate.side_of(who) not in (None, side):
            raise Conflict("other_side", "This person already speaks for another side.")
        seats = {key: one for key, one in seats.items() if one != who or key.startswith(f"{side}:")}
        seats[command.seat] = who
    return _seated(debate, seats)


def _seated(debate: Debate, seats: Mapping[str, str]) -> list[Change]:
    if seats == debate.seats:
        return []
    ordered = {seat: seats[seat] for seat in all_seats(debate.form) if seat in seats}
    return [Change(de.DebateSeatsAssigned(debate.debate_id, ordered))]


def draw(state: SessionState, command: dc.DrawSeats, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing")
    if command.by == "clear":
        return _seated(debate, {})
    pool = [who for who in _drawable(state, debate, command) if debate.side_of(who) is None]
    Random(ask.new_id()).shuffle(pool)
    if command.by == "least_heard":
        heard = {who: state.talked_ms.get(who, 0) + command.heard_ms.get(who, 0) for who in pool}
        pool.sort(key=lambda who: heard[who])
    seats = dict(debate.seats)
    free = [seat for seat in _by_turns(debate.form) if seat not in seats]
    seats.update(zip(free, pool, strict=False))
    return _seated(debate, seats)


def _drawable(state: SessionState, debate: Debate, command: dc.DrawSeats) -> list[str]:
    if command.participant_ids:
        found = [find_taking_part(state, who) for who in dict.fromkeys(command.participant_ids)]
    else:
        found = [one for one in state.present if one.is_learner and one.room_id == debate.room_id]
    apart = {debate.chair_id, *debate.adjudicators}
    return [one.participant_id for one in found if one.participant_id not in apart]


def _by_turns(form: Format) -> list[str]:
    """First seats of all sides, then second ones: a class too small fills sides evenly."""
    longest = max(len(side.seats) for side in form.sides)
    return [
        seat_key(side.id, side.seats[number].id)
        for number in range(longest)
        for side in form.sides
        if number < len(side.seats)
    ]


def set_chair(state: SessionState, command: dc.SetChair, _: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    who = command.participant_id
    if who is not None:
        find_taking_part(state, who)
        if debate.side_of(who) is not None:
            raise Conflict("has_side", "The chair takes no side.")
    if who == debate.chair_id:
        return []
    return [Change(de.DebateChairChanged(debate.debate_id, who))]


def take_chair(state: SessionState, command: dc.TakeChair, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    if ask.actor.role != "facilitator":
        if ask.actor_id not in debate.adjudicators:
            raise NotAllowed("not_allowed", "Only a facilitator or an adjudicator takes the chair.")
        if has_chair(state, debate):
            raise Conflict("chair_is_here", "This debate has a chair.")
    if ask.actor_id == debate.chair_id:
        return []
    return [Change(de.DebateChairChanged(debate.debate_id, ask.actor_id))]


def set_adjudicators(state: SessionState, command: dc.SetAdjudicators, _: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running", "ended")
    if debate.result is not None:
        raise Conflict("debate_revealed", "The results of this debate have been revealed.")
    wanted = tuple(dict.fromkeys(command.participant_ids))
    for who in wanted:
        find_taking_part(state, who)
        if debate.side_of(who) is not None:
            raise Conflict("has_side", "An adjudicator takes no side.")
    if missing := set(debate.sheets) - set(wanted):
        raise Conflict("has_handed_in", f"{len(missing)} of those have handed in their sheets.")
    if wanted == debate.adjudicators:
        return []
    return [Change(de.DebateAdjudicatorsChanged(debate.debate_id, wanted))]


DECIDE: dict[type[Any], Decide] = {
    dc.PlanDebate: plan,
    dc.EditDebate: edit,
    dc.DeleteDebate: delete,
    dc.AssignSeat: assign,
    dc.DrawSeats: draw,
    dc.SetChair: set_chair,
    dc.TakeChair: take_chair,
    dc.SetAdjudicators: set_adjudicators,
    **debate_run.DECIDE,
    **debate_turns.DECIDE,
    **debate_sides.DECIDE,
    **debate_judging.DECIDE,
}


# ---- evolve ----------------------------------------------------------------------------------


def _planned(state: SessionState, body: de.DebatePlanned, _: int) -> SessionState:
    try:
        form = debate_format.from_data(body.format)
    except Invalid:
        return state  # of a newer program
    debate = Debate(
        body.debate_id,
        body.room_id,
        body.motion,
        body.format,
        form,
        format_key(body.format),
        body.advance,
    )
    return replace(state, debates={**state.debates, body.debate_id: debate})


def _edited(state: SessionState, body: de.DebateEdited, at_ms: int) -> SessionState:
    after = _changed(state, body, at_ms)
    debate = after.debates.get(body.debate_id)
    if debate is None:
        return state
    try:
        form = debate_format.from_data(body.format)
    except Invalid:
        return state
    read = replace(debate, form=form, format_key=format_key(body.format))
    return replace(after, debates={**after.debates, body.debate_id: read})


def _deleted(state: SessionState, body: de.DebateDeleted, _: int) -> SessionState:
    rest = {key: one for key, one in state.debates.items() if key != body.debate_id}
    return replace(state, debates=rest)


def _changed(state: SessionState, body: Any, _: int) -> SessionState:
    debate = state.debates.get(body.debate_id)
    if debate is None:
        return state
    return replace(state, debates={**state.debates, body.debate_id: merged(debate, body)})


EVOLVE: dict[type[Any], Evolve] = {
    de.DebatePlanned: _planned,
    de.DebateEdited: _edited,
    de.DebateDeleted: _deleted,
    **dict.fromkeys(
        (
            de.DebateSeatsAssigned,
            de.DebateChairChanged,
            de.DebateAdjudicatorsChanged,
            de.DebateAdvanceChanged,
            de.DebateBegun,
            de.DebateTurned,
            de.DebateClockStarted,
            de.DebateClockStopped,
            de.DebateClockExtended,
            de.DebateBellRung,
            de.DebatePartEnded,
            de.DebateSpeakerNamed,
            de.DebateHeld,
            de.DebatePrepStarted,
            de.DebatePrepStopped,
            de.DebateTurnAsked,
            de.DebateTurnWithdrawn,
            de.DebateTurnGiven,
            de.DebateTurnEnded,
            de.DebatePointOffered,
            de.DebatePointAccepted,
            de.DebatePointClosed,
            de.DebateNotesOpened,
            de.DebateBallotOpened,
            de.DebateBallotCounted,
            de.DebateBallotClosed,
            de.DebateSheetHandedIn,
            de.DebateRevealed,
            de.DebateEnded,
        ),
        _changed,
    ),
    **debate_sides.EVOLVE,
    **debate_judging.EVOLVE,
}
