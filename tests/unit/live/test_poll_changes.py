"""PO16: a vote sends what it changed in the result, and not the whole of it again."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
import pytest

from server.domain import commands as c
from server.domain.state import Actor
from server.live.poll_changes import PollChanges, changes_of
from server.live.wire import to_wire
from server.schemas.live import WireEvent
from tests.live_world import FAY
from tests.unit.live.test_view import Watched

LEARNERS = [Actor(f"p{n}", "learner", f"P{n}") for n in range(90)]


def asked(kind: str, *, is_anonymous: bool = False, audience: Any = "all") -> tuple[Watched, str]:
    world = Watched()
    world.epoch()
    world.join(FAY)
    world.do(FAY, c.StartSession())
    world.join(*LEARNERS[:8])
    plan: Any = {"kind": kind, "audience": audience, "is_anonymous": is_anonymous, "opens": True}
    world.do(FAY, c.CreatePoll("Why?", **plan))
    return world, world.last("poll_created")["poll_id"]


def put(before: list[Any], changes: Sequence[Any]) -> list[Any]:
    after = list(before)
    for one in changes:
        lines = list(zip(one.entries, one.tally, strict=True))
        after[one.at : one.at + one.gone] = lines
    return after


@pytest.mark.parametrize("seed", range(40))
def test_PO16_what_changed_makes_the_new_result_of_the_old(seed: int) -> None:
    random = Random(seed)

    def lines() -> tuple[tuple[str, int], ...]:
        return tuple(
            (random.choice("abcdef"), random.randrange(1, 4)) for _ in range(random.randrange(12))
        )

    before, now = lines(), lines()
    assert tuple(put(list(before), changes_of(before, now))) == now
    assert changes_of(now, now) == []


def test_PO16_each_delivery_to_the_class_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    lean = PollChanges.lean

    def measured(self: PollChanges, events: Any, state: Any) -> list[WireEvent]:
        told = lean(self, events, state)
        counts = [one for one in told if one.type == "poll_counted"]
        sizes.extend(len(msgspec.json.encode(one.data)) for one in counts)
        return told

    world, poll_id = asked("short_text")
    world.join(*LEARNERS[8:])
    monkeypatch.setattr(PollChanges, "lean", measured)
    for n, who in enumerate(LEARNERS):
        world.do(who, c.Vote(poll_id, answer=f"{n} " + "because " * 30))
    assert len(sizes) == len(LEARNERS)
    shown = world.views["p1"]["polls"][0]["entries"]
    assert len(msgspec.json.encode(shown)) > 14_000
    assert max(sizes) < 600
    sizes.clear()
    world.do(FAY, c.HidePollText(poll_id, "88 " + "because " * 30))
    assert "88" not in str([line[:3] for line in world.views["p1"]["polls"][0]["entries"]])
    assert max(sizes) < 1000


@pytest.mark.parametrize("is_anonymous", [False, True])
@pytest.mark.parametrize("audience", ["all", "host", "voters"])
@pytest.mark.parametrize("kind", ["short_text", "word_cloud", "numeric"])
def test_PO16_whoever_sees_a_result_sees_it_whole(
    kind: str, audience: str, *, is_anonymous: bool
) -> None:
    """Every viewer is checked against a fresh snapshot after each vote."""
    world, poll_id = asked(kind, is_anonymous=is_anonymous, audience=audience)
    random = Random(1)
    words: dict[str, list[Any]] = {
        "short_text": ["ink", "Ink", "paper", "print", "press"],
        "word_cloud": [("ink",), ("paper",), ("press",), ("print",), ("ink",)],
        "numeric": [1, 2.5, 3, 1440, 1450],
    }
    late = iter(LEARNERS[8:14])
    for _ in range(3):
        for who in (*LEARNERS[:8], FAY):
            if is_anonymous and who.participant_id in world.state.polls[poll_id].voters:
                who = next(late, None)
                if who is None:
                    continue
                world.join(who)
            world.do(who, c.Vote(poll_id, answer=random.choice(words[kind])))
        if kind != "numeric":
            is_hidden = "ink" not in world.state.polls[poll_id].hidden
            world.do(FAY, c.HidePollText(poll_id, "ink", is_hidden))
    world.do(FAY, c.ClosePoll(poll_id))
    world.do(FAY, c.RevealPoll(poll_id))


def test_PO16_of_counts_that_are_published_together_the_last_speaks() -> None:
    world, poll_id = asked("short_text")
    changes = PollChanges()
    first = world.do(LEARNERS[0], c.Vote(poll_id, answer="a"))
    changes.lean([to_wire(one, world.state, {}) for one in first], world.state)
    events = [
        event
        for n in range(1, 8)
        for event in world.do(LEARNERS[n], c.Vote(poll_id, answer=f"text {n} of some length"))
    ]
    told = changes.lean([to_wire(one, world.state, {}) for one in events], world.state)
    counts = [one.data for one in told if one.type == "poll_counted"]
    assert [one["voted_count"] for one in counts] == list(range(2, 9))
    assert not any("tally" in one or "changes" in one for one in counts[:-1])
    texts = [f"text {n} of some length" for n in range(1, 8)]
    assert counts[-1]["changes"] == [{"at": 1, "gone": 0, "entries": texts, "tally": [1] * 7}]
