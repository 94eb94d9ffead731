"""From rooms, floors and huddles of the state to commands of the media plane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.domain import debate_commands as dc
from server.domain.breakout_state import BreakoutRoom, Breakouts
from server.domain.commands import ReportCaptureStarted
from server.media.plane import (
    PlaceTransport,
    SetFloor,
    SetGuests,
    StartCapture,
    StopCapture,
)
from tests.debate_world import Hall, shipped
from tests.live_world import FAY, OPEN, live_class
from tests.media.test_media_control import ON, Class, on_record


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    made = Class(tmp_path)
    await made.control.start(made.host)
    yield made
    await made.control.close()


async def moves(room: Class, name: str, room_id: str) -> None:
    await room.change(replace(room.host.current.participants[name], room_id=room_id))


async def test_BR4_a_move_is_a_routing_change_and_nothing_else(room: Class) -> None:
    ann = await room.present("ann", "microphone")
    room.plane.commands.clear()
    opened = len(room.plane.opened)
    await moves(room, "ann", "b.1")
    assert room.plane.take(PlaceTransport) == [PlaceTransport(ann, "s1/b.1")]
    await moves(room, "ann", "main")
    assert room.plane.take(PlaceTransport) == [PlaceTransport(ann, "s1/main")]
    assert len(room.plane.opened) == opened


async def test_BR15_a_capture_belongs_to_one_room(room: Class) -> None:
    ann = await on_record(room, "ann", "microphone")
    first = room.plane.take(StartCapture)[0]
    await moves(room, "ann", "b.1")
    assert room.plane.take(StopCapture) == [StopCapture(f"{ann}:0")]
    second = room.plane.take(StartCapture)[0]
    assert second.path != first.path
    await room.until(lambda: len(room.host.reports) >= 2)
    rooms = [r.room_id for r in room.host.reports if isinstance(r, ReportCaptureStarted)]
    assert rooms == ["main", "b.1"]


def with_voice(by: str | None) -> Breakouts:
    return Breakouts("b", (BreakoutRoom("b.1", "Red"),), "open", voice_by=by)


async def test_BR10_a_voice_for_all_is_a_guest_in_every_other_room(room: Class) -> None:
    fay = await room.present("fay", "microphone", role="facilitator")
    await room.present("ann", "microphone", room_id="b.1")
    await room.present("bob", "microphone", room_id="b.2")
    room.plane.commands.clear()
    await room.change(breakouts=with_voice("fay"))
    told = {(one.room_id, one.publication_ids) for one in room.plane.take(SetGuests)}
    voice = frozenset({f"{fay}:0"})
    assert told == {("s1/b.1", voice), ("s1/b.2", voice)}
    await moves(room, "fay", "b.1")
    told = {(one.room_id, one.publication_ids) for one in room.plane.take(SetGuests)}
    assert told == {("s1/b.1", frozenset())}, "in this room they are at home"
    await moves(room, "fay", "main")
    room.plane.commands.clear()
    again = await room.connects("fay")
    anew = {one.publication_ids for one in room.plane.take(SetGuests)}
    assert anew == {frozenset({f"{again}:0"})}, "a rejoin is heard under its new connection"
    await room.change(breakouts=with_voice(None))
    told = {(one.room_id, one.publication_ids) for one in room.plane.take(SetGuests)}
    assert told == {("s1/b.1", frozenset()), ("s1/b.2", frozenset())}


# ---- the floor ---------------------------------------------------------------------------------


def debate(format_id: str = "quick", **plan: Any) -> Hall:
    return Hall(live_class(OPEN), FAY, shipped(format_id), advance="automatic", **plan)


async def takes(room: Class, hall: Hall) -> None:
    """The state of the debate is the session's; everybody's microphone is on."""
    people = [
        replace(who, tracks={"microphone": True}, consent="given")
        for who in hall.world.state.participants.values()
    ]
    state = hall.world.state
    await room.change(*people, debates=state.debates, recording=ON, stage="live")


async def test_DB6_only_who_has_the_floor_is_heard_whatever_their_microphone_says(
    room: Class,
) -> None:
    hall = debate()
    await takes(room, hall)
    speaker = next(iter(hall.by_seat.values())).participant_id or ""
    await room.connects(speaker)
    await room.connects("fay")
    room.plane.commands.clear()
    hall.do(FAY, dc.BeginDebate)
    await takes(room, hall)
    hall.wait(hall.debate.form.prep_s * 1000)
    await takes(room, hall)
    assert room.plane.take(SetFloor)[-1].participant_ids == frozenset({"fay"}), "nobody yet"
    hall.wait(hall.debate.gap_ms)
    await takes(room, hall)
    floor = room.plane.take(SetFloor)[-1]
    assert (floor.room_id, floor.participant_ids) == ("s1/main", hall.floor)
    assert floor.priority_ids == hall.floor, "whoever holds it is among those who are sent"
    hall.do(FAY, dc.EndDebate)
    await takes(room, hall)
    assert room.plane.take(SetFloor) == [SetFloor("s1/main", None)]


async def test_DB6_the_floor_is_known_before_anybody_is_placed(room: Class) -> None:
    hall = debate("karl-popper")
    hall.do(FAY, dc.BeginDebate)
    hall.wait(hall.debate.gap_ms)
    await takes(room, hall)
    others = [who.participant_id or "" for who in hall.by_seat.values()]
    quiet = next(one for one in others if one not in (hall.floor or ()))
    room.plane.commands.clear()
    await room.connects(quiet)
    commands = room.plane.commands
    floor = next(one for one in commands if isinstance(one, SetFloor))
    place = next(one for one in commands if isinstance(one, PlaceTransport))
    assert quiet not in (floor.participant_ids or frozenset())
    assert commands.index(floor) < commands.index(place)
    # The connection breaks and comes back: still without the floor, and the plane knows.
    room.plane.commands.clear()
    await room.connects(quiet)
    assert [one.room_id for one in room.plane.take(PlaceTransport)] == ["s1/main"]
    assert room.plane.take(SetFloor) == []


async def test_DB9_a_side_that_prepares_is_heard_by_itself_only(room: Class) -> None:
    hall = debate()
    seats = {seat.partition(":")[0]: who for seat, who in hall.by_seat.items()}
    assert len(seats) == 2
    await takes(room, hall)
    for who in seats.values():
        await room.connects(who.participant_id or "")
    room.plane.commands.clear()
    hall.do(FAY, dc.BeginDebate)
    await takes(room, hall)
    assert hall.debate.stage == "preparing"
    placed = {one.room_id for one in room.plane.take(PlaceTransport)}
    assert placed == {f"s1/side:{hall.debate_id}:{side}" for side in seats}
    hall.wait(hall.debate.form.prep_s * 1000)
    await takes(room, hall)
    assert {one.room_id for one in room.plane.take(PlaceTransport)} == {"s1/main"}
