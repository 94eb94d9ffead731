"""The pads of one session: documents several people change at once, merged by the server.

Theory of operation. A pad is a Yjs document; the server's copy (pycrdt) is the one that counts.
Updates commute and may come twice, so there is no order to keep and nothing to undo: a browser
that was away sends what the server lacks and gets what it lacks itself. An update is applied to
the copy in memory (which refuses what is no update), appended to the log, and only after the
commit shown to others and acknowledged. When the commit fails the update may stand in memory and
not on disk; the next write then stores the whole document, and the browser, which was refused,
sends its update again.

Stored are updates, one row each, and from time to time one that holds all before it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Text

from server.domain.errors import Conflict, DomainError, Invalid
from server.domain.state import Actor, SessionState
from server.domain.whiteboard import Pad, PadKind, check_reader, kind_of
from server.live.ports import Append, PadWrite, SessionLog
from server.schemas.live_pads import PadCursorShown

LARGEST: dict[PadKind, int] = {"whiteboard": 2_000_000, "notes": 400_000}
"""octets of a whole document; far below what one browser may have waiting"""
COMPACT_AFTER = 200
"""rows, after which one takes the place of all"""
WORTH_COMPACTING = 64_000
"""octets; with fewer a full document is simply full"""
GATHER_S = 0.1
"""A class that points is ten messages a second to each browser, whatever its size."""
MOST_SHOWN = 60
"""cursors in one message"""


def is_refusal(error: BaseException) -> bool:
    """Whether this is how the library refuses what is no update (a panic is no Exception)."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


@dataclass(slots=True, eq=False)
class Document:
    """One pad as it is in memory, and how it lies on disk."""

    doc: Doc[Any] = field(default_factory=Doc[Any])
    seq: int = 0
    """of the last row"""
    rows: int = 0
    octets: int = 0
    """of all rows; the document is not larger"""
    whole_octets: int = 0
    """of the last row that held everything"""
    is_ahead: bool = False
    """memory holds what a failed commit did not store"""

    def apply(self, update: bytes) -> None:
        try:
            self.doc.apply_update(update)
        except BaseException as error:
            if not is_refusal(error):
                raise
            raise Invalid("bad_update", "That is no update of this document.") from error

    def missing(self, vector: bytes) -> bytes:
        try:
            return self.doc.get_update(vector)
        except BaseException as error:
            if not is_refusal(error):
                raise
            raise Invalid("bad_vector", "That is no state of this document.") from error


class SessionPads:
    """Everything is called from the event loop."""

    def __init__(self, session_id: str, event_log: SessionLog) -> None:
        self._session_id = session_id
        self._log = event_log
        self._documents: dict[Pad, Document] = {}
        self._loading = asyncio.Lock()
        self.followers: defaultdict[Pad, dict[str, Actor]] = defaultdict(dict[str, Actor])
        """pad → connection → who"""
        self._cursors: dict[tuple[Pad, str], PadCursorShown] = {}

    async def document(self, pad: Pad) -> Document:
        if (found := self._documents.get(pad)) is not None:
            return found
        async with self._loading:
            if (found := self._documents.get(pad)) is None:
                found = Document()
                for seq, update in await self._log.load_pad(self._session_id, pad):
                    found.doc.apply_update(update)
                    found.seq = seq
                    found.rows += 1
                    found.octets += len(update)
                self._documents[pad] = found
        return found

    async def write(self, pad: Pad, update: bytes, check: Callable[[], None]) -> None:
        """Return once it is on disk. ``check`` raises when it must not be applied, and is asked
        right before. Raises Invalid, Conflict too."""
        check()  # before anything is read for a name somebody made up
        document = await self.document(pad)
        most = LARGEST[kind_of(pad)]
        if document.octets + len(update) > most:
            check()
            if document.octets - document.whole_octets >= WORTH_COMPACTING:
                await self._store(pad, document, whole=True)
            if document.octets + len(update) > most:
                raise Conflict("pad_full", "There is no room left here; delete something first.")
        check()
        document.apply(update)
        if document.is_ahead or document.rows >= COMPACT_AFTER:
            await self._store(pad, document, whole=True)
        else:
            await self._store(pad, document, update=update)

    async def _store(
        self, pad: Pad, document: Document, *, update: bytes = b"", whole: bool = False
    ) -> None:
        """Everything up to the wait happens at once, so that rows are numbered as they were
        applied; a whole document takes the place of the rows numbered before it."""
        if whole:
            update = document.doc.get_update()
            document.rows, document.octets, document.is_ahead = 0, 0, False
            document.whole_octets = len(update)
        document.seq += 1
        document.rows += 1
        document.octets += len(update)
        write = PadWrite(pad, document.seq, update, is_whole=whole)
        try:
            await self._log.append(Append(self._session_id, pads=[write]))
        except Exception as error:
            document.is_ahead = True
            raise Conflict(
                "not_saved", "That could not be saved; it is tried again.", retry_after_s=1.0
            ) from error

    async def text(self) -> str:
        """The shared notes as they stand."""
        return str((await self.document("notes")).doc.get("text", type=Text))

    # ---- who follows -------------------------------------------------------------------------

    def follow(self, pad: Pad, connection_id: str, actor: Actor) -> None:
        self.followers[pad][connection_id] = actor

    def unfollow(self, connection_id: str, pad: Pad | None = None) -> None:
        for one, followers in self.followers.items():
            if pad in (None, one):
                followers.pop(connection_id, None)

    def recheck(self, state: SessionState) -> None:
        """Who may not see a pad any more is sent nothing of it from here on."""
        for pad, followers in list(self.followers.items()):
            if not followers:
                del self.followers[pad]
            for connection_id, actor in list(followers.items()):
                try:
                    check_reader(state, actor, pad)
                except DomainError:
                    del followers[connection_id]

    # ---- who points where --------------------------------------------------------------------

    def point(self, cursor: PadCursorShown) -> bool:
        """The newest of each person counts. True when this is the first that waits."""
        key = (cursor.pad, cursor.participant_id)
        if key not in self._cursors and len(self._cursors) >= MOST_SHOWN:
            return False
        is_first = not self._cursors
        self._cursors[key] = cursor
        return is_first

    def show_cursors(self, send: Callable[[list[str], str, Any], None]) -> None:
        cursors, self._cursors = list(self._cursors.values()), {}
        for pad, followers in self.followers.items():
            here = [cursor for cursor in cursors if cursor.pad == pad]
            if here and followers:
                send(list(followers), "pad_cursors", here)
