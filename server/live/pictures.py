"""Pictures of the whiteboard for the recording: who is asked for one, and what comes of it.

The server merges strokes and cannot draw; a browser that shows the whiteboard can. While the
recording's clock runs and something has changed, one of those that follow the whiteboard is asked
for a picture: a facilitator's first, at most every ten seconds, another one when no answer comes.
When the whiteboard is closed its last state is asked for once more. Only who was asked is listened
to, what comes is cleaned (``server/services/clean_svg.py``), stored, and noted in the log.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.domain import events as e
from server.domain import whiteboard_events as we
from server.domain.errors import Conflict, Invalid
from server.domain.events import Event
from server.domain.state import THE_SERVER
from server.domain.whiteboard_commands import ReportWhiteboardPicture
from server.live.mailbox import RoomMailbox
from server.live.pads import SessionPads
from server.live.ports import Clock, PictureStore
from server.services.clean_svg import MOST_OCTETS, clean_svg

log = logging.getLogger(__name__)

EVERY_S = 10.0
PATIENCE_S = 6.0
"""for one browser's answer"""


@dataclass(slots=True)
class _Wanted:
    token: str
    connection_id: str
    from_ms: int
    asked_s: float
    is_last: bool
    """of a whiteboard that has closed"""


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
        ask: Callable[[str, str], None],
    ) -> None:
        """``ask(connection_id, token)`` tells a browser. Without a store nobody is asked."""
        self._mailbox = mailbox
        self._pads = pads
        self._clock = clock
        self._store = store
        self._new_id = new_id
        self._ask = ask
        self._changed_ms: int | None = 0
        """session time of the last change no picture shows; None: there is none"""
        self._asked_s = float("-inf")
        self._wanted: _Wanted | None = None
        self._silent: set[str] = set()
        """connections that did not answer for this picture"""

    def changed(self, at_ms: int) -> None:
        self._changed_ms = at_ms
        self.check()

    def react(self, events: Sequence[Event]) -> None:
        """Before those who may not see the whiteboard any more are left out."""
        for event in events:
            match event.body:
                case we.WhiteboardOpened() | e.RecordingStarted() | e.RecordingResumed():
                    self._changed_ms = event.at_ms
                case we.WhiteboardClosed():
                    if self._changed_ms is not None and self._is_recorded():
                        self._want(min(self._changed_ms, event.at_ms), is_last=True)
                case _:
                    pass
        self.check()

    def check(self) -> None:
        """Ask when it is time; called whenever something changes, and every second."""
        now_s = self._clock.monotonic_ns() / 1e9
        wanted = self._wanted
        if wanted is not None and now_s - wanted.asked_s >= PATIENCE_S:
            self._silent.add(wanted.connection_id)
            self._wanted = wanted = None
        if (
            wanted is None
            and self._changed_ms is not None
            and now_s - self._asked_s >= EVERY_S
            and self._mailbox.state.whiteboard.is_open
            and self._is_recorded()
        ):
            self._want(self._mailbox.now_ms(), is_last=False)

    def _is_recorded(self) -> bool:
        return self._store is not None and self._mailbox.state.recording.since_ms is not None

    def _want(self, from_ms: int, *, is_last: bool) -> None:
        connection_id = self._next()
        if connection_id is None:
            return
        now_s = self._clock.monotonic_ns() / 1e9
        if not self._silent:
            self._asked_s = now_s
        self._changed_ms = None
        self._wanted = _Wanted(self._new_id(), connection_id, from_ms, now_s, is_last)
        self._ask(connection_id, self._wanted.token)

    def _next(self) -> str | None:
        """A facilitator's browser first, then in the order in which they opened it; an observer
        gives nothing to the recording."""
        people = self._mailbox.state.participants
        followers = {
            key: role
            for key, who in self._pads.followers["whiteboard"].items()
            if (role := people[who.participant_id or ""].role) != "observer"
        }
        if followers and not set(followers) - self._silent:
            self._silent.clear()
            return None
        able = [key for key in followers if key not in self._silent]
        able.sort(key=lambda key: followers[key] != "facilitator")
        return able[0] if able else None

    async def take(self, connection_id: str, token: str, data: bytes) -> None:
        """Returns once the log knows of it. Raises Invalid, Conflict."""
        wanted = self._wanted
        if wanted is None or wanted.token != token or wanted.connection_id != connection_id:
            raise Conflict("picture_not_wanted", "Nobody asked for this picture.")
        self._wanted = None
        self._silent.clear()
        if self._store is None or not self._is_recorded():
            return
        try:
            picture = await asyncio.to_thread(lambda: clean_svg(unzipped(data, MOST_OCTETS)))
        except Invalid:
            self._silent.add(connection_id)
            raise
        picture_id = self._new_id()
        await self._store.put(self._mailbox.session_id, picture_id, picture.data)
        answer = await self._mailbox.submit(
            THE_SERVER,
            ReportWhiteboardPicture(picture_id, wanted.from_ms, picture.width, picture.height),
        )
        if answer.error is not None:
            raise Conflict(answer.error.code, answer.error.message)
