"""Debate formats that people made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.services.records import FormatRecord
from server.storage import tables as t


def _formats() -> Select[*tuple[Any, ...]]:
    f, u = t.debate_formats, t.users
    return select(f, u.c.name.label("owner_name")).select_from(
        f.outerjoin(u, f.c.owner_id == u.c.user_id)
    )


def _record(row: Row[Any]) -> FormatRecord:
    return FormatRecord(
        format_id=row.format_id,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        data=row.data,
        version=row.version,
        updated_at=row.updated_at,
        is_deleted=row.deleted_at is not None,
    )


class SqlDebateFormats:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    async def formats(self) -> list[FormatRecord]:
        query = _formats().where(t.debate_formats.c.deleted_at.is_(None))
        rows = await self._c.execute(query.order_by(t.debate_formats.c.created_at))
        return [_record(row) for row in rows]

    async def format(self, format_id: str) -> FormatRecord | None:
        query = _formats().where(t.debate_formats.c.format_id == format_id)
        row = (await self._c.execute(query)).one_or_none()
        return None if row is None else _record(row)

    async def count_of(self, owner_id: str) -> int:
        f = t.debate_formats
        query = select(func.count()).where(f.c.owner_id == owner_id, f.c.deleted_at.is_(None))
        return (await self._c.execute(query)).scalar_one()

    async def add(
        self, format_id: str, owner_id: str, data: Mapping[str, Any], now: datetime
    ) -> None:
        await self._c.execute(
            insert(t.debate_formats).values(
                format_id=format_id,
                owner_id=owner_id,
                data=dict(data),
                version=1,
                created_at=now,
                updated_at=now,
            )
        )

    async def change(self, format_id: str, data: Mapping[str, Any], now: datetime) -> None:
        f = t.debate_formats
        await self._c.execute(
            update(f)
            .where(f.c.format_id == format_id)
            .values(data=dict(data), version=f.c.version + 1, updated_at=now)
        )

    async def set_deleted(self, format_id: str, deleted_at: datetime | None) -> None:
        f = t.debate_formats
        await self._c.execute(
            update(f).where(f.c.format_id == format_id).values(deleted_at=deleted_at)
        )
