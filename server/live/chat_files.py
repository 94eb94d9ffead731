"""Files follow their messages: kept when one was sent, gone when it was deleted (FI5)."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

from server.domain.chat_events import ChatDeleted, ChatSent
from server.domain.events import Event
from server.domain.state import SessionState
from server.live.ports import ChatFileStore


def file_work(
    files: ChatFileStore, session_id: str, before: SessionState, events: Sequence[Event]
) -> Iterator[Coroutine[Any, Any, None]]:
    """What is to be done after these events are committed. Doing it twice does no harm, and what
    a crash leaves undone is made up by the store's own sweep."""
    for event in events:
        match event.body:
            case ChatSent(file_id=str(file_id)):
                yield files.sent(session_id, file_id)
            case ChatDeleted(message_id=key):
                gone = next((m.file for m in before.chat if m.message_id == key), None)
                if gone is not None:
                    yield files.discard(session_id, gone.file_id)
            case _:
                pass
