"""The switchboard of the native plane: it decides, and a process forwards.

Everything the process is told of has a number and a mirror (native_mirror.py); what it tells is
written back there. How the process lives and dies is the business of native_plane.py.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import Final, Literal

from server.media import native_protocol as wire
from server.media.capture import header_text
from server.media.capture_feed import capture_header
from server.media.dtls import DtlsSession
from server.media.ice import IceLite
from server.media.native_endpoint import NativeEndpoint
from server.media.native_meeting import Held, memo
from server.media.native_mirror import (
    MirrorCapture,
    MirrorPeer,
    MirrorPublication,
    MirrorSlot,
    MirrorStream,
)
from server.media.native_sound import NativeSound
from server.media.plane import (
    CaptureSealed,
    CaptureStopped,
    LayersChanged,
    OfferRefused,
    OpenTransport,
    PlaneLoad,
    PublicationId,
    PublicationStarted,
    SlotSwitched,
    StartCapture,
)
from server.media.plane_settings import PlaneSettings
from server.media.rtp import Packet
from server.media.sdp_answer import LAYERS, Answer
from server.media.switchboard import Switchboard
from server.media.ticker import InTurn
from server.media.viewing import Viewing

_NO_LEVEL: Final = 255
_SWEEP: Final = 25
"""within so many layer ticks every viewing is looked at"""
_UP: Final = ("packets_in", "octets_in", "nacks_sent", "key_requests", "keyframes")
_DOWN: Final = ("packets_out", "octets_out", "nacks_received", "resent")
"""what a stream and a slot count, in the order they are told"""
_STOPPED: Final[dict[int, Literal["disk_full", "io_error", "overflow"]]] = {
    1: "disk_full", 2: "io_error", 3: "overflow",
}  # fmt: skip


class NativeSwitchboard(Switchboard[MirrorPeer, MirrorPublication]):
    """A switchboard whose packets are a process's."""

    estimates_down = True
    kind = "native"
    ticks_at_once = 5

    _endpoint: NativeEndpoint

    def __init__(self, settings: PlaneSettings | None = None) -> None:
        super().__init__(settings, NativeEndpoint)
        self._last_number = 0
        self._publication_by_number: dict[int, MirrorPublication] = {}
        self._slot_by_number: dict[int, MirrorSlot] = {}
        self._peer_by_number: dict[int, MirrorPeer] = {}
        self._stream_by_number: dict[int, MirrorStream] = {}
        self._generation = 0
        self._free_cells = list(range(wire.KEPT_CELLS - 1, -1, -1))
        self._changed: set[PublicationId] = set()
        """whose streams or layers are not what they were at the last layer tick"""
        self._grown: set[PublicationId] = set()
        """whose pictures may not fit any more where they did"""
        self._sweep = InTurn(_SWEEP)
        self._captures: dict[int, MirrorCapture] = {}
        self._lost: list[MirrorCapture] = []
        """captures that ended with their process, to be told of when there is a new one"""
        self._load = (0, 0, 0)
        self._sound = self._chooser = NativeSound(
            self._rooms, self._peers, self._viewings, self._tell, self._send
        )
        self._by_type: dict[int, Callable[[bytes], None]] = {
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
    @abstractmethod
    def _is_running(self) -> bool:
        """Whether there is a process."""

    @abstractmethod
    def _send(self, message: bytes | bytearray) -> None:
        """Tell it, if there is one."""

    def _describe_all(self) -> None:
        for peer in self._peers.values():
            peer.describe_again()
        for slot in self._slot_by_number.values():
            slot.describe_again()
            if slot.is_said_filled and slot.shown_or_due is None:
                # It was cleared, and the process died before it could say so.
                self._tell_switched(slot, None, None)
        self._chooser.describe_again(time.monotonic_ns())
        for capture in self._captures.values():
            self._send(capture.message)
        self._tell_lost_captures()

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
        if self._is_running:
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

    # ---- what the process tells ----------------------------------------------------------------

    def _on_message(self, message: bytes) -> None:
        handler = self._by_type.get(message[0])
        if handler is None:
            raise wire.BadMessage(f"type {message[0]}")
        handler(message)

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
        self._tell_switched(slot, stream, timestamp if stream is not None else None)

    def _tell_switched(
        self, slot: MirrorSlot, stream: MirrorStream | None, timestamp: int | None
    ) -> None:
        slot.switched(stream)
        if slot.is_video:
            self._viewings[slot.peer.transport_id].is_waiting = True  # to be looked at once more
            self._tell(
                SlotSwitched(
                    slot.peer.transport_id, slot.name,
                    stream.publication.publication_id if stream is not None else None,
                    timestamp, stream.layer if stream is not None else None,
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
                if stream is not None and stream.measured(bitrate):
                    self._grown.add(stream.publication.publication_id)

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
        grown, self._grown = self._grown, set()
        due = list(self._sweep.of(self._viewings))
        for viewing in self._viewings.values():
            if grown and viewing.is_limited and viewing.sees(grown):
                viewing.is_settled = False
            if changed and viewing.sees(changed):
                viewing.is_settled = False
                due.append(viewing)
            elif viewing.is_waiting:
                due.append(viewing)
        return due

    def _note_counts(self, peer: MirrorPeer) -> None:
        """They are added as the process tells them."""
