"""When a plane has no room for another camera."""

from __future__ import annotations

from server.live.overload import Overload
from server.media.plane import PlaneLoad


def looks(overload: Overload, start: float, *loads: tuple[float, int]) -> list[bool]:
    found: list[bool] = []
    for second, (cpu, dropped) in enumerate(loads):
        overload.look(PlaneLoad(cpu, dropped), start + second)
        found.append(overload.is_full)
    return found


def test_a_busy_second_is_not_full_a_few_are() -> None:
    assert not any(looks(Overload(), 0, (0.95, 0), (0.5, 0), (0.95, 0), (0.95, 0), (0.5, 0)))
    assert looks(Overload(), 0, *[(0.95, 0)] * 6) == [*[False] * 5, True]


def test_packets_that_the_kernel_does_not_take_are_a_sign_as_well() -> None:
    assert looks(Overload(), 0, *[(0.3, 500)] * 6)[-1]
    assert not looks(Overload(), 0, *[(0.3, 3)] * 20)[-1]


def test_it_is_free_again_well_below_and_after_a_while() -> None:
    overload = Overload()
    looks(overload, 0, *[(0.95, 0)] * 6)
    assert all(looks(overload, 6, *[(0.8, 0)] * 30)), "below, but not well below"
    assert all(looks(overload, 40, *[(0.4, 0)] * 10))
    assert not looks(overload, 50, (0.4, 0))[-1]


def test_a_swing_around_the_limit_does_not_move_the_door() -> None:
    overload = Overload()
    looks(overload, 0, *[(0.95, 0)] * 6)
    assert all(looks(overload, 6, *[(0.6, 0), (0.9, 0)] * 20))
