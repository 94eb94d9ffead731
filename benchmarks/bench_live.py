"""How fast and how dearly a large class is told what happens, and that nothing of it is lost.

``make bench-live``. One room of ``--people`` connections on the real server (rights read from the
database, every line committed before it is told), ``--rate`` chat lines a second; in turn with
python-socketio's bare broadcast of the same events to as many connections. Then the same while the
server is killed and comes back, and while a fifth of the connections break every few seconds: each
line is repeated under its command id until it is acknowledged, as the browser does. Prints
``live.<figure> <value> <unit>`` lines.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from benchmarks.socket_swarm import Arrivals, Connection, connect
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port

AT_ONCE = 20
FLAPPING = 0.2
FLAP_EVERY_S = 3.0
PATIENCE_S = 60.0


def show(name: str, value: float, unit: str) -> None:
    print(f"live.{name} {value:.2f} {unit}", flush=True)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def serving(pid: int) -> psutil.Process:
    """The process under ``pid`` (or itself) that listens."""
    top = psutil.Process(pid)
    for process in [*top.children(recursive=True), top]:
        if any(line.status == psutil.CONN_LISTEN for line in process.net_connections("tcp")):
            return process
    raise RuntimeError("nobody listens")


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


class Room:
    """The people of one class and what they have been told."""

    def __init__(self, school: School, people: int) -> None:
        self.school = school
        self.people = people
        self.arrivals = Arrivals()
        self.session_id = ""
        self.teacher: Account | None = None
        self.cookies: list[str] = []
        self.connections: list[Connection] = []
        self.acknowledged: set[int] = set()
        self.lines = itertools.count(1)
        self.is_over = False
        self._returning: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        teacher = self.teacher = await self.school.invite("Helen Marsh", "facilitator")
        self.session_id = await self.school.session(teacher, "A large class", lobby_is_on=False)
        room = asyncio.Semaphore(AT_ONCE)

        async def seat(number: int) -> str:
            async with room:
                name = f"Learner {number}"
                guest = await self.school.guest(teacher, self.session_id, name)
                return guest.cookie_header()

        cookies = await asyncio.gather(*(seat(number) for number in range(self.people - 1)))
        self.cookies = [teacher.cookie_header(), *cookies]
        self.connections = [await self._connect(0)]
        await self._command(0, {"type": "start_session"}, str(uuid.uuid4()))
        began = time.perf_counter()
        for first in range(1, self.people, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.people))
            self.connections += await asyncio.gather(*(self._connect(n) for n in numbers))
        show("join", (time.perf_counter() - began) * 1000 / self.people, "ms")

    async def _connect(self, number: int) -> Connection:
        return await connect(
            self.arrivals, self.school.server.port, self.cookies[number],
            {"session_id": self.session_id}, on_lost=lambda _: self._lost(number),
        )  # fmt: skip

    def _lost(self, number: int) -> None:
        if not self.is_over:
            task = asyncio.create_task(self._come_back(number))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def _come_back(self, number: int) -> None:
        """As the browser does: again and again, a little later each time."""
        for attempt in itertools.count():
            await asyncio.sleep(min(0.2 * 2**attempt, 2.0) * (0.5 + number / self.people))
            try:
                self.connections[number] = await self._connect(number)
            except (OSError, TimeoutError):
                continue
            return

    async def everyone_is_back(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self._returning or not all(one.is_open for one in self.connections):
                await asyncio.sleep(0.1)

    async def _command(self, number: int, command: dict[str, object], key: str) -> bool:
        answer = await self.connections[number].ask(
            "command", {"command_id": key, "command": command}
        )
        return bool(answer["ok"])

    async def say(self, line: int) -> None:
        """One line, repeated until acknowledged."""
        number, key = 1 + line % (self.people - 1), str(uuid.uuid4())
        self.arrivals.sent_at[line] = time.perf_counter()
        while not self.is_over:
            try:
                async with asyncio.timeout(10):
                    if await self._command(number, {"type": "send_chat", "text": f"#{line}"}, key):
                        self.acknowledged.add(line)
                        return
            except (ConnectionError, TimeoutError):
                pass
            await asyncio.sleep(0.2)

    async def talk(self, rate: float, seconds: float) -> int:
        """How many lines were said."""
        return await at_rate(rate, seconds, lambda: self.say(next(self.lines)))

    async def close(self) -> None:
        self.is_over = True
        for one in self.connections:
            one.cut()
        for task in self._returning:
            task.cancel()

    async def logged(self) -> Counter[str]:
        """Chat lines in the log, as a facilitator reads it."""
        assert self.teacher is not None
        found: Counter[str] = Counter()
        after = 0
        while True:
            path = f"/sessions/{self.session_id}/events?after={after}"
            events = await self.teacher.get(path)
            found.update(e["data"]["text"] for e in events if e["type"] == "chat_sent")
            if not events or events[-1]["seq"] <= after:
                return found
            after = events[-1]["seq"]


async def at_rate(rate: float, seconds: float, act: Callable[[], Awaitable[None]]) -> int:
    tasks: list[asyncio.Future[None]] = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        delay = began + number / rate - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.ensure_future(act()))
    await asyncio.gather(*tasks)
    await asyncio.sleep(0.5)
    return len(tasks)


class Bare:
    """python-socketio's broadcast to as many connections."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.arrivals = Arrivals()
        self.port = free_port()
        self.connections: list[Connection] = []
        self._lines = itertools.count(1)
        self._process: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.bare_socketio", str(self.port)
        )
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            break
        for _ in range(0, self.people, AT_ONCE):
            self.connections += await asyncio.gather(
                *(
                    connect(self.arrivals, self.port, "", {}, namespace="/bare")
                    for _ in range(min(AT_ONCE, self.people - len(self.connections)))
                )
            )

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    async def talk(self, rate: float, seconds: float, like: dict[str, object]) -> int:
        async def say() -> None:
            line = next(self._lines)
            self.arrivals.sent_at[line] = time.perf_counter()
            event = {**like, "seq": line, "channel_seq": line, "data": {
                "message_id": uuid.uuid4().hex, "participant_id": uuid.uuid4().hex,
                "text": f"#{line}",
            }}  # fmt: skip
            await self.connections[line % self.people].ask("say", [event])

        return await at_rate(rate, seconds, say)

    async def close(self) -> None:
        for one in self.connections:
            one.cut()
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()


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
        await killed(room, options.rate, options.seconds * 2)
        await tally(room, "killed_")
        await flapping(room, options.rate, options.seconds * 2)
        await tally(room, "flapping_")
    except Exception:
        print(server.tail(60), file=sys.stderr)
        raise
    finally:
        await room.close()
        await bare.close()
        await school.close()
        await server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50.0, help="lines a second")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(options, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
