"""A UDP relay between a client and a media plane whose way down can be made narrow: a bottleneck
with a short queue that throws away what does not fit, as routers do. Or lossy: what ``loses`` names
never comes."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable

Address = tuple[str, int]


class NarrowLink:
    """One client's. ``capacity`` in bit/s; None: as wide as loopback."""

    def __init__(self, queue_s: float = 0.3) -> None:
        self.capacity: float | None = None
        self.dropped = 0
        self.loses: Callable[[bytes], bool] = lambda _: False
        self._queue_s = queue_s
        self._plane: Address | None = None
        self._client: Address | None = None
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._up: asyncio.DatagramTransport | None = None
        self._down: asyncio.DatagramTransport | None = None
        self._sender: asyncio.Task[None] | None = None

    async def through(self, answer: str) -> str:
        """The answer with this relay's address in the place of the plane's."""
        found = re.search(r"a=candidate:1 1 udp \d+ \S+ (\d+) typ host", answer)
        assert found is not None
        self._plane = ("127.0.0.1", int(found[1]))
        loop = asyncio.get_running_loop()
        self._up, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self._from_plane), local_addr=("127.0.0.1", 0)
        )
        self._down, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self._from_client), local_addr=("127.0.0.1", 0)
        )
        self._sender = loop.create_task(self._send(), name="narrow-link")
        port = self._down.get_extra_info("sockname")[1]
        lines = [line for line in answer.splitlines() if not line.startswith("a=candidate:")]
        ours = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host"
        lines.insert(lines.index("a=end-of-candidates"), ours)
        return "\r\n".join(lines) + "\r\n"

    async def close(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)
        for end in (self._up, self._down):
            if end is not None:
                end.close()

    def _from_client(self, data: bytes, address: Address) -> None:
        self._client = address
        assert self._up is not None
        self._up.sendto(data, self._plane)

    def _from_plane(self, data: bytes, _address: Address) -> None:
        now = asyncio.get_running_loop().time()
        if self.loses(data):
            self.dropped += 1
            return
        if self.capacity is None:
            self._waiting.append((now, data))
            return
        start = max(now, self._free_at)
        if start - now > self._queue_s:
            self.dropped += 1
            return
        self._free_at = start + (len(data) + 28) * 8 / self.capacity
        self._waiting.append((self._free_at, data))

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while self._waiting and self._waiting[0][0] <= loop.time():
                _, data = self._waiting.popleft()
                if self._down is not None and self._client is not None:
                    self._down.sendto(data, self._client)
            await asyncio.sleep(0.002)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, Address], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._take(data, addr)

    def error_received(self, exc: Exception) -> None:
        pass
