"""Five hundred people sent into fifty rooms at once; when each hears somebody of the new room."""

from __future__ import annotations

import asyncio
from math import inf
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
    where = {person.participant_id: (person.number - 1) // IN_EACH for person in people}
    for person in people:
        # Rooms are numbered from 1 there; 0 is everybody.
        await server.swarm.ask("room", person.peer, where[person.participant_id] + 1)
    await server.swarm.send(True)
    await asyncio.sleep(2.0)
    # Rest, so that a hundred voices in one room do not stand before the figure.
    await server.swarm.send(False)
    chair = server.people[0]
    names = [f"Room {number}" for number in range(1, ROOMS + 1)]
    await chair.command("draft_breakouts", names=names, assignment=where)
    await asyncio.sleep(1.0)
    await server.swarm.ask("since")
    await server.swarm.send(True)
    began = now_wall_ns()
    await chair.command("open_breakouts")
    answered = now_wall_ns()
    late = await _heard(server, people, began)
    await server.swarm.send(False)
    label = f"breakouts.n{len(people)}.{server.name}"
    heard = [delay for delay in late if delay != inf]
    show(f"{label}.moved", 100 * len(heard) / len(people), "%")
    show(f"{label}.answered_ms", (answered - began) / 1e6, "ms")
    show(f"{label}.heard_p50_ms", percentile(late, 0.5), "ms")
    show(f"{label}.heard_p95_ms", percentile(late, 0.95), "ms")


async def _heard(server: RepriseServer, people: list[Person], began: int) -> list[float]:
    """Milliseconds until each heard a voice that only the new room hears from then on."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    own = {person.peer: set(person.sources.values()) for person in people}
    while True:
        first: dict[int, int] = {}
        for peer, source, at in await server.swarm.ask("heard"):
            if peer in own and source not in own[peer]:
                first[peer] = min(at, first.get(peer, at))
        missing = [person for person in people if person.peer not in first]
        is_late = asyncio.get_running_loop().time() > deadline
        if missing and is_late:
            names = ", ".join(str(person.number) for person in missing[:20])
            complain(f"{len(missing)} of {len(people)} heard nobody: {names}")
        if not missing or is_late:
            return [(first[one] - began) / 1e6 if one in first else inf for one in own]
        await asyncio.sleep(0.2)
