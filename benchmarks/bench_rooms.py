"""What a recording with many breakout rooms costs: to make, to open, and to search.

``make bench-rooms``. A class of ``--rooms`` rooms of ``--minutes`` (``recorded_rooms.py``) goes
through the real worker; words are made, for recognition is measured by ``make bench-speech``. Then
the real server answers what the recording's page asks, for an admin, who may enter every room, and
for somebody who was in one of them. Prints ``rooms.<figure> <value> <unit>`` lines; a step's
``_per_room`` is its time divided by the number of rooms, so that figures of runs with more rooms
can be held beside each other.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from benchmarks import recorded_rooms as made
from recordings.ports import STEPS
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port
from server.storage.engines import sync_engine
from server.storage.recordings_store import RecordingsStore

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 3600.0
LOOK_S = 0.25
MIB = 1 << 20
QUESTIONS = ("paper", "mirror lens", "treaty", "room 7", "seed", "nowhere")


def show(name: str, value: float, unit: str) -> None:
    print(f"rooms.{name} {value:.2f} {unit}", flush=True)


def resident(pid: int) -> float:
    """MiB of a process and all it started."""
    total = 0
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / MIB


def process_class(data: Path, rooms: int, log: Path) -> None:
    """Raises RuntimeError with the cause when the recording failed."""
    engine = sync_engine(data / "library.db")
    store = RecordingsStore(engine)
    began = time.monotonic()
    with log.open("ab") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker_with_words", str(data)],
            cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
    most = 0.0
    try:
        while store.stage(made.RECORDING) not in ("published", "failed"):
            if worker.poll() is not None or time.monotonic() - began > PATIENCE_S:
                raise RuntimeError("the worker did not make it")
            most = max(most, resident(worker.pid))
            time.sleep(LOOK_S)
        show("process", time.monotonic() - began, "s")
    finally:
        worker.terminate()
        worker.wait(30)
    steps = {step.name: step for step in store.steps(made.RECORDING, 1)}
    engine.dispose()
    failed = [step.error for step in steps.values() if step.error]
    if failed:
        raise RuntimeError(failed[0])
    for name in STEPS:
        step = steps[name]
        if step.started_at is not None and step.finished_at is not None:
            took_s = (step.finished_at - step.started_at).total_seconds()
            show(f"{name}_per_room", 1000 * took_s / rooms, "ms")
            show(f"{name}_cpu_per_room", 1000 * (step.cpu_s or 0) / rooms, "ms")
    show("worker_memory", most, "MiB")


async def timed(name: str, times: int, ask: Callable[[int], Awaitable[Any]]) -> None:
    took: list[float] = []
    for turn in range(times):
        began = time.perf_counter()
        await ask(turn)
        took.append((time.perf_counter() - began) * 1000)
    show(f"{name}_p50", statistics.median(took), "ms")
    show(f"{name}_p95", sorted(took)[min(times - 1, int(times * 0.95))], "ms")


async def page(who: Account, name: str, rooms: list[int], times: int) -> None:
    """What the recording's page asks for, in the order of a visit."""
    one = f"/recordings/{made.RECORDING}"

    async def open_room(turn: int) -> None:
        """The page comes with its rooms; then the room's words."""
        await who.get(one)
        await who.get(f"{one}/rooms/{rooms[turn % len(rooms)]}/transcript")

    def asked(turn: int) -> str:
        return QUESTIONS[turn % len(QUESTIONS)].replace(" ", "+")

    await timed(f"{name}_manifest", times, lambda _: who.get(one))
    await timed(f"{name}_open_room", times, open_room)
    await timed(f"{name}_search", times, lambda n: who.get(f"{one}/rooms/search?q={asked(n)}"))
    await timed(f"{name}_library", times, lambda n: who.get(f"/recordings?q={asked(n)}"))


async def visit(data: Path, rooms: int, times: int, log: Path) -> None:
    server = ServerProcess(data, free_port(), log, {"REPRISE_WORKER": "off"})
    await server.start()
    school = School(server)
    try:
        await school.open()
        learner = await school.invite("Lena Learner", "learner")
        user_id = (await learner.get("/me"))["user"]["user_id"]
        with closing(sqlite3.connect(data / "library.db", timeout=30)) as library:
            library.execute(
                "UPDATE recording_people SET user_id = ? WHERE participant_id = ?",
                (user_id, made.listener(0)),
            )
            library.commit()
        recording = await school.admin.get(f"/recordings/{made.RECORDING}")
        if len(recording["rooms"]) != rooms:
            raise RuntimeError(f"{len(recording['rooms'])} rooms of {rooms} are there")
        found = await school.admin.get(f"/recordings/{made.RECORDING}/rooms/search?q=paper")
        if not found:
            raise RuntimeError("nothing is found of what was said")
        show("hits", len(found), "hits")
        await page(school.admin, "admin", list(range(rooms)), times)
        await page(learner, "learner", [0], times)
        show("server_memory", resident(server.pid), "MiB")
    finally:
        await school.close()
        await server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--times", type=int, default=60, help="requests of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data, log = Path(name) / "data", Path(name) / "log"
        try:
            made.make(data, options.rooms, options.minutes)
            process_class(data, options.rooms, log)
            asyncio.run(visit(data, options.rooms, options.times, log))
        except Exception:
            if log.exists():
                print("\n".join(log.read_text().splitlines()[-60:]), file=sys.stderr)
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
