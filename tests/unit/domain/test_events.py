"""EV: events in and out of storage, and the state as a fold."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import events as e
from server.domain.events import EVENT_TYPES, PERSONAL, UPCASTS, VERSIONS, body_of, data_of
from server.domain.hand_events import HandLowered
from server.domain.session import evolve, fold
from server.domain.state import SessionState
from tests.live_world import ADA, FAY, OPEN, live_class

ROOM = {"room_id": "r.1", "name": "Red", "task": "", "participant_ids": ["ada"]}


def sample(cls: type[Any]) -> Any:
    values: dict[str, Any] = {
        "options": ("a", "b"), "tally": (1, 0), "is_on": True, "is_guest": False,
        "is_anonymous": False, "key": 1, "option": 0, "rooms": (ROOM,),
        "activities": ({"activity_id": "a1", "title": "Talk", "kind": "talk", "minutes": 5},),
        "objectives": ({"objective_id": "o1", "text": "Know"},),
    }  # fmt: skip
    numbers = (
        "epoch", "utc_ms", "voted_count", "from_ms", "to_ms", "ends_at_ms", "left_ms",
        "page_count", "page",
    )  # fmt: skip
    return cls(
        **{
            name: 1 if name in numbers else values.get(name, "x")
            for name in cls.__dataclass_fields__
        }
    )


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_EV4_every_event_survives_storage_and_unknown_keys(kind: str) -> None:
    body = sample(EVENT_TYPES[kind])
    stored = json.loads(json.dumps(data_of(body)))
    assert body_of(kind, 1, {**stored, "from_the_future": 1}) == body


BRING_THEIR_OWN = {"chat_sent", "participant_joined", "participant_waiting"}


@pytest.mark.parametrize("kind", sorted(set(EVENT_TYPES) - BRING_THEIR_OWN))
def test_EV4_events_about_the_unknown_change_nothing_but_counters(kind: str) -> None:
    """A filtered log (another room's people, say) must not break the fold."""
    event = e.Event("s1", 1, "session", 1, 5, None, None, sample(EVENT_TYPES[kind]))
    assert evolve(SessionState("s1"), event).seq == 1


def test_EV4_unknown_types_and_newer_versions_change_nothing() -> None:
    state = live_class(OPEN, ADA).state
    for body in (body_of("hologram_shown", 1, {"x": 1}), body_of("chat_sent", 2, {"y": 2})):
        assert isinstance(body, e.Unknown)
        event = e.Event(
            "s1", state.seq + 1, "session", state.channels["session"] + 1, 99, None, None, body
        )
        after = evolve(state, event)
        assert replace(
            after, seq=state.seq, at_ms=state.at_ms, channels=state.channels
        ) == state  # fmt: skip
        assert event.data == dict(body.data)


def test_EV4_old_versions_are_upcast_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERSIONS, "hand_lowered", 3)
    monkeypatch.setitem(UPCASTS, ("hand_lowered", 1), lambda data: {**data, "by": "nobody"})
    monkeypatch.setitem(
        UPCASTS, ("hand_lowered", 2), lambda data: {**data, "by": data["by"].upper()}
    )
    assert body_of("hand_lowered", 1, {"participant_id": "ada"}) == HandLowered("ada", "NOBODY")


def test_EV7_erased_text_reads_empty() -> None:
    for kind, names in PERSONAL.items():
        stored = data_of(sample(EVENT_TYPES[kind]))
        body = body_of(kind, 1, {k: v for k, v in stored.items() if k not in names})
        assert all(getattr(body, name) == "" for name in names)


def test_EV2_counters_have_no_gaps_and_time_never_goes_back() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.CreatePoll("?", ("a", "b")))
    world.do(ADA, c.SendChat("hello"))
    assert [event.seq for event in world.log] == list(range(1, len(world.log) + 1))
    for channel in {event.channel for event in world.log}:
        counters = [event.channel_seq for event in world.log if event.channel == channel]
        assert counters == list(range(1, len(counters) + 1))
    times = [event.at_ms for event in world.log]
    assert times == sorted(times)


def test_EV5_the_state_is_the_fold_of_the_log() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.StartRecording())
    assert fold("s1", world.log) == world.state


def test_a_refused_command_changes_nothing() -> None:
    world = live_class(OPEN, ADA)
    before = (world.state, list(world.log))
    with pytest.raises(Exception, match="role"):
        world.do(ADA, c.EndSession())
    assert (world.state, world.log) == before
