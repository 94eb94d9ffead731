"""Chat to everyone in the session (docs/rules.md, CH)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain import events as e
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.errors import NotAllowed, NotFound
from server.domain.state import ChatMessage, SessionState

LONGEST = 2000


def send(_: SessionState, command: c.SendChat, ask: Ask) -> list[Change]:
    text = clean_text(command.text, "text", LONGEST)
    return [Change(e.ChatSent(ask.new_id(), ask.actor_id, text))]


def delete(state: SessionState, command: c.DeleteChat, ask: Ask) -> list[Change]:
    found = next((m for m in state.chat if m.message_id == command.message_id), None)
    if found is None:
        raise NotFound("message_not_found", "There is no such message.")
    if found.participant_id != ask.actor_id and ask.actor.role != "facilitator":
        raise NotAllowed("not_allowed", "Only its author or a facilitator may delete a message.")
    if found.is_deleted:
        return []
    return [Change(e.ChatDeleted(found.message_id, ask.actor_id))]


def _sent(state: SessionState, body: e.ChatSent, at_ms: int) -> SessionState:
    message = ChatMessage(body.message_id, body.participant_id, body.text, at_ms)
    return replace(state, chat=(*state.chat, message))


def _deleted(state: SessionState, body: e.ChatDeleted, _: int) -> SessionState:
    return replace(
        state,
        chat=tuple(
            replace(m, text="", is_deleted=True) if m.message_id == body.message_id else m
            for m in state.chat
        ),
    )


DECIDE: dict[type[Any], Decide] = {c.SendChat: send, c.DeleteChat: delete}
EVOLVE: dict[type[Any], Evolve] = {e.ChatSent: _sent, e.ChatDeleted: _deleted}
