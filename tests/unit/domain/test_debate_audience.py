"""DB21: the audience asks (Oxford): hand, floor for a while, and a mark in the recording."""

from __future__ import annotations

import pytest

from recordings.facts import facts_of
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_format import check, from_data, to_data
from server.domain.errors import Invalid
from server.domain.state import Actor
from tests.debate_world import Hall, shipped
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

SECOND = 1000
CY = Actor("cy", "learner", "Cy", False, "user-cy")


def asking() -> Hall:
    """An Oxford debate in its questions, on record; Ada, Bob and Cy are the audience."""
    world: World = live_class(OPEN)
    world.join(ADA, BOB, CY)
    room = Hall(world, FAY, shipped("oxford"))
    world.do(FAY, c.StartRecording())
    for who in (FAY, ADA, BOB, *room.by_seat.values()):
        world.do(who, c.GiveConsent(True))
    room.do(FAY, dc.BeginDebate)
    while room.debate.part is None or room.debate.part.kind != "questions":
        room.do(FAY, dc.NextSpeech)
    room.do(FAY, dc.StartClock)
    return room


def test_DB21_who_has_the_floor_loses_it_when_the_time_is_up() -> None:
    room = asking()
    room.do(ADA, dc.AskTurn)
    room.do(BOB, dc.AskTurn)
    assert room.holders == frozenset(), "a hand opens no microphone"
    assert room.refused(ADA, dc.GiveTurn, "ada") == "not_the_chair"
    room.do(FAY, dc.GiveTurn, "bob")
    assert room.holders == {"bob"}, "in the order the chair likes"
    room.wait(59 * SECOND)
    assert room.holders == {"bob"}
    room.wait(2 * SECOND)
    assert room.holders == frozenset()
    assert room.debate.turn_end_ms is None
    assert room.debate.turn_asks == ("ada",), "the chair gives the next one too"


def test_DB21_a_pause_does_not_use_it_up_and_who_answers_has_no_limit() -> None:
    room = asking()
    room.do(ADA, dc.AskTurn)
    room.do(FAY, dc.GiveTurn, "ada")
    room.wait(40 * SECOND)
    room.do(FAY, dc.PauseClock)
    room.wait(300 * SECOND)
    assert room.holders == {"ada"}
    room.do(FAY, dc.StartClock)
    room.wait(15 * SECOND)
    assert room.holders == {"ada"}
    room.do(ADA, dc.YieldTurn)
    assert room.holders == frozenset()
    room.do(FAY, dc.GiveTurn, "for-1")
    assert room.debate.turn_end_ms is None
    room.wait(120 * SECOND)
    assert room.holders == {"for-1"}
    room.do(FAY, dc.GiveTurn, "ada")
    room.do(FAY, dc.NextSpeech)
    assert room.debate.turn_end_ms is None, "the part took it along"


def test_DB21_each_is_a_mark_with_its_speaker() -> None:
    room = asking()
    for who in ("ada", "for-1", "cy"):
        room.do(FAY, dc.GiveTurn, who)
        room.wait(20 * SECOND)
    room.do(FAY, dc.GiveTurn, None)
    world = room.world
    marks = facts_of("s1", world.state.recording.recording_id, world.log).marks
    held = [one for one in marks if one.kind in ("audience", "turn")]
    assert [one.kind for one in held] == ["audience", "turn", "audience"]
    assert held[0].data["participant_id"] == "ada"
    assert held[0].data["speech_kind"] == "questions"
    assert int(held[0].data["end_ms"]) - held[0].at_ms == pytest.approx(20 * SECOND, abs=100)  # type: ignore[arg-type]
    assert (held[1].data["side"], held[1].data["participant_id"]) == ("for", "for-1")
    assert (held[2].label, held[2].data["participant_id"]) == ("", None), "Cy is not on record"


@pytest.mark.parametrize(
    ("kind", "limit", "code"),
    [
        ("panel", 30, "no_audience"),
        ("questions", 2, "out_of_range"),
        ("questions", 601, "out_of_range"),
    ],
)
def test_DB21_a_format_says_the_limit_for_questions_alone(kind: str, limit: int, code: str) -> None:
    data = to_data(shipped("oxford"))
    speech = next(
        one for phase in data["phases"] for one in phase["speeches"] if one["kind"] == kind
    )
    speech["turn_limit_s"] = limit
    with pytest.raises(Invalid) as refused:
        check(from_data(data))
    assert refused.value.code == code
