"""Breakout rooms while they are open: time, moves, help, notes, broadcasts (docs/rules.md, BR)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from server.domain import breakout_commands as bc
from server.domain import breakout_events as be
from server.domain import channels, lock
from server.domain import commands as c
from server.domain.breakout import (
    belonging,
    check_duration,
    current,
    find_room,
    planned,
    rooms_data,
    rooms_of,
    with_breakouts,
    with_room,
)
from server.domain.breakout_state import Breakouts, Broadcast, HelpCall, ReturnedNotes
from server.domain.change import Ask, Change, Decide, Evolve, clean_text, find_participant
from server.domain.channels import FACILITATORS
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.observer import find_taking_part
from server.domain.participant_events import Role
from server.domain.state import MAIN_ROOM, Participant, SessionState

WARNINGS_MS: Final = (300_000, 60_000)
"""time left when everybody is warned"""
COUNTDOWN_MS: Final = 30_000
LONGEST_COUNTDOWN_MS: Final = 300_000
LONGEST_NOTES: Final = 8000
LONGEST_BROADCAST: Final = 1000
KEPT_BROADCASTS: Final = 20


def opened(state: SessionState) -> Breakouts:
    breakouts = current(state)
    if not breakouts.is_open:
        raise Conflict("breakouts_not_open", "The breakout rooms are not open.")
    return breakouts


def missed(ends_at_ms: int | None, at_ms: int) -> tuple[int, ...]:
    """Warnings whose time has passed."""
    if ends_at_ms is None:
        return ()
    return tuple(left for left in WARNINGS_MS if ends_at_ms - left <= at_ms)


# ---- time ------------------------------------------------------------------------------------


def next_due_ms(state: SessionState) -> int | None:
    breakouts = state.breakouts
    if breakouts is None or not breakouts.is_open:
        return None
    if breakouts.stage == "closing":
        return breakouts.closes_at_ms
    if breakouts.ends_at_ms is None:
        return None
    ahead = [breakouts.ends_at_ms - one for one in WARNINGS_MS if one not in breakouts.warned_ms]
    return min(*ahead, breakouts.ends_at_ms) if ahead else breakouts.ends_at_ms


def advance_time(state: SessionState, _: c.AdvanceTime, ask: Ask) -> list[Change]:
    breakouts = state.breakouts
    due_ms = next_due_ms(state)
    if breakouts is None or due_ms is None or ask.now_ms < due_ms:
        return []
    if breakouts.stage == "closing":
        return closing(state)
    assert breakouts.ends_at_ms is not None
    if ask.now_ms >= breakouts.ends_at_ms:
        # Counted from now, not from when it was due: after a restart nobody is torn away.
        return [Change(be.BreakoutsClosing(ask.now_ms + COUNTDOWN_MS))]
    passed = missed(breakouts.ends_at_ms, ask.now_ms)
    return [Change(be.BreakoutsWarned(min(passed)))]


# ---- open and close --------------------------------------------------------------------------


def open_rooms(state: SessionState, command: bc.OpenBreakouts, ask: Ask) -> list[Change]:
    breakouts = planned(state)
    duration_ms = check_duration(command.duration_ms)
    body = be.BreakoutsOpened(
        breakouts.breakout_id,
        rooms_data(breakouts),
        None if duration_ms is None else ask.now_ms + duration_ms,
        breakouts.late,
        breakouts.may_return,
        breakouts.may_choose,
        breakouts.room_size,
    )
    return [Change(body)]


def extend(state: SessionState, command: bc.ExtendBreakouts, ask: Ask) -> list[Change]:
    breakouts = opened(state)
    check_duration(command.extra_ms)
    from_ms = max(breakouts.ends_at_ms or ask.now_ms, ask.now_ms)
    return [Change(be.BreakoutsExtended(from_ms + command.extra_ms))]


def close(state: SessionState, command: bc.CloseBreakouts, ask: Ask) -> list[Change]:
    opened(state)
    if not 0 <= command.countdown_ms <= LONGEST_COUNTDOWN_MS:
        raise Invalid("bad_countdown", "A countdown of 0 to 300 seconds.", field="countdown_ms")
    if command.countdown_ms == 0:
        return closing(state)
    return [Change(be.BreakoutsClosing(ask.now_ms + command.countdown_ms))]


def closing(state: SessionState) -> list[Change]:
    """What brings everybody back; [] when nothing is open."""
    breakouts = state.breakouts
    if breakouts is None or not breakouts.is_open:
        return []
    notes = [
        Change(be.RoomNotesReturned(room.room_id, room.name, room.task, room.notes))
        for room in breakouts.rooms
        if room.notes.strip()
    ]
    return [*notes, Change(be.BreakoutsClosed(breakouts.breakout_id))]


# ---- moving ----------------------------------------------------------------------------------


def placing(state: SessionState, participant_id: str, role: Role) -> list[Change]:
    """Where somebody goes who has just come in (BR7)."""
    breakouts = state.breakouts
    if breakouts is None or not breakouts.is_open or role != "learner":
        return []
    room = breakouts.room_of(participant_id)
    if room is None and breakouts.late == "smallest":
        room = min(breakouts.rooms, key=lambda one: len(one.participant_ids))
    if room is None:
        return []
    return [Change(be.ParticipantMoved(participant_id, room.room_id, None, False))]


def move(state: SessionState, command: bc.MoveParticipant, ask: Ask) -> list[Change]:
    """A facilitator says where somebody belongs: at once when rooms are open. An observer
    belongs nowhere and is let into an open room to watch (OB4)."""
    breakouts = current(state)
    find = find_participant if breakouts.is_open else find_taking_part
    who = find(state, command.participant_id)
    is_visit = who.role == "observer" or who.is_stream
    is_main = command.room_id == MAIN_ROOM
    if not is_main:
        find_room(breakouts, command.room_id)
    belongs = breakouts.room_of(who.participant_id)
    wanted = None if is_main else command.room_id
    if not breakouts.is_open:
        if (belongs and belongs.room_id) == wanted:
            return []
        return [Change(be.BreakoutAssigned(who.participant_id, wanted), FACILITATORS)]
    if who.presence not in ("present", "away"):
        raise NotFound("participant_not_present", "This participant is not in the session.")
    if who.room_id == command.room_id and (is_visit or (belongs and belongs.room_id) == wanted):
        return []
    body = be.ParticipantMoved(who.participant_id, command.room_id, ask.actor_id, is_visit)
    return [Change(body)]


def choose(state: SessionState, command: bc.ChooseRoom, ask: Ask) -> list[Change]:
    """Into the room one belongs to, or one of one's choice where that is allowed."""
    breakouts = opened(state)
    room = find_room(breakouts, command.room_id)
    who = find_participant(state, ask.actor_id)
    belongs = breakouts.room_of(who.participant_id)
    if belongs != room:
        is_late = belongs is None and breakouts.late == "choose"
        if not (breakouts.may_choose or is_late):
            raise NotAllowed("may_not_choose", "A facilitator says who is in which room.")
        if breakouts.room_size is not None and len(room.participant_ids) >= breakouts.room_size:
            raise Conflict("room_is_full", "This room is full; choose another one.")
    if who.room_id == room.room_id:
        return []
    return [Change(be.ParticipantMoved(who.participant_id, room.room_id, ask.actor_id, False))]


