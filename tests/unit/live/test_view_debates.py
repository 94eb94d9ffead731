"""EV6 and DB for debates: every event folds, and nothing leaks before it may be known.

First a debate that has every event; then random ones with drops, rejoins and restarts, which
check after each step: one floor, times that neither exceed nor get lost, results and notes seen
by nobody too early. A failure prints the seed and the steps.
"""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.commands import Command
from server.domain.debate_format import Format, to_data
from server.domain.debate_result import point_ranges
from server.domain.debate_state import SECOND, Debate
from server.domain.due import next_due_ms
from server.domain.errors import DomainError
from server.domain.events import EVENT_TYPES, Event
from server.domain.floor import floor_of, may_speak
from server.domain.session import fold
from server.domain.state import THE_SERVER, Actor
from server.live.wire import channels_of, to_wire
from server.storage.event_reading import decode_state, encode_state
from server.storage.shipped_formats import ORDER
from tests.debate_world import debates_happen, shipped, wait
from tests.live_world import ADA, BOB, FAY, OPEN
from tests.unit.live.test_view import Watched

PAST_SEEDS: tuple[int, ...] = ()


def watched(*actors: Actor) -> Watched:
    world = Watched()
    world.epoch()
    world.join(FAY)
    world.settings = OPEN
    world.do(FAY, c.StartSession())
    world.join(*actors)
    return world


def test_EV6_every_event_of_a_debate_folds_into_every_view() -> None:
    world = watched(ADA, BOB)
    debates_happen(world, FAY, ADA, BOB)
    seen = {kind for kind in world.types() if kind.startswith("debate_")}
    assert seen == {kind for kind in EVENT_TYPES if kind.startswith("debate_")}
    assert fold("s1", world.log) == world.state
    assert decode_state(encode_state(world.state)) == world.state


def test_DB1_ten_debates_by_one_format_send_it_once() -> None:
    world = watched(ADA)
    form = to_data(shipped("karl-popper"))
    for number in range(10):
        world.do(FAY, dc.PlanDebate(f"Motion {number}", format=form))
    assert ADA.participant_id is not None
    view = world.views[ADA.participant_id]
    (key,) = view["debate_formats"]
    assert {one["format_key"] for one in view["debates"]} == {key}
    assert view["debate_formats"][key] == form
    world.do(FAY, dc.EditDebate(view["debates"][0]["debate_id"], "Another", format_id=None,
                                format=to_data(shipped("quick"))))  # fmt: skip
    assert len(view["debate_formats"]) == 2


# ---- fuzz --------------------------------------------------------------------------------------

PEOPLE = [Actor(f"p{n}", "learner", f"P{n}") for n in range(9)]
CHOICES = ("for", "against", "undecided")
SECRETS = ("points", "ranks")


def random_command(random: Random, world: Watched, debate: Debate) -> tuple[Actor, Command]:
    key = debate.debate_id
    actor = random.choice([FAY, *PEOPLE])
    other = random.choice(PEOPLE).participant_id or ""
    side = random.choice(debate.form.sides)
    seat = f"{side.id}:{random.choice(side.seats).id}"
    a_round: Any = random.choice(["before", "after"])
    choice: Any = random.choice(CHOICES)
    speaker = next((one for one in PEOPLE if one.participant_id == debate.speaker), actor)
    offered = random.choice([*debate.points, other])
    sheet = {name: one.low for name, one in point_ranges(debate).items()}
    places = range(1, len(debate.form.sides) + 1)
    ranks = {one.id: n for one, n in zip(debate.form.sides, places, strict=True)}
    if debate.form.scoring.teams == "none":
        ranks = {}
    at_ms = world.now_ms
    choices: list[tuple[Actor, Command]] = [
        (FAY, dc.AssignSeat(key, seat, random.choice([other, None]))),
        (FAY, dc.DrawSeats(key, random.choice(["random", "least_heard", "random", "clear"]))),
        (FAY, dc.SetChair(key, random.choice([None, other]))), (actor, dc.TakeChair(key)),
        (FAY, dc.SetAdjudicators(key, (other, "p8"))), (FAY, dc.BeginDebate(key)),
        *[(FAY, dc.StartClock(key)), (FAY, dc.NextSpeech(key))] * 6,
        (actor, dc.StartClock(key)), (FAY, dc.PauseClock(key)),
        (FAY, dc.ExtendClock(key, random.choice([-20, 10, 45]))), (FAY, dc.PreviousSpeech(key)),
        (FAY, dc.NameSpeaker(key, random.randrange(3), random.choice([other, None]))),
        (FAY, dc.WaitForSpeaker(key)), (FAY, dc.SetAdvance(key, random.choice(
            ["manual", "automatic"]))), (actor, dc.UsePrep(key, side.id)), (actor, dc.EndPrep(key)),
        *[(actor, dc.AskTurn(key)), (actor, dc.YieldTurn(key)), (actor, dc.OfferPoint(key))] * 4,
        (FAY, dc.GiveTurn(key, random.choice([other, None]))), (actor, dc.WithdrawPoint(key)),
        *[(speaker, dc.AnswerPoint(key, offered, random.random() < 0.7))] * 3,
        (speaker, dc.EndPoint(key)), *[(actor, dc.WriteNote(key, f"secret-{other}"))] * 2,
        (FAY, dc.OpenBallot(key, a_round)), (FAY, dc.CloseBallot(key)),
        *[(actor, dc.CastBallot(key, a_round, choice))] * 6,
        (Actor("p8", "learner", "P8"), dc.HandInScores(key, sheet, ranks)),
        (FAY, dc.RevealDebate(key)), *[(THE_SERVER, c.LoseConnection(other))] * 2,
        *[(actor, c.Join()), (FAY, c.Join())] * 5, (actor, c.Leave()),
        (THE_SERVER, c.AdvanceTime()),
    ]  # fmt: skip
    if random.random() < 0.004:
        choices = [(FAY, dc.OpenNotes(key)), (FAY, dc.EndDebate(key))]
    if random.random() < 0.01:
        choices = [(THE_SERVER, c.StartEpoch(at_ms, at_ms - random.randrange(900)))]
    return random.choice(choices)


