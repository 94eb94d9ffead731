"""Who is loudest, and which layer a link carries."""

from __future__ import annotations

from server.media.audio_level import LevelMeter, rank
from server.media.bandwidth import LayerLimits, Shown

MS = 1_000_000


def meter(level: int, since_ms: int = 0, until_ms: int = 1000) -> LevelMeter:
    made = LevelMeter()
    for ms in range(since_ms, until_ms + 1, 20):
        made.update(level, ms * MS)
    return made


def test_the_loudest_comes_first() -> None:
    meters = {"soft": meter(40), "loud": meter(15), "silent": meter(127)}
    assert rank(meters.items(), [], 1000 * MS) == ["loud", "soft", "silent"]


def test_a_little_louder_does_not_push_in_front() -> None:
    meters = {"first": meter(22), "rival": meter(20)}
    assert rank(meters.items(), ["first", "rival"], 1000 * MS) == ["first", "rival"]
    meters["rival"] = meter(10)
    assert rank(meters.items(), ["first", "rival"], 1000 * MS) == ["rival", "first"]


def test_a_pause_for_breath_keeps_the_place() -> None:
    speaker = meter(20)
    for ms in range(1020, 1500, 20):
        speaker.update(127, ms * MS)
    assert speaker.is_speaking(1500 * MS)
    assert not speaker.is_speaking(2500 * MS)


def test_noise_is_not_speech_and_the_silent_keep_their_order() -> None:
    meters = {"a": meter(90), "b": meter(70)}
    assert not meters["b"].is_speaking(1000 * MS)
    assert rank(meters.items(), ["a", "b"], 1000 * MS) == ["a", "b"]


def test_no_packets_means_silence() -> None:
    assert meter(10).level(1500 * MS) == 127


def test_a_mute_is_forgotten_at_once() -> None:
    speaker = meter(10)
    speaker.silence()
    assert not speaker.is_speaking(1000 * MS)


STAGE = Shown("stage", "f", 1_500_000, has_lower=True, is_capped=False)
TILE = Shown("gallery0", "h", 300_000, has_lower=True, is_capped=False)


def test_a_link_that_loses_gives_up_tiles_first() -> None:
    limits = LayerLimits()
    moved = [limits.update([STAGE, TILE], None, 0.15, float(t)) for t in range(4)]
    assert moved == [None, None, "gallery0", None]
    assert limits.limit("gallery0") == "q"
    assert limits.limit("stage") == "f"


def test_heavy_loss_acts_at_once() -> None:
    limits = LayerLimits()
    assert limits.update([STAGE], None, 0.3, 0.0) == "stage"
    assert limits.limit("stage") == "h"


def test_far_above_the_estimate_is_too_much() -> None:
    limits = LayerLimits()
    moved = [limits.update([STAGE], 900_000, 0.0, float(t)) for t in range(3)]
    assert moved == [None, None, "stage"]


def test_an_estimate_that_grows_with_what_is_received_is_no_limit() -> None:
    """REMB says 1.5 times the present rate and no more: that must not hold a viewer down."""
    limits = LayerLimits()
    limits.update([STAGE], None, 0.3, 0.0)
    low = Shown("stage", "h", 400_000, has_lower=True, is_capped=True)
    moved = [limits.update([low], 600_000, 0.0, float(t)) for t in range(1, 5)]
    assert "stage" in moved
    assert limits.limit("stage") == "f"


def test_a_step_up_that_failed_is_tried_later_and_later() -> None:
    limits = LayerLimits()
    low = Shown("stage", "h", 400_000, has_lower=True, is_capped=True)
    limits.update([STAGE], None, 0.3, 0.0)
    now, tries = 0.0, []
    for _ in range(3):
        start = now
        while limits.update([low], None, 0.0, now) != "stage":
            now += 1.0
        tries.append(now - start)
        now += 1.0
        limits.update([STAGE], None, 0.3, now)
        now += 1.0
    assert tries[0] < tries[1] < tries[2]
