"""Socket.IO's messages straight onto the WebSocket, each broadcast framed once for everyone.

Theory of operation. Engine.IO puts every packet into its client's queue, from which a task of that
client takes it, frames it, perhaps deflates it and writes it: three wake-ups a delivery, which is
what a broadcast to a large class costs. But a frame from server to client is not masked (RFC 6455
section 5.1), so it is the same bytes for everybody, and writing them to the transport neither
waits nor fails. Here a client's packets are written at once, in the order in which they were
given. Compression is not negotiated: it would make every frame one client's own, and keep 300 kB a
client.

What a client sends is read by the task that serves it. Engine.IO starts a task and a timer for
each message, and looks at every client in turn for who is gone; here each has one timer, which
moves on when it fires: in a class of hundreds the pings alone cost more than the commands.

A browser that does not read fills its transport's buffer; ``waiting_octets`` tells how far.

Leans on names inside python-engineio that are no promise of it; ``PRIVATE_NAMES`` is checked when
the server starts.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec
import socketio
from aiohttp import WSMsgType, web
from aiohttp.web import WebSocketResponse
from engineio.async_drivers.aiohttp import WebSocket
from engineio.async_server import AsyncServer
from engineio.async_socket import AsyncSocket
from engineio.exceptions import SocketIsClosedError
from engineio.packet import CLOSE, MESSAGE, PONG, Packet

log = logging.getLogger(__name__)

PRIVATE_NAMES: Final = (
    (AsyncServer, ("create_queue",)),
    (AsyncSocket, ("_upgrade_websocket", "_websocket_handler", "close", "receive")),
    (WebSocket, ("__call__",)),
)

_FROM_CLIENTS: Final = (MESSAGE, PONG, CLOSE)
_AT_ONCE: Final = 16
"""connections written to before others have a turn: less than half a millisecond"""
_TEXT: Final = 0x81
"""one whole text frame"""
_BINARY: Final = 0x82
"""one whole binary frame: an attachment of the message before it"""


class PrivateNameMissing(RuntimeError):
    """The installed python-engineio lacks a name this file relies on."""


def framed(data: bytes, kind: int = _TEXT) -> bytes:
    """One unmasked frame (RFC 6455 section 5.2)."""
    size = len(data)
    if size < 126:
        return bytes((kind, size)) + data
    if size < 65536:
        return struct.pack("!BBH", kind, 126, size) + data
    return struct.pack("!BBQ", kind, 127, size) + data


def _message(namespace: str, event: str, payload: Any, *, has_attachment: bool = False) -> bytes:
    """An Engine.IO message that holds a Socket.IO event without acknowledgement."""
    kind = "51-" if has_attachment else "2"
    return f"4{kind}{namespace},".encode() + msgspec.json.encode([event, payload])


class _Queue(asyncio.Queue[Packet]):
    """Holds what comes before the WebSocket is open; then everything is written."""

    def __init__(self) -> None:
        super().__init__()
        self.transport: asyncio.WriteTransport | None = None
        """of the open WebSocket"""

    def open(self, transport: asyncio.WriteTransport) -> None:
        while not self.empty():
            _write(transport, self.get_nowait())
            self.task_done()
        self.transport = transport

    async def put(self, item: Packet) -> None:
        if self.transport is None:
            await super().put(item)
        elif not self.transport.is_closing():
            _write(self.transport, item)


def _write(transport: asyncio.WriteTransport, packet: Packet) -> None:
    encoded: Any = packet.encode()
    # Binary is right behind the message it belongs to: that was written at once, too.
    transport.write(framed(encoded, _BINARY) if packet.binary else framed(encoded.encode()))


class _Silence:
    """Cuts a connection from which nothing came for ``limit_s``, not even answers to pings."""

    def __init__(self, transport: asyncio.WriteTransport, limit_s: float) -> None:
        self._transport = transport
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self.heard()
        self._timer = self._loop.call_later(limit_s, self._look)

    def heard(self) -> None:
        self._since = self._loop.time()

    def cancel(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        left_s = self._since + self._limit_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look)
        else:
            self._transport.abort()


class _WebSocket(WebSocket):
    """Without compression, and read by one task."""

    async def __call__(self, environ: dict[str, Any]) -> WebSocketResponse:
        request: web.Request = environ["aiohttp.request"]
        response = WebSocketResponse(max_msg_size=self.server.max_http_buffer_size, compress=False)
        await response.prepare(request)
        transport = request.transport
        socket: AsyncSocket = self.handler.__self__
        if transport is not None:
            await _converse(socket, response, transport)
        return response


async def _converse(
    socket: AsyncSocket, response: WebSocketResponse, transport: asyncio.WriteTransport
) -> None:
    """Until either side ends it, or nothing comes any more."""
    server = socket.server
    socket.connected = socket.upgraded = True
    socket.queue.open(transport)
    silence = _Silence(transport, server.ping_interval + server.ping_timeout)
    try:
        async for message in response:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break  # too long, or no WebSocket's
            silence.heard()
            try:
                packet = Packet(encoded_packet=message.data)
            except ValueError:
                continue
            if packet.packet_type not in _FROM_CLIENTS:
                continue
            try:
                await socket.receive(packet)
            except SocketIsClosedError:
                break
            except Exception:
                log.exception("a packet could not be taken")
    finally:
        silence.cancel()
        socket.queue.transport = None
        await socket.close(wait=False, abort=True, reason=server.reason.TRANSPORT_CLOSE)


class Json:
    """In the place of the library's: an offer and its answer are ten thousand characters each."""

    @staticmethod
    def dumps(value: Any, **_style: Any) -> str:
        return msgspec.json.encode(value).decode()

    @staticmethod
    def loads(text: str, **_style: Any) -> Any:
        """Raises ValueError."""
        return msgspec.json.decode(text)


