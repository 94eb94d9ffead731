"""Whose slides lie where: a row a deck. What a deck is to its class, the event log says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.services.records import DeckRecord
from server.storage import tables as t


def _record(row: Row[Any]) -> DeckRecord:
    return DeckRecord(
        row.deck_id, row.session_id, row.name, row.page_count, row.octets, row.uploaded_by,
        row.created_at,
    )  # fmt: skip


class SqlDecks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    async def add(self, deck: DeckRecord) -> None:
        await self._c.execute(
            insert(t.decks).values(
                deck_id=deck.deck_id,
                session_id=deck.session_id,
                name=deck.name,
                page_count=deck.page_count,
                octets=deck.octets,
                uploaded_by=deck.uploaded_by,
                created_at=deck.created_at,
                is_settled=False,
            )
        )

    async def remove(self, deck_id: str) -> None:
        await self._c.execute(delete(t.decks).where(t.decks.c.deck_id == deck_id))

    async def settle(self, deck_id: str) -> None:
        query = update(t.decks).where(t.decks.c.deck_id == deck_id).values(is_settled=True)
        await self._c.execute(query)

    async def all(self) -> list[DeckRecord]:
        return [_record(row) for row in await self._c.execute(select(t.decks))]

    async def octets_of(self, session_id: str) -> int:
        total = select(func.coalesce(func.sum(t.decks.c.octets), 0))
        return (await self._c.execute(total.where(t.decks.c.session_id == session_id))).scalar_one()

    async def unsettled(self, before: datetime) -> list[tuple[DeckRecord, bool]]:
        d, s = t.decks, t.sessions
        query = (
            select(d, s.c.deleted_at.label("session_deleted_at"))
            .select_from(d.join(s, d.c.session_id == s.c.session_id))
            .where(or_(s.c.deleted_at < before, (s.c.ended_at < before) & ~d.c.is_settled))
        )
        rows = await self._c.execute(query)
        return [(_record(row), row.session_deleted_at is not None) for row in rows]
