"""How soon everybody is in the new room: told over the socket, and hearing who is in it."""

from __future__ import annotations

import asyncio
import time
import uuid

import numpy as np

from benchmarks.live_room import Room, percentile, show
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat
from server.media.client.client import MediaClient
from server.media.client.sources import RATE, Tone

ROOMS = 50
HEARD_ROOMS, IN_EACH = 4, 3
HEARD_DB = -30.0
WINDOW_S = 0.1
LOOK_S = 0.05
PATIENCE_S = 60.0
AUDIO = ("stage_audio", "audio0", "audio1", "audio2", "audio3")


# ---- over the socket -------------------------------------------------------------------------


async def open_rooms(room: Room, rounds: int) -> None:
    """From the command that opens them until each person has what is in the new room."""
    late: list[float] = []
    for _ in range(rounds):
        people = room.connections[1:]
        where = {one.snapshot["me"]: number % ROOMS for number, one in enumerate(people)}
        names = [f"Room {number}" for number in range(1, ROOMS + 1)]
        await _do(room, {"type": "draft_breakouts", "names": names, "assignment": where})
        late += await _moved(room, {"type": "open_breakouts"})
        await _moved(room, {"type": "close_breakouts", "countdown_ms": 0})
        await room.read_log()
    show("breakout_open_p95_ms", percentile(late, 0.95), "ms")


async def _do(room: Room, command: dict[str, object]) -> None:
    if not await room.command(0, command, str(uuid.uuid4())):
        raise RuntimeError(f"{command['type']} was refused")


async def _moved(room: Room, command: dict[str, object]) -> list[float]:
    people = room.connections[1:]
    for one in people:
        one.following_at = 0.0
    began = time.perf_counter()
    await _do(room, command)
    async with asyncio.timeout(PATIENCE_S):
        while not all(one.following_at for one in people):
            await asyncio.sleep(0.01)
    return [(one.following_at - began) * 1000 for one in people]


# ---- with sound ------------------------------------------------------------------------------


class Voice:
    """A guest who sends a tone of their own all the time."""

    def __init__(self, account: Account, session_id: str, hertz: float) -> None:
        self.seat = Seat(account, session_id)
        self.media = MediaClient(("microphone",), AUDIO)
        self.hertz = hertz

    async def begin(self) -> None:
        await self.seat.connect()
        offer = self.media.offer()
        answer = await self.seat.ask(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        await self.media.connect(answer["sdp"])
        self.media.play_sound("microphone", Tone(self.hertz))
        await self.seat.command("set_track", track="microphone", is_on=True)

    def heard(self, others: list[Voice]) -> list[Voice]:
        """Whose tones are in what came of late."""
        since = max(slot.last_arrival for slot in self.media.slots.values()) - WINDOW_S
        sounds = [
            slot.sound(since) for slot in self.media.slots.values() if slot.last_arrival > since
        ]
        return [
            other
            for other in others
            if any(_level_db(sound, other.hertz) > HEARD_DB for sound in sounds)
        ]

    async def close(self) -> None:
        await self.media.close()
        await self.seat.close()


def _level_db(samples: np.ndarray, hertz: float) -> float:
    if len(samples) < RATE * WINDOW_S / 2:
        return -200.0
    window = np.hanning(len(samples))
    turn = np.exp(-2j * np.pi * hertz / RATE * np.arange(len(samples)))
    return float(20 * np.log10(max(abs(samples * window @ turn) / window.sum() * 2, 1e-10)))


async def hear_rooms(school: School, rounds: int) -> None:
    """From the command that opens the rooms until each person hears both others in theirs."""
    teacher = await school.invite("Nora Keane", "facilitator")
    session_id = await school.session(teacher, "A class of rooms", lobby_is_on=False)
    chair = Seat(teacher, session_id)
    await chair.connect()
    await chair.command("start_session")
    voices: list[Voice] = []
    for number in range(HEARD_ROOMS * IN_EACH):
        guest = await school.guest(teacher, session_id, f"Voice {number}")
        voices.append(Voice(guest, session_id, 400.0 + 150 * number))
    try:
        await asyncio.gather(*(voice.begin() for voice in voices))
        late: list[float] = []
        for turn in range(rounds):
            late += await _hear_once(chair, voices, turn)
        show("breakout_hear_p95_ms", percentile(late, 0.95), "ms")
    finally:
        await asyncio.gather(*(voice.close() for voice in voices))
        await chair.close()


async def _hear_once(chair: Seat, voices: list[Voice], turn: int) -> list[float]:
    # Others in each round, so that nobody hears in time whom they heard before.
    order = voices[:: 1 if turn % 2 == 0 else -1]
    groups = [order[n::HEARD_ROOMS] for n in range(HEARD_ROOMS)] if turn % 3 else [
        order[n : n + IN_EACH] for n in range(0, len(order), IN_EACH)
    ]  # fmt: skip
    where = {v.seat.participant_id: n for n, group in enumerate(groups) for v in group}
    names = [f"Room {number}" for number in range(1, HEARD_ROOMS + 1)]
    await chair.command("draft_breakouts", names=names, assignment=where)
    waiting = {
        one: [other for other in group if other is not one] for group in groups for one in group
    }
    late: list[float] = []
    began = time.perf_counter()
    await chair.command("open_breakouts")
    async with asyncio.timeout(PATIENCE_S):
        while waiting:
            for one, others in list(waiting.items()):
                for other in one.heard(others):
                    others.remove(other)
                if not others:
                    del waiting[one]
                    late.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(LOOK_S)
    await chair.command("close_breakouts", countdown_ms=0)
    return late
