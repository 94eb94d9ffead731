"""What forwarding media costs, beside Janus's VideoRoom. See docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks import media_janus
from benchmarks.media_fan_out import fan_out
from benchmarks.media_janus import JanusServer
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import complain
from benchmarks.media_swarm import Swarm, build

SIZES: Final = (1, 10, 50, 200)
CIPHERS: Final = ("gcm", "cm")
PARTS: Final = tuple(f"{cipher}.n{size}" for cipher in CIPHERS for size in SIZES)
WITHOUT_GSO: Final = {"REPRISE_MEDIA_GSO": "off"}


@contextlib.asynccontextmanager
async def serving(
    names: Sequence[str], cipher: str, program: Path, folder: Path
) -> AsyncIterator[list[RepriseServer | JanusServer]]:
    """The servers by these names, each with clients of its own; however it ends, they end."""
    makers = {
        "reprise": lambda swarm: RepriseServer("reprise", folder, swarm, cipher),
        "reprise_without_gso": lambda swarm: RepriseServer(
            "reprise_without_gso", folder, swarm, cipher, WITHOUT_GSO
        ),
        "janus": lambda swarm: JanusServer("janus", folder, swarm, cipher, 1),
        "janus_default": lambda swarm: JanusServer("janus_default", folder, swarm, cipher, None),
    }
    async with contextlib.AsyncExitStack() as stack:
        servers: list[RepriseServer | JanusServer] = []
        for name in names:
            swarm = Swarm(program)
            stack.callback(swarm.close)
            server = makers[name](swarm)
            stack.push_async_callback(server.stop)
            await server.start()
            servers.append(server)
        try:
            yield servers
        except Exception:
            for server in servers:
                print(f"---- {server.name}\n{server.tail()}", file=sys.stderr)
            raise


async def measure(options: argparse.Namespace, folder: Path) -> None:
    program = build(folder)
    servers: list[str] = options.servers
    if media_janus.program() is None and any("janus" in name for name in servers):
        complain(media_janus.INSTALL)
        servers = [name for name in servers if "janus" not in name]
    for cipher in CIPHERS:
        sizes = [size for size in SIZES if is_wanted(f"{cipher}.n{size}", options.only)]
        if not sizes:
            continue
        # What GSO saves does not depend on the cipher; once is enough.
        names = [name for name in servers if cipher == "gcm" or "gso" not in name]
        with tempfile.TemporaryDirectory(dir=folder) as own:
            async with serving(names, cipher, program, Path(own)) as running:
                await fan_out(
                    cipher, running, sizes, options.frames, options.rounds, options.seconds
                )


def is_wanted(part: str, only: Sequence[str] | None) -> bool:
    return not only or any(part == name or part.startswith(f"{name}.") for name in only)


async def until_ended(options: argparse.Namespace, folder: Path) -> None:
    """However it ends, the servers end with it."""
    task = asyncio.ensure_future(measure(options, folder))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await task


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help=f"a part: {', '.join(PARTS)}")
    parser.add_argument(
        "--servers", nargs="+",
        default=["reprise", "janus", "janus_default", "reprise_without_gso"],
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one window")
    parser.add_argument("--frames", type=int, default=30, help="frames a second, 8 packets each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(until_ended(options, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
