"""What a media plane is told at its start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.media.dtls import HANDSHAKE_S
from server.media.endpoint import EVERYWHERE
from server.media.ice import CONSENT_S


@dataclass(frozen=True, slots=True)
class PlaneSettings:
    host: str = EVERYWHERE
    port: int = 0
    """UDP; 0 = any free one"""
    announce: Sequence[str] = field(default_factory=tuple)
    """addresses to offer besides this machine's own, e.g. the public one behind NAT"""
    disk_watermark: int = 200_000_000
    """octets of free space below which captures end"""
    has_gso: bool = True
    """hand runs of packets to the kernel as one (UDP GSO), where it takes them"""
    meeting: Path | None = None
    """where a process that forwards waits for the next server when this one was killed; without
    it, it ends with its server"""
    consent_s: float = CONSENT_S
    handshake_s: float = HANDSHAKE_S
