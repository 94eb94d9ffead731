"""A participant's track as it arrives: its streams (simulcast layers) and who may get it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from server.media.audio_level import SILENT, LevelMeter
from server.media.plane import Layer, PublicationId, RoomId, TrackKind
from server.media.rtp import header_extensions, payload_bounds
from server.media.sdp_answer import LAYERS, ExtensionIds, PublicationNumbers
from server.media.stream import SECOND_NS, Stream
from server.media.stream_clock import PublisherClock

if TYPE_CHECKING:
    from server.media.capture_feed import CaptureFeed
    from server.media.listening import Ear

_LAYER_SILENT_NS: Final = 1_000_000_000
"""a layer from which nothing came for so long while another one flows is switched off"""
_ACTIVE_NS: Final = 2 * SECOND_NS
_GUESSED_SPEECH: Final = 40
"""level assumed for a packet of speech size of a client that sends no audio level"""
_DTX_OCTETS: Final = 8


S = TypeVar("S", bound="Layered")


class Layered(Protocol):
    @property
    def layer(self) -> Layer: ...
    @property
    def is_active(self) -> bool: ...


def best_layer(streams: Mapping[Layer, S], max_layer: Layer) -> S | None:
    """The highest live layer up to ``max_layer``, the lowest live one if all are above."""
    if len(streams) <= 1:
        return next(iter(streams.values()), None)
    limit = LAYERS.index(max_layer)
    known = in_order(streams)
    live = [s for s in known if s.is_active] or known[:1]
    fitting = [s for s in live if LAYERS.index(s.layer) <= limit]
    return fitting[-1] if fitting else live[0]


def in_order(streams: Mapping[Layer, S]) -> list[S]:
    return [streams[layer] for layer in LAYERS if layer in streams]


class Publication:
    def __init__(
        self,
        publication_id: PublicationId,
        participant_id: str,
        numbers: PublicationNumbers,
        extensions: ExtensionIds,
        clock: PublisherClock,
        on_started: Callable[[Publication], None],
    ) -> None:
        self.publication_id = publication_id
        self.participant_id = participant_id
        self.track: TrackKind = numbers.track
        self.numbers = numbers
        self.room_id: RoomId | None = None
        self.is_enabled = True
        self.has_floor = True
        self.is_open = False
        """enabled, in a room and allowed to be heard: packets go through"""
        self.streams: dict[Layer, Stream] = {}
        self.meter = LevelMeter()
        self.is_started = False
        self.capture: CaptureFeed | None = None
        self.ear: Ear | None = None
        self.layers: tuple[Layer, ...] = ()
        self._extensions = extensions
        self._clock = clock
        self._on_started = on_started
        self._is_audio = numbers.track in ("microphone", "screen_audio")

    @property
    def is_video(self) -> bool:
        return not self._is_audio

    # ---- gate --------------------------------------------------------------------------------

    def refresh(self, now_ns: int) -> None:
        """Apply mute, floor and room; a publication that opens again starts its slots anew."""
        is_open = (
            self.is_enabled
            and self.room_id is not None
            and (self.has_floor or self.track != "microphone")
        )
        if is_open == self.is_open:
            return
        self.is_open = is_open
        self.meter.silence()
        for stream in self.streams.values():
            stream.forget_keyframe()
            if is_open:
                stream.shut_to = stream.highest
                for receiver in tuple(stream.receivers):
                    receiver.restart(now_ns)
                stream.want_keyframe()
        if self.capture is not None and not is_open:
            self.capture.gap(self.closed_because)

    @property
    def closed_because(self) -> str:
        return "floor" if self.is_enabled and not self.has_floor else "muted"

    # ---- packets -----------------------------------------------------------------------------

    def add_stream(self, ssrc: int, layer: Layer, payload_type: int) -> Stream:
        stream = Stream(
            ssrc, layer, self.numbers.codecs[payload_type], payload_type, self.numbers.rate,
            self._clock,
        )  # fmt: skip
        stream.on_outage = stream.want_keyframe
        self.streams[layer] = stream
        return stream

    def receive(self, stream: Stream, data: bytes, arrival_ns: int, recovered: bool) -> None:
        """One decrypted packet of ``stream``. Raises Malformed."""
        extension, extension_end, start, end = payload_bounds(data)
        if recovered:
            # RFC 4588: the original sequence number stands before the original payload.
            if end - start < 2:
                return
            number = (data[start] << 8) | data[start + 1]
            start += 2
        else:
            number = (data[2] << 8) | data[3]
        packet = stream.receive(
            number, int.from_bytes(data[4:8], "big"), data[1] & 0x80, data[start:end], arrival_ns
        )
        if packet is None:
            return
        if not self.is_started and not packet.is_empty:
            self.is_started = True
            self._on_started(self)
        if not self.is_open:
            stream.forget_keyframe()
            return
        if packet.sequence <= stream.shut_to:
            return  # it was made before the gate opened, and only comes now
        if self._is_audio:
            packet.level = self._level(data, extension, extension_end)
            if packet.level >= 0:
                level = packet.level & 0x7F
            else:
                level = SILENT if end - start <= _DTX_OCTETS else _GUESSED_SPEECH
            self.meter.update(level, arrival_ns)
            if self.ear is not None and self.room_id is not None:
                self.ear.take(packet, self.room_id)
        stream.deliver(packet)

    def _level(self, data: bytes, start: int, end: int) -> int:
        wanted = self._extensions.audio_level
        if wanted is None or start == end:
            return -1
        value = header_extensions(data, start, end).get(wanted)
        return value[0] if value else -1

    # ---- layers ------------------------------------------------------------------------------

    def best(self, max_layer: Layer) -> Stream | None:
        return best_layer(self.streams, max_layer)

    def find_layers(self, now_ns: int) -> bool:
        """Look which layers are live; True when that changed."""
        newest = max((s.last_arrival_ns for s in self.streams.values()), default=0)
        layers: list[Layer] = []
        for stream in in_order(self.streams):
            silent = now_ns - stream.last_arrival_ns
            stream.is_active = silent < _ACTIVE_NS and (
                newest - stream.last_arrival_ns < _LAYER_SILENT_NS
            )
            if stream.is_active:
                layers.append(stream.layer)
        if tuple(layers) == self.layers:
            return False
        self.layers = tuple(layers)
        return True
