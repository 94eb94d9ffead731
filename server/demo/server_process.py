"""The real server, started the way a person starts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp

START_LIMIT_S = 90
STOP_LIMIT_S = 20


class ServerFailed(Exception):
    """The server did not come up, or ended by itself; the message has its last lines."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """``reprise serve`` in a process group of its own; its output goes to ``log``."""

    def __init__(
        self, data: Path, port: int, log: Path, extra_env: dict[str, str] | None = None
    ) -> None:
        self.data = data
        self.port = port
        self.log = log
        self.url = f"http://localhost:{port}"
        self._extra_env = extra_env or {}
        self._media_port = free_port(socket.SOCK_DGRAM)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, *arguments: str) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        program = Path(sys.executable).with_name("reprise")
        environment = os.environ | {
            "REPRISE_DATA": str(self.data),
            "REPRISE_PORT": str(self.port),
            "REPRISE_HTTPS_PORT": "off",
            "REPRISE_MEDIA_PORT": str(self._media_port),
            **self._extra_env,
        }  # fmt: skip
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                program, "serve", *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=output,
                stderr=output, env=environment, start_new_session=True,
            )  # fmt: skip
        await self.wait_until_it_answers()

    async def wait_until_it_answers(self) -> None:
        deadline = asyncio.get_running_loop().time() + START_LIMIT_S
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http:
            while asyncio.get_running_loop().time() < deadline:
                if self._process is not None and self._process.returncode is not None:
                    raise ServerFailed(f"the server ended at once:\n{self.tail()}")
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with http.get(f"{self.url}/api/v1/healthz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)
        raise ServerFailed(f"no answer within {START_LIMIT_S} s:\n{self.tail()}")

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    async def setup_token(self) -> str | None:
        """The token of the single-use link that makes the first admin; None once it is used up."""
        deadline = asyncio.get_running_loop().time() + 10
        while asyncio.get_running_loop().time() < deadline:
            found = re.findall(r"/setup\?token=([\w-]+)", self.log.read_text(errors="replace"))
            if found:
                return found[-1]
            await asyncio.sleep(0.1)
        return None

    async def stop(self) -> None:
        """End it as Ctrl-C would; by force when it does not."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
