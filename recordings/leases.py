"""Who runs jobs now, and how often a step was begun: two small tables beside the durable log.

DBOS leaves the workflows of a process that died PENDING for ever. Each worker therefore keeps a
lease; whoever *deletes* a lapsed lease takes up its work, and only one can delete it. On the same
machine a lease also lapses when its process is gone, so a restart need not wait.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

LEASE_S = 15.0
_CREATE_ATTEMPTS = 25
_metadata = sa.MetaData()
_executors = sa.Table(
    "reprise_executors",
    _metadata,
    sa.Column("executor_id", sa.String(64), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("pid_started", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
_starts = sa.Table(
    "reprise_step_starts",
    _metadata,
    sa.Column("workflow_id", sa.String(200), primary_key=True),
    sa.Column("step", sa.String(32), primary_key=True),
    sa.Column("starts", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Leases:
    engine: sa.Engine
    executor_id: str
    now: Callable[[], float] = time.time

    def create(self) -> None:
        """Make the tables; another worker may be at it at the same moment."""
        for attempt in range(_CREATE_ATTEMPTS):
            try:
                _metadata.create_all(self.engine, checkfirst=True)
            except OperationalError:
                if attempt == _CREATE_ATTEMPTS - 1:
                    raise
                time.sleep(0.2)
            else:
                return

    def renew(self) -> None:
        """Take or extend our own lease."""
        row = {
            "executor_id": self.executor_id,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "pid_started": psutil.Process().create_time(),
            "expires_at": self.now() + LEASE_S,
        }
        with self.engine.begin() as connection:
            changed = connection.execute(
                sa.update(_executors)
                .where(_executors.c.executor_id == self.executor_id)
                .values(expires_at=row["expires_at"])
            )
            if changed.rowcount == 0:
                connection.execute(sa.insert(_executors).values(**row))

    def release(self) -> None:
        """Our work may be taken up at once."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.update(_executors)
                .where(_executors.c.executor_id == self.executor_id)
                .values(expires_at=0.0)
            )

    def lapsed(self) -> list[str]:
        """Executors whose work nobody does."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(_executors)).all()
        return [
            row.executor_id
            for row in rows
            if row.executor_id != self.executor_id
            and (row.expires_at < self.now() or self._is_gone(row))
        ]

    def known(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.scalars(sa.select(_executors.c.executor_id)))

    def adopt(self, executor_id: str) -> None:
        """Give an executor that has no row a lapsed one, so that it is inherited like others."""
        with self.engine.begin() as connection:
            exists = connection.scalar(
                sa.select(_executors.c.pid).where(_executors.c.executor_id == executor_id)
            )
            if exists is None:
                connection.execute(
                    sa.insert(_executors).values(
                        executor_id=executor_id, host="", pid=0, pid_started=0.0, expires_at=0.0
                    )
                )

    def inherit(self, executor_id: str) -> bool:
        """True for the one who may take up its work."""
        with self.engine.begin() as connection:
            gone = connection.execute(
                sa.delete(_executors).where(_executors.c.executor_id == executor_id)
            )
            return gone.rowcount == 1

    def begin_step(self, workflow_id: str, step: str) -> int:
        """Count a start before it happens: a step that kills its worker is known by this."""
        key = sa.and_(_starts.c.workflow_id == workflow_id, _starts.c.step == step)
        with self.engine.begin() as connection:
            known = connection.scalar(sa.select(_starts.c.starts).where(key))
            if known is None:
                connection.execute(
                    sa.insert(_starts).values(workflow_id=workflow_id, step=step, starts=1)
                )
                return 1
            connection.execute(sa.update(_starts).where(key).values(starts=known + 1))
            return known + 1

    @staticmethod
    def _is_gone(row: sa.Row[tuple[str, str, int, float, float]]) -> bool:
        if row.host != socket.gethostname():
            return False
        try:
            return abs(psutil.Process(row.pid).create_time() - row.pid_started) > 1.0
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False
