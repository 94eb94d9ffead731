"""Moves sound into viewers' slots, room by room, and reports who speaks.

Runs 25 times a second, so what has not changed must cost next to nothing: a viewer is planned
anew only when the ranking of the microphones, his stage or screen, or anything that
``changed()`` was told of differs from the last time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.media.plane import (
    ActiveSpeakers,
    AudioSlotsChanged,
    PlaneNotification,
    PublicationId,
    RoomId,
    TransportId,
)
from server.media.room import Room, apply_plan
from server.media.routed import RoutedPeer, RoutedPublication
from server.media.viewing import Viewing


class SoundRouter:
    """``rooms`` and ``viewings`` are the plane's own, read here and changed there."""

    def __init__(
        self,
        rooms: Mapping[RoomId, Room],
        viewings: Mapping[TransportId, Viewing],
        tell: Callable[[PlaneNotification], None],
    ) -> None:
        self._rooms = rooms
        self._viewings = viewings
        self._tell = tell
        self._plans: dict[TransportId, dict[str, PublicationId | None]] = {}
        self._keys: dict[TransportId, tuple[object, ...]] = {}
        """what the last plan of a viewer was made from"""
        self._turn = 0

    def changed(self) -> None:
        """A room, a gate, a floor or a publication is not what it was."""
        self._turn += 1

    def voice_moved(self) -> None:
        """A microphone was opened or closed."""
        self.changed()

    def placed(self, peer: RoutedPeer) -> None:
        """It is in another room: the next route finds it there."""

    def forget(self, peer: RoutedPeer) -> None:
        self._plans.pop(peer.transport_id, None)
        self._keys.pop(peer.transport_id, None)

    def route(self, now_ns: int) -> None:
        for room in self._rooms.values():
            ranked = room.rank(now_ns)
            for peer in room.peers.values():
                self._route(room, peer, ranked, now_ns)

    def route_of(self, peer: RoutedPeer, now_ns: int) -> None:
        """One viewer, at once: his stage has changed."""
        if peer.room_id is not None:
            room = self._rooms[peer.room_id]
            self._route(room, peer, room.rank(now_ns), now_ns)

    def _route(
        self, room: Room, peer: RoutedPeer, ranked: list[RoutedPublication], now_ns: int
    ) -> None:
        viewing = self._viewings[peer.transport_id]
        stage, screen = viewing.assigned("stage"), viewing.assigned("screen")
        key = (
            self._turn,
            stage and stage.publication_id,
            screen and screen.publication_id,
            *((p.publication_id, *(s.ssrc for s in p.streams.values())) for p in ranked),
        )
        if self._keys.get(peer.transport_id) == key:
            return
        self._keys[peer.transport_id] = key
        plan = room.plan(peer, ranked, stage, screen)
        apply_plan(peer, plan, now_ns)
        named = {name: p.publication_id if p is not None else None for name, p in plan.items()}
        if named != self._plans.get(peer.transport_id, dict.fromkeys(named)):
            self._tell(AudioSlotsChanged(peer.transport_id, named))
        self._plans[peer.transport_id] = named

    def tell_speakers(self, now_ns: int) -> None:
        """Five times a second while anybody speaks, and once when it has become quiet."""
        for room in self._rooms.values():
            speaking = room.speaking(room.rank(now_ns), now_ns)
            names = tuple(name for name, _ in speaking)
            if names or room.speakers:
                room.speakers = names
                levels = tuple(level for _, level in speaking)
                self._tell(ActiveSpeakers(room.room_id, names, levels))
