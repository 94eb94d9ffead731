"""DB18: what a debate leaves in the recording."""

from __future__ import annotations

from typing import Any

from recordings.facts import Facts, facts_of
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_state import SECOND
from server.domain.record import record_of
from server.domain.state import Stretch
from tests.debate_world import Hall, shipped
from tests.live_world import ADA, FAY, OPEN, live_class


def recorded(format_id: str, *, without: str | None = None, **plan: Any) -> Hall:
    """Everybody agrees to be recorded but who sits on ``without``."""
    room = Hall(live_class(OPEN, ADA), FAY, shipped(format_id), **plan)
    room.world.do(FAY, c.StartRecording())
    for who in (FAY, *room.by_seat.values()):
        if who.participant_id != (without or "").replace(":", "-"):
            room.world.do(who, c.GiveConsent(True))
        room.world.do(who, c.SetTrack("microphone", True))
    return room


def facts(room: Hall) -> Facts:
    return facts_of("s1", "r1", room.world.log)


def test_DB18_speeches_cross_examinations_and_points_are_marks_with_speaker_and_side() -> None:
    room = recorded("karl-popper")
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    for _ in range(2):
        room.do(FAY, dc.StartClock)
        room.wait(30 * SECOND)
        room.do(FAY, dc.PauseClock)
        room.wait(5 * SECOND)
        room.do(FAY, dc.StartClock)
        room.wait(10 * SECOND)
        room.do(FAY, dc.NextSpeech)
        room.do(FAY, dc.NextSpeech)
    marks = [mark for mark in facts(room).marks if mark.kind == "speech"]
    form = room.debate.form
    assert [mark.data["speech_kind"] for mark in marks] == [one.kind for one in form.speeches[:2]]
    assert [mark.data["side"] for mark in marks] == [one.side for one in form.speeches[:2]]
    first, second = marks
    assert first.data["participant_ids"] == [_seat(room, 0).participant_id]
    assert first.label == f"{form.speeches[0].name.get('en')}: {_seat(room, 0).name}"
    assert len(second.data["participant_ids"] or ()) == 2  # type: ignore[arg-type]
    assert first.data["end_ms"] == first.at_ms + 45 * SECOND


def _seat(room: Hall, index: int) -> Any:
    speech = room.debate.form.speeches[index]
    return room.by_seat[f"{speech.side}:{speech.seat}"]


def test_DB18_points_and_turns() -> None:
    room = recorded("quick", pois=True)
    room.do(FAY, dc.BeginDebate)
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    room.wait(40 * SECOND)
    room.do(room.by_seat["con:1"], dc.OfferPoint)
    room.do(room.by_seat["pro:1"], dc.AnswerPoint, "con-1", True)
    room.wait(20 * SECOND)
    while room.debate.part is None or room.debate.part.kind != "free":
        room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    room.do(room.by_seat["pro:2"], dc.AskTurn)
    room.wait(7 * SECOND)
    room.do(room.by_seat["pro:2"], dc.YieldTurn)
    found = {mark.kind: mark for mark in facts(room).marks}
    poi, turn = found["poi"], found["turn"]
    assert (poi.data["participant_id"], poi.data["side"]) == ("con-1", "con")
    assert poi.data["end_ms"] == poi.at_ms + 15 * SECOND
    assert (turn.data["participant_id"], turn.data["side"]) == ("pro-2", "pro")
    assert turn.data["end_ms"] == turn.at_ms + 7 * SECOND


def test_DB18_a_result_is_a_mark_also_when_it_is_revealed_after_the_recording() -> None:
    room = recorded("quick")
    room.do(FAY, dc.BeginDebate)
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    room.wait(5 * SECOND)
    room.do(FAY, dc.EndDebate)
    room.do(FAY, dc.OpenBallot, "before")
    room.do(FAY, dc.CloseBallot)
    room.do(FAY, dc.OpenBallot, "after")
    room.do(FAY, dc.CloseBallot)
    room.world.do(FAY, c.StopRecording())
    stopped_ms = facts(room).duration_ms
    room.wait(60 * SECOND)
    assert "result" not in {mark.kind for mark in facts(room).marks}
    room.do(FAY, dc.RevealDebate)
    (mark,) = [mark for mark in facts(room).marks if mark.kind == "result"]
    assert (mark.at_ms, mark.label) == (stopped_ms, "A draw")
    assert mark.data["winners_de"] == ["Unentschieden"]


