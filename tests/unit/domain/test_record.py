"""RE, CO, TL: what is on record, and the two clocks."""

from __future__ import annotations

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.errors import Conflict, Invalid
from server.domain.record import Record, record_of
from server.domain.state import THE_SERVER, Stretch
from server.domain.timeline import (
    EpochClock,
    RecordTime,
    complement,
    intersection,
    merged,
    resume_ms,
)
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class


def recorded_class() -> World:
    """Recording since 1000; Fay and Ada have agreed, Bob has not."""
    world = live_class(OPEN, ADA, BOB)
    at(world, 1000, FAY, c.StartRecording())
    at(world, 1000, FAY, c.GiveConsent(True))
    at(world, 1000, ADA, c.GiveConsent(True))
    at(world, 1000, BOB, c.GiveConsent(False))
    return world


def at(world: World, now_ms: int, *args: object) -> None:
    world.do(*args, after_ms=now_ms - world.now_ms)  # type: ignore[arg-type]


def record(world: World) -> Record:
    return record_of("s1", world.log)


def spans(*pairs: tuple[int, int]) -> tuple[Stretch, ...]:
    return tuple(Stretch(*pair) for pair in pairs)


# ---- RE --------------------------------------------------------------------------------------


def test_RE1_only_legal_moves() -> None:
    world = live_class()
    for command in (c.PauseRecording(), c.ResumeRecording(), c.StopRecording()):
        with pytest.raises(Conflict, match="off"):
            world.do(FAY, command)
    world.do(FAY, c.StartRecording())
    with pytest.raises(Conflict):
        world.do(FAY, c.StartRecording())
    world.do(FAY, c.PauseRecording())
    world.do(FAY, c.StopRecording())
    assert world.state.recording.stage == "stopped"


def test_RE2_starting_again_goes_on_with_the_same_recording() -> None:
    world = recorded_class()
    first = world.state.recording.recording_id
    at(world, 3000, FAY, c.StopRecording())
    at(world, 5000, FAY, c.StartRecording())
    at(world, 6000, FAY, c.EndSession())
    assert world.state.recording.recording_id == first
    assert record(world).time.stretches == spans((1000, 3000), (5000, 6000))


def test_RE3_starting_asks_everybody_who_has_not_agreed() -> None:
    world = recorded_class()
    world.do(FAY, c.StopRecording())
    world.do(FAY, c.StartRecording())
    assert {k: p.consent for k, p in world.state.participants.items()} == {
        "fay": "given", "ada": "given", "bob": "unasked",
    }  # fmt: skip


def test_RE4_the_clock_stands_while_nobody_is_there() -> None:
    world = recorded_class()
    for who in ("ada", "bob", "fay"):
        at(world, 2000, THE_SERVER, c.LoseConnection(who))
    assert world.state.recording.since_ms is None
    assert world.state.recording.elapsed_ms(9999) == 1000
    at(world, 9000, FAY, c.Join())
    at(world, 9500, FAY, c.EndSession())
    assert record(world).time.stretches == spans((1000, 2000), (9000, 9500))


def test_RE5_what_happens_in_a_pause_is_not_recorded() -> None:
    world = recorded_class()
    at(world, 2000, ADA, c.SendChat("before"))
    at(world, 3000, FAY, c.PauseRecording())
    at(world, 3500, ADA, c.SendChat("secret"))
    at(world, 3500, ADA, c.RaiseHand())
    at(world, 3500, FAY, c.MarkMoment("hidden"))
    at(world, 3500, FAY, c.CreatePoll("hidden?", ("a", "b")))
    at(world, 3500, FAY, c.OpenPoll(world.last("poll_created")["poll_id"]))
    at(world, 4000, FAY, c.ResumeRecording())
    at(world, 4500, FAY, c.MarkMoment("seen"))
    at(world, 5000, FAY, c.EndSession())
    result = record(world)
    assert [line.text for line in result.chat] == ["before"]
    assert result.hands == ()
    assert result.polls == ()
    assert [mark.label for mark in result.moments] == ["seen"]
    assert [(g.reason, g.recording_ms, g.is_cut) for g in result.gaps] == [("paused", 2000, True)]
    assert result.time.duration_ms == 3000


def test_RE6_a_restart_is_cut_out_and_a_lost_track_is_not() -> None:
    world = recorded_class()
    gap = c.DeclareGap(1500, 1800, "capture_lost", "ada", "camera")
    at(world, 2000, THE_SERVER, gap)
    world.now_ms = 5990
    world.epoch(alive_until_ms=4000)
    at(world, 6500, FAY, c.Join())
    at(world, 7000, FAY, c.EndSession())
    result = record(world)
    assert result.time.stretches == spans((1000, 4000), (6500, 7000))
    assert [(g.reason, g.from_ms, g.to_ms, g.recording_ms, g.is_cut) for g in result.gaps] == [
        ("capture_lost", 1500, 1800, 500, False),
        ("server_restart", 4000, 6500, 3000, True),
    ]
    assert result.people["fay"].on_record == spans((1000, 4000), (6500, 7000))
    assert result.people["ada"].on_record == spans((1000, 4000))


