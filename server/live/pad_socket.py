"""Socket handlers of the pads: follow one, change it, point in it, send its picture.

Every update is checked like a command: the role as the database has it, the presence, the room,
the locks, the limits. What is drawn is not in the log of events (docs/rules.md, WB and NO).
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from server.domain.errors import DomainError
from server.domain.whiteboard import check_reader, check_writer, kind_of
from server.live.outbox import NAMESPACE, to_json
from server.live.pads import GATHER_S
from server.live.room import Room, actor_of
from server.live.wire import error_body
from server.schemas.live_base import ErrorBody
from server.schemas.live_pads import (
    PadClose,
    PadCursor,
    PadCursorShown,
    PadOpen,
    PadUpdate,
    Picture,
)

if TYPE_CHECKING:
    from server.live.hub import LiveHub
    from server.live.socket import LiveSocket

log = logging.getLogger(__name__)


class PadSocket:
    def __init__(self, hub: LiveHub, live: LiveSocket) -> None:
        self._hub = hub
        self._live = live
        for event, handler in {
            "pad_open": self._open,
            "pad_close": self._close,
            "pad_update": self._update,
            "pad_cursor": self._cursor,
            "picture": self._picture,
        }.items():
            live.sio.on(event, handler, namespace=NAMESPACE)

    async def _open(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            connection, room = self._live.find(sid)
            asked = self._live.read(message, PadOpen)
            connection.buckets.take("pad_open", self._hub.clock.monotonic_ns())
            await self._live.refresh(connection, room)
            check_reader(room.state, actor_of(connection.seat), asked.pad)
            document = await room.pads.document(asked.pad)
            # From here on nothing waits: what comes after the difference is sent as an update.
            check_reader(room.state, actor_of(connection.seat), asked.pad)
            update = document.missing(asked.vector)
            room.pads.follow(asked.pad, sid, actor_of(connection.seat))
            if kind_of(asked.pad) == "whiteboard":
                room.pictures.followed(asked.pad, is_empty=not document.rows)
            return {"vector": document.doc.get_state(), "update": update}
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        except Exception:
            log.exception("a pad could not be opened")
            return {"error": to_json(ErrorBody("internal", "That went wrong on our side."))}

    async def _close(self, sid: str, message: object = None, *_: object) -> None:
        try:
            room = self._live.find(sid)[1]
            room.pads.unfollow(sid, self._live.read(message, PadClose).pad)
        except DomainError as error:
            log.info("connection %s: closing a pad refused: %s", sid, error.code)

    async def _update(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            connection, room = self._live.find(sid)
            change = self._live.read(message, PadUpdate)
            connection.buckets.take("pad_update", self._hub.clock.monotonic_ns())
            await self._live.refresh(connection, room)
            actor = actor_of(connection.seat)
            await room.pads.write(
                change.pad,
                change.update,
                lambda: check_writer(room.state, actor, change.pad, room.mailbox.now_ms()),
            )
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        except Exception:
            log.exception("an update of a pad failed")
            return {"error": to_json(ErrorBody("internal", "That went wrong on our side."))}
        others = [key for key in room.pads.followers[change.pad] if key != sid]
        payload = {"pad": change.pad, "update": {"_placeholder": True, "num": 0}}
        self._live.direct.deliver(NAMESPACE, others, "pad_update", payload, change.update)
        if kind_of(change.pad) == "whiteboard":
            room.pictures.changed(change.pad, room.mailbox.now_ms())
        return {}

    async def _cursor(self, sid: str, message: object = None, *_: object) -> None:
        """Too many are left out without a word: the next one comes at once."""
        try:
            connection, room = self._live.find(sid)
            cursor = self._live.read(message, PadCursor)
            if connection.buckets.wait_s("pad_cursor", self._hub.clock.monotonic_ns()):
                return
            actor = actor_of(connection.seat)
            if sid not in room.pads.followers[cursor.pad]:
                return
            check_writer(room.state, actor, cursor.pad, room.mailbox.now_ms())
        except DomainError as error:
            log.info("connection %s: pointing refused: %s", sid, error.code)
            return
        x = None if cursor.x is UNSET else cursor.x
        y = None if cursor.y is UNSET else cursor.y
        shown = PadCursorShown(cursor.pad, connection.participant_id, x, y)
        if room.pads.point(shown):
            self._hub.spawn(self._show_cursors(room), f"cursors-{room.session_id}")

    async def _show_cursors(self, room: Room) -> None:
        await asyncio.sleep(GATHER_S)
        room.pads.show_cursors(
            lambda sids, event, payload: self._live.direct.deliver(NAMESPACE, sids, event, payload)
        )

    async def _picture(self, sid: str, message: object = None, *_: object) -> dict[str, Any]:
        try:
            room = self._live.find(sid)[1]
            picture = self._live.read(message, Picture)
            await room.pictures.take(sid, picture.token, picture.svg)
        except DomainError as error:
            return {"error": to_json(error_body(error))}
        except Exception:
            log.exception("a picture of a whiteboard failed")
            return {"error": to_json(ErrorBody("internal", "That went wrong on our side."))}
        return {}
