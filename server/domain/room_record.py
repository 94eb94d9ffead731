"""Breakout rooms, and sides of debates by themselves, in the recording (docs/rules.md, BR)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.domain import breakout_events as be
from server.domain.board_record import BoardShown, BoardWalk
from server.domain.events import Event
from server.domain.place import huddles
from server.domain.state import SessionState

_OPEN = -1


@dataclass(frozen=True, slots=True)
class RoomOnRecord:
    """A breakout room while it was open; a set that was opened twice has it twice. Or a side of a
    debate while it was by itself, which has no breakout and a ``debate_id``."""

    breakout_id: str
    room_id: str
    name: str
    task: str
    from_ms: int
    to_ms: int
    members: frozenset[str] = frozenset()
    """who was in it meanwhile, on record or not"""
    debate_id: str | None = None
    side: str | None = None
    name_de: str = ""
    boards: tuple[BoardShown, ...] = ()
    """pictures of the room's whiteboard, in order"""


class RoomWalk:
    """Breakout rooms, fed with every event and the state after it."""

    def __init__(self) -> None:
        self._rooms: list[RoomOnRecord] = []

    def note(self, event: Event, state: SessionState) -> None:
        match event.body:
            case be.BreakoutsOpened(breakout_id=key) if state.breakouts is not None:
                self._rooms += [
                    RoomOnRecord(key, room.room_id, room.name, room.task, event.at_ms, _OPEN)
                    for room in state.breakouts.rooms
                ]
            case be.BreakoutsClosed():
                self._close(event.at_ms)
            case _:
                pass

    def enter(self, state: SessionState) -> None:
        if all(room.to_ms != _OPEN for room in self._rooms):
            return
        inside: dict[str, set[str]] = {}
        for who in state.present:
            inside.setdefault(who.room_id, set()).add(who.participant_id)
        self._rooms = [
            replace(room, members=room.members | inside[room.room_id])
            if room.to_ms == _OPEN and not inside.get(room.room_id, set()) <= room.members
            else room
            for room in self._rooms
        ]

    def finish(self, boards: BoardWalk, end_ms: int) -> tuple[RoomOnRecord, ...]:
        self._close(end_ms)
        return tuple(
            replace(one, boards=boards.in_room(one.room_id, one.from_ms, one.to_ms))
            for one in self._rooms
        )

    def _close(self, at_ms: int) -> None:
        self._rooms = [
            replace(room, to_ms=at_ms) if room.to_ms == _OPEN else room for room in self._rooms
        ]


class HuddleWalk:
    """Sides of debates that are by themselves, from one state to the next (BR14)."""

    def __init__(self) -> None:
        self._open: dict[str, RoomOnRecord] = {}
        self._done: list[RoomOnRecord] = []

    def step(self, state: SessionState, at_ms: int) -> None:
        inside: dict[str, set[str]] = {}
        for who, place in huddles(state).items():
            inside.setdefault(place, set()).add(who)
        for place in [place for place in self._open if place not in inside]:
            self._done.append(replace(self._open.pop(place), to_ms=at_ms))
        for place, members in inside.items():
            known = self._open.get(place)
            if known is None:
                known = _huddle(state, place, at_ms)
            if known is not None:
                self._open[place] = replace(known, members=known.members | members)

    def finish(self, end_ms: int) -> tuple[RoomOnRecord, ...]:
        rest = [replace(one, to_ms=end_ms) for one in self._open.values()]
        return tuple(sorted([*self._done, *rest], key=lambda one: (one.from_ms, one.room_id)))


def _huddle(state: SessionState, place: str, at_ms: int) -> RoomOnRecord | None:
    _, debate_id, side_id = place.split(":", 2)
    debate = state.debates.get(debate_id)
    side = None if debate is None else next((s for s in debate.form.sides if s.id == side_id), None)
    if debate is None or side is None:
        return None
    return RoomOnRecord(
        "", place, side.name.get("en"), debate.motion, at_ms, _OPEN,
        debate_id=debate_id, side=side_id, name_de=side.name.get("de"),
    )  # fmt: skip
