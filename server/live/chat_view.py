"""Chat as one participant may read it: the last lines first, what was said before page by page.

A list is what stands under one another on a page: the lines of a room, and with them the private
ones of the reader, wherever they were written. A snapshot brings the end of each list and says
where it was cut; ``chat_page`` goes on from there. Who may read a line is asked of the same rules
as for its events (docs/rules.md, CH3, BR12, CH8).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from server.domain.breakout import rooms_followed
from server.domain.chat import is_party
from server.domain.errors import NotFound
from server.domain.state import MAIN_ROOM, ChatMessage, Participant, SessionState
from server.schemas.live_chat import ChatPage
from server.schemas.live_room import ChatFileView, ChatView

WINDOW = 100
"""lines of the main room, and of the room one is in"""
ASIDE = 20
"""lines of each room a facilitator could go to"""
PAGE = 50


@dataclass(frozen=True, slots=True)
class ChatWindow:
    lines: list[ChatView]
    """oldest first"""
    first: Mapping[str, str]
    """room → the line its list was cut before; complete lists are not in it"""
    quoted: list[ChatView]
    """earlier lines that ``lines`` answer"""


NO_CHAT = ChatWindow([], {}, [])


def lists_of(state: SessionState, me: Participant) -> tuple[str, ...]:
    return (MAIN_ROOM, *rooms_followed(state, me))


def chat_window(state: SessionState, me: Participant, rooms: Iterable[str]) -> ChatWindow:
    """The ends of these lists together."""
    left = {room: WINDOW if room in (MAIN_ROOM, me.room_id) else ASIDE for room in rooms}
    oldest: dict[str, str] = {}
    first: dict[str, str] = {}
    found: list[ChatMessage] = []
    for message in reversed(state.chat):
        if not left:
            break
        if not is_party(message, me.participant_id):
            continue
        is_in = False
        for room in (message.room_id,) if message.to is None else tuple(left):
            if room not in left:
                continue
            if left[room] == 0:
                first[room] = oldest[room]
                del left[room]
                continue
            left[room] -= 1
            oldest[room] = message.message_id
            is_in = True
        if is_in:
            found.append(message)
    found.reverse()
    return ChatWindow([message_view(one) for one in found], first, _quoted(state, found))


def chat_page(state: SessionState, me: Participant, room_id: str, before: str) -> ChatPage:
    """The lines before that one in the list of a room. Raises NotFound for a room one does not
    follow and for a line one may not read or that is not there."""
    if room_id not in lists_of(state, me):
        raise NotFound("room_not_found", "There is no such room.")
    lines = _backwards(state, me, room_id)
    if not any(one.message_id == before for one in lines):
        raise NotFound("message_not_found", "There is no such message.")
    # ``any`` has stopped behind that line: what is left is what was said before it.
    found = list(islice(lines, PAGE + 1))
    is_cut = len(found) > PAGE
    shown = found[:PAGE][::-1]
    return ChatPage(
        room_id=room_id,
        before=before,
        lines=[message_view(one) for one in shown],
        first=shown[0].message_id if is_cut else None,
        quoted=_quoted(state, shown),
    )


def _backwards(state: SessionState, me: Participant, room_id: str) -> Iterator[ChatMessage]:
    return (
        one
        for one in reversed(state.chat)
        if (one.to is not None or one.room_id == room_id) and is_party(one, me.participant_id)
    )


def _quoted(state: SessionState, lines: Sequence[ChatMessage]) -> list[ChatView]:
    """An answer stays where its question is (CH6): who may read the one may read the other."""
    here = {one.message_id for one in lines}
    missing = {one.reply_to for one in lines if one.reply_to is not None} - here
    if not missing:
        return []
    return [message_view(one) for one in state.chat if one.message_id in missing]


def quoted_by(state: SessionState, reply_to: str) -> ChatView | None:
    """What an answer that is sent now must bring along: a line that may be older than what a
    reader has. The last lines of all are among the last of every list."""
    if any(one.message_id == reply_to for one in state.chat[-ASIDE:]):
        return None
    found = next((one for one in reversed(state.chat) if one.message_id == reply_to), None)
    return None if found is None else message_view(found)


def message_view(message: ChatMessage) -> ChatView:
    return ChatView(
        message_id=message.message_id,
        participant_id=message.participant_id,
        text=message.text,
        at_ms=message.at_ms,
        is_deleted=message.is_deleted,
        to=message.to,
        reply_to=message.reply_to,
        mentions=list(message.mentions),
        edited_at_ms=message.edited_at_ms,
        reactions={str(emoji): list(who) for emoji, who in message.reactions.items()},
        room_id=message.room_id,
        file=None
        if message.file is None
        else ChatFileView(
            message.file.file_id,
            message.file.name,
            message.file.media_type,
            message.file.octets,
        ),
    )
