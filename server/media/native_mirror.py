"""What the native plane forwards, as the rules of routing see it (routed.py).

Each thing here stands for one of the same name in the process: commands go down as messages, and
what the process tells is written back. The picture is a moment old; where that could matter, the
order of messages or a number (a stream's, a gate's turn) says which state a message is about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from server.media import native_protocol as wire
from server.media.dtls import DtlsSession
from server.media.ice import Address, IceLite
from server.media.listening import Ear
from server.media.plane import Layer, PublicationId, RoomId, TrackKind
from server.media.publication import best_layer
from server.media.routed import UNMEASURED, Unmeasured
from server.media.rtp import Packet
from server.media.sdp_answer import LAYERS, Answer, ExtensionIds, PublicationNumbers
from server.media.slot import SlotNumbers
from server.media.statistics import SlotTally, StreamTally
from server.media.stream import SECOND_NS

_GROWN: Final = 1.25
_ESTIMATE_FRESH_NS: Final = 8 * SECOND_NS

Send = Callable[[bytes | bytearray], None]


class MirrorStream:
    __slots__ = (
        "bitrate", "codec", "counts", "is_active", "layer", "noted", "number", "publication",
        "ssrc",
    )  # fmt: skip

    def __init__(
        self, number: int, publication: MirrorPublication, layer: Layer, ssrc: int, codec: str
    ) -> None:
        self.number = number
        self.publication = publication
        self.layer: Layer = layer
        self.ssrc = ssrc
        self.codec = codec
        self.bitrate = 0
        self.noted = 0
        """the bitrate that links were last looked at for"""
        self.is_active = False
        self.counts: Sequence[Any] = (0, 0, 0, 0, 0, 0.0, 0.0)
        """as the process told them: most are never looked at"""

    def measured(self, bitrate: int) -> bool:
        """Take in a bitrate; True when it has grown so much that links may be too narrow."""
        self.bitrate = bitrate
        if bitrate <= self.noted * _GROWN and bitrate * _GROWN >= self.noted:
            return False
        has_grown, self.noted = bitrate > self.noted, bitrate
        return has_grown

    def tally(self) -> StreamTally:
        packets, octets, nacks, asked, keyframes, loss, jitter = self.counts
        return StreamTally(packets, octets, nacks, asked, keyframes, loss, jitter * 1000)


class MirrorSlot:
    def __init__(self, number: int, peer: MirrorPeer, numbers: SlotNumbers, send: Send) -> None:
        self.number = number
        self.peer = peer
        self.name = numbers.name
        self.is_video = numbers.is_video
        self.numbers = numbers
        self.current: MirrorStream | None = None
        self.target: MirrorStream | None = None
        self.target_since_ns = 0
        self.is_said_filled = False
        """by the process's last word on it"""
        self.counts: Sequence[Any] = (0, 0, 0, 0, 0.0, -1.0)
        """as the process told them: most are never looked at"""
        self._send = send

    def tally(self) -> SlotTally:
        packets, octets, nacks, resent, loss, trip = self.counts
        rtt_ms = trip * 1000 if trip >= 0 else None
        return SlotTally(packets, octets, nacks, resent, loss, rtt_ms)

    @property
    def shown_or_due(self) -> MirrorStream | None:
        return self.target or self.current

    def show(self, stream: MirrorStream | None, now_ns: int) -> None:
        if stream is None or stream.codec not in self.numbers.payload_types:
            self.clear()
        elif stream is self.shown_or_due:
            return
        else:
            # The plane drops its target when it is told to show what it shows.
            self.target = None if stream is self.current else stream
            self.target_since_ns = now_ns
            self._send(wire.show(self.number, stream.number))

    def clear(self) -> None:
        if self.shown_or_due is not None:
            self.current = self.target = None
            self._send(wire.about(wire.CLEAR, self.number))

    def give_up_old(self) -> None:
        if self.current is not None and self.target is not None:
            self.current = None
            self._send(wire.about(wire.GIVE_UP_OLD, self.number))

    def describe_again(self) -> None:
        """To a new process: what was shown has no packets yet, and is due."""
        stream = self.shown_or_due
        # Voices are placed by the plane; this is where they were.
        self.current, self.target = None, None if wire.is_placed(self.numbers) else stream
        if stream is not None:
            self.target_since_ns = time.monotonic_ns()
            self._send(wire.show(self.number, stream.number))

    def switched(self, stream: MirrorStream | None) -> None:
        """The plane's word."""
        self.is_said_filled = stream is not None
        self.current = stream
        if stream is not None and self.target is stream:
            self.target = None

    def forget(self, stream: MirrorStream) -> None:
        if self.target is stream:
            self.target = None


class MirrorCapture:
    def __init__(
        self, number: int, publication_id: PublicationId, path: Path, message: bytes
    ) -> None:
        self.number = number
        self.publication_id = publication_id
        self.path = path
        self.message = message
        """that starts it"""