class DirectSender:
    """Makes ``sio`` write directly. Raises PrivateNameMissing."""

    def __init__(self, sio: socketio.AsyncServer) -> None:
        for owner, names in PRIVATE_NAMES:
            for name in names:
                if not hasattr(owner, name):
                    raise PrivateNameMissing(f"{owner.__name__} has no {name}")
        self._sio = sio
        sio.eio._async = {**sio.eio._async, "websocket": _WebSocket}
        sio.eio.create_queue = _Queue

    def broadcast(self, namespace: str, room: str, event: str, payload: Any) -> None:
        """To everyone in the room, encoded and framed once. Never waits."""
        text = _message(namespace, event, payload)
        frame = framed(text)
        for _sid, eio_sid in self._members(namespace, room):
            self._write(eio_sid, text, frame)

    async def broadcast_in_turns(
        self, namespace: str, room: str, event: str, payload: Any, first: Collection[str] = ()
    ) -> None:
        """The same, with a turn of the loop now and then: whoever waits for an answer does not
        wait until a large class has been told. ``first``: connections that are told before the
        others, if they are in the room at all."""
        text = _message(namespace, event, payload)
        frame = framed(text)
        members = dict(self._members(namespace, room))
        for sid in first:
            if (eio_sid := members.pop(sid, None)) is not None:
                self._write(eio_sid, text, frame)
        for count, eio_sid in enumerate(members.values()):
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)
            self._write(eio_sid, text, frame)

    def send(self, namespace: str, sid: str, event: str, payload: Any) -> None:
        """To one connection. Never waits; silent when it is gone."""
        self.deliver(namespace, (sid,), event, payload)

    def deliver(
        self,
        namespace: str,
        sids: Iterable[str],
        event: str,
        payload: Any,
        attachment: bytes | None = None,
    ) -> None:
        """To these connections; to those that are gone, nothing. In the payload
        ``{"_placeholder": true, "num": 0}`` stands for the attachment."""
        text = _message(namespace, event, payload, has_attachment=attachment is not None)
        frame = framed(text)
        if attachment is not None:
            # In one piece with its message: nothing may come between them.
            frame += framed(attachment, _BINARY)
        for sid in sids:
            eio_sid = self._sio.manager.eio_sid_from_sid(sid, namespace)
            if eio_sid is not None:
                self._write(eio_sid, text, frame, attachment)

    def _write(
        self, eio_sid: str, text: bytes, frame: bytes, attachment: bytes | None = None
    ) -> None:
        client = self._sio.eio.sockets.get(eio_sid)
        if client is None or client.closed:
            return
        transport = client.queue.transport
        if transport is None:
            # Not a WebSocket yet, or no more: the queue keeps the order.
            client.queue.put_nowait(Packet(MESSAGE, text[1:].decode()))
            if attachment is not None:
                client.queue.put_nowait(Packet(MESSAGE, attachment))
        elif not transport.is_closing():
            transport.write(frame)

    def _members(self, namespace: str, room: str) -> Iterable[tuple[str, str]]:
        return self._sio.manager.get_participants(namespace, room)

    def waiting_octets(self, eio_sid: str) -> int:
        """What this client has not read yet."""
        client = self._sio.eio.sockets.get(eio_sid)
        transport = None if client is None else client.queue.transport
        return 0 if transport is None else transport.get_write_buffer_size()
