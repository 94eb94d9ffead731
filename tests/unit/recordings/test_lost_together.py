"""CF3: taps of people who were lost become marks by the minute, without names."""

from __future__ import annotations

from recordings.facts import facts_of, lost_together
from server.domain import commands as c
from tests.live_world import ADA, BOB, FAY, OPEN, live_class


def test_CF3_taps_within_a_minute_are_one_mark() -> None:
    assert lost_together([]) == []
    assert lost_together([100_000, 1_000, 60_999, 61_000]) == [(1_000, 2), (61_000, 2)]


def test_CF3_the_mark_has_a_count_and_no_name() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.StartRecording())
    began = world.now_ms
    world.do(ADA, c.TapConfusion(), after_ms=5_000)
    world.do(BOB, c.TapConfusion(), after_ms=5_000)
    world.do(FAY, c.EndSession())
    facts = facts_of("s1", "r1", world.log)
    (mark,) = [mark for mark in facts.marks if mark.kind == "confusion"]
    assert (mark.at_ms, mark.label, mark.data) == (5_000, "", {"count": 2})
    assert began < world.now_ms


def test_CH3_MO1_what_is_private_is_no_mark() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    world.do(ADA, c.SendChat("psst", to="bob"))
    world.do(ADA, c.MarkMoment("my own"))
    world.do(FAY, c.EndSession())
    assert facts_of("s1", "r1", world.log).marks == []
