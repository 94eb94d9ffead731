"""How long an answer takes while the same server forwards 50,000 packets a second.

On a machine of two cores the clients of 200 people take as much of it as the server, in bursts of
milliseconds. So it is measured twice: ``shared``, wherever the kernel puts them; and with the
process that answers (of Reprise Python's, Janus's only one) on one core and what else belongs to
the measurement, Reprise's own forwarding too, on the other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Final

from benchmarks.live_room import percentile
from benchmarks.media_cost import come_first, keep_on, stand_back
from benchmarks.media_fan_out import OCTETS, PACKETS, JanusFanOut, RepriseFanOut
from benchmarks.media_janus import ROOM, JanusServer
from benchmarks.media_reprise import Person, RepriseServer
from benchmarks.media_rounds import complain, pids, settle, show
from benchmarks.media_swarm import Track

PEOPLE: Final = 200
PACKETS_A_SECOND: Final = 50_000
ASKING: Final = 10
RATE: Final = 20.0
"""questions a second; a person may ask four"""


async def signalling(server: RepriseServer | JanusServer, seconds: float) -> None:
    frames = -(-PACKETS_A_SECOND // (PEOPLE * PACKETS))
    one = RepriseFanOut(server) if isinstance(server, RepriseServer) else JanusFanOut(server)
    await one.publish(Track(True, frames, PACKETS, OCTETS))
    await server.swarm.send(True)
    await asyncio.sleep(1.0)
    await server.swarm.send(False)
    label = f"signalling.n{PEOPLE}"
    await one.arrive(PEOPLE, label)
    await one.subscribe(PEOPLE)
    await settle(server, lambda sent: sum(sent.values()) * PEOPLE)
    await asyncio.sleep(0.3)
    asking = await server.seat(ASKING) if isinstance(server, RepriseServer) else []
    await _round_trips(server, asking, seconds, f"{label}.{server.name}.shared")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        complain(f"{label}: needs two cores")
        return
    answering = server.parts["python" if isinstance(server, RepriseServer) else ""]
    keep_on(cores[0], answering)
    keep_on(cores[1], [server.swarm.pid, *(set(pids(server)) - set(answering))])
    await _round_trips(server, asking, seconds, f"{label}.{server.name}")


async def _round_trips(
    server: RepriseServer | JanusServer, asking: Sequence[Person], seconds: float, label: str
) -> None:
    await server.swarm.ask("clear")
    began = time.perf_counter()
    await server.swarm.send(True)
    if isinstance(server, RepriseServer):
        trips = await _ask_reprise(server, asking, seconds)
    else:
        trips = await _ask_janus(server, seconds)
    spent = time.perf_counter() - began
    await server.swarm.send(False)
    await asyncio.sleep(0.3)
    report = await server.swarm.ask("report")
    delivered = 100 * report["video"] / (sum(report["sent"].values()) * PEOPLE)
    show(f"{label}.round_trip_p50_ms", percentile(trips, 0.5), "ms")
    show(f"{label}.round_trip_p99_ms", percentile(trips, 0.99), "ms")
    show(f"{label}.forwarded", report["video"] / spent, "packets/s")
    show(f"{label}.delivered", delivered, "%")
    if delivered < 99.9:
        complain(f"{label}: delivered less than 99.9 %")


async def _ask_reprise(
    server: RepriseServer, asking: Sequence[Person], seconds: float
) -> list[float]:
    order = {
        "port": server.process.port, "session_id": server.session_id, "rate": RATE,
        "seconds": seconds, "cookies": [person.cookie for person in asking],
    }  # fmt: skip
    probe = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.media_probe",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, _ = await probe.communicate(json.dumps(order).encode())
    finally:
        if probe.returncode is None:
            probe.kill()
            await probe.wait()
    if probe.returncode:
        raise RuntimeError("the probe failed")
    return json.loads(out)


async def _ask_janus(server: JanusServer, seconds: float) -> list[float]:
    """Who publishes in the room: nothing that needs a keyframe, as most requests there do."""
    trips: list[float] = []
    come_first()
    try:
        began = time.perf_counter()
        for number in range(int(RATE * seconds)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            handle = server.handles[-1 - number % ASKING]
            asked = time.perf_counter()
            await handle.message("listparticipants", room=ROOM)
            trips.append((time.perf_counter() - asked) * 1000)
    finally:
        stand_back()
    return trips
