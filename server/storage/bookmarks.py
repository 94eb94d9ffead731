"""Rows of private bookmarks; every statement names whose they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.services.records import BookmarkRecord, Viewer
from server.storage import tables as t
from server.storage.recordings import viewer_key


def _record(row: Row[Any]) -> BookmarkRecord:
    return BookmarkRecord(row.bookmark_id, row.at_ms, row.note, row.created_at)


def _mine(recording_id: str, viewer: Viewer) -> list[ColumnElement[bool]]:
    b = t.bookmarks
    return [b.c.recording_id == recording_id, b.c.viewer == viewer_key(viewer)]


class SqlBookmarks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    async def of(self, recording_id: str, viewer: Viewer) -> list[BookmarkRecord]:
        b = t.bookmarks
        query = select(b).where(*_mine(recording_id, viewer)).order_by(b.c.at_ms, b.c.bookmark_id)
        return [_record(row) for row in await self._c.execute(query)]

    async def add(self, recording_id: str, viewer: Viewer, record: BookmarkRecord) -> None:
        await self._c.execute(
            insert(t.bookmarks).values(
                bookmark_id=record.bookmark_id,
                recording_id=recording_id,
                viewer=viewer_key(viewer),
                at_ms=record.at_ms,
                note=record.note,
                created_at=record.created_at,
            )
        )

    async def change(
        self, recording_id: str, viewer: Viewer, bookmark_id: str, note: str
    ) -> BookmarkRecord | None:
        b = t.bookmarks
        where = [*_mine(recording_id, viewer), b.c.bookmark_id == bookmark_id]
        await self._c.execute(update(b).where(*where).values(note=note))
        row = (await self._c.execute(select(b).where(*where))).one_or_none()
        return None if row is None else _record(row)

    async def remove(self, recording_id: str, viewer: Viewer, bookmark_id: str) -> bool:
        where = [*_mine(recording_id, viewer), t.bookmarks.c.bookmark_id == bookmark_id]
        return (await self._c.execute(delete(t.bookmarks).where(*where))).rowcount == 1
