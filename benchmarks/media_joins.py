"""A hundred people come within ten seconds; when each has a picture.

What is published is VP8 that can be decoded, for one of Reprise's hundred is a real Chromium; the
others know from its packets when a keyframe is whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from benchmarks.live_room import percentile
from benchmarks.media_fan_out import OCTETS, PACKETS
from benchmarks.media_film import write_film
from benchmarks.media_janus import JanusServer
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import complain, show
from benchmarks.media_swarm import NotConnected, Track, now_wall_ns
from benchmarks.media_viewer import Viewer, at_the_door
from server.demo.browser import has_chromium
from server.media.client.offer import standard_slots

JOINS: Final = 100
WITHIN_S: Final = 10.0
PATIENCE_S: Final = 20.0
VIEWER: Final = JOINS // 2
"""which of them is the browser"""

Come = Callable[[int], Awaitable[int]]
"""somebody joins; the number of the connection"""


async def joins(server: RepriseServer | JanusServer, frames: int, folder: Path) -> None:
    film = folder / "film"
    if not film.exists():
        await asyncio.to_thread(write_film, film, frames)
    track = Track(True, frames, PACKETS, OCTETS)
    async with AsyncExitStack() as stack:
        viewer: Viewer | None = None
        if isinstance(server, JanusServer):
            source, come = await _janus(server, track)
        else:
            source, come = await _reprise(server, track)
            if await has_chromium():
                who = server.people[1 + VIEWER]
                viewer = await stack.enter_async_context(at_the_door(server, who))
            else:
                complain("joins: no Chromium (python -m playwright install chromium)")
        with film.open("rb") as file:
            await server.swarm.ask("film", source, beside=file)
        await server.swarm.send(True)
        await asyncio.sleep(1.0)
        await _come(server, come, viewer)


async def _come(server: RepriseServer | JanusServer, come: Come, viewer: Viewer | None) -> None:
    began: dict[int, int] = {}
    decoded: list[float] = []
    failed = 0

    async def one(number: int) -> None:
        nonlocal failed
        await asyncio.sleep(number * WITHIN_S / JOINS)
        at = now_wall_ns()
        try:
            if viewer is not None and number == VIEWER:
                decoded.append(await viewer.join(PATIENCE_S))
            else:
                began[await come(number)] = at
        except (RuntimeError, OSError, TimeoutError, NotConnected) as error:
            failed += 1
            complain(f"join {number}: {error or type(error).__name__}")

    await asyncio.gather(*(one(number) for number in range(JOINS)))
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        rows = await server.swarm.ask("keyframes")
        seen = {peer: at for peer, at in rows if peer in began}
        if len(seen) == len(began):
            break
        if asyncio.get_running_loop().time() > deadline:
            complain(f"joins: {len(began) - len(seen)} of {len(began)} never had a keyframe")
            break
        await asyncio.sleep(0.1)
    waited = [(at - began[peer]) / 1e6 for peer, at in seen.items()]
    label = f"joins.n{JOINS}.{server.name}"
    show(f"{label}.connected", 100 * (JOINS - failed) / JOINS, "%")
    show(f"{label}.with_keyframe", 100 * (len(seen) + len(decoded)) / JOINS, "%")
    show(f"{label}.keyframe_p50_ms", percentile(waited, 0.5), "ms")
    show(f"{label}.keyframe_p95_ms", percentile(waited, 0.95), "ms")
    for delay in decoded:
        show(f"{label}.chromium_decoded_ms", delay, "ms")


async def _reprise(server: RepriseServer, track: Track) -> tuple[int, Come]:
    await server.join(server.people[0], {"camera": track}, [])
    people = await server.seat(JOINS)
    slots = standard_slots()

    async def come(number: int) -> int:
        """From the live socket on, as a page that has been loaded."""
        await server.enter(people[number])
        await server.join(people[number], {}, slots)
        return people[number].peer

    return server.people[0].sources["camera"], come


async def _janus(server: JanusServer, track: Track) -> tuple[int, Come]:
    publisher = await server.publish({"camera": track})

    async def come(_number: int) -> int:
        return (await server.subscribe([{"feed": publisher.feed}])).peer

    return publisher.sources["camera"], come
