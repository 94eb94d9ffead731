"""Private bookmarks: everybody who may watch a recording keeps their own, and sees no others.

Not the facilitators' business, and not the admins': nothing here reads another viewer's. Access is
looked at again with every request, so that with the recording its bookmarks are out of reach.
"""

from __future__ import annotations

from server.domain.errors import Conflict
from server.schemas import bookmarks as wire
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.ports import Clock, Library
from server.services.recordings import watchable
from server.services.records import BookmarkRecord
from server.services.secrecy import new_id

MOST_OF_ONE = 200
"""of one viewer in one recording"""


class Bookmarks:
    def __init__(self, library: Library, now: Clock) -> None:
        self._library = library
        self._now = now

    async def mine(self, caller: Caller, recording_id: str) -> list[wire.Bookmark]:
        async with self._library.read() as unit:
            await watchable(unit, caller, recording_id)
            records = await unit.bookmarks.of(recording_id, caller.viewer)
        return [_shown(record) for record in records]

    async def keep(
        self, caller: Caller, recording_id: str, body: wire.NewBookmark
    ) -> wire.Bookmark:
        async with self._library.write() as unit:
            await watchable(unit, caller, recording_id)
            if len(await unit.bookmarks.of(recording_id, caller.viewer)) >= MOST_OF_ONE:
                raise Conflict(
                    "too_many_bookmarks",
                    f"A recording holds {MOST_OF_ONE} bookmarks of yours. Delete one first.",
                )
            record = BookmarkRecord(new_id(), body.at_ms, body.note.strip(), self._now())
            await unit.bookmarks.add(recording_id, caller.viewer, record)
        return _shown(record)

    async def edit(
        self, caller: Caller, recording_id: str, bookmark_id: str, body: wire.EditBookmark
    ) -> wire.Bookmark:
        note = body.note.strip()
        async with self._library.write() as unit:
            await watchable(unit, caller, recording_id)
            changed = await unit.bookmarks.change(recording_id, caller.viewer, bookmark_id, note)
            if changed is None:
                raise not_found("bookmark")
        return _shown(changed)

    async def delete(self, caller: Caller, recording_id: str, bookmark_id: str) -> None:
        async with self._library.write() as unit:
            await watchable(unit, caller, recording_id)
            if not await unit.bookmarks.remove(recording_id, caller.viewer, bookmark_id):
                raise not_found("bookmark")


def _shown(record: BookmarkRecord) -> wire.Bookmark:
    return wire.Bookmark(record.bookmark_id, record.at_ms, record.note, record.created_at)
