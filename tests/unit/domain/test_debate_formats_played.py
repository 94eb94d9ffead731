"""DB: every shipped format is played through to its end, by the clock alone."""

from __future__ import annotations

import pytest

from server.domain import debate_commands as dc
from server.domain.debate_format import Format, Speech
from server.domain.debate_state import SECOND
from server.domain.session import fold
from server.storage.shipped_formats import ORDER
from tests.debate_world import Hall, shipped
from tests.live_world import FAY, OPEN, live_class


def hall(form: Format, **plan: object) -> Hall:
    return Hall(live_class(OPEN), FAY, form, **plan)


@pytest.mark.parametrize("format_id", ORDER)
def test_DB1_every_shipped_format_runs_by_itself_from_first_to_last(format_id: str) -> None:
    form = shipped(format_id)
    room = hall(form, advance="automatic")
    room.do(FAY, dc.BeginDebate)
    if form.prep_s:
        assert (room.debate.stage, room.floor) == ("preparing", None)
        room.wait(form.prep_s * SECOND)
    for index, speech in enumerate(form.speeches):
        room.wait(room.debate.gap_ms)
        assert (room.debate.index, room.debate.stage) == (index, "running")
        _part(room, speech)
    assert room.debate.is_behind
    assert room.floor is None
    room.do(FAY, dc.EndDebate)
    assert room.debate.stage == "ended"
    assert fold("s1", room.world.log) == room.world.state
    ended = [event.data for event in room.world.log if event.type == "debate_part_ended"]
    assert [one["index"] for one in ended] == list(range(len(form.speeches)))
    full = [(speech.length_s + form.grace_s) * SECOND for speech in form.speeches]
    assert [one["used_ms"] for one in ended] == full


def _part(room: Hall, speech: Speech) -> None:
    debate = room.debate
    assert debate.since_ms == room.world.now_ms
    if speech.floor == "queue":
        assert room.holders == frozenset()
    else:
        wanted = {debate.at_place(n, place) for n, place in enumerate(speech.places)}
        assert room.holders == wanted
        assert None not in wanted
    before = len(room.world.log)
    room.wait((speech.length_s + debate.form.grace_s) * SECOND - 1)
    rung = [
        (event.data["bell_ms"], event.data["strokes"])
        for event in room.world.log[before:]
        if event.type == "debate_bell_rung"
    ]
    said = {bell.at_s * SECOND: bell.strokes for bell in speech.bells}
    said.setdefault(speech.length_s * SECOND, 2)
    assert rung == sorted(said.items())
    assert room.debate.since_ms is not None
    room.wait(1)
    assert room.debate.is_over or room.debate.is_behind
    assert room.holders == frozenset()


@pytest.mark.parametrize("format_id", ORDER)
def test_DB2_the_chair_can_take_it_through_part_by_part(format_id: str) -> None:
    room = hall(shipped(format_id))
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech, after_ms=1000)
    for index in range(len(room.debate.form.speeches)):
        assert (room.debate.index, room.debate.since_ms) == (index, None)
        assert room.holders == frozenset()
        room.do(FAY, dc.StartClock)
        room.do(FAY, dc.NextSpeech, after_ms=5000)
        if index + 1 < len(room.debate.form.speeches):
            assert (room.debate.is_over, room.debate.used_ms) == (True, 5000)
            room.do(FAY, dc.NextSpeech)
    assert room.debate.is_behind
    assert room.refused(FAY, dc.StartClock) == "no_more_parts"
    assert room.refused(FAY, dc.NextSpeech) == "no_more_parts"
