"""Who is loudest."""

from __future__ import annotations

from server.media.audio_level import LevelMeter, rank

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
