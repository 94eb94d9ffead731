"""DB4–DB6, DB11–DB13: the clock, the floor, and people and servers that fail."""

from __future__ import annotations

import pytest

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_state import HOLD_MS, SECOND
from server.domain.due import next_due_ms
from server.domain.state import THE_SERVER, Actor
from tests.debate_world import Hall, kinds, pid, shipped
from tests.live_world import ADA, BOB, FAY, OPEN, live_class


def hall(format_id: str = "karl-popper", **plan: object) -> Hall:
    room = Hall(live_class(OPEN, ADA, BOB), FAY, shipped(format_id), **plan)
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    return room


def seat(room: Hall, key: str) -> Actor:
    return room.by_seat[key]


def first(room: Hall) -> Actor:
    return room.who(room.debate.holders[0])


def test_DB4_pause_and_resume_lose_nothing_and_count_nothing_twice() -> None:
    room = hall()
    room.do(FAY, dc.StartClock)
    room.wait(12_345)
    room.do(FAY, dc.PauseClock)
    assert (room.debate.used_ms, room.debate.halt) == (12_345, "paused")
    assert next_due_ms(room.world.state) is None
    room.wait(60_000)
    room.do(FAY, dc.StartClock)
    room.wait(655)
    assert room.debate.elapsed_ms(room.world.now_ms) == 13_000
    assert room.debate.halt is None


def test_DB4_a_part_can_be_lengthened_and_shortened_but_not_below_what_is_used() -> None:
    room = hall()
    length = room.debate.length_ms
    room.do(FAY, dc.StartClock)
    room.wait(60_000)
    room.do(FAY, dc.ExtendClock, 30)
    assert room.debate.length_ms == length + 30_000
    room.do(FAY, dc.ExtendClock, -60)
    assert room.debate.length_ms == length - 30_000
    assert room.refused(FAY, dc.ExtendClock, -3600) == "time_is_used"
    room.wait(length - 30_000 - 60_000 - 1)
    assert room.debate.bells == len(room.debate.bell_times) - 1
    assert "debate_bell_rung" in kinds(room.wait(1))


def test_DB5_time_given_in_overtime_rings_the_end_again() -> None:
    room = hall()
    room.do(FAY, dc.StartClock)
    room.wait(room.debate.length_ms + 5_000)
    room.do(FAY, dc.ExtendClock, 60)
    rung = [one.data for one in room.wait(60_000) if one.type == "debate_bell_rung"]
    assert rung[-1]["bell_ms"] == room.debate.length_ms
    assert rung[-1]["strokes"] == 2


def test_DB5_a_late_tick_rings_every_bell_once_and_gives_nobody_more() -> None:
    room = hall()
    room.do(FAY, dc.StartClock)
    end = room.debate.end_ms
    bells = len(room.debate.bell_times)
    events = room.world.do(THE_SERVER, c.AdvanceTime(), after_ms=end + 90_000)
    assert kinds(events) == ["debate_bell_rung"] * bells + ["debate_part_ended"]
    assert room.debate.used_ms == end
    assert room.world.do(THE_SERVER, c.AdvanceTime()) == []


def test_DB4_back_begins_the_part_anew_and_then_the_one_before() -> None:
    room = hall()
    assert room.refused(FAY, dc.PreviousSpeech) == "no_part_before"
    room.do(FAY, dc.StartClock)
    room.wait(9_000)
    room.do(FAY, dc.PreviousSpeech)
    assert (room.debate.index, room.debate.used_ms, room.debate.bells) == (0, 0, 0)
    room.do(FAY, dc.NextSpeech)
    assert room.debate.index == 1
    room.do(FAY, dc.PreviousSpeech)
    assert room.debate.index == 0


def test_DB4_going_back_does_not_run_on_by_itself() -> None:
    room = hall(advance="automatic")
    room.wait(20_000)
    assert room.debate.since_ms is not None
    room.do(FAY, dc.PreviousSpeech)
    assert room.wait(120_000) == []
    room.do(FAY, dc.StartClock)
    assert room.debate.since_ms == room.world.now_ms


def test_DB4_only_the_chair_runs_the_clock() -> None:
    room = hall()
    for command, *args in (
        (dc.StartClock,), (dc.PauseClock,), (dc.ExtendClock, 5), (dc.NextSpeech,), (dc.EndDebate,),
        (dc.PreviousSpeech,), (dc.SetAdvance, "automatic"), (dc.WaitForSpeaker,),
    ):  # fmt: skip
        assert room.refused(ADA, command, *args) == "not_the_chair"
    room.do(FAY, dc.SetChair, "ada")
    room.do(ADA, dc.StartClock)
    assert room.debate.since_ms is not None


