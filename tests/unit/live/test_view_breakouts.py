"""EV6 for breakout rooms: whoever moves gets what is in the room, and a snapshot's equal."""

from __future__ import annotations

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.events import EVENT_TYPES
from server.domain.state import Actor
from server.live.wire import channels_of
from tests import breakout_world
from tests.live_world import ADA, BOB, FAY, OPEN
from tests.unit.live.test_view import Watched

GUS = Actor("gus", "facilitator", "Gus")
CY = Actor("cy", "learner", "Cy")


@pytest.fixture
def world() -> Watched:
    made = Watched()
    made.epoch()
    made.join(FAY, ADA, BOB)
    made.settings = OPEN
    made.do(FAY, c.StartSession())
    return made


def test_EV6_holds_for_every_event_about_rooms(world: Watched) -> None:
    breakout_world.rooms_happen(world, FAY, ADA, BOB)
    about_rooms = {
        kind
        for kind in EVENT_TYPES
        if kind.startswith(("breakout", "room_notes", "broadcast", "help_"))
    }
    assert about_rooms | {"participant_moved"} <= set(world.types())


def test_EV6_who_comes_late_or_comes_back_is_in_a_room(world: Watched) -> None:
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"ada": 0, "bob": 1}))
    world.do(FAY, bc.OpenBreakouts())
    world.join(CY, GUS)
    assert world.state.participants["cy"].room_id.endswith(".1")
    assert world.state.participants["gus"].room_id == "main"
    world.do(CY, c.SendChat("hello, I am late"))
    world.do(ADA, c.Leave())
    world.join(ADA)
    assert world.state.participants["ada"].room_id.endswith(".1")
    world.do(FAY, c.EndSession())


def test_BR12_nobody_follows_a_room_they_are_not_in(world: Watched) -> None:
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"ada": 0, "bob": 1}))
    red, blue = (room["room_id"] for room in world.last("breakouts_drafted")["rooms"])
    people = world.state.participants
    assert all("room:" not in one for one in channels_of(world.state, people["fay"]))
    world.do(FAY, bc.OpenBreakouts())
    people = world.state.participants
    assert channels_of(world.state, people["ada"])[-1] == f"room:{red}"
    assert f"room:{blue}" not in channels_of(world.state, people["ada"])
    assert set(channels_of(world.state, people["fay"])) >= {f"room:{red}", f"room:{blue}"}
    world.do(ADA, c.SendChat("only for Red"))
    world.do(ADA, bc.WriteRoomNotes("our notes", 0))
    assert "only for Red" not in str(world.fresh("bob"))
    assert "our notes" not in str(world.fresh("bob"))
    assert "only for Red" in str(world.fresh("fay"))
    assert "our notes" in str(world.fresh("fay"))
    assert world.log[-1].room_id == red
    world.do(FAY, bc.CloseBreakouts(0))
    assert "only for Red" not in str(world.fresh("ada"))
    assert "our notes" in str(world.fresh("bob")), "notes come back to the main room"
