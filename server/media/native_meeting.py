"""How a server finds the process ``reprise-plane`` that one before it left behind.

The process outlives a server that was killed (native/away.c). It waits at a Unix socket in the
data folder, which only the account it runs under can open; who knocks is let in by the kernel's
word for that account. It lends the UDP socket and the shared memory and says which transports it
holds. A process of another build is not spoken to, but ended.
"""

from __future__ import annotations

import array
import logging
import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

from msgspec import DecodeError, json
from msgspec import Struct as Record

from server.media import native_protocol as wire

log = logging.getLogger(__name__)

_ANSWER_S: Final = 3.0
_END_S: Final = 5.0
_MOST_DESCRIPTORS: Final = 4
_CREDENTIALS: Final = Struct("3i")


class Held(Record, frozen=True):
    """A transport of a server before this one, as that server wrote it down: media goes on as it
    went, until its page is back."""

    number: int
    cell: int
    generation: int
    transport_id: str
    participant_id: str
    tag: str
    publications: dict[str, int]
    """id → number"""


def memo(held: Held) -> bytes:
    return json.encode(held)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A process that was found; whoever has it closes its descriptors."""

    control: socket.socket
    process: int
    """a descriptor that becomes readable when it ends"""
    pid: int
    udp: socket.socket
    kept: int
    held: tuple[Held, ...]

    def close(self) -> None:
        self.control.close()
        self.udp.close()
        os.close(self.kept)
        os.close(self.process)


def waiting_place(path: Path) -> socket.socket:
    """The socket a process will be met at, in place of any before it."""
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with _short(path) as name:
            path.unlink(missing_ok=True)
            before = os.umask(0o177)
            try:
                opened.bind(name)
            finally:
                os.umask(before)
    except OSError:
        opened.close()
        raise
    return opened


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of at most 107 octets, which is all that a Unix socket's address has room for."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def meet(path: Path) -> LeftBehind | None:
    """The process that waits there. None when there is none, or none that can be trusted."""
    if not path.is_socket():
        return None
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.settimeout(_ANSWER_S)
    try:
        with _short(path) as name:
            control.connect(name)
        pid, uid, _ = _CREDENTIALS.unpack(
            control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        )
        if uid != os.geteuid():
            raise wire.BadMessage(f"it runs under the account {uid}")
        found = _borrow(control, pid)
    except (OSError, wire.BadMessage) as failure:
        log.info("no reprise-plane was left behind: %s", failure)
        control.close()
        return None
    return found


def _borrow(control: socket.socket, pid: int) -> LeftBehind:
    room = socket.CMSG_SPACE(_MOST_DESCRIPTORS * array.array("i").itemsize)
    message, beside, flags, _ = control.recvmsg(wire.MAX_MESSAGE, room, socket.MSG_CMSG_CLOEXEC)
    lent = array.array("i")
    for level, kind, data in beside:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            lent.frombytes(data[: len(data) - len(data) % lent.itemsize])
    process = -1
    try:
        if flags & socket.MSG_CTRUNC or len(lent) != 2 or message[:1] != bytes((wire.LENT,)):
            raise wire.BadMessage("what it says first cannot be read")
        (count,) = wire.number_field.unpack_from(message, 1)
        held = tuple(h for h in (_read_held(control) for _ in range(count)) if h is not None)
        process = os.pidfd_open(pid)
        udp = socket.socket(fileno=lent[0])
        return LeftBehind(control, process, pid, udp, lent[1], held)
    except BaseException:
        for descriptor in (*lent, *([process] if process >= 0 else [])):
            os.close(descriptor)
        raise


def _read_held(control: socket.socket) -> Held | None:
    message = control.recv(wire.MAX_MESSAGE)
    if message[:1] != bytes((wire.HELD,)):
        raise wire.BadMessage("a transport it holds cannot be read")
    try:
        return json.decode(message[5:], type=Held)
    except DecodeError:
        return None  # it was told of a transport and died before it heard whose it is


def is_of(found: LeftBehind, program: Path) -> bool:
    """Whether it is the same program; the name carries a hash of its sources."""
    try:
        return os.readlink(f"/proc/{found.pid}/exe") == str(program.resolve())
    except OSError:
        return False


def end_left_behind(path: Path) -> None:
    """No server will come for it: end the process that waits there, if there is one."""
    found = meet(path)
    if found is not None:
        end(found)
    path.unlink(missing_ok=True)


def end(found: LeftBehind) -> None:
    try:
        with suppress(OSError):
            found.control.send(wire.end())
        if not has_ended(found.process, _END_S):
            log.error("the reprise-plane that was left behind does not end; it is killed")
            signal.pidfd_send_signal(found.process, signal.SIGKILL)
            has_ended(found.process, _END_S)
    finally:
        found.close()


def has_ended(process: int, seconds: float) -> bool:
    """Wait at most so long for the end of another's child."""
    ready, _, _ = select.select([process], [], [], seconds)
    return bool(ready)
