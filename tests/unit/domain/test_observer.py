"""OB: observers watch and hear, take no part, are counted nowhere and hidden from nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.breakout import learners_here
from server.domain.chat_file import check_upload
from server.domain.dashboard import SILENT_AFTER_MS, dashboard_of
from server.domain.errors import DomainError, NotAllowed
from server.domain.lock import check_reaction
from server.domain.record import record_of
from server.domain.session import fold
from server.domain.state import MAIN_ROOM, THE_SERVER, Actor
from server.domain.whiteboard import PADS, check_reader, check_writer
from server.domain.whiteboard_commands import OpenWhiteboard
from tests.debate_world import Hall, shipped
from tests.live_world import ADA, BOB, FAY, OLA, OPEN, World, live_class

LOBBY = replace(OPEN, lobby_is_on=True)


def code_of(world: World, actor: Actor, command: Any) -> str:
    with pytest.raises(DomainError) as refused:
        world.do(actor, command)
    return refused.value.code


def become(world: World, who: Actor, role: Any) -> list[str]:
    """The role changes in the database; the class is told at once."""
    events = world.do(THE_SERVER, c.NoteSeat(str(who.participant_id), who.name, role))
    return [event.type for event in events]


# ---- watching ----------------------------------------------------------------------------------


def test_OB1_what_an_observer_asks_for_changes_nothing_for_others() -> None:
    world = live_class(OPEN, ADA, OLA)
    for command in (
        c.RaiseHand(), c.SendChat("hello"), c.SetTrack("microphone", True), c.TapConfusion(),
        c.GiveConsent(True),
    ):  # fmt: skip
        assert code_of(world, OLA, command) == "not_allowed"
    (marked,) = world.do(OLA, c.MarkMoment("for me"))
    assert (marked.channel, world.state.moments[0].is_private) == ("person:ola", True)


def test_OB1_what_is_no_command_is_refused_as_well() -> None:
    world = live_class(OPEN, ADA, OLA)
    world.do(FAY, OpenWhiteboard())
    for pad in PADS:
        check_reader(world.state, OLA, pad)
        with pytest.raises(NotAllowed) as refused:
            check_writer(world.state, OLA, pad, world.now_ms)
        assert refused.value.code == "observer_watches"
    with pytest.raises(NotAllowed, match="watch"):
        check_reaction(world.state, OLA, world.now_ms)
    with pytest.raises(NotAllowed):
        check_upload(world.state, OLA, world.now_ms)


def test_OB2_observers_come_in_by_the_same_door() -> None:
    world = live_class(LOBBY, ADA)
    world.join(OLA)
    assert world.state.participants["ola"].presence == "waiting"
    world.do(FAY, c.Admit("ola"))
    assert world.last("participant_joined")["role"] == "observer"
    world.do(OLA, c.Leave())
    world.do(FAY, c.SetLock("room", True))
    world.join(OLA)  # who was inside before comes back
    other = Actor("oz", "observer", "Oz")
    assert code_of(world, other, c.Join()) == "room_locked"


def test_OB3_nobody_asks_an_observer_to_take_part() -> None:
    world = live_class(OPEN, ADA, OLA)
    room = Hall(world, FAY, shipped("quick"))
    for command in (
        c.InviteToSpeak("ola"),
        c.Spotlight("ola"),
        c.SendChat("psst", to="ola"),
        dc.AssignSeat(room.debate_id, "pro:1", "ola"),
        dc.SetChair(room.debate_id, "ola"),
        dc.SetAdjudicators(room.debate_id, ("ola",)),
        dc.DrawSeats(room.debate_id, "random", ("ola",)),
        bc.DraftBreakouts(("One",), assignment={"ola": 0}),
    ):
        assert code_of(world, FAY, command) == "is_observer", command
    room.do(FAY, dc.BeginDebate)
    room.do(FAY, dc.NextSpeech)
    assert room.refused(FAY, dc.NameSpeaker, 0, "ola") == "is_observer"


# ---- breakout rooms ----------------------------------------------------------------------------


def test_OB4_observers_stay_in_the_main_room_and_may_be_let_into_another() -> None:
    world = live_class(OPEN, ADA, BOB, OLA)
    world.do(FAY, bc.DraftBreakouts(("One", "Two"), late="smallest"))
    room_id = world.state.breakouts.rooms[0].room_id  # type: ignore[union-attr]
    assert code_of(world, FAY, bc.MoveParticipant("ola", room_id)) == "is_observer"
    world.do(FAY, bc.AssignBreakouts("random"))
    assert "ola" not in learners_here(world.state)
    world.do(FAY, bc.OpenBreakouts())
    where = world.state.participants
    assert (where["ola"].room_id, where["ada"].room_id != MAIN_ROOM) == (MAIN_ROOM, True)
    world.do(OLA, c.Leave())
    world.join(OLA)  # late joiners are placed; observers are not
    assert world.state.participants["ola"].room_id == MAIN_ROOM
    world.do(FAY, bc.MoveParticipant("ola", room_id))
    assert world.state.participants["ola"].room_id == room_id
    assert world.do(FAY, bc.MoveParticipant("ola", room_id)) == []
    assert world.state.breakouts.room_of("ola") is None  # type: ignore[union-attr]
    assert code_of(world, OLA, bc.ReturnToMain()) == "not_allowed"
    world.do(FAY, bc.MoveParticipant("ola", MAIN_ROOM))
    assert world.state.participants["ola"].room_id == MAIN_ROOM
    world.do(FAY, bc.MoveParticipant("ola", room_id))
    world.do(FAY, bc.CloseBreakouts(0))
    assert world.state.participants["ola"].room_id == MAIN_ROOM


# ---- becoming one ------------------------------------------------------------------------------


def test_OB5_who_becomes_an_observer_puts_everything_down() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.SetTrack("camera", True))
    world.do(ADA, c.RaiseHand())
    world.do(FAY, c.InviteToSpeak("ada"))
    world.do(FAY, c.Spotlight("ada"))
    assert become(world, ADA, "observer") == [
        "hand_lowered", "spotlight_changed", "track_changed", "speak_declined",
        "participant_changed",
    ]  # fmt: skip
    ada = world.state.participants["ada"]
    assert (ada.role, ada.invitation, any(ada.tracks.values())) == ("observer", "none", False)
    assert (world.state.hands, world.state.spotlight) == ((), None)
    assert become(world, ADA, "observer") == []
    assert become(world, ADA, "learner") == ["participant_changed"]
    world.do(ADA, c.RaiseHand())


def test_OB5_the_next_command_or_join_brings_it_about_too() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.RaiseHand())
    watching = replace(ADA, role="observer")
    assert [e.type for e in world.do(watching, c.MarkMoment("m"))] == [
        "hand_lowered", "participant_changed", "moment_marked",
    ]  # fmt: skip
    world.do(BOB, c.RaiseHand())
    world.do(THE_SERVER, c.LoseConnection("bob"))
    assert [e.type for e in world.do(replace(BOB, role="observer"), c.Join())] == [
        "hand_lowered", "participant_joined",
    ]  # fmt: skip


def test_OB5_what_was_planned_for_them_is_planned_no_more() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, bc.DraftBreakouts(("One",), assignment={"ada": 0, "bob": 0}))
    room = Hall(world, FAY, shipped("quick"))
    speaker = room.by_seat["pro:1"]
    room.do(FAY, dc.SetChair, "ada")
    room.do(FAY, dc.SetAdjudicators, ("bob",))
    for who in (ADA, BOB, speaker):
        become(world, who, "observer")
    debate = room.debate
    assert (debate.chair_id, debate.adjudicators) == (None, ())
    assert "pro:1" not in debate.seats
    assert world.state.breakouts.rooms[0].participant_ids == ()  # type: ignore[union-attr]


def test_OB5_a_room_that_is_open_is_left_and_a_speech_stops() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, bc.DraftBreakouts(("One",), assignment={"ada": 0}))
    world.do(FAY, bc.OpenBreakouts())
    assert become(world, ADA, "observer") == ["participant_moved", "participant_changed"]
    assert world.state.participants["ada"].room_id == MAIN_ROOM
    world.do(FAY, bc.CloseBreakouts(0))
    room = Hall(world, FAY, shipped("quick"))
    room.do(FAY, dc.BeginDebate)
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    assert room.debate.since_ms is not None
    become(world, room.by_seat["pro:1"], "observer")
    assert (room.debate.since_ms, room.debate.halt) == (None, "speaker_lost")


def test_OB5_who_waits_in_the_lobby_is_let_in_as_what_they_are_now() -> None:
    world = live_class(LOBBY)
    world.join(ADA)
    (changed,) = world.do(THE_SERVER, c.NoteSeat("ada", "Ada", "observer"))
    assert (changed.type, changed.channel) == ("participant_changed", "role:facilitator")
    world.do(FAY, c.Admit("ada"))
    assert world.state.participants["ada"].role == "observer"


# ---- counted nowhere ---------------------------------------------------------------------------


def test_OB6_observers_are_never_on_record_and_keep_no_clock_running() -> None:
    world = live_class(OPEN, ADA, OLA)
    world.do(ADA, c.GiveConsent(True))
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    become(world, ADA, "observer")
    assert not world.state.is_on_record("ada")
    world.do(FAY, c.Leave(), after_ms=1000)
    assert world.state.recording.since_ms is None
    assert world.state.is_attended is False
    record = record_of("s1", world.log)
    assert "ola" not in record.people
    # Who was there may watch what was recorded.
    assert "user-ola" in record.member_user_ids


def test_OB6_votes_that_were_cast_before_still_count() -> None:
    world = live_class(OPEN, ADA, OLA)
    world.do(FAY, c.CreatePoll("?", ("a", "b"), "all"))
    poll_id = world.last("poll_created")["poll_id"]
    world.do(FAY, c.OpenPoll(poll_id))
    world.do(ADA, c.Vote(poll_id, 1))
    become(world, ADA, "observer")
    assert code_of(world, OLA, c.Vote(poll_id, 0)) == "not_allowed"
    assert world.state.polls[poll_id].voters == {"ada"}


def test_OB6_the_board_names_observers_and_holds_none_for_silent() -> None:
    world = live_class(OPEN, ADA, OLA)
    world.now_ms += 2 * SILENT_AFTER_MS
    board = dashboard_of("s1", world.log, world.now_ms)
    rows = {one.participant_id: one for one in board.people}
    assert rows["ola"].role == "observer"
    assert (rows["ada"].is_silent, rows["ola"].is_silent) == (True, False)


def test_OB7_everybody_sees_who_watches() -> None:
    world = live_class(OPEN, ADA, OLA)
    joined = next(e for e in world.log if e.data.get("participant_id") == "ola")
    assert (joined.channel, joined.data["role"]) == ("session", "observer")
    assert fold("s1", world.log) == world.state
