"""Pictures of whiteboards for the recording: who is asked for one, and what comes of it.

The server merges strokes and cannot draw; a browser that shows a whiteboard can. While the
recording's clock runs and something has changed, one of those that follow it is asked for a
picture: a facilitator's first, at most every ten seconds, another one when no answer comes. When
a whiteboard is closed, or a breakout room with its own, its last state is asked for once more.
Only who was asked is listened to, what comes is cleaned (``server/services/clean_svg.py``),
stored, and noted in the log. A class that draws in many rooms at once sends one picture a second.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.domain import breakout_events as be
from server.domain import whiteboard_events as we
from server.domain.errors import Conflict, Invalid
from server.domain.events import Event
from server.domain.recording_events import RecordingResumed, RecordingStarted
from server.domain.state import THE_SERVER, SessionState
from server.domain.whiteboard import Pad, room_of
from server.domain.whiteboard_commands import ReportWhiteboardPicture
from server.live.mailbox import RoomMailbox
from server.live.pads import SessionPads
from server.live.ports import Clock, PictureStore
from server.services.clean_svg import MOST_OCTETS, clean_svg

log = logging.getLogger(__name__)

EVERY_S = 10.0
EACH_S = 1.0
"""between two pictures of the session, whatever is drawn in its rooms"""
PATIENCE_S = 6.0
"""for one browser's answer"""
MAIN_BOARD: Pad = "whiteboard"


@dataclass(slots=True)
class _Wanted:
    token: str
    connection_id: str
    from_ms: int
    asked_s: float


class _Board:
    """What is asked for of one whiteboard."""

    def __init__(self, pad: Pad, changed_ms: int | None) -> None:
        self.pad = pad
        self.changed_ms = changed_ms
        """session time of the last change no picture shows; None: there is none"""
        self.asked_s = float("-inf")
        self.wanted: _Wanted | None = None
        self.silent: set[str] = set()
        """connections that did not answer for this picture"""

    def is_open(self, state: SessionState) -> bool:
        room_id = room_of(self.pad)
        if room_id is None:
            return state.whiteboard.is_open
        rooms = state.breakouts
        return rooms is not None and rooms.is_open and rooms.room(room_id) is not None


def unzipped(data: bytes, most: int) -> bytes:
    """Raises Invalid for what is no gzip or grows too large."""
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(data, most + 1)
    except zlib.error as error:
        raise Invalid("bad_picture", "That is no compressed picture.") from error
    if len(text) > most or not reader.eof:
        raise Invalid("picture_too_large", "That picture is too large.")
    return text


