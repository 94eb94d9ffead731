"""Rooms and floors with real media: who is heard where, and what the files hold."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from server.domain.debate_format import to_data
from server.live.media_control import PlaneMediaControl
from server.media.client.client import MediaClient
from server.media.client.sources import Tone
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from tests.contract.media_plane import read_capture
from tests.debate_world import shipped
from tests.live_server import Client, LiveServer, until

SLOTS = ("stage_audio", "stage", "audio0", "audio1", "audio2", "audio3")
AUDIO = tuple(slot for slot in SLOTS if "audio" in slot)
SETTLED_S = 0.15
QUIET_DB = -60.0
LISTEN_S = 0.6
PACKET = 1
"""kind of a record of a capture (docs/formats.md)"""
SOME_PACKETS = 2048
"""octets of a capture that holds more than its header"""


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveServer]:
    plane = PythonPlane(PlaneSettings(host="127.0.0.1", disk_watermark=0))

    def control() -> PlaneMediaControl:
        return PlaneMediaControl(plane, tmp_path)

    monkeypatch.setattr("tests.live_server.MemoryMedia", control)
    made = LiveServer(tmp_path)
    await made.start()
    yield made
    await made.stop()


def level_db(samples: np.ndarray, hertz: float) -> float:
    """Of a tone against full scale, by a window around its frequency."""
    if len(samples) < 4800:
        return -200.0
    window = np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(samples * window)) / window.sum() * 2
    at = round(hertz * len(samples) / 48000)
    return float(20 * np.log10(max(spectrum[max(0, at - 3) : at + 4].max(), 1e-10)))


class Voice:
    """A seat on the socket that sends a tone all the time, whatever anybody allows."""

    def __init__(self, seat: Client, hertz: float, plane: PythonPlane) -> None:
        self.seat = seat
        self.plane = plane
        self.hertz = hertz
        self.media = MediaClient(("microphone", "camera"), SLOTS)

    async def begin(self) -> None:
        offer = self.media.offer()
        answer = await self.seat.call(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        await self.media.connect(answer["sdp"])
        self.media.play_sound("microphone", Tone(self.hertz))
        await self.seat.do("set_track", track="microphone", is_on=True)

    async def rejoin(self) -> None:
        old, self.media = self.media, MediaClient(("microphone", "camera"), SLOTS)
        await self.begin_again()
        await old.close()

    async def begin_again(self) -> None:
        offer = self.media.offer()
        answer = await self.seat.call(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        await self.media.connect(answer["sdp"])
        self.media.play_sound("microphone", Tone(self.hertz))

    def sent(self) -> dict[str, int]:
        """The last sequence number the plane has sent into each of the slots."""
        (peer,) = (one for one in self.plane._peers.values() if one.participant_id == self.seat.who)
        return {slot: peer.slots[slot]._last_sequence for slot in AUDIO}

    def has_got(self, ends: dict[str, int]) -> bool:
        """A packet that was lost on the way does not come any more; the last one does."""
        return all(
            end == 0 or any(one.sequence & 0xFFFF >= end for one in self.media.slots[slot].packets)
            for slot, end in ends.items()
        )

    def between(self, slot: str, first: int, last: int) -> np.ndarray:
        """What was sent after ``first`` up to ``last``."""
        receiver = self.media.slots[slot]
        whole = receiver.packets
        receiver.packets = deque(one for one in whole if first < one.sequence & 0xFFFF <= last)
        try:
            return receiver.sound()
        finally:
            receiver.packets = whole

    def loudness(self, other: Voice, since: float) -> float:
        """The other's tone in what came since, in whichever slot it is loudest."""
        return max(level_db(self.media.slots[slot].sound(since), other.hertz) for slot in AUDIO)

    async def hears(self, *others: Voice) -> None:
        for other in others:
            since = [0.0]

            def is_heard(other: Voice = other, since: list[float] = since) -> bool:
                newest = max((self.media.slots[slot].last_arrival for slot in AUDIO), default=0.0)
                since[0] = max(since[0], newest - LISTEN_S)
                return self.loudness(other, since[0]) > -30

            await self.media.wait_for(is_heard)


Crowd = Callable[..., Awaitable[list[Voice]]]


async def silence_after(changed: float, listeners: list[Voice], quiet: list[Voice]) -> None:
    """From 150 ms after the change (committed and acknowledged) nobody hears any of these.

    What was sent by then is told from what came later by its number, not by its arrival: on a
    busy machine packets wait in the listener's socket.
    """
    await until(lambda: now() >= changed + SETTLED_S, "150 ms have passed")
    fences = {voice: voice.sent() for voice in listeners}
    await until(lambda: now() >= changed + SETTLED_S + LISTEN_S, "the listening is over")
    for listener in listeners:
        ends = listener.sent()
        await until(lambda: listener.has_got(ends), "all that was sent has come")  # noqa: B023
        for other in quiet:
            if other is not listener:
                level = max(
                    level_db(
                        listener.between(slot, fences[listener][slot], ends[slot]), other.hertz
                    )
                    for slot in AUDIO
                )
                assert level < QUIET_DB, (listener.seat.who, other.seat.who, level)


