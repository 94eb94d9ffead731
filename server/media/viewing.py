"""What one viewer is to see, and which layer of it: the assignments of policy, cut to the room
he is in and to what his link carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from server.media.bandwidth import LayerLimits, Shown
from server.media.plane import Layer, PublicationId
from server.media.routed import RoutedPeer, RoutedPublication, RoutedSlot, RoutedStream
from server.media.sdp_answer import LAYERS
from server.media.stream import SECOND_NS

_PATIENCE_NS: Final = 2 * SECOND_NS
"""how long an old picture may stay while the new one's keyframe does not come"""


class Viewing:
    def __init__(
        self, peer: RoutedPeer, find: Callable[[PublicationId], RoutedPublication | None]
    ) -> None:
        self.peer = peer
        self._find = find
        self._wanted: dict[str, tuple[PublicationId, Layer]] = {}
        self._limits = LayerLimits()

    def assign(self, slot: str, publication_id: PublicationId | None, max_layer: Layer) -> None:
        if publication_id is None:
            self._wanted.pop(slot, None)
        elif slot in self.peer.slots and self.peer.slots[slot].is_video:
            self._wanted[slot] = (publication_id, max_layer)

    def assigned(self, slot: str) -> RoutedPublication | None:
        """Who was put there by policy, whether or not there is a picture."""
        entry = self._wanted.get(slot)
        return self._find(entry[0]) if entry is not None else None

    def update(self, now_ns: int) -> None:
        """Move the video slots to what they should show now."""
        for slot in self.peer.slots.values():
            if not slot.is_video:
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

    def _choose(self, slot: RoutedSlot) -> RoutedStream | None:
        entry = self._wanted.get(slot.name)
        if entry is None or self.peer.room_id is None:
            return None
        publication = self._find(entry[0])
        if (
            publication is None
            or not publication.is_open
            or not publication.is_video
            or publication.room_id != self.peer.room_id
        ):
            return None
        ceiling = self._limits.limit(slot.name)
        is_lower = LAYERS.index(ceiling) < LAYERS.index(entry[1])
        return publication.best(ceiling if is_lower else entry[1])

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
        """Once a second: let the link decide on layers."""
        shown: list[Shown] = []
        for slot in self.peer.slots.values():
            stream = slot.current
            publication = self.assigned(slot.name)
            if not slot.is_video or stream is None or publication is None:
                continue
            index = LAYERS.index(stream.layer)
            live = publication.layers
            wanted = self._wanted[slot.name][1]
            shown.append(
                Shown(
                    slot=slot.name,
                    layer=stream.layer,
                    bitrate=stream.bitrate,
                    has_lower=any(LAYERS.index(layer) < index for layer in live),
                    is_capped=LAYERS.index(self._limits.limit(slot.name)) < LAYERS.index(wanted)
                    and any(LAYERS.index(layer) > index for layer in live),
                )
            )
        estimate = self.peer.fresh_estimate(now_ns)
        if self._limits.update(shown, estimate, self.peer.loss_down(), now_ns / 1e9) is not None:
            self.update(now_ns)
