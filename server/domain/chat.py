"""Chat: to everyone in the session, or between two people (docs/rules.md, CH).

A private message is one event in each of the two persons' channels, so it is nobody else's, and
folding it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from server.domain import channels, chat_file, lock
from server.domain import commands as c
from server.domain import events as e
from server.domain.breakout import rooms_followed
from server.domain.change import Ask, Change, Decide, Evolve, clean_text, find_participant
from server.domain.channels import SESSION, person
from server.domain.chat_events import ChatDeleted, ChatEdited, ChatReacted, ChatSent
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.observer import find_taking_part
from server.domain.state import MAIN_ROOM, AttachedFile, ChatMessage, Participant, SessionState

LONGEST = 2000
MOST_MENTIONS = 20


def is_party(message: ChatMessage, participant_id: str) -> bool:
    """Whether the message may be read by this person (CH3)."""
    return message.to is None or participant_id in (message.participant_id, message.to)


def is_in_reach(state: SessionState, message: ChatMessage, reader: Participant) -> bool:
    """What is written in a breakout room stays there; facilitators read all rooms (BR12)."""
    return message.room_id == MAIN_ROOM or message.room_id in rooms_followed(state, reader)


def _tell(message: ChatMessage, body: e.Body) -> list[Change]:
    if message.to is None:
        is_main = message.room_id == MAIN_ROOM
        return [Change(body, SESSION if is_main else channels.room(message.room_id))]
    return [Change(body, person(who)) for who in (message.participant_id, message.to)]


def _find(state: SessionState, message_id: str, ask: Ask) -> ChatMessage:
    found = next((m for m in state.chat if m.message_id == message_id), None)
    if (
        found is None
        or not is_party(found, ask.actor_id)
        or not is_in_reach(state, found, state.participants[ask.actor_id])
    ):
        raise NotFound("message_not_found", "There is no such message.")
    return found


def send(state: SessionState, command: c.SendChat, ask: Ask) -> list[Change]:
    file = chat_file.attached(state, command)
    text = _text(command.text, file)
    room_id = MAIN_ROOM if command.to else find_participant(state, ask.actor_id).room_id
    message = ChatMessage(
        ask.new_id(), ask.actor_id, text, ask.now_ms, to=command.to, room_id=room_id, file=file
    )
    _check_reader(state, message, ask)
    if command.reply_to is not None:
        quoted = _find(state, command.reply_to, ask)
        if (_pair(quoted), quoted.room_id) != (_pair(message), room_id):
            raise Invalid("reply_elsewhere", "Reply where the message is.", field="reply_to")
    mentions = _mentions(state, message, command.mentions)
    body = ChatSent(
        message.message_id, ask.actor_id, text, command.to, command.reply_to, mentions,
        None if room_id == MAIN_ROOM else room_id, **chat_file.fields_of(file),
    )  # fmt: skip
    return _tell(message, body)


def _text(text: str, file: AttachedFile | None) -> str:
    """A file may come without a word."""
    return "" if file is not None and not text.strip() else clean_text(text, "text", LONGEST)


def _check_reader(state: SessionState, message: ChatMessage, ask: Ask) -> None:
    if message.file is not None:
        lock.check(state, ask, "files")
    if message.to is None:
        lock.check(state, ask, "chat")
        return
    reader = find_taking_part(state, message.to)
    if reader.participant_id == ask.actor_id:
        raise Invalid("message_to_self", "Write to somebody else.", field="to")
    if reader.presence not in ("present", "away"):
        raise NotFound("participant_not_present", "This participant is not in the session.")
    if reader.role != "facilitator":
        # To a facilitator everyone may write, whatever is locked (CH7).
        lock.check(state, ask, "private_chat")


def _pair(message: ChatMessage) -> frozenset[str]:
    return frozenset() if message.to is None else frozenset((message.participant_id, message.to))


def _mentions(
    state: SessionState, message: ChatMessage, mentions: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Once each; who may not read it cannot be mentioned in it."""
    if len(mentions) > MOST_MENTIONS:
        raise Invalid("too_many_mentions", "That mentions too many people.", field="mentions")
    named = tuple(dict.fromkeys(mentions))
    for who in named:
        if find_participant(state, who).joined_at_ms is None or not is_party(message, who):
            raise NotFound("participant_not_found", "There is no such participant here.")
    return named or None


