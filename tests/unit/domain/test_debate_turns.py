"""DB7–DB10: points of information, free debate, pools and notes."""

from __future__ import annotations

from typing import Any

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.channels import side_channel
from server.domain.debate_state import RIGHT_OF_WAY_MS, SECOND
from server.domain.state import THE_SERVER, Actor
from tests.debate_world import Hall, kinds, pid, shipped
from tests.live_world import ADA, FAY, OPEN, live_class


def hall(format_id: str, **plan: Any) -> Hall:
    room = Hall(live_class(OPEN, ADA), FAY, shipped(format_id), **plan)
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    return room


# ---- DB7 ---------------------------------------------------------------------------------------


def speaking() -> tuple[Hall, Actor, Actor, Actor]:
    """British Parliamentary, in the first speech's period of points: speaker and two opponents."""
    room = hall("british-parliamentary")
    room.do(FAY, dc.StartClock)
    room.wait(61 * SECOND)
    form = room.debate.form
    against = [side.id for side in form.sides if side.stance == "against"]
    others = [room.by_seat[f"{side}:{form.side(side).seats[0].id}"] for side in against]
    return room, room.who(room.debate.holders[0]), others[0], others[1]


def test_DB7_offered_accepted_heard_and_over_after_fifteen_seconds() -> None:
    room, speaker, asker, _ = speaking()
    room.do(asker, dc.OfferPoint)
    assert room.do(asker, dc.OfferPoint) == []
    assert asker.participant_id not in room.holders
    room.do(speaker, dc.AnswerPoint, asker.participant_id, True)
    assert room.holders == {speaker.participant_id, asker.participant_id}
    before = room.debate.elapsed_ms(room.world.now_ms)
    assert room.wait(15 * SECOND - 1) == []
    assert [one.data["outcome"] for one in room.wait(1)] == ["timed_out"]
    assert room.holders == {speaker.participant_id}
    assert room.debate.elapsed_ms(room.world.now_ms) == before + 15 * SECOND


def test_DB7_only_while_the_period_allows_it_and_only_from_the_other_side() -> None:
    room = hall("british-parliamentary")
    form = room.debate.form
    opponent = room.by_seat[
        next(f"{one.id}:{one.seats[0].id}" for one in form.sides if one.stance == "against")
    ]
    partner = room.by_seat[f"{form.sides[0].id}:{form.sides[0].seats[1].id}"]
    allied = room.by_seat[
        next(f"{one.id}:{one.seats[0].id}" for one in form.sides[1:] if one.stance == "for")
    ]
    assert room.refused(opponent, dc.OfferPoint) == "no_points_now"
    room.do(FAY, dc.StartClock)
    room.wait(59 * SECOND)
    assert room.refused(opponent, dc.OfferPoint) == "no_points_now"
    room.wait(SECOND)
    assert room.refused(partner, dc.OfferPoint) == "own_side"
    assert room.refused(allied, dc.OfferPoint) == "own_side"
    assert room.refused(ADA, dc.OfferPoint) == "not_on_side"
    room.do(opponent, dc.OfferPoint)
    room.wait(300 * SECOND)
    assert room.debate.points == ()
    assert room.world.last("debate_point_closed")["outcome"] == "lapsed"
    assert room.refused(opponent, dc.OfferPoint) == "no_points_now"


def test_DB7_one_at_a_time_the_rest_wait_and_the_speaker_decides() -> None:
    room, speaker, one, two = speaking()
    room.do(one, dc.OfferPoint)
    room.do(two, dc.OfferPoint)
    assert room.debate.points == (one.participant_id, two.participant_id)
    assert room.refused(two, dc.AnswerPoint, one.participant_id, True) == "not_the_speaker"
    assert room.refused(FAY, dc.AnswerPoint, one.participant_id, True) == "not_the_speaker"
    room.do(speaker, dc.AnswerPoint, two.participant_id, True)
    assert room.refused(speaker, dc.AnswerPoint, one.participant_id, True) == "point_going_on"
    assert room.refused(one, dc.EndPoint) == "not_the_speaker"
    room.do(speaker, dc.EndPoint)
    assert room.world.last("debate_point_closed")["outcome"] == "cut_off"
    room.do(FAY, dc.AnswerPoint, one.participant_id, False)
    assert room.world.last("debate_point_closed")["outcome"] == "declined"
    assert room.refused(speaker, dc.AnswerPoint, one.participant_id, True) == "point_is_gone"
    room.do(two, dc.OfferPoint)
    room.do(two, dc.WithdrawPoint)
    assert room.world.last("debate_point_closed")["outcome"] == "withdrawn"
    room.do(two, dc.OfferPoint)
    room.do(speaker, dc.AnswerPoint, two.participant_id, True)
    room.do(two, dc.EndPoint)
    assert room.world.last("debate_point_closed")["outcome"] == "finished"


