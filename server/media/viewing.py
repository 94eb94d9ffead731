"""What one viewer is to see, and which layer of it: the assignments of policy, cut to the room
he is in and to what his link carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from server.media.allocation import (
    GALLERY,
    READ_OR_HEARD_OUT,
    STAGE,
    Allocation,
    Allocator,
    Place,
    cost_of,
    sound_cost,
    total,
)
from server.media.bandwidth import TriedLimit
from server.media.plane import HeldBack, Layer, PublicationId
from server.media.routed import UNMEASURED, RoutedPeer, RoutedPublication, RoutedSlot, RoutedStream
from server.media.sdp_answer import LAYERS
from server.media.stream import SECOND_NS

_AMPLE: Final = 2.0
"""so many times what is shown fits through a link that is not looked at all the time"""
_PATIENCE_NS: Final = 2 * SECOND_NS
"""how long an old picture may stay while the new one's keyframe does not come"""


def unknown_codec(slot: RoutedSlot, publication: RoutedPublication) -> str | None:
    """The publication's codec when the viewer of the slot did not offer it."""
    offered = slot.numbers.payload_types
    return next((one for one in publication.numbers.codecs.values() if one not in offered), None)


class Viewing:
    def __init__(
        self,
        peer: RoutedPeer,
        find: Callable[[PublicationId], RoutedPublication | None],
        has_the_floor: Callable[[RoutedPublication], bool] = lambda _: False,
    ) -> None:
        self.peer = peer
        self._find = find
        self._has_the_floor = has_the_floor
        self._pictures = [slot for slot in peer.slots.values() if slot.is_video]
        self._wanted: dict[str, tuple[PublicationId, Layer]] = {}
        self._tried = TriedLimit()
        self._allocator = Allocator()
        self._told: dict[str, PublicationId] = {}
        self.is_settled = False
        """no limit was found, or one far off: before something changes, the link need not be
        looked at again"""
        self.is_limited = False
        """the link was found to carry only so much"""
        self.noticed: tuple[Mapping[str, HeldBack], Mapping[PublicationId, str]] | None = None
        """what is held back and what cannot be decoded; None: to be looked up again"""
        self.is_waiting = False
        """a picture is to follow another: time may have to be called"""

    def sees(self, publication_ids: AbstractSet[PublicationId]) -> bool:
        """Whether one of them was put before this viewer."""
        return any(one in publication_ids for one, _ in self._wanted.values())

    def assign(self, slot: str, publication_id: PublicationId | None, max_layer: Layer) -> None:
        if publication_id is None:
            self._wanted.pop(slot, None)
        elif slot in self.peer.slots and self.peer.slots[slot].is_video:
            self._wanted[slot] = (publication_id, max_layer)
        self.is_settled = False

    def assigned(self, slot: str) -> RoutedPublication | None:
        """Who was put there by policy, whether or not there is a picture."""
        entry = self._wanted.get(slot)
        return self._find(entry[0]) if entry is not None else None

    def wanted_layer(self, slot: str) -> Layer | None:
        """The highest that policy asks for."""
        entry = self._wanted.get(slot)
        return entry[1] if entry is not None else None

    def update(self, now_ns: int) -> None:
        """Move the video slots to what they should show now."""
        self.noticed = None
        is_waiting = False
        for slot in self._pictures:
            if slot.name not in self._wanted and slot.shown_or_due is None:
                continue
            stream = self._choose(slot)
            if stream is None:
                if slot.shown_or_due is not None:
                    slot.clear()
                continue
            slot.show(stream, now_ns)
            if (
                slot.target is not None
                and slot.current is not None
                and now_ns - slot.target_since_ns > _PATIENCE_NS
                and not self._is_same_person(slot)
            ):
                slot.give_up_old()
            # Before the first picture there is nothing to give up.
            is_waiting = is_waiting or (slot.target is not None and slot.current is not None)
        self.is_waiting = is_waiting

    def _choose(self, slot: RoutedSlot) -> RoutedStream | None:
        publication = self._visible(slot)
        if publication is None:
            return None
        highest = self._wanted[slot.name][1]
        given = self._allocator.given(slot.name, highest)
        if given is None:
            return None
        is_lower = LAYERS.index(given) < LAYERS.index(highest)
        return publication.best(given if is_lower else highest)

    def _visible(self, slot: RoutedSlot) -> RoutedPublication | None:
        """Whose picture belongs there, if it may be seen."""
        publication = self.assigned(slot.name)
        is_visible = (
            publication is not None
            and self.peer.room_id is not None
            and publication.is_open
            and publication.is_video
            and publication.room_id == self.peer.room_id
            and self.decodes(slot, publication)
        )
        return publication if is_visible else None

    @staticmethod
    def decodes(slot: RoutedSlot, publication: RoutedPublication) -> bool:
        return unknown_codec(slot, publication) is None

    def unshown(self) -> dict[PublicationId, str]:
        """Pictures that would be shown if the viewer had offered to decode them."""
        found: dict[PublicationId, str] = {}
        for slot in self.peer.slots.values():
            publication = self.assigned(slot.name) if slot.is_video else None
            if publication is None or not publication.is_open or not publication.is_video:
                continue
            codec = unknown_codec(slot, publication)
            if codec is not None:
                found[publication.publication_id] = codec
        return found

    def _is_same_person(self, slot: RoutedSlot) -> bool:
        publication = self.assigned(slot.name)
        return publication is not None and slot.current in publication.streams.values()

    def owner(self, slot: str, stream: RoutedStream | None) -> PublicationId | None:
        """The publication a stream just shown belongs to."""
        if stream is None:
            return None
        publication = self.assigned(slot)
        if publication is not None and stream in publication.streams.values():
            return publication.publication_id
        return None

    def adapt(self, now_ns: int) -> None:
        """Let the link decide on layers: about once a second, and when it has changed."""
        places = self._places()
        voices = [
            slot.current.bitrate
            for slot in self.peer.slots.values()
            if not slot.is_video and slot.current is not None
        ]
        sound = sound_cost(voices)
        now = now_ns / 1e9
        budget = limit = self.peer.measured_limit(now_ns)
        if budget is UNMEASURED:
            budget = self._tried.update(
                sound, total(places, self._shown()), self._allocator.need(places, sound),
                self.peer.fresh_estimate(now_ns), self.peer.loss_down(), now,
            )  # fmt: skip
        self.is_limited = budget is not None
        given = self._allocator.update(places, budget, sound, now)
        wish = self._allocator.wish(places, sound) if budget is not None else 0
        self.peer.want(wish)
        self.is_settled = limit is None or (
            limit is not UNMEASURED
            and wish == 0
            and limit > _AMPLE * (sound + total(places, given))
        )
        self.update(now_ns)

    def pauses_to_tell(self) -> dict[str, PublicationId | None]:
        """Slots that have no picture any more for want of bandwidth, with whose it would be, and
        those that have one again (None), since the last call."""
        paused = {
            slot: self._wanted[slot][0] for slot in self._allocator.paused if slot in self._wanted
        }
        told, self._told = self._told, paused
        return {
            slot: paused.get(slot)
            for slot in told.keys() | paused.keys()
            if told.get(slot) != paused.get(slot)
        }

    def _shown(self) -> Allocation:
        return {
            slot.name: slot.current.layer for slot in self._pictures if slot.current is not None
        }

    def _places(self) -> list[Place]:
        places: list[Place] = []
        for slot in self._pictures:
            publication = self._visible(slot)
            if publication is None:
                continue
            highest = LAYERS.index(self._wanted[slot.name][1])
            costs: list[tuple[Layer, int]] = []
            for layer, stream in publication.streams.items():
                if layer in publication.layers:
                    costs.append((layer, cost_of(layer, stream.bitrate)))
            costs.sort(key=lambda cost: LAYERS.index(cost[0]))
            # A track of one layer has no lower one to offer.
            fitting = [cost for cost in costs if LAYERS.index(cost[0]) <= highest] or costs[:1]
            if fitting:
                importance = self._importance(slot.name, publication)
                places.append(Place(slot.name, importance, tuple(fitting)))
        return places

    def _importance(self, slot: str, publication: RoutedPublication) -> int:
        if slot == "screen" or self._has_the_floor(publication):
            return READ_OR_HEARD_OUT
        return GALLERY if slot.startswith("gallery") else STAGE
