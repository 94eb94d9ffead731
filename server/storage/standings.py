"""Who somebody in a session is at this moment.

Asked at every command, so it is one statement, prepared once, and it happens where it is asked: a
row looked up by its key in a file that is in memory takes less than the trip to a thread and back
would. In WAL mode a reader waits for no writer.
"""

from __future__ import annotations

from collections import namedtuple
from datetime import datetime

from sqlalchemy import Engine, and_, bindparam, select

from server.services.records import StandingRecord
from server.storage import tables as t
from server.storage.accounts import read_user

_LOCKED_MS = 50
"""a reader is locked out only while a file is being repaired; nobody else may wait for that"""


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
    """Implements ``server.services.ports.Standings``; of the thread that made it. ``close`` once
    nobody asks any more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pooled = engine.raw_connection()
        self._cursor = self._pooled.cursor()
        self._cursor.execute(f"PRAGMA busy_timeout = {_LOCKED_MS}")
        statement = _statement()
        compiled = statement.compile(dialect=engine.dialect)
        self._sql = str(compiled)
        self._places = tuple(compiled.positiontup or ())
        columns = statement.selected_columns
        self._readers = [column.type.result_processor(engine.dialect, None) for column in columns]
        self._row = namedtuple("_Row", [column.key for column in columns])
        self._time = t.UtcTime()

    async def standing(
        self, participant_id: str, sign_in_id: str | None, now: datetime
    ) -> StandingRecord | None:
        values = {
            "participant_id": participant_id,
            "sign_in_id": sign_in_id,
            "now": self._time.process_bind_param(now, self._engine.dialect),
        }
        # To its end: a statement that is not would keep what it sees as it was.
        self._cursor.execute(self._sql, [values[name] for name in self._places])
        rows = self._cursor.fetchall()
        if not rows:
            return None
        row = self._row(
            *(
                value if read is None else read(value)
                for value, read in zip(rows[0], self._readers, strict=True)
            )
        )
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
        self._cursor.close()
        self._pooled.close()
        self._engine.dispose()
