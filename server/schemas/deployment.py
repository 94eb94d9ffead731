"""What a server says of itself: how media reaches it, and what its admins should know."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class MediaReach(Struct):
    """Where a page can ask, by STUN and before it joins, whether media would get through."""

    hosts: list[str]
    """empty: where the page comes from"""
    port: int
    has_turn: bool
    """there is a way round, so nothing is said by the direct way being closed"""


class ServerStatus(Struct):
    """What its admins should know of the server."""

    version: str
    media_plane: Literal["native", "python"]
    media_plane_lack: str | None
    """why it is not the native one although it may be, and what to install"""
