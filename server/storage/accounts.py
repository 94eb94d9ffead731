"""Accounts, sign-ins, invitations, resets and the first admin's token."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.services.records import InvitationRecord, UserRecord
from server.storage import tables as t


def read_user(row: Any) -> UserRecord:
    """From a row with the columns of ``users``."""
    return UserRecord(
        user_id=row.user_id,
        email=row.email,
        name=row.name,
        role=row.role,
        password_hash=row.password_hash,
        is_disabled=row.is_disabled,
        sign_in_epoch=row.sign_in_epoch,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )


def _invitation(row: Row[Any]) -> InvitationRecord:
    return InvitationRecord(
        invitation_id=row.invitation_id,
        email=row.email,
        name=row.name,
        role=row.role,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


class SqlAccounts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._c = connection

    # ---- users ----

    async def user(self, user_id: str) -> UserRecord | None:
        row = (await self._c.execute(select(t.users).where(t.users.c.user_id == user_id))).first()
        return read_user(row) if row else None

    async def user_by_email(self, email: str) -> UserRecord | None:
        query = select(t.users).where(t.users.c.email == email.lower())
        row = (await self._c.execute(query)).first()
        return read_user(row) if row else None

    async def users(self) -> list[UserRecord]:
        query = select(t.users).order_by(func.lower(t.users.c.name), t.users.c.user_id)
        return [read_user(row) for row in await self._c.execute(query)]

    async def add_user(self, user: UserRecord) -> None:
        await self._c.execute(insert(t.users).values(**asdict(user)))

    async def change_user(self, user_id: str, **values: Any) -> None:
        await self._c.execute(update(t.users).where(t.users.c.user_id == user_id).values(**values))

    async def active_admin_count(self) -> int:
        query = select(func.count()).where(
            t.users.c.role == "admin", t.users.c.is_disabled.is_(False)
        )
        return (await self._c.execute(query)).scalar_one()

    async def user_count(self) -> int:
        query = select(func.count()).select_from(t.users)
        return (await self._c.execute(query)).scalar_one()

    # ---- sign-ins ----

    async def add_sign_in(
        self, sign_in_id: str, user: UserRecord, now: datetime, expires_at: datetime
    ) -> None:
        # Nothing reads an expired one; dropping them here keeps the table small without a job.
        await self._c.execute(
            delete(t.sign_ins).where(
                t.sign_ins.c.user_id == user.user_id, t.sign_ins.c.expires_at < now
            )
        )
        await self._c.execute(
            insert(t.sign_ins).values(
                sign_in_id=sign_in_id,
                user_id=user.user_id,
                epoch=user.sign_in_epoch,
                created_at=now,
                expires_at=expires_at,
            )
        )

    async def signed_in_user(self, sign_in_id: str, now: datetime) -> UserRecord | None:
        s, u = t.sign_ins, t.users
        query = (
            select(u)
            .select_from(s.join(u, s.c.user_id == u.c.user_id))
            .where(
                s.c.sign_in_id == sign_in_id,
                s.c.expires_at > now,
                s.c.revoked_at.is_(None),
                s.c.epoch == u.c.sign_in_epoch,
                u.c.is_disabled.is_(False),
            )
        )
        row = (await self._c.execute(query)).first()
        return read_user(row) if row else None

    async def revoke_sign_in(self, sign_in_id: str, now: datetime) -> None:
        await self._c.execute(
            update(t.sign_ins).where(t.sign_ins.c.sign_in_id == sign_in_id).values(revoked_at=now)
        )

    # ---- invitations ----

    async def add_invitation(
        self, invitation: InvitationRecord, token_hash: str, invited_by: str
    ) -> None:
        await self._c.execute(
            insert(t.invitations).values(
                **asdict(invitation), token_hash=token_hash, invited_by=invited_by
            )
        )

    async def invitations(self, now: datetime) -> list[InvitationRecord]:
        i = t.invitations
        query = (
            select(i)
            .where(i.c.used_at.is_(None), i.c.revoked_at.is_(None), i.c.expires_at > now)
            .order_by(i.c.created_at.desc(), i.c.invitation_id)
        )
        return [_invitation(row) for row in await self._c.execute(query)]

    async def invitation_by_token(self, token_hash: str) -> InvitationRecord | None:
        query = select(t.invitations).where(t.invitations.c.token_hash == token_hash)
        row = (await self._c.execute(query)).first()
        return _invitation(row) if row else None

    async def change_invitation(self, invitation_id: str, **values: Any) -> int:
        result = await self._c.execute(
            update(t.invitations)
            .where(t.invitations.c.invitation_id == invitation_id)
            .values(**values)
        )
        return result.rowcount

    # ---- single-use tokens ----

    async def add_reset(
        self, reset_id: str, token_hash: str, user_id: str, now: datetime, expires_at: datetime
    ) -> None:
        """A new link ends the ones before it."""
        r = t.password_resets
        await self._c.execute(
            update(r).where(r.c.user_id == user_id, r.c.used_at.is_(None)).values(used_at=now)
        )
        await self._c.execute(
            insert(r).values(
                reset_id=reset_id,
                token_hash=token_hash,
                user_id=user_id,
                created_at=now,
                expires_at=expires_at,
            )
        )

    async def use_reset(self, token_hash: str, now: datetime) -> str | None:
        r = t.password_resets
        query = (
            update(r)
            .where(r.c.token_hash == token_hash, r.c.used_at.is_(None), r.c.expires_at > now)
            .values(used_at=now)
            .returning(r.c.user_id)
        )
        return (await self._c.execute(query)).scalar_one_or_none()

    async def replace_setup_token(self, token_hash: str, now: datetime) -> None:
        await self._c.execute(delete(t.setup_tokens))
        await self._c.execute(insert(t.setup_tokens).values(token_hash=token_hash, created_at=now))

    async def use_setup_token(self, token_hash: str, now: datetime) -> bool:
        s = t.setup_tokens
        result = await self._c.execute(
            update(s).where(s.c.token_hash == token_hash, s.c.used_at.is_(None)).values(used_at=now)
        )
        return result.rowcount == 1
