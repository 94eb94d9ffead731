"""Wire types of the whiteboard and the shared notes (docs/protocol.md, Pads).

``update`` and ``vector`` are Yjs's own binary forms (update format version 1, state vector) and
travel as binary attachments.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.schemas.live_base import Command

PadName = Annotated[
    str, Meta(pattern=r"^(whiteboard|notes|board:[A-Za-z0-9._-]{1,80})$", max_length=86)
]
"""``board:<room_id>``: the whiteboard of a breakout room"""
LARGEST_UPDATE = 200_000
"""octets of one update, attached to one message"""


class OpenWhiteboard(Command, tag="open_whiteboard"):
    pass


class CloseWhiteboard(Command, tag="close_whiteboard"):
    pass


WhiteboardCommand = OpenWhiteboard | CloseWhiteboard


class WhiteboardView(Struct):
    opened_at_ms: int | None
    """None: closed"""
    opened_by: str | None


class PadOpen(Struct, forbid_unknown_fields=True):
    """Client → server ``pad_open``: follow it from here on. Answered with ``PadOpened``."""

    pad: PadName
    vector: Annotated[bytes, Meta(min_length=1, max_length=100_000)]
    """what the client has"""


class PadOpened(Struct):
    vector: bytes
    """what the server has: the client sends what is not in it"""
    update: bytes
    """what the client lacks"""


class PadClose(Struct, forbid_unknown_fields=True):
    """Client → server ``pad_close``: follow it no more."""

    pad: PadName


class PadUpdate(Struct, forbid_unknown_fields=True):
    """Client → server ``pad_update``, answered once it is on disk with ``{}`` or ``{error}``; and
    server → client, what somebody else changed."""

    pad: PadName
    update: Annotated[bytes, Meta(min_length=1, max_length=LARGEST_UPDATE)]


class PadCursor(Struct, forbid_unknown_fields=True):
    """Client → server ``pad_cursor``: where one points on the whiteboard, in its own coordinates,
    or, without them, that one is writing in the notes. Presence: never stored, not answered."""

    pad: PadName
    x: Annotated[float, Meta(ge=-1e7, le=1e7)] | UnsetType = UNSET
    y: Annotated[float, Meta(ge=-1e7, le=1e7)] | UnsetType = UNSET


class PadCursorShown(Struct):
    """Server → client ``pad_cursors`` (a list)."""

    pad: PadName
    participant_id: str
    x: float | None
    y: float | None


class PictureWanted(Struct):
    """Server → client ``picture_wanted``: draw the whiteboard as it is and send ``picture``."""

    token: str
    pad: PadName


class Picture(Struct, forbid_unknown_fields=True):
    """Client → server ``picture``, answered with ``{}`` or ``{error}``."""

    token: Annotated[str, Meta(min_length=1, max_length=64)]
    svg: Annotated[bytes, Meta(min_length=1, max_length=280_000)]
    """the SVG, compressed with gzip"""


class SharedNotes(Struct):
    """The notes of a session as they stand, live and later."""

    text: str
