"""Five hundred people sent into fifty rooms at once; when each hears somebody of the new room."""

from __future__ import annotations

import asyncio
from typing import Final

from benchmarks.live_room import percentile
from benchmarks.media_fan_out import several
from benchmarks.media_reprise import Person, RepriseServer
from benchmarks.media_rounds import complain, show
from benchmarks.media_swarm import Track, now_wall_ns

ROOMS: Final = 50
IN_EACH: Final = 10
SPEAKING: Final = 2
"""in each room"""
SLOTS: Final = ("stage_audio", "audio0", "audio1", "audio2", "audio3", "audio4")
PATIENCE_S: Final = 20.0


async def breakouts(server: RepriseServer) -> None:
    people = await server.seat(ROOMS * IN_EACH)
    waiting = iter(people)

    async def come() -> None:
        person = next(waiting)
        speaks = person.number % IN_EACH < SPEAKING
        voice = Track(False, 50 if speaks else 0, 1, 80, 20 if speaks else 127)
        await server.enter(person)
        await server.join(person, {"microphone": voice} if speaks else {}, SLOTS)

    await several(len(people), come)
    room_of = {person.peer: (person.number - 1) // IN_EACH for person in people}
    speakers = {
        person.sources["microphone"]: person for person in people if "microphone" in person.sources
    }
    await server.swarm.send(True)
    await asyncio.sleep(2.0)
    # Rest, so that a hundred voices in one room do not stand before the figure.
    await server.swarm.send(False)
    chair = server.people[0]
    names = [f"Room {number}" for number in range(1, ROOMS + 1)]
    where = {person.participant_id: room_of[person.peer] for person in people}
    await chair.command("draft_breakouts", names=names, assignment=where)
    await asyncio.sleep(1.0)
    await server.swarm.ask("since")
    await server.swarm.send(True)
    began = now_wall_ns()
    await chair.command("open_breakouts")
    late = await _heard(server, people, room_of, speakers, began)
    await server.swarm.send(False)
    label = f"breakouts.n{len(people)}.{server.name}"
    show(f"{label}.moved", 100 * len(late) / len(people), "%")
    show(f"{label}.heard_p50_ms", percentile(late, 0.5), "ms")
    show(f"{label}.heard_p95_ms", percentile(late, 0.95), "ms")


async def _heard(
    server: RepriseServer, people: list[Person], room_of: dict[int, int],
    speakers: dict[int, Person], began: int,
) -> list[float]:  # fmt: skip
    """Milliseconds until each heard a voice that only the new room can hear."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        rows = [row for row in await server.swarm.ask("heard") if row[1] in speakers]
        home = {source: room_of[person.peer] for source, person in speakers.items()}
        # Who was loud enough in the main room was heard by their later room already there.
        everywhere = {source for peer, source, _ in rows if room_of.get(peer) != home[source]}
        first: dict[int, int] = {}
        for peer, source, at in rows:
            if source not in everywhere and speakers[source].peer != peer:
                first[peer] = min(at, first.get(peer, at))
        is_late = asyncio.get_running_loop().time() > deadline
        if len(first) == len(people) or is_late:
            if is_late:
                complain(f"{len(people) - len(first)} of {len(people)} heard nobody")
            return [(at - began) / 1e6 for at in first.values()]
        await asyncio.sleep(0.2)
