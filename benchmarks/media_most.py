"""The most packets a second that a server forwards on one core: it has one, its clients another."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from benchmarks.media_cost import keep_on
from benchmarks.media_fan_out import OCTETS, PACKETS, JanusFanOut, RepriseFanOut
from benchmarks.media_janus import JanusServer
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import Row, complain, pids, show, window
from benchmarks.media_swarm import Track

PEOPLE: Final = 50
FIRST_FRAMES: Final = 40
STEP: Final = 1.2
MOST_STEPS: Final = 16
CHECKED: Final = 16
"""one packet of so many is decrypted, or the clients' core would be the first to be full"""


async def most(server: RepriseServer | JanusServer, seconds: float) -> None:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        complain("most: needs two cores")
        return
    one = RepriseFanOut(server) if isinstance(server, RepriseServer) else JanusFanOut(server)
    label = f"most.n{PEOPLE}.{server.name}"
    await one.publish(Track(True, FIRST_FRAMES, PACKETS, OCTETS))
    await server.swarm.send(True)
    await asyncio.sleep(1.0)
    await server.swarm.send(False)
    await one.arrive(PEOPLE, f"most.n{PEOPLE}")
    await one.subscribe(PEOPLE)
    await server.swarm.ask("check", CHECKED)
    keep_on(cores[0], pids(server))
    keep_on(cores[1], [server.swarm.pid])
    best: Row | None = None
    frames = float(FIRST_FRAMES)
    for _ in range(MOST_STEPS):
        await server.swarm.ask("shape", 1, int(frames), PACKETS)
        # A row that fails may have met something else on its core: one more chance.
        rows = [await window(server, seconds, lambda sent: sum(sent.values()) * PEOPLE)]
        if not rows[0].is_valid:
            rows.append(await window(server, seconds, lambda sent: sum(sent.values()) * PEOPLE))
        good = next((row for row in reversed(rows) if row.is_valid), None)
        if good is None:
            break
        best, frames = good, frames * STEP
    if best is None:
        complain(f"{label}: not even {FIRST_FRAMES} frames a second arrive")
        return
    show(f"{label}.forwarded", best.rate, "packets/s")
    show(f"{label}.load", best.load, "%")