def test_DB7_pause_end_and_loss_close_them() -> None:
    room, speaker, one, two = speaking()
    room.do(one, dc.OfferPoint)
    room.do(two, dc.OfferPoint)
    room.do(speaker, dc.AnswerPoint, one.participant_id, True)
    room.world.do(THE_SERVER, c.LoseConnection(pid(one)))
    assert (room.debate.point, room.debate.points) == (None, (two.participant_id,))
    room.do(FAY, dc.PauseClock)
    assert room.debate.points == ()
    assert room.refused(two, dc.OfferPoint) == "no_points_now"
    room.do(FAY, dc.StartClock)
    room.do(two, dc.OfferPoint)
    room.do(FAY, dc.NextSpeech)
    assert room.debate.points == ()


# ---- DB8 ---------------------------------------------------------------------------------------


def free() -> tuple[Hall, dict[str, list[Actor]]]:
    room = hall("jugend-debattiert")
    form = room.debate.form
    index = next(n for n, one in enumerate(form.speeches) if one.kind == "free")
    while room.debate.index < index:
        room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    sides = {
        side.id: [room.by_seat[f"{side.id}:{seat.id}"] for seat in side.seats]
        for side in form.sides
    }
    return room, sides


def test_DB8_the_side_that_has_spoken_less_goes_first() -> None:
    room, sides = free()
    (one, two), (three, four) = sides.values()
    room.do(one, dc.AskTurn)
    assert room.holders == {one.participant_id}
    room.wait(20_000)
    room.do(two, dc.AskTurn)
    room.do(three, dc.AskTurn)
    room.do(one, dc.YieldTurn)
    assert room.holders == {three.participant_id}
    assert room.debate.turn_used[room.debate.side_of(one.participant_id) or ""] == 20_000
    room.wait(5_000)
    room.do(three, dc.YieldTurn)
    assert room.debate.turn is None, "the side that has spoken more waits"
    room.do(four, dc.AskTurn)
    assert room.holders == {four.participant_id}


def test_DB8_silence_lets_the_other_side_go_on() -> None:
    room, sides = free()
    one, two = next(iter(sides.values()))
    room.do(one, dc.AskTurn)
    room.wait(10_000)
    room.do(two, dc.AskTurn)
    room.do(one, dc.YieldTurn)
    assert room.wait(RIGHT_OF_WAY_MS - 1) == []
    assert kinds(room.wait(1)) == ["debate_turn_given"]
    assert room.holders == {two.participant_id}
    room.do(two, dc.YieldTurn)
    room.wait(60_000)
    room.do(one, dc.AskTurn)
    assert room.holders == {one.participant_id}, "after a long silence at once"


def test_DB8_no_side_goes_beyond_its_share_and_the_whole_ends_on_time() -> None:
    room, sides = free()
    (one, two), (three, _) = sides.values()
    share = room.debate.share_ms
    room.do(one, dc.AskTurn)
    room.wait(share)
    side = room.debate.side_of(one.participant_id) or ""
    assert room.debate.turn_used[side] == share
    assert room.holders == frozenset()
    assert room.refused(two, dc.AskTurn) == "share_used"
    assert room.refused(FAY, dc.GiveTurn, two.participant_id) == "share_used"
    room.do(three, dc.AskTurn)
    room.wait(room.debate.end_ms - share)
    assert room.debate.is_over
    assert max(room.debate.turn_used.values()) <= share


def test_DB8_a_pause_counts_for_nobody_and_the_chair_gives_and_takes() -> None:
    room, sides = free()
    (one, _), (three, _) = sides.values()
    room.do(one, dc.AskTurn)
    room.wait(4_000)
    room.do(FAY, dc.PauseClock)
    room.wait(30_000)
    assert room.holders == {one.participant_id}
    room.do(FAY, dc.StartClock)
    room.wait(1_000)
    assert room.refused(one, dc.GiveTurn, three.participant_id) == "not_the_chair"
    assert room.refused(FAY, dc.GiveTurn, "ada") == "no_side"
    room.do(FAY, dc.GiveTurn, three.participant_id)
    assert room.holders == {three.participant_id}
    assert room.debate.turn_used[room.debate.side_of(one.participant_id) or ""] == 5_000
    room.do(FAY, dc.GiveTurn, None)
    assert room.holders == frozenset()


