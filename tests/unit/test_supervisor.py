"""The supervisor restarts what dies, gives up on what cannot run, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil

from server.supervisor import EXIT_CONFIG, Child, Supervisor, backoff


def test_the_pause_doubles_up_to_a_bound_and_starts_afresh_after_a_steady_minute() -> None:
    pauses: list[float] = []
    pause_s = 0.0
    for _ in range(8):
        pause_s = backoff(pause_s, lived_s=1.0)
        pauses.append(pause_s)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert backoff(30.0, lived_s=61.0) == 0.5


def python(source: str) -> tuple[str, ...]:
    return (sys.executable, "-c", source)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def lines(path: Path, count: int) -> list[str]:
    async with asyncio.timeout(20):
        while not path.exists() or len(path.read_text().split()) < count:
            await asyncio.sleep(0.02)
    return path.read_text().split()


async def test_what_dies_is_started_again_and_all_ends_at_a_signal(tmp_path: Path) -> None:
    steady, dying = tmp_path / "steady", tmp_path / "dying"
    note = "import os; open({path!r}, 'a').write(f'{{os.getpid()}} '); "
    supervisor = Supervisor(
        [
            Child("dying", python(note.format(path=str(dying)))),
            Child(
                "steady",
                python(
                    "import os, subprocess; child = subprocess.Popen(['sleep', '60']); "
                    f"open({str(steady)!r}, 'a').write(f'{{child.pid}} {{os.nice(0)}} '); "
                    "child.wait()"
                ),
                nice=3,
            ),
        ],
        os.environ,
    )
    running = asyncio.create_task(supervisor.run())
    grandchild, nice = await lines(steady, 2)
    assert int(nice) - os.nice(0) == 3
    assert len(set(await lines(dying, 2))) == 2
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0
    # What a child started went with it (its process group).
    async with asyncio.timeout(10):
        while is_running(int(grandchild)):
            await asyncio.sleep(0.02)


async def test_a_child_that_cannot_run_ends_everything(tmp_path: Path) -> None:
    supervisor = Supervisor(
        [
            Child("server", python(f"raise SystemExit({EXIT_CONFIG})")),
            Child("worker", python("import time; time.sleep(60)")),
        ],
        os.environ,
    )
    assert await supervisor.run() == EXIT_CONFIG


async def test_children_die_with_the_supervisor(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    child = f"import os, time; open({str(noted)!r}, 'w').write(f'{{os.getpid()}} '); time.sleep(60)"
    source = (
        "import asyncio, os, sys; from server.supervisor import Child, Supervisor; "
        f"child = Child('c', (sys.executable, '-c', {child!r})); "
        "asyncio.run(Supervisor([child], os.environ).run())"
    )
    supervisor = await asyncio.create_subprocess_exec(*python(source))
    [pid] = await lines(noted, 1)
    supervisor.kill()
    await supervisor.wait()
    async with asyncio.timeout(10):
        while is_running(int(pid)):
            await asyncio.sleep(0.02)
