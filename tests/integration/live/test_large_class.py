"""A class of many: who comes, goes and does something is told as that, however many are there."""

from __future__ import annotations

import json
from typing import Any

from tests.live_server import Client, LiveServer, until

MANY = 40


def told_by(client: Client, since: int) -> list[dict[str, Any]]:
    return client.events[since:]


async def test_a_join_is_told_as_a_difference_and_not_as_the_roster(server: LiveServer) -> None:
    [fay] = await server.join("fay")
    await fay.do("start_session")
    people = [f"learner-{number:02}" for number in range(MANY)]
    for who in people:
        server.seats.seat(who)
    sizes: list[int] = []
    for who in people:
        before = len(fay.events)
        await server.join(who)
        await until(
            lambda who=who: any(e["data"].get("participant_id") == who for e in fay.events),
            f"{who} is seen to join",
        )
        told = told_by(fay, before)
        assert [event["type"] for event in told] == ["participant_joined"]
        sizes.append(len(json.dumps(told)))
    # A number in it grows by a digit or two, and nothing else does.
    assert max(sizes) - min(sizes) < 20
    assert len(fay.snapshots) == 1


async def test_what_one_person_does_is_one_small_event_to_everybody(server: LiveServer) -> None:
    people = [f"learner-{number:02}" for number in range(MANY)]
    for who in people:
        server.seats.seat(who)
    [fay] = await server.join("fay")
    await fay.do("start_session")
    class_ = await server.join(*people)
    first = class_[0]
    before = [len(one.events) for one in (fay, *class_)]
    await first.do("raise_hand")
    await first.do("set_track", track="microphone", is_on=True)
    await first.sio.disconnect()
    kinds = ["hand_raised", "track_changed"]
    for one, since in zip((fay, *class_[1:]), (before[0], *before[2:]), strict=True):
        await until(lambda one=one, since=since: len(one.events) >= since + 3, f"{one.who} is told")
        told = told_by(one, since)
        assert [event["type"] for event in told][:2] == kinds
        assert all(len(json.dumps(event)) < 700 for event in told)
        assert len(one.snapshots) == 1


async def test_who_does_something_has_seen_it_before_the_answer(server: LiveServer) -> None:
    """However far behind in the class."""
    people = [f"learner-{number:02}" for number in range(MANY)]
    for who in people:
        server.seats.seat(who)
    [fay] = await server.join("fay")
    await fay.do("start_session")
    class_ = await server.join(*people)
    for one in (class_[0], class_[-1], fay):
        await one.do("set_track", track="microphone", is_on=True)
        seen = [event for event in one.events if event["type"] == "track_changed"]
        assert seen[-1]["actor_id"] == one.who
