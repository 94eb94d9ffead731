"""Running a debate: beginning, the chair's commands to the clock, who comes and goes, the end
(docs/rules.md, DB)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain import debate_judging, debate_turns
from server.domain.change import Ask, Change, Decide
from server.domain.debate_access import find, has_chair, planned, require_chair
from server.domain.debate_clock import Progress
from server.domain.debate_state import HOLD_MS, SECOND, Debate
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.floor import debate_in
from server.domain.observer import find_taking_part
from server.domain.state import SessionState

# ---- beginning and end -----------------------------------------------------------------------


def begin(state: SessionState, command: dc.BeginDebate, ask: Ask) -> list[Change]:
    debate = planned(state, command.debate_id)
    if debate_in(state, debate.room_id) is not None:
        raise Conflict("room_busy", "Another debate is going on in this room.")
    for side in debate.form.sides:
        if not debate.members(side.id):
            raise Conflict("side_empty", f"Nobody speaks for “{side.name.get('en')}” yet.")
    progress = Progress(state, debate, ask.now_ms)
    if debate.form.prep_s:
        progress.say(de.DebateBegun(debate.debate_id, "preparing"))
        progress.start()
    else:
        progress.say(de.DebateBegun(debate.debate_id, "running"))
        progress.turn_to(0)
    return progress.changes


def end(state: SessionState, command: dc.EndDebate, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    require_chair(debate, ask)
    return ending(state, debate, ask)


def ending(state: SessionState, debate: Debate, ask: Ask) -> list[Change]:
    progress = Progress(state, debate, ask.now_ms)
    progress.stop_pool(ask.now_ms)
    if progress.debate.has_begun_part:
        progress.end_part("chair", ask.now_ms)
    progress.say(de.DebateEnded(debate.debate_id))
    return progress.changes


# ---- the clock -------------------------------------------------------------------------------


def set_advance(state: SessionState, command: dc.SetAdvance, ask: Ask) -> list[Change]:
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
    return [Change(de.DebateAdvanceChanged(debate.debate_id, command.advance, next_at))]


def start_clock(state: SessionState, command: dc.StartClock, ask: Ask) -> list[Change]:
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


def pause_clock(state: SessionState, command: dc.PauseClock, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "preparing", "running")
    require_chair(debate, ask)
    progress = Progress(state, debate, ask.now_ms)
    if debate.since_ms is not None:
        progress.stop("paused", ask.now_ms)
    elif debate.next_at_ms is not None:
        progress.say(de.DebateHeld(debate.debate_id, "paused", None))
    return progress.changes


def extend_clock(state: SessionState, command: dc.ExtendClock, ask: Ask) -> list[Change]:
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
    body = de.DebateClockExtended(debate.debate_id, extra, rung, lapse)
    return [Change(body)]


def next_speech(state: SessionState, command: dc.NextSpeech, ask: Ask) -> list[Change]:
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


def previous_speech(state: SessionState, command: dc.PreviousSpeech, ask: Ask) -> list[Change]:
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
        progress.say(de.DebateHeld(debate.debate_id, "paused", None))
    return progress.changes


def name_speaker(state: SessionState, command: dc.NameSpeaker, ask: Ask) -> list[Change]:
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
        find_taking_part(state, who)
        if debate.side_of(who) not in (None, side) or who in debate.adjudicators:
            raise Conflict("other_side", "This person does not speak for that side.")
        named[str(command.place)] = who
    if named == debate.named:
        return []
    return [Change(de.DebateSpeakerNamed(debate.debate_id, named))]


def wait_for_speaker(state: SessionState, command: dc.WaitForSpeaker, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    require_chair(debate, ask)
    if debate.halt not in ("speaker_lost", "speaker_absent"):
        raise Conflict("nobody_missing", "No speaker is missing.")
    return [Change(de.DebateHeld(debate.debate_id, debate.halt, ask.now_ms + HOLD_MS))]


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
        progress.say(de.DebateHeld(debate.debate_id, debate.halt, None, ask.now_ms + debate.gap_ms))
    if not has_chair(state, debate):
        present = {one.participant_id for one in state.present}
        heir = next((who for who in debate.adjudicators if who in present), None)
        if heir is not None:
            progress.say(de.DebateChairChanged(debate.debate_id, heir))
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
    dc.BeginDebate: begin,
    dc.EndDebate: end,
    dc.SetAdvance: set_advance,
    dc.StartClock: start_clock,
    dc.PauseClock: pause_clock,
    dc.ExtendClock: extend_clock,
    dc.NextSpeech: next_speech,
    dc.PreviousSpeech: previous_speech,
    dc.NameSpeaker: name_speaker,
    dc.WaitForSpeaker: wait_for_speaker,
}
