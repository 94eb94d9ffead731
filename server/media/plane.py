"""The ``MediaPlane`` port: what the session server asks of whatever forwards packets.

Theory of operation. A *transport* is one participant's PeerConnection; it is opened with an
SDP offer and closed once. From the offer come *publications* (one a sending m-line) and *slots*
(one a receiving m-line). Policy (who is in which slot, which layer, who may be heard in which
room) lives above the port and speaks in the frozen commands below; the plane reports what it
learnt as the frozen notifications below. Every command is idempotent, refers to things by id,
carries no callables and no live objects, and so can cross a Unix socket unchanged: the Python
plane and a native plane implement the same list, and one conformance suite runs on both
(tests/contract/media_plane.py).

Ordering: commands of one caller are applied in order. Unknown ids are ignored (the thing has
just gone), never an error: ``TransportClosed`` tells. Units: ms for session time, bit/s for
rates, dBov (0…127, 0 loudest, RFC 6464) for levels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from server.media.statistics import PlaneStatistics

TransportId = str
PublicationId = str
RoomId = str
TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]
HeldBack = Literal["link", "sender"]
"""why a viewer gets less than wanted: his own link, or the sender sends no more"""
Layer = Literal["q", "h", "f"]


# ---- commands --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTransport:
    """Answer an SDP offer. ``tracks`` and ``slots`` map m-line mids to kinds and slot names."""

    transport_id: TransportId
    participant_id: str
    offer_sdp: str
    tracks: Mapping[str, TrackKind]
    slots: Mapping[str, str]
    tag: str = ""
    """comes up again when the transport is found to be held"""


@dataclass(frozen=True, slots=True)
class CloseTransport:
    transport_id: TransportId


@dataclass(frozen=True, slots=True)
class PlaceTransport:
    """Put a transport in a room: from now on its audible tracks can reach only that room."""

    transport_id: TransportId
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class SetPublicationEnabled:
    """Mute (False): the plane drops the track's packets before forwarding and capture."""

    publication_id: PublicationId
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class SetFloor:
    """Who may be heard in a room; None = everyone. Others' microphones are neither forwarded
    nor captured. Video is not affected."""

    room_id: RoomId
    participant_ids: frozenset[str] | None
    priority_ids: frozenset[str] = frozenset()
    """always forwarded, beside the three loudest"""


@dataclass(frozen=True, slots=True)
class SetGuests:
    """Microphones of other rooms that this one hears as well, whoever else is loud. They stay
    where they are: their own room hears them as before."""

    room_id: RoomId
    publication_ids: frozenset[PublicationId]


@dataclass(frozen=True, slots=True)
class AssignSlot:
    """Show ``publication_id`` (None = empty) in a viewer's video or screen slot, at most at
    ``max_layer``. The switch is seamless: the old picture stays until the new one's keyframe.
    ``stage`` carries its microphone in ``stage_audio`` with the same CNAME and msid; a
    *microphone's* publication in ``stage`` means its voice there without a picture."""

    transport_id: TransportId
    slot: str
    publication_id: PublicationId | None
    max_layer: Layer = "f"


@dataclass(frozen=True, slots=True)
class RequestKeyframe:
    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class StartCapture:
    """Append the publication's packets (highest live layer) to ``path`` (docs/formats.md).

    ``header`` brings what the plane cannot know (session, capture, participant, connection,
    epoch, origin); track, codec and the like are filled in. ``origin_monotonic_ns`` is the
    moment of the machine's monotonic clock that ``origin_ms`` in the header speaks of; 0 means
    the moment the command is applied.
    """

    publication_id: PublicationId
    path: Path
    header: Mapping[str, str | int]
    origin_monotonic_ns: int = 0


@dataclass(frozen=True, slots=True)
class StopCapture:
    """Flush, seal (write the end record) and fsync; ``CaptureSealed`` follows."""

    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class StartListening:
    """Hand up the packets of a microphone as ``SoundHeard``, behind the same gate as slots and
    captures: what is muted, without the floor or in no room is not handed up."""

    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class StopListening:
    publication_id: PublicationId


PlaneCommand = (
    CloseTransport
    | PlaceTransport
    | SetPublicationEnabled
    | SetFloor
    | SetGuests
    | AssignSlot
    | RequestKeyframe
    | StartCapture
    | StopCapture
    | StartListening
    | StopListening
)


# ---- notifications ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransportConnected:
    transport_id: TransportId


@dataclass(frozen=True, slots=True)
class TransportClosed:
    transport_id: TransportId
    reason: Literal["closed", "ice_failed", "dtls_failed", "consent_expired", "error"]


@dataclass(frozen=True, slots=True)
class PublicationStarted:
    """First packet of a publication arrived; it can be assigned and captured from now on."""

    publication_id: PublicationId
    transport_id: TransportId
    participant_id: str
    track: TrackKind
    codec: str


