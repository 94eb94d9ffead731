"""Many Socket.IO connections in one process, cheap enough that the server is what is measured.

Speaks WebSocket (RFC 6455) and Engine.IO 4 with Socket.IO 5 packets in text frames, no
compression; a frame costs a few microseconds. Each connection counts what it is told: events of
the session's channel in order, and when every marked line arrived.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

_LINES: Final = re.compile(rb'"text":"#(\d+)"')
_SESSION_COUNTER: Final = re.compile(rb'"channel":"session","channel_seq":(\d+)')


@dataclass
class Arrivals:
    """What a swarm has seen. ``sent_at[n]``: when line n was handed in (``perf_counter``)."""

    sent_at: dict[int, float] = field(default_factory=dict[int, float])
    delays_ms: list[float] = field(default_factory=list[float])
    counts: dict[int, int] = field(default_factory=dict[int, int])
    """line → how many connections have seen it"""
    doubled: int = 0
    gaps: int = 0


class Connection(asyncio.Protocol):
    """One socket. ``hello`` is the payload of the Socket.IO CONNECT, ``namespace`` ``/live``."""

    def __init__(
        self, arrivals: Arrivals, host: str, cookie: str, hello: dict[str, Any],
        namespace: str = "/live", on_lost: Callable[[Connection], None] | None = None,
    ) -> None:  # fmt: skip
        self._arrivals = arrivals
        self._host = host
        self._cookie = cookie
        self._hello = hello
        self._namespace = namespace
        self._on_lost = on_lost
        self._buffer = b""
        self._is_upgraded = False
        self._transport: asyncio.Transport | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._next_ack = 0
        self.is_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.counter: int | None = None
        """of the session's channel"""
        self.seen: set[int] = set()
        self.is_open = False
        self.snapshot_at = self.following_at = 0.0
        """when the last of each came (``perf_counter``)"""
        self.snapshot: dict[str, Any] = {}

    # ---- connecting --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Origin: http://{self._host}\r\nCookie: {self._cookie}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the line broke"))
        self._answers.clear()
        if not self.is_ready.done():
            self.is_ready.set_exception(ConnectionError("refused"))
        elif self._on_lost is not None and self.is_ready.exception() is None:
            self._on_lost(self)

    def cut(self) -> None:
        """End it without a word, as a network does."""
        if self._transport is not None:
            self._transport.abort()

    # ---- sending -----------------------------------------------------------------------------

    def _send(self, text: str) -> None:
        assert self._transport is not None
        payload = text.encode()
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + struct.pack("!H", size)
        # Masking with zeros is masking (RFC 6455 section 5.3), and costs nothing.
        self._transport.write(head + b"\0\0\0\0" + payload)

    def tell(self, event: str, body: Any) -> None:
        """Emit without waiting for anything."""
        self._send(f"42{self._namespace},{json.dumps([event, body])}")

    async def ask(self, event: str, body: Any) -> Any:
        """Emit and wait for the acknowledgement. Raises ConnectionError."""
        if not self.is_open:
            raise ConnectionError("not connected")
        number = self._next_ack
        self._next_ack += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._send(f"42{self._namespace},{number}{json.dumps([event, body])}")
        return await answer

    # ---- receiving ---------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        position = 0
        if not self._is_upgraded:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = buffer
                return
            if b" 101 " not in buffer[:16]:
                self.cut()
                return
            self._is_upgraded = True
            position = end + 4
        total = len(buffer)
        while total - position >= 2:
            size = buffer[position + 1]
            start = position + 2
            if size == 126:
                if total - position < 4:
                    break
                size = (buffer[position + 2] << 8) | buffer[position + 3]
                start = position + 4
            elif size == 127:
                if total - position < 10:
                    break
                size = struct.unpack_from("!Q", buffer, position + 2)[0]
                start = position + 10
            if total - start < size:
                break
            if buffer[position] & 15 == 1:
                self._message(buffer[start : start + size])
            position = start + size
        self._buffer = buffer[position:]

    def _message(self, text: bytes) -> None:
        kind = text[:1]
        if kind == b"2":
            self._send("3")
        elif kind == b"0":
            self._send(f"40{self._namespace},{json.dumps(self._hello)}")
        elif text[:2] == b"42":
            self._event(text)
        elif text[:2] == b"43":
            self._answer(text)
        elif text[:2] == b"40":
            self.is_open = True
            if self._namespace != "/live":
                self._welcome()
        elif text[:2] == b"44":
            self.cut()

    def _welcome(self) -> None:
        if not self.is_ready.done():
            self.is_ready.set_result(None)

    def _event(self, text: bytes) -> None:
        now = time.perf_counter()
        body = text[text.index(b"[") :]
        if body.startswith(b'["snapshot"'):
            self.snapshot = json.loads(body)[1]
            self.snapshot_at = now
            self.counter = self.snapshot["channels"].get("session")
            self._welcome()
            return
        if body.startswith(b'["following"'):
            self.following_at = now
        arrivals = self._arrivals
        for number in _SESSION_COUNTER.findall(body):
            counter = int(number)
            if self.counter is not None and counter != self.counter + 1:
                arrivals.gaps += 1
            self.counter = counter
        for found in _LINES.findall(body):
            line = int(found)
            if line in self.seen:
                arrivals.doubled += 1
                continue
            self.seen.add(line)
            arrivals.counts[line] = arrivals.counts.get(line, 0) + 1
            arrivals.delays_ms.append((now - arrivals.sent_at[line]) * 1000)

    def _answer(self, text: bytes) -> None:
        body = text[text.index(b",") + 1 :]
        bracket = body.index(b"[")
        answer = self._answers.pop(int(body[:bracket]), None)
        if answer is not None and not answer.done():
            answer.set_result(json.loads(body[bracket:])[0])


async def connect(
    arrivals: Arrivals, port: int, cookie: str, hello: dict[str, Any], **options: Any
) -> Connection:
    """Until its snapshot (or, elsewhere than ``/live``, its welcome) is there.

    Raises OSError (ConnectionError when it is refused) or TimeoutError.
    """
    loop = asyncio.get_running_loop()
    host = f"localhost:{port}"
    _, made = await loop.create_connection(
        lambda: Connection(arrivals, host, cookie, hello, **options), "127.0.0.1", port
    )
    try:
        async with asyncio.timeout(30):
            await made.is_ready
    except TimeoutError:
        made.cut()
        raise
    return made
