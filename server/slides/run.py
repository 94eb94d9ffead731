"""One program in the sandbox: started in a group of its own, listened to, gone with its group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from server.slides.sandbox import Limits, Sandbox, environment


async def run(
    box: Sandbox,
    arguments: Sequence[str],
    work: Path,
    limits: Limits,
    *,
    on_line: Callable[[bytes], None] = lambda _: None,
    longest_s: float,
    needs_network_cut: bool = False,
) -> tuple[int, str]:
    """Exit status and the end of what it said on standard error. ``longest_s`` is by the clock: it
    may wait for something that never comes."""
    line = box.command(arguments, work, limits, needs_network_cut=needs_network_cut)
    child = await asyncio.create_subprocess_exec(
        *line,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=work,
        env=environment(work),
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    tail = b""

    async def listen(stream: asyncio.StreamReader) -> None:
        with contextlib.suppress(ValueError):  # a line longer than any we say
            async for said in stream:
                on_line(said)
        while await stream.read(1 << 16):
            pass

    async def keep_tail(stream: asyncio.StreamReader) -> None:
        nonlocal tail
        while chunk := await stream.read(1 << 16):
            tail = (tail + chunk)[-2000:]

    try:
        async with asyncio.timeout(longest_s):
            await asyncio.gather(listen(child.stdout), keep_tail(child.stderr))
            status = await child.wait()
    except TimeoutError:
        status = -signal.SIGKILL
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    return status, tail.decode(errors="replace")
