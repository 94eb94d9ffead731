"""A room: whose sound reaches whom. Nobody hears another room, or himself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from server.media.audio_level import LevelMeter, rank
from server.media.plane import RoomId
from server.media.routed import RoutedPeer, RoutedPublication, RoutedSlot

LOUDEST: Final = 3
_MAX_SPEAKERS: Final = 5


class Room:
    def __init__(self, room_id: RoomId) -> None:
        self.room_id = room_id
        self.peers: dict[str, RoutedPeer] = {}
        self.floor: frozenset[str] | None = None
        self.priority: frozenset[str] = frozenset()
        self.guests: dict[str, RoutedPublication] = {}
        """microphones from other rooms that are heard here as well"""
        self._ranking: list[str] = []
        self.speakers: tuple[str, ...] = ()

    def has_floor(self, participant_id: str) -> bool:
        return self.floor is None or participant_id in self.floor

    def microphones(self) -> list[RoutedPublication]:
        own = (
            publication
            for peer in self.peers.values()
            for publication in peer.publications.values()
        )
        guests = (one for one in self.guests.values() if one.room_id != self.room_id)
        return [
            publication
            for publication in (*own, *guests)
            if publication.track == "microphone" and publication.is_open
            and publication.is_started
        ]  # fmt: skip

    def rank(self, now_ns: int) -> list[RoutedPublication]:
        """Audible microphones, loudest first."""
        microphones = {p.publication_id: p for p in self.microphones()}
        self._ranking = rank(
            ((name, _meter(p)) for name, p in microphones.items()), self._ranking, now_ns
        )
        return [microphones[name] for name in self._ranking]

    def plan(
        self,
        peer: RoutedPeer,
        ranked: list[RoutedPublication],
        stage: RoutedPublication | None,
        screen: RoutedPublication | None,
    ) -> dict[str, RoutedPublication | None]:
        """Which sound goes into which of a viewer's audio slots.

        ``stage_audio`` has the microphone of whoever is on the viewer's stage and
        ``screen_audio`` the sound of the screen, so that lips and pictures stay in step; the
        loudest others and those with priority go to ``audio0``…, each staying where it is.
        """
        plan: dict[str, RoutedPublication | None] = {}
        others = [p for p in ranked if p.participant_id != peer.participant_id]
        on_stage: RoutedPublication | None = None
        if "stage_audio" in peer.slots:
            if stage is not None:
                on_stage = next(
                    (p for p in others if p.participant_id == stage.participant_id), None
                )
            plan["stage_audio"] = on_stage
        if "screen_audio" in peer.slots:
            plan["screen_audio"] = self.screen_audio(peer, screen)
        rest = [p for p in others if p is not on_stage]
        wanted = rest[:LOUDEST]
        wanted += [
            p
            for p in rest[LOUDEST:]
            if p.participant_id in self.priority or p.publication_id in self.guests
        ]
        free: list[RoutedSlot] = []
        for slot in _audio_slots(peer):
            plan[slot.name] = None
            for publication in wanted:
                if _carries(slot, publication):
                    plan[slot.name] = publication
                    wanted.remove(publication)
                    break
            else:
                free.append(slot)
        for slot, publication in zip(free, wanted, strict=False):
            plan[slot.name] = publication
        return plan

    def screen_audio(
        self, peer: RoutedPeer, screen: RoutedPublication | None
    ) -> RoutedPublication | None:
        """The sound that belongs to the picture on a viewer's screen."""
        if screen is None or screen.participant_id == peer.participant_id:
            return None
        for other in self.peers.values():
            if screen.publication_id in other.publications:
                found = other.track("screen_audio")
                if found is not None and found.is_open and found.is_started:
                    return found
        return None

    def speaking(self, ranked: list[RoutedPublication], now_ns: int) -> list[tuple[str, int]]:
        """(participant, level) of those who speak now, loudest first."""
        return [
            (p.participant_id, round(_meter(p).level(now_ns)))
            for p in ranked
            if _meter(p).is_speaking(now_ns)
        ][:_MAX_SPEAKERS]


def _meter(publication: Any) -> LevelMeter:
    """Rooms rank where publications measure themselves: not for the native plane."""
    meter: LevelMeter = publication.meter
    return meter


def _audio_slots(peer: RoutedPeer) -> list[RoutedSlot]:
    return [s for name, s in peer.slots.items() if name.startswith("audio")]


def _carries(slot: RoutedSlot, publication: RoutedPublication) -> bool:
    stream = slot.shown_or_due
    return stream is not None and stream in publication.streams.values()


def apply_plan(peer: RoutedPeer, plan: Mapping[str, RoutedPublication | None], now_ns: int) -> bool:
    """Route as planned; True when anything moved."""
    moved = False
    for name, publication in plan.items():
        slot = peer.slots[name]
        stream = publication.best("f") if publication is not None else None
        if slot.shown_or_due is not stream:
            slot.show(stream, now_ns)
            moved = True
    return moved
