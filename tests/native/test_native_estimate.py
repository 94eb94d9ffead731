"""The bandwidth estimate of the native plane, on a link that is computed: no clock, no socket."""

from __future__ import annotations

import ctypes
import random
from collections import deque
from collections.abc import Callable
from struct import pack, unpack_from

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.twcc import ArrivalRecorder
from tests.native.library import library

MS = 1_000_000
SECOND = 1000 * MS
HEAD = 28
"""octets of IP and UDP, which a link carries and the plane does not count"""


class Estimator(ctypes.Structure):
    """What stands first in ``struct estimator``; the rest is its own."""

    _fields_ = (
        ("bitrate", ctypes.c_uint32), ("acknowledged", ctypes.c_uint32),
        ("loss", ctypes.c_float), ("is_limited", ctypes.c_bool),
        ("has_feedback", ctypes.c_bool), ("is_probe_done", ctypes.c_bool),
        ("inside", ctypes.c_uint8 * 65536),
    )  # fmt: skip


class Link:
    """A bottleneck with a queue, then a way of some length; all in virtual time.

    A camera at 30 pictures/s and a voice at 50 packets/s go through it. ``rate`` is what the
    sender sends at a moment; without one it keeps to the estimate, as layers do.
    """

    def __init__(self, capacity: float, *, queue_ms: float = 300, seed: int = 1) -> None:
        self.capacity = capacity
        self.queue_ms = queue_ms
        self.loss = 0.0
        self.jitter: Callable[[random.Random], float] = lambda _: 0.0
        self.rate: Callable[[], float] = lambda: 0.0
        self.now = SECOND
        self.estimator = Estimator()
        self.pointer = ctypes.byref(self.estimator)
        library().estimator_init(self.pointer)
        self._random = random.Random(seed)
        self._recorder = ArrivalRecorder()
        self._arriving: deque[tuple[int, int]] = deque()
        self._last_arrival = 0
        self._free_at = 0.0
        self._number = 65000  # it wraps early on
        self._back: deque[tuple[int, bytes]] = deque()
        self._next_picture = self._next_voice = self._next_feedback = self.now
        self.longest_queue_ms = 0.0

    def sending(self, most: float) -> None:
        """At most so much, and what is estimated when that is less."""

        def rate() -> float:
            e = self.estimator
            return min(most, float(e.bitrate)) if e.is_limited else most

        self.rate = rate

    def send(self, octets: int) -> None:
        self._number = (self._number + 1) & 0xFFFF
        library().estimator_sent(self.pointer, self._number, octets, self.now)
        queue_ms = max(0.0, self._free_at - self.now) / MS
        if queue_ms > self.queue_ms or self._random.random() < self.loss:
            return
        self.longest_queue_ms = max(self.longest_queue_ms, queue_ms)
        self._free_at = max(self._free_at, self.now) + (octets + HEAD) * 8 / self.capacity * SECOND
        delay = 20 * MS + max(0.0, self.jitter(self._random)) * MS
        # Nothing overtakes: what is held up holds up what is behind it.
        self._last_arrival = max(self._last_arrival, int(self._free_at + delay))
        self._arriving.append((self._last_arrival, self._number))

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> float:
        """Seconds that passed."""
        start = self.now
        while self.now < start + seconds * SECOND and not until():
            self.now += MS
            if self.now >= self._next_picture:
                self._next_picture += SECOND // 30
                left = int(max(0.0, self.rate() - 40_000) / 8 / 30)
                while left > 0:
                    self.send(min(left, 1150))
                    left -= 1150
            if self.now >= self._next_voice:
                self._next_voice += 20 * MS
                self.send(100)
            while self._arriving and self._arriving[0][0] <= self.now:
                arrival, number = self._arriving.popleft()
                # The other end's clock is its own.
                self._recorder.record(number, arrival + 77_777 * SECOND)
            if self.now >= self._next_feedback:
                self._next_feedback += 60 * MS
                packet = self._recorder.write(1)
                if packet is not None:
                    self._back.append((self.now + 20 * MS, packet))
            while self._back and self._back[0][0] <= self.now:
                _, packet = self._back.popleft()
                assert library().estimator_feedback(self.pointer, packet, len(packet), self.now)
        return (self.now - start) / SECOND


def test_a_link_wide_enough_is_no_limit() -> None:
    link = Link(20_000_000)
    link.sending(2_500_000)
    link.run(30)
    assert not link.estimator.is_limited
    assert 2_300_000 < link.estimator.acknowledged < 2_700_000


@pytest.mark.parametrize("queue_ms", [50, 300, 2000])
def test_a_step_down_to_500_kbit_is_found_within_three_seconds(queue_ms: float) -> None:
    link = Link(10_000_000, queue_ms=queue_ms)
    link.sending(2_000_000)
    link.run(5)
    link.capacity = 500_000
    took = link.run(3, lambda: link.estimator.is_limited and link.estimator.bitrate <= 520_000)
    assert took < 3
    link.run(10)
    assert 250_000 < link.estimator.bitrate < 520_000
    # The queue has gone: what is sent fits.
    link.longest_queue_ms = 0
    link.run(5)
    assert link.longest_queue_ms < 150


