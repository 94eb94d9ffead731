"""A wire that loses packets or carries little, and what was sent over it.

The viewer's end is a network namespace (tests/e2e/blocked_network.py): root, iproute2, nftables.
Packets are lost where they arrive, each by its own luck; little is carried by a token bucket with
a queue of ``QUEUE_MS`` before it, as a bad uplink of a home has.

It is looked at in two places: what leaves, where it leaves; what has come, behind the rule that
loses it (a raw socket in the namespace). So every packet that was lost is known by its number.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.e2e.blocked_network import THERE, BlockedNetwork, run

QUEUE_MS: Final = 300
_ALL_PROTOCOLS: Final = 3
_RTCP: Final = range(192, 224)


_PADDED: Final = 0x20
_TAP_OCTETS: Final = 4_000_000
_FORCED_BUFFER: Final = 33
_NEW_NETWORK: Final = 0x40000000
"""of Linux, and not in Python"""


@dataclass
class Sent:
    """Of one SSRC; its numbers unwrapped."""

    packets: int = 0
    padding: int = 0
    """packets that are told to be padded, as all are that carry nothing"""
    frames: dict[int, float] = field(default_factory=dict[int, float])
    """RTP timestamp → when its last packet left, in s. One that a change of layer cut short never
    has a last packet, and is nothing a viewer could miss."""
    numbers: dict[int, int] = field(default_factory=dict[int, int])
    """→ RTP timestamp"""
    arrived: set[int] = field(default_factory=set[int])
    highest: int = -1

    def place(self, number: int) -> int:
        """Unwrapped: the one that lies nearest to the last that was sent."""
        if self.highest < 0:
            return number + 0x10000
        return self.highest + ((number - self.highest + 0x8000) & 0xFFFF) - 0x8000

    def leaves(self, number: int, timestamp: int, is_last: bool, is_padded: bool) -> None:
        place = self.place(number)
        self.highest = max(self.highest, place)
        self.packets += 1
        self.padding += is_padded
        self.numbers.setdefault(place, timestamp)
        if is_last:
            self.frames.setdefault(timestamp, time.monotonic())

    def lost(self, after: int = -1) -> dict[int, int]:
        """Numbers that never came → RTP timestamp."""
        return {
            number: timestamp
            for number, timestamp in self.numbers.items()
            if number > after and number not in self.arrived
        }


class Wire(BlockedNetwork):
    """``sent``: RTP for the viewer, by SSRC."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[int, Sent] = {}
        self._taps: list[socket.socket] = []

    async def start(self) -> None:
        await super().start()
        try:
            near = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
            self._taps.append(near)
            near.bind((self.near, 0))
            far = await asyncio.to_thread(self._raw_inside)
            self._taps.append(far)
            for tap in (near, far):
                tap.setblocking(False)
                tap.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, _TAP_OCTETS)
            loop = asyncio.get_running_loop()
            loop.add_reader(near, self._look_at_near)
            loop.add_reader(far, self._look_at_far)
        except BaseException:
            await self.stop()
            raise

    def _raw_inside(self) -> socket.socket:
        """What comes in there and was let through. A namespace is a thread's own."""
        made: list[socket.socket | OSError] = []

        def make() -> None:
            libc = ctypes.CDLL(None, use_errno=True)
            place = os.open(f"/run/netns/{self._name}", os.O_RDONLY)
            try:
                if libc.setns(place, _NEW_NETWORK) != 0:
                    made.append(OSError(ctypes.get_errno(), "the namespace cannot be entered"))
                    return
                made.append(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP))
            except OSError as error:
                made.append(error)
            finally:
                os.close(place)

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    async def stop(self) -> None:
        for tap in self._taps:
            asyncio.get_running_loop().remove_reader(tap)
            tap.close()
        self._taps.clear()
        # A namespace goes when the last process in it has, and the next wire may be made before.
        with contextlib.suppress(RuntimeError):
            await run("ip", "link", "del", self.near)
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

    def _look_at_near(self) -> None:
        self._drain(self._taps[0], 14, self._leaves)

    def _look_at_far(self) -> None:
        # What has come has left before.
        self._look_at_near()
        self._drain(self._taps[1], 0, self._arrives)

    def _leaves(self, packet: bytes) -> None:
        first, second, number, timestamp, ssrc = struct.unpack_from("!BBHII", packet)
        self.sent.setdefault(ssrc, Sent()).leaves(
            number, timestamp, bool(second & 0x80), bool(first & _PADDED)
        )

    def _arrives(self, packet: bytes) -> None:
        _, _, number, _, ssrc = struct.unpack_from("!BBHII", packet)
        if sent := self.sent.get(ssrc):
            sent.arrived.add(sent.place(number))

    @staticmethod
    def _drain(tap: socket.socket, head: int, see: Callable[[bytes], None]) -> None:
        """``see`` every RTP packet for the viewer; ``head``: octets before IP's."""
        there = socket.inet_aton(THERE)
        while True:
            try:
                packet = tap.recv(2048)
            except BlockingIOError:
                return
            if head and packet[12:14] != b"\x08\x00":
                continue
            start = head + 20 + 8
            if len(packet) < start + 12 or packet[head + 9] != socket.IPPROTO_UDP:
                continue
            is_rtp = packet[start] >> 6 == 2 and packet[start + 1] not in _RTCP
            if packet[head + 16 : head + 20] == there and is_rtp:
                see(packet[start:])
