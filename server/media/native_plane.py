"""The media plane as a process of its own: ``reprise-plane``, written in C (native/).

Theory of operation. The process owns the packets: it receives, decrypts, rewrites, sends, asks
again and writes captures. Here stay the handshake (ICE-lite and DTLS, whose datagrams it hands up
and down), the rules of the switchboard, and a mirror of what it forwards (native_mirror.py).
native/control.h is the protocol between the two. The UDP socket is opened here and lent, so a
process that is started anew goes on at the same port.

When the process ends unasked, a new one is started and told everything again; how far packets had
come it finds in memory that both processes share (native/kept.h). So nobody has to rejoin, and
only captures end, with a declared gap. When that does not work, every transport is closed with
reason ``error``, and pages rejoin by themselves.

When this server is killed, the process goes on without it for a while, and the next server finds
it (native_meeting.py). What it forwards then stays as it is, *held*, until each page is back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server.media import native_build
from server.media import native_protocol as wire
from server.media.native_meeting import Held, LeftBehind, end, is_of, meet, waiting_place
from server.media.native_process import NativeProcess, process_cpu_s
from server.media.native_switchboard import NativeSwitchboard
from server.media.plane import (
    CloseTransport,
    OfferRefused,
    OpenTransport,
    PlaneCommand,
    PlaneNotification,
    SetPublicationEnabled,
    TransportClosed,
    TransportHeld,
    TransportId,
)
from server.media.plane_settings import PlaneSettings

log = logging.getLogger(__name__)

_READY_S: Final = 10.0
_AGAIN_S: Final = (0.0, 0.1, 0.5, 2.0)
"""how long to wait before each further start of a process that keeps ending"""
_PATIENCE_S: Final = 3.0
"""how long an offer waits for a process that is being started"""
_GENERATIONS: Final = 62
_GENERATION_BITS: Final = 26
"""servers that took over a process number things apart from what they found in it"""
_STEADY_S: Final = 5.0
_TOO_OFTEN: Final = 3
"""so many processes that did not last take what they were told with them"""


class NativePlane(NativeSwitchboard):
    """Implements ``MediaPlane``. ``program`` is built when it is not named."""

    def __init__(self, settings: PlaneSettings | None = None, program: Path | None = None) -> None:
        super().__init__(settings)
        self._program = program
        self._process: NativeProcess | None = None
        self._is_ready = asyncio.Event()
        self._restarting: asyncio.Task[None] | None = None
        self._kept = -1
        self._waiting_place: socket.socket | None = None
        self._held: dict[TransportId, Held] = {}
        self._ends = 0
        """how many processes in a row did not last"""
        self._launched_at = 0.0
        self.exit_code: int | None = None
        """of the process that was asked to end"""
        self._by_type[wire.READY] = self._on_ready_message

    @property
    def pid(self) -> int:
        """Of the process that forwards now."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it takes offers; not for a moment after a process has died."""
        return self._is_ready.is_set()

    # ---- the port ------------------------------------------------------------------------------

    async def start(self, notify: Callable[[PlaneNotification], None]) -> None:
        """Raises OSError when the port is taken or the program cannot be started, CannotBuild
        when it is not there and cannot be made."""
        if self._program is None:
            self._program = await asyncio.to_thread(native_build.build)
        found = await self._find_left_behind()
        if found is not None:
            self._endpoint.lent = found.udp
            self._kept = found.kept
        self._prepare(notify)
        self._endpoint.send = self._send
        try:
            if found is not None:
                self._adopt(found)
            else:
                self._kept = os.memfd_create("reprise-kept")
                os.ftruncate(self._kept, wire.KEPT_OCTETS)
                self._launch()
            async with asyncio.timeout(_READY_S):
                await self._is_ready.wait()
        except (OSError, TimeoutError):
            await self.close()
            raise
        self._ticker.begin()

    async def open(self, command: OpenTransport) -> str:
        if not self._is_ready.is_set():
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self._is_ready.wait()
            except TimeoutError:
                raise OfferRefused("not_running", "The media plane is not running.") from None
        return await super().open(command)

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        await self._ticker.stop()
        if self._restarting is not None:
            self._restarting.cancel()
            await asyncio.gather(self._restarting, return_exceptions=True)
        for peer in list(self._peers.values()):
            self._close_peer(peer, "closed")
        self._held.clear()
        if self._process is not None:
            self.exit_code = await self._process.close()
            if self.exit_code:
                log.error("reprise-plane ended with code %d", self.exit_code)
        self._endpoint.close()
        self._lose_captures()
        self._tell_lost_captures()
        if self._kept >= 0:
            os.close(self._kept)
            self._kept = -1
        if self._waiting_place is not None:
            self._waiting_place.close()
        if self._settings.meeting is not None:
            self._settings.meeting.unlink(missing_ok=True)

    # ---- a process that was left behind --------------------------------------------------------

    async def _find_left_behind(self) -> LeftBehind | None:
        path, program = self._settings.meeting, self._program
        if path is None or program is None:
            return None
        found = await asyncio.to_thread(meet, path)
        if found is None:
            return None
        port = found.udp.getsockname()[1]
        if is_of(found, program) and self._settings.port in (0, port):
            return found
        log.warning("the reprise-plane that was left behind is another one, and is ended")
        await asyncio.to_thread(end, found)
        return None

    def _adopt(self, found: LeftBehind) -> None:
        generation = max((held.generation for held in found.held), default=0) % _GENERATIONS + 1
        self._generation = generation
        self._last_number = generation << _GENERATION_BITS
        self._chooser.begin_after(self._last_number)
        for held in found.held:
            self._held[held.transport_id] = held
            self._free_cells.remove(held.cell)
        process = NativeProcess(self._on_message, self._on_process_end)
        process.adopt(found)
        self._process = process
        process.send(wire.hello())
        log.warning("reprise-plane %d was left behind with %d transports; what it says is in %s",
                    found.pid, len(found.held), self._words)  # fmt: skip
        for held in found.held:
            self._tell(
                TransportHeld(
                    held.transport_id, held.participant_id, held.tag, tuple(held.publications)
                )
            )

    def _apply(self, command: PlaneCommand) -> None:
        match command:
            case CloseTransport() if command.transport_id in self._held:
                held = self._held.pop(command.transport_id)
                self._send(wire.about(wire.CLOSE, held.number))
                self._free_cells.append(held.cell)
                self._tell(TransportClosed(held.transport_id, "closed"))
            case SetPublicationEnabled(publication_id, False) if (
                held := self._held.get(publication_id.rsplit(":", 1)[0])
            ) is not None:
                if publication_id in held.publications:
                    number = held.publications[publication_id]
                    self._send(wire.gate(number, 0, "muted", is_open=False))
            case _:
                super()._apply(command)

    def _lose_held(self) -> None:
        """Their keys went with the process; nobody wrote them down."""
        lost, self._held = list(self._held.values()), {}
        for held in lost:
            self._free_cells.append(held.cell)
            self._tell(TransportClosed(held.transport_id, "error"))

    # ---- the process ---------------------------------------------------------------------------

    def _launch(self) -> None:
        assert self._program is not None
        self._make_waiting_place()
        process = NativeProcess(self._on_message, self._on_process_end)
        process.start(
            self._program, self._endpoint.socket, self._kept, self._waiting_place,
            "--watermark", str(self._settings.disk_watermark),
            *(() if self._settings.has_gso else ("--no-gso",)), words=self._words,
        )  # fmt: skip
        self._process = process
        assert self._loop is not None
        self._launched_at = self._loop.time()
        process.send(wire.hello())
        self._describe_all()

    @property
    def _words(self) -> Path | None:
        """The file of a process that has no server to tell."""
        path = self._settings.meeting
        return path.with_suffix(".log") if path is not None else None

    def _make_waiting_place(self) -> None:
        path = self._settings.meeting
        if path is None or self._waiting_place is not None:
            return
        try:
            self._waiting_place = waiting_place(path)
        except OSError as failure:
            log.warning("reprise-plane will end with this server, since %s: %s", path, failure)

    @property
    def _is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def _send(self, message: bytes | bytearray) -> None:
        if self._process is not None:
            self._process.send(message)

    def _on_process_end(self, process: NativeProcess) -> None:
        if self._is_closed or process is not self._process:
            return
        assert self._loop is not None
        process.kill()
        has_lasted = self._loop.time() - self._launched_at > _STEADY_S
        self._ends = 0 if has_lasted else self._ends + 1
        self._is_ready.clear()
        log.error("reprise-plane has ended; it is started anew")
        self._lose_captures()
        self._lose_held()
        if self._ends >= _TOO_OFTEN:
            self._lose_transports()
        self._restarting = self._loop.create_task(
            self._restart(process), name="media-plane-restart"
        )

    async def _restart(self, ended: NativeProcess) -> None:
        code = await ended.reap()
        log.error("reprise-plane ended with code %d", code)
        while True:
            await asyncio.sleep(_AGAIN_S[min(self._ends, len(_AGAIN_S) - 1)])
            try:
                self._launch()
            except OSError as error:
                self._ends += 1
                log.error("reprise-plane cannot be started: %s", error)
                self._lose_transports()
            else:
                break
        process = self._process
        assert process is not None
        try:
            async with asyncio.timeout(_READY_S):
                await self._is_ready.wait()
        except TimeoutError:
            log.error("reprise-plane says nothing; it is killed")
            process.kill()

    def _lose_transports(self) -> None:
        """Pages are told at once, and rejoin."""
        for peer in list(self._peers.values()):
            self._close_peer(peer, "error")
        self._tell_lost_captures()

    def _on_ready_message(self, message: bytes) -> None:
        version, port, has_gso = wire.ready_fields.unpack_from(message, 1)
        if version != wire.VERSION:
            raise wire.BadMessage(f"version {version}")
        self._is_ready.set()
        log.info("reprise-plane %d at UDP port %d, GSO %s", self.pid, port, bool(has_gso))

    def _cpu_s(self) -> float:
        return process_cpu_s(self.pid) if self._is_running else 0.0
