"""Tokens of streams: one secret for one program's seat in one session, revocable (ST).

They lie beside the join links and are kept apart from them: a token opens no page, a link no
stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from server.domain.errors import Conflict, NotAllowed
from server.schemas.live_base import GuestRole, StreamUse
from server.schemas.seats import CreateStreamToken, StreamToken
from server.services.caller import Caller
from server.services.errors import NotSignedIn, not_found
from server.services.ports import Clock, Library, LiveSessions
from server.services.records import LinkRecord
from server.services.secrecy import hash_token, new_id, new_token
from server.services.sessions import facilitated


@dataclass(frozen=True, slots=True)
class StreamSeat:
    participant_id: str
    name: str
    role: GuestRole
    use: StreamUse
    may_be_recorded: bool


class LiveStreams(Protocol):
    """Streams that run, in this process (server/live/streams.py)."""

    async def open(self, session_id: str, seat: StreamSeat, sdp: str) -> tuple[str, str]:
        """The id of the stream and the SDP answer."""
        ...

    async def close(self, session_id: str, participant_id: str, stream_id: str) -> None: ...
    def ice_ufrag(self, session_id: str, participant_id: str, stream_id: str) -> str:
        """What the program's offer calls itself."""
        ...


def _path(session_id: str, use: StreamUse) -> str:
    return f"/{'whep' if use == 'watch' else 'whip'}/{session_id}"


def _show(link: LinkRecord, token: str | None = None) -> StreamToken:
    assert link.stream is not None
    return StreamToken(
        token_id=link.link_id,
        name=link.name,
        use=link.stream,
        may_be_recorded=link.may_be_recorded,
        created_at=link.created_at,
        is_revoked=link.revoked_at is not None,
        is_used=link.used_at is not None,
        path=_path(link.session_id, link.stream),
        token=token,
    )


class StreamTokens:
    def __init__(self, library: Library, live: LiveSessions, now: Clock) -> None:
        self._library = library
        self._live = live
        self._now = now

    async def tokens(self, caller: Caller, session_id: str) -> list[StreamToken]:
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
            links = await unit.sessions.links(session_id)
            return [_show(link) for link in links if link.stream is not None]

    async def add(self, caller: Caller, session_id: str, body: CreateStreamToken) -> StreamToken:
        user = caller.account()
        token = new_token()
        link = LinkRecord(
            new_id(), session_id, body.name, self._now(), None, None,
            role="observer" if body.use == "watch" else "learner",
            stream=body.use,
            # Who only watches is never on record.
            may_be_recorded=body.may_be_recorded and body.use != "watch",
        )  # fmt: skip
        async with self._library.write() as unit:
            found = await facilitated(unit, caller, session_id)
            if found.session.state == "ended":
                raise Conflict("session_ended", "The session is over.")
            await unit.sessions.add_link(link, hash_token(token), user.user_id)
        return _show(link, token)

    async def revoke(self, caller: Caller, session_id: str, token_id: str) -> None:
        """What runs by it ends at once."""
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            link = await unit.sessions.link(token_id)
            if link is None or link.session_id != session_id or link.stream is None:
                raise not_found("token")
            if link.revoked_at is None:
                await unit.sessions.change_link(token_id, revoked_at=self._now())
            seat = await unit.sessions.seat_of(session_id, link_id=token_id)
        if seat is not None:
            await self._live.kick(session_id, seat.participant_id)

    async def seat(self, session_id: str, token: str, *, watches: bool) -> StreamSeat:
        """The place a token opens, made the first time. Raises NotSignedIn for one that opens
        none here, NotAllowed for one of the other kind."""
        async with self._library.write() as unit:
            link = await unit.sessions.link_by_token(hash_token(token))
            if link is None or link.session_id != session_id or link.stream is None:
                raise NotSignedIn("This token opens nothing here.", "bad_token")
            if link.revoked_at is not None:
                raise NotSignedIn("This token has been withdrawn.", "token_revoked")
            if watches != (link.stream == "watch"):
                raise NotAllowed("wrong_token", "This token is for the other direction.")
            seat = await unit.sessions.seat_of(session_id, link_id=link.link_id)
            if seat is None:
                participant_id = new_id()
                now = self._now()
                await unit.sessions.add_seat(participant_id, session_id, None, link.link_id, now)
                await unit.sessions.change_link(link.link_id, used_at=now)
            else:
                participant_id = seat.participant_id
            return StreamSeat(
                participant_id, link.name, link.role, link.stream, link.may_be_recorded
            )
