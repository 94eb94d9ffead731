"""The swarm of ``native/swarm.h``: its process, and how a connection comes to it.

A ``Handshake`` is one client's ICE and DTLS as a browser does them: checks towards the server's
candidates, answers to the checks of one that is a full agent, then DTLS as its client with one
SRTP profile on offer, so that both servers encrypt alike. When it is over, its connected socket
and the keys go to the C process, which does the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from aioice import stun

from server.media import native_build
from server.media.dtls import Certificate, DtlsFailed, DtlsSession
from server.media.srtp import SrtpKeys

SOURCES: Final = Path(__file__).resolve().parent / "native"
PROFILES: Final = {"gcm": b"SRTP_AEAD_AES_128_GCM", "cm": b"SRTP_AES128_CM_SHA1_80"}
_CHECK_S: Final = 0.05
_CHECKS: Final = 20
"""of one candidate before the next one's turn"""
_RECEIVE_OCTETS: Final = 4 * 1024 * 1024
_ANSWER_OCTETS: Final = 1 << 20
_SO_TIMESTAMPNS: Final = 35


class NotConnected(Exception):
    """The server did not answer, or its handshake failed."""


@dataclass(frozen=True, slots=True)
class Remote:
    """What an SDP says of the server's transport."""

    ufrag: str
    pwd: str
    fingerprints: Sequence[tuple[str, str]]
    candidates: Sequence[tuple[str, int]]
    is_lite: bool = True
    """it checks nothing itself"""
    is_controlling: bool = False
    """it made the offer, and chooses the path"""


def client_certificate(cipher: str) -> Certificate:
    """Of all clients of a run; it offers no other profile than ``cipher``'s."""
    certificate = Certificate()
    certificate.context.set_tlsext_use_srtp(PROFILES[cipher])
    return certificate


class Handshake:
    """``ufrag`` and ``pwd``: the client's own, as its SDP says."""

    def __init__(self, certificate: Certificate, ufrag: str, pwd: str, remote: Remote) -> None:
        self._loop = asyncio.get_running_loop()
        self._dtls = DtlsSession(certificate, remote.fingerprints, is_server=False)
        self._user = f"{remote.ufrag}:{ufrag}"
        self._remote = remote
        self._candidates = [one for one in remote.candidates if ":" not in one[0]]
        self._pwd = pwd.encode()
        self._is_answered = False
        self._is_asked = remote.is_lite
        self._checked: asyncio.Future[None] = self._loop.create_future()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_OCTETS)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.socket.bind(("0.0.0.0", 0))
        self.check = self._check()

    async def run(self, timeout_s: float = 15.0) -> SrtpKeys:
        """Raises NotConnected."""
        self._loop.add_reader(self.socket.fileno(), self._readable)
        try:
            async with asyncio.timeout(timeout_s):
                # One after the other: each check names the path that the server is to use.
                for candidate in itertools.cycle(self._candidates):
                    if await self._is_reached(candidate):
                        break
                while not self._done.done():
                    due = self._dtls.timeout()
                    await asyncio.wait([self._done], timeout=_CHECK_S if due is None else due)
                    if not self._done.done():
                        self._send(self._dtls.on_timeout())
            self._done.result()
        except (TimeoutError, DtlsFailed) as error:
            self.socket.close()
            raise NotConnected(str(error) or "no answer") from error
        finally:
            if self.socket.fileno() >= 0:
                self._loop.remove_reader(self.socket.fileno())
        assert self._dtls.keys is not None
        return self._dtls.keys

    async def _is_reached(self, candidate: tuple[str, int]) -> bool:
        for _ in range(_CHECKS):
            with contextlib.suppress(OSError):
                self.socket.sendto(self.check, candidate)
            await asyncio.wait([self._checked], timeout=_CHECK_S)
            if self._checked.done():
                return True
        return False

    def _check(self) -> bytes:
        message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        message.attributes["USERNAME"] = self._user
        message.attributes["PRIORITY"] = 1853824767
        tie_breaker = int.from_bytes(os.urandom(8), "big")
        if self._remote.is_controlling:
            message.attributes["ICE-CONTROLLED"] = tie_breaker
        else:
            message.attributes["ICE-CONTROLLING"] = tie_breaker
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(self._remote.pwd.encode())
        message.add_fingerprint()
        return bytes(message)

    def _send(self, datagrams: Sequence[bytes]) -> None:
        for datagram in datagrams:
            with contextlib.suppress(OSError):
                self.socket.send(datagram)

    def _readable(self) -> None:
        # Not one more than the handshake needs: what comes behind it is the swarm's.
        while not self._done.done():
            try:
                data, address = self.socket.recvfrom(2048)
            except BlockingIOError:
                return
            except OSError:
                continue
            if data and data[0] < 4:
                self._stun(data, address)
            elif data and 19 < data[0] < 64 and self._checked.done():
                self._handshake(data)

    def _stun(self, data: bytes, address: tuple[str, int]) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        if message.message_class == stun.Class.RESPONSE:
            if not self._is_answered:
                self.socket.connect(address)
                self._send([self.check])  # the last word on the path
            self._is_answered = True
        elif message.message_class == stun.Class.REQUEST:
            answer = stun.Message(
                message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE,
                transaction_id=message.transaction_id,
            )  # fmt: skip
            answer.attributes["XOR-MAPPED-ADDRESS"] = address
            answer.add_message_integrity(self._pwd)
            answer.add_fingerprint()
            self.socket.sendto(bytes(answer), address)
            self._is_asked = not self._remote.is_controlling or (
                "USE-CANDIDATE" in message.attributes
            )
        if self._is_answered and self._is_asked and not self._checked.done():
            self._checked.set_result(None)
            self._send(self._dtls.start())

    def _handshake(self, data: bytes) -> None:
        try:
            self._send(self._dtls.receive(data))
        except DtlsFailed as failure:
            self._done.set_exception(failure)
            return
        if self._dtls.keys is not None:
            self._done.set_result(None)