@pytest.fixture
async def crowd(server: LiveServer) -> AsyncIterator[Crowd]:
    """Voices in a session that has begun; their sockets are closed however the test ends."""
    voices: list[Voice] = []

    async def gather(*names: str) -> list[Voice]:
        seats = await server.join(*names)
        await seats[0].do("start_session")
        plane = server.media.plane  # type: ignore[attr-defined]
        voices.extend(Voice(seat, 440.0 + 220 * n, plane) for n, seat in enumerate(seats))
        for voice in voices:
            await voice.begin()
        return voices

    yield gather
    for voice in voices:
        await voice.media.close()


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.slow
async def test_BR14_rooms_hear_themselves_and_on_close_everybody_hears_all(
    crowd: Crowd,
) -> None:
    fay, ada, bob, cyd = everyone = await crowd("fay", "ada", "bob", "cyd")
    await fay.hears(ada, bob, cyd)
    transports = [voice.media for voice in everyone]
    await fay.seat.do(
        "draft_breakouts", names=["Red", "Blue"], assignment={"ada": 0, "bob": 0, "cyd": 1}
    )
    await fay.seat.do("open_breakouts")
    opened = now()
    await silence_after(opened, [ada, bob], [fay, cyd])
    await silence_after(opened, [cyd], [fay, ada, bob])
    await silence_after(opened, [fay], [ada, bob, cyd])
    await ada.hears(bob)
    # A voice for all, and no other way round.
    await fay.seat.do("broadcast_voice", is_on=True)
    for listener in (ada, bob, cyd):
        await listener.hears(fay)
    await fay.seat.do("broadcast_voice", is_on=False)
    red = fay.seat.view["breakouts"]["rooms"][0]["room_id"]
    await fay.seat.do("visit_room", room_id=red)
    visited = now()
    await fay.hears(ada, bob)
    await ada.hears(fay)
    await silence_after(visited, [cyd], [fay, ada, bob])
    await fay.seat.do("close_breakouts", countdown_ms=0)
    for listener in everyone:
        await listener.hears(*(other for other in everyone if other is not listener))
    assert [voice.media for voice in everyone] == transports, "the same connections throughout"


@pytest.mark.slow
async def test_DB6_without_the_floor_nobody_is_heard_or_captured(
    server: LiveServer, crowd: Crowd, tmp_path: Path
) -> None:
    fay, ada, bob = everyone = await crowd("fay", "ada", "bob")
    await fay.seat.do("start_recording")
    for voice in everyone:
        await voice.seat.do("give_consent", is_given=True)
    await until(lambda: len(server.state().captures) == 3, "three captures")
    # A capture is open before the first packet comes to it.
    files = tmp_path / "captures" / "s1"
    await until(
        lambda: [path.stat().st_size > SOME_PACKETS for path in files.glob("*")] == [True] * 3,
        "three captures with sound",
    )
    form = shipped("lincoln-douglas")
    await fay.seat.do("plan_debate", motion="That this holds", format=to_data(form))
    (debate,) = server.state().debates.values()
    sides = [side.id for side in form.sides]
    seats = [f"{side.id}:{side.seats[0].id}" for side in form.sides]
    assert len(sides) == 2
    for seat, who in zip(seats, ("ada", "bob"), strict=True):
        await fay.seat.do("assign_seat", debate_id=debate.debate_id, seat=seat, participant_id=who)
    key = {"debate_id": debate.debate_id}
    await fay.seat.do("begin_debate", **key)
    if server.state().debates[debate.debate_id].stage == "preparing":
        await fay.seat.do("next_speech", **key)
    changed = now()
    await silence_after(changed, everyone, [ada, bob])
    await fay.seat.do("start_clock", **key)
    started = now()
    await bob.hears(ada)
    await silence_after(started, [fay, ada], [bob])
    # A new connection changes nothing.
    await bob.rejoin()
    again = now()
    await silence_after(again, [fay, ada], [bob])
    await bob.hears(ada)
    await fay.seat.do("end_debate", **key)
    await ada.hears(bob)
    await fay.seat.do("end_session")
    await until(lambda: not server.state().captures, "the captures are sealed")

    captures = [read_capture(path) for path in files.iterdir()]
    bobs = sorted(
        ((header, records) for header, records in captures if header["participant_id"] == "bob"),
        key=lambda file: int(str(file[0]["origin_utc_ms"])),
    )
    # From the floor's closing to the rejoin the first file holds not one packet of him.
    kinds = [kind for kind, _, _ in bobs[0][1]]
    closed = next(
        n for n, (kind, _, body) in enumerate(bobs[0][1]) if kind == 4 and b"floor" in body
    )
    assert PACKET in kinds[:closed]
    assert PACKET not in kinds[closed:]
