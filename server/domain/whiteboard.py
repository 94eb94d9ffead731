"""The whiteboard and the shared notes: who may see and change them (docs/rules.md, WB and NO).

What is drawn and written are updates of a *pad*, merged without a leader; they are neither
commands nor events. Here is what the log knows of it, and who may do what.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from server.domain import whiteboard_commands as wc
from server.domain import whiteboard_events as we
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.channels import SERVER
from server.domain.errors import Conflict, NotAllowed
from server.domain.lock import check_now
from server.domain.permissions import standing_of, standing_refusal
from server.domain.state import MAIN_ROOM, Actor, SessionState, Whiteboard

PadKind = Literal["whiteboard", "notes"]
Pad = str
"""``whiteboard`` and ``notes``, or ``board:<room_id>``: a breakout room's own whiteboard (WB9)"""
PADS: tuple[PadKind, ...] = ("whiteboard", "notes")
_ROOM_BOARD = "board:"


def room_of(pad: Pad) -> str | None:
    """The breakout room whose whiteboard it is."""
    return pad.removeprefix(_ROOM_BOARD) if pad.startswith(_ROOM_BOARD) else None


def kind_of(pad: Pad) -> PadKind:
    return "notes" if pad == "notes" else "whiteboard"


def check_reader(state: SessionState, actor: Actor, pad: Pad) -> None:
    """Raise NotAllowed or Conflict unless the actor may follow the pad now (WB2, NO1)."""
    standing = standing_of(state, actor)
    if standing != "present":
        raise standing_refusal(standing)
    if state.stage == "ended":
        raise Conflict("session_ended", "This session has ended.")
    if pad == "notes":
        return
    if (room_id := room_of(pad)) is not None:
        _check_room(state, actor, room_id)
        return
    if not state.whiteboard.is_open:
        raise Conflict("whiteboard_closed", "The whiteboard is closed.")
    if state.participants[actor.participant_id or ""].room_id != MAIN_ROOM:
        raise NotAllowed("other_room", "The whiteboard is in the main room.")


def check_writer(state: SessionState, actor: Actor, pad: Pad, now_ms: int) -> None:
    """The same for changing it; learners may be locked out (WB3, NO2)."""
    check_reader(state, actor, pad)
    room_id = room_of(pad)
    if room_id is not None and not _is_in(state, actor, room_id):
        raise Conflict("room_closed", "The room is closed; its whiteboard changes no more.")
    check_now(state, actor, now_ms, kind_of(pad))


def _is_in(state: SessionState, actor: Actor, room_id: str) -> bool:
    return state.participants[actor.participant_id or ""].room_id == room_id


def _check_room(state: SessionState, actor: Actor, room_id: str) -> None:
    """While the rooms are open, who is in it; closed, facilitators, and everybody where the room
    brought notes back (WB9)."""
    rooms = state.breakouts
    if rooms is not None and rooms.is_open and rooms.room(room_id) is not None:
        if not _is_in(state, actor, room_id):
            raise NotAllowed("other_room", "That whiteboard is in another room.")
        return
    has_returned = any(notes.room_id == room_id for notes in state.returned_notes)
    is_known = has_returned or (rooms is not None and rooms.room(room_id) is not None)
    if not is_known or not (has_returned or actor.role == "facilitator"):
        raise NotAllowed("other_room", "That whiteboard is in another room.")


def open_board(state: SessionState, _: wc.OpenWhiteboard, ask: Ask) -> list[Change]:
    if state.whiteboard.is_open:
        return []
    return [Change(we.WhiteboardOpened(ask.actor_id))]


def close_board(state: SessionState, _: wc.CloseWhiteboard, ask: Ask) -> list[Change]:
    return closing(state, ask.actor_id)


def closing(state: SessionState, by: str | None = None) -> list[Change]:
    return [Change(we.WhiteboardClosed(by))] if state.whiteboard.is_open else []


def report_picture(_: SessionState, command: wc.ReportWhiteboardPicture, ask: Ask) -> list[Change]:
    picture = we.WhiteboardPictured(
        command.picture_id, min(command.from_ms, ask.now_ms), command.width, command.height,
        command.room_id,
    )  # fmt: skip
    return [Change(picture, SERVER)]


def _opened(state: SessionState, body: we.WhiteboardOpened, at_ms: int) -> SessionState:
    return replace(state, whiteboard=Whiteboard(at_ms, body.participant_id))


def _closed(state: SessionState, _: we.WhiteboardClosed, __: int) -> SessionState:
    return replace(state, whiteboard=Whiteboard())


DECIDE: dict[type[Any], Decide] = {
    wc.OpenWhiteboard: open_board,
    wc.CloseWhiteboard: close_board,
    wc.ReportWhiteboardPicture: report_picture,
}
EVOLVE: dict[type[Any], Evolve] = {we.WhiteboardOpened: _opened, we.WhiteboardClosed: _closed}