@pytest.mark.parametrize("limit", [0, 450_000])
def test_a_process_that_takes_over_goes_on_with_what_was_found(limit: int) -> None:
    link = Link(500_000)
    library().estimator_resume(link.pointer, link._number, limit, link.now)
    assert link.estimator.is_limited == bool(limit)
    link.sending(1_000_000)
    link.run(5)
    assert link.estimator.is_limited
    assert 200_000 < link.estimator.bitrate < 520_000
    # What was known is never sent too much.
    assert (link.longest_queue_ms < 150) == bool(limit)


def test_a_wider_link_is_found_by_a_probe() -> None:
    link = Link(500_000)
    link.sending(2_000_000)
    link.run(10)
    e = link.estimator
    assert e.is_limited
    assert e.bitrate < 520_000
    link.capacity = 5_000_000
    media = 300_000.0
    link.rate = lambda: media
    link.run(10)
    assert e.bitrate < 600_000, "what is not sent is not proved"
    library().estimator_probe(link.pointer, 900_000, link.now, 500 * MS)
    link.rate = lambda: 900_000.0
    link.run(0.5)
    link.rate = lambda: media
    link.run(1, lambda: e.is_probe_done)
    assert e.is_probe_done
    assert 700_000 < e.bitrate <= 900_000


def test_a_probe_of_a_narrow_link_says_how_narrow_it_is() -> None:
    link = Link(600_000)
    link.sending(2_000_000)
    link.run(10)
    e = link.estimator
    link.rate = lambda: 300_000.0
    link.run(5)
    library().estimator_probe(link.pointer, 1_200_000, link.now, 500 * MS)
    link.rate = lambda: 1_200_000.0
    link.run(0.5, lambda: e.is_probe_done)
    link.rate = lambda: 300_000.0
    link.run(2, lambda: e.is_probe_done)
    assert e.is_probe_done
    assert 350_000 < e.bitrate < 620_000


def test_it_recovers_step_by_step_without_probes() -> None:
    link = Link(500_000)
    link.sending(2_000_000)
    link.run(8)
    link.capacity = 10_000_000
    took = link.run(60, lambda: link.estimator.bitrate > 1_500_000)
    assert took < 40


@pytest.mark.parametrize(
    "jitter",
    [
        lambda r: r.uniform(0, 30),
        lambda r: r.expovariate(1 / 10),
        # A machine that is busy now and then: nothing for a while, then all at once.
        lambda r: 150 if r.random() < 0.005 else 0,
    ],
    ids=["even", "exponential", "fits"],
)
@pytest.mark.parametrize("seed", range(5))
def test_jitter_without_congestion_is_no_limit(
    jitter: Callable[[random.Random], float], seed: int
) -> None:
    link = Link(20_000_000, seed=seed)
    link.jitter = jitter
    link.sending(2_000_000)
    link.run(60)
    assert not link.estimator.is_limited or link.estimator.bitrate > 1_500_000


def test_a_pause_of_the_viewers_machine_is_no_limit() -> None:
    """Everything waits for a second, then comes at once; several times."""
    link = Link(20_000_000)
    link.sending(2_000_000)
    for _ in range(5):
        link.run(4)
        link.jitter = lambda _, until=link.now + SECOND: (until - link.now) / MS
        link.run(1)
        link.jitter = lambda _: 0.0
    link.run(5)
    assert not link.estimator.is_limited or link.estimator.bitrate > 1_000_000


def test_a_clock_that_runs_faster_is_no_queue() -> None:
    link = Link(20_000_000)
    link.sending(2_000_000)
    start = link.now
    link.jitter = lambda _: (link.now - start) / MS * 200e-6  # 200 ppm
    link.run(120)
    assert not link.estimator.is_limited


def test_heavy_loss_lowers_and_leaves_a_picture() -> None:
    link = Link(20_000_000)
    link.loss = 0.15
    link.sending(2_000_000)
    link.run(30)
    e = link.estimator
    assert e.is_limited
    assert 0.08 < e.loss < 0.25
    assert 280_000 <= e.bitrate < 1_500_000
    link.loss = 0.0
    link.run(40)
    assert e.bitrate > 1_500_000


def test_a_little_loss_is_no_reason() -> None:
    link = Link(20_000_000)
    link.loss = 0.03
    link.sending(2_000_000)
    link.run(30)
    assert not link.estimator.is_limited


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rate", [400_000, 700_000, 2_000_000])
def test_five_percent_of_luck_is_no_limit_at_any_rate(rate: float, seed: int) -> None:
    """Few packets say little: one in ten of fifty is nothing strange."""
    link = Link(20_000_000, seed=seed)
    link.loss = 0.05
    link.sending(rate)
    link.run(60)
    assert not link.estimator.is_limited
    assert 0.02 < link.estimator.loss < 0.09


