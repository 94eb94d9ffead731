"""Who somebody in a session is at this moment.

Asked at every command, so it is one statement, and the whole of it happens in a thread: through
the asynchronous driver each of its steps (borrow, begin, select, fetch, give back) would be a trip
of its own, which was a third of what a command cost the server.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine, and_, bindparam, select

from server.services.records import StandingRecord
from server.storage import tables as t
from server.storage.accounts import read_user

_READERS = 2


def _statement():
    s, u, link, m, i = t.seats, t.users, t.join_links, t.session_members, t.sign_ins
    return (
        select(
            u,
            s.c.session_id,
            s.c.link_id,
            link.c.name.label("link_name"),
            link.c.role.label("link_role"),
            link.c.revoked_at,
            m.c.role.label("membership"),
            i.c.sign_in_id,
        )
        .select_from(
            s.outerjoin(u, s.c.user_id == u.c.user_id)
            .outerjoin(link, s.c.link_id == link.c.link_id)
            .outerjoin(m, and_(m.c.session_id == s.c.session_id, m.c.user_id == s.c.user_id))
            .outerjoin(
                i,
                and_(
                    i.c.sign_in_id == bindparam("sign_in_id"),
                    i.c.user_id == u.c.user_id,
                    i.c.expires_at > bindparam("now", type_=t.UtcTime()),
                    i.c.revoked_at.is_(None),
                    i.c.epoch == u.c.sign_in_epoch,
                ),
            )
        )
        .where(s.c.participant_id == bindparam("participant_id"))
    )


class SqlStandings:
    """Implements ``server.services.ports.Standings``. ``close`` once nobody asks any more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(is_read=True)
        self._statement = _statement()
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="standings")

    async def standing(
        self, participant_id: str, sign_in_id: str | None, now: datetime
    ) -> StandingRecord | None:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, self._read, participant_id, sign_in_id, now
        )

    def _read(
        self, participant_id: str, sign_in_id: str | None, now: datetime
    ) -> StandingRecord | None:
        values = {"participant_id": participant_id, "sign_in_id": sign_in_id, "now": now}
        with self._engine.connect() as connection:
            row = connection.execute(self._statement, values).first()
        if row is None:
            return None
        return StandingRecord(
            session_id=row.session_id,
            link_id=row.link_id,
            link_name=row.link_name,
            link_role=row.link_role,
            is_link_revoked=row.revoked_at is not None,
            user=read_user(row) if row.user_id is not None else None,
            membership=row.membership,
            is_signed_in=row.sign_in_id is not None,
        )

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()
