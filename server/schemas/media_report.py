"""What the media plane has counted, for operators: the admin's socket and ``/metrics``."""

from __future__ import annotations

from msgspec import Struct


class StreamTally(Struct):
    packets: int
    octets: int
    nacks: int
    """numbers of packets the server asked for again"""
    key_requests: int
    keyframes: int
    loss: float
    jitter_ms: float


class SlotTally(Struct):
    packets: int
    octets: int
    nacks: int
    """numbers of packets the viewer asked for again"""
    resent: int
    loss: float
    rtt_ms: float | None


class StreamRow(Struct):
    publication_id: str
    track: str
    layer: str
    codec: str
    bitrate: int
    tally: StreamTally


class SlotRow(Struct):
    slot: str
    publication_id: str | None
    layer: str | None
    wanted: str | None
    held_back: str | None
    """``link``: the viewer's own; ``sender``: no more is sent"""
    tally: SlotTally


class TransportRow(Struct):
    transport_id: str
    session_id: str
    participant_id: str
    name: str
    room_id: str
    is_connected: bool
    loss_up: float
    loss_down: float
    rtt_ms: float | None
    estimate: int | None
    streams: list[StreamRow]
    slots: list[SlotRow]


class MediaReport(Struct):
    at_ms: int
    """UTC"""
    plane: str
    cpu_s: float
    lag_ms: float
    dropped: int
    totals: dict[str, int]
    transports: list[TransportRow]
