"""Events of the chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.domain.event_fields import OPTIONAL

Emoji = Literal[
    "thumbs_up", "heart", "laugh", "surprised", "sad", "clap", "question", "check"
]  # fmt: skip
"""on a chat message"""


@dataclass(frozen=True, slots=True)
class ChatSent:
    """``to``: the one person it is for; it is then in both persons' channels. ``room_id``: the
    breakout room it was written in, where it stays."""

    message_id: str
    participant_id: str
    text: str
    to: str | None = field(default=None, metadata=OPTIONAL)
    reply_to: str | None = field(default=None, metadata=OPTIONAL)
    mentions: tuple[str, ...] | None = field(default=None, metadata=OPTIONAL)
    room_id: str | None = field(default=None, metadata=OPTIONAL)
    file_id: str | None = field(default=None, metadata=OPTIONAL)
    """of the one file that comes with it"""
    file_name: str = field(default="", metadata=OPTIONAL)
    file_type: str | None = field(default=None, metadata=OPTIONAL)
    file_bytes: int | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ChatEdited:
    message_id: str
    text: str
    mentions: tuple[str, ...] | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ChatReacted:
    message_id: str
    participant_id: str
    emoji: Emoji
    is_on: bool


@dataclass(frozen=True, slots=True)
class ChatDeleted:
    message_id: str
    by: str


ChatBody = ChatSent | ChatEdited | ChatReacted | ChatDeleted