class SessionPictures:
    def __init__(
        self,
        mailbox: RoomMailbox,
        pads: SessionPads,
        clock: Clock,
        store: PictureStore | None,
        new_id: Callable[[], str],
        ask: Callable[[str, str, Pad], None],
    ) -> None:
        """``ask(connection_id, token, pad)`` tells a browser. Without a store nobody is asked."""
        self._mailbox = mailbox
        self._pads = pads
        self._clock = clock
        self._store = store
        self._new_id = new_id
        self._ask = ask
        self._boards = {MAIN_BOARD: _Board(MAIN_BOARD, 0)}
        """those of rooms once something is on them"""

    def changed(self, pad: Pad, at_ms: int) -> None:
        self._board(pad).changed_ms = at_ms
        self.check()

    def followed(self, pad: Pad, *, is_empty: bool) -> None:
        """Somebody opened it; what was drawn in a room before is seen again. They are asked a
        moment later, when they have it."""
        if not is_empty and pad not in self._boards:
            self._board(pad).changed_ms = self._mailbox.now_ms()

    def _board(self, pad: Pad) -> _Board:
        return self._boards.setdefault(pad, _Board(pad, None))

    def react(self, events: Sequence[Event]) -> None:
        """Before those who may not see a whiteboard any more are left out."""
        for event in events:
            match event.body:
                case RecordingStarted() | RecordingResumed():
                    for board in self._boards.values():
                        board.changed_ms = event.at_ms
                case we.WhiteboardOpened():
                    self._boards[MAIN_BOARD].changed_ms = event.at_ms
                case we.WhiteboardClosed():
                    self._want_last(self._boards[MAIN_BOARD], event.at_ms)
                case be.BreakoutsOpened():
                    for board in self._in_rooms():
                        board.changed_ms = event.at_ms
                case be.BreakoutsClosed():
                    for board in self._in_rooms():
                        self._want_last(board, event.at_ms)
                case be.BreakoutsDrafted():
                    self._boards = {MAIN_BOARD: self._boards[MAIN_BOARD]}
                case _:
                    pass
        self.check()

    def _in_rooms(self) -> list[_Board]:
        return [board for pad, board in self._boards.items() if pad != MAIN_BOARD]

    def check(self) -> None:
        """Ask when it is time; called whenever something changes, and every second."""
        now_s = self._clock.monotonic_ns() / 1e9
        every_s = max(EVERY_S, len(self._boards) * EACH_S)
        for board in self._boards.values():
            wanted = board.wanted
            if wanted is not None and now_s - wanted.asked_s >= PATIENCE_S:
                board.silent.add(wanted.connection_id)
                board.wanted = wanted = None
            if (
                wanted is None
                and board.changed_ms is not None
                and now_s - board.asked_s >= every_s
                and board.is_open(self._mailbox.state)
                and self._is_recorded()
            ):
                self._want(board, self._mailbox.now_ms())

    def _is_recorded(self) -> bool:
        return self._store is not None and self._mailbox.state.recording.since_ms is not None

    def _want_last(self, board: _Board, closed_ms: int) -> None:
        if board.changed_ms is not None and self._is_recorded():
            self._want(board, min(board.changed_ms, closed_ms))

    def _want(self, board: _Board, from_ms: int) -> None:
        connection_id = self._next(board)
        if connection_id is None:
            return
        now_s = self._clock.monotonic_ns() / 1e9
        if not board.silent:
            board.asked_s = now_s
        board.changed_ms = None
        board.wanted = _Wanted(self._new_id(), connection_id, from_ms, now_s)
        self._ask(connection_id, board.wanted.token, board.pad)

    def _next(self, board: _Board) -> str | None:
        """A facilitator's browser first, then in the order in which they opened it; an observer
        gives nothing to the recording."""
        people = self._mailbox.state.participants
        followers = {
            key: role
            for key, who in self._pads.followers[board.pad].items()
            if (role := people[who.participant_id or ""].role) != "observer"
        }
        if followers and not set(followers) - board.silent:
            board.silent.clear()
            return None
        able = [key for key in followers if key not in board.silent]
        able.sort(key=lambda key: followers[key] != "facilitator")
        return able[0] if able else None

    async def take(self, connection_id: str, token: str, data: bytes) -> None:
        """Returns once the log knows of it. Raises Invalid, Conflict."""
        board, wanted = self._asked_for(connection_id, token)
        board.wanted = None
        board.silent.clear()
        if self._store is None or not self._is_recorded():
            return
        try:
            picture = await asyncio.to_thread(lambda: clean_svg(unzipped(data, MOST_OCTETS)))
        except Invalid:
            board.silent.add(connection_id)
            raise
        picture_id = self._new_id()
        await self._store.put(self._mailbox.session_id, picture_id, picture.data)
        answer = await self._mailbox.submit(
            THE_SERVER,
            ReportWhiteboardPicture(
                picture_id, wanted.from_ms, picture.width, picture.height, room_of(board.pad)
            ),
        )
        if answer.error is not None:
            raise Conflict(answer.error.code, answer.error.message)

    def _asked_for(self, connection_id: str, token: str) -> tuple[_Board, _Wanted]:
        for board in self._boards.values():
            wanted = board.wanted
            if wanted is not None and (wanted.token, wanted.connection_id) == (
                token,
                connection_id,
            ):
                return board, wanted
        raise Conflict("picture_not_wanted", "Nobody asked for this picture.")