@dataclass(frozen=True, slots=True)
class LayersChanged:
    publication_id: PublicationId
    layers: tuple[Layer, ...]
    """layers received in the last 2 s, lowest first; single-layer tracks report ("f",)"""


@dataclass(frozen=True, slots=True)
class SlotSwitched:
    """The first packet of the new occupant went out; ``rtp_timestamp`` in the viewer's clock."""

    transport_id: TransportId
    slot: str
    publication_id: PublicationId | None
    rtp_timestamp: int | None
    layer: Layer | None


@dataclass(frozen=True, slots=True)
class SlotPaused:
    """The viewer's link has no room for the picture of ``publication_id`` in this slot; None: a
    picture comes again. The slot itself empties and fills as ``SlotSwitched`` says."""

    transport_id: TransportId
    slot: str
    publication_id: PublicationId | None


@dataclass(frozen=True, slots=True)
class AudioSlotsChanged:
    """The plane itself fills stage_audio/audio0… with the loudest audible microphones."""

    transport_id: TransportId
    slots: Mapping[str, PublicationId | None]


@dataclass(frozen=True, slots=True)
class ActiveSpeakers:
    """Loudest first, with hysteresis; sent on change and at most 5 times a second."""

    room_id: RoomId
    participant_ids: tuple[str, ...]
    levels_dbov: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportStats:
    transport_id: TransportId
    loss_up: float
    loss_down: float
    rtt_ms: float | None
    bitrate_up: int
    bitrate_down: int
    estimate: int | None = None
    """bit/s the link carries down, as far as is known"""
    held_back: Mapping[str, HeldBack] = field(default_factory=dict[str, Literal["link", "sender"]])
    """slots whose picture is less than what was wanted, and for whose sake"""
    unshown: Mapping[PublicationId, str] = field(default_factory=dict[PublicationId, str])
    """pictures that were wanted and that the viewer did not offer to decode, with their codec"""


@dataclass(frozen=True, slots=True)
class PlaneLoad:
    """How busy forwarding is, about once a second."""

    cpu: float
    """share of one core; a plane forwards on one"""
    dropped: int
    """packets that could not be sent since the last"""


@dataclass(frozen=True, slots=True)
class CaptureStopped:
    """Capture ended without being asked: the gap must be declared. ``disk_full`` is an alarm."""

    publication_id: PublicationId
    path: Path
    reason: Literal["disk_full", "io_error", "overflow", "process_lost"]


@dataclass(frozen=True, slots=True)
class CaptureSealed:
    publication_id: PublicationId
    path: Path
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class HeardPacket:
    sequence: int
    """unwrapped: it only grows over a publication's life"""
    timestamp: int
    """of RTP, 48 kHz, 32 bits"""
    arrival_ns: int
    """the machine's monotonic clock"""
    level: int
    """dBov as the sender says, -1 when it does not"""
    payload: bytes
    """Opus"""


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """What came of a microphone that is listened to, in order of arrival; at least every 200 ms
    while anything comes. One notification is about one room: the one the sound was heard in."""

    publication_id: PublicationId
    room_id: RoomId
    packets: tuple[HeardPacket, ...]
    dropped: int = 0
    """packets before these that were too many to keep"""


@dataclass(frozen=True, slots=True)
class TransportHeld:
    """A server before this one opened it, and its media goes on as it went. Nothing can be decided
    about it any more but to close it or to shut one of its tracks. Told before anything else."""

    transport_id: TransportId
    participant_id: str
    tag: str
    publication_ids: tuple[PublicationId, ...]


PlaneNotification = (
    TransportHeld
    | TransportConnected
    | TransportClosed
    | PublicationStarted
    | LayersChanged
    | SlotSwitched
    | SlotPaused
    | AudioSlotsChanged
    | ActiveSpeakers
    | TransportStats
    | PlaneLoad
    | CaptureStopped
    | CaptureSealed
    | SoundHeard
)


class OfferRefused(Exception):
    """The SDP offer cannot be served (no BUNDLE, no ICE credentials, no common codec…)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MediaPlane(Protocol):
    """One instance a server process."""

    async def start(self, notify: Callable[[PlaneNotification], None]) -> None:
        """Bind the UDP port. ``notify`` is called on the event loop, must not block, and a
        failing call is logged and isolated."""
        ...

    async def open(self, command: OpenTransport) -> str:
        """Return the SDP answer. Publication ids are ``f"{transport_id}:{mid}"``.

        Raises OfferRefused.
        """
        ...

    def apply(self, commands: Sequence[PlaneCommand]) -> None:
        """Apply in order, without waiting for the network."""
        ...

    def statistics(self) -> PlaneStatistics:
        """What was counted, at most a second ago."""
        ...

    async def close(self) -> None:
        """Seal captures, close transports, free the port. Safe to call twice."""
        ...
