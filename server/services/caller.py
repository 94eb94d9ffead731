"""Who asks: read from the cookies and the database afresh for every request and command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from server.domain.errors import NotAllowed
from server.services.errors import NotSignedIn
from server.services.ports import Clock, Library
from server.services.records import UserRecord, Viewer

SIGN_IN_COOKIE = "reprise_session"
SEAT_COOKIE = "reprise_seat_"
"""followed by the session's id"""
SECURE_PREFIX = "__Host-"
"""Over HTTPS only: a browser then takes the cookie from nobody but this very host."""
SEEN_EVERY = timedelta(minutes=5)
MAX_SEATS = 20


@dataclass(frozen=True, slots=True)
class Caller:
    """``seats`` are a guest's: session → link. ``address`` is the network address."""

    user: UserRecord | None = None
    sign_in_id: str | None = None
    seats: Mapping[str, str] = field(default_factory=dict[str, str])
    address: str = ""

    @property
    def viewer(self) -> Viewer:
        user = self.user
        return Viewer(
            user_id=user.user_id if user else None,
            link_ids=tuple(self.seats.values()),
            is_admin=user is not None and user.role == "admin",
            may_facilitate=may_facilitate(user),
        )

    def account(self) -> UserRecord:
        """Raises NotSignedIn."""
        if self.user is None:
            raise NotSignedIn
        return self.user

    def facilitator(self) -> UserRecord:
        user = self.account()
        if not may_facilitate(user):
            raise NotAllowed("needs_facilitator", "Only facilitators may do this.")
        return user

    def admin(self) -> UserRecord:
        user = self.account()
        if user.role != "admin":
            raise NotAllowed("needs_admin", "Only admins may do this.")
        return user


def may_facilitate(user: UserRecord | None) -> bool:
    return user is not None and user.role in ("admin", "facilitator")


class CookieSigner:
    """Cookie values carry ids, signed: a stolen database opens nothing without the key."""

    def __init__(self, key: bytes) -> None:
        self._sign_in = URLSafeSerializer(key, salt="sign-in")
        self._seat = URLSafeSerializer(key, salt="seat")

    def sign_in(self, sign_in_id: str) -> str:
        return str(self._sign_in.dumps(sign_in_id))

    def seat(self, session_id: str, link_id: str) -> str:
        return str(self._seat.dumps([session_id, link_id]))

    def read_sign_in(self, value: str) -> str | None:
        try:
            return str(self._sign_in.loads(value))
        except BadSignature:
            return None

    def read_seat(self, value: str) -> tuple[str, str] | None:
        try:
            session_id, link_id = self._seat.loads(value)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(session_id), str(link_id)


class Callers:
    def __init__(self, library: Library, signer: CookieSigner, now: Clock) -> None:
        self._library = library
        self._signer = signer
        self._now = now

    async def identify(self, cookies: Mapping[str, str], address: str = "") -> Caller:
        """Cookies that do not count any more are ignored, not refused: the page behind an
        expired sign-in can then show the way in."""
        # The prefixed one counts when there are both: nobody but this host can have set it.
        ordered = sorted(cookies.items(), key=lambda cookie: cookie[0].startswith(SECURE_PREFIX))
        named = {name.removeprefix(SECURE_PREFIX): value for name, value in ordered}
        sign_in_id = self._signer.read_sign_in(named.get(SIGN_IN_COOKIE, ""))
        claimed = [
            seat
            for name, value in named.items()
            if name.startswith(SEAT_COOKIE)
            and (seat := self._signer.read_seat(value)) is not None
            and name == SEAT_COOKIE + seat[0]
        ][:MAX_SEATS]
        if sign_in_id is None and not claimed:
            return Caller(address=address)
        now = self._now()
        seats: dict[str, str] = {}
        async with self._library.read() as unit:
            user = await unit.accounts.signed_in_user(sign_in_id, now) if sign_in_id else None
            for session_id, link_id in claimed:
                link = await unit.sessions.link(link_id)
                if link and link.session_id == session_id and link.revoked_at is None:
                    seats[session_id] = link_id
        if user is not None and (user.last_seen_at is None or now - user.last_seen_at > SEEN_EVERY):
            async with self._library.write() as unit:
                await unit.accounts.change_user(user.user_id, last_seen_at=now)
        return Caller(user, sign_in_id if user else None, seats, address)