def build(folder: Path) -> Path:
    """The program. Raises CannotBuild."""
    cc = native_build.compiler()
    if cc is None:
        raise native_build.CannotBuild("The benchmark needs a C compiler (apt-get install gcc).")
    plane = [native_build.SOURCES / name for name in ("srtp.c", "rtcp.c", "twcc.c")]
    made = folder / "swarm"
    native_build.compile_to(
        cc, made, [*sorted(SOURCES.glob("*.c")), *plane], "-O2", "-I", str(SOURCES)
    )
    return made


@dataclass(frozen=True, slots=True)
class Track:
    """What a source sends: frames a second, packets a frame, octets a packet at most."""

    is_video: bool
    frames: int
    packets: int
    octets: int
    level: int = 127
    """of sound, dBov as RFC 6464 counts"""


@dataclass(frozen=True, slots=True)
class Sending:
    """Where a track goes in one connection: numbers of its SDP."""

    ssrc: int
    payload_type: int
    mid: str
    mid_extension: int
    twcc_extension: int
    level_extension: int


class Swarm:
    """One process of clients. ``peers`` are numbered from 1 as they come."""

    def __init__(self, program: Path) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ANSWER_OCTETS)
        ours.setblocking(False)
        self._socket = ours
        self._process = subprocess.Popen(
            [str(program), str(theirs.fileno())], pass_fds=[theirs.fileno()], stdout=sys.stderr
        )
        theirs.close()
        self._turn = asyncio.Lock()
        self._peers = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, *words: object, beside: socket.socket | BinaryIO | None = None) -> Any:
        """Raises RuntimeError when the process is gone."""
        message = " ".join(map(str, words)).encode()
        async with self._turn:
            files = [beside.fileno()] if beside is not None else []
            loop = asyncio.get_running_loop()
            try:
                socket.send_fds(self._socket, [message], files)
                answer = await loop.sock_recv(self._socket, _ANSWER_OCTETS)
            except OSError as error:
                raise RuntimeError(f"the swarm has ended at {words[0]}") from error
        if not answer:
            raise RuntimeError(f"the swarm has ended at {words[0]}")
        return json.loads(answer)

    async def add_peer(
        self, handshake: Handshake, keys: SrtpKeys, twcc_extension: int, rtx_type: int
    ) -> int:
        self._peers += 1
        number = self._peers
        await self.ask(
            "peer", number, keys.profile, keys.sending.hex(), keys.receiving.hex(),
            handshake.check.hex(), twcc_extension, rtx_type, beside=handshake.socket,
        )  # fmt: skip
        handshake.socket.close()
        return number

    async def add_source(self, peer: int, track: Track, to: Sending) -> int:
        return await self.ask(
            "source", peer, "v" if track.is_video else "a", to.ssrc, to.payload_type,
            track.frames, track.packets, track.octets, to.mid_extension, to.mid,
            to.twcc_extension, to.level_extension, track.level,
        )  # fmt: skip

    async def send(self, is_sending: bool) -> None:
        await self.ask("send", int(is_sending))

    def close(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()


def now_wall_ns() -> int:
    return time.time_ns()
