"""Accounts: sign-in, the first admin, invitations, resets, roles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from msgspec import UnsetType

from server.domain.errors import Conflict, NotAllowed
from server.schemas.identity import (
    AcceptInvitation,
    CreateInvitation,
    EditUser,
    Invitation,
    PasswordReset,
    Setup,
    User,
)
from server.schemas.live_base import Role
from server.services.caller import Caller
from server.services.errors import NotSignedIn, not_found
from server.services.ports import Clock, Library, LiveSessions, Unit
from server.services.records import InvitationRecord, UserRecord
from server.services.secrecy import Passwords, hash_token, new_id, new_token
from server.services.throttle import SignInThrottle

SIGN_IN_LASTS = timedelta(days=30)
INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SignedIn:
    user: User
    sign_in_id: str
    lasts: timedelta = SIGN_IN_LASTS


def show_user(user: UserRecord) -> User:
    return User(
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        role=user.role,
        is_disabled=user.is_disabled,
        created_at=user.created_at,
        last_seen_at=user.last_seen_at,
    )


def show_invitation(invitation: InvitationRecord, link: str | None = None) -> Invitation:
    return Invitation(
        invitation_id=invitation.invitation_id,
        email=invitation.email,
        name=invitation.name,
        role=invitation.role,
        expires_at=invitation.expires_at,
        link=link,
    )


class Identity:
    def __init__(
        self,
        library: Library,
        passwords: Passwords,
        throttle: SignInThrottle,
        live: LiveSessions,
        now: Clock,
    ) -> None:
        self._library = library
        self._passwords = passwords
        self._throttle = throttle
        self._live = live
        self._now = now

    # ---- signing in and out ----

    async def sign_in(self, email: str, password: str, address: str) -> SignedIn:
        """One answer for an unknown address, a wrong password and a disabled account."""
        self._throttle.count_try(email, address)
        async with self._library.read() as unit:
            user = await unit.accounts.user_by_email(email)
        is_right = await self._passwords.verify(user.password_hash if user else None, password)
        if user is None or not is_right or user.is_disabled:
            raise NotSignedIn("The e-mail address or the password is wrong.", "wrong_password")
        self._throttle.forgive(email, address)
        renewed = None
        if self._passwords.needs_rehash(user.password_hash):
            renewed = await self._passwords.hash(password)
        async with self._library.write() as unit:
            if renewed is not None:
                await unit.accounts.change_user(user.user_id, password_hash=renewed)
            return await self._open(unit, user)

    async def _open(self, unit: Unit, user: UserRecord) -> SignedIn:
        now = self._now()
        sign_in_id = new_token()
        await unit.accounts.add_sign_in(sign_in_id, user, now, now + SIGN_IN_LASTS)
        await unit.accounts.change_user(user.user_id, last_seen_at=now)
        return SignedIn(show_user(replace(user, last_seen_at=now)), sign_in_id)

    async def sign_out(self, caller: Caller) -> None:
        """Of this browser: its sockets close, those of the account's other browsers stay."""
        user = caller.account()
        if caller.sign_in_id is not None:
            async with self._library.write() as unit:
                await unit.accounts.revoke_sign_in(caller.sign_in_id, self._now())
            await self._live.sign_out(user.user_id, caller.sign_in_id)

    async def sign_out_everywhere(self, caller: Caller) -> None:
        user = caller.account()
        async with self._library.write() as unit:
            await self._end_sign_ins(unit, user.user_id)
        await self._live.sign_out(user.user_id)

    @staticmethod
    async def _end_sign_ins(unit: Unit, user_id: str) -> None:
        user = await unit.accounts.user(user_id)
        if user is not None:
            await unit.accounts.change_user(user_id, sign_in_epoch=user.sign_in_epoch + 1)

    # ---- the first admin ----

    async def needs_setup(self) -> bool:
        async with self._library.read() as unit:
            return await unit.accounts.active_admin_count() == 0

    async def new_setup_token(self) -> str | None:
        """A link token for the first admin, the only one that works from now on; None when
        there is an admin. Stored as a hash, so it can be shown now or never."""
        async with self._library.write() as unit:
            if await unit.accounts.active_admin_count():
                return None
            token = new_token()
            await unit.accounts.replace_setup_token(hash_token(token), self._now())
            return token

    async def set_up(self, body: Setup) -> SignedIn:
        password_hash = await self._passwords.hash(body.password)
        async with self._library.write() as unit:
            if await unit.accounts.active_admin_count():
                raise Conflict("already_set_up", "There is an admin already; sign in.")
            if not await unit.accounts.use_setup_token(hash_token(body.token), self._now()):
                raise NotAllowed(
                    "setup_link_invalid",
                    "This link does not work any more. Start the server again for a new one, "
                    "or run: reprise create-admin",
                )
            user = await self._add_user(unit, body.name, body.email, "admin", password_hash)
            return await self._open(unit, user)

    async def create_user(self, name: str, email: str, password: str, role: Role) -> User:
        """For the command line and for demonstrations; the web uses invitations."""
        password_hash = await self._passwords.hash(password)
        async with self._library.write() as unit:
            return show_user(await self._add_user(unit, name, email, role, password_hash))

    async def _add_user(
        self, unit: Unit, name: str, email: str, role: Role, password_hash: str
    ) -> UserRecord:
        if await unit.accounts.user_by_email(email):
            raise Conflict(
                "email_taken", "There is an account with this e-mail address.", field="email"
            )
        user = UserRecord(
            user_id=new_id(),
            email=email.lower(),
            name=name.strip() or name,
            role=role,
            password_hash=password_hash,
            is_disabled=False,
            sign_in_epoch=0,
            created_at=self._now(),
            last_seen_at=None,
        )
        await unit.accounts.add_user(user)
        return user

    # ---- users ----

    async def users(self, caller: Caller) -> list[User]:
        caller.admin()
        async with self._library.read() as unit:
            return [show_user(user) for user in await unit.accounts.users()]

    async def edit_user(self, caller: Caller, user_id: str, body: EditUser) -> User:
        """The last admin who can sign in can be neither demoted nor disabled."""
        caller.admin()
        changes = {
            name: value
            for name in ("name", "role", "is_disabled")
            if not isinstance(value := getattr(body, name), UnsetType)
        }
        async with self._library.write() as unit:
            before = await unit.accounts.user(user_id)
            if before is None:
                raise not_found("user")
            if changes:
                await unit.accounts.change_user(user_id, **changes)
            was_admin = before.role == "admin" and not before.is_disabled
            if was_admin and await unit.accounts.active_admin_count() == 0:
                # Raised inside the transaction: the change above is undone with it.
                raise Conflict("last_admin", "This is the last admin; make another one first.")
            is_locked_out = changes.get("is_disabled") is True and not before.is_disabled
            if is_locked_out:
                await self._end_sign_ins(unit, user_id)
            after = await unit.accounts.user(user_id)
        if is_locked_out:
            await self._live.sign_out(user_id)
        return show_user(after or before)

    async def reset_link(self, caller: Caller, user_id: str) -> PasswordReset:
        caller.admin()
        return await self.new_reset(user_id)

    async def new_reset(self, user_id: str) -> PasswordReset:
        token, now = new_token(), self._now()
        async with self._library.write() as unit:
            if await unit.accounts.user(user_id) is None:
                raise not_found("user")
            await unit.accounts.add_reset(
                new_id(), hash_token(token), user_id, now, now + RESET_LASTS
            )
        return PasswordReset(link=f"/reset/{token}", expires_at=now + RESET_LASTS)

    async def user_by_email(self, email: str) -> User | None:
        async with self._library.read() as unit:
            user = await unit.accounts.user_by_email(email)
            return show_user(user) if user else None

    async def set_password(self, token: str, password: str) -> None:
        """Spends the link and signs the account out everywhere."""
        password_hash = await self._passwords.hash(password)
        async with self._library.write() as unit:
            user_id = await unit.accounts.use_reset(hash_token(token), self._now())
            if user_id is None:
                raise not_found("reset link")
            await unit.accounts.change_user(user_id, password_hash=password_hash)
            await self._end_sign_ins(unit, user_id)
        await self._live.sign_out(user_id)

    # ---- invitations ----

    async def invitations(self, caller: Caller) -> list[Invitation]:
        caller.admin()
        async with self._library.read() as unit:
            found = await unit.accounts.invitations(self._now())
            return [show_invitation(invitation) for invitation in found]

    async def invite(self, caller: Caller, body: CreateInvitation) -> Invitation:
        admin = caller.admin()
        token, now = new_token(), self._now()
        invitation = InvitationRecord(
            invitation_id=new_id(),
            email=body.email.lower(),
            name=body.name,
            role=body.role,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
            used_at=None,
            revoked_at=None,
        )
        async with self._library.write() as unit:
            if await unit.accounts.user_by_email(body.email):
                raise Conflict(
                    "email_taken", "There is an account with this e-mail address.", field="email"
                )
            await unit.accounts.add_invitation(invitation, hash_token(token), admin.user_id)
        return show_invitation(invitation, f"/invite/{token}")

    async def revoke_invitation(self, caller: Caller, invitation_id: str) -> None:
        caller.admin()
        async with self._library.write() as unit:
            if not await unit.accounts.change_invitation(invitation_id, revoked_at=self._now()):
                raise not_found("invitation")

    async def invitation(self, token: str) -> Invitation:
        async with self._library.read() as unit:
            return show_invitation(await self._open_invitation(unit, token))

    async def accept(self, token: str, body: AcceptInvitation) -> SignedIn:
        password_hash = await self._passwords.hash(body.password)
        async with self._library.write() as unit:
            invitation = await self._open_invitation(unit, token)
            await unit.accounts.change_invitation(invitation.invitation_id, used_at=self._now())
            user = await self._add_user(
                unit, body.name, invitation.email, invitation.role, password_hash
            )
            return await self._open(unit, user)

    async def _open_invitation(self, unit: Unit, token: str) -> InvitationRecord:
        invitation = await unit.accounts.invitation_by_token(hash_token(token))
        if (
            invitation is None
            or invitation.used_at is not None
            or invitation.revoked_at is not None
            or invitation.expires_at <= self._now()
        ):
            raise not_found("invitation")
        return invitation