def test_DB8_who_drops_out_loses_turn_and_request() -> None:
    room, sides = free()
    (one, two), (three, four) = sides.values()
    room.do(one, dc.AskTurn)
    room.do(three, dc.AskTurn)
    room.do(four, dc.AskTurn)
    room.wait(3_000)
    room.world.do(THE_SERVER, c.LoseConnection(pid(three)))
    assert room.debate.turn_asks == (four.participant_id,)
    room.world.do(THE_SERVER, c.LoseConnection(pid(one)))
    assert room.debate.turn == four.participant_id
    room.world.do(THE_SERVER, c.LoseConnection(pid(two)))
    assert room.debate.halt == "speaker_lost", "nobody of that side is left"


def test_DB8_in_questions_and_panels_the_chair_gives_every_turn() -> None:
    room = hall("oxford")
    form = room.debate.form
    index = next(n for n, one in enumerate(form.speeches) if one.kind == "questions")
    while room.debate.index < index:
        room.do(FAY, dc.NextSpeech)
    assert room.refused(ADA, dc.AskTurn) == "no_turns"
    room.do(FAY, dc.StartClock)
    room.do(ADA, dc.AskTurn)
    assert (room.debate.turn, room.debate.turn_asks) == (None, ("ada",))
    assert room.wait(20_000) == []
    room.do(FAY, dc.GiveTurn, "ada")
    assert room.holders == {"ada"}
    room.do(ADA, dc.YieldTurn)
    assert room.holders == frozenset()


# ---- DB9 ---------------------------------------------------------------------------------------


def test_DB9_a_pool_is_counted_to_the_millisecond_and_ends_by_itself() -> None:
    room = hall("lincoln-douglas")
    one, two = room.debate.form.sides
    debater = room.by_seat[f"{one.id}:{one.seats[0].id}"]
    assert room.refused(debater, dc.UsePrep, two.id) == "not_on_side"
    assert room.refused(ADA, dc.UsePrep, one.id) == "not_on_side"
    room.do(debater, dc.UsePrep, one.id)
    assert room.refused(FAY, dc.UsePrep, two.id) == "pool_going_on"
    room.wait(61_234)
    room.do(debater, dc.EndPrep)
    assert room.debate.pools == {one.id: 61_234}
    room.do(FAY, dc.StartClock)
    assert room.refused(debater, dc.UsePrep, one.id) == "not_between"
    room.do(FAY, dc.NextSpeech)
    room.do(debater, dc.UsePrep, one.id)
    pool = room.debate.form.pool_s * SECOND
    assert kinds(room.wait(pool - 61_234)) == ["debate_prep_stopped"]
    assert room.debate.pools == {one.id: pool}
    assert room.refused(debater, dc.UsePrep, one.id) == "pool_empty"
    room.do(FAY, dc.UsePrep, two.id)
    room.do(FAY, dc.StartClock, after_ms=500)
    assert room.debate.pools[two.id] == 500
    assert room.debate.since_ms is not None


def test_DB9_in_automatic_advance_a_pool_holds_up_the_next_part() -> None:
    room = hall("public-forum", advance="automatic")
    side = room.debate.form.sides[0].id
    room.wait(room.debate.gap_ms - 1)
    room.do(FAY, dc.UsePrep, side)
    room.wait(60_000)
    assert room.debate.since_ms is None
    room.do(FAY, dc.EndPrep)
    room.wait(room.debate.gap_ms)
    assert room.debate.since_ms == room.world.now_ms


# ---- DB10 --------------------------------------------------------------------------------------


def test_DB10_notes_are_in_the_sides_channel_until_they_are_opened() -> None:
    room = Hall(live_class(OPEN, ADA), FAY, shipped("karl-popper"))
    one, two = room.debate.form.sides
    mine = room.by_seat[f"{one.id}:{one.seats[0].id}"]
    theirs = room.by_seat[f"{two.id}:{two.seats[0].id}"]
    room.do(mine, dc.WriteNote, " our secret ")
    room.do(theirs, dc.WriteNote, "theirs")
    assert room.refused(FAY, dc.WriteNote, "x") == "not_on_side"
    assert room.refused(mine, dc.WriteNote, "  ") == "empty_text"
    written = [event for event in room.world.log if event.type == "debate_note_written"]
    assert [event.channel for event in written] == [
        side_channel(room.debate_id, one.id), side_channel(room.debate_id, two.id),
    ]  # fmt: skip
    room.do(FAY, dc.OpenNotes)
    assert room.do(FAY, dc.OpenNotes) == []
    shown = [event for event in room.world.log if event.type == "debate_note_shown"]
    assert [event.data["text"] for event in shown] == ["our secret", "theirs"]
    assert {event.channel for event in shown} == {"session"}
    assert room.refused(mine, dc.WriteNote, "more") == "notes_are_open"