def edit(state: SessionState, command: c.EditChat, ask: Ask) -> list[Change]:
    found = _find(state, command.message_id, ask)
    if found.participant_id != ask.actor_id:
        raise NotAllowed("not_allowed", "Only its author may edit a message.")
    if found.is_deleted:
        raise Conflict("message_deleted", "This message was deleted.")
    _check_reader(state, found, ask)
    text = _text(command.text, found.file)
    mentions = _mentions(state, found, command.mentions)
    if (text, mentions or ()) == (found.text, found.mentions):
        return []
    return _tell(found, ChatEdited(found.message_id, text, mentions))


def react(state: SessionState, command: c.ReactToChat, ask: Ask) -> list[Change]:
    found = _find(state, command.message_id, ask)
    if found.is_deleted:
        raise Conflict("message_deleted", "This message was deleted.")
    if (ask.actor_id in found.reactions.get(command.emoji, ())) == command.is_on:
        return []
    if command.is_on:
        lock.check(state, ask, "reactions")
    body = ChatReacted(found.message_id, ask.actor_id, command.emoji, command.is_on)
    return _tell(found, body)


def delete(state: SessionState, command: c.DeleteChat, ask: Ask) -> list[Change]:
    found = _find(state, command.message_id, ask)
    if found.participant_id != ask.actor_id and (
        found.to is not None or ask.actor.role != "facilitator"
    ):
        raise NotAllowed("not_allowed", "Only its author or a facilitator may delete a message.")
    if found.is_deleted:
        return []
    return _tell(found, ChatDeleted(found.message_id, ask.actor_id))


DECIDE: dict[type[Any], Decide] = {
    c.SendChat: send,
    c.EditChat: edit,
    c.ReactToChat: react,
    c.DeleteChat: delete,
}


# ---- evolve ----------------------------------------------------------------------------------


def _sent(state: SessionState, body: ChatSent, at_ms: int) -> SessionState:
    message = ChatMessage(
        body.message_id,
        body.participant_id,
        body.text,
        at_ms,
        to=body.to,
        reply_to=body.reply_to,
        mentions=body.mentions or (),
        room_id=body.room_id or MAIN_ROOM,
        file=chat_file.file_of(body),
    )
    # The second of a private message's two events follows the first at once.
    if body.to is not None and any(m.message_id == body.message_id for m in state.chat[-1:]):
        return state
    return replace(state, chat=(*state.chat, message))


def _with(
    state: SessionState, message_id: str, change: Callable[[ChatMessage], ChatMessage]
) -> SessionState:
    return replace(
        state, chat=tuple(change(m) if m.message_id == message_id else m for m in state.chat)
    )


def _edited(state: SessionState, body: ChatEdited, at_ms: int) -> SessionState:
    return _with(
        state,
        body.message_id,
        lambda m: (
            m
            if m.is_deleted
            else replace(m, text=body.text, mentions=body.mentions or (), edited_at_ms=at_ms)
        ),
    )


def _reacted(state: SessionState, body: ChatReacted, _: int) -> SessionState:
    def change(message: ChatMessage) -> ChatMessage:
        others = tuple(
            who for who in message.reactions.get(body.emoji, ()) if who != body.participant_id
        )
        now = (*others, body.participant_id) if body.is_on else others
        kept = {emoji: who for emoji, who in message.reactions.items() if emoji != body.emoji}
        return replace(message, reactions={**kept, body.emoji: now} if now else kept)

    return _with(state, body.message_id, change)


def _deleted(state: SessionState, body: ChatDeleted, _: int) -> SessionState:
    return _with(
        state,
        body.message_id,
        lambda m: replace(m, text="", is_deleted=True, mentions=(), reactions={}, file=None),
    )


EVOLVE: dict[type[Any], Evolve] = {
    ChatSent: _sent,
    ChatEdited: _edited,
    ChatReacted: _reacted,
    ChatDeleted: _deleted,
}
