"""Jobs come when they are due, whatever happens to the others."""

from __future__ import annotations

import asyncio

import pytest

from server.media.plane import TransportStats
from server.media.statistics import is_news
from server.media.ticker import InTurn, Ticker


@pytest.mark.parametrize("step", [1, 5])
def test_a_job_comes_as_often_as_it_says(step: int) -> None:
    calls: dict[int, list[int]] = {2: [], 10: [], 50: []}
    ticker = Ticker(step, [(every, calls[every].append) for every in calls])
    for turn in range(100 // step):
        ticker.tick(turn)
    # What is due more often than ticks are taken comes with each of them.
    assert {every: len(found) for every, found in calls.items()} == {
        2: 50 if step == 1 else 20, 10: 10, 50: 2,
    }  # fmt: skip


def test_each_has_one_turn_whoever_comes_and_goes() -> None:
    things = {f"peer{number}": number for number in range(50)}
    turns = InTurn(10)
    parts = [list(turns.of(things)) for _ in range(20)]
    assert sorted(one for part in parts[:10] for one in part) == list(range(50))
    assert parts[10:] == parts[:10]
    del things["peer7"]
    things["late"] = 50
    again = [list(turns.of(things)) for _ in range(10)]
    for before, now in zip(parts, again, strict=False):
        assert set(now) - {50} == set(before) - {7}
    assert sum(50 in part for part in again) == 1


def test_what_leaves_while_others_have_their_turn_is_no_harm() -> None:
    things = {f"peer{number}": number for number in range(10)}
    turns = InTurn(1)
    for _ in turns.of(things):
        things.popitem()
    assert not things


def test_a_job_that_fails_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    def fail(_now_ns: int) -> None:
        raise ValueError("broken")

    ticker = Ticker(1, [(1, fail), (1, calls.append)])
    ticker.tick(7)
    assert calls == [7]
    assert "a tick of the media plane failed" in caplog.text


async def test_a_ticker_ticks_until_it_is_stopped() -> None:
    came = asyncio.Event()
    ticker = Ticker(1, [(1, lambda _: came.set())])
    await ticker.stop()
    ticker.begin()
    await came.wait()
    await ticker.stop()
    assert ticker.lag_ms >= 0


@pytest.mark.parametrize(
    ("loss", "rtt_ms", "bitrate", "estimate", "is_different"),
    [
        (0.01, 40.0, 1_000_000, None, False),
        (0.012, 47.0, 1_100_000, None, False),
        (0.02, 40.0, 1_000_000, None, True),
        (0.01, 60.0, 1_000_000, None, True),
        (0.01, None, 1_000_000, None, True),
        (0.01, 40.0, 700_000, None, True),
        (0.01, 40.0, 1_000_000, 900_000, True),
    ],
)
def test_a_page_is_told_what_somebody_would_see(
    loss: float, rtt_ms: float | None, bitrate: int, estimate: int | None, is_different: bool
) -> None:
    told = TransportStats("t", 0.0, 0.01, 40.0, 0, 1_000_000)
    now = TransportStats("t", 0.0, loss, rtt_ms, 0, bitrate, estimate)
    assert is_news(told, now) == is_different


def test_a_picture_that_is_held_back_is_told_at_once() -> None:
    told = TransportStats("t", 0.0, 0.0, None, 0, 0)
    assert is_news(told, TransportStats("t", 0.0, 0.0, None, 0, 0, None, {"stage": "link"}))
