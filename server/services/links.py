"""Join links: one secret for one guest's seat in one session, revocable."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import Conflict, NotAllowed
from server.schemas.live_base import GuestRole
from server.schemas.seats import CreateJoinLink, JoinInfo, JoinLink, TakeSeat
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.ports import Clock, Library, LiveSessions, Unit
from server.services.records import LinkRecord, SessionRecord
from server.services.secrecy import hash_token, new_id, new_token
from server.services.sessions import facilitated


@dataclass(frozen=True, slots=True)
class TakenSeat:
    info: JoinInfo
    session_id: str
    link_id: str


def _show(link: LinkRecord, path: str | None = None) -> JoinLink:
    return JoinLink(
        link_id=link.link_id,
        name=link.name,
        created_at=link.created_at,
        is_revoked=link.revoked_at is not None,
        is_used=link.used_at is not None,
        link=path,
        role=link.role,
    )


def _info(session: SessionRecord, name: str, role: GuestRole) -> JoinInfo:
    return JoinInfo(
        session_id=session.session_id,
        title=session.title,
        state=session.state,
        name=name,
        starts_at=session.starts_at,
        time_zone=session.time_zone,
        record_automatically=session.record_automatically,
        role=role,
    )


class JoinLinks:
    def __init__(self, library: Library, live: LiveSessions, now: Clock) -> None:
        self._library = library
        self._live = live
        self._now = now

    async def links(self, caller: Caller, session_id: str) -> list[JoinLink]:
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
            links = await unit.sessions.links(session_id)
            return [_show(link) for link in links if link.stream is None]

    async def add(self, caller: Caller, session_id: str, body: CreateJoinLink) -> JoinLink:
        user = caller.account()
        token = new_token()
        link = LinkRecord(new_id(), session_id, body.name, self._now(), None, None, body.role)
        async with self._library.write() as unit:
            found = await facilitated(unit, caller, session_id)
            if found.session.state == "ended":
                raise Conflict("session_ended", "The session is over.")
            await unit.sessions.add_link(link, hash_token(token), user.user_id)
        return _show(link, f"/join/{token}")

    async def revoke(self, caller: Caller, session_id: str, link_id: str) -> None:
        """The seat behind it is removed at once; its cookie opens nothing from now on."""
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            link = await unit.sessions.link(link_id)
            if link is None or link.session_id != session_id or link.stream is not None:
                raise not_found("link")
            if link.revoked_at is None:
                await unit.sessions.change_link(link_id, revoked_at=self._now())
            seat = await unit.sessions.seat_of(session_id, link_id=link_id)
        if seat is not None:
            await self._live.kick(session_id, seat.participant_id)

    async def info(self, token: str) -> JoinInfo:
        async with self._library.read() as unit:
            link, session = await self._behind(unit, token)
            return _info(session, link.name, link.role)

    async def take_seat(self, token: str, body: TakeSeat) -> TakenSeat:
        """Taking it again (another device, a lost cookie) leads to the same seat."""
        async with self._library.write() as unit:
            link, session = await self._behind(unit, token)
            if session.state == "ended":
                raise Conflict("session_ended", "The session is over.")
            await unit.sessions.change_link(
                link.link_id, name=body.name, used_at=link.used_at or self._now()
            )
            info = _info(session, body.name, link.role)
            return TakenSeat(info, session.session_id, link.link_id)

    @staticmethod
    async def _behind(unit: Unit, token: str) -> tuple[LinkRecord, SessionRecord]:
        link = await unit.sessions.link_by_token(hash_token(token))
        if link is None or link.stream is not None:
            raise not_found("link")
        if link.revoked_at is not None:
            raise NotAllowed("link_revoked", "This link has been withdrawn.")
        session = await unit.sessions.session(link.session_id)
        if session is None:
            raise not_found("session")
        return link, session
