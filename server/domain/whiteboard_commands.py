"""What may be asked of the whiteboard; what is drawn on it is no command (server/live/pads.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenWhiteboard:
    pass


@dataclass(frozen=True, slots=True)
class CloseWhiteboard:
    pass


@dataclass(frozen=True, slots=True)
class ReportWhiteboardPicture:
    """A cleaned picture of a whiteboard lies with the recordings' files."""

    picture_id: str
    from_ms: int
    """session time since when the whiteboard has looked like this"""
    width: int
    height: int
    room_id: str | None = None


WhiteboardCommand = OpenWhiteboard | CloseWhiteboard | ReportWhiteboardPicture
