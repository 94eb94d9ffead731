"""What the rules of routing need to know of a plane's peers, tracks and slots.

Rooms, viewings and the sound router (room.py, viewing.py, sound_router.py) decide for the plane
in Python, where these things forward packets themselves, and for the native one, where they
stand for things in another process (native_mirror.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final, Literal, Protocol

from server.media.plane import Layer, PublicationId, RoomId, TrackKind, TransportId
from server.media.sdp_answer import PublicationNumbers
from server.media.slot import SlotNumbers


class Unmeasured(Enum):
    UNMEASURED = auto()


UNMEASURED: Final = Unmeasured.UNMEASURED


class RoutedStream(Protocol):
    """A simulcast layer, or the whole of a track without layers."""

    @property
    def ssrc(self) -> int: ...
    @property
    def layer(self) -> Layer: ...
    @property
    def bitrate(self) -> int: ...


class RoutedSlot(Protocol):
    """A viewer's place. Streams are those of the same plane, hence ``Any``."""

    @property
    def name(self) -> str: ...
    @property
    def is_video(self) -> bool: ...
    @property
    def numbers(self) -> SlotNumbers: ...
    @property
    def current(self) -> Any: ...
    @property
    def target(self) -> Any: ...
    @property
    def target_since_ns(self) -> int: ...
    @property
    def shown_or_due(self) -> Any: ...

    def show(self, stream: Any, now_ns: int) -> None: ...
    def clear(self) -> None: ...
    def give_up_old(self) -> None: ...


class RoutedPublication(Protocol):
    """A participant's track and its gate."""

    room_id: RoomId | None
    is_enabled: bool
    has_floor: bool

    @property
    def publication_id(self) -> PublicationId: ...
    @property
    def participant_id(self) -> str: ...
    @property
    def track(self) -> TrackKind: ...
    @property
    def is_video(self) -> bool: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def is_started(self) -> bool: ...
    @property
    def numbers(self) -> PublicationNumbers: ...
    @property
    def layers(self) -> tuple[Layer, ...]: ...
    @property
    def streams(self) -> Mapping[Layer, RoutedStream]: ...

    def best(self, max_layer: Layer) -> RoutedStream | None: ...
    def refresh(self, now_ns: int) -> None: ...


class RoutedPeer(Protocol):
    """One participant's connection."""

    room_id: RoomId | None
    is_closed: bool
    octets_up: int
    octets_down: int

    @property
    def transport_id(self) -> TransportId: ...
    @property
    def participant_id(self) -> str: ...
    @property
    def is_connected(self) -> bool: ...
    @property
    def publications(self) -> Mapping[PublicationId, RoutedPublication]: ...
    @property
    def slots(self) -> Mapping[str, RoutedSlot]: ...

    def track(self, kind: str) -> RoutedPublication | None: ...
    def measured_limit(self, now_ns: int) -> int | Literal[Unmeasured.UNMEASURED] | None:
        """bit/s the link carries as the plane has found; None: there is no sign of a limit."""
        ...

    def want(self, bitrate: int) -> None:
        """What would be used if the link carried it, 0: nothing more."""
        ...

    def fresh_estimate(self, now_ns: int) -> int | None: ...
    def loss_up(self) -> float: ...
    def loss_down(self) -> float: ...
    def rtt(self) -> float | None: ...
