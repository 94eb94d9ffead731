"""Rows of prep material and of who has looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.services.records import MarkRecord, MaterialRecord
from server.storage import tables as t


def _record(row: Row[Any]) -> MaterialRecord:
    return MaterialRecord(
        material_id=row.material_id,
        session_id=row.session_id,
        kind=row.kind,
        title=row.title,
        url=row.url,
        file_name=row.file_name,
        media_type=row.media_type,
        octets=row.octets,
    )


class SqlMaterials:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    async def materials(self, session_id: str) -> list[MaterialRecord]:
        m = t.materials
        query = select(m).where(m.c.session_id == session_id)
        rows = await self._c.execute(query.order_by(m.c.position, m.c.created_at))
        return [_record(row) for row in rows]

    async def material(self, session_id: str, material_id: str) -> MaterialRecord | None:
        m = t.materials
        query = select(m).where(m.c.material_id == material_id, m.c.session_id == session_id)
        row = (await self._c.execute(query)).one_or_none()
        return None if row is None else _record(row)

    async def add(self, record: MaterialRecord, now: datetime) -> None:
        m = t.materials
        last = select(func.coalesce(func.max(m.c.position), -1) + 1).where(
            m.c.session_id == record.session_id
        )
        position = (await self._c.execute(last)).scalar_one()
        await self._c.execute(
            insert(m).values(
                material_id=record.material_id,
                session_id=record.session_id,
                position=position,
                kind=record.kind,
                title=record.title,
                url=record.url,
                file_name=record.file_name,
                media_type=record.media_type,
                octets=record.octets,
                created_at=now,
            )
        )

    async def rename(self, material_id: str, title: str) -> None:
        m = t.materials
        await self._c.execute(update(m).where(m.c.material_id == material_id).values(title=title))

    async def set_order(self, material_ids: Sequence[str]) -> None:
        m = t.materials
        for position, material_id in enumerate(material_ids):
            await self._c.execute(
                update(m).where(m.c.material_id == material_id).values(position=position)
            )

    async def remove(self, material_id: str) -> None:
        await self._c.execute(delete(t.materials).where(t.materials.c.material_id == material_id))

    async def mark(
        self, material_id: str, viewer: str, now: datetime, is_done: bool | None
    ) -> None:
        k = t.material_marks
        here = (k.c.material_id == material_id, k.c.viewer == viewer)
        known = (await self._c.execute(select(k).where(*here))).one_or_none()
        if known is None:
            await self._c.execute(
                insert(k).values(
                    material_id=material_id,
                    viewer=viewer,
                    seen_at=now,
                    done_at=now if is_done else None,
                )
            )
        elif is_done is not None and is_done != (known.done_at is not None):
            await self._c.execute(update(k).where(*here).values(done_at=now if is_done else None))

    async def marks(self, session_id: str, viewer: str | None = None) -> list[MarkRecord]:
        m, k = t.materials, t.material_marks
        query = (
            select(k)
            .select_from(k.join(m, k.c.material_id == m.c.material_id))
            .where(m.c.session_id == session_id)
        )
        if viewer is not None:
            query = query.where(k.c.viewer == viewer)
        rows = await self._c.execute(query)
        return [MarkRecord(row.material_id, row.viewer, row.seen_at, row.done_at) for row in rows]

    async def counts(self, viewer: str) -> dict[str, tuple[int, int]]:
        """Session → (how many, how many of them this viewer has ticked)."""
        m, k = t.materials, t.material_marks
        query = (
            select(m.c.session_id, func.count(), func.count(k.c.done_at))
            .select_from(
                m.outerjoin(k, (k.c.material_id == m.c.material_id) & (k.c.viewer == viewer))
            )
            .group_by(m.c.session_id)
        )
        return {row[0]: (row[1], row[2]) for row in await self._c.execute(query)}
