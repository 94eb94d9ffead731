"""A hundred people come within ten seconds; when each has a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from benchmarks.live_room import percentile
from benchmarks.media_fan_out import OCTETS, PACKETS
from benchmarks.media_janus import JanusServer
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import complain, show
from benchmarks.media_swarm import Track, now_wall_ns
from server.media.client.offer import standard_slots

JOINS: Final = 100
WITHIN_S: Final = 10.0
PATIENCE_S: Final = 20.0


async def joins(server: RepriseServer | JanusServer, frames: int) -> None:
    track = Track(True, frames, PACKETS, OCTETS)
    come = await (
        _reprise(server, track) if isinstance(server, RepriseServer) else _janus(server, track)
    )
    await server.swarm.send(True)
    await asyncio.sleep(1.0)
    began: dict[int, int] = {}
    failed = 0

    async def one(number: int) -> None:
        nonlocal failed
        await asyncio.sleep(number * WITHIN_S / JOINS)
        at = now_wall_ns()
        try:
            began[await come(number)] = at
        except (RuntimeError, OSError, TimeoutError) as error:
            failed += 1
            complain(f"join {number}: {error}")

    await asyncio.gather(*(one(number) for number in range(JOINS)))
    async with asyncio.timeout(PATIENCE_S):
        while len(seen := await server.swarm.ask("keyframes")) < len(began):
            await asyncio.sleep(0.1)
    waited = [(at - began[peer]) / 1e6 for peer, at in seen if peer in began]
    label = f"joins.n{JOINS}.{server.name}"
    show(f"{label}.connected", 100 * (JOINS - failed) / JOINS, "%")
    show(f"{label}.keyframe_p50_ms", percentile(waited, 0.5), "ms")
    show(f"{label}.keyframe_p95_ms", percentile(waited, 0.95), "ms")


async def _reprise(server: RepriseServer, track: Track) -> Callable[[int], Awaitable[int]]:
    await server.join(server.people[0], {"camera": track}, [])
    people = await server.seat(JOINS)
    slots = standard_slots()

    async def come(number: int) -> int:
        """From the live socket on, as a page that has been loaded."""
        await server.enter(people[number])
        await server.join(people[number], {}, slots)
        return people[number].peer

    return come


async def _janus(server: JanusServer, track: Track) -> Callable[[int], Awaitable[int]]:
    feed = (await server.publish({"camera": track})).feed

    async def come(_number: int) -> int:
        return (await server.subscribe([{"feed": feed}])).peer

    return come
