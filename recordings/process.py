"""Child processes that die with their parent, yield to live sessions and tell what they cost.

Heavy work never runs in the worker itself: a child can be killed at any moment, gives its memory
back when it exits, and its processor time is exact. Each child leads a process group, so what it
started goes with it; PR_SET_PDEATHSIG covers the case in which the worker itself is killed. (That
signal comes when the *thread* that started the child ends: the thread must wait for it, as ``run``
does.)
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from recordings.ports import StepFailed

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_NICE = 10
_TAIL_LINES = 12


def die_with_parent() -> None:
    """To be called in the child. The parent may have died before the call."""
    if _LIBC is not None:
        parent = os.getppid()
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _prepare() -> None:
    die_with_parent()
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


class FfmpegFailed(StepFailed):
    """``status`` is negative where a signal ended it."""

    def __init__(self, finished: Finished) -> None:
        super().__init__(f"ffmpeg failed ({finished.status}): {finished.error_tail[-600:]}")
        self.status = finished.status


@dataclass(frozen=True, slots=True)
class Finished:
    status: int
    cpu_s: float
    """of the child and everything it waited for"""
    error_tail: str


def run(
    arguments: Sequence[str],
    *,
    on_line: Callable[[str], None] | None = None,
    leads_group: bool = False,
    cwd: Path | None = None,
) -> Finished:
    """Run to the end. ``on_line`` gets each line of standard output; what goes to standard error
    is kept for the message of a failure."""
    child = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=leads_group,
        preexec_fn=_prepare,  # noqa: PLW1509 - system calls only
        cwd=cwd,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    tail: list[str] = []
    errors = child.stderr

    def drain() -> None:
        for raw in errors:
            tail.append(raw.decode(errors="replace").rstrip())
            del tail[:-_TAIL_LINES]

    reader = threading.Thread(target=drain, name="stderr", daemon=True)
    reader.start()
    try:
        for raw in child.stdout:
            if on_line is not None:
                on_line(raw.decode(errors="replace").rstrip())
    except BaseException:
        if leads_group:
            _kill(child.pid)
        child.kill()
        raise
    finally:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if leads_group:
            _kill(child.pid)  # whatever it left behind
        reader.join(timeout=5)
        child.stdout.close()
        child.stderr.close()
    return Finished(child.returncode, _cpu_s(usage), "\n".join(line for line in tail if line))


def _cpu_s(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def source(path: Path, formats: str, **options: Any) -> Any:
    """An ffmpeg input. What a browser sent is hostile: nothing but this file, in these formats,
    may be opened."""
    return ffmpeg.input(str(path), protocol_whitelist="file", format_whitelist=formats, **options)


def run_ffmpeg(
    outputs: Any,
    *,
    duration_s: float = 0.0,
    on_progress: Callable[[float], None] | None = None,
    extra_input: Sequence[str] = (),
) -> Finished:
    """Run a graph made with ffmpeg-python. Raises FfmpegFailed with ffmpeg's last words.

    ``extra_input`` is put behind the graph's own inputs."""

    def on_line(line: str) -> None:
        key, _, value = line.partition("=")
        if on_progress is None or key != "out_time_us" or duration_s <= 0:
            return
        with contextlib.suppress(ValueError):
            on_progress(min(1.0, max(0.0, int(value) / 1e6 / duration_s)))

    head, *rest = ffmpeg.compile(outputs, overwrite_output=True)
    if extra_input:
        last_input = max(i for i, argument in enumerate(rest) if argument == "-i")
        rest[last_input + 2 : last_input + 2] = extra_input
    arguments = [
        head, "-nostdin", "-hide_banner", "-loglevel", "error", "-progress", "pipe:1",
        "-stats_period", "1", *rest,
    ]  # fmt: skip
    finished = run(arguments, on_line=on_line)
    if finished.status != 0:
        raise FfmpegFailed(finished)
    return finished
