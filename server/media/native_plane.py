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
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, Literal

from server.media import native_build
from server.media import native_protocol as wire
from server.media.capture import header_text
from server.media.capture_feed import capture_header
from server.media.endpoint import Endpoint, bind
from server.media.ice_dtls import Address, DtlsSession, IceLite
from server.media.native_meeting import Held, LeftBehind, end, is_of, meet, memo, waiting_place
from server.media.native_mirror import (
    MirrorCapture,
    MirrorPeer,
    MirrorPublication,
    MirrorSlot,
    MirrorStream,
)
from server.media.native_process import NativeProcess, process_cpu_s
from server.media.native_sound import NativeSound
from server.media.plane import (
    CaptureSealed,
    CaptureStopped,
    CloseTransport,
    LayersChanged,
    OfferRefused,
    OpenTransport,
    PlaneCommand,
    PlaneLoad,
    PlaneNotification,
    PublicationId,
    PublicationStarted,
    SetPublicationEnabled,
    SlotSwitched,
    StartCapture,
    TransportClosed,
    TransportHeld,
    TransportId,
)
from server.media.rtp import Packet
from server.media.sdp_answer import LAYERS, Answer
from server.media.switchboard import PlaneSettings, Switchboard
from server.media.viewing import Viewing

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
_NO_LEVEL: Final = 255
_SWEEP: Final = 25
"""every so many layer ticks all viewings are looked at"""
_UP: Final = ("packets_in", "octets_in", "nacks_sent", "key_requests", "keyframes")
_DOWN: Final = ("packets_out", "octets_out", "nacks_received", "resent")
"""what a stream and a slot count, in the order they are told"""
_STOPPED: Final[dict[int, Literal["disk_full", "io_error", "overflow"]]] = {
    1: "disk_full", 2: "io_error", 3: "overflow",
}  # fmt: skip


class NativeEndpoint(Endpoint[MirrorPeer]):
    """Checks and handshakes, over the process's socket."""

    def __init__(
        self,
        on_ready: Callable[[MirrorPeer], None],
        on_failed: Callable[[MirrorPeer], None],
        on_goodbye: Callable[[MirrorPeer], None],
    ) -> None:
        super().__init__(on_ready, on_failed, on_goodbye)
        self.send: Callable[[bytes], None] = _nowhere
        self.lent: socket.socket | None = None
        """of a process that was left behind"""

    def open(self, host: str, port: int) -> None:
        self._socket = self.lent or bind(host, port)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def socket(self) -> socket.socket:
        assert self._socket is not None
        return self._socket

    def sendto(self, data: memoryview | bytes, address: Address) -> None:
        self.send(wire.datagram(address, data))

    def validated(self, peer: MirrorPeer) -> None:
        peer.validated()

    def take(self, data: bytes, address: Address) -> None:
        """A datagram the process handed up."""
        if data[0] < 4:
            self._check(data, address)
            return
        peer = self._by_address.get(address)
        if peer is not None:
            self.handshake(peer, data)


