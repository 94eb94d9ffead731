"""``reprise serve``: the server and the worker as two processes, and a third that restarts them.

Each child leads a process group of its own, so that ffmpeg and the engines it started go with it,
and dies with the supervisor (PR_SET_PDEATHSIG), however that ends. The worker runs at low
priority: a live class comes first. A child that ends is started again after a pause that doubles
up to 30 s and starts afresh once the child has held for a minute; one that says ``EX_CONFIG``
cannot be helped by that, and ends everything.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger(__name__)

EXIT_CONFIG = 78
PR_SET_PDEATHSIG = 1
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
STOP_S = 15.0
"""For a child to end by itself before its group is killed."""
WORKER_NICE = 10


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    command: Sequence[str]
    nice: int = 0


def backoff(pause_s: float, lived_s: float) -> float:
    """The pause before the next start, from the one before and how long the child lived."""
    if lived_s >= STEADY_S or pause_s == 0:
        return FIRST_PAUSE_S
    return min(pause_s * 2, LONGEST_PAUSE_S)


def die_with_parent(parent: int, nice: int) -> Callable[[], None]:
    """For the child, between fork and exec: it may not import or allocate much there, so the
    library is looked up here."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def set_up() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(EXIT_CONFIG)  # the parent died before the line above
        if nice:
            os.nice(nice)

    return set_up


class Supervisor:
    def __init__(self, children: Sequence[Child], environ: Mapping[str, str]) -> None:
        self._children = children
        self._environ = dict(environ)
        self._stop = asyncio.Event()
        self._exit = os.EX_OK

    async def run(self) -> int:
        """Until a signal, or until a child cannot run at all. The exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        async with asyncio.TaskGroup() as group:
            for child in self._children:
                group.create_task(self._keep(child), name=f"keep-{child.name}")
        return self._exit

    async def _keep(self, child: Child) -> None:
        pause_s = 0.0
        while not self._stop.is_set():
            started = time.monotonic()
            status = await self._once(child)
            if self._stop.is_set():
                return
            if status == EXIT_CONFIG:
                self._exit = EXIT_CONFIG
                self._stop.set()
                return
            pause_s = backoff(pause_s, time.monotonic() - started)
            log.error("the %s ended (%s); starting it again in %.1f s", child.name, status, pause_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause_s)

    async def _once(self, child: Child) -> int:
        process = await asyncio.create_subprocess_exec(
            *child.command,
            env=self._environ,
            start_new_session=True,
            # A thread-free parent; the function only calls prctl, getppid and nice.
            preexec_fn=die_with_parent(os.getpid(), child.nice),
        )
        ended = asyncio.create_task(process.wait(), name=f"wait-{child.name}")
        told = asyncio.create_task(self._stop.wait(), name=f"stop-{child.name}")
        try:
            await asyncio.wait((ended, told), return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                process.send_signal(signal.SIGTERM)
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(ended), STOP_S)
        finally:
            told.cancel()
            # What the child left behind goes with it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            status = await ended
        return status


def supervise(environ: Mapping[str, str], has_worker: bool) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    children = [Child("server", (sys.executable, "-m", "server.cli", "server"))]
    if has_worker:
        children.append(Child("worker", (sys.executable, "-m", "server.worker"), WORKER_NICE))

    async def run() -> int:
        return await Supervisor(children, {**os.environ, **environ}).run()

    return asyncio.run(run())
