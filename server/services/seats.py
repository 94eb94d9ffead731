"""Who takes part in a session: from cookies to a participant, checked again at every command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.errors import NotAllowed, NotFound
from server.domain.state import Settings
from server.schemas.live_base import SessionRole
from server.services.caller import Caller, Callers
from server.services.errors import NotSignedIn
from server.services.ports import Clock, Library, Standings, Unit
from server.services.records import LinkRecord, SeatRecord, UserRecord
from server.services.secrecy import new_id
from server.services.sessions import session_role, standing


@dataclass(frozen=True, slots=True)
class Place:
    participant_id: str
    name: str
    role: SessionRole
    user_id: str | None
    """None: a guest"""
    sign_in_id: str | None = None
    """of the browser the account came with"""


class Seats:
    def __init__(
        self, library: Library, standings: Standings, callers: Callers, now: Clock
    ) -> None:
        self._library = library
        self._standings = standings
        self._callers = callers
        self._now = now

    async def resolve(self, session_id: str, cookies: Mapping[str, str]) -> Place:
        """The caller's place, made at the first join. An account comes before a guest's seat
        when a browser holds both."""
        caller = await self._callers.identify(cookies)
        async with self._library.read() as unit:
            place, owner = await self._find(unit, session_id, caller)
        if place is not None:
            return place
        async with self._library.write() as unit:
            # Asked again, now alone: two tabs may have come at the same moment.
            place, owner = await self._find(unit, session_id, caller)
            if place is not None:
                return place
            participant_id = new_id()
            is_guest = isinstance(owner, LinkRecord)
            await unit.sessions.add_seat(
                participant_id,
                session_id,
                None if is_guest else owner.user_id,
                owner.link_id if is_guest else None,
                self._now(),
            )
            place, _ = await self._find(unit, session_id, caller)
        if place is None:
            raise NotFound("session_not_found", "There is no such session.")
        return place

    async def _find(
        self, unit: Unit, session_id: str, caller: Caller
    ) -> tuple[Place | None, UserRecord | LinkRecord]:
        if await unit.sessions.session(session_id) is None:
            raise NotFound("session_not_found", "There is no such session.")
        if caller.user is not None:
            membership = await unit.sessions.role_in_session(session_id, caller.user.user_id)
            role = session_role(caller.user, membership)
            if role is not None:
                user = caller.user
                seat = await unit.sessions.seat_of(session_id, user_id=user.user_id)
                return _place(seat, role, caller.sign_in_id), user
        link_id = caller.seats.get(session_id)
        link = await unit.sessions.link(link_id) if link_id else None
        if link is not None:
            seat = await unit.sessions.seat_of(session_id, link_id=link.link_id)
            return _place(seat, link.role), link
        if caller.user is None:
            raise NotSignedIn("Sign in, or open your join link again.")
        raise NotAllowed("not_a_member", "You do not belong to this session.")

    async def refresh(
        self, session_id: str, participant_id: str, sign_in_id: str | None = None
    ) -> Place:
        """The same place with the role and name of this moment. Raises NotAllowed when the
        sign-in, the account, the membership or the link behind it is gone."""
        found = await self._standings.standing(participant_id, sign_in_id, self._now())
        if found is None or found.session_id != session_id:
            raise NotAllowed("seat_gone", "This seat is not yours any more.")
        if found.link_id is not None:
            if found.link_name is None or found.is_link_revoked:
                raise NotAllowed("link_revoked", "This link has been withdrawn.")
            return Place(participant_id, found.link_name, found.link_role or "learner", None)
        user = found.user
        if user is None or user.is_disabled:
            raise NotAllowed("account_disabled", "This account has been disabled.")
        if sign_in_id and not found.is_signed_in:
            raise NotAllowed("signed_out", "You have signed out; sign in again.")
        role = session_role(user, found.membership)
        if role is None:
            raise NotAllowed("not_a_member", "You do not belong to this session.")
        return Place(participant_id, user.name, role, user.user_id, sign_in_id)

    async def participant_id(self, caller: Caller, session_id: str) -> str:
        """Of someone who has taken the seat before. Raises not_found otherwise."""
        return (await self.place(caller, session_id)).participant_id

    async def place(self, caller: Caller, session_id: str) -> Place:
        """The same with name and role."""
        async with self._library.read() as unit:
            await standing(unit, caller, session_id)
            place, _ = await self._find(unit, session_id, caller)
        if place is None:
            raise NotAllowed("not_a_participant", "Join the session first.")
        return place

    async def settings(self, session_id: str) -> Settings:
        async with self._library.read() as unit:
            session = await unit.sessions.session(session_id)
            origins = tuple(await unit.web_origins.all())
        if session is None:
            raise NotFound("session_not_found", "There is no such session.")
        return Settings(
            title=session.title,
            course_title=session.course_title,
            lobby_is_on=session.lobby_is_on,
            record_automatically=session.record_automatically,
            web_origins=origins,
        )


def _place(
    seat: SeatRecord | None, role: SessionRole, sign_in_id: str | None = None
) -> Place | None:
    if seat is None:
        return None
    return Place(seat.participant_id, seat.name, role, seat.user_id, sign_in_id)
