"""Chat that was written before what a snapshot holds."""

from __future__ import annotations

from msgspec import Struct

from server.schemas.live_base import Id, RoomId
from server.schemas.live_room import ChatView


class ChatEarlier(Struct, forbid_unknown_fields=True):
    """Client → server ``chat_earlier``: the lines before that one, in the list of a room."""

    room_id: RoomId
    before: Id
    """what ``chat_from`` says of the room"""


class ChatPage(Struct):
    """Server → client ``chat_page``, in order with the events. To be taken only while
    ``chat_from`` of the room is still ``before``."""

    room_id: str
    before: str
    lines: list[ChatView]
    """oldest first"""
    first: str | None
    """``chat_from`` of the room from here on; null: the list is complete"""
    quoted: list[ChatView]
    """still earlier lines that these answer"""
