"""The exchange of offers, and what a page shows and gets of media."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.schemas.live_base import TrackKind


class SlotAssignment(Struct):
    """Who is in a receive slot from ``rtp`` on; ``participant_id`` None empties the slot."""

    slot: str
    """``stage``, ``stage_audio``, ``screen``, ``screen_audio``, ``audio0``… ``gallery0``…"""
    mid: str
    participant_id: str | None
    track: TrackKind | None
    rtp: int | None
    """first RTP timestamp (viewer's numbering) of the new occupant; None for at once"""
    layer: str | None


class MediaOffer(Struct, forbid_unknown_fields=True):
    """Client → server ``media_offer``. Exactly one a connection; a rejoin is a new one."""

    sdp: Annotated[str, Meta(max_length=200_000)]
    tracks: dict[str, TrackKind]
    """mid of each sending m-line → kind"""
    slots: dict[str, str]
    """mid of each receiving m-line → slot name"""


class MediaAnswer(Struct):
    connection_id: str
    sdp: str


class MediaServersWanted(Struct, forbid_unknown_fields=True):
    """Client → server ``media_servers``: before each connection that is brought up."""


class IceServer(Struct):
    """As ``RTCIceServer`` wants it."""

    urls: list[str]
    username: str
    credential: str


class MediaServers(Struct):
    """The way round for those whose network lets no UDP through."""

    ice_servers: list[IceServer]
    """empty where there is none"""
    expires_in_s: int | None


class MediaView(Struct, forbid_unknown_fields=True):
    """Client → server ``media_view``: what the page shows, so that only that is sent.

    ``gallery[i]`` is the participant wanted in slot ``gallery<i>``, None for an empty tile.
    """

    gallery: list[str | None]
    stage_height: Annotated[int, Meta(ge=0, le=4320)] = 720
    tile_height: Annotated[int, Meta(ge=0, le=4320)] = 180
    pinned: str | None = None


QualityLevel = Literal["good", "fair", "poor", "lost"]
QualityCause = Literal["loss_up", "loss_down", "delay", "link"]


class UnshownPicture(Struct):
    """A picture that the viewer's browser did not offer to decode."""

    participant_id: str
    track: TrackKind
    codec: str
    """``H264``, ``VP8``, ``VP9`` or ``AV1``"""


class ConnectionQuality(Struct):
    """Server → client ``quality``, every 2 s; presence, never logged."""

    loss_up: float
    """0…1, over the last interval"""
    loss_down: float
    rtt_ms: float | None
    bitrate_up: int
    bitrate_down: int
    level: QualityLevel
    paused: list[str]
    """slots without a picture because the way down has no room for it; sound goes on"""
    estimate: int | None
    """bit/s the way down carries, as far as is known"""
    held_back: dict[str, Literal["link", "sender"]]
    """slots whose picture is less than what was wanted, and for whose sake: the way down has no
    room for more, or who sends it sends no more"""
    server_is_busy: bool
    """the machine has had too much to do for some seconds"""
    unshown: list[UnshownPicture]
    """wanted, and not sent, because this browser did not offer to decode them"""


class PersonQuality(Struct, frozen=True):
    """How somebody's connection does, as facilitators see it; ``level`` None: none is known."""

    participant_id: str
    level: QualityLevel | None
    cause: QualityCause | None
    """what limits most; ``link``: it carries less than the pictures need"""
