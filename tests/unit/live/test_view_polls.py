"""EV6 for polls of every kind, audience and anonymity: events add up to the snapshot."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from server.domain import commands as c
from server.domain.commands import Command
from server.domain.poll import SHOWN_FROM
from server.domain.poll_events import PollKind
from server.domain.poll_form import KINDS
from server.domain.state import Actor, PollResult
from server.live.view import view_for
from server.live.wire import channels_of, to_domain, to_wire
from server.schemas import live as wire
from server.storage.event_reading import decode_state, encode_state
from tests.live_world import ADA, BOB, FAY, OPEN, World, apply, live_class
from tests.poll_samples import ANSWERS, POLLS

VOTERS = [ADA, BOB, *(Actor(f"p{n}", "learner", f"P{n}") for n in range(5))]


class Viewers:
    """Every browser's polls, folded from events and compared with what a snapshot says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shown: dict[str, PollResult] = {}
        self.views = {who: self.fresh(who) for who in world.state.participants}

    def fresh(self, who: str) -> dict[str, Any]:
        state = self.world.state
        snapshot = view_for(
            state,
            who,
            OPEN,
            channels=channels_of(state, state.participants[who]),
            now_ms=self.world.now_ms,
            utc_ms=0,
            shown=self.shown,
        )
        return msgspec.to_builtins(snapshot)

    def do(self, actor: Actor, command: Command) -> None:
        events = self.world.do(actor, command)
        for poll_id, now in self.world.tallies.items():
            shown = self.shown.get(poll_id)
            if now.count - (shown.count if shown is not None else 0) >= SHOWN_FROM:
                self.shown[poll_id] = now
        for who, view in self.views.items():
            for event in events:
                if event.channel in channels_of(
                    self.world.state, self.world.state.participants[who]
                ):
                    sent = msgspec.to_builtins(to_wire(event, self.world.state, self.shown))
                    apply(view, copy.deepcopy(sent))
            assert view["polls"] == self.fresh(who)["polls"], (who, command)


@pytest.mark.parametrize("is_anonymous", [False, True])
@pytest.mark.parametrize("audience", ["all", "host", "voters", "none"])
@pytest.mark.parametrize("kind", KINDS)
def test_EV6_polls_of_every_kind(kind: PollKind, audience: Any, is_anonymous: bool) -> None:
    world = live_class(OPEN, *VOTERS)
    viewers = Viewers(world)
    plan = replace(POLLS[kind], audience=audience, is_anonymous=is_anonymous, explanation="So.")
    viewers.do(FAY, plan)
    poll_id = world.last("poll_created")["poll_id"]
    fields = {
        name: getattr(plan, name) for name in c.EditPoll.__dataclass_fields__ if name != "poll_id"
    }
    viewers.do(FAY, c.EditPoll(poll_id, **{**fields, "limit_s": 60}))
    viewers.do(FAY, c.EditPoll(poll_id, **fields))
    viewers.do(FAY, c.OpenPoll(poll_id))
    answers = ANSWERS[kind]
    for n, (who, answer) in enumerate(zip(VOTERS, answers, strict=True)):
        viewers.do(who, c.Vote(poll_id, answer=answer))
        if n == 3 and kind in ("word_cloud", "short_text"):
            viewers.do(FAY, c.HidePollText(poll_id, "paper"))
            viewers.do(FAY, c.HidePollText(poll_id, "it is cheaper"))
    if not is_anonymous:
        viewers.do(ADA, c.Vote(poll_id, answer=answers[1]))
        viewers.do(ADA, c.Vote(poll_id, answer=answers[0]))
    viewers.do(FAY, c.ClosePoll(poll_id))
    if kind in ("word_cloud", "short_text"):
        viewers.do(FAY, c.HidePollText(poll_id, "it is faster"))
        viewers.do(FAY, c.HidePollText(poll_id, "paper", is_hidden=False))
    viewers.do(FAY, c.RevealPoll(poll_id))
    if kind in ("word_cloud", "short_text"):
        viewers.do(FAY, c.HidePollText(poll_id, "lead"))
        viewers.do(FAY, c.HidePollText(poll_id, "cities grew"))
    (seen,) = viewers.views["ada"]["polls"]
    assert seen["tally"] is not None
    assert seen["explanation"] == "So."
    assert seen["hidden"] == []
    assert "hidden" not in str(to_wire(world.log[-1], world.state, {}).data)


def test_PO5_nobody_but_its_author_is_sent_an_answer() -> None:
    world = live_class(OPEN, *VOTERS)
    world.do(FAY, replace(POLLS["short_text"], audience="none", opens=True))
    poll_id = world.last("poll_opened")["poll_id"]
    start = len(world.log)
    world.do(ADA, c.Vote(poll_id, answer="My secret"))
    sent = {event.channel: str(to_wire(event, world.state, {}).data) for event in world.log[start:]}
    assert [channel for channel, data in sent.items() if "My secret" in data] == ["person:ada"]


@pytest.mark.parametrize("kind", KINDS)
def test_commands_of_every_kind_come_over_the_wire(kind: PollKind) -> None:
    plan = POLLS[kind]
    fields = {
        name: value
        for name in c.CreatePoll.__dataclass_fields__
        if (value := getattr(plan, name)) != getattr(c.CreatePoll("?"), name)
    }
    sent = msgspec.json.encode({"type": "create_poll", **fields})
    assert to_domain(msgspec.json.decode(sent, type=wire.AnyCommand)) == plan
    for answer in ANSWERS[kind]:
        vote = msgspec.json.encode({"type": "vote", "poll_id": "p", "answer": answer})
        assert to_domain(msgspec.json.decode(vote, type=wire.AnyCommand)) == c.Vote(
            "p", None, answer
        )


@pytest.mark.parametrize("is_anonymous", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_EV5_a_cached_state_with_polls_is_read_as_it_was(
    kind: PollKind, is_anonymous: bool
) -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, replace(POLLS[kind], audience="voters", is_anonymous=is_anonymous, opens=True))
    poll_id = world.last("poll_opened")["poll_id"]
    world.do(ADA, c.Vote(poll_id, answer=ANSWERS[kind][0]))
    world.do(BOB, c.Vote(poll_id, answer=ANSWERS[kind][1]))
    assert decode_state(encode_state(world.state)) == world.state
    world.do(FAY, c.ClosePoll(poll_id))
    world.do(FAY, c.RevealPoll(poll_id))
    assert decode_state(encode_state(world.state)) == world.state
