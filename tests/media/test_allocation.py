"""What a viewer's link is spent on, and what it is taken to carry."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server.media.allocation import (
    GALLERY,
    READ_OR_HEARD_OUT,
    STAGE,
    Allocation,
    Allocator,
    Place,
    allocate,
    by_class,
    sound_cost,
    total,
)
from server.media.bandwidth import TriedLimit
from server.media.plane import Layer
from server.media.sdp_answer import LAYERS

SIMULCAST: tuple[tuple[Layer, int], ...] = (("q", 100_000), ("h", 400_000), ("f", 1_500_000))
SCREEN = Place("screen", READ_OR_HEARD_OUT, (("f", 800_000),))
FLOOR = Place("stage", READ_OR_HEARD_OUT, SIMULCAST)
ON_STAGE = Place("stage", STAGE, SIMULCAST)
TILES = [Place(f"gallery{i}", GALLERY, SIMULCAST[:2]) for i in range(4)]
EVERYTHING = [SCREEN, ON_STAGE, *TILES]


def test_the_lowest_layers_of_all_come_before_a_higher_one_of_any() -> None:
    spent = allocate([ON_STAGE, *TILES], 5 * 100_000 + 299_999)
    assert spent == dict.fromkeys(["stage", *(t.slot for t in TILES)], "q")
    assert allocate([ON_STAGE, *TILES], 5 * 100_000 + 300_000)["stage"] == "h"


def test_what_is_left_goes_to_the_higher_class() -> None:
    spent = allocate(EVERYTHING, 800_000 + 500_000 + 1_400_000 + 300_000)
    assert spent["screen"] == "f"
    assert spent["stage"] == "f"
    assert [spent[t.slot] for t in TILES] == ["h", "q", "q", "q"]


def test_who_has_the_floor_comes_before_the_stage() -> None:
    other = Place("gallery9", READ_OR_HEARD_OUT, SIMULCAST)
    spent = allocate([ON_STAGE, other], 500_000)
    assert spent == {"stage": "q", "gallery9": "h"}
    assert allocate([ON_STAGE, FLOOR], 100_000)["stage"] in ("q", None)
    assert by_class([ON_STAGE, other])[0] is other


def test_equals_rise_together() -> None:
    tall = [Place(f"gallery{i}", GALLERY, SIMULCAST) for i in range(3)]
    assert set(allocate(tall, 1_200_000).values()) == {"h"}


def test_a_picture_that_does_not_fit_is_paused_and_others_are_not() -> None:
    spent = allocate(EVERYTHING, 250_000)
    assert spent["screen"] is None
    assert spent["stage"] == "q"
    assert [spent[t.slot] for t in TILES] == ["q", None, None, None]
    assert set(allocate(EVERYTHING, 0).values()) == {None}


@given(
    budget=st.integers(0, 8_000_000),
    costs=st.lists(
        st.tuples(
            st.sampled_from((GALLERY, STAGE, READ_OR_HEARD_OUT)),
            st.lists(st.integers(1000, 3_000_000), min_size=1, max_size=3).map(sorted),
        ),
        max_size=12,
    ),
)
def test_no_more_is_spent_than_there_is(budget: int, costs: list[tuple[int, list[int]]]) -> None:
    places = [
        Place(f"s{i}", importance, tuple(zip(LAYERS, rates, strict=False)))
        for i, (importance, rates) in enumerate(costs)
    ]
    spent = allocate(places, budget)
    assert spent.keys() == {p.slot for p in places}
    assert total(places, spent) <= budget
    # Nobody is paused whose picture would still fit.
    left = budget - total(places, {k: "q" for k, v in spent.items() if v})
    assert all(p.costs[0][1] > left for p in places if spent[p.slot] is None)


def test_sound_is_reserved_for() -> None:
    assert sound_cost([]) == 48_000, "somebody may begin to speak"
    assert sound_cost([30_000, 64_000]) == 48_000 + 80_000
    allocator = Allocator()
    allocator.update([ON_STAGE], 140_000, sound_cost([32_000]), 0.0)
    assert allocator.update([ON_STAGE], 140_000, sound_cost([32_000]), 2.0) == {"stage": None}


def test_no_sign_of_a_limit_is_the_best_for_all() -> None:
    spent = Allocator().update(EVERYTHING, None, 50_000, 0.0)
    assert set(spent.values()) == {"f", "h"}
    assert Allocator().given("stage", "f") == "f"


def settled(allocator: Allocator, budget: int | None, start: float) -> Allocation:
    spent: Allocation = {}
    for turn in range(8):
        spent = allocator.update([ON_STAGE, *TILES], budget, 0, start + turn / 2)
    return spent


def test_far_over_goes_down_at_once_a_little_over_after_a_while() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    assert allocator.update([ON_STAGE, *TILES], 700_000, 0, 10.0)["stage"] == "q"
    allocator = Allocator()
    full = settled(allocator, None, 0)
    little = int(total([ON_STAGE, *TILES], full) / 1.1)
    assert allocator.update([ON_STAGE, *TILES], little, 0, 10.0) == full
    assert allocator.update([ON_STAGE, *TILES], little * 2, 0, 10.5) == full
    assert allocator.update([ON_STAGE, *TILES], little, 0, 11.0) == full
    assert allocator.update([ON_STAGE, *TILES], little, 0, 12.1) != full


def test_up_only_with_room_to_spare_and_after_a_while() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    assert settled(allocator, 600_000, 10)["stage"] == "q"
    assert settled(allocator, 810_000, 20)["stage"] == "q", "800 kbit/s and nothing to spare"
    assert allocator.update([ON_STAGE, *TILES], 1_000_000, 0, 30.0)["stage"] == "q"
    assert allocator.update([ON_STAGE, *TILES], 1_000_000, 0, 31.1)["stage"] == "h"


def test_a_rate_that_swings_does_not_flap() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    settled(allocator, 900_000, 10)
    seen = {
        allocator.update([ON_STAGE, *TILES], budget, 0, 20 + turn / 2)["stage"]
        for turn, budget in zip(range(60), itertools.cycle((840_000, 960_000)), strict=False)
    }
    assert len(seen) == 1


def test_a_step_up_that_failed_is_tried_later_and_later() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    settled(allocator, 600_000, 10)
    now, waits = 20.0, []
    for _ in range(4):
        start = now
        while allocator.update([ON_STAGE, *TILES], 1_000_000, 0, now)["stage"] == "q":
            now += 0.25
        waits.append(now - start)
        now += 1
        allocator.update([ON_STAGE, *TILES], 600_000, 0, now)
        now += 1
    assert waits == sorted(waits)
    assert waits[-1] >= 4 * waits[0]


def test_the_next_need_is_the_next_step_and_nothing_where_all_is_best() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    assert allocator.need([ON_STAGE, *TILES], 0) == 0
    settled(allocator, 600_000, 10)
    need = allocator.need([ON_STAGE, *TILES], 50_000)
    assert 850_000 + 50_000 < need < 1_100_000
    # What is needed is enough.
    assert settled(allocator, need, 20)["stage"] == "h"
    settled(allocator, 250_000, 30)
    need = allocator.need([ON_STAGE, *TILES], 0)
    assert need < 400_000, "a picture that is paused comes before a better one"


def test_what_is_wished_for_is_everything_at_its_best() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    assert allocator.wish([ON_STAGE, *TILES], 50_000) == 0
    settled(allocator, 600_000, 10)
    wish = allocator.wish([ON_STAGE, *TILES], 50_000)
    assert wish > allocator.need([ON_STAGE, *TILES], 50_000)
    # What is wished for is enough, and then nothing more is.
    settled(allocator, wish, 20)
    assert allocator.wish([ON_STAGE, *TILES], 50_000) == 0
    # Nor is a layer that has gone.
    tops = [replace(place, costs=place.costs[:-1]) for place in (ON_STAGE,)]
    assert allocator.wish(tops, 50_000) == 0


def test_a_step_up_that_has_held_makes_the_next_one_quick_again() -> None:
    allocator = Allocator()
    settled(allocator, None, 0)
    settled(allocator, 600_000, 10)
    places, now = [ON_STAGE, *TILES], 20.0

    def waits() -> float:
        nonlocal now
        start = now
        while allocator.update(places, 1_000_000, 0, now)["stage"] == "q":
            now += 0.25
        return now - start

    for _ in range(3):
        waits()
        now += 1
        allocator.update(places, 600_000, 0, now)
        now += 1
    slow = waits()
    now += 10
    allocator.update(places, 1_000_000, 0, now)
    allocator.update(places, 600_000, 0, now + 1)
    now += 2
    assert waits() < slow / 2


def test_who_comes_new_to_a_limited_link_starts_low() -> None:
    allocator = Allocator()
    allocator.update([ON_STAGE], None, 0, 0.0)
    allocator.update([ON_STAGE], 500_000, 0, 1.0)
    assert allocator.given("gallery0", "h") == "q"
    assert allocator.update([ON_STAGE, TILES[0]], 510_000, 0, 2.0) == {
        "stage": "h", "gallery0": "q",
    }  # fmt: skip


def test_a_layer_that_has_gone_is_no_pause() -> None:
    allocator = Allocator()
    allocator.update([ON_STAGE], None, 0, 0.0)
    only = Place("stage", STAGE, (("f", 300_000),))
    allocator.update([ON_STAGE], 500_000, 0, 1.0)
    assert allocator.update([only], 500_000, 0, 2.0) == {"stage": "f"}


# ---- a link that nobody measures ------------------------------------------------------------


def test_loss_is_a_limit_after_two_seconds_heavy_loss_at_once() -> None:
    limit = TriedLimit()
    found = [limit.update(0, 1_000_000, 0, None, 0.15, float(t)) for t in range(3)]
    assert found == [None, None, 800_000]
    assert TriedLimit().update(0, 1_000_000, 0, None, 0.3, 0.0) == 800_000


def test_far_above_the_estimate_is_too_much() -> None:
    limit = TriedLimit()
    found = [limit.update(0, 1_500_000, 0, 900_000, 0.0, float(t)) for t in range(3)]
    assert found == [None, None, 1_200_000]


def test_an_estimate_that_grows_with_what_is_received_is_no_limit() -> None:
    """REMB says 1.5 times the present rate and no more: that must not hold a viewer down."""
    limit = TriedLimit()
    limit.update(0, 1_500_000, 0, None, 0.3, 0.0)
    found = [limit.update(0, 400_000, 1_900_000, 600_000, 0.0, float(t)) for t in range(1, 5)]
    assert found[-1] == 1_900_000
    assert [limit.update(0, 1_800_000, 0, 2_700_000, 0.0, float(t)) for t in range(5, 9)][
        -1
    ] is None


def test_an_estimate_without_sound_does_not_keep_pictures_away() -> None:
    """A browser's estimate covers video: one moment of loss, and voices must not count against it,
    or small pictures would stay away for good."""
    limit, allocator = TriedLimit(), Allocator()
    places = [Place(name, GALLERY, (("q", 28_000),)) for name in ("gallery0", "gallery1")]
    sound, given = 96_000, allocator.update(places, None, 96_000, -1.0)
    for second in range(12):
        shown = total(places, given)
        estimate = 10_000 + shown * 3 // 2
        loss = 0.3 if second == 0 else 0.0
        need = allocator.need(places, sound)
        budget = limit.update(sound, shown, need, estimate, loss, float(second))
        given = allocator.update(places, budget, sound, float(second))
        assert second or allocator.paused
    assert not allocator.paused


def test_what_is_carried_without_complaint_fits() -> None:
    limit = TriedLimit()
    limit.update(0, 1_000_000, 0, None, 0.3, 0.0)
    assert limit.update(0, 950_000, 0, None, 0.05, 1.0) == 950_000
