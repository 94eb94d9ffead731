"""A Unix socket in the data folder, for the commands of whoever may read that folder.

Whoever connects is sent one report as JSON, and the socket closes; nothing is read. Its mode is
0600: the server's own user and root.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from server.schemas.media_report import MediaReport

log = logging.getLogger(__name__)

NAME: Final = "admin.sock"


@contextmanager
def short_path(data: Path) -> Iterator[str]:
    """The socket's address, however deep the folder lies: 107 octets are all it may have."""
    folder = os.open(data, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


class AdminSocket:
    """The data folder is this server's alone (lock_data), so what lies there is a dead one's."""

    def __init__(self, data: Path, report: Callable[[], MediaReport]) -> None:
        self._data = data
        self._report = report
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        with suppress(FileNotFoundError):
            (self._data / NAME).unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Set before it is bound, so that there is no moment at which others get in.
            os.fchmod(listener.fileno(), 0o600)
            with short_path(self._data) as path:
                listener.bind(path)
        except OSError as error:
            listener.close()
            log.warning("no socket for admin commands: %s", error)
            return
        self._server = await asyncio.start_unix_server(self._answer, sock=listener)

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(msgspec.json.encode(self._report()))
            await writer.drain()
        except ConnectionError:
            pass
        except Exception:
            log.exception("a report could not be made")
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def close(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        await server.wait_closed()
        with suppress(FileNotFoundError):
            (self._data / NAME).unlink()
