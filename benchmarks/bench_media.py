"""What forwarding media costs, beside Janus's VideoRoom. See docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import media_janus
from benchmarks.media_breakouts import breakouts
from benchmarks.media_fan_out import fan_out
from benchmarks.media_janus import JanusServer
from benchmarks.media_joins import joins
from benchmarks.media_meeting import meeting
from benchmarks.media_most import most
from benchmarks.media_reprise import RepriseServer
from benchmarks.media_rounds import complain
from benchmarks.media_signalling import signalling
from benchmarks.media_swarm import Swarm, build

SIZES: Final = (1, 10, 50, 200)
CIPHERS: Final = ("gcm", "cm")
PARTS: Final = (
    *(f"{cipher}.n{size}" for cipher in CIPHERS for size in SIZES),
    "meeting", "signalling", "joins", "most", "breakouts",
)  # fmt: skip
SERVERS: Final = ("reprise", "janus", "janus_default", "reprise_without_gso")
SIGNALLING_S: Final = 10.0
PART_S: Final = 180.0
WITHOUT_GSO: Final = {"REPRISE_MEDIA_GSO": "off"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where servers are started: the clients' program, and a folder for what they write."""

    program: Path
    folder: Path

    @contextlib.asynccontextmanager
    async def serving(
        self, names: Sequence[str], cipher: str
    ) -> AsyncIterator[list[RepriseServer | JanusServer]]:
        """The servers by these names, each with clients of its own; however it ends, they end."""
        servers: list[RepriseServer | JanusServer] = []
        async with contextlib.AsyncExitStack() as stack:
            own = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder)))
            for name in names:
                swarm = Swarm(self.program)
                stack.callback(swarm.close)
                server = make(name, own, swarm, cipher)
                stack.push_async_callback(server.stop)
                await server.start()
                servers.append(server)
            try:
                yield servers
            except Exception:
                for server in servers:
                    print(f"---- {server.name}\n{server.tail()}", file=sys.stderr)
                raise


def make(name: str, folder: Path, swarm: Swarm, cipher: str) -> RepriseServer | JanusServer:
    match name:
        case "reprise":
            return RepriseServer(name, folder, swarm, cipher)
        case "reprise_without_gso":
            return RepriseServer(name, folder, swarm, cipher, WITHOUT_GSO)
        case "janus":
            return JanusServer(name, folder, swarm, cipher, 1)
        case _:
            return JanusServer(name, folder, swarm, cipher, None)


async def measure(options: argparse.Namespace, folder: Path) -> bool:
    """Whether every part came to its end."""
    program = build(folder)
    servers: list[str] = options.servers
    if media_janus.program() is None and any("janus" in name for name in servers):
        complain(media_janus.INSTALL)
        servers = [name for name in servers if "janus" not in name]
    place = Place(program, folder)
    parts = Parts()
    for cipher in CIPHERS:
        sizes = [size for size in SIZES if is_wanted(f"{cipher}.n{size}", options.only)]
        # What GSO saves does not depend on the cipher; once is enough.
        names = [name for name in servers if cipher == "gcm" or "gso" not in name]
        if sizes:
            with parts.one(cipher):
                async with place.serving(names, cipher) as running:
                    await fan_out(
                        cipher, running, sizes, options.frames, options.rounds, options.seconds
                    )
    paired = [name for name in servers if "gso" not in name]
    if is_wanted("meeting", options.only):
        with parts.one("meeting"):
            async with place.serving(paired, "gcm") as running:
                await meeting(running, options.rounds, options.seconds)
    for part in ("signalling", "joins", "most"):
        for name in paired if is_wanted(part, options.only) else ():
            with parts.one(f"{part} of {name}"):
                async with place.serving([name], "gcm") as (server,), asyncio.timeout(PART_S):
                    if part == "signalling":
                        await signalling(server, SIGNALLING_S)
                    elif part == "joins":
                        await joins(server, options.frames, folder)
                    else:
                        await most(server, options.seconds)
    if is_wanted("breakouts", options.only) and "reprise" in servers:
        with parts.one("breakouts"):
            async with place.serving(["reprise"], "gcm") as (server,), asyncio.timeout(PART_S):
                assert isinstance(server, RepriseServer)
                await breakouts(server)
    return parts.are_done


@dataclass
class Parts:
    are_done: bool = True

    @contextlib.contextmanager
    def one(self, part: str) -> Iterator[None]:
        """A part that does not come to its end must not cost the others."""
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            complain(f"{part}: not done: {error or type(error).__name__}")
            self.are_done = False


def is_wanted(part: str, only: Sequence[str] | None) -> bool:
    return not only or any(part == name or part.startswith(f"{name}.") for name in only)


async def until_ended(options: argparse.Namespace, folder: Path) -> bool:
    """However it ends, the servers end with it."""
    task = asyncio.ensure_future(measure(options, folder))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help=f"a part: {', '.join(PARTS)}")
    parser.add_argument(
        "--servers", nargs="+", choices=SERVERS, default=SERVERS,
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of one window")
    parser.add_argument("--frames", type=int, default=30, help="frames a second, 8 packets each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        are_done = asyncio.run(until_ended(options, Path(folder)))
    return 0 if are_done else 1


if __name__ == "__main__":
    sys.exit(main())