def test_DB6_one_speaker_two_in_cross_examination_and_only_the_chair_in_between() -> None:
    room = hall()
    form = room.debate.form
    for speech in form.speeches:
        assert room.floor == {"fay"}
        room.do(FAY, dc.StartClock)
        assert len(room.holders) == len(speech.places)
        room.do(FAY, dc.PauseClock, after_ms=5000)
        assert len(room.holders) == len(speech.places)
        room.do(FAY, dc.StartClock)
        room.do(FAY, dc.NextSpeech, after_ms=5000)
        if not room.debate.is_behind:
            room.do(FAY, dc.NextSpeech)
    assert room.floor is None


def test_DB6_grand_crossfire_opens_four_microphones() -> None:
    room = hall("public-forum")
    grand = next(n for n, one in enumerate(room.debate.form.speeches) if one.kind == "grand_cross")
    while room.debate.index < grand:
        room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    assert len(room.holders) == 4
    room.do(THE_SERVER, lambda _: c.LoseConnection(room.debate.holders[0]))
    assert room.debate.since_ms is not None, "the other of that side is still there"


def test_DB6_other_rooms_hear_whom_they_like_and_have_clocks_of_their_own() -> None:
    from server.domain.floor import may_speak

    room = hall()
    assert may_speak(room.world.state, "elsewhere") is None
    room.do(FAY, dc.StartClock)
    assert room.refused(FAY, lambda _: dc.BeginDebate(_planned(room, "main"))) == "room_busy"
    assert room.do(FAY, lambda _: dc.BeginDebate(_planned(room, "elsewhere")))


def _planned(room: Hall, room_id: str) -> str:
    from server.domain.debate_format import to_data

    world = room.world
    world.do(FAY, dc.PlanDebate("Other", room_id, format=to_data(shipped("quick"))))
    debate_id: str = world.last("debate_planned")["debate_id"]
    for side in ("pro", "con"):
        world.do(FAY, dc.AssignSeat(debate_id, f"{side}:1", seat(room, f"{_sides(room)[side]}:1")
                                   .participant_id))  # fmt: skip
    return debate_id


def _sides(room: Hall) -> dict[str, str]:
    return dict(zip(("pro", "con"), (one.id for one in room.debate.form.sides), strict=True))


# ---- DB11 --------------------------------------------------------------------------------------


def test_DB11_a_lost_speaker_stops_the_clock_and_keeps_the_floor() -> None:
    room = hall()
    speaker = first(room)
    room.do(FAY, dc.StartClock)
    room.wait(10_000)
    events = room.world.do(THE_SERVER, c.LoseConnection(pid(speaker)), after_ms=500)
    assert kinds(events) == ["participant_away", "debate_clock_stopped"]
    debate = room.debate
    assert (debate.used_ms, debate.halt) == (10_500, "speaker_lost")
    assert debate.hold_until_ms == room.world.now_ms + HOLD_MS
    assert speaker.participant_id in room.holders
    assert room.refused(FAY, dc.StartClock) == "speaker_absent"
    held = room.wait(HOLD_MS)
    assert [one.data["hold_until_ms"] for one in held] == [None]
    room.do(FAY, dc.WaitForSpeaker)
    assert room.debate.hold_until_ms == room.world.now_ms + HOLD_MS
    room.world.join(speaker)
    room.do(speaker, dc.StartClock)
    assert (room.debate.used_ms, room.debate.halt) == (10_500, None)


@pytest.mark.parametrize("how", ["leave", "remove"])
def test_DB11_so_does_one_who_leaves_or_is_removed_and_another_may_go_on(how: str) -> None:
    room = hall()
    speaker = first(room)
    room.do(FAY, dc.StartClock)
    room.wait(1_000)
    if how == "leave":
        room.world.do(speaker, c.Leave())
    else:
        room.world.do(FAY, c.Remove(pid(speaker)))
    assert room.debate.halt == "speaker_lost"
    other = next(
        who for who in room.debate.members(room.debate.form.sides[0].id)
        if who != speaker.participant_id
    )  # fmt: skip
    room.do(FAY, dc.NameSpeaker, 0, other)
    seats = dict(room.debate.seats)
    room.do(FAY, dc.StartClock)
    assert room.holders == {other}
    assert room.debate.seats == seats
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.NextSpeech)
    assert room.debate.named == {}