def visit(state: SessionState, command: bc.VisitRoom, ask: Ask) -> list[Change]:
    """A facilitator looks in, and answers the room's call by it."""
    breakouts = opened(state)
    room = find_room(breakouts, command.room_id)
    changes = answering(breakouts, room.room_id, ask.actor_id)
    if find_participant(state, ask.actor_id).room_id != room.room_id:
        changes.append(Change(be.ParticipantMoved(ask.actor_id, room.room_id, ask.actor_id, True)))
    return changes


def go_back(state: SessionState, _: bc.ReturnToMain, ask: Ask) -> list[Change]:
    who = find_participant(state, ask.actor_id)
    if who.room_id == MAIN_ROOM:
        return []
    breakouts = opened(state)
    if ask.actor.role != "facilitator" and not breakouts.may_return:
        raise NotAllowed("may_not_return", "Only a facilitator brings you back to the main room.")
    return [Change(be.ParticipantMoved(who.participant_id, MAIN_ROOM, ask.actor_id, True))]


# ---- help, notes, broadcasts -----------------------------------------------------------------


def call_for_help(state: SessionState, _: bc.CallForHelp, ask: Ask) -> list[Change]:
    breakouts = opened(state)
    room = find_room(breakouts, find_participant(state, ask.actor_id).room_id)
    if any(call.room_id == room.room_id for call in breakouts.help):
        return []
    body = be.HelpCalled(room.room_id, ask.actor_id, len(breakouts.help) + 1)
    return [Change(body, channels.room(room.room_id))]


