"""Debates: planning, seats, chair, beginning and end (docs/rules.md, DB).

The clock is in ``debate_clock``, turns and points in ``debate_turns``, what sides do by
themselves in ``debate_sides``, judging in ``debate_judging``; ``DECIDE`` and ``EVOLVE`` here
gather them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from server.domain import commands as c
from server.domain import debate_format, debate_judging, debate_sides, debate_turns
from server.domain import events as e
from server.domain.change import Ask, Change, Decide, Evolve, clean_text, find_participant
from server.domain.debate_access import find, planned, require_chair
from server.domain.debate_clock import Progress
from server.domain.debate_format import Format
from server.domain.debate_state import HOLD_MS, SECOND, Debate, all_seats, merged, seat_key
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.floor import debate_in
from server.domain.state import SessionState

LONGEST_MOTION = 300
MOST_DEBATES = 100


# ---- planning --------------------------------------------------------------------------------


def _format(command: c.PlanDebate | c.EditDebate) -> dict[str, Any] | None:
    if command.format is None:
        return None
    form = debate_format.check(debate_format.from_data(command.format))
    chosen = debate_format.chosen(
        form, size=command.size, variant=command.variant, pois=command.pois
    )
    return debate_format.to_data(debate_format.check(chosen))


def plan(state: SessionState, command: c.PlanDebate, ask: Ask) -> list[Change]:
    data = _format(command)
    if data is None:
        raise Invalid("format_missing", "Choose a format.", field="format")
    if sum(one.stage != "ended" for one in state.debates.values()) >= MOST_DEBATES:
        raise Conflict("too_many_debates", f"At most {MOST_DEBATES} debates at once.")
    motion = clean_text(command.motion, "motion", LONGEST_MOTION)
    body = e.DebatePlanned(ask.new_id(), command.room_id, motion, data, command.advance)
    return [Change(body)]


def edit(state: SessionState, command: c.EditDebate, _: Ask) -> list[Change]:
    debate = planned(state, command.debate_id)
    data = _format(command)
    seats = debate.seats
    if data is not None:
        known = set(all_seats(debate_format.from_data(data)))
        seats = {seat: who for seat, who in seats.items() if seat in known}
    motion = clean_text(command.motion, "motion", LONGEST_MOTION)
    body = e.DebateEdited(
        debate.debate_id,
        command.room_id,
        motion,
        debate.format if data is None else data,
        command.advance,
        seats,
    )
    return [Change(body)]


def delete(state: SessionState, command: c.DeleteDebate, _: Ask) -> list[Change]:
    return [Change(e.DebateDeleted(planned(state, command.debate_id).debate_id))]


# ---- people ----------------------------------------------------------------------------------


def assign(state: SessionState, command: c.AssignSeat, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    require_chair(debate, ask)
    if command.seat not in all_seats(debate.form):
        raise NotFound("seat_not_found", "This format has no such seat.")
    seats = {key: who for key, who in debate.seats.items() if key != command.seat}
    who = command.participant_id
    if who is not None:
        find_participant(state, who)
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
    return [Change(e.DebateSeatsAssigned(debate.debate_id, ordered))]


def draw(state: SessionState, command: c.DrawSeats, ask: Ask) -> list[Change]:
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


def _drawable(state: SessionState, debate: Debate, command: c.DrawSeats) -> list[str]:
    if command.participant_ids:
        found = [find_participant(state, who) for who in dict.fromkeys(command.participant_ids)]
    else:
        found = [
            one for one in state.present if one.role == "learner" and one.room_id == debate.room_id
        ]
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


def set_chair(state: SessionState, command: c.SetChair, _: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    who = command.participant_id
    if who is not None:
        find_participant(state, who)
        if debate.side_of(who) is not None:
            raise Conflict("has_side", "The chair takes no side.")
    if who == debate.chair_id:
        return []
    return [Change(e.DebateChairChanged(debate.debate_id, who))]


def take_chair(state: SessionState, command: c.TakeChair, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    if ask.actor.role != "facilitator":
        if ask.actor_id not in debate.adjudicators:
            raise NotAllowed("not_allowed", "Only a facilitator or an adjudicator takes the chair.")
        if has_chair(state, debate):
            raise Conflict("chair_is_here", "This debate has a chair.")
    if ask.actor_id == debate.chair_id:
        return []
    return [Change(e.DebateChairChanged(debate.debate_id, ask.actor_id))]


def has_chair(state: SessionState, debate: Debate) -> bool:
    return any(
        one.role == "facilitator" or one.participant_id == debate.chair_id for one in state.present
    )


def set_adjudicators(state: SessionState, command: c.SetAdjudicators, _: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running", "ended")
    if debate.result is not None:
        raise Conflict("debate_revealed", "The results of this debate have been revealed.")
    wanted = tuple(dict.fromkeys(command.participant_ids))
    for who in wanted:
        find_participant(state, who)
        if debate.side_of(who) is not None:
            raise Conflict("has_side", "An adjudicator takes no side.")
    if missing := set(debate.sheets) - set(wanted):
        raise Conflict("has_handed_in", f"{len(missing)} of those have handed in their sheets.")
    if wanted == debate.adjudicators:
        return []
    return [Change(e.DebateAdjudicatorsChanged(debate.debate_id, wanted))]


# ---- beginning and end -----------------------------------------------------------------------


def begin(state: SessionState, command: c.BeginDebate, ask: Ask) -> list[Change]:
    debate = planned(state, command.debate_id)
    if debate_in(state, debate.room_id) is not None:
        raise Conflict("room_busy", "Another debate is going on in this room.")
    for side in debate.form.sides:
        if not debate.members(side.id):
            raise Conflict("side_empty", f"Nobody speaks for “{side.name.get('en')}” yet.")
    progress = Progress(state, debate, ask.now_ms)
    if debate.form.prep_s:
        progress.say(e.DebateBegun(debate.debate_id, "preparing"))
        progress.start()
    else:
        progress.say(e.DebateBegun(debate.debate_id, "running"))
        progress.turn_to(0)
    return progress.changes


def end(state: SessionState, command: c.EndDebate, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    require_chair(debate, ask)
    return ending(state, debate, ask)


def ending(state: SessionState, debate: Debate, ask: Ask) -> list[Change]:
    progress = Progress(state, debate, ask.now_ms)
    progress.stop_pool(ask.now_ms)
    if progress.debate.has_begun_part:
        progress.end_part("chair", ask.now_ms)
    progress.say(e.DebateEnded(debate.debate_id))
    return progress.changes


# ---- the clock -------------------------------------------------------------------------------


def set_advance(state: SessionState, command: c.SetAdvance, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    require_chair(debate, ask)
    if command.advance == debate.advance:
        return []
    is_between = (
        debate.stage == "running"
        and not debate.is_behind
        and debate.halt is None
        and debate.pool_side is None
        and (debate.is_over or not debate.has_begun_part)
    )
    goes_on = command.advance == "automatic" and is_between
    next_at = ask.now_ms + debate.gap_ms if goes_on else None
    return [Change(e.DebateAdvanceChanged(debate.debate_id, command.advance, next_at))]


def start_clock(state: SessionState, command: c.StartClock, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    is_back = debate.halt in ("speaker_lost", "speaker_absent") and (
        ask.actor.participant_id in debate.holders
    )
    if not is_back:
        require_chair(debate, ask)
    if debate.since_ms is not None:
        return []
    if debate.is_behind:
        raise Conflict("no_more_parts", "All speeches have been held.")
    progress = Progress(state, debate, ask.now_ms)
    progress.stop_pool(ask.now_ms)
    if debate.is_over:
        progress.turn_to(debate.index + 1, is_to_start=True)
        if progress.debate.is_behind:
            return progress.changes
    if progress.missing() is not None:
        raise Conflict("speaker_absent", "The speaker of this part is not here.")
    progress.start()
    return progress.changes


def pause_clock(state: SessionState, command: c.PauseClock, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    require_chair(debate, ask)
    progress = Progress(state, debate, ask.now_ms)
    if debate.since_ms is not None:
        progress.stop("paused", ask.now_ms)
    elif debate.next_at_ms is not None:
        progress.say(e.DebateHeld(debate.debate_id, "paused", None))
    return progress.changes


def extend_clock(state: SessionState, command: c.ExtendClock, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    require_chair(debate, ask)
    if debate.is_over or (debate.stage == "running" and debate.part is None):
        raise Conflict("part_is_over", "This part is over.")
    elapsed = debate.elapsed_ms(ask.now_ms)
    extra = debate.extra_ms + command.seconds * SECOND
    after = replace(debate, extra_ms=extra)
    if command.seconds == 0:
        return []
    if command.seconds < 0 and after.length_ms < elapsed:
        raise Conflict("time_is_used", "So much time is not left.")
    if not SECOND <= after.length_ms <= 4 * 3600 * SECOND:
        raise Invalid("bad_length", "A part lasts from a second to four hours.", field="seconds")
    rung = sum(at <= elapsed for at, _ in after.bell_times) if elapsed else 0
    lapse = debate.points_end_ms
    if lapse is not None:
        lapse = lapse if lapse < debate.length_ms // 2 else lapse + command.seconds * SECOND
    body = e.DebateClockExtended(debate.debate_id, extra, rung, lapse)
    return [Change(body)]


def next_speech(state: SessionState, command: c.NextSpeech, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    require_chair(debate, ask)
    progress = Progress(state, debate, ask.now_ms)
    progress.stop_pool(ask.now_ms)
    if debate.stage == "preparing":
        progress.turn_to(0)
    elif debate.is_behind:
        raise Conflict("no_more_parts", "All speeches have been held.")
    elif debate.since_ms is not None or (debate.used_ms > 0 and not debate.is_over):
        progress.end_part("chair", ask.now_ms)
    else:
        progress.turn_to(debate.index + 1)
    return progress.changes


def previous_speech(state: SessionState, command: c.PreviousSpeech, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    require_chair(debate, ask)
    progress = Progress(state, debate, ask.now_ms)
    progress.stop_pool(ask.now_ms)
    has_begun = debate.since_ms is not None or debate.used_ms > 0 or debate.is_over
    index = debate.index if has_begun else debate.index - 1
    if index < 0:
        raise Conflict("no_part_before", "This is the first speech.")
    if debate.since_ms is not None:
        progress.stop("paused", ask.now_ms)
    progress.turn_to(index)
    if progress.debate.next_at_ms is not None:
        # Going back is a correction; it does not run on by itself.
        progress.say(e.DebateHeld(debate.debate_id, "paused", None))
    return progress.changes


def name_speaker(state: SessionState, command: c.NameSpeaker, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    part = debate.part
    if part is None or part.floor == "queue" or command.place >= len(part.places):
        raise NotFound("place_not_found", "This part has no such place.")
    if debate.is_over:
        raise Conflict("part_is_over", "This part is over.")
    side = part.places[command.place].side
    is_of_side = debate.side_of(ask.actor_id) == side and not debate.has_begun_part
    if not is_of_side:
        require_chair(debate, ask)
    if debate.since_ms is not None:
        raise Conflict("clock_runs", "Pause the clock first.")
    who = command.participant_id
    named = {key: one for key, one in debate.named.items() if key != str(command.place)}
    if who is not None:
        find_participant(state, who)
        if debate.side_of(who) not in (None, side) or who in debate.adjudicators:
            raise Conflict("other_side", "This person does not speak for that side.")
        named[str(command.place)] = who
    if named == debate.named:
        return []
    return [Change(e.DebateSpeakerNamed(debate.debate_id, named))]


def wait_for_speaker(state: SessionState, command: c.WaitForSpeaker, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    require_chair(debate, ask)
    if debate.halt not in ("speaker_lost", "speaker_absent"):
        raise Conflict("nobody_missing", "No speaker is missing.")
    return [Change(e.DebateHeld(debate.debate_id, debate.halt, ask.now_ms + HOLD_MS))]


# ---- presence --------------------------------------------------------------------------------


def react(state: SessionState, ask: Ask) -> list[Change]:
    """What somebody's going or coming means for the debates; ``state`` is already after it."""
    changes: list[Change] = []
    for debate in state.debates.values():
        if debate.is_begun:
            changes += _reaction(state, debate, ask).changes
    return changes


