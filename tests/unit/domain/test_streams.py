"""ST: streams are participants without a person behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.breakout import learners_here
from server.domain.dashboard import dashboard_of
from server.domain.errors import DomainError
from server.domain.session import fold
from server.domain.state import MAIN_ROOM, THE_SERVER, Actor
from tests.live_world import ADA, FAY, OPEN, World, live_class

LOBBY = replace(OPEN, lobby_is_on=True)
OBS = Actor("obs", "learner", "OBS", True, None, is_stream=True)
WALL = Actor("wall", "observer", "Wall", True, None, is_stream=True)


def code_of(world: World, actor: Actor, command: Any) -> str:
    with pytest.raises(DomainError) as refused:
        world.do(actor, command)
    return refused.value.code


def test_ST1_ST2_the_token_is_the_way_in_past_the_lobby_and_before_class() -> None:
    early = World(settings=LOBBY)
    early.epoch()
    early.join(OBS)
    assert early.state.participants["obs"].presence == "present"
    world = live_class(LOBBY, ADA)
    world.join(OBS, WALL)
    who = world.state.participants["obs"]
    assert (who.presence, who.is_stream, who.is_learner) == ("present", True, False)
    assert fold("s1", world.log).participants["obs"] == who
    world.do(FAY, c.Remove("obs", may_return=True))
    assert code_of(world, OBS, c.Join()) == "stream_sent_out"
    world.do(FAY, c.Admit("obs"))
    world.join(OBS)
    world.do(FAY, c.Remove("obs"))
    assert code_of(world, OBS, c.Join()) == "removed"


def test_ST2_a_locked_room_takes_no_new_stream() -> None:
    world = live_class(OPEN)
    world.do(FAY, c.SetLock("room", True))
    assert code_of(world, OBS, c.Join()) == "room_locked"


def test_ST4_a_stream_without_a_connection_has_left() -> None:
    world = live_class(OPEN)
    world.join(OBS)
    world.do(OBS, c.SetTrack("camera", True))
    world.do(FAY, c.Spotlight("obs"))
    world.do(THE_SERVER, c.LoseConnection("obs"))
    assert world.state.participants["obs"].presence == "left"
    assert world.state.spotlight is None
    assert not world.state.track_is_on("obs", "camera")


@pytest.mark.parametrize(
    "command",
    [
        c.InviteToSpeak("obs"),
        c.SendChat("Hello", to="obs"),
        bc.DraftBreakouts(("Red",), assignment={"obs": 0}),
    ],
    ids=lambda command: type(command).__name__,
)
def test_ST5_nobody_asks_a_stream_for_what_only_a_person_does(command: Any) -> None:
    world = live_class(OPEN)
    world.join(OBS)
    assert code_of(world, FAY, command) == "is_stream"


def test_ST5_a_stream_counts_nowhere_and_stays_where_it_is_put() -> None:
    world = live_class(OPEN, ADA)
    world.join(OBS)
    state = world.state
    assert {who.participant_id for who in state.taking_part} == {"fay", "ada"}
    assert learners_here(state) == ["ada"]
    board = dashboard_of("s1", world.log, world.now_ms)
    assert {row.participant_id for row in board.people} == {"fay", "ada"}
    world.do(FAY, bc.DraftBreakouts(("Red",), assignment={"ada": 0}))
    world.do(FAY, bc.OpenBreakouts())
    assert world.state.participants["obs"].room_id == MAIN_ROOM
    assert world.state.breakouts is not None
    red = world.state.breakouts.rooms[0].room_id
    world.do(FAY, bc.MoveParticipant("obs", red))
    assert world.state.participants["obs"].room_id == red
    assert world.state.breakouts.room_of("obs") is None


def test_ST5_the_recordings_clock_stands_while_only_a_stream_is_there() -> None:
    world = live_class(OPEN)
    world.join(OBS)
    world.do(FAY, c.StartRecording())
    world.do(FAY, c.Leave())
    assert world.state.recording.since_ms is None


def test_ST7_it_is_on_record_where_its_token_says_so() -> None:
    world = live_class(OPEN)
    world.join(OBS)
    world.do(OBS, c.GiveConsent(True))
    world.do(FAY, c.StartRecording())
    assert world.state.is_on_record("obs")
    world.do(OBS, c.GiveConsent(False))
    assert not world.state.is_on_record("obs")
