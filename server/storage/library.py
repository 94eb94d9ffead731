"""``library.db`` as the use cases see it: transactions that hold the repositories."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.storage.accounts import SqlAccounts
from server.storage.bookmarks import SqlBookmarks
from server.storage.chat_files import SqlChatFiles
from server.storage.debate_formats import SqlDebateFormats
from server.storage.decks import SqlDecks
from server.storage.materials import SqlMaterials
from server.storage.recordings import SqlRecordings
from server.storage.sessions import SqlSessions
from server.storage.web_origins import SqlWebOrigins


class SqlUnit:
    def __init__(self, connection: AsyncConnection) -> None:
        self.accounts = SqlAccounts(connection)
        self.sessions = SqlSessions(connection)
        self.recordings = SqlRecordings(connection)
        self.debate_formats = SqlDebateFormats(connection)
        self.decks = SqlDecks(connection)
        self.chat_files = SqlChatFiles(connection)
        self.materials = SqlMaterials(connection)
        self.bookmarks = SqlBookmarks(connection)
        self.web_origins = SqlWebOrigins(connection)


class SqlLibrary:
    """Implements ``server.services.ports.Library``."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._writing = engine
        self._reading = engine.execution_options(is_read=True)
        # SQLite lets writers poll for their turn, so of a crowd some starve into "locked", each
        # holding a connection that readers need. Here they queue; the worker is the only other.
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlUnit]:
        """One consistent picture; waits for no writer."""
        async with self._reading.connect() as connection:
            yield SqlUnit(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqlUnit]:
        """Takes the write lock at once, so what it reads is still true when it commits."""
        async with self._turn, self._writing.begin() as connection:
            yield SqlUnit(connection)