def test_a_lossy_link_that_was_narrow_is_climbed_again() -> None:
    """What it loses at any rate keeps neither a probe nor a step from being believed."""
    link = Link(500_000)
    link.loss = 0.04
    link.sending(2_000_000)
    link.run(15)
    e = link.estimator
    assert e.is_limited
    assert e.bitrate < 520_000
    link.capacity = 10_000_000
    link.rate = lambda: 400_000.0
    link.run(15)
    for wanted in (900_000.0, 1_700_000.0):
        library().estimator_probe(link.pointer, int(wanted), link.now, 300 * MS)
        link.rate = lambda wanted=wanted: wanted
        link.run(0.3)
        link.rate = lambda: 400_000.0
        link.run(1, lambda: e.is_probe_done)
        assert e.is_probe_done
        assert e.bitrate > 0.85 * wanted


def test_a_probe_is_judged_as_soon_as_a_later_packet_is_known_to_have_come() -> None:
    link = Link(5_000_000)
    link.sending(300_000)
    link.run(2)
    library().estimator_resume(link.pointer, link._number, 300_000, link.now)
    library().estimator_probe(link.pointer, 600_000, link.now, 300 * MS)
    link.rate = lambda: 600_000.0
    took = link.run(2, lambda: link.estimator.is_probe_done)
    assert took < 0.5
    assert link.estimator.bitrate > 500_000


@pytest.mark.parametrize("seed", range(5))
def test_a_probe_that_fills_the_link_finds_less_than_what_it_carries(seed: int) -> None:
    link = Link(500_000, seed=seed)
    link.sending(2_000_000)
    link.run(10)
    e = link.estimator
    for _ in range(5):
        link.sending(2_000_000)
        link.run(4)
        link.rate = lambda: 800_000.0
        library().estimator_probe(link.pointer, 800_000, link.now, 300 * MS)
        link.run(0.3, lambda: e.is_probe_done)
        link.rate = lambda: 250_000.0
        link.run(1, lambda: e.is_probe_done)
        assert e.bitrate < 500_000


def test_a_policer_below_the_floor_is_believed() -> None:
    """A link that throws away instead of queueing."""
    link = Link(150_000, queue_ms=5)
    link.sending(1_000_000)
    link.run(20)
    assert link.estimator.bitrate < 200_000


def test_the_limit_goes_when_nothing_more_is_wanted() -> None:
    link = Link(500_000)
    link.sending(2_000_000)
    link.run(5)
    link.capacity = 5_000_000
    link.rate = lambda: 300_000.0
    library().estimator_content(link.pointer, link.now)
    assert link.estimator.is_limited, "not so soon"
    link.run(11)
    library().estimator_content(link.pointer, link.now)
    assert not link.estimator.is_limited


@settings(max_examples=300, deadline=None)
@given(body=st.binary(min_size=8, max_size=60))
def test_feedback_of_any_kind_is_read_or_refused(body: bytes) -> None:
    estimator = Estimator()
    library().estimator_init(ctypes.byref(estimator))
    packet = pack("!BBHII", 0x8F, 205, 0, 1, 1) + body
    count = unpack_from("!H", packet, 14)[0]
    for number in range(min(count, 3000)):
        library().estimator_sent(ctypes.byref(estimator), number, 1000, SECOND)
    for turn in range(3):
        library().estimator_feedback(
            ctypes.byref(estimator), packet, len(packet), SECOND + turn * 100 * MS
        )
    assert 0 <= estimator.loss <= 1
    assert estimator.bitrate == 0 or 50_000 <= estimator.bitrate <= 100_000_000


@settings(max_examples=200, deadline=None)
@given(gaps=st.lists(st.tuples(st.integers(1, 30), st.integers(-2, 200)), min_size=1, max_size=200))
def test_what_the_writer_writes_is_read_alike(gaps: list[tuple[int, int]]) -> None:
    """Everything that arrived is known to have arrived, whatever chunks say it."""
    recorder = ArrivalRecorder()
    estimator = Estimator()
    library().estimator_init(ctypes.byref(estimator))
    number, arrival, count = 100, SECOND, 0
    now = SECOND
    for step, gap in gaps:
        for skipped in range(number + 1, number + step + 1):
            library().estimator_sent(ctypes.byref(estimator), skipped & 0xFFFF, 500, now)
        number += step
        arrival += gap * MS
        recorder.record(number & 0xFFFF, arrival)
    while (packet := recorder.write(1)) is not None:
        assert library().estimator_feedback(
            ctypes.byref(estimator), packet, len(packet), now + SECOND
        )
        count += 1
    assert count
