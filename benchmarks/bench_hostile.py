"""What malformed datagrams do to a class: who is lost, who cannot come, what gets slower.

``make bench-hostile``. The native media plane with somebody who publishes and three who watch; then
``--rate`` datagrams a second of each kind for ``--seconds`` (``--kinds`` names some of them), while
others join and the server goes on giving commands. Prints lines
``hostile.<kind>.<figure> <value> <unit>``. ``frame_rate_change`` is against the quiet time before;
where other work shares the machine, the publisher itself is slower at times, and
``frames_delivered``, of those that were sent, says what became of them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import psutil

from benchmarks.hostile_datagrams import KINDS, KNOWN, NULL_HELLO
from server.media.client.client import MediaClient
from server.media.client.connection import ConnectionFailed
from server.media.client.receiving import SlotReceiver
from server.media.client.sources import MovingBars, Tone
from server.media.native_plane import NativePlane
from server.media.plane import (
    AssignSlot,
    CloseTransport,
    OfferRefused,
    OpenTransport,
    PlaceTransport,
    PlaneNotification,
    SlotSwitched,
    TransportClosed,
)
from server.media.plane_settings import PlaneSettings

SLOTS: Final = ("stage_audio", "stage", "audio0", "gallery0")
COMMANDED: Final = "gallery0"
WATCHERS: Final = ("bob", "carla", "dev")
JOIN_EVERY_S: Final = 2.0
COMMAND_EVERY_S: Final = 0.1
QUIET_S: Final = 5.0
PATIENCE_S: Final = 30.0


@dataclass
class Seen:
    """What happened in one stretch of time."""

    frames: int = 0
    """by all who watch"""
    sent: int = 0
    """for each of them"""
    seconds: float = 0.0
    joins: int = 0
    failed_joins: int = 0
    trips_ms: list[float] = field(default_factory=list[float])

    @property
    def frames_a_second(self) -> float:
        return self.frames / self.seconds

    @property
    def delivered(self) -> float:
        return self.frames / (len(WATCHERS) * self.sent)


class Class:
    def __init__(self) -> None:
        self.plane = NativePlane(PlaneSettings(host="127.0.0.1"))
        self.lost = 0
        self.ufrag = ""
        """of somebody who is in class"""
        self._last_ufrag = ""
        self._closing: set[str] = set()
        self._people: dict[str, MediaClient] = {}
        self._filled, self._emptied = asyncio.Event(), asyncio.Event()
        """a slot that nobody else's commands change"""
        self._count = 0

    async def open(self) -> None:
        await self.plane.start(self._notice)
        ann = await self._join("ann")
        self.ufrag = self._last_ufrag
        ann.play_pictures("camera", MovingBars((160, 0, 0), fps=15))
        ann.play_sound("microphone", Tone(440))
        for name in WATCHERS:
            await self._join(name)
            self.plane.apply([AssignSlot(name, "stage", self._camera)])
        for name in WATCHERS:
            await self._people[name].wait_for(lambda at=name: self._frames(at) > 0)

    async def close(self) -> None:
        for client in self._people.values():
            await client.close()
        await self.plane.close()

    def _notice(self, notice: PlaneNotification) -> None:
        if isinstance(notice, TransportClosed) and notice.transport_id not in self._closing:
            self.lost += 1
        elif isinstance(notice, SlotSwitched) and notice.slot == COMMANDED:
            (self._emptied if notice.publication_id is None else self._filled).set()

    @property
    def known_socket(self) -> socket.socket:
        transport = self._people["ann"].connection._transport
        assert transport is not None
        return transport.get_extra_info("socket")

    @property
    def _camera(self) -> str:
        local = self._people["ann"].local
        assert local is not None
        return f"ann:{next(mid for mid, kind in local.tracks.items() if kind == 'camera')}"

    def stage(self, name: str) -> SlotReceiver:
        return self._people[name].slots["stage"]

    def ask_again(self) -> None:
        """As browsers do, which ask more than once."""
        for client in self._people.values():
            for slot in client.slots.values():
                slot.ask_again(client.connection.send_rtcp)

    def _frames(self, name: str) -> int:
        return len(self._people[name].slots["stage"].frames)

    async def _join(self, name: str, *, is_attacked: bool = False) -> MediaClient:
        """Raises ConnectionFailed."""
        client = MediaClient(("microphone", "camera"), SLOTS)
        offer = client.offer()
        answer = await self._open(OpenTransport(name, name, offer.sdp, offer.tracks, offer.slots))
        self._last_ufrag = answer.split("a=ice-ufrag:")[1].split()[0]
        self.plane.apply([PlaceTransport(name, "main")])
        forger = asyncio.create_task(_forge_hellos(client)) if is_attacked else None
        try:
            await client.connect(answer, PATIENCE_S)
        finally:
            if forger is not None:
                forger.cancel()
                await asyncio.gather(forger, return_exceptions=True)
        self._people[name] = client
        return client

    async def _open(self, offer: OpenTransport) -> str:
        """As pages do, which come again while a process is being replaced."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await self.plane.open(offer)
                except OfferRefused as refused:
                    if refused.code != "not_running":
                        raise
                    await asyncio.sleep(0.2)

    # ---- what goes on meanwhile ----------------------------------------------------------------

    async def watch(self, seconds: float, *, are_joins_attacked: bool = False) -> Seen:
        seen = Seen()
        for name in WATCHERS:
            self._people[name].slots["stage"].frames.clear()
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            group.create_task(self._others_come(seen, until, are_joins_attacked))
            group.create_task(self._commands(seen, until))
            group.create_task(self._count_frames(seen, until))
        return seen

    async def _count_frames(self, seen: Seen, until: float) -> None:
        began = time.monotonic()
        sender = self._people["ann"].senders["camera", "f"]
        sent = sender.frames
        while time.monotonic() < until:
            await asyncio.sleep(0.5)
            seen.seconds = time.monotonic() - began
            seen.sent = sender.frames - sent
            for name in WATCHERS:
                frames = self._people[name].slots["stage"].frames
                seen.frames += len(frames)
                frames.clear()

    async def _others_come(self, seen: Seen, until: float, is_attacked: bool) -> None:
        while time.monotonic() < until:
            self._count += 1
            name = f"guest{self._count}"
            seen.joins += 1
            try:
                guest = await self._join(name, is_attacked=is_attacked)
            except (ConnectionFailed, TimeoutError):
                seen.failed_joins += 1
            else:
                self._closing.add(name)
                await guest.close()
                del self._people[name]
            self._closing.add(name)
            self.plane.apply([CloseTransport(name)])
            await asyncio.sleep(JOIN_EVERY_S)

    async def _commands(self, seen: Seen, until: float) -> None:
        """From a command until the plane tells that it was carried out: a slot is emptied."""
        while time.monotonic() < until:
            # What comes late of the time before is no sign that it is filled again.
            self._filled.clear()
            self.plane.apply([AssignSlot("bob", COMMANDED, self._camera)])
            await asyncio.wait_for(self._filled.wait(), PATIENCE_S)
            self._emptied.clear()
            began = time.perf_counter()
            self.plane.apply([AssignSlot("bob", COMMANDED, None)])
            await asyncio.wait_for(self._emptied.wait(), PATIENCE_S)
            seen.trips_ms.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(COMMAND_EVERY_S)

    def memory(self) -> tuple[int, int]:
        """Octets of the plane's process and of this one, the server's part in it."""
        return psutil.Process(self.plane.pid).memory_info().rss, psutil.Process().memory_info().rss

    def plane_seconds(self) -> float:
        times = psutil.Process(self.plane.pid).cpu_times()
        return times.user + times.system


async def _forge_hellos(client: MediaClient) -> None:
    """Hellos of ciphers nobody wants, from the very address of somebody who shakes hands."""
    while True:
        client.connection.send_raw(NULL_HELLO)
        await asyncio.sleep(0.001)


@asynccontextmanager
async def attack(room: Class, kind: str, rate: int, seconds: float) -> AsyncIterator[None]:
    arguments = [kind, str(room.plane.port), str(rate), str(seconds), room.ufrag]
    known: tuple[int, ...] = ()
    if kind in KNOWN:
        known = (os.dup(room.known_socket.fileno()),)
        arguments.append(str(known[0]))
    sender = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.hostile_datagrams", *arguments, pass_fds=known,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    for number in known:
        os.close(number)
    try:
        yield
        if await sender.wait():
            raise RuntimeError(f"the sender of {kind} ended with {sender.returncode}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            sender.kill()
        await sender.wait()


def show(kind: str, figure: str, value: float, unit: str) -> None:
    print(f"hostile.{kind}.{figure} {value:.1f} {unit}", flush=True)


def p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


async def measure(options: argparse.Namespace) -> None:
    room = Class()
    await room.open()
    try:
        for kind in options.kinds:
            calm = await room.watch(QUIET_S)
            lost, (plane, server) = room.lost, room.memory()
            cpu = room.plane_seconds()
            async with attack(room, kind, options.rate, options.seconds):
                seen = await room.watch(options.seconds, are_joins_attacked=kind == "null_hello")
            after = room.memory()
            change = 100 * (seen.frames_a_second / calm.frames_a_second - 1)
            show(kind, "connections_lost", room.lost - lost, "connections")
            show(kind, "setups", seen.joins, "setups")
            show(kind, "setups_failed", seen.failed_joins, "setups")
            show(kind, "frame_rate_change", change, "%")
            show(kind, "frames_delivered", 100 * seen.delivered, "%")
            show(kind, "memory_growth_plane", (after[0] - plane) / 1e6, "MB")
            show(kind, "memory_growth_server", (after[1] - server) / 1e6, "MB")
            show(kind, "plane_cpu", 100 * (room.plane_seconds() - cpu) / seen.seconds, "%")
            show(kind, "control_p99_before", p99(calm.trips_ms), "ms")
            show(kind, "control_p99", p99(seen.trips_ms), "ms")
    finally:
        await room.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each kind")
    parser.add_argument("--rate", type=int, default=1000, help="datagrams a second")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    asyncio.run(measure(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
