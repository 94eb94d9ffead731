"""AM: the hint that a long stretch has passed without learners taking part."""

from __future__ import annotations

import pytest

from server.domain import agenda_commands as ac
from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.activity_mix import QUIET_MS
from server.domain.commands import Command
from server.domain.due import next_due_ms
from server.domain.state import THE_SERVER, Actor
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class


@pytest.fixture
def world() -> World:
    return live_class(OPEN, ADA, BOB)


def hints(world: World) -> int:
    return world.types().count("quiet_noted")


def wait(world: World, ms: int = QUIET_MS) -> None:
    world.do(THE_SERVER, c.AdvanceTime(), after_ms=ms)


def test_AM1_facilitators_alone_are_told_once_after_a_long_stretch(world: World) -> None:
    began = world.state.engaged_at_ms
    assert began is not None
    assert next_due_ms(world.state) == began + QUIET_MS
    wait(world, QUIET_MS - 1000)
    assert hints(world) == 0
    wait(world, 1000)
    assert world.log[-1].channel == "role:facilitator"
    assert world.last("quiet_noted") == {"since_ms": began}
    wait(world, 1000)
    assert hints(world) == 1


@pytest.mark.parametrize(
    ("who", "command"),
    [
        (ADA, c.RaiseHand()),
        (ADA, c.SendChat("why?")),
        (FAY, c.CreatePoll("?", ("a", "b"), opens=True)),
        (THE_SERVER, c.CountAirtime(("ada",), (3000,))),
    ],
)
def test_AM2_what_learners_do_starts_it_anew_and_takes_the_hint_back(
    world: World, who: Actor, command: Command
) -> None:
    wait(world)
    world.do(who, command, after_ms=60_000)
    assert world.types()[-1] == "hint_withdrawn"
    assert world.log[-1].channel == "role:facilitator"
    assert world.log[-1].actor_id is None
    assert world.state.quiet_since_ms is None
    assert world.state.engaged_at_ms == world.now_ms


@pytest.mark.parametrize(
    ("who", "command"),
    [
        (FAY, c.SendChat("listen")),
        (ADA, c.SendChat("psst", to="bob")),
        (ADA, c.TapConfusion()),
        (THE_SERVER, c.CountAirtime(("fay", "ada"), (9000, 2999))),
        (THE_SERVER, c.CountReactions(("clap",), (3,))),
    ],
)
def test_AM2_what_facilitators_do_and_what_is_private_does_not(
    world: World, who: Actor, command: Command
) -> None:
    wait(world, QUIET_MS - 10_000)
    world.do(who, command, after_ms=1000)
    wait(world, 9000)
    assert hints(world) == 1


def test_AM3_while_something_goes_on_nobody_is_told(world: World) -> None:
    world.do(FAY, c.CreatePoll("?", ("a", "b"), opens=True))
    wait(world, 2 * QUIET_MS)
    assert hints(world) == 0
    world.do(FAY, c.ClosePoll(world.last("poll_opened")["poll_id"]))
    world.do(FAY, bc.DraftBreakouts(("Red",)))
    world.do(FAY, bc.OpenBreakouts())
    wait(world, 2 * QUIET_MS)
    world.do(FAY, bc.CloseBreakouts(0))
    wait(world, QUIET_MS - 1000)
    assert hints(world) == 0
    wait(world, 1000)
    assert hints(world) == 1


def test_AM3_a_break_is_nobodys_to_fill(world: World) -> None:
    plan = (
        {"title": "Break", "kind": "break", "minutes": 15},
        {"title": "On", "kind": "talk", "minutes": 15},
    )
    world.do(FAY, ac.EditAgenda(plan, 0))
    world.do(FAY, ac.NextActivity(None))
    wait(world, 2 * QUIET_MS)
    assert hints(world) == 0
    world.do(FAY, ac.NextActivity(world.state.agenda.activities[0].activity_id))
    wait(world, QUIET_MS - 1000)
    assert hints(world) == 0


def test_AM3_without_learners_there_is_nobody_to_take_part() -> None:
    world = live_class(OPEN)
    wait(world, 3 * QUIET_MS)
    assert hints(world) == 0
    world.join(ADA)
    wait(world, QUIET_MS - 1000)
    assert hints(world) == 0
    wait(world, 1000)
    assert hints(world) == 1


def test_AM4_dismissed_it_comes_again_only_after_as_long(world: World) -> None:
    wait(world)
    world.do(FAY, ac.DismissHint())
    assert world.do(FAY, ac.DismissHint()) == []
    assert world.state.quiet_since_ms is None
    wait(world, QUIET_MS - 1000)
    assert hints(world) == 1
    wait(world, 1000)
    assert hints(world) == 2


def test_AM4_the_end_of_class_takes_it_back(world: World) -> None:
    wait(world)
    world.do(FAY, c.EndSession())
    assert world.state.quiet_since_ms is None
