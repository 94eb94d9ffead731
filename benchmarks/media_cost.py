"""What a server's processes cost: time on a core, and memory that is theirs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import psutil


def cpu_us(pids: Iterable[int]) -> float:
    """Time of all their threads on a core so far (schedstat: in nanoseconds and not in ticks)."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                continue  # a thread that has just ended
    return total / 1000


def memory_kib(pids: Iterable[int]) -> float:
    """Proportional set size: what is shared counts once."""
    return sum(psutil.Process(pid).memory_full_info().pss for pid in pids) / 1024


def family(pid: int) -> list[int]:
    top = psutil.Process(pid)
    return [pid, *(child.pid for child in top.children(recursive=True))]


def keep_on(core: int, processes: Iterable[int]) -> None:
    """With all their threads."""
    for pid in processes:
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {core})


def come_first() -> None:
    """This process runs as soon as it can, where that is allowed: how long it waits for a
    processor is none of the server's time."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def stand_back() -> None:
    """The end of that."""
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
