"""The process ``reprise-plane`` and the socket that leads to it.

The socket is a pair of SOCK_SEQPACKET: what is said in one turn of the loop is one packet, in
order. Nothing here waits: what the socket does not take at once is queued. When the process ends,
whoever asked for it to or not, ``on_end`` is called once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from server.media import native_protocol as wire
from server.media.native_meeting import LeftBehind, has_ended

log = logging.getLogger(__name__)

_BUFFER_OCTETS: Final = 1024 * 1024
_AT_ONCE: Final = 256
"""messages taken before other callbacks of the loop have their turn"""
_QUEUE_OCTETS: Final = 32 * 1024 * 1024
"""what may wait for a process that does not read; more means that it hangs"""
_EXIT_S: Final = 12.0
_WORDS_OCTETS: Final = 1024 * 1024
"""a file of words that is longer is begun anew with the next process"""


def process_cpu_s(pid: int) -> float:
    """User and system time of a process so far; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (OSError, UnicodeDecodeError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class NativeProcess:
    def __init__(
        self, on_message: Callable[[bytes], None], on_end: Callable[[NativeProcess], None]
    ) -> None:
        self._on_message = on_message
        self._on_end = on_end
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._adopted = -1
        """descriptor of a process that is not our child"""
        self._adopted_pid = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gathered: list[bytes] = []
        self._queue: deque[bytes | bytearray] = deque()
        self._queued = 0
        self._ended = asyncio.Event()
        self._log_reader: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether messages reach it, as far as is known."""
        return self._socket is not None

    @property
    def pid(self) -> int:
        if self._process is None:
            return self._adopted_pid
        return self._process.pid

    def adopt(self, found: LeftBehind) -> None:
        """One that another server has started; its socket and descriptor are ours from now on."""
        self._loop = asyncio.get_running_loop()
        self._adopted = found.process
        self._adopted_pid = found.pid
        self._listen(found.control)

    def start(
        self, program: Path, udp: socket.socket, kept: int, meeting: socket.socket | None,
        *options: str, words: Path | None = None,
    ) -> None:  # fmt: skip
        """``words``: where it writes what it has to say once this server is gone. Raises OSError
        when the program cannot be started."""
        lent = [udp.fileno(), kept]
        if meeting is not None:
            lent.append(meeting.fileno())
            options = (*options, "--meet-fd", str(meeting.fileno()))
        log_file = _open_words(words) if words is not None else -1
        if log_file >= 0:
            lent.append(log_file)
            options = (*options, "--log-fd", str(log_file))
        self._loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = subprocess.Popen(
                [
                    str(program), "--udp-fd", str(udp.fileno()), "--control-fd",
                    str(theirs.fileno()), "--kept-fd", str(kept), *options,
                ],
                pass_fds=(*lent, theirs.fileno()),
                # Whoever ends a server that was killed with all its children, leaves this one.
                start_new_session=meeting is not None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
            if log_file >= 0:
                os.close(log_file)
        self._listen(ours)
        assert self._process.stderr is not None
        self._log_reader = threading.Thread(
            target=_read_log, args=(self._process.stderr,), name="reprise-plane-log", daemon=True
        )
        self._log_reader.start()

    def _listen(self, control: socket.socket) -> None:
        control.setblocking(False)
        control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_OCTETS)
        self._socket = control
        assert self._loop is not None
        self._loop.add_reader(control.fileno(), self._readable)

    def send(self, message: bytes | bytearray) -> None:
        """In order, together with whatever else is said in this turn of the loop; dropped once
        the process has ended. A bytearray has a secret in it: it goes alone and is wiped."""
        if isinstance(message, bytearray):
            self._send_gathered()
            self._send_one(message)
            return
        if self._socket is None:
            return
        if not self._gathered:
            assert self._loop is not None
            self._loop.call_soon(self._send_gathered)
        self._gathered.append(message)

    def _send_gathered(self) -> None:
        gathered, self._gathered = self._gathered, []
        for message in wire.bundles(gathered):
            self._send_one(message)

    def _send_one(self, message: bytes | bytearray) -> None:
        opened = self._socket
        if opened is None:
            _wipe(message)
            return
        if not self._queue:
            try:
                opened.send(message)
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                _wipe(message)
                return  # it has ended, and the reader will hear of it
            else:
                _wipe(message)
                return
        if self._queued > _QUEUE_OCTETS:
            _wipe(message)
            log.error("reprise-plane does not take messages; it is ended")
            self.kill()
            return
        if not self._queue:
            assert self._loop is not None
            self._loop.add_writer(opened.fileno(), self._writable)
        self._queue.append(message)
        self._queued += len(message)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        elif self._adopted >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._adopted, signal.SIGKILL)

    async def close(self) -> int:
        """Ask it to end, hear it out, wait, and return its exit code."""
        self.send(wire.end())
        try:
            async with asyncio.timeout(_EXIT_S):
                await self._ended.wait()
        except TimeoutError:
            log.error("reprise-plane does not end; it is killed")
            self.kill()
            await self._ended.wait()
        return await self.reap()

    async def reap(self) -> int:
        """The exit code of a process that has closed its socket; 0 for another's child."""
        if self._process is None:
            if self._adopted >= 0:
                if not await asyncio.to_thread(has_ended, self._adopted, _EXIT_S):
                    self.kill()
                os.close(self._adopted)
                self._adopted = -1
            return 0
        try:
            code = await asyncio.to_thread(self._process.wait, _EXIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            code = await asyncio.to_thread(self._process.wait)
        if self._log_reader is not None:
            await asyncio.to_thread(self._log_reader.join)
            self._log_reader = None
        return code

    # ---- the socket --------------------------------------------------------------------------

    def _readable(self) -> None:
        for _ in range(_AT_ONCE):
            opened = self._socket
            if opened is None:
                return
            try:
                message = opened.recv(wire.MAX_MESSAGE)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                message = b""
            if not message:
                self._hang_up()
                return
            try:
                self._on_message(message)
            except Exception:
                log.exception("a message of reprise-plane could not be handled")

    def _writable(self) -> None:
        opened = self._socket
        if opened is None:
            return
        while self._queue:
            try:
                opened.send(self._queue[0])
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                break
            sent = self._queue.popleft()
            self._queued -= len(sent)
            _wipe(sent)
        assert self._loop is not None
        self._loop.remove_writer(opened.fileno())
        self._forget_queue()

    def _hang_up(self) -> None:
        opened, self._socket = self._socket, None
        if opened is None:
            return
        assert self._loop is not None
        self._loop.remove_reader(opened.fileno())
        self._loop.remove_writer(opened.fileno())
        opened.close()
        self._forget_queue()
        self._ended.set()
        self._on_end(self)

    def _forget_queue(self) -> None:
        for message in self._queue:
            _wipe(message)
        self._queue.clear()
        self._queued = 0


def _wipe(message: bytes | bytearray) -> None:
    if isinstance(message, bytearray):
        message[:] = bytes(len(message))


def _open_words(path: Path) -> int:
    """-1 when it cannot be written: the plane is worth more than its words."""
    try:
        is_long = path.exists() and path.stat().st_size > _WORDS_OCTETS
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | (os.O_TRUNC if is_long else 0)
        return os.open(path, flags | os.O_CLOEXEC, 0o600)
    except OSError as failure:
        log.warning("what reprise-plane says without a server is not kept: %s", failure)
        return -1


def _read_log(stream: IO[bytes]) -> None:
    with stream:
        for line in stream:
            log.warning("%s", line.decode(errors="replace").rstrip())