def _reaction(state: SessionState, debate: Debate, ask: Ask) -> Progress:
    progress = Progress(state, debate, ask.now_ms)
    for who in (*((debate.point,) if debate.point else ()), *debate.points):
        if not progress.is_here(who):
            progress.close_point(who, "lapsed")
    for who in debate.turn_asks:
        if not progress.is_here(who):
            debate_turns.withdraw(progress, who)
    if debate.turn is not None and not progress.is_here(debate.turn):
        progress.end_turn(ask.now_ms)
    halt = progress.missing() if debate.stage == "running" else None
    if debate.since_ms is not None and halt is not None:
        progress.stop("speaker_lost", ask.now_ms, ask.now_ms + HOLD_MS)
    elif (
        halt is None
        and debate.advance == "automatic"
        and debate.halt in ("speaker_lost", "speaker_absent")
        and debate.next_at_ms is None
    ):
        # Back again: the clock goes on by itself, after a moment to switch the microphone on.
        progress.say(e.DebateHeld(debate.debate_id, debate.halt, None, ask.now_ms + debate.gap_ms))
    if not has_chair(state, debate):
        present = {one.participant_id for one in state.present}
        heir = next((who for who in debate.adjudicators if who in present), None)
        if heir is not None:
            progress.say(e.DebateChairChanged(debate.debate_id, heir))
    return progress


