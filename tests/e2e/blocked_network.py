"""A machine of its own behind one wire: a network namespace whose packets the test can hold back.

Needs root, ``ip`` (iproute2) and ``nft`` (nftables); ``what_is_missing`` says which.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

HERE, THERE = "10.231.77.1", "10.231.77.2"
"""of a range nobody routes; the wire exists only while the test runs"""
_TABLE = "reprise_reach"


def what_is_missing(*programs: str) -> str:
    """For a skip: everything that is not there, or nothing."""
    missing = [name for name in ("ip", "nft", *programs) if shutil.which(name) is None]
    if os.geteuid() != 0:
        missing.append("root, who may make network namespaces")
    if missing:
        return "needs " + ", ".join(missing)
    name = f"reach-probe-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if tried.returncode != 0:
        return f"needs a kernel that lets network namespaces be made: {tried.stderr.strip()}"
    rules = f"add table inet {_TABLE}"
    tried = subprocess.run(
        ["ip", "netns", "exec", name, "nft", rules], capture_output=True, text=True
    )
    subprocess.run(["ip", "netns", "del", name], check=True)
    return f"needs nftables in the kernel: {tried.stderr.strip()}" if tried.returncode else ""


async def run(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)}: {said.decode().strip()}")


class BlockedNetwork:
    """``near``: our end of the wire."""

    def __init__(self) -> None:
        self._name = f"reach-{os.getpid()}"
        wire = f"rp{os.getpid() % 1_000_000}"
        self.near, self._far = f"{wire}a", f"{wire}b"

    async def start(self) -> None:
        near, far = self.near, self._far
        await run("ip", "netns", "add", self._name)
        try:
            await run("ip", "link", "add", near, "type", "veth", "peer", "name", far)
            await run("ip", "link", "set", far, "netns", self._name)
            await run("ip", "address", "add", f"{HERE}/24", "dev", near)
            await run("ip", "link", "set", near, "up")
            await self._inside("ip", "address", "add", f"{THERE}/24", "dev", far)
            await self._inside("ip", "link", "set", far, "up")
            await self._inside("ip", "link", "set", "lo", "up")
            # Browsers name the address that has the way to everywhere.
            await self._inside("ip", "route", "add", "default", "via", HERE)
            await self._inside("nft", f"add table inet {_TABLE}")
            for chain in ("input", "output"):
                hook = f"{{ type filter hook {chain} priority 0; }}"
                await self._inside("nft", f"add chain inet {_TABLE} {chain} {hook}")
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """The wire goes with the namespace its one end is in."""
        await run("ip", "netns", "del", self._name)

    async def _inside(self, *words: str) -> None:
        await run("ip", "netns", "exec", self._name, *words)

    async def block(self, out: str, into: str | None = None) -> None:
        """Hold back what goes out, or comes in, and fits, such as ``meta l4proto udp``."""
        wanted: tuple[tuple[Literal["input", "output"], str | None], ...]
        wanted = (("output", out), ("input", into))
        for chain, rule in wanted:
            if rule is not None:
                await self.hold_back(chain, rule)

    async def hold_back(self, chain: Literal["input", "output"], rule: str) -> None:
        await self._inside("nft", f"add rule inet {_TABLE} {chain} {rule} drop")

    async def unblock(self) -> None:
        for chain in ("input", "output"):
            await self._inside("nft", f"flush chain inet {_TABLE} {chain}")

    def program(self, path: str, folder: Path) -> Path:
        """Runs ``path`` in there; a browser is started by the name of one program."""
        handle, name = tempfile.mkstemp(dir=folder, suffix=".sh")
        with os.fdopen(handle, "w") as file:
            file.write(f'#!/bin/sh\nexec ip netns exec {self._name} {path} "$@"\n')
        Path(name).chmod(0o755)
        return Path(name)
