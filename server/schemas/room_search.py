"""What was said in breakout rooms, as search finds it: only in rooms the caller may enter."""

from __future__ import annotations

from msgspec import Struct


class FoundRoom(Struct):
    """A room of a recording, or a side that was by itself."""

    number: int
    name: str
    name_de: str
    is_side: bool


class RoomHit(Struct):
    room: FoundRoom
    start_ms: int
    """of the room's own time"""
    speaker_name: str
    snippet: str
    """with <mark>…</mark> around the words; already escaped"""
