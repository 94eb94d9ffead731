"""One publisher, ever more subscribers: what a forwarded packet costs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from benchmarks.media_janus import JanusServer
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import (
    LOAD,
    Expected,
    complain,
    cost_of,
    rounds,
    show,
    show_ratio,
    window,
)
from benchmarks.media_swarm import Track
from server.media.client.offer import standard_slots

OCTETS: Final = 1100
PACKETS: Final = 8
"""a frame: with 30 frames a second about 2 Mbit/s, a camera at 720p"""
AT_ONCE: Final = 10
COMPARED: Final = ("reprise", "reprise_without_gso", "janus")
"""must all be able to take the rate"""
SURE: Final = 20_000
"""packets a second that need no proof"""
FEWER: Final = 0.75
FEWEST: Final = 5
_PROOF_S: Final = 1.0
_PROOFS: Final = 2


async def several(count: int, one: Callable[[], Awaitable[object]]) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def turn() -> None:
        async with room:
            await one()

    await asyncio.gather(*(turn() for _ in range(count)))


class RepriseFanOut:
    def __init__(self, server: RepriseServer) -> None:
        self.server = server

    async def publish(self, track: Track) -> None:
        await self.server.join(self.server.people[0], {"camera": track}, [])

    async def arrive(self, count: int, label: str) -> None:
        """Seats and sockets; what costs the server is said apart from media."""
        people = iter(await self.server.seat(count))

        async def enter() -> None:
            await self.server.enter(next(people))

        spent_ms, _ = await cost_of(self.server, lambda: several(count, enter))
        show(f"{label}.{self.server.name}.arrival_cpu_ms", spent_ms / count, "ms")

    async def subscribe(self, count: int) -> None:
        people = iter(self.server.people[-count:])
        slots = standard_slots()
        await several(count, lambda: self.server.join(next(people), {}, slots))


class JanusFanOut:
    def __init__(self, server: JanusServer) -> None:
        self.server = server
        self._feed = 0

    async def publish(self, track: Track) -> None:
        self._feed = (await self.server.publish({"camera": track})).feed

    async def arrive(self, count: int, label: str) -> None:
        """Nothing comes before a subscription."""

    async def subscribe(self, count: int) -> None:
        await several(count, lambda: self.server.subscribe([{"feed": self._feed}]))


async def fan_out(
    cipher: str, servers: Sequence[RepriseServer | JanusServer], sizes: Sequence[int],
    frames: int, count: int, seconds: float,
) -> None:  # fmt: skip
    shows = [
        RepriseFanOut(server) if isinstance(server, RepriseServer) else JanusFanOut(server)
        for server in servers
    ]
    for one in shows:
        await one.publish(Track(True, frames, PACKETS, OCTETS))
        await one.server.swarm.send(True)
    await asyncio.sleep(1.0)
    present = 0
    for size in sizes:
        label = f"{cipher}.n{size}"
        for one in shows:
            await one.server.swarm.send(False)
        for one in shows:
            await _grow(one, size - present, label)
        present = size
        expected: dict[str, Expected] = {
            one.server.name: lambda sent, size=size: sum(sent.values()) * size for one in shows
        }
        rate = await _bearable(servers, size, frames, expected)
        show(f"{label}.frames", rate, "frames/s")
        found = await rounds(label, servers, count, seconds, expected)
        if "reprise" in found and "janus" in found:
            show_ratio(f"{label}.janus_over_reprise", found["reprise"], found["janus"])
        if "reprise_without_gso" in found and "janus" in found:
            show_ratio(
                f"{label}.janus_over_reprise_without_gso",
                found["reprise_without_gso"], found["janus"],
            )  # fmt: skip


async def _bearable(
    servers: Sequence[RepriseServer | JanusServer], size: int, frames: int,
    expected: dict[str, Expected],
) -> int:  # fmt: skip
    """Frames a second, the same for all: not more than what is compared can bear."""
    compared = [server for server in servers if server.name in COMPARED]
    rate = frames
    while True:
        for server in servers:
            await server.swarm.ask("shape", 1, rate, PACKETS)
        if rate * PACKETS * size <= SURE or rate <= FEWEST:
            return rate
        for server in compared:
            # What else is on the machine may have been in the way of one.
            for _ in range(_PROOFS):
                row = await window(server, _PROOF_S, expected[server.name])
                if row.is_valid and row.load <= LOAD:
                    break
            else:
                complain(f"{size} at {rate} frames/s are too much for {server.name}")
                break
        else:
            return rate
        rate = max(FEWEST, int(rate * FEWER))


async def _grow(one: RepriseFanOut | JanusFanOut, more: int, label: str) -> None:
    await one.arrive(more, label)
    spent_ms, held_kib = await cost_of(one.server, lambda: one.subscribe(more))
    show(f"{label}.{one.server.name}.join_cpu_ms", spent_ms / more, "ms")
    show(f"{label}.{one.server.name}.memory_kib", held_kib / more, "KiB")