def test_DB18_who_is_not_on_record_is_not_named_and_what_is_not_recorded_is_no_mark() -> None:
    first = shipped("karl-popper").speeches[0]
    room = recorded("karl-popper", without=f"{first.side}:{first.seat}")
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    room.wait(5 * SECOND)
    room.world.do(FAY, c.PauseRecording())
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    (mark,) = [mark for mark in facts(room).marks if mark.kind == "speech"]
    assert mark.label == first.name.get("en")
    assert (mark.data["participant_id"], mark.data["participant_ids"]) == (None, [])
    assert mark.data["side"] == first.side


def test_DB18_only_the_floor_is_recorded_and_no_huddle() -> None:
    room = recorded("karl-popper")
    since = room.world.now_ms
    room.do(FAY, dc.BeginDebate)
    begun = room.world.now_ms
    if room.debate.stage == "preparing":
        room.wait(60 * SECOND)
        room.do(FAY, dc.NextSpeech)
    standing = room.world.now_ms
    room.wait(10 * SECOND)
    room.do(FAY, dc.StartClock)
    start = room.world.now_ms
    room.wait(20 * SECOND)
    room.do(FAY, dc.NextSpeech)
    end = room.world.now_ms
    room.wait(10 * SECOND)
    people = record_of("s1", room.world.log).people
    speaker = _seat(room, 0).participant_id
    spans = people[speaker].on["microphone"]
    assert spans[-1] == Stretch(start, end)
    assert all(span.end_ms <= begun or span.start_ms >= start for span in spans)
    silent = next(who for who in room.debate.seats.values() if who != speaker)
    assert all(span.end_ms <= begun for span in people[silent].on["microphone"])
    assert people["fay"].on["microphone"][-1].end_ms == room.world.log[-1].at_ms
    assert since <= begun <= standing


def test_DB22_what_a_side_says_by_itself_is_on_the_sides_own_record() -> None:
    room = recorded("karl-popper")
    for who in room.by_seat.values():
        room.world.do(who, c.SetTrack("microphone", True))
    room.do(FAY, dc.BeginDebate)
    while room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    one, two = (side.id for side in room.debate.form.sides)
    room.do(FAY, dc.UsePrep, one)
    start = room.world.now_ms
    room.wait(30 * SECOND)
    room.do(FAY, dc.EndPrep)
    end = room.world.now_ms
    room.wait(5 * SECOND)
    record = record_of("s1", room.world.log)
    pools = [one for one in record.huddles if one.from_ms == start]
    assert {one.side for one in pools} == {one, two}
    (own,) = [each for each in pools if each.side == one]
    seated = {who for seat, who in room.debate.seats.items() if seat.startswith(f"{one}:")}
    assert own.members == seated
    assert (own.debate_id, own.to_ms, own.breakout_id) == (room.debate_id, end, "")
    for who, person in record.people.items():
        apart = person.elsewhere.get(own.room_id, {}).get("microphone", ())
        assert apart == ((Stretch(start, end),) if who in seated else ())
        if who in room.debate.seats.values():
            assert all(
                span.end_ms <= start or span.start_ms >= end for span in person.on["microphone"]
            )
    logged = [each for each in facts(room).rooms if each.room_id == own.room_id]
    assert set(logged[-1].allowed) == seated & set(record.people)
    assert (logged[-1].name_de, logged[-1].members) == (own.name_de, sorted(seated))
    assert "breakout" not in {mark.kind for mark in facts(room).marks}, "no room of the class"
