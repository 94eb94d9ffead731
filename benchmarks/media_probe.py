"""A process of its own that asks a server and waits for the answer, again and again, so that
what the other clients have to read does not count as the server's time.

Reads ``{"port", "session_id", "cookies", "rate", "seconds"}`` on its input; writes the round trips
in ms. Reprise is asked to switch a microphone: checked against the database, committed, told to
everybody, acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.media_cost import come_first
from benchmarks.socket_swarm import Arrivals, Connection, connect


async def probe(order: Mapping[str, Any]) -> list[float]:
    arrivals = Arrivals()
    people = [
        await connect(arrivals, order["port"], cookie, {"session_id": order["session_id"]})
        for cookie in order["cookies"]
    ]
    try:
        await asyncio.sleep(1.0)
        return await ask_in_turn(people, order["rate"], order["seconds"])
    finally:
        for one in people:
            one.cut()


async def ask_in_turn(people: Sequence[Connection], rate: float, seconds: float) -> list[float]:
    trips: list[float] = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        command = {
            "type": "set_track", "track": "microphone",
            "is_on": number // len(people) % 2 == 0,
        }  # fmt: skip
        asked = time.perf_counter()
        answer = await people[number % len(people)].ask(
            "command", {"command_id": str(uuid.uuid4()), "command": command}
        )
        trips.append((time.perf_counter() - asked) * 1000)
        if not answer["ok"]:
            raise RuntimeError(f"set_track: {answer['error']}")
    return trips


if __name__ == "__main__":
    come_first()
    print(json.dumps(asyncio.run(probe(json.load(sys.stdin)))))
