"""A wire that loses packets or carries little, and what was sent over it.

The viewer's end is a network namespace (tests/e2e/blocked_network.py): root, iproute2, nftables.
Packets are lost where they arrive, each by its own luck; little is carried by a token bucket with
a queue of ``QUEUE_MS`` before it, as a bad uplink of a home has.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Final

from tests.e2e.blocked_network import THERE, BlockedNetwork, run

QUEUE_MS: Final = 300
_ALL_PROTOCOLS: Final = 3
_HEADS: Final = 14 + 20
_RTCP: Final = range(192, 224)


@dataclass
class Sent:
    """Of one SSRC."""

    packets: int = 0
    frames: dict[int, float] = field(default_factory=dict[int, float])
    """RTP timestamp → when its last packet left, in s. One that a change of layer cut short never
    has a last packet, and is nothing a viewer could miss."""


class Wire(BlockedNetwork):
    """``sent``: RTP that left for the viewer, before anything was lost, by SSRC."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[int, Sent] = {}
        self._tap: socket.socket | None = None

    async def start(self) -> None:
        await super().start()
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        tap.bind((self.near, 0))
        tap.setblocking(False)
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        self._tap = tap
        asyncio.get_running_loop().add_reader(tap, self._look)

    async def stop(self) -> None:
        if self._tap is not None:
            asyncio.get_running_loop().remove_reader(self._tap)
            self._tap.close()
            self._tap = None
        await super().stop()

    async def lose(self, percent: int) -> None:
        """Of what comes in from now on."""
        await self.unblock()
        if percent:
            await self.hold_back("input", f"meta l4proto udp numgen random mod 100 < {percent}")

    async def narrow(self, kbit: int | None) -> None:
        """To what the wire carries towards the viewer; None: everything again."""
        if kbit is None:
            await run("tc", "qdisc", "del", "dev", self.near, "root")
            return
        await run(
            "tc", "qdisc", "add", "dev", self.near, "root", "tbf", "rate", f"{kbit}kbit",
            "burst", "4kb", "latency", f"{QUEUE_MS}ms",
        )  # fmt: skip

    def _look(self) -> None:
        assert self._tap is not None
        there = socket.inet_aton(THERE)
        while True:
            try:
                packet = self._tap.recv(2048)
            except BlockingIOError:
                return
            is_udp = packet[12:14] == b"\x08\x00" and packet[23] == socket.IPPROTO_UDP
            if not is_udp or packet[30:34] != there or len(packet) < _HEADS + 8 + 12:
                continue
            first, second, _, timestamp, ssrc = struct.unpack_from("!BBHII", packet, _HEADS + 8)
            if first >> 6 == 2 and second not in _RTCP:
                sent = self.sent.setdefault(ssrc, Sent())
                sent.packets += 1
                if second & 0x80:
                    sent.frames.setdefault(timestamp, time.monotonic())
