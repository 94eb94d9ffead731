"""What the native plane is told so that it finds the loudest by itself, and what it says it chose.

Ranking and planning are the same as in Python (audio_level.py, room.py), in native/sound.c; here
are the facts they need: who is in which room, who is favoured there, who is on whose stage. Only
what differs from the last time goes down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from server.media import native_protocol as wire
from server.media.native_mirror import MirrorPeer, MirrorPublication
from server.media.plane import (
    ActiveSpeakers,
    AudioSlotsChanged,
    PlaneNotification,
    PublicationId,
    RoomId,
    TransportId,
)
from server.media.room import Room, apply_plan
from server.media.viewing import Viewing

_NOBODY: Final[tuple[tuple[int, ...], tuple[int, ...]]] = ((), ())


class NativeSound:
    """Stands where the Python plane has a SoundRouter."""

    def __init__(
        self,
        rooms: Mapping[RoomId, Room],
        peers: Mapping[TransportId, MirrorPeer],
        viewings: Mapping[TransportId, Viewing],
        tell: Callable[[PlaneNotification], None],
        send: Callable[[bytes], None],
    ) -> None:
        self._rooms = rooms
        self._peers = peers
        self._viewings = viewings
        self._tell = tell
        self._send = send
        self._is_changed = False
        self._last_number = 0
        self._participants: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._room_numbers: dict[RoomId, int] = {}
        self._room_ids: dict[int, RoomId] = {}
        self._favoured: dict[RoomId, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._stages: dict[TransportId, int] = {}
        self._chosen: dict[TransportId, dict[str, PublicationId | None]] = {}
        self._screens: dict[TransportId, PublicationId | None] = {}

    # ---- what the switchboard says -------------------------------------------------------------

    def begin_after(self, number: int) -> None:
        """Lower numbers are those of a server before this one."""
        self._last_number = number

    def changed(self) -> None:
        """A room, a gate, a floor or a publication is not what it was."""
        self._is_changed = True

    def voice_moved(self) -> None:
        """The plane closes and opens gates itself, and finds the loudest without being told."""

    def placed(self, peer: MirrorPeer) -> None:
        """At once: what the plane forwards from now on belongs to that room."""
        if peer.room_id is not None:
            room = self._room(peer.room_id)
            self._send(wire.place(peer.number, room, self._participant(peer.participant_id)))

    def forget(self, peer: MirrorPeer) -> None:
        for known in (self._stages, self._chosen, self._screens):
            known.pop(peer.transport_id, None)

    def describe_again(self, now_ns: int) -> None:
        """To a new process."""
        self._participants.clear()
        self._names.clear()
        self._room_numbers.clear()
        self._room_ids.clear()
        self._favoured.clear()
        self._stages.clear()
        self._chosen.clear()
        self._screens.clear()
        for peer in self._peers.values():
            self.placed(peer)
        self._is_changed = True
        self.route(now_ns)

    def route(self, now_ns: int) -> None:
        if not self._is_changed:
            return
        self._is_changed = False
        for room in self._rooms.values():
            self._favour(room)
            for transport_id in room.peers:
                self._look(room, self._peers[transport_id], now_ns)
        for room_id in [known for known in self._room_numbers if known not in self._rooms]:
            number = self._room_numbers.pop(room_id)
            del self._room_ids[number]
            if self._favoured.pop(room_id, _NOBODY) != _NOBODY:
                self._send(wire.favour(number, *_NOBODY))
        if not self._peers:
            self._participants.clear()
            self._names.clear()

    def route_of(self, peer: MirrorPeer, now_ns: int) -> None:
        """One viewer, at once: his stage or screen has changed."""
        if peer.room_id is not None:
            room = self._rooms[peer.room_id]
            self._favour(room)
            self._look(room, peer, now_ns)

    def tell_speakers(self, now_ns: int) -> None:
        """The plane tells of them by itself."""

    def _participant(self, participant_id: str) -> int:
        return self._number(self._participants, self._names, participant_id)

    def _room(self, room_id: RoomId) -> int:
        return self._number(self._room_numbers, self._room_ids, room_id)

    def _number(self, known: dict[str, int], back: dict[int, str], name: str) -> int:
        if name not in known:
            self._last_number += 1
            known[name] = self._last_number
            back[self._last_number] = name
        return known[name]

    def _favour(self, room: Room) -> None:
        participants = sorted(self._participant(one) for one in room.priority)
        guests = sorted(
            one.number for one in room.guests.values() if isinstance(one, MirrorPublication)
        )
        favoured = tuple(participants), tuple(guests)
        if self._favoured.get(room.room_id, _NOBODY) != favoured:
            self._favoured[room.room_id] = favoured
            self._send(wire.favour(self._room(room.room_id), *favoured))

    def _look(self, room: Room, peer: MirrorPeer, now_ns: int) -> None:
        """Stage and screen of one viewer."""
        viewing = self._viewings[peer.transport_id]
        stage = viewing.assigned("stage")
        on_stage = self._participant(stage.participant_id) if stage is not None else 0
        if self._stages.get(peer.transport_id, 0) != on_stage:
            self._stages[peer.transport_id] = on_stage
            self._send(wire.stage(peer.number, on_stage))
        if "screen_audio" in peer.slots:
            found = room.screen_audio(peer, viewing.assigned("screen"))
            apply_plan(peer, {"screen_audio": found}, now_ns)
            name = found.publication_id if found is not None else None
            if self._screens.get(peer.transport_id) != name:
                self._screens[peer.transport_id] = name
                self._tell_slots(peer)

    # ---- what the plane says -------------------------------------------------------------------

    def chosen(self, peer: MirrorPeer, publications: Mapping[str, PublicationId | None]) -> None:
        self._chosen[peer.transport_id] = dict(publications)
        self._tell_slots(peer)

    def _tell_slots(self, peer: MirrorPeer) -> None:
        slots: dict[str, PublicationId | None] = {
            name: None for name, slot in peer.slots.items() if not slot.is_video
        }
        slots |= self._chosen.get(peer.transport_id, {})
        if "screen_audio" in slots:
            slots["screen_audio"] = self._screens.get(peer.transport_id)
        self._tell(AudioSlotsChanged(peer.transport_id, slots))

    def speakers(self, room: int, levels: Sequence[tuple[int, int]]) -> None:
        """Participants and their levels, loudest first."""
        room_id = self._room_ids.get(room)
        if room_id is None:
            return
        known = [(self._names[one], level) for one, level in levels if one in self._names]
        names, dbov = tuple(name for name, _ in known), tuple(level for _, level in known)
        self._tell(ActiveSpeakers(room_id, names, dbov))
