"""How fast and how dearly a large class is told what happens, and that nothing of it is lost.

``make bench-live``. One room of ``--people`` connections on the real server (rights read from the
database, every line committed before it is told), ``--rate`` chat lines a second; in turn with
python-socketio's bare broadcast of the same events to as many connections. Then everybody is sent
into 50 rooms at once; then the talk again while the server is killed and comes back, and while a
fifth of the connections break every few seconds: each line is repeated under its command id until
it is acknowledged, as the browser does. Last, 12 people with real sound are sent into 4 rooms.
Prints ``live.<figure> <value> <unit>`` lines.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import statistics
import sys
import tempfile
import uuid
from pathlib import Path

from benchmarks.live_breakouts import hear_rooms, open_rooms
from benchmarks.live_room import Bare, Room, cpu_s, percentile, serving, show
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port

FLAPPING = 0.2
FLAP_EVERY_S = 3.0


async def steady(room: Room, bare: Bare, rate: float, seconds: float, rounds: int) -> None:
    like: dict[str, object] = {
        "session_id": room.session_id, "room_id": None, "seq": 0, "channel": "session",
        "channel_seq": 0, "at_ms": 123456, "actor_id": uuid.uuid4().hex, "type": "chat_sent",
        "version": 1, "data": {}, "cause_id": str(uuid.uuid4()),
    }  # fmt: skip
    ours, theirs = serving(room.school.server.pid), bare.process
    cost: dict[str, list[float]] = {"ours": [], "bare": []}
    late: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(rounds):
        for name, process, arrivals in (
            ("ours", ours, room.arrivals), ("bare", theirs, bare.arrivals),
        ):  # fmt: skip
            arrivals.delays_ms.clear()
            before = cpu_s(process)
            if name == "ours":
                said = await room.talk(rate, seconds)
            else:
                said = await bare.talk(rate, seconds, like)
            spent = cpu_s(process) - before
            cost[name].append(spent * 1e6 / (said * room.people))
            late[name].append(percentile(arrivals.delays_ms, 0.99))
            if name == "ours":
                show("delivered", 100 * len(arrivals.delays_ms) / (said * room.people), "%")
    show("delivery_p99_ms", statistics.median(late["ours"]), "ms")
    show("bare_delivery_p99_ms", statistics.median(late["bare"]), "ms")
    show("cpu_us_per_delivery", statistics.median(cost["ours"]), "us")
    show("bare_cpu_us_per_delivery", statistics.median(cost["bare"]), "us")
    ratio = statistics.median(a / b for a, b in zip(cost["ours"], cost["bare"], strict=True))
    show("cpu_over_bare", ratio, "ratio")


async def killed(room: Room, rate: float, seconds: float) -> None:
    async def kill() -> None:
        await asyncio.sleep(seconds / 3)
        serving(room.school.server.pid).kill()

    await asyncio.gather(room.talk(rate, seconds), kill())
    await room.everyone_is_back()


async def flapping(room: Room, rate: float, seconds: float) -> None:
    async def flap() -> None:
        count = int(room.people * FLAPPING)
        for turn in range(int(seconds / FLAP_EVERY_S)):
            for step in range(count):
                room.connections[1 + (turn * count + step) % (room.people - 1)].cut()
            await asyncio.sleep(FLAP_EVERY_S)

    await asyncio.gather(room.talk(rate, seconds), flap())
    await room.everyone_is_back()


async def tally(room: Room, name: str) -> None:
    logged = await room.logged()
    show(f"{name}acknowledged", len(room.acknowledged), "lines")
    lost = sum(f"#{line}" not in logged for line in room.acknowledged)
    show(f"{name}lost", lost, "lines")
    show(f"{name}doubled", sum(count - 1 for count in logged.values()) + room.arrivals.doubled,
         "lines")  # fmt: skip
    show(f"{name}gaps", room.arrivals.gaps, "gaps")


async def measure(options: argparse.Namespace, folder: Path) -> None:
    port = free_port()
    server = ServerProcess(folder / "data", port, folder / "log", {"REPRISE_WORKER": "off"})
    await server.start()
    school = School(server)
    room, bare = Room(school, options.people), Bare(options.people)
    try:
        await school.open()
        await room.open()
        await bare.open()
        await steady(room, bare, options.rate, options.seconds, options.rounds)
        await tally(room, "")
        await bare.close()
        await open_rooms(room, options.rounds)
        await killed(room, options.rate, options.seconds * 2)
        await tally(room, "killed_")
        await flapping(room, options.rate, options.seconds * 2)
        await tally(room, "flapping_")
        await room.close()
        await hear_rooms(school, options.rounds)
    except Exception:
        print(server.tail(60), file=sys.stderr)
        raise
    finally:
        await room.close()
        await bare.close()
        await school.close()
        await server.stop()


async def until_ended(options: argparse.Namespace, folder: Path) -> None:
    """However it ends, the servers end with it."""
    task = asyncio.ensure_future(measure(options, folder))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await task


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50.0, help="lines a second")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(until_ended(options, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
