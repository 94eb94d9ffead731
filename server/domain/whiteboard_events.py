"""What happened to the whiteboard as a whole; strokes are no events (docs/rules.md, WB)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WhiteboardOpened:
    """It has the stage from now on."""

    participant_id: str


@dataclass(frozen=True, slots=True)
class WhiteboardClosed:
    participant_id: str | None
    """None: the session ended"""


@dataclass(frozen=True, slots=True)
class WhiteboardPictured:
    """Since ``from_ms`` a whiteboard has looked like this picture (channel ``server``)."""

    picture_id: str
    from_ms: int
    width: int
    height: int
    room_id: str | None = None
    """the breakout room whose whiteboard it is; None: the session's"""


WhiteboardBody = WhiteboardOpened | WhiteboardClosed | WhiteboardPictured
