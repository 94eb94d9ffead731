"""WB, NO: who opens the whiteboard, and who may see and change a pad."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain import whiteboard_commands as wc
from server.domain.errors import DomainError
from server.domain.state import THE_SERVER, Actor, SessionState
from server.domain.whiteboard import PADS, Pad, PadKind, check_reader, check_writer
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class


def code_of(
    state: SessionState, actor: Actor, pad: Pad, *, writes: bool = False, now_ms: int = 0
) -> str | None:
    try:
        if writes:
            check_writer(state, actor, pad, now_ms)
        else:
            check_reader(state, actor, pad)
    except DomainError as error:
        return error.code
    return None


def test_WB1_opened_and_closed_once_by_a_facilitator() -> None:
    world = live_class(OPEN, ADA)
    with pytest.raises(DomainError, match="role"):
        world.do(ADA, wc.OpenWhiteboard())
    world.do(FAY, wc.OpenWhiteboard())
    assert world.state.whiteboard.opened_by == "fay"
    assert world.do(FAY, wc.OpenWhiteboard()) == []
    world.do(FAY, wc.CloseWhiteboard())
    assert not world.state.whiteboard.is_open
    assert world.do(FAY, wc.CloseWhiteboard()) == []


def test_WB1_the_end_of_the_session_closes_it() -> None:
    world = live_class()
    world.do(FAY, wc.OpenWhiteboard())
    world.do(FAY, c.EndSession())
    assert world.types()[-2:] == ["whiteboard_closed", "session_ended"]
    assert world.last("whiteboard_closed") == {"participant_id": None}


def test_WB1_a_restart_leaves_it_open() -> None:
    world = live_class()
    world.do(FAY, wc.OpenWhiteboard())
    world.epoch(2_000_000, 50)
    assert world.state.whiteboard.is_open


def test_WB2_NO1_the_table_of_who_sees_and_changes_what() -> None:
    """Every presence × pad × open or not × place, written out once more."""
    world = live_class(OPEN, ADA)
    for presence, pad, is_open, room_id in product(
        ("waiting", "present", "away", "left", "denied", "removed"), PADS, (0, 1), ("main", "r1")
    ):
        opened = replace(world.state.whiteboard, opened_at_ms=5 if is_open else None)
        ada = replace(world.state.participants["ada"], presence=presence, room_id=room_id)
        people = {**world.state.participants, "ada": ada}
        state = replace(world.state, whiteboard=opened, participants=people)
        if presence in ("waiting", "denied", "removed"):
            expected = presence
        elif presence != "present":
            expected = "not_present"
        elif pad == "notes":
            expected = None
        elif not is_open:
            expected = "whiteboard_closed"
        else:
            expected = None if room_id == "main" else "other_room"
        for writes in (False, True):
            found = code_of(state, ADA, pad, writes=writes)
            assert found == expected, (presence, pad, is_open, room_id, writes)
        assert code_of(replace(state, stage="ended"), ADA, pad) == (
            expected if presence != "present" else "session_ended"
        )
        assert code_of(state, BOB, pad) == "not_present", "never been here"


@pytest.mark.parametrize("pad", PADS)
def test_WB3_NO2_a_lock_stops_learners_from_changing_and_from_nothing_else(pad: PadKind) -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, wc.OpenWhiteboard())
    world.do(FAY, c.SetLock(pad, True))
    assert code_of(world.state, ADA, pad, writes=True) == "locked"
    assert code_of(world.state, ADA, pad) is None
    assert code_of(world.state, FAY, pad, writes=True) is None
    world.do(FAY, c.SetLock(pad, False))
    assert code_of(world.state, ADA, pad, writes=True) is None
    world.do(FAY, c.Leave())
    assert code_of(world.state, ADA, pad, writes=True, now_ms=10**9) == "unattended"


def with_rooms() -> tuple[World, str, str]:
    """Ada in the first room, Bob in the second."""
    world: World = live_class(OPEN, ADA, BOB)
    world.do(FAY, wc.OpenWhiteboard())
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue")))
    rooms = world.last("breakouts_drafted")["rooms"]
    red, blue = (room["room_id"] for room in rooms)
    world.do(FAY, bc.MoveParticipant("ada", red))
    world.do(FAY, bc.MoveParticipant("bob", blue))
    return world, red, blue


def test_WB9_a_room_has_a_whiteboard_of_its_own_while_it_is_open() -> None:
    world, red, blue = with_rooms()
    board, other = f"board:{red}", f"board:{blue}"
    assert code_of(world.state, ADA, board) == "other_room", "the rooms are only planned"
    world.do(FAY, bc.OpenBreakouts())
    assert world.state.participants["ada"].room_id == red
    for writes in (False, True):
        assert code_of(world.state, ADA, "whiteboard", writes=writes) == "other_room"
        assert code_of(world.state, ADA, board, writes=writes) is None
        assert code_of(world.state, ADA, other, writes=writes) == "other_room"
        assert code_of(world.state, BOB, board, writes=writes) == "other_room"
        assert code_of(world.state, FAY, board, writes=writes) == "other_room"
        assert code_of(world.state, ADA, "board:made-up", writes=writes) == "other_room"
    world.do(FAY, bc.VisitRoom(red))
    assert code_of(world.state, FAY, board, writes=True) is None
    world.do(FAY, c.SetLock("whiteboard", True))
    assert code_of(world.state, ADA, board, writes=True) == "locked"
    assert code_of(world.state, ADA, board) is None


def test_WB9_closed_it_comes_back_with_the_notes_and_changes_no_more() -> None:
    world, red, blue = with_rooms()
    world.do(FAY, bc.OpenBreakouts())
    world.do(ADA, bc.WriteRoomNotes("We found it"))
    world.do(FAY, bc.CloseBreakouts(0))
    assert world.state.breakouts is not None
    assert not world.state.breakouts.is_open
    board, other = f"board:{red}", f"board:{blue}"
    for who in (ADA, BOB, FAY):
        assert code_of(world.state, who, board) is None
        assert code_of(world.state, who, board, writes=True) == "room_closed"
    assert code_of(world.state, FAY, other) is None, "without notes it is the facilitators'"
    assert code_of(world.state, BOB, other) == "other_room"


def test_WB5_a_picture_does_not_stand_before_it_was_asked_for() -> None:
    world = live_class()
    world.do(FAY, wc.OpenWhiteboard())

    world.do(THE_SERVER, wc.ReportWhiteboardPicture("p1", 10**9, 640, 480))
    assert world.last("whiteboard_pictured")["from_ms"] == world.now_ms
