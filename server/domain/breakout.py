"""Breakout rooms, planned: drafts, who belongs where, sets kept for next time (docs/rules.md, BR).

What happens once they are open is in breakout_run.py. A set goes draft → open → closing →
closed, and a closed one may be opened again: its rooms, people, chat and notes are still there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.domain import breakout_commands as bc
from server.domain import breakout_events as be
from server.domain.breakout_deal import at_random, by_airtime, by_group
from server.domain.breakout_state import BreakoutRoom, Breakouts, BreakoutSet
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.channels import FACILITATORS, SESSION
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.observer import find_taking_part
from server.domain.state import MAIN_ROOM, Participant, SessionState

MOST_ROOMS = 50
MOST_SETS = 50
LONGEST_NAME = 80
LONGEST_TASK = 1000
SHORTEST_MS = 10_000
LONGEST_MS = 12 * 3600_000


def current(state: SessionState) -> Breakouts:
    if state.breakouts is None:
        raise NotFound("breakouts_not_found", "There are no breakout rooms.")
    return state.breakouts


def planned(state: SessionState) -> Breakouts:
    breakouts = current(state)
    if breakouts.is_open:
        raise Conflict("breakouts_are_open", "The breakout rooms are open; close them first.")
    return breakouts


def find_room(breakouts: Breakouts, room_id: str) -> BreakoutRoom:
    room = breakouts.room(room_id)
    if room is None:
        raise NotFound("room_not_found", "There is no such breakout room.")
    return room


def learners_here(state: SessionState) -> list[str]:
    return [
        who.participant_id
        for who in state.participants.values()
        if who.is_learner and who.presence in ("present", "away")
    ]


def rooms_followed(state: SessionState, viewer: Participant) -> tuple[str, ...]:
    """The rooms whose chat, notes and calls this person may read: facilitators all, others the
    one they are in."""
    breakouts = state.breakouts
    if viewer.role == "facilitator":
        if breakouts is None or breakouts.stage == "draft":
            return ()
        return tuple(room.room_id for room in breakouts.rooms)
    return (viewer.room_id,) if viewer.room_id != MAIN_ROOM else ()


def check_duration(duration_ms: int | None) -> int | None:
    if duration_ms is not None and not SHORTEST_MS <= duration_ms <= LONGEST_MS:
        raise Invalid(
            "bad_duration", "Rooms are open for 10 seconds to 12 hours.", field="duration_ms"
        )
    return duration_ms


# ---- decide ----------------------------------------------------------------------------------


def draft(state: SessionState, command: bc.DraftBreakouts, ask: Ask) -> list[Change]:
    if state.breakouts is not None:
        planned(state)
    names = [clean_text(name, "names", LONGEST_NAME) for name in command.names]
    if not 1 <= len(names) <= MOST_ROOMS:
        raise Invalid("bad_room_count", f"1 to {MOST_ROOMS} rooms.", field="names")
    if command.tasks and len(command.tasks) != len(names):
        raise Invalid("bad_tasks", "One task a room, or none at all.", field="tasks")
    if command.room_size is not None and command.room_size < 1:
        raise Invalid("bad_room_size", "A room is for one person at least.", field="room_size")
    members: list[list[str]] = [[] for _ in names]
    for participant_id, index in command.assignment.items():
        find_taking_part(state, participant_id)
        if not 0 <= index < len(names):
            raise Invalid("room_not_found", "There is no such room.", field="assignment")
        members[index].append(participant_id)
    breakout_id = ask.new_id()
    tasks = command.tasks or ("",) * len(names)
    rooms = tuple(
        _room_data(
            BreakoutRoom(f"{breakout_id}.{index + 1}", name, _task(task), tuple(members[index]))
        )
        for index, (name, task) in enumerate(zip(names, tasks, strict=True))
    )
    body = be.BreakoutsDrafted(
        breakout_id,
        rooms,
        check_duration(command.duration_ms),
        command.late,
        command.may_return,
        command.may_choose,
        command.room_size,
    )
    return [Change(body, FACILITATORS)]


def _task(task: str) -> str:
    return clean_text(task, "tasks", LONGEST_TASK) if task.strip() else ""


def _room_data(room: BreakoutRoom) -> Mapping[str, Any]:
    return {
        "room_id": room.room_id,
        "name": room.name,
        "task": room.task,
        "participant_ids": list(room.participant_ids),
    }


def rooms_data(breakouts: Breakouts) -> tuple[Mapping[str, Any], ...]:
    return tuple(_room_data(room) for room in breakouts.rooms)


def assign(state: SessionState, command: bc.AssignBreakouts, ask: Ask) -> list[Change]:
    """Deal the learners who are here anew, or only those who belong to no room yet."""
    breakouts = planned(state)
    kept = {one for room in breakouts.rooms for one in room.participant_ids if command.is_rest_only}
    sizes = [len(room.participant_ids) if kept else 0 for room in breakouts.rooms]
    people = [one for one in learners_here(state) if one not in kept]
    seed = ask.new_id()
    if command.how == "none":
        deal: Mapping[str, int] = {}
    elif command.how == "random":
        deal = at_random(people, sizes, seed)
    elif command.how == "groups":
        deal = by_group(people, sizes, command.groups, seed)
    else:
        deal = by_airtime(people, sizes, state.talked_ms, seed)
    members = [
        (*(room.participant_ids if kept else ()), *(one for one, at in deal.items() if at == index))
        for index, room in enumerate(breakouts.rooms)
    ]
    rooms = tuple(
        _room_data(replace(room, participant_ids=tuple(each)))
        for room, each in zip(breakouts.rooms, members, strict=True)
    )
    return [
        Change(be.BreakoutsAssigned(breakouts.breakout_id, rooms, command.how, seed), FACILITATORS)
    ]


def edit_room(state: SessionState, command: bc.EditBreakoutRoom, _: Ask) -> list[Change]:
    breakouts = current(state)
    room = find_room(breakouts, command.room_id)
    name = clean_text(command.name, "name", LONGEST_NAME)
    task = clean_text(command.task, "task", LONGEST_TASK) if command.task.strip() else ""
    if (name, task) == (room.name, room.task):
        return []
    channel = SESSION if breakouts.is_open else FACILITATORS
    return [Change(be.BreakoutRoomEdited(room.room_id, name, task), channel)]


def save_set(state: SessionState, command: bc.SaveBreakoutSet, ask: Ask) -> list[Change]:
    breakouts = current(state)
    name = clean_text(command.name, "name", LONGEST_NAME)
    if len(state.breakout_sets) >= MOST_SETS:
        raise Conflict("too_many_sets", f"At most {MOST_SETS} sets; delete one first.")
    body = be.BreakoutSetSaved(ask.new_id(), name, rooms_data(breakouts))
    return [Change(body, FACILITATORS)]


def delete_set(state: SessionState, command: bc.DeleteBreakoutSet, _: Ask) -> list[Change]:
    if all(one.set_id != command.set_id for one in state.breakout_sets):
        raise NotFound("breakout_set_not_found", "There is no such set of rooms.")
    return [Change(be.BreakoutSetDeleted(command.set_id), FACILITATORS)]


DECIDE: dict[type[Any], Decide] = {
    bc.DraftBreakouts: draft,
    bc.AssignBreakouts: assign,
    bc.EditBreakoutRoom: edit_room,
    bc.SaveBreakoutSet: save_set,
    bc.DeleteBreakoutSet: delete_set,
}


# ---- evolve ----------------------------------------------------------------------------------


def rooms_of(data: Iterable[Mapping[str, Any]]) -> tuple[BreakoutRoom, ...]:
    return tuple(
        BreakoutRoom(
            str(room["room_id"]),
            str(room["name"]),
            str(room["task"]),
            tuple(map(str, room["participant_ids"])),
        )
        for room in data
    )


def with_breakouts(state: SessionState, **changes: Any) -> SessionState:
    if state.breakouts is None:
        return state
    return replace(state, breakouts=replace(state.breakouts, **changes))


def with_room(state: SessionState, room_id: str, **changes: Any) -> SessionState:
    breakouts = state.breakouts
    if breakouts is None or breakouts.room(room_id) is None:
        return state
    rooms = tuple(
        replace(room, **changes) if room.room_id == room_id else room for room in breakouts.rooms
    )
    return with_breakouts(state, rooms=rooms)


def belonging(
    rooms: Sequence[BreakoutRoom], participant_id: str, room_id: str | None
) -> tuple[BreakoutRoom, ...]:
    """The rooms with this person in that one and in no other."""
    result: list[BreakoutRoom] = []
    for room in rooms:
        others = tuple(one for one in room.participant_ids if one != participant_id)
        wanted = (*others, participant_id) if room.room_id == room_id else others
        is_same = room.room_id == room_id and participant_id in room.participant_ids
        result.append(room if is_same else replace(room, participant_ids=wanted))
    return tuple(result)


def _drafted(state: SessionState, body: be.BreakoutsDrafted, _: int) -> SessionState:
    breakouts = Breakouts(
        body.breakout_id,
        rooms_of(body.rooms),
        duration_ms=body.duration_ms,
        late=body.late,
        may_return=body.may_return,
        may_choose=body.may_choose,
        room_size=body.room_size,
    )
    return replace(state, breakouts=breakouts)


def _assigned(state: SessionState, body: be.BreakoutsAssigned, _: int) -> SessionState:
    breakouts = state.breakouts
    if breakouts is None:
        return state
    members = {room.room_id: room.participant_ids for room in rooms_of(body.rooms)}
    return with_breakouts(
        state,
        rooms=tuple(
            replace(room, participant_ids=members.get(room.room_id, ())) for room in breakouts.rooms
        ),
    )


def _edited(state: SessionState, body: be.BreakoutRoomEdited, _: int) -> SessionState:
    return with_room(state, body.room_id, name=body.name, task=body.task)


def _set_saved(state: SessionState, body: be.BreakoutSetSaved, _: int) -> SessionState:
    saved = BreakoutSet(body.set_id, body.name, rooms_of(body.rooms))
    return replace(state, breakout_sets=(*state.breakout_sets, saved))


def _set_deleted(state: SessionState, body: be.BreakoutSetDeleted, _: int) -> SessionState:
    kept = tuple(one for one in state.breakout_sets if one.set_id != body.set_id)
    return replace(state, breakout_sets=kept)


EVOLVE: dict[type[Any], Evolve] = {
    be.BreakoutsDrafted: _drafted,
    be.BreakoutsAssigned: _assigned,
    be.BreakoutRoomEdited: _edited,
    be.BreakoutSetSaved: _set_saved,
    be.BreakoutSetDeleted: _set_deleted,
}