class NativePlane(Switchboard[MirrorPeer, MirrorPublication]):
    """Implements ``MediaPlane``. ``program`` is built when it is not named."""

    estimates_down = True
    kind = "native"
    ticks_at_once = 5

    _endpoint: NativeEndpoint

    def __init__(self, settings: PlaneSettings | None = None, program: Path | None = None) -> None:
        super().__init__(settings, NativeEndpoint)
        self._program = program
        self._process: NativeProcess | None = None
        self._is_ready = asyncio.Event()
        self._last_number = 0
        self._publication_by_number: dict[int, MirrorPublication] = {}
        self._slot_by_number: dict[int, MirrorSlot] = {}
        self._peer_by_number: dict[int, MirrorPeer] = {}
        self._stream_by_number: dict[int, MirrorStream] = {}
        self._changed: set[PublicationId] = set()
        """whose streams or layers are not what they were at the last layer tick"""
        self._sweep = 0
        self._captures: dict[int, MirrorCapture] = {}
        self._restarting: asyncio.Task[None] | None = None
        self._lost: list[MirrorCapture] = []
        """captures that ended with their process, to be told of when there is a new one"""
        self._kept = -1
        self._waiting_place: socket.socket | None = None
        self._held: dict[TransportId, Held] = {}
        self._generation = 0
        self._free_cells = list(range(wire.KEPT_CELLS - 1, -1, -1))
        self._ends = 0
        """how many processes in a row did not last"""
        self._launched_at = 0.0
        self._load = (0, 0, 0)
        self._sound = self._chooser = NativeSound(
            self._rooms, self._peers, self._viewings, self._tell, self._send
        )
        self.exit_code: int | None = None
        """of the process that was asked to end"""
        self._by_type: dict[int, Callable[[bytes], None]] = {
            wire.READY: self._on_ready_message,
            wire.DATAGRAM_UP: self._on_datagram,
            wire.STREAM: self._on_stream,
            wire.STREAM_GONE: self._on_stream_gone,
            wire.STARTED: self._on_started,
            wire.LAYERS_LIVE: self._on_layers,
            wire.SWITCHED: self._on_switched,
            wire.SOUND: self._on_sound,
            wire.SPEAKERS: self._on_speakers,
            wire.STATISTICS: self._on_statistics,
            wire.CAPTURE_ENDED: self._on_capture_ended,
            wire.HEARD: self._on_heard,
            wire.ESTIMATE: self._on_estimate,
            wire.STREAM_COUNTERS: self._on_stream_counters,
            wire.SLOT_COUNTERS: self._on_slot_counters,
            wire.LOAD: self._on_load,
        }

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

    def _describe_all(self) -> None:
        for peer in self._peers.values():
            peer.describe_again()
        for slot in self._slot_by_number.values():
            slot.describe_again()
        self._chooser.describe_again(time.monotonic_ns())
        for capture in self._captures.values():
            self._send(capture.message)
        self._tell_lost_captures()

    def _send(self, message: bytes) -> None:
        if self._process is not None:
            self._process.send(message)

    def _on_message(self, message: bytes) -> None:
        handler = self._by_type.get(message[0])
        if handler is None:
            raise wire.BadMessage(f"type {message[0]}")
        handler(message)

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

    def _lose_captures(self) -> None:
        """What no process can seal any more."""
        self._lost += self._captures.values()
        self._captures.clear()
        for publication in self._publication_by_number.values():
            publication.capture = None

    def _tell_lost_captures(self) -> None:
        lost, self._lost = self._lost, []
        for capture in lost:
            self._tell(CaptureStopped(capture.publication_id, capture.path, "process_lost"))

    # ---- peers ---------------------------------------------------------------------------------

    def _next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def _new_peer(
        self, command: OpenTransport, ice: IceLite, dtls: DtlsSession, answer: Answer
    ) -> MirrorPeer:
        if not self._free_cells:
            raise OfferRefused("too_many", "The media plane has no place for another connection.")
        peer = MirrorPeer(
            self._next_number(), self._free_cells.pop(), command.transport_id,
            command.participant_id, ice, dtls, self._send,
        )  # fmt: skip
        self._peer_by_number[peer.number] = peer
        for numbers in answer.publications:
            publication = MirrorPublication(
                self._next_number(), f"{command.transport_id}:{numbers.mid}",
                command.participant_id, numbers, self._send,
            )  # fmt: skip
            peer.publications[publication.publication_id] = publication
            self._publication_by_number[publication.number] = publication
        for slot_numbers in answer.slots:
            slot = MirrorSlot(self._next_number(), peer, slot_numbers, self._send)
            peer.slots[slot.name] = slot
            self._slot_by_number[slot.number] = slot
        peer.memo = memo(
            Held(
                peer.number, peer.cell, self._generation, peer.transport_id,
                peer.participant_id, command.tag,
                {one.publication_id: one.number for one in peer.publications.values()},
            )
        )  # fmt: skip
        peer.describe(answer)
        return peer

    def _peer_is_closing(self, peer: MirrorPeer, reason: str) -> None:
        for publication in peer.publications.values():
            self._seal(publication, reason)

    def _close_peer(self, peer: MirrorPeer, reason: str) -> None:
        if peer.is_closed:
            return
        super()._close_peer(peer, reason)
        self._send(wire.about(wire.CLOSE, peer.number))
        self._peer_by_number.pop(peer.number, None)
        self._free_cells.append(peer.cell)
        for slot in peer.slots.values():
            self._slot_by_number.pop(slot.number, None)
        for publication in peer.publications.values():
            self._publication_by_number.pop(publication.number, None)
            for stream in publication.streams.values():
                self._forget_stream(stream)

    def _forget_stream(self, stream: MirrorStream) -> None:
        self._stream_by_number.pop(stream.number, None)
        for slot in self._slot_by_number.values():
            slot.forget(stream)

    def _ask_keyframe(self, publication: MirrorPublication) -> None:
        self._send(wire.about(wire.KEYFRAME, publication.number))

    def _listening_changed(self, publication: MirrorPublication) -> None:
        self._send(wire.listen(publication.number, is_heard=publication.ear is not None))

    # ---- captures ------------------------------------------------------------------------------

    def _start_capture(self, publication: MirrorPublication, command: StartCapture) -> None:
        if publication.capture is not None and publication.capture.path == command.path:
            return
        number = self._next_number()
        stream = publication.best("f")
        ssrc = stream.ssrc if stream is not None else 0
        layer = stream.layer if stream is not None else "f"
        header = header_text(capture_header(command.header, publication, ssrc, layer))
        # The process has a working folder of its own to be.
        path = command.path.absolute()
        origin_ns = command.origin_monotonic_ns or time.monotonic_ns()
        message = wire.capture(publication.number, number, origin_ns, ssrc, path, header)
        publication.capture = MirrorCapture(
            number, publication.publication_id, command.path, message
        )
        self._captures[number] = publication.capture
        self._send(message)

    def _stop_capture(self, publication: MirrorPublication) -> None:
        self._seal(publication, "stopped")

    def _seal(self, publication: MirrorPublication, reason: str) -> None:
        capture, publication.capture = publication.capture, None
        if capture is None:
            return
        if self._process is not None and self._process.is_running:
            self._send(wire.seal(publication.number, reason))
        elif self._captures.pop(capture.number, None) is not None:
            self._lost.append(capture)

    def _on_capture_ended(self, message: bytes) -> None:
        _, number, how, packets, octets = wire.ended_fields.unpack_from(message, 1)
        capture = self._captures.pop(number, None)
        if capture is None:
            return
        publication = self._find(capture.publication_id)
        if publication is not None and publication.capture is capture:
            publication.capture = None
        if how == 0:
            self._tell(CaptureSealed(capture.publication_id, capture.path, packets, octets))
        else:
            self._tell(CaptureStopped(capture.publication_id, capture.path, _STOPPED[how]))

    # ---- what the process tells ----------------------------------------------------------------

    def _on_ready_message(self, message: bytes) -> None:
        version, port, has_gso = wire.ready_fields.unpack_from(message, 1)
        if version != wire.VERSION:
            raise wire.BadMessage(f"version {version}")
        self._is_ready.set()
        log.info("reprise-plane %d at UDP port %d, GSO %s", self.pid, port, bool(has_gso))

    def _on_datagram(self, message: bytes) -> None:
        start = 1 + wire.ADDRESS_OCTETS
        if len(message) > start:
            self._endpoint.take(message[start:], wire.read_address(message, 1))

    def _on_stream(self, message: bytes) -> None:
        number, stream_number, layer, ssrc, codec = wire.stream_fields.unpack_from(message, 1)
        publication = self._publication_by_number.get(number)
        if publication is None:
            return
        stream = MirrorStream(stream_number, publication, LAYERS[layer], ssrc, wire.CODECS[codec])
        publication.streams[stream.layer] = stream
        self._stream_by_number[stream_number] = stream
        self._changed.add(publication.publication_id)

    def _on_stream_gone(self, message: bytes) -> None:
        (number,) = wire.number_field.unpack_from(message, 1)
        stream = self._stream_by_number.get(number)
        if stream is None:
            return
        if stream.publication.streams.get(stream.layer) is stream:
            del stream.publication.streams[stream.layer]
        self._changed.add(stream.publication.publication_id)
        self._forget_stream(stream)

    def _on_started(self, message: bytes) -> None:
        (number,) = wire.number_field.unpack_from(message, 1)
        publication = self._publication_by_number.get(number)
        if publication is None or publication.is_started:
            return
        publication.is_started = True
        self._sound.changed()
        transport_id = publication.publication_id.rsplit(":", 1)[0]
        self._tell(
            PublicationStarted(
                publication.publication_id, transport_id, publication.participant_id,
                publication.track, next(iter(publication.numbers.codecs.values())),
            )
        )  # fmt: skip

    def _on_layers(self, message: bytes) -> None:
        number, bits = wire.layers_fields.unpack_from(message, 1)
        publication = self._publication_by_number.get(number)
        if publication is not None:
            publication.set_layers(bits)
            self._changed.add(publication.publication_id)
            self._tell(LayersChanged(publication.publication_id, publication.layers))

    def _on_switched(self, message: bytes) -> None:
        number, stream_number, timestamp = wire.switched_fields.unpack_from(message, 1)
        slot = self._slot_by_number.get(number)
        stream = self._stream_by_number.get(stream_number)
        if slot is None or (stream is None and stream_number):
            return  # it has gone meanwhile, and the slot's next message says what came after
        slot.switched(stream)
        if slot.is_video:
            self._viewings[slot.peer.transport_id].is_waiting = True  # to be looked at once more
            self._tell(
                SlotSwitched(
                    slot.peer.transport_id, slot.name,
                    stream.publication.publication_id if stream is not None else None,
                    timestamp if stream is not None else None,
                    stream.layer if stream is not None else None,
                )
            )  # fmt: skip

    def _on_sound(self, message: bytes) -> None:
        number, *chosen = wire.numbers_in(message, 1)
        peer = self._peer_by_number.get(number)
        if peer is None:
            return
        loudest = [name for name in peer.slots if name.startswith("audio")]
        found = [self._publication_by_number.get(one) for one in chosen]
        ids = [one.publication_id if one is not None else None for one in found]
        slots = dict(zip(loudest, ids[1:], strict=False))
        if "stage_audio" in peer.slots:
            slots["stage_audio"] = ids[0]
        self._chooser.chosen(peer, slots)

    def _on_speakers(self, message: bytes) -> None:
        (room,) = wire.number_field.unpack_from(message, 1)
        self._chooser.speakers(room, list(wire.speaker_fields.iter_unpack(message[5:])))

    def _on_statistics(self, message: bytes) -> None:
        now = time.monotonic()
        for moved, rates in wire.read_statistics(message):
            peer = self._peer_by_number.get(moved.number)
            if peer is None:
                continue
            if moved.is_checked:
                peer.ice.checked_at = now
            peer.octets_up += moved.octets_up
            peer.octets_down += moved.octets_down
            peer.losses = (moved.loss_up, moved.loss_down)
            peer.trip = moved.trip
            peer.estimate, peer.estimate_at_ns = moved.estimate, moved.estimate_at_ns
            for number, bitrate in rates:
                stream = self._stream_by_number.get(number)
                if stream is not None:
                    stream.bitrate = bitrate

    def _on_estimate(self, message: bytes) -> None:
        number, limit, _, _, _, _, _ = wire.estimate_fields.unpack_from(message, 1)
        peer = self._peer_by_number.get(number)
        if peer is None:
            return
        peer.limit = limit or None
        self._link_changed(peer)

    def _on_stream_counters(self, message: bytes) -> None:
        # What says whose they are is in the numbers of streams and slots.
        for number, *counts in wire.stream_counters.iter_unpack(memoryview(message)[1:]):
            stream = self._stream_by_number.get(number)
            if stream is not None:
                self._totals.moved(_UP, stream.counts, counts)
                stream.counts = counts

    def _on_slot_counters(self, message: bytes) -> None:
        for number, *counts in wire.slot_counters.iter_unpack(memoryview(message)[1:]):
            slot = self._slot_by_number.get(number)
            if slot is not None:
                self._totals.moved(_DOWN, slot.counts, counts)
                slot.counts = counts

    def _on_load(self, message: bytes) -> None:
        _, _, refused, dropped, cpu_ns, at_ns = wire.load_fields.unpack_from(message, 1)
        self._dropped = refused + dropped
        before, self._load = self._load, (cpu_ns, at_ns, refused)
        if all(now >= then for now, then in zip(self._load, before, strict=True)):  # one process
            cpu = (cpu_ns - before[0]) / max(at_ns - before[1], 1)
            self._tell(PlaneLoad(cpu, refused - before[2]))

    def _cpu_s(self) -> float:
        process = self._process
        return process_cpu_s(process.pid) if process is not None and process.is_running else 0.0

    def _on_heard(self, message: bytes) -> None:
        number, turn, sequence, timestamp, arrival, level = wire.heard_fields.unpack_from(
            message, 1
        )
        publication = self._publication_by_number.get(number)
        if publication is None:
            return
        packet = Packet(sequence, timestamp, 0, message[1 + wire.heard_fields.size :], arrival)
        if level != _NO_LEVEL:
            packet.level = level
        publication.heard(turn, packet)

    # ---- now and then --------------------------------------------------------------------------

    def _due_viewings(self) -> Collection[Viewing]:
        """The process says what has changed; all are looked at now and then nevertheless."""
        changed, self._changed = self._changed, set()
        self._sweep = (self._sweep + 1) % _SWEEP
        if self._sweep == 0:
            return self._viewings.values()
        due: list[Viewing] = []
        for viewing in self._viewings.values():
            if changed and viewing.sees(changed):
                viewing.is_settled = False
                due.append(viewing)
            elif viewing.is_waiting:
                due.append(viewing)
        return due

    def _note_counts(self, peer: MirrorPeer) -> None:
        """They are added as the process tells them."""


def _nowhere(_message: bytes) -> None:
    return None