def test_DB11_the_others_going_stops_nothing() -> None:
    room = hall()
    room.do(FAY, dc.StartClock)
    last = seat(room, room.debate.form.sides[1].id + ":3")
    events = room.world.do(THE_SERVER, c.LoseConnection(pid(last)))
    assert kinds(events) == ["participant_away"]


def test_DB11_a_late_speaker_is_waited_for_and_then_it_goes_on_by_itself() -> None:
    room = hall(advance="automatic")
    speaker = first(room)
    room.world.do(THE_SERVER, c.LoseConnection(pid(speaker)))
    room.wait(room.debate.gap_ms)
    assert (room.debate.since_ms, room.debate.halt) == (None, "speaker_absent")
    room.wait(5_000)
    room.world.join(speaker)
    room.wait(room.debate.gap_ms)
    assert room.debate.since_ms == room.world.now_ms
    assert room.debate.used_ms == 0


def test_DB11_the_chair_may_skip_a_late_speaker_and_come_back() -> None:
    room = hall()
    speaker = first(room)
    room.world.do(THE_SERVER, c.LoseConnection(pid(speaker)))
    assert room.refused(FAY, dc.StartClock) == "speaker_absent"
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.NextSpeech)
    assert room.debate.index == 2
    room.world.join(speaker)
    room.do(FAY, dc.PreviousSpeech)
    room.do(FAY, dc.PreviousSpeech)
    room.do(FAY, dc.StartClock)
    assert room.holders == {speaker.participant_id}


# ---- DB12 --------------------------------------------------------------------------------------


def test_DB12_the_clock_outlives_its_chair_and_an_adjudicator_takes_over() -> None:
    room = hall(advance="automatic")
    room.do(FAY, dc.SetAdjudicators, ("ada", "bob"))
    assert room.refused(ADA, dc.TakeChair) == "chair_is_here"
    assert room.refused(first(room), dc.TakeChair) == "not_allowed"
    room.wait(20_000)
    room.world.do(THE_SERVER, c.LoseConnection("fay"))
    assert (room.debate.chair_id, room.debate.since_ms is not None) == ("ada", True)
    room.world.do(THE_SERVER, c.LoseConnection("ada"))
    assert room.debate.chair_id == "bob"
    room.do(BOB, dc.PauseClock)
    assert room.floor is not None
    assert "bob" in room.floor
    room.world.join(FAY)
    room.do(FAY, dc.TakeChair)
    assert room.debate.chair_id == "fay"


# ---- DB13 --------------------------------------------------------------------------------------


def test_DB13_a_restart_stops_the_clock_where_the_server_was_last_alive() -> None:
    room = hall()
    room.do(FAY, dc.StartClock)
    room.wait(30_000)
    world = room.world
    alive = world.now_ms + 700
    world.do(THE_SERVER, c.StartEpoch(2_000_000, alive), after_ms=45_000)
    assert (room.debate.used_ms, room.debate.halt) == (30_700, "restart")
    assert next_due_ms(world.state) is None
    world.join(FAY, *room.by_seat.values())
    room.do(FAY, dc.StartClock)
    room.wait(300)
    assert room.debate.elapsed_ms(world.now_ms) == 31_000


def test_DB13_neither_do_pools_nor_the_gap_between_parts_run_through_a_restart() -> None:
    room = hall("public-forum", advance="automatic")
    side = room.debate.form.sides[0].id
    room.do(FAY, dc.UsePrep, side)
    room.wait(10_000)
    alive = room.world.now_ms
    room.world.do(THE_SERVER, c.StartEpoch(2_000_000, alive), after_ms=60_000)
    assert room.debate.pools == {side: 10_000}
    assert (room.debate.pool_side, room.debate.next_at_ms) == (None, None)
    assert next_due_ms(room.world.state) is None
    room.world.join(FAY, *room.by_seat.values())
    room.do(FAY, dc.StartClock)
    assert room.debate.since_ms is not None


def test_DB17_the_sessions_end_ends_its_debates() -> None:
    room = hall()
    room.do(FAY, dc.StartClock)
    room.world.do(FAY, c.EndSession(), after_ms=5 * SECOND)
    assert room.debate.stage == "ended"
    assert room.world.last("debate_part_ended")["used_ms"] == 5_000
    assert next_due_ms(room.world.state) is None
