"""Twenty people with camera and microphone; everybody watches nine and hears three.

VideoRoom does not choose whom one hears: here it is told to forward the three that speak, as
Reprise's plane finds out by itself. The others' microphones are open and silent (DTX).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from benchmarks.media_fan_out import several
from benchmarks.media_janus import Handle, JanusServer
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import Expected, rounds, show_ratio
from benchmarks.media_swarm import Track
from server.media.plane import TrackKind

PEOPLE: Final = 20
WATCHED: Final = 9
SPEAKING: Final = 3
CAMERA: Final = Track(True, 25, 3, 1000)
VOICE: Final = Track(False, 50, 1, 100, 20)
SILENCE: Final = Track(False, 2, 1, 32, 127)
"""too short to be counted where it arrives: Reprise lets a speaker hear a silent third"""
SLOTS: Final = (
    *(f"audio{number}" for number in range(5)), *(f"gallery{number}" for number in range(WATCHED)),
)  # fmt: skip


def tracks(number: int) -> Mapping[TrackKind, Track]:
    return {"microphone": VOICE if number < SPEAKING else SILENCE, "camera": CAMERA}


async def meeting(
    servers: Sequence[RepriseServer | JanusServer], count: int, seconds: float
) -> None:
    expected: dict[str, Expected] = {}
    for server in servers:
        come = _reprise if isinstance(server, RepriseServer) else _janus
        expected[server.name] = _forwarded(await come(server))  # pyright: ignore[reportArgumentType]
        await server.swarm.send(False)
    label = f"meeting.n{PEOPLE}"
    found = await rounds(label, servers, count, seconds, expected)
    if "reprise" in found and "janus" in found:
        show_ratio(f"{label}.janus_over_reprise", found["reprise"], found["janus"])


def _forwarded(sources: Sequence[Mapping[TrackKind, int]]) -> Expected:
    def count(sent: Mapping[str, int]) -> int:
        pictures = sum(sent[str(one["camera"])] for one in sources) * WATCHED
        voices = sum(sent[str(one["microphone"])] for one in sources[:SPEAKING]) * (PEOPLE - 1)
        return pictures + voices

    return count


def watched(number: int) -> list[int]:
    return [(number + step) % PEOPLE for step in range(1, WATCHED + 1)]


async def _reprise(server: RepriseServer) -> list[Mapping[TrackKind, int]]:
    people = await server.seat(PEOPLE)
    waiting = iter(enumerate(people))
    await server.swarm.send(False)

    async def come() -> None:
        number, person = next(waiting)
        await server.enter(person)
        await server.join(person, tracks(number), SLOTS)

    await several(PEOPLE, come)
    for number, person in enumerate(people):
        gallery = [people[other].participant_id for other in watched(number)]
        person.tell("media_view", {"gallery": gallery, "tile_height": 720})
    await server.swarm.send(True)
    await asyncio.sleep(2.0)
    return [person.sources for person in people]


async def _janus(server: JanusServer) -> list[Mapping[TrackKind, int]]:
    await server.swarm.send(True)
    published: list[Handle] = [await server.publish(tracks(n)) for n in range(PEOPLE)]
    await asyncio.sleep(1.0)
    waiting = iter(range(PEOPLE))

    async def watch() -> None:
        number = next(waiting)
        # The order of the tracks in the offer: microphone, camera.
        pictures = [{"feed": published[n].feed, "mid": "1"} for n in watched(number)]
        voices = [
            {"feed": published[n].feed, "mid": "0"} for n in range(SPEAKING) if n != number
        ]  # fmt: skip
        await server.subscribe([*pictures, *voices])

    await several(PEOPLE, watch)
    await asyncio.sleep(1.0)
    return [handle.sources for handle in published]
