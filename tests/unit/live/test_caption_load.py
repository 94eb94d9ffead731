"""CA5: captions give way to the class, quickly, and come back by themselves, slowly."""

from __future__ import annotations

from server.live.caption_load import CaptionLoad, Level, LoadLimits

LIMITS = LoadLimits(
    behind_ms=3000, far_behind_ms=8000, busy=0.85, busy_s=5, full=0.97, full_s=15, calm_s=15,
    rest_s=20, longest_rest_s=60,
)  # fmt: skip


class Seconds:
    def __init__(self) -> None:
        self.load = CaptionLoad(LIMITS)
        self.now = 0.0

    def run(self, seconds: int, behind_ms: int = 0, busy: float | None = 0.0) -> Level:
        for _ in range(seconds):
            self.now += 1
            self.load.note(self.now, behind_ms, busy)
        return self.load.level


def test_CA5_a_quiet_machine_captions_everything() -> None:
    assert Seconds().run(100) == "full"
    assert Seconds().run(100, busy=None) == "full", "a machine that does not say is not busy"


def test_CA5_lagging_ends_provisional_reading_and_far_behind_all_of_it() -> None:
    assert Seconds().run(1, behind_ms=2999) == "full"
    assert Seconds().run(1, behind_ms=3000) == "fewer"
    assert Seconds().run(5, behind_ms=3000) == "fewer"
    assert Seconds().run(1, behind_ms=8000) == "off"


def test_CA5_a_busy_machine_steps_down_only_when_it_stays_busy() -> None:
    seconds = Seconds()
    for _ in range(5):
        assert seconds.run(4, busy=0.99) == "full", "a burst is none"
        seconds.run(1, busy=0.5)
    assert seconds.run(6, busy=0.9) == "fewer"
    assert seconds.run(300, busy=0.9) == "fewer", "captions that keep up stay"
    assert seconds.run(15, busy=0.99) == "fewer"
    assert seconds.run(1, busy=0.99) == "off"


def test_CA5_calm_brings_back_one_step_after_the_other() -> None:
    seconds = Seconds()
    seconds.run(1, behind_ms=9000)
    assert seconds.run(19) == "off"
    assert seconds.run(1) == "fewer"
    assert seconds.run(14) == "fewer"
    assert seconds.run(2) == "full"


def test_CA5_off_lasts_while_the_machine_has_nothing_left() -> None:
    seconds = Seconds()
    seconds.run(1, behind_ms=9000)
    assert seconds.run(100, busy=0.98) == "off"
    assert seconds.run(1, busy=0.2) == "fewer"


def test_CA5_every_fall_makes_the_next_try_wait_longer_up_to_a_limit() -> None:
    seconds = Seconds()
    rests: list[float] = []
    for _ in range(4):
        seconds.run(1, behind_ms=9000)
        rests.append(seconds.load.rest_until_s - seconds.now)
        while seconds.load.level == "off":
            seconds.run(1)
    assert rests == [20, 40, 60, 60]
    seconds.run(60)
    assert seconds.load.level == "full"
    seconds.run(1, behind_ms=9000)
    assert seconds.load.rest_until_s - seconds.now == 20, "a long calm is forgiven"