def check(world: Watched, debate: Debate) -> None:
    part = debate.part
    floor = floor_of(debate)
    heard = may_speak(world.state, debate.room_id)
    if debate.stage == "running" and not debate.is_behind:
        assert heard is not None
        hosts = {one.participant_id for one in world.state.present if one.role == "facilitator"}
        assert heard == floor | hosts | ({debate.chair_id} if debate.chair_id else set())
    if part is not None and part.floor in ("one", "queue"):
        assert len(floor) <= 1 + (debate.point is not None)
    assert debate.point is None or debate.point in floor
    limit = max(debate.end_ms, 0)
    if debate.stage in ("preparing", "running") and not debate.is_over:
        assert debate.used_ms <= limit
    pool = debate.form.pool_s * SECOND
    assert all(0 <= used <= pool for used in debate.pools.values())
    if part is not None and part.is_balanced:
        # A part may have been shortened after a side had spoken.
        share = part.length_s * SECOND // len(debate.form.sides)
        assert debate.extra_ms < 0 or all(used <= share for used in debate.turn_used.values())
    running = [debate.since_ms is not None, debate.pool_since_ms is not None]
    assert sum(running) <= 1, "a speech and a pool at once"


def check_secrets(world: Watched, debate: Debate, events: list[Event]) -> None:
    """What viewers are told, as text, holds nothing they may not know yet."""
    if debate.result is not None:
        return
    for who in world.state.participants.values():
        channels = channels_of(world.state, who)
        told = [
            msgspec.json.encode(to_wire(event, world.state, {})).decode()
            for event in events
            if event.channel in channels
        ]
        if not channels:
            continue
        view = next(
            one for one in world.fresh(who.participant_id)["debates"]
            if one["debate_id"] == debate.debate_id
        )  # fmt: skip
        assert view["result"] is None
        if who.participant_id not in debate.sheet_of:
            assert view["own_sheet"] is None
            assert not any('"ranks"' in text for text in told)
        if not debate.are_notes_open:
            own = debate.side_of(who.participant_id)
            assert all(note["side"] == own for note in view["notes"])


FORMATS = tuple(shipped(format_id) for format_id in ORDER)


@pytest.mark.parametrize("seed", [*range(10), *PAST_SEEDS])
def test_DB_holds_in_random_debates_with_drops_rejoins_and_restarts(seed: int) -> None:
    random = Random(seed)
    form: Format = FORMATS[seed % len(FORMATS)]
    world = watched(*PEOPLE)
    world.do(FAY, dc.PlanDebate("M", format=to_data(form), pois=True if seed == 0 else None))
    key = world.last("debate_planned")["debate_id"]
    world.do(FAY, dc.DrawSeats(key, "random", tuple(f"p{n}" for n in range(8))))
    world.do(FAY, dc.SetAdjudicators(key, ("p8",)))
    steps: list[tuple[str | None, Command]] = []
    spent = _Spent()
    try:
        for _ in range(250):
            before = len(world.log)
            spent.pass_on(wait(world, random.choice([5, 300, 2_000, 15_000])), world)
            debate = world.state.debates[key]
            actor, command = random_command(random, world, debate)
            steps.append((actor.participant_id, command))
            try:
                spent.pass_on(world.do(actor, command, after_ms=random.randrange(1, 20)), world)
            except DomainError:
                steps.pop()
            debate = world.state.debates[key]
            check(world, debate)
            if random.random() < 0.2:
                check_secrets(world, debate, world.log[before:])
            due = next_due_ms(world.state)
            assert due is None or due >= world.now_ms - 20
        assert fold("s1", world.log) == world.state
    except AssertionError as failure:
        listing = "\n".join(f"  {who}: {command}" for who, command in steps)
        raise AssertionError(f"seed {seed}, {len(steps)} steps:\n{listing}\n{failure}") from failure
    assert len(steps) > 60


class _Spent:
    """The part's time counted anew from the events alone: nothing lost, nothing twice."""

    def __init__(self) -> None:
        self.used = 0
        self.since: int | None = None

    def pass_on(self, events: list[Event], world: Watched) -> None:
        is_restart = any(event.type == "epoch_started" for event in events)
        for event in events:
            data = event.data
            if event.type == "debate_turned":
                self.used, self.since = 0, None
            elif event.type == "debate_clock_started":
                assert data["used_ms"] == self.used
                self.since = data["since_ms"]
            elif event.type in ("debate_clock_stopped", "debate_part_ended"):
                ran = 0 if self.since is None else event.at_ms - self.since
                if is_restart:
                    assert self.used <= data["used_ms"] <= self.used + ran
                elif event.type == "debate_clock_stopped":
                    assert data["used_ms"] <= self.used + ran
                    assert self.used + ran - data["used_ms"] < 50
                else:
                    assert data["used_ms"] <= self.used + ran
                self.used, self.since = data["used_ms"], None
