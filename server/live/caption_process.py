"""The child process that reads speech, seen from the server: starts, feeds and ends it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from server.schemas.caption_pipe import HEAD, LONGEST_FRAME, Down, Up, framed, up_decoder

log = logging.getLogger(__name__)

MOST_UNWRITTEN: Final = 1_000_000
"""octets that may wait in the pipe: minutes of speech; more is dropped"""
STOP_S: Final = 2.0


class CaptionEngine(Protocol):
    """What turns speech into words. Messages are those of ``server.schemas.caption_pipe``."""

    @property
    def is_running(self) -> bool: ...

    async def start(self, on_message: Callable[[Up], None], on_end: Callable[[], None]) -> None:
        """``on_end`` is called once, whenever it is over and ``stop`` was not called."""
        ...

    def send(self, message: Down) -> bool:
        """False when it had to be dropped. Never waits."""
        ...

    async def stop(self) -> None:
        """Safe to call twice."""
        ...


class CaptionProcess:
    """Implements ``CaptionEngine``."""

    def __init__(
        self,
        model: str,
        language: str,
        *,
        command: Sequence[str] = (sys.executable, "-m", "transcripts.live_child"),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._command = (*command, model, language)
        self._environ = environ
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self, on_message: Callable[[Up], None], on_end: Callable[[], None]) -> None:
        if self._process is not None:
            return
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, env={**os.environ, **(self._environ or {})}
        )
        self._process = process
        self._reading = asyncio.create_task(
            self._read(process, on_message, on_end), name="captions-read"
        )

    def send(self, message: Down) -> bool:
        pipe = None if self._process is None else self._process.stdin
        if pipe is None or pipe.is_closing():
            return False
        if pipe.transport.get_write_buffer_size() > MOST_UNWRITTEN:
            return False
        pipe.write(framed(message))
        return True

    async def stop(self) -> None:
        process, self._process = self._process, None
        task, self._reading = self._reading, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if process is not None:
            await _end(process)

    async def _read(
        self, process: Process, on_message: Callable[[Up], None], on_end: Callable[[], None]
    ) -> None:
        assert process.stdout is not None
        try:
            while True:
                (size,) = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
                if size > LONGEST_FRAME:
                    break
                message = up_decoder.decode(await process.stdout.readexactly(size))
                try:
                    on_message(message)
                except Exception:
                    log.exception("%s was not taken", type(message).__name__)
        except (asyncio.IncompleteReadError, msgspec.DecodeError, OSError):
            pass
        if self._process is process:
            self._process = None
            self._reading = None
        await _end(process)
        log.warning("live captions: the process that reads speech ended (%s)", process.returncode)
        on_end()


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it keeps nothing that could be lost
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), STOP_S)