def answer_help(state: SessionState, command: bc.AnswerHelp, ask: Ask) -> list[Change]:
    """By a facilitator, or taken back by somebody in the room."""
    breakouts = opened(state)
    room = find_room(breakouts, command.room_id)
    is_own = find_participant(state, ask.actor_id).room_id == room.room_id
    if ask.actor.role != "facilitator" and not is_own:
        raise NotAllowed("not_allowed", "Only a facilitator answers another room's call.")
    return answering(breakouts, room.room_id, ask.actor_id)


def answering(breakouts: Breakouts, room_id: str, by: str) -> list[Change]:
    places = [call.room_id for call in breakouts.help]
    if room_id not in places:
        return []
    at = places.index(room_id)
    moved = [
        Change(be.HelpPlaceChanged(one, place), channels.room(one))
        for place, one in enumerate(places[at + 1 :], at + 1)
    ]
    return [Change(be.HelpAnswered(room_id, by), channels.room(room_id)), *moved]


def write_notes(state: SessionState, command: bc.WriteRoomNotes, ask: Ask) -> list[Change]:
    """``version`` is the one the text was written on: nobody overwrites unread words."""
    breakouts = opened(state)
    room = find_room(breakouts, find_participant(state, ask.actor_id).room_id)
    lock.check(state, ask, "notes")
    text = command.text.rstrip()
    if len(text) > LONGEST_NOTES:
        raise Invalid("text_too_long", f"At most {LONGEST_NOTES} characters.", field="text")
    if text == room.notes:
        return []
    if command.version != room.notes_version:
        raise Conflict("notes_changed", "Somebody else has written meanwhile.")
    body = be.RoomNotesWritten(room.room_id, ask.actor_id, room.notes_version + 1, text)
    return [Change(body, channels.room(room.room_id))]


def broadcast(state: SessionState, command: bc.BroadcastText, ask: Ask) -> list[Change]:
    opened(state)
    text = clean_text(command.text, "text", LONGEST_BROADCAST)
    return [Change(be.BroadcastSent(ask.actor_id, text))]


def speak_to_all(state: SessionState, command: bc.BroadcastVoice, ask: Ask) -> list[Change]:
    breakouts = opened(state)
    wanted = ask.actor_id if command.is_on else None
    if not command.is_on and breakouts.voice_by != ask.actor_id:
        return []
    if wanted == breakouts.voice_by:
        return []
    return [Change(be.BroadcastVoiceChanged(wanted))]


def silencing(state: SessionState, participant_id: str) -> list[Change]:
    """Whoever goes, or is cut off, does not speak to all rooms when they come back (BR10)."""
    if state.breakouts is None or state.breakouts.voice_by != participant_id:
        return []
    return [Change(be.BroadcastVoiceChanged(None))]


DECIDE: dict[type[Any], Decide] = {
    bc.OpenBreakouts: open_rooms,
    bc.ExtendBreakouts: extend,
    bc.CloseBreakouts: close,
    bc.MoveParticipant: move,
    bc.ChooseRoom: choose,
    bc.VisitRoom: visit,
    bc.ReturnToMain: go_back,
    bc.CallForHelp: call_for_help,
    bc.AnswerHelp: answer_help,
    bc.WriteRoomNotes: write_notes,
    bc.BroadcastText: broadcast,
    bc.BroadcastVoice: speak_to_all,
}


# ---- evolve ----------------------------------------------------------------------------------


def _placed(people: Mapping[str, Participant], places: Mapping[str, str]) -> dict[str, Participant]:
    """Everybody where ``places`` has them; others stay."""
    return {
        key: replace(who, room_id=places[key])
        if key in places and who.room_id != places[key]
        else who
        for key, who in people.items()
    }


def _opened(state: SessionState, body: be.BreakoutsOpened, at_ms: int) -> SessionState:
    before = state.breakouts
    known = {} if before is None else {room.room_id: room for room in before.rooms}
    rooms = tuple(
        replace(known[room.room_id], name=room.name, task=room.task,
                participant_ids=room.participant_ids)
        if room.room_id in known
        else room
        for room in rooms_of(body.rooms)
    )  # fmt: skip
    breakouts = Breakouts(
        body.breakout_id,
        rooms,
        "open",
        None if body.ends_at_ms is None else body.ends_at_ms - at_ms,
        body.late,
        body.may_return,
        body.may_choose,
        body.room_size,
        at_ms,
        body.ends_at_ms,
        None,
        missed(body.ends_at_ms, at_ms),
    )
    here = {key for key, who in state.participants.items() if who.presence in ("present", "away")}
    places = {one: room.room_id for room in rooms for one in room.participant_ids if one in here}
    return replace(state, breakouts=breakouts, participants=_placed(state.participants, places))


