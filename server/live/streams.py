"""Streams: participants without a page, whose transport stands for the connection (ST).

A program comes over HTTP with an offer and a token (WHIP, WHEP), joins by the same rules as a
page, is given its tracks or slots, and has left as soon as its transport is gone. A second one
with the same token takes the place of the first once its transport is up.
"""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Final

from server.domain import commands as c
from server.domain.errors import Conflict, NotAllowed, NotFound
from server.domain.state import THE_SERVER
from server.live.flood import Buckets
from server.live.ports import Seat
from server.live.room import Room, Stream, actor_of
from server.live.stream_offer import plan_of
from server.schemas.live_media import MediaOffer
from server.services.stream_tokens import StreamSeat

if TYPE_CHECKING:
    from server.live.hub import LiveHub

log = logging.getLogger(__name__)


class Streams:
    """Of all sessions. Called from the event loop."""

    def __init__(self, hub: LiveHub) -> None:
        self._hub = hub

    async def open(self, session_id: str, seat: StreamSeat, sdp: str) -> tuple[str, str]:
        """The id of the stream and the SDP answer. Raises DomainError."""
        offer, ufrag = plan_of(sdp, seat.use)
        who = Seat(seat.participant_id, seat.name, seat.role, True, is_stream=True)
        room = await self._hub.room(session_id)
        buckets = room.buckets.setdefault(seat.participant_id, Buckets(self._hub.limits))
        buckets.take("connect", self._hub.clock.monotonic_ns())
        room.mailbox.settings = await self._hub.seats.settings(session_id)
        stream = Stream(uuid.uuid4().hex, who, ufrag)
        before = room.streams.get(seat.participant_id)
        # In place before the join is committed, or it would be taken for gone.
        room.streams[seat.participant_id] = stream
        try:
            await self._join(room, who)
            answer = await self._hub.media.offer(
                session_id, seat.participant_id, stream.stream_id, offer
            )
            await self._begin(room, who, offer, may_be_recorded=seat.may_be_recorded)
        except BaseException:
            if before is not None and room.streams.get(seat.participant_id) is stream:
                room.streams[seat.participant_id] = before
            else:
                await self._end(room, stream)
            raise
        return stream.stream_id, answer.sdp

    async def _join(self, room: Room, seat: Seat) -> None:
        who = room.state.participants.get(seat.participant_id)
        if who is None or who.presence != "present":
            await self._ask(room, seat, c.Join())

    async def _begin(
        self, room: Room, seat: Seat, offer: MediaOffer, *, may_be_recorded: bool
    ) -> None:
        if not offer.tracks:
            return
        await self._ask(room, seat, c.GiveConsent(may_be_recorded))
        for kind in offer.tracks.values():
            await self._ask(room, seat, c.SetTrack(kind, True))

    @staticmethod
    async def _ask(room: Room, seat: Seat, command: c.Command) -> None:
        answer = await room.mailbox.submit(actor_of(seat), command)
        if answer.error is None:
            return
        error = answer.error
        kind = Conflict if error.code in _NOT_NOW else NotAllowed
        raise kind(error.code, error.message, retry_after_s=error.retry_after_s)

    async def close(self, session_id: str, participant_id: str, stream_id: str) -> None:
        """The program says that it ends. Raises NotFound."""
        room, stream = self._find(session_id, participant_id, stream_id)
        await self._end(room, stream)

    def ice_ufrag(self, session_id: str, participant_id: str, stream_id: str) -> str:
        """Raises NotFound."""
        return self._find(session_id, participant_id, stream_id)[1].ice_ufrag

    def _find(self, session_id: str, participant_id: str, stream_id: str) -> tuple[Room, Stream]:
        room = self._hub.loaded(session_id)
        stream = room.streams.get(participant_id) if room is not None else None
        if room is None or stream is None or stream.stream_id != stream_id:
            raise NotFound("stream_not_found", "There is no such stream, or it has ended.")
        return room, stream

    def media_gone(self, session_id: str, participant_id: str, stream_id: str) -> None:
        room = self._hub.loaded(session_id)
        stream = room.streams.get(participant_id) if room is not None else None
        if room is None or stream is None or stream.stream_id != stream_id:
            return
        if not self._hub.is_closing:
            self._hub.spawn(self._end(room, stream), f"stream-{stream_id}")

    async def _end(self, room: Room, stream: Stream) -> None:
        who = stream.seat.participant_id
        if room.streams.get(who) is stream:
            del room.streams[who]
            await room.mailbox.submit(THE_SERVER, c.LoseConnection(who))


_NOT_NOW: Final = frozenset({"screen_taken", "session_ended", "too_fast"})