def test_RE6_a_gap_must_end_after_it_begins() -> None:
    with pytest.raises(Invalid):
        live_class().do(THE_SERVER, c.DeclareGap(5, 4, "disk_full"))


# ---- CO --------------------------------------------------------------------------------------


def test_CO1_on_record_needs_recording_presence_and_consent() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.GiveConsent(True))
    assert not world.state.is_on_record("ada")
    world.do(FAY, c.StartRecording())
    assert world.state.is_on_record("ada")
    assert not world.state.is_on_record("fay")
    world.do(FAY, c.PauseRecording())
    assert not world.state.is_on_record("ada")
    world.do(FAY, c.ResumeRecording())
    world.do(THE_SERVER, c.LoseConnection("ada"))
    assert not world.state.is_on_record("ada")
    assert not world.state.is_on_record("nobody")


def test_CO2_latecomers_are_not_on_record_until_they_agree() -> None:
    world = live_class()
    at(world, 1000, FAY, c.StartRecording())
    at(world, 2000, ADA, c.Join())
    assert world.state.participants["ada"].consent == "unasked"
    at(world, 3000, ADA, c.GiveConsent(True))
    at(world, 4000, FAY, c.EndSession())
    result = record(world)
    assert result.people["ada"].on_record == spans((3000, 4000))
    assert "fay" not in result.people


def test_CO3_declining_takes_effect_at_once_and_may_be_taken_back() -> None:
    world = recorded_class()
    at(world, 2000, ADA, c.GiveConsent(False))
    assert not world.state.is_on_record("ada")
    assert world.do(ADA, c.GiveConsent(False)) == []
    at(world, 3000, ADA, c.GiveConsent(True))
    at(world, 4000, FAY, c.EndSession())
    assert record(world).people["ada"].on_record == spans((1000, 2000), (3000, 4000))


def test_CO4_consent_holds_through_pause_restart_and_reconnect() -> None:
    world = recorded_class()
    world.do(FAY, c.PauseRecording())
    world.do(FAY, c.ResumeRecording())
    world.epoch(alive_until_ms=world.now_ms)
    world.join(FAY, ADA)
    assert world.state.is_on_record("ada")


def test_CO5_chat_and_hands_of_others_are_not_recorded() -> None:
    world = recorded_class()
    for who in (ADA, BOB):
        world.do(who, c.SendChat(f"I am {who.name}"))
        world.do(who, c.RaiseHand())
    world.do(FAY, c.EndSession())
    result = record(world)
    assert [line.participant_id for line in result.chat] == ["ada"]
    assert [hand.participant_id for hand in result.hands] == ["ada"]
    assert result.member_user_ids == {"user-fay", "user-ada"}
    assert set(result.names) == {"fay", "ada"}


def test_deleted_chat_is_not_recorded() -> None:
    world = recorded_class()
    world.do(ADA, c.SendChat("oops"))
    world.do(ADA, c.DeleteChat(world.last("chat_sent")["message_id"]))
    assert record(world).chat == ()


def test_tracks_are_on_and_muted_within_the_record() -> None:
    world = recorded_class()
    at(world, 1500, ADA, c.SetTrack("microphone", True))
    at(world, 2000, FAY, c.PauseRecording())
    at(world, 2500, FAY, c.ResumeRecording())
    at(world, 3000, FAY, c.MuteParticipant("ada"))
    at(world, 4000, FAY, c.EndSession())
    ada = record(world).people["ada"]
    assert ada.on["microphone"] == spans((1500, 2000), (2500, 3000))
    assert ada.muted("microphone") == spans((1000, 1500), (3000, 4000))


def test_captures_and_polls_are_listed() -> None:
    world = recorded_class()
    start = c.ReportCaptureStarted("cap", "ada", "camera", "captures/s1/cap.rtp")
    at(world, 1500, THE_SERVER, start)
    assert world.do(THE_SERVER, start, after_ms=0) == []
    at(world, 1600, FAY, c.CreatePoll("Why?", ("a", "b"), key=1))
    poll_id = world.last("poll_created")["poll_id"]
    at(world, 1700, FAY, c.OpenPoll(poll_id))
    at(world, 1800, ADA, c.Vote(poll_id, 1))
    at(world, 1900, FAY, c.ClosePoll(poll_id))
    at(world, 2000, FAY, c.RevealPoll(poll_id))
    at(world, 2500, THE_SERVER, c.ReportCaptureStopped("cap"))
    assert world.do(THE_SERVER, c.ReportCaptureStopped("cap")) == []
    world.do(FAY, c.EndSession())
    result = record(world)
    (capture,) = result.captures
    assert (capture.from_ms, capture.to_ms, capture.path) == (1500, 2500, "captures/s1/cap.rtp")
    (poll,) = result.polls
    assert (poll.opened_at_ms, poll.closed_at_ms, poll.revealed_at_ms) == (1700, 1900, 2000)
    assert (poll.tally, poll.key, poll.voted_count, poll.is_shown) == ((0, 1), 1, 1, True)


