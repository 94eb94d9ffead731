"""Messages written straight onto the WebSocket: frames, order, a browser that does not read."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest

from server.live import socket as live_socket
from server.live.direct import framed
from tests.live_server import LiveServer, until


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_frames_of_every_length_are_read_as_sent(size: int) -> None:
    text = b"x" * size
    frame = framed(text)
    short = frame[1]
    head = {126: 4, 127: 10}.get(short, 2)
    length = short if head == 2 else int.from_bytes(frame[2:head], "big")
    assert (frame[0], length, frame[head:]) == (0x81, size, text)


async def test_no_compression_is_negotiated(server: LiveServer) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.url}/socket.io/?EIO=4&transport=websocket", compress=15) as ws,
    ):
        assert ws.compress == 0


async def test_long_and_short_messages_keep_their_order(server: LiveServer) -> None:
    (fay,) = await server.join("fay")
    await fay.do("start_session")
    (ada,) = await server.join("ada")
    texts = ["a" * length for length in (1, 2000, 1, 1500, 3)]
    for text in texts:
        await fay.do("send_chat", text=text)
    await until(lambda: len([e for e in ada.events if e["type"] == "chat_sent"]) == len(texts))
    heard = [e["data"]["text"] for e in ada.events if e["type"] == "chat_sent"]
    assert heard == texts


@asynccontextmanager
async def silent_ada(server: LiveServer) -> AsyncIterator[None]:
    """By a browser that says hello and then neither reads nor answers."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nCookie: who=ada\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    hello = b'40/live,{"session_id":"s1"}'
    writer.write(bytes([0x81, 0x80 | len(hello)]) + b"\0\0\0\0" + hello)
    try:
        await until(lambda: server.presence("ada") == "present")
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_browser_that_does_not_read_is_hung_up(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_socket, "SLOW_OCTETS", 20_000)
    (fay,) = await server.join("fay")
    await fay.do("start_session")
    async with silent_ada(server):
        big = {"speakers": ["x" * 200_000], "levels": []}
        for _ in range(50):  # the kernel's buffers take some of it
            await server.hub.send("s1", "ada", "levels", big)
        server.hub.socket.drop_slow()
        await until(lambda: server.presence("ada") == "away")
        assert server.presence("fay") == "present"


async def test_a_browser_that_answers_no_ping_is_away(server: LiveServer) -> None:
    (fay,) = await server.join("fay")
    await fay.do("start_session")
    server.hub.socket.sio.eio.ping_interval = server.hub.socket.sio.eio.ping_timeout = 0.2
    async with silent_ada(server):
        await until(lambda: server.presence("ada") == "away")
    assert server.presence("fay") == "present", "who answers stays"


async def test_nonsense_costs_a_packet_and_too_much_the_connection(
    server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    (fay,) = await server.join("fay")
    await fay.do("start_session")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"{server.url}/socket.io/?EIO=4&transport=websocket", headers={"Cookie": "who=ada"}
        ) as ws,
    ):
        for text in ("", "x", "9", "2", "5"):
            await ws.send_str(text)
        await ws.send_str('40/live,{"session_id":"s1"}')
        await until(lambda: server.presence("ada") == "present")
        await ws.send_str("4" + "x" * (live_socket.LARGEST_MESSAGE + 1))
        await until(lambda: server.presence("ada") == "away")
    assert server.presence("fay") == "present"
    assert not caplog.records, "whoever likes may send that"
