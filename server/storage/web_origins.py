"""Sites whose pages may be shown in class."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage import tables as t


class SqlWebOrigins:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    async def all(self) -> list[str]:
        query = select(t.web_origins.c.origin).order_by(t.web_origins.c.origin)
        return list((await self._c.scalars(query)).all())

    async def add(self, origin: str, now: datetime) -> None:
        await self._c.execute(insert(t.web_origins).values(origin=origin, created_at=now))

    async def remove(self, origin: str) -> int:
        gone = delete(t.web_origins).where(t.web_origins.c.origin == origin)
        return (await self._c.execute(gone)).rowcount