def _extended(state: SessionState, body: be.BreakoutsExtended, at_ms: int) -> SessionState:
    return with_breakouts(
        state, stage="open", ends_at_ms=body.ends_at_ms, closes_at_ms=None,
        warned_ms=missed(body.ends_at_ms, at_ms),
    )  # fmt: skip


def _warned(state: SessionState, body: be.BreakoutsWarned, _: int) -> SessionState:
    return with_breakouts(state, warned_ms=tuple(one for one in WARNINGS_MS if one >= body.left_ms))


def _closing(state: SessionState, body: be.BreakoutsClosing, _: int) -> SessionState:
    return with_breakouts(state, stage="closing", closes_at_ms=body.closes_at_ms)


def _closed(state: SessionState, _: be.BreakoutsClosed, __: int) -> SessionState:
    breakouts = state.breakouts
    if breakouts is None:
        return state
    ours = {room.room_id for room in breakouts.rooms}
    places = {key: MAIN_ROOM for key, who in state.participants.items() if who.room_id in ours}
    state = replace(state, participants=_placed(state.participants, places))
    return with_breakouts(
        state, stage="closed", ends_at_ms=None, closes_at_ms=None, warned_ms=(), help=(),
        voice_by=None, broadcasts=(),
    )  # fmt: skip


def _moved(state: SessionState, body: be.ParticipantMoved, _: int) -> SessionState:
    if body.participant_id not in state.participants:
        return state
    places = {body.participant_id: body.room_id}
    state = replace(state, participants=_placed(state.participants, places))
    if body.keeps_place or state.breakouts is None:
        return state
    wanted = None if body.room_id == MAIN_ROOM else body.room_id
    rooms = belonging(state.breakouts.rooms, body.participant_id, wanted)
    return with_breakouts(state, rooms=rooms)


def _assigned_one(state: SessionState, body: be.BreakoutAssigned, _: int) -> SessionState:
    if state.breakouts is None:
        return state
    rooms = belonging(state.breakouts.rooms, body.participant_id, body.room_id)
    return with_breakouts(state, rooms=rooms)


def _help_called(state: SessionState, body: be.HelpCalled, at_ms: int) -> SessionState:
    if state.breakouts is None:
        return state
    call = HelpCall(body.room_id, body.participant_id, at_ms)
    return with_breakouts(state, help=(*state.breakouts.help, call))


def _help_answered(state: SessionState, body: be.HelpAnswered, _: int) -> SessionState:
    if state.breakouts is None:
        return state
    kept = tuple(call for call in state.breakouts.help if call.room_id != body.room_id)
    return with_breakouts(state, help=kept)


def _same(state: SessionState, _: be.HelpPlaceChanged, __: int) -> SessionState:
    """The list itself says it; the event is for who sees only a part of it."""
    return state


def _notes_written(state: SessionState, body: be.RoomNotesWritten, _: int) -> SessionState:
    return with_room(
        state, body.room_id, notes=body.text, notes_version=body.version,
        notes_by=body.participant_id,
    )  # fmt: skip


def _notes_returned(state: SessionState, body: be.RoomNotesReturned, at_ms: int) -> SessionState:
    kept = tuple(one for one in state.returned_notes if one.room_id != body.room_id)
    notes = ReturnedNotes(body.room_id, body.name, body.task, body.text, at_ms)
    return replace(state, returned_notes=(*kept, notes))


def _broadcast(state: SessionState, body: be.BroadcastSent, at_ms: int) -> SessionState:
    if state.breakouts is None:
        return state
    said = Broadcast(body.participant_id, body.text, at_ms)
    return with_breakouts(state, broadcasts=(*state.breakouts.broadcasts, said)[-KEPT_BROADCASTS:])


def _voice(state: SessionState, body: be.BroadcastVoiceChanged, _: int) -> SessionState:
    return with_breakouts(state, voice_by=body.participant_id)


EVOLVE: dict[type[Any], Evolve] = {
    be.BreakoutsOpened: _opened,
    be.BreakoutsExtended: _extended,
    be.BreakoutsWarned: _warned,
    be.BreakoutsClosing: _closing,
    be.BreakoutsClosed: _closed,
    be.ParticipantMoved: _moved,
    be.BreakoutAssigned: _assigned_one,
    be.HelpCalled: _help_called,
    be.HelpAnswered: _help_answered,
    be.HelpPlaceChanged: _same,
    be.RoomNotesWritten: _notes_written,
    be.RoomNotesReturned: _notes_returned,
    be.BroadcastSent: _broadcast,
    be.BroadcastVoiceChanged: _voice,
}
