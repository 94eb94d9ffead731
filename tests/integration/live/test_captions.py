"""Live captions on real sockets: the service with an engine that says what it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.live.caption_load import LoadLimits
from server.live.captions import Captions
from server.media.plane import HeardPacket
from server.schemas.caption_pipe import (
    Failed,
    Load,
    Pace,
    Reading,
    Ready,
    VoiceDone,
    VoiceOver,
)
from tests.caption_engine import ScriptedEngine
from tests.live_server import SteppedClock, until

MAIN = frozenset({"main"})
RED = frozenset({"red"})


class Stand:
    """The service with people in rooms; ``read`` has what each was sent."""

    def __init__(self) -> None:
        self.engine = ScriptedEngine()
        self.clock = SteppedClock()
        self.load = 0.0
        self.captions = Captions(
            self.engine, "en", limits=LoadLimits(), busy=lambda: self.load,
            monotonic_ns=self.clock.monotonic_ns,
        )  # fmt: skip
        self.where = {"ada": "main", "bob": "main", "eve": "red"}
        self.read: dict[str, list[Any]] = {}
        self.listened: frozenset[str] = frozenset()
        self.captions.start(self._take, lambda _session: 60_000, self.place)

    def _take(self, _session: str, who: str, event: str, payload: Any) -> None:
        self.read.setdefault(who, []).append((event, payload))

    def place(self, session_id: str = "s") -> None:
        self.listened = self.captions.placed(session_id, self.where)

    async def ready(self, *wanting: str) -> None:
        for who in wanting:
            self.captions.want("s", who, wants=True)
        await self.captions.tick()
        self.engine.say(Ready("whisper-base", "en"))

    def speak(self, who: str, rooms: frozenset[str] = MAIN, level: int = 30) -> None:
        now_ns = self.clock.monotonic_ns()
        packets = (HeardPacket(1, 960, now_ns, level, b"opus"),)
        self.captions.heard(f"{who}:0", "s", who, rooms, packets)

    def says(self, text: str, key: int, segment: int = 1, *, is_final: bool = True) -> None:
        now_ns = self.clock.monotonic_ns()
        self.engine.say(Reading(key, segment, text, is_final, now_ns, now_ns, now_ns))

    def words(self, who: str) -> list[str]:
        return [p.text for event, p in self.read.get(who, []) if event == "captions"]

    def states(self, who: str) -> list[str]:
        return [p.state for event, p in self.read.get(who, []) if event == "caption_status"]

    async def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.pass_ms(1000)
            await self.captions.tick()


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    made = Stand()
    yield made
    await made.captions.close()


async def test_CA1_without_a_wish_nothing_is_heard_and_no_engine_runs(stand: Stand) -> None:
    await stand.captions.tick()
    stand.speak("bob")
    assert stand.listened == frozenset()
    assert (stand.engine.starts, stand.engine.sent) == (0, [])
    await stand.ready("ada")
    assert stand.engine.starts == 1
    assert stand.listened == MAIN
    stand.captions.want("s", "ada", wants=False)
    assert stand.listened == frozenset()
    await stand.pass_s(59)
    assert stand.engine.stops == 0
    await stand.pass_s(2)
    assert stand.engine.stops == 1


async def test_CA3_words_reach_those_of_the_room_who_want_them(stand: Stand) -> None:
    await stand.ready("ada", "eve")
    stand.speak("bob")
    stand.says("hello", 1)
    assert stand.words("ada") == ["hello"]
    assert stand.words("bob") == stand.words("eve") == []
    stand.speak("eve", RED)
    stand.says("secret", 2)
    assert stand.words("ada") == ["hello"]
    assert stand.words("eve") == ["secret"]


async def test_CA3_who_moves_takes_nothing_along_and_finds_nothing(stand: Stand) -> None:
    await stand.ready("ada", "eve")
    stand.speak("bob")
    began = stand.clock.monotonic_ns()
    stand.clock.pass_ms(500)
    stand.where = {"ada": "red", "bob": "main", "eve": "main"}
    stand.place()
    stand.engine.say(Reading(1, 1, "before the move", True, began, began, began))
    assert stand.words("ada") == stand.words("eve") == []
    stand.says("after it", 1, 2)
    assert (stand.words("ada"), stand.words("eve")) == ([], ["after it"])


async def test_CA3_a_voice_to_all_rooms_is_read_in_all_and_not_what_came_before(
    stand: Stand,
) -> None:
    await stand.ready("ada", "eve")
    stand.speak("bob")
    stand.speak("bob", MAIN | RED)
    assert stand.engine.sound() == [1, 2]
    assert VoiceOver(1) in stand.engine.sent
    stand.says("among us", 1)
    stand.says("for all", 2)
    assert stand.words("ada") == ["among us", "for all"]
    assert stand.words("eve") == ["for all"]


async def test_CA4_provisional_words_are_replaced_or_taken_away(stand: Stand) -> None:
    await stand.ready("ada")
    stand.speak("bob")
    stand.says("", 1, 1, is_final=True)
    assert stand.words("ada") == [], "nothing was shown that had to go"
    stand.says("hel", 1, 2, is_final=False)
    stand.says("hello", 1, 2)
    stand.says("hm", 1, 3, is_final=False)
    stand.says("", 1, 3)
    lines = [p for _, p in stand.read["ada"] if hasattr(p, "line_id")]
    assert [(p.text, p.is_final) for p in lines] == [
        ("hel", False), ("hello", True), ("hm", False), ("", True),
    ]  # fmt: skip
    assert len({p.line_id for p in lines}) == 2
    assert {p.participant_id for p in lines} == {"bob"}


async def test_CA4_the_delay_is_counted_from_the_oldest_sound_that_is_new(stand: Stand) -> None:
    await stand.ready("ada")
    stand.speak("bob")
    start = stand.clock.monotonic_ns()
    stand.clock.pass_ms(2500)
    stand.engine.say(Reading(1, 1, "late", True, start, start + 10**9, start + 2 * 10**9))
    line = stand.read["ada"][-1][1]
    assert (line.delay_ms, line.at_ms) == (1500, 57_500)


async def test_CA5_a_lagging_engine_reads_less_then_nothing_and_comes_back(stand: Stand) -> None:
    await stand.ready("ada")
    stand.engine.say(Load(3500, 0, 1.0))
    await stand.pass_s(1)
    assert stand.engine.sent[-1] == Pace(False)
    assert stand.states("ada")[-1] == "fewer"
    assert stand.listened == MAIN
    stand.engine.say(Load(9000, 2, 1.0))
    await stand.pass_s(1)
    assert stand.states("ada")[-1] == "busy"
    assert stand.listened == frozenset()
    stand.speak("bob")
    assert stand.engine.sound() == []
    for _ in range(60):
        stand.engine.say(Load(0, 0, 1.0))
        await stand.pass_s(1)
    assert stand.states("ada")[-2:] == ["fewer", "on"]
    assert stand.engine.sent[-1] == Pace(True)
    assert stand.listened == MAIN


async def test_CA5_an_engine_that_says_nothing_is_an_engine_that_lags(stand: Stand) -> None:
    await stand.ready("ada")
    await stand.pass_s(9)
    assert stand.states("ada")[-1] == "busy"


async def test_CA5_a_busy_machine_is_left_to_the_class(stand: Stand) -> None:
    await stand.ready("ada")
    stand.load = 0.95
    for _ in range(7):
        stand.engine.say(Load(0, 0, 1.0))
        await stand.pass_s(1)
    assert stand.states("ada")[-1] == "fewer"


async def test_CA6_a_crash_is_told_and_survived(stand: Stand) -> None:
    await stand.ready("ada")
    stand.speak("bob")
    stand.engine.die()
    assert stand.states("ada")[-1] == "failed"
    assert stand.listened == frozenset()
    stand.speak("bob")
    assert stand.engine.starts == 1
    await stand.pass_s(3)
    assert stand.engine.starts == 2
    assert stand.states("ada")[-1] == "starting"
    stand.engine.say(Ready("whisper-base", "en"))
    assert stand.states("ada")[-1] == "on"
    stand.says("from the life before", 1)
    assert stand.words("ada") == []
    stand.speak("bob")
    stand.says("again", stand.engine.sound()[-1])
    assert stand.words("ada") == ["again"]


async def test_CA6_what_breaks_again_and_again_is_tried_less_and_less_often(stand: Stand) -> None:
    await stand.ready("ada")
    pauses: list[int] = []
    for _ in range(8):
        starts = stand.engine.starts
        stand.engine.die()
        seconds = 0
        while stand.engine.starts == starts:
            await stand.pass_s(1)
            seconds += 1
        pauses.append(seconds)
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses[-1] == 120
    stand.engine.say(Failed("model_missing", "The model is not here."))
    stand.engine.die()
    assert stand.captions.want("s", "bob", wants=True).retry_s == 120


async def test_voices_that_have_fallen_silent_make_room(stand: Stand) -> None:
    await stand.ready("ada")
    stand.speak("bob")
    await stand.pass_s(22)
    assert VoiceOver(1) in stand.engine.sent
    stand.engine.say(VoiceDone(1))
    assert not stand.captions.is_reading


# ---- on the socket -----------------------------------------------------------------------------


async def test_CA1_the_wish_is_answered_checked_and_ends_with_the_page(
    tmp_path: Path,
) -> None:
    from tests.live_server import LiveServer

    server = LiveServer(tmp_path)
    engine = ScriptedEngine()
    captions = Captions(engine, "de", busy=lambda: None)
    captions.start(lambda *_: None, lambda _: 0, lambda _: None)
    server.options["captions"] = captions
    await server.start()
    try:
        fay, ada = await server.join("fay", "ada")
        answer = await ada.call("caption_wish", {"wants": True})
        assert answer["error"]["code"] == "not_present", "the lobby hears nothing"
        await fay.do("start_session")
        await until(lambda: ada.presence("ada") == "present", "ada is inside")
        answer = await ada.call("caption_wish", {"wants": True})
        assert answer == {"state": "starting", "language": "de", "retry_s": None}
        await until(lambda: engine.starts == 1, "the engine starts")
        for wrong in ({}, {"wants": 3}, {"wants": True, "of": "bob"}, "yes"):
            answer = await ada.call("caption_wish", wrong)
            assert answer["error"]["code"] in ("bad_message", "too_fast")
        assert captions._audiences["s1"].participants == ["ada"]
        await ada.cut()
        await until(lambda: not captions._audiences, "the wish has gone with the page")
    finally:
        await server.stop()
        await captions.close()


async def test_CA7_a_server_without_captions_says_so(tmp_path: Path) -> None:
    from tests.live_server import LiveServer

    server = LiveServer(tmp_path)
    await server.start()
    try:
        (fay,) = await server.join("fay")
        answer = await fay.call("caption_wish", {"wants": True})
        assert answer["state"] == "unavailable"
    finally:
        await server.stop()