class MirrorPublication:
    def __init__(
        self,
        number: int,
        publication_id: PublicationId,
        participant_id: str,
        numbers: PublicationNumbers,
        send: Send,
    ) -> None:
        self.number = number
        self.publication_id = publication_id
        self.participant_id = participant_id
        self.track: TrackKind = numbers.track
        self.numbers = numbers
        self.room_id: RoomId | None = None
        self.is_enabled = True
        self.has_floor = True
        self.is_open = False
        self.is_started = False
        self.is_video = numbers.track not in ("microphone", "screen_audio")
        self.streams: dict[Layer, MirrorStream] = {}
        self.layers: tuple[Layer, ...] = ()
        self.ear: Ear | None = None
        self.capture: MirrorCapture | None = None
        self._send = send
        self._turn = 0
        """counts changes of gate and room, so that what was said in one room is never taken for
        said in another"""
        self._told: tuple[bool, RoomId | None, str] = (False, None, "")

    def refresh(self, now_ns: int) -> None:
        """Apply mute, floor and room."""
        is_open = (
            self.is_enabled
            and self.room_id is not None
            and (self.has_floor or self.track != "microphone")
        )
        state = (is_open, self.room_id, self._closed_because)
        if state == self._told:
            return
        self._told = state
        self._turn += 1
        self.is_open = is_open
        self._send(wire.gate(self.number, self._turn, self._closed_because, is_open=is_open))

    def describe_again(self) -> None:
        """Its gate and its listener, to a new process."""
        if self._turn:
            self._send(
                wire.gate(self.number, self._turn, self._closed_because, is_open=self.is_open)
            )
        if self.ear is not None:
            self._send(wire.listen(self.number, is_heard=True))

    @property
    def _closed_because(self) -> str:
        return "floor" if self.is_enabled and not self.has_floor else "muted"

    def best(self, max_layer: Layer) -> MirrorStream | None:
        return best_layer(self.streams, max_layer)

    def set_layers(self, bits: int) -> None:
        live = wire.live_layers(bits)
        for stream in self.streams.values():
            stream.is_active = live[stream.layer]
        self.layers = tuple(layer for layer in LAYERS if live[layer])

    def heard(self, turn: int, packet: Packet) -> None:
        if self.ear is not None and self.room_id is not None and turn == self._turn:
            self.ear.take(packet, self.room_id)


class MirrorPeer:
    """``cell``: its place in the memory that outlives a process (native/kept.h)."""

    def __init__(
        self,
        number: int,
        cell: int,
        transport_id: str,
        participant_id: str,
        ice: IceLite,
        dtls: DtlsSession,
        send: Send,
    ) -> None:
        self.number = number
        self.cell = cell
        self.transport_id = transport_id
        self.participant_id = participant_id
        self.ice = ice
        self.dtls = dtls
        self.room_id: RoomId | None = None
        self.opened_at = time.monotonic()
        self.is_closed = False
        self.is_connected = False
        self.publications: dict[PublicationId, MirrorPublication] = {}
        self.slots: dict[str, MirrorSlot] = {}
        self.memo = b""
        """for a server that finds the transport held"""
        self.octets_up = 0
        self.octets_down = 0
        self.losses = (0.0, 0.0)
        self.trip = -1.0
        self.estimate = 0
        self.estimate_at_ns = 0
        self.limit: int | Literal[Unmeasured.UNMEASURED] | None = UNMEASURED
        """told when it changes; UNMEASURED: the viewer has told nothing of what arrives"""
        self._wanted = 0
        self._send = send
        self._told: dict[Address, None] = {}
        self._remote: Address | None = None
        self._extensions = ExtensionIds()

    def describe(self, answer: Answer) -> None:
        """Tell the plane of the transport; the numbers of its parts are there already."""
        self._extensions = answer.extensions
        self._describe()

    def _describe(self) -> None:
        self._wanted = 0
        self._send(wire.transport(self.number, self._extensions))
        self._send(wire.keep(self.number, self.cell))
        self._send(wire.checks(self.number, self.ice.local_ufrag))
        self._send(wire.hold(self.number, self.ice.local_pwd, self.memo))
        for publication in self.publications.values():
            self._send(wire.publication(self.number, publication.number, publication.numbers))
        for slot in self.slots.values():
            self._send(wire.slot(self.number, slot.number, slot.numbers))

    def describe_again(self) -> None:
        """To a new process, which goes on with its packets. The keys come last: by then it knows
        what the streams it finds in the shared memory belong to."""
        self._describe()
        for publication in self.publications.values():
            publication.describe_again()
        for address in self._told:
            self._send(wire.address(self.number, address, wire.RECEIVE))
        if self._remote is not None:
            self._send(wire.address(self.number, self._remote, wire.SEND))
        if self.is_connected:
            self.connected()

    def connected(self) -> None:
        if self.dtls.keys is not None:
            self._send(wire.keys(self.number, self.dtls.keys))
            self.is_connected = True

    def validated(self) -> None:
        """Hand down what the last authentic check has changed."""
        ice = self.ice
        for address in [known for known in self._told if known not in ice.addresses]:
            del self._told[address]
            self._send(wire.address(self.number, address, wire.FORGET))
        for address in ice.addresses:
            if address not in self._told:
                self._told[address] = None
                self._send(wire.address(self.number, address, wire.RECEIVE))
        if ice.remote is not None and ice.remote != self._remote:
            self._remote = ice.remote
            self._send(wire.address(self.number, ice.remote, wire.SEND))

    def receive(self, datagram: bytes, arrival_ns: int) -> None:
        """Media ends in the plane."""

    def track(self, kind: str) -> MirrorPublication | None:
        return next((p for p in self.publications.values() if p.track == kind), None)

    def measured_limit(self, now_ns: int) -> int | Literal[Unmeasured.UNMEASURED] | None:
        return self.limit

    def want(self, bitrate: int) -> None:
        # Rates swing a little all the time.
        if bool(bitrate) != bool(self._wanted) or abs(bitrate - self._wanted) > bitrate // 10:
            self._wanted = bitrate
            self._send(wire.want(self.number, bitrate))

    def fresh_estimate(self, now_ns: int) -> int | None:
        is_fresh = self.estimate_at_ns and now_ns - self.estimate_at_ns < _ESTIMATE_FRESH_NS
        return self.estimate if is_fresh else None

    def loss_up(self) -> float:
        return self.losses[0]

    def loss_down(self) -> float:
        return self.losses[1]

    def rtt(self) -> float | None:
        return self.trip if self.trip >= 0 else None
