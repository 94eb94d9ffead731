"""How fast one session commits: chat lines from many people through mailbox, log and fsync.

``make bench-room``. Prints ``bench.room.<name> <value> <unit>`` lines: lines a second with everyone
writing at once (commands that wait together share a transaction), and the median and the 99th
percentile of submit → commit with one writer at a time and with all at once.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from pathlib import Path

from server.domain import commands as c
from server.domain.state import Actor
from server.live.clock import SystemClock
from server.live.mailbox import RoomMailbox
from server.storage.engines import sync_engine
from server.storage.event_log import EventLog
from server.storage.migrate import upgrade


async def submit(mailbox: RoomMailbox, actor: Actor, command: c.Command) -> float:
    """Milliseconds until it was acknowledged."""
    began = time.perf_counter()
    answer = await mailbox.submit(actor, command, uuid.uuid4().hex)
    if answer.error is not None:
        raise RuntimeError(answer.error.message)
    return (time.perf_counter() - began) * 1000


def show(name: str, value: float, unit: str) -> None:
    print(f"bench.room.{name} {value:.2f} {unit}")


async def measure(folder: Path, people: int, rounds: int) -> None:
    path = folder / "live.db"
    engine = sync_engine(path, "FULL")
    upgrade(engine, "live")
    engine.dispose()
    log = EventLog(sync_engine(path, "FULL"))
    await log.start()
    mailbox = RoomMailbox(
        "bench", log, SystemClock(), lambda: uuid.uuid4().hex, lambda *_: None
    )  # fmt: skip
    await mailbox.open()
    teacher = Actor("p0", "facilitator", "P 0", False, None)
    actors = [teacher] + [
        Actor(f"p{i}", "learner", f"P {i}", False, None) for i in range(1, people)
    ]
    await submit(mailbox, teacher, c.Join())
    await submit(mailbox, teacher, c.StartSession())
    for actor in actors[1:]:
        await submit(mailbox, actor, c.Join())
        who = actor.participant_id or ""
        if mailbox.state.participants[who].presence == "waiting":
            await submit(mailbox, teacher, c.Admit(who))

    alone = [
        await submit(mailbox, actors[number % people], c.SendChat(f"line {number}"))
        for number in range(rounds)
    ]
    show("alone_median", statistics.median(alone), "ms")
    show("alone_p99", statistics.quantiles(alone, n=100)[98], "ms")

    together: list[float] = []
    began = time.perf_counter()
    for number in range(rounds):
        together += await asyncio.gather(
            *(submit(mailbox, actor, c.SendChat(f"round {number}")) for actor in actors)
        )
    spent = time.perf_counter() - began
    show("together_median", statistics.median(together), "ms")
    show("together_p99", statistics.quantiles(together, n=100)[98], "ms")
    show("committed", len(together) / spent, "commands/s")
    await mailbox.close()
    await log.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench_room")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reprise-bench-") as folder:
        asyncio.run(measure(Path(folder), arguments.people, arguments.rounds))


if __name__ == "__main__":
    main()
