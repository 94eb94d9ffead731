"""Connections that a server before this one left behind, media still flowing (docs/closures.md).

Nothing is decided about them any more, so they stay only as long as what was decided holds: each
goes when its page is back with a connection of its own, when its person may not be here any more,
when anything about who may be heard where is another than it was, and after a while in any case.
Whoever is back says anew whether camera and microphone are on; until then what is held of them is
shut.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from server.domain.events import Event
from server.domain.floor import may_speak
from server.domain.participant_events import ParticipantReturned
from server.domain.place import huddles, voice_to_all
from server.domain.state import SessionState
from server.media.plane import (
    CloseTransport,
    PlaneCommand,
    SetPublicationEnabled,
    TransportHeld,
    TransportId,
)

_LONGEST_S: Final = 20.0


class HeldTransports:
    """``apply`` commands the plane."""

    def __init__(self, apply: Callable[[Sequence[PlaneCommand]], None]) -> None:
        self._apply = apply
        self._held: dict[TransportId, TransportHeld] = {}
        self._since = 0.0

    def found(self, notice: TransportHeld) -> None:
        self._held[notice.transport_id] = notice
        self._since = time.monotonic()

    def closed(self, transport_id: TransportId) -> None:
        self._held.pop(transport_id, None)

    def is_back(self, session_id: str, participant_id: str) -> None:
        """With a connection that is up."""
        self._close(held for held in self._in(session_id) if held.participant_id == participant_id)

    def changed(
        self, session_id: str, before: SessionState, events: Sequence[Event], after: SessionState
    ) -> None:
        held = self._in(session_id)
        if not held:
            return
        people = [one.participant_id for one in held]
        is_over = after.stage == "ended"
        if is_over or _places(before, people) != _places(after, people) or _narrows(before, after):
            self._close(held)
            return
        self._close(one for one in held if not _may_stay(after, one.participant_id))
        returned = {
            event.body.participant_id
            for event in events
            if isinstance(event.body, ParticipantReturned)
        }
        self._apply([
            SetPublicationEnabled(publication_id, False)
            for one in self._in(session_id)
            if one.participant_id in returned
            for publication_id in one.publication_ids
        ])  # fmt: skip

    def keep_house(self, now: float) -> None:
        if self._held and now - self._since > _LONGEST_S:
            self._close(list(self._held.values()))

    def _in(self, session_id: str) -> list[TransportHeld]:
        return [held for held in self._held.values() if held.tag == session_id]

    def _close(self, held: Any) -> None:
        self._apply([CloseTransport(one.transport_id) for one in list(held)])


def _may_stay(state: SessionState, participant_id: str) -> bool:
    who = state.participants.get(participant_id)
    return who is not None and who.presence in ("present", "away")


def _places(state: SessionState, people: Sequence[str]) -> object:
    """Who is in which room as what, and who is heard in all of them."""
    found = [state.participants.get(one) for one in people]
    return (
        [(who.room_id, who.role) if who is not None else None for who in found],
        huddles(state),
        voice_to_all(state),
    )


def _narrows(before: SessionState, after: SessionState) -> bool:
    """Whether somebody may not be heard any more in a room, who could be before."""
    rooms = {who.room_id for who in before.participants.values()}
    for room_id in rooms:
        old, new = may_speak(before, room_id), may_speak(after, room_id)
        if new is not None and (old is None or not old <= new):
            return True
    return False
