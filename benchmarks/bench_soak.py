"""A class on a wire that loses packets, under all hostile datagrams at once, for as long as wanted.

``make bench-soak`` (as root; ``ip`` and ``nft``). In a network namespace of its own, whose loopback
loses ``--loss`` per cent of all UDP both ways: the native media plane with somebody who publishes
and three who watch, ``--rate`` malformed datagrams a second of every kind, others who come and go,
and commands. After ``--kill-every`` seconds, again and again, the plane's process is killed.
``--checked`` runs the build that AddressSanitizer and UndefinedBehaviorSanitizer watch, whose
memory and processor time say nothing. Ends with an error when anybody was lost, could not come, or
the process ended by itself.

Prints ``soak.<figure> <value> <unit>`` lines: ``packets_delivered`` of the pictures, at once or
when they were asked for again, with those that a killed process took with it; ``longest_silence``
is the longest time without a picture for anybody who watches, so that of the slowest replacement;
``plane_ends`` are those nobody asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import psutil

from benchmarks.bench_hostile import WATCHERS, Class, Seen, attack
from benchmarks.hostile_datagrams import KINDS
from server.media import native_build
from server.media.native_plane import NativePlane
from server.media.plane_settings import PlaneSettings

INSIDE: Final = "--inside"
_SETTLED_S: Final = 20.0
_REPLACED_S: Final = 30.0


def what_is_missing() -> str:
    missing = [name for name in ("unshare", "ip", "nft") if shutil.which(name) is None]
    if os.geteuid() != 0:
        missing.append("root, who may make network namespaces")
    return ", ".join(missing)


def lose(percent: float) -> None:
    """What arrives over the loopback, of UDP alone: each packet by its own luck."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    rules = "add table inet soak; add chain inet soak in { type filter hook input priority 0; }"
    if percent:
        share = round(percent * 100)
        rules += f"; add rule inet soak in meta l4proto udp numgen random mod 10000 < {share} drop"
    subprocess.run(["nft", rules], check=True)


def show(figure: str, value: float, unit: str) -> None:
    print(f"soak.{figure} {value:.1f} {unit}", flush=True)


class Soak:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.room = Class()
        if options.checked:
            self.room.plane = NativePlane(
                PlaneSettings(host="127.0.0.1"), native_build.build("checked")
            )
        self.kills = 0
        self.ends = 0
        self.longest_silence = 0.0
        self.descriptors = 0

    async def run(self) -> list[str]:
        """What went wrong."""
        faults: dict[str, int] = {}
        await self.room.open()
        try:
            await self.room.watch(_SETTLED_S)
            self.descriptors = psutil.Process().num_fds()
            before = self.room.memory()
            lost = self.room.lost
            seen = await self._under_attack()
            after = self.room.memory()
            faults["connections_lost"] = self.room.lost - lost
            await self._until_repaired()
            missing = sum(len(self.room.stage(name).missing) for name in WATCHERS)
            expected = sum(self.room.stage(name).expected for name in WATCHERS)
        finally:
            await self.room.close()
        faults |= {
            "setups_failed": seen.failed_joins,
            "plane_ends": self.ends,
        }
        show("seconds", self.options.seconds, "s")
        for name, count in faults.items():
            show(name, count, "times")
        show("setups", seen.joins, "setups")
        show("kills", self.kills, "times")
        show("packets_sent", expected, "packets")
        show("packets_delivered", 100 * (1 - missing / expected), "%")
        show("longest_silence", self.longest_silence, "s")
        show("memory_growth_plane", (after[0] - before[0]) / 1e6, "MB")
        show("memory_growth_server", (after[1] - before[1]) / 1e6, "MB")
        show("descriptors_more", psutil.Process().num_fds() - self.descriptors, "descriptors")
        if self.room.plane.exit_code:
            return ["the plane's process ended with an error at its end"]
        return [f"{name}: {count}" for name, count in faults.items() if count]

    async def _under_attack(self) -> Seen:
        seconds = self.options.seconds
        async with AsyncExitStack() as stack:
            for kind in KINDS:
                await stack.enter_async_context(attack(self.room, kind, self.options.rate, seconds))
            tasks = [asyncio.create_task(self._kill()), asyncio.create_task(self._listen())]
            try:
                return await self.room.watch(seconds)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_repaired(self) -> None:
        """What was lost last has its chance, too."""
        for _ in range(40):
            await asyncio.sleep(0.05)
            self.room.ask_again()

    async def _kill(self) -> None:
        plane = self.room.plane
        pid = plane.pid
        due = time.monotonic() + self.options.kill_every
        while True:
            await asyncio.sleep(0.2)
            if plane.is_ready and plane.pid != pid:
                self.ends += 1
                pid = plane.pid
            if not self.options.kill_every or time.monotonic() < due:
                continue
            self.kills += 1
            os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(_REPLACED_S):
                while plane.pid == pid or not plane.is_ready:
                    await asyncio.sleep(0.05)
            pid = plane.pid
            due = time.monotonic() + self.options.kill_every

    async def _listen(self) -> None:
        counts = dict.fromkeys(WATCHERS, 0)
        since = dict.fromkeys(WATCHERS, time.monotonic())
        while True:
            await asyncio.sleep(0.05)
            self.room.ask_again()
            now = time.monotonic()
            for name in WATCHERS:
                count = self.room.stage(name).received
                if count != counts[name]:
                    counts[name], since[name] = count, now
                self.longest_silence = max(self.longest_silence, now - since[name])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--loss", type=float, default=5.0, help="per cent, each way")
    parser.add_argument("--rate", type=int, default=100, help="datagrams a second of each kind")
    parser.add_argument("--kill-every", type=float, default=60.0, help="seconds; 0: never")
    parser.add_argument("--checked", action="store_true", help="under the sanitizers")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        missing = what_is_missing()
        if missing:
            print(f"needs {missing}", file=sys.stderr)
            return 2
        words = [sys.executable, "-m", "benchmarks.bench_soak", INSIDE, *sys.argv[1:]]
        root = Path(__file__).resolve().parent.parent
        return subprocess.run(["unshare", "--net", *words], cwd=root, check=False).returncode
    lose(options.loss)
    faults = asyncio.run(Soak(options).run())
    print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
