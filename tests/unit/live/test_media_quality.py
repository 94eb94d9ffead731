"""How well a connection does, in words."""

from __future__ import annotations

from typing import Any

import pytest

from server.live.media_quality import ClassQuality, ServerLoad, cause_of, lost_quality, quality_of
from server.media.plane import TransportStats
from server.schemas.live_media import ConnectionQuality, PersonQuality


def quality(*paused: str, **changes: Any) -> ConnectionQuality:
    figures: dict[str, Any] = {"loss_up": 0.0, "loss_down": 0.0, "rtt_ms": 40.0}
    stats = TransportStats("t", bitrate_up=0, bitrate_down=0, **{**figures, **changes})
    return quality_of(stats, paused, server_is_busy=False)


@pytest.mark.parametrize(
    ("changes", "level", "cause"),
    [
        ({}, "good", None),
        ({"loss_up": 0.05}, "fair", "loss_up"),
        ({"loss_down": 0.2, "loss_up": 0.05}, "poor", "loss_down"),
        ({"rtt_ms": 700.0}, "poor", "delay"),
        ({"held_back": {"gallery0": "link"}}, "fair", "link"),
        ({"held_back": {"gallery0": "sender"}}, "good", None),
    ],
)
def test_a_level_and_its_first_cause(changes: Any, level: str, cause: str | None) -> None:
    one = quality(**changes)
    assert (one.level, cause_of(one)) == (level, cause)


def test_a_picture_without_room_is_a_poor_connection() -> None:
    one = quality("stage", held_back={"stage": "link"}, estimate=90_000)
    assert (one.level, cause_of(one), one.estimate) == ("poor", "link", 90_000)
    assert cause_of(lost_quality()) is None


def test_facilitators_hear_what_is_new_and_a_new_page_everything() -> None:
    people = ClassQuality()
    people.measured("bob", quality(loss_up=0.05))
    people.measured("cem", quality())
    bob = PersonQuality("bob", "fair", "loss_up")
    assert people.news({"ann": "c1"})["ann"] == [bob, PersonQuality("cem", "good", None)]
    assert people.news({"ann": "c1"}) == {}
    people.measured("bob", quality(loss_up=0.05, rtt_ms=41.0))
    assert people.news({"ann": "c1"}) == {}, "figures that mean the same"
    people.keep(lambda key: key == "bob")
    assert people.news({"ann": "c1"}) == {"ann": [PersonQuality("cem", None, None)]}
    assert people.news({"ann": "c2"}) == {"ann": [bob]}


def test_a_server_is_busy_when_it_stays_so() -> None:
    shares = iter([0.95, 0.97, None, 0.95, 0.92, 0.99, 0.2])
    load = ServerLoad(lambda: next(shares))
    seen: list[bool] = []
    for _ in range(7):
        load.look()
        seen.append(load.is_high)
    assert seen == [False, False, False, False, False, True, False]
