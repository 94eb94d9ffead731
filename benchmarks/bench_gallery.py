"""How smooth a page stays in a class of two hundred.

``make bench-gallery``. A real server, ``--people`` seats on sockets, and one real Chromium page, at
1440 and at 390 px, with its processor slowed four times. While people leave, come, raise and lower
hands, switch microphones and are held on the stage, ``--rate`` of these a second, the page's frames
and long tasks are measured, with the list of people open; then pages of the gallery are turned.
Prints ``gallery.<figure> <value> <unit>`` lines, the figures named by the width.
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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, CDPSession, Page

from benchmarks.socket_swarm import Arrivals, Connection, connect
from server.demo.browser import chromium, person
from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port

WIDTHS: Final = ((1440, 900), (390, 844))
SLOWED: Final = 4
TURNS: Final = 10
AT_ONCE: Final = 20

WATCH: Final = """() => {
  const seen = { frames: [], tasks: [], isOn: true };
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tasks.push(entry.duration);
  });
  observer.observe({ entryTypes: ['longtask'] });
  let last = performance.now();
  const frame = (now) => {
    seen.frames.push(now - last);
    last = now;
    if (seen.isOn) requestAnimationFrame(frame);
    else observer.disconnect();
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
  window.watched = seen;
}"""
TAKE: Final = """() => { window.watched.isOn = false; return window.watched; }"""
TURN: Final = """(code) => new Promise((resolve) => {
  const before = performance.now();
  window.dispatchEvent(new KeyboardEvent('keydown', { code, key: code, altKey: true }));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - before)));
})"""


def show(name: str, value: float, unit: str) -> None:
    print(f"gallery.{name} {value:.1f} {unit}", flush=True)


class Crowd:
    """The people without a page."""

    def __init__(self, school: School, people: int) -> None:
        self.school = school
        self.people = people
        self.session_id = ""
        self._arrivals = Arrivals()
        self._cookies: list[str] = []
        self._connections: list[Connection] = []
        self._ids: list[str] = []
        self._steps = itertools.count()

    async def open(self) -> Account:
        """Everybody in class; the account of whoever has the page, who is one of them."""
        teacher = await self.school.invite("Helen Marsh", "facilitator")
        self.session_id = await self.school.session(
            teacher, "A large class", lobby_is_on=False, record_automatically=False
        )
        room = asyncio.Semaphore(AT_ONCE)

        async def seat(number: int) -> Account:
            async with room:
                return await self.school.guest(
                    teacher, self.session_id, f"Learner {number:03d} of the class"
                )

        guests = await asyncio.gather(*(seat(number) for number in range(1, self.people)))
        page, *others = guests
        self._cookies = [one.cookie_header() for one in (teacher, *others)]
        self._connections = [await self._connect(0)]
        await self._do(0, type="start_session")
        for first in range(1, len(self._cookies), AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, len(self._cookies)))
            self._connections += await asyncio.gather(*(self._connect(n) for n in numbers))
        self._ids = [one.snapshot["me"] for one in self._connections]
        return page

    async def _connect(self, number: int) -> Connection:
        return await connect(
            self._arrivals, self.school.server.port, self._cookies[number],
            {"session_id": self.session_id},
        )  # fmt: skip

    async def _do(self, number: int, **command: Any) -> None:
        await self._connections[number].ask(
            "command", {"command_id": str(uuid.uuid4()), "command": command}
        )

    async def step(self) -> None:
        """One of the things that happen; each five steps leave as many people as there were."""
        turn, kind = divmod(next(self._steps), 5)
        # Among the first pages, where they can be seen, and everywhere else.
        number = 1 + (turn * 7) % (len(self._connections) - 1)
        if kind == 0:
            await self._do(number, type="leave")
        elif kind == 1:
            self._connections[number].cut()
            self._connections[number] = await self._connect(number)
        elif kind == 2:
            await self._do(number, type="raise_hand")
        elif kind == 3:
            is_on = turn % 2 == 0
            await self._do(number, type="set_track", track="microphone", is_on=is_on)
        else:
            await self._do(0, type="spotlight", participant_id=self._ids[number])

    async def live(self, rate: float, seconds: float) -> int:
        began = time.perf_counter()
        for done in range(int(rate * seconds)):
            delay = began + done / rate - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            await self.step()
        return int(rate * seconds)

    def close(self) -> None:
        for one in self._connections:
            one.cut()


@asynccontextmanager
async def in_class(
    browser: Browser, crowd: Crowd, account: Account, width: int, height: int
) -> AsyncIterator[Page]:
    context = await person(browser, {}, viewport={"width": width, "height": height})
    try:
        page = await context.new_page()
        await sign_in_as(page, account)
        room = ClassroomPage(page, crowd.school.server.url, crowd.session_id)
        await page.goto(room.url)
        await room.button("Join without camera and microphone").click(timeout=PATIENT_MS)
        await room.is_in_class()
        await page.keyboard.press("Alt+Digit1")
        await page.locator("[data-person]").first.wait_for(timeout=PATIENT_MS)
        yield page
    finally:
        await context.close()


async def measure_page(page: Page, crowd: Crowd, width: int, rate: float, seconds: float) -> None:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    await page.evaluate(WATCH)
    events = await crowd.live(rate, seconds)
    seen = await page.evaluate(TAKE)
    frames = sorted(seen["frames"])
    show(f"{width}_events", events, "events")
    show(f"{width}_frame_p50", statistics.median(frames), "ms")
    show(f"{width}_frame_p95", frames[int(len(frames) * 0.95)], "ms")
    show(f"{width}_frame_max", frames[-1], "ms")
    show(f"{width}_long_tasks", sum(seen["tasks"]) / seconds, "ms/s")
    show(f"{width}_longest_task", max(seen["tasks"], default=0.0), "ms")
    codes = ["PageDown"] * TURNS + ["PageUp"] * TURNS
    turns = [await page.evaluate(TURN, code) for code in codes]
    show(f"{width}_turn", statistics.median(turns), "ms")
    await weigh(page, devtools, width)


async def weigh(page: Page, devtools: CDPSession, width: int) -> None:
    tiles = await page.locator("section [data-participant]").count()
    show(f"{width}_tiles", tiles, "tiles")
    show(f"{width}_rows", await page.locator("[data-person]").count(), "rows")
    count = await page.evaluate("() => document.getElementsByTagName('*').length")
    show(f"{width}_elements", count, "elements")
    await devtools.send("HeapProfiler.collectGarbage")
    await devtools.send("Performance.enable")
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    heap = next(one["value"] for one in metrics if one["name"] == "JSHeapUsedSize")
    show(f"{width}_heap", heap / 1e6, "MB")


async def measure(options: argparse.Namespace, folder: Path) -> None:
    environment = {"REPRISE_WORKER": "off"}
    server = ServerProcess(folder / "data", free_port(), folder / "log", environment)
    await server.start()
    school = School(server)
    crowd = Crowd(school, options.people)
    try:
        await school.open()
        account = await crowd.open()
        async with chromium() as browser:
            for width, height in WIDTHS:
                async with in_class(browser, crowd, account, width, height) as page:
                    await measure_page(page, crowd, width, options.rate, options.seconds)
    except Exception:
        print(server.tail(60), file=sys.stderr)
        raise
    finally:
        crowd.close()
        await school.close()
        await server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(options, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