def end_all(state: SessionState, ask: Ask) -> list[Change]:
    """The session ends."""
    changes: list[Change] = []
    for debate in state.debates.values():
        changes += debate_judging.closing(debate)
        if debate.is_begun:
            changes += ending(state, debate, ask)
    return changes


DECIDE: dict[type[Any], Decide] = {
    c.PlanDebate: plan,
    c.EditDebate: edit,
    c.DeleteDebate: delete,
    c.AssignSeat: assign,
    c.DrawSeats: draw,
    c.SetChair: set_chair,
    c.TakeChair: take_chair,
    c.SetAdjudicators: set_adjudicators,
    c.BeginDebate: begin,
    c.EndDebate: end,
    c.SetAdvance: set_advance,
    c.StartClock: start_clock,
    c.PauseClock: pause_clock,
    c.ExtendClock: extend_clock,
    c.NextSpeech: next_speech,
    c.PreviousSpeech: previous_speech,
    c.NameSpeaker: name_speaker,
    c.WaitForSpeaker: wait_for_speaker,
    **debate_turns.DECIDE,
    **debate_sides.DECIDE,
    **debate_judging.DECIDE,
}


# ---- evolve ----------------------------------------------------------------------------------


def _planned(state: SessionState, body: e.DebatePlanned, _: int) -> SessionState:
    try:
        form = debate_format.from_data(body.format)
    except Invalid:
        return state  # of a newer program
    debate = Debate(body.debate_id, body.room_id, body.motion, body.format, form, body.advance)
    return replace(state, debates={**state.debates, body.debate_id: debate})


