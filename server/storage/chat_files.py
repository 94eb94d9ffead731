"""Rows of the files in chat."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.services.records import ChatFileRecord
from server.storage import tables as t


def _record(row: Row[Any]) -> ChatFileRecord:
    return ChatFileRecord(
        file_id=row.file_id,
        session_id=row.session_id,
        participant_id=row.participant_id,
        name=row.name,
        media_type=row.media_type,
        octets=row.octets,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


class SqlChatFiles:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    async def file(self, session_id: str, file_id: str) -> ChatFileRecord | None:
        f = t.chat_files
        query = select(f).where(f.c.file_id == file_id, f.c.session_id == session_id)
        row = (await self._c.execute(query)).one_or_none()
        return None if row is None else _record(row)

    async def files(self, session_id: str | None = None) -> list[ChatFileRecord]:
        f = t.chat_files
        query = select(f).order_by(f.c.created_at)
        if session_id is not None:
            query = query.where(f.c.session_id == session_id)
        return [_record(row) for row in await self._c.execute(query)]

    async def totals(self, session_id: str, participant_id: str | None = None) -> tuple[int, int]:
        f = t.chat_files
        query = select(func.count(), func.coalesce(func.sum(f.c.octets), 0)).where(
            f.c.session_id == session_id
        )
        if participant_id is not None:
            query = query.where(f.c.participant_id == participant_id)
        count, octets = (await self._c.execute(query)).one()
        return count, octets

    async def add(self, file: ChatFileRecord) -> None:
        await self._c.execute(
            insert(t.chat_files).values(
                file_id=file.file_id,
                session_id=file.session_id,
                participant_id=file.participant_id,
                name=file.name,
                media_type=file.media_type,
                octets=file.octets,
                created_at=file.created_at,
                sent_at=file.sent_at,
            )
        )

    async def set_sent(self, file_id: str, now: datetime) -> None:
        f = t.chat_files
        await self._c.execute(
            update(f).where(f.c.file_id == file_id, f.c.sent_at.is_(None)).values(sent_at=now)
        )

    async def remove(self, file_id: str) -> None:
        await self._c.execute(delete(t.chat_files).where(t.chat_files.c.file_id == file_id))
