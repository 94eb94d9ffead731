"""Files in chat: what a message says of one, and who may open it (docs/rules.md, FI).

The file is a blob that was uploaded before; its message decides who may have it, and takes it
along when it is deleted.
"""

from __future__ import annotations

from typing import Any

from server.domain import commands as c
from server.domain import lock
from server.domain.breakout import rooms_followed
from server.domain.chat_events import ChatSent
from server.domain.errors import Conflict, NotFound
from server.domain.permissions import authorize
from server.domain.state import MAIN_ROOM, Actor, AttachedFile, ChatMessage, SessionState


def attached(state: SessionState, command: c.SendChat) -> AttachedFile | None:
    """What is sent along: uploaded by the sender, and sent once (FI3)."""
    if command.file_id is None:
        return None
    if command.file is None:
        raise NotFound("file_not_found", "There is no such file; choose it again.")
    if message_of(state, command.file_id) is not None:
        raise Conflict("file_sent_already", "This file has been sent already.")
    return command.file


def message_of(state: SessionState, file_id: str) -> ChatMessage | None:
    """The message the file came with; None before it is sent and once it is deleted."""
    return next((m for m in state.chat if m.file is not None and m.file.file_id == file_id), None)


def fields_of(file: AttachedFile | None) -> dict[str, Any]:
    """As ``ChatSent`` carries them."""
    if file is None:
        return {}
    return {
        "file_id": file.file_id,
        "file_name": file.name,
        "file_type": file.media_type,
        "file_bytes": file.octets,
    }


def file_of(body: ChatSent) -> AttachedFile | None:
    if body.file_id is None:
        return None
    return AttachedFile(
        body.file_id,
        body.file_name,
        body.file_type or "application/octet-stream",
        body.file_bytes or 0,
    )


def check_upload(state: SessionState, actor: Actor, now_ms: int) -> None:
    """Whether this person could send a file to anybody now: nobody uploads in vain (FI2)."""
    authorize(state, c.SendChat(""), actor)
    lock.check_now(state, actor, now_ms, "files")
    if any(
        who.role == "facilitator" and who.presence in ("present", "away")
        for who in state.participants.values()
        if who.participant_id != actor.participant_id
    ):
        return  # to a facilitator everyone may write (CH7)
    if "chat" in state.locks:
        lock.check_now(state, actor, now_ms, "private_chat")
    else:
        lock.check_now(state, actor, now_ms, "chat")


def may_open(state: SessionState, message: ChatMessage, participant_id: str) -> bool:
    """While the class goes on, who can read the message; a private one's file belongs to its
    two people, also afterwards (FI4)."""
    who = state.participants.get(participant_id)
    if who is None or who.joined_at_ms is None:
        return False
    if message.to is not None:
        is_party = participant_id in (message.participant_id, message.to)
        return is_party and who.presence not in ("removed", "denied")
    if who.presence not in ("present", "away"):
        return False
    return message.room_id == MAIN_ROOM or message.room_id in rooms_followed(state, who)