def _edited(state: SessionState, body: e.DebateEdited, at_ms: int) -> SessionState:
    after = _changed(state, body, at_ms)
    debate = after.debates.get(body.debate_id)
    if debate is None:
        return state
    try:
        form = debate_format.from_data(body.format)
    except Invalid:
        return state
    return replace(after, debates={**after.debates, body.debate_id: replace(debate, form=form)})


def _deleted(state: SessionState, body: e.DebateDeleted, _: int) -> SessionState:
    rest = {key: one for key, one in state.debates.items() if key != body.debate_id}
    return replace(state, debates=rest)


def _changed(state: SessionState, body: Any, _: int) -> SessionState:
    debate = state.debates.get(body.debate_id)
    if debate is None:
        return state
    return replace(state, debates={**state.debates, body.debate_id: merged(debate, body)})


EVOLVE: dict[type[Any], Evolve] = {
    e.DebatePlanned: _planned,
    e.DebateEdited: _edited,
    e.DebateDeleted: _deleted,
    **dict.fromkeys(
        (
            e.DebateSeatsAssigned,
            e.DebateChairChanged,
            e.DebateAdjudicatorsChanged,
            e.DebateAdvanceChanged,
            e.DebateBegun,
            e.DebateTurned,
            e.DebateClockStarted,
            e.DebateClockStopped,
            e.DebateClockExtended,
            e.DebateBellRung,
            e.DebatePartEnded,
            e.DebateSpeakerNamed,
            e.DebateHeld,
            e.DebatePrepStarted,
            e.DebatePrepStopped,
            e.DebateTurnAsked,
            e.DebateTurnWithdrawn,
            e.DebateTurnGiven,
            e.DebateTurnEnded,
            e.DebatePointOffered,
            e.DebatePointAccepted,
            e.DebatePointClosed,
            e.DebateNotesOpened,
            e.DebateBallotOpened,
            e.DebateBallotCounted,
            e.DebateBallotClosed,
            e.DebateSheetHandedIn,
            e.DebateRevealed,
            e.DebateEnded,
        ),
        _changed,
    ),
    **debate_sides.EVOLVE,
    **debate_judging.EVOLVE,
}