# ---- TL --------------------------------------------------------------------------------------


def test_TL1_a_later_epoch_goes_on_and_never_back() -> None:
    assert resume_ms(None, 0, 5_000_000) == 0
    assert resume_ms(1_000_000, 3000, 1_010_000) == 10_000
    assert resume_ms(1_000_000, 3000, 900_000) == 3000  # the wall clock was set back


def test_TL1_at_ms_never_goes_back() -> None:
    world = live_class()
    world.now_ms = -500
    world.do(FAY, c.SendChat("late"), after_ms=0)
    assert world.log[-1].at_ms == world.log[-2].at_ms


def test_TL2_within_an_epoch_only_the_monotonic_clock_counts() -> None:
    clock = EpochClock(10_000, 5_000_000_000)
    assert clock.at(5_000_000_000) == 10_000
    assert clock.at(6_500_999_999) == 11_500
    assert clock.at(1) == 10_000
    assert clock.at(clock.monotonic_at(12_345)) == 12_345


def test_TL3_session_and_recording_time_map_onto_each_other() -> None:
    time = RecordTime(spans((1000, 3000), (5000, 6000)))
    assert [time.at(ms) for ms in (999, 1000, 2999, 3000, 5000, 5999, 6000)] == [
        None, 0, 1999, None, 2000, 2999, None,
    ]  # fmt: skip
    assert [time.nearest(ms) for ms in (0, 3000, 4000, 5500, 9000)] == [0, 2000, 2000, 2500, 3000]
    assert [time.session_at(ms) for ms in (0, 1999, 2000, 3000, 9999)] == [
        1000, 2999, 5000, 6000, 6000,
    ]  # fmt: skip
    assert time.clip(2500, 5500) == spans((1500, 2000), (2000, 2500))
    assert RecordTime(()).nearest(5) == RecordTime(()).session_at(5) == 0


def test_TL4_the_length_is_the_time_the_clock_ran() -> None:
    world = recorded_class()
    at(world, 2000, FAY, c.PauseRecording())
    at(world, 7000, FAY, c.ResumeRecording())
    at(world, 9000, FAY, c.EndSession())
    assert record(world).time.duration_ms == world.state.recording.elapsed_ms(99_999) == 3000


def test_TL4_a_record_can_be_read_while_the_class_goes_on() -> None:
    world = recorded_class()
    at(world, 2000, ADA, c.SendChat("hello"))
    assert record(world).time.stretches == spans((1000, 2000))


def test_spans() -> None:
    assert merged(spans((5, 6), (1, 3), (3, 4), (7, 7))) == spans((1, 4), (5, 6))
    assert intersection(spans((0, 10)), spans((2, 3), (8, 12))) == spans((2, 3), (8, 10))
    assert complement(spans((2, 3), (8, 12)), Stretch(0, 10)) == spans((0, 2), (3, 8))


# ---- BR --------------------------------------------------------------------------------------


def test_BR15_the_record_follows_the_main_room_and_keeps_the_others_apart() -> None:
    world = recorded_class()
    at(world, 1500, FAY, c.SetTrack("microphone", True))
    at(world, 1500, ADA, c.SetTrack("microphone", True))
    at(world, 1600, FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"ada": 0, "bob": 1}))
    at(world, 2000, FAY, bc.OpenBreakouts())
    at(world, 2500, ADA, c.SendChat("said in Red"))
    at(world, 4000, FAY, bc.BroadcastVoice(True))
    at(world, 5000, FAY, bc.BroadcastVoice(False))
    at(world, 6000, FAY, bc.VisitRoom(world.last("breakouts_opened")["rooms"][0]["room_id"]))
    at(world, 7000, FAY, bc.CloseBreakouts(0))
    at(world, 9000, FAY, c.EndSession())
    kept = record(world)
    red, blue = kept.rooms
    assert (red.name, red.from_ms, red.to_ms) == ("Red", 2000, 7000)
    assert kept.people["ada"].on["microphone"] == spans((1500, 2000), (7000, 9000))
    assert kept.people["ada"].elsewhere[red.room_id]["microphone"] == spans((2000, 7000))
    fay = kept.people["fay"]
    assert fay.on["microphone"] == spans((1500, 6000), (7000, 9000))
    assert fay.elsewhere[red.room_id]["microphone"] == spans((4000, 5000), (6000, 7000))
    assert fay.elsewhere[blue.room_id]["microphone"] == spans((4000, 5000))
    assert "bob" not in kept.people, "not on record, in no room either"
    assert kept.people["ada"].on_record == spans((1000, 9000))
    assert [(line.text, line.room_id) for line in kept.chat] == [("said in Red", red.room_id)]
    assert red.members == {"ada", "fay"}, "who visited may come back"
    assert blue.members == {"bob"}, "also who is not on record"
