"""SE, PA, HA, CH, TR: the session and the people in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain import commands as c
from server.domain.errors import DomainError, Invalid, NotAllowed, NotFound
from server.domain.state import THE_SERVER, Settings
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

LOBBY = replace(OPEN, lobby_is_on=True)


def code_of(world: World, *args: object) -> str:
    with pytest.raises(DomainError) as refused:
        world.do(*args)  # type: ignore[arg-type]
    return refused.value.code


def presence(world: World, who: str) -> str:
    return world.state.participants[who].presence


# ---- SE --------------------------------------------------------------------------------------


def test_SE1_stages_only_go_forward() -> None:
    world = live_class()
    assert world.state.stage == "live"
    assert code_of(world, FAY, c.StartSession()) == "session_already_started"
    world.do(FAY, c.EndSession())
    assert world.state.stage == "ended"
    assert code_of(world, THE_SERVER, c.EndSession()) == "session_ended"


def test_SE2_start_lets_everybody_in_who_waits_when_the_lobby_is_off() -> None:
    world = World()
    world.epoch()
    world.join(FAY, ADA)
    assert presence(world, "ada") == "waiting"
    world.do(FAY, c.StartSession())
    assert presence(world, "ada") == "present"


def test_SE2_start_leaves_them_waiting_when_the_lobby_is_on() -> None:
    world = World(settings=LOBBY)
    world.epoch()
    world.join(FAY, ADA)
    world.do(FAY, c.StartSession())
    assert presence(world, "ada") == "waiting"


def test_SE2_start_records_when_told_to() -> None:
    world = World(settings=Settings(record_automatically=True))
    world.epoch()
    world.join(FAY)
    world.do(FAY, c.StartSession())
    assert world.state.recording.stage == "on"
    assert world.state.participants["fay"].consent == "unasked"


def test_SE3_end_closes_polls_and_the_recording_and_sends_everybody_home() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.RaiseHand())
    world.do(ADA, c.SetTrack("camera", True))
    world.do(FAY, c.CreatePoll("?", ("a", "b")))
    poll_id = world.last("poll_created")["poll_id"]
    world.do(FAY, c.OpenPoll(poll_id))
    world.do(FAY, c.EndSession())
    assert world.state.polls[poll_id].stage == "closed"
    assert world.state.recording.stage == "stopped"
    assert world.state.hands == ()
    assert presence(world, "ada") == presence(world, "fay") == "left"
    assert world.state.participants["ada"].tracks == {"camera": False}
    assert world.types()[-1] == "session_ended"


def test_SE4_only_reports_of_captures_change_what_has_ended() -> None:
    world = live_class(OPEN, ADA)
    report = c.ReportCaptureStarted("cap", "ada", "camera", "captures/s1/cap.rtp")
    world.do(THE_SERVER, report)
    world.do(FAY, c.EndSession())
    assert code_of(world, ADA, c.Join()) == "session_ended"
    world.do(THE_SERVER, c.ReportCaptureStopped("cap"))
    assert world.state.captures == {}
    assert world.state.stage == "ended"


def test_SE6_a_new_epoch_declares_the_gap_and_keeps_the_seats() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    world.do(ADA, c.RaiseHand())
    world.do(ADA, c.SetTrack("microphone", True))
    world.do(THE_SERVER, c.ReportCaptureStarted("cap", "ada", "microphone", "x.rtp"))
    died_at = world.now_ms + 400
    world.now_ms += 5000
    events = world.epoch(utc_ms=2_000_000, alive_until_ms=died_at)
    assert [event.type for event in events] == [
        "epoch_started", "gap_declared", "capture_stopped", "participant_away",
        "participant_away",
    ]  # fmt: skip
    assert events[0].data == {"epoch": 2, "utc_ms": 2_000_000}
    assert events[1].data == {
        "from_ms": died_at, "to_ms": world.now_ms, "reason": "server_restart",
    }  # fmt: skip
    ada = world.state.participants["ada"]
    assert (ada.presence, ada.consent, ada.tracks) == ("away", "given", {"microphone": False})
    assert [hand.participant_id for hand in world.state.hands] == ["ada"]
    world.join(ADA)
    assert world.state.is_on_record("ada")
    assert not world.state.track_is_on("ada", "microphone")


def test_SE6_without_a_recording_there_is_no_gap() -> None:
    world = live_class(OPEN, ADA)
    assert [event.type for event in world.epoch()][1:] == ["participant_away"] * 2


# ---- PA --------------------------------------------------------------------------------------


def test_PA1_facilitators_never_wait() -> None:
    world = World(settings=LOBBY)
    world.epoch()
    world.join(FAY)
    assert presence(world, "fay") == "present"


@pytest.mark.parametrize(
    ("lobby_is_on", "is_live", "expected"),
    [
        (False, False, "waiting"),
        (False, True, "present"),
        (True, False, "waiting"),
        (True, True, "waiting"),
    ],
)
def test_PA1_learners_wait(lobby_is_on: bool, is_live: bool, expected: str) -> None:
    world = live_class() if is_live else World()
    if not is_live:
        world.epoch()
    world.settings = replace(OPEN, lobby_is_on=lobby_is_on)
    world.join(ADA)
    assert presence(world, "ada") == expected


def test_PA1_waiting_again_is_said_once() -> None:
    world = live_class(LOBBY)
    world.join(ADA)
    assert world.do(ADA, c.Join()) == []


def test_PA2_who_was_inside_does_not_wait_again() -> None:
    world = live_class(LOBBY)
    world.join(ADA)
    world.do(FAY, c.Admit("ada"))
    assert presence(world, "ada") == "present"
    world.do(ADA, c.Leave())
    world.join(ADA)
    assert presence(world, "ada") == "present"


def test_PA3_nobody_removes_themselves_and_only_who_waits_is_denied() -> None:
    world = live_class(LOBBY)
    assert code_of(world, FAY, c.Remove("fay")) == "cannot_remove_self"
    assert code_of(world, FAY, c.Deny("fay")) == "not_waiting"
    assert code_of(world, FAY, c.Admit("nobody")) == "participant_not_found"


def test_PA4_denied_stays_out_until_admitted() -> None:
    world = live_class(LOBBY)
    world.join(ADA)
    world.do(FAY, c.Deny("ada"))
    assert code_of(world, ADA, c.Join()) == "denied"
    world.do(FAY, c.Admit("ada"))
    world.join(ADA)
    assert presence(world, "ada") == "present"


def test_PA4_removed_stays_out_until_admitted() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.Remove("ada"))
    assert code_of(world, ADA, c.Join()) == "removed"
    assert code_of(world, ADA, c.SendChat("hi")) == "removed"
    world.do(FAY, c.Admit("ada"))
    assert presence(world, "ada") == "left"
    world.join(ADA)
    assert presence(world, "ada") == "present"


def test_PA5_a_reconnect_keeps_the_seat_and_never_unmutes() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SetTrack("microphone", True))
    world.do(ADA, c.GiveConsent(True))
    world.do(ADA, c.RaiseHand())
    world.do(THE_SERVER, c.LoseConnection("ada"))
    assert presence(world, "ada") == "away"
    events = world.do(ADA, c.Join())
    assert [event.type for event in events] == ["participant_returned"]
    ada = world.state.participants["ada"]
    assert (ada.presence, ada.consent, ada.tracks) == ("present", "given", {"microphone": False})
    assert world.state.hands[0].participant_id == "ada"


def test_PA5_losing_what_is_lost_changes_nothing() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.Leave())
    assert world.do(THE_SERVER, c.LoseConnection("ada")) == []
    assert world.do(THE_SERVER, c.LoseConnection("stranger")) == []


def test_PA6_the_lobby_is_the_facilitators_business() -> None:
    world = live_class(LOBBY)
    start = len(world.log)
    world.join(ADA, BOB)
    world.do(THE_SERVER, c.LoseConnection("ada"))
    world.do(FAY, c.Deny("bob"))
    assert {event.channel for event in world.log[start:]} == {"role:facilitator"}


def test_PA7_a_second_connection_takes_the_seat_over() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SetTrack("microphone", True))
    assert [event.type for event in world.do(ADA, c.Join())] == ["participant_returned"]
    assert not world.state.track_is_on("ada", "microphone")


@pytest.mark.parametrize("how", ["leave", "remove"])
def test_PA8_going_puts_everything_down(how: str) -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.RaiseHand())
    world.do(ADA, c.SetTrack("camera", True))
    world.do(FAY, c.Spotlight("ada"))
    if how == "leave":
        world.do(ADA, c.Leave())
    else:
        world.do(FAY, c.Remove("ada"))
    assert world.state.hands == ()
    assert world.state.spotlight is None
    assert world.state.participants["ada"].tracks == {"camera": False}


def test_PA9_a_new_role_is_told_before_it_is_used() -> None:
    world = live_class(OPEN, ADA)
    promoted = replace(ADA, role="facilitator")
    events = world.do(promoted, c.MarkMoment("now"))
    assert [event.type for event in events] == ["participant_changed", "moment_marked"]
    assert world.state.participants["ada"].role == "facilitator"
    assert code_of(world, ADA, c.MuteAll()) == "not_allowed"


# ---- HA, CH, TR ------------------------------------------------------------------------------


def test_HA1_HA2_hands_stand_in_order_and_once() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(BOB, c.RaiseHand())
    world.do(ADA, c.RaiseHand())
    assert world.do(BOB, c.RaiseHand()) == []
    assert [hand.participant_id for hand in world.state.hands] == ["bob", "ada"]


def test_HA3_only_a_facilitator_lowers_anothers_hand() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(BOB, c.RaiseHand())
    with pytest.raises(NotAllowed):
        world.do(ADA, c.LowerHand("bob"))
    world.do(FAY, c.LowerHand("bob"))
    assert world.last("hand_lowered") == {"participant_id": "bob", "by": "fay"}
    world.do(ADA, c.RaiseHand())
    world.do(ADA, c.LowerHand())
    assert world.state.hands == ()


def test_CH1_text_is_trimmed_and_neither_empty_nor_endless() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SendChat("  hello \n"))
    assert world.state.chat[0].text == "hello"
    for text in ("   ", "x" * 2001):
        with pytest.raises(Invalid):
            world.do(ADA, c.SendChat(text))


def test_CH2_author_or_facilitator_deletes() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.SendChat("hello"))
    key = world.last("chat_sent")["message_id"]
    assert code_of(world, BOB, c.DeleteChat(key)) == "not_allowed"
    world.do(ADA, c.DeleteChat(key))
    assert (world.state.chat[0].text, world.state.chat[0].is_deleted) == ("", True)
    assert world.do(FAY, c.DeleteChat(key)) == []
    with pytest.raises(NotFound):
        world.do(FAY, c.DeleteChat("none"))


def test_TR1_a_facilitator_mutes_and_nobody_else_unmutes() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SetTrack("microphone", True))
    world.do(FAY, c.MuteParticipant("ada"))
    assert world.last("track_changed") == {
        "participant_id": "ada", "track": "microphone", "is_on": False, "by": "fay",
    }  # fmt: skip
    assert world.do(FAY, c.MuteParticipant("ada")) == []
    world.do(ADA, c.SetTrack("microphone", True))
    assert world.state.track_is_on("ada", "microphone")


def test_TR2_saying_it_again_changes_nothing() -> None:
    world = live_class(OPEN, ADA)
    assert world.do(ADA, c.SetTrack("camera", False)) == []
    world.do(ADA, c.SetTrack("camera", True))
    assert world.do(ADA, c.SetTrack("camera", True)) == []


def test_TR3_one_screen_at_a_time() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.SetTrack("screen", True))
    world.do(ADA, c.SetTrack("screen_audio", True))
    assert code_of(world, BOB, c.SetTrack("screen", True)) == "screen_taken"
    world.do(FAY, c.SetTrack("screen", True))
    assert not world.state.track_is_on("ada", "screen")
    assert not world.state.track_is_on("ada", "screen_audio")
    assert world.state.track_is_on("fay", "screen")


def test_TR4_the_spotlight_holds_who_is_here() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.Spotlight("ada"))
    assert world.state.spotlight == "ada"
    assert world.do(FAY, c.Spotlight("ada")) == []
    world.do(FAY, c.Spotlight(None))
    assert world.state.spotlight is None
    world.do(ADA, c.Leave())
    with pytest.raises(NotFound):
        world.do(FAY, c.Spotlight("ada"))
