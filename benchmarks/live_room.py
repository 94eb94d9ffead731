"""A large class on the real server, and as many connections of python-socketio's bare broadcast."""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psutil
from aiohttp import ClientError

from benchmarks.socket_swarm import Arrivals, Connection, connect
from server.demo.http_account import Account, CallFailed
from server.demo.school import School
from server.demo.server_process import free_port

AT_ONCE = 20
PATIENCE_S = 60.0
READ_EVERY_S = 5.0
"""far more often than the server's retention of events would be used up"""


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
        self._logged: Counter[str] = Counter()
        self._read_to = 0

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
        await self.command(0, {"type": "start_session"}, str(uuid.uuid4()))
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

    async def command(self, number: int, command: dict[str, object], key: str) -> bool:
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
                    if await self.command(number, {"type": "send_chat", "text": f"#{line}"}, key):
                        self.acknowledged.add(line)
                        return
            except (ConnectionError, TimeoutError):
                pass
            await asyncio.sleep(0.2)

    async def talk(self, rate: float, seconds: float) -> int:
        """How many lines were said. The log is read on meanwhile."""
        reading = asyncio.create_task(self._read_on())
        try:
            return await at_rate(rate, seconds, lambda: self.say(next(self.lines)))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def close(self) -> None:
        self.is_over = True
        for one in self.connections:
            one.cut()
        for task in self._returning:
            task.cancel()

    async def logged(self) -> Counter[str]:
        """Chat lines in the log, as a facilitator reads it."""
        await self.read_log()
        return self._logged

    async def read_log(self) -> None:
        """On from where it was read to: the server gives no more than its retention at once."""
        assert self.teacher is not None
        while True:
            path = f"/sessions/{self.session_id}/events?after={self._read_to}"
            events = await self.teacher.get(path)
            if not events or events[-1]["seq"] <= self._read_to:
                return
            self._logged.update(e["data"]["text"] for e in events if e["type"] == "chat_sent")
            self._read_to = events[-1]["seq"]

    async def _read_on(self) -> None:
        while True:
            await asyncio.sleep(READ_EVERY_S)
            # Of a server that is killed nothing is read, and later more.
            with suppress(CallFailed, ClientError, OSError, TimeoutError):
                await self.read_log()


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
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            await process.wait()
