"""CA2, CA3: who reads along, and whose words."""

from __future__ import annotations

from server.live.caption_audience import Audience
from server.live.caption_voices import (
    FORGET_NS,
    HANG_NS,
    MOST_VOICES,
    RUN_UP,
    LevelGate,
    Voices,
)
from server.media.plane import HeardPacket

MAIN = frozenset({"main"})
RED = frozenset({"red"})


def audience(*wanting: str, **where: str) -> Audience:
    made = Audience()
    for who in wanting:
        made.want(who, wants=True)
    made.place(where, 100)
    return made


def test_CA3_only_those_who_want_captions_read_and_only_their_own_room() -> None:
    made = audience("ada", "eve", ada="main", bob="main", eve="red")
    assert made.rooms == {"main", "red"}
    assert made.readers_of(MAIN, 100) == ["ada"]
    assert made.readers_of(RED, 100) == ["eve"]
    assert made.readers_of(MAIN | RED, 100) == ["ada", "eve"]
    assert made.readers_of(frozenset({"side:d:pro"}), 100) == []


def test_CA3_nobody_reads_what_was_said_before_they_came() -> None:
    made = audience("ada", ada="main")
    made.place({"ada": "red"}, 500)
    assert made.readers_of(RED, 499) == []
    assert made.readers_of(RED, 500) == ["ada"]
    assert made.readers_of(MAIN, 600) == []
    made.place({"ada": "red"}, 900)
    assert made.readers_of(RED, 500) == ["ada"], "staying is not coming"


def test_CA3_who_is_not_there_reads_nothing() -> None:
    made = audience("ada", ada="main")
    made.place({}, 200)
    assert made.readers_of(MAIN, 300) == []
    assert made.rooms == frozenset()
    assert made, "the wish stays"


def test_CA1_a_wish_can_be_taken_back() -> None:
    made = audience("ada", ada="main")
    made.want("ada", wants=False)
    made.want("ada", wants=False)
    assert not made
    assert made.readers_of(MAIN, 300) == []


def packet(number: int, level: int) -> HeardPacket:
    return HeardPacket(number, number * 960, number * 20_000_000, level, b"opus")


def test_silence_does_not_pass_the_gate_and_speech_brings_its_beginning_along() -> None:
    gate = LevelGate()
    assert gate.let_through(packet(n, 80) for n in range(100)) == []
    passed = gate.let_through(packet(n, 40) for n in range(100, 110))
    assert [p.sequence for p in passed] == list(range(100 - RUN_UP, 110))
    hang = HANG_NS // 20_000_000
    passed = gate.let_through(packet(n, 80) for n in range(110, 300))
    assert [p.sequence for p in passed] == list(range(110, 110 + hang))


def test_who_sends_no_level_always_passes_the_gate() -> None:
    assert len(LevelGate().let_through(packet(n, -1) for n in range(1, 50))) == 49


def test_CA3_a_voice_that_is_heard_elsewhere_is_another_text() -> None:
    voices = Voices()
    first, ended = voices.heard("p:0", "s", "ada", MAIN)
    assert ended is None
    assert voices.speaks(first, 1)
    assert voices.heard("p:0", "s", "ada", MAIN) == (first, None)
    second, ended = voices.heard("p:0", "s", "ada", MAIN | RED)
    assert ended == first.key
    assert second.key != first.key
    assert voices.get(first.key) is first, "what it said may still be read"
    voices.done(first.key)
    assert voices.get(first.key) is None


def test_CA5_too_many_voices_are_refused_until_others_are_silent() -> None:
    voices = Voices()
    for number in range(MOST_VOICES):
        voice, _ = voices.heard(f"p:{number}", "s", str(number), MAIN)
        assert voices.speaks(voice, 1)
    late, _ = voices.heard("late:0", "s", "late", MAIN)
    assert not voices.speaks(late, 2)
    silent = voices.silent(2 + FORGET_NS)
    assert len(silent) == MOST_VOICES
    for key in silent:
        voices.done(key)
    assert voices.speaks(late, 3 + FORGET_NS)
