"""What a plane has counted, as people and their graphs are told of it.

Counts of a stream or slot begin with it. ``PlaneTotals`` only grow while the server runs: what
has gone stays counted, and a plane's process that begins anew goes on from where it was (what was
counted in a thing's last second may be missing).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from server.media.plane import (
    HeldBack,
    Layer,
    PublicationId,
    RoomId,
    TrackKind,
    TransportId,
    TransportStats,
)


@dataclass(frozen=True, slots=True)
class StreamTally:
    packets: int = 0
    octets: int = 0
    nacks: int = 0
    """numbers of packets we asked for again"""
    key_requests: int = 0
    keyframes: int = 0
    loss: float = 0.0
    jitter_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class SlotTally:
    packets: int = 0
    octets: int = 0
    nacks: int = 0
    """numbers of packets the viewer asked for again"""
    resent: int = 0
    loss: float = 0.0
    rtt_ms: float | None = None


@dataclass(frozen=True, slots=True)
class StreamCounters:
    publication_id: PublicationId
    track: TrackKind
    layer: Layer
    codec: str
    bitrate: int
    tally: StreamTally


@dataclass(frozen=True, slots=True)
class SlotCounters:
    slot: str
    publication_id: PublicationId | None
    layer: Layer | None
    wanted: Layer | None
    held_back: HeldBack | None
    tally: SlotTally


@dataclass(frozen=True, slots=True)
class TransportCounters:
    transport_id: TransportId
    participant_id: str
    room_id: RoomId | None
    is_connected: bool
    loss_up: float
    loss_down: float
    rtt_ms: float | None
    estimate: int | None
    """bit/s the viewer's link carries, as far as is known"""
    streams: tuple[StreamCounters, ...]
    slots: tuple[SlotCounters, ...]


@dataclass(frozen=True, slots=True)
class PlaneTotals:
    packets_in: int = 0
    packets_out: int = 0
    octets_in: int = 0
    octets_out: int = 0
    nacks_sent: int = 0
    nacks_received: int = 0
    resent: int = 0
    key_requests: int = 0
    keyframes: int = 0


@dataclass(frozen=True, slots=True)
class PlaneStatistics:
    kind: Literal["native", "python"]
    transports: tuple[TransportCounters, ...]
    totals: PlaneTotals
    dropped: int
    """datagrams and messages that no queue had room for, since the plane's process began"""
    cpu_s: float
    """of the plane's process since it began; the Python plane's is the server's"""
    lag_ms: float
    """how late the server's last tick came"""


@dataclass(slots=True)
class Totals:
    """``PlaneTotals`` in the making: told of every stream and slot now and then."""

    _sums: dict[str, int] = field(default_factory=dict[str, int])
    _seen: dict[Hashable, Mapping[str, int]] = field(
        default_factory=dict[Hashable, Mapping[str, int]]
    )

    def note(self, peer: Any) -> None:
        for key, counts in _counts(peer):
            before = self._seen.get(key, {})
            for name, count in counts.items():
                self._add(name, before.get(name, 0), count)
            self._seen[key] = counts

    def moved(self, names: Sequence[str], before: Sequence[int], after: Sequence[int]) -> None:
        """The counts of one thing that is not noted otherwise."""
        for name, last, count in zip(names, before, after, strict=False):
            self._add(name, last, count)

    def _add(self, name: str, last: int, count: int) -> None:
        # What began anew began at nothing.
        more = count - last if count >= last else count
        self._sums[name] = self._sums.get(name, 0) + more

    def forget(self, peer: Any) -> None:
        for key, _ in _counts(peer):
            self._seen.pop(key, None)

    def read(self) -> PlaneTotals:
        return PlaneTotals(**self._sums)


def _counts(peer: Any) -> Iterable[tuple[Hashable, Mapping[str, int]]]:
    for publication in peer.publications.values():
        for stream in publication.streams.values():
            tally: StreamTally = stream.tally()
            yield (
                (peer.transport_id, publication.publication_id, stream.layer, stream.ssrc),
                {
                    "packets_in": tally.packets, "octets_in": tally.octets,
                    "nacks_sent": tally.nacks, "key_requests": tally.key_requests,
                    "keyframes": tally.keyframes,
                },
            )  # fmt: skip
    for slot in peer.slots.values():
        sent: SlotTally = slot.tally()
        yield (
            (peer.transport_id, slot.name),
            {
                "packets_out": sent.packets, "octets_out": sent.octets,
                "nacks_received": sent.nacks, "resent": sent.resent,
            },
        )  # fmt: skip


_ORDER: Final[Mapping[Layer, int]] = {"q": 0, "h": 1, "f": 2}


def estimate_of(peer: Any, now_ns: int) -> int | None:
    """What the viewer's link carries: as the plane has found, else as the viewer says."""
    found = peer.measured_limit(now_ns)
    return found if isinstance(found, int) else peer.fresh_estimate(now_ns)


def counters_of(peer: Any, viewing: Any, now_ns: int) -> TransportCounters:
    """``viewing`` is the peer's own."""
    rtt = peer.rtt()
    return TransportCounters(
        peer.transport_id,
        peer.participant_id,
        peer.room_id,
        peer.is_connected,
        peer.loss_up(),
        peer.loss_down(),
        None if rtt is None else rtt * 1000,
        estimate_of(peer, now_ns),
        tuple(
            StreamCounters(
                publication.publication_id, publication.track, stream.layer, stream.codec,
                stream.bitrate, stream.tally(),
            )
            for publication in peer.publications.values()
            for stream in publication.streams.values()
        ),
        tuple(_slot(slot, viewing) for slot in peer.slots.values()),
    )  # fmt: skip


def _slot(slot: Any, viewing: Any) -> SlotCounters:
    shown = slot.current
    return SlotCounters(
        slot.name,
        viewing.owner(slot.name, shown) if slot.is_video else None,
        None if shown is None else shown.layer,
        viewing.wanted_layer(slot.name),
        held_back(slot, viewing),
        slot.tally(),
    )


def held_back(slot: Any, viewing: Any) -> HeldBack | None:
    """Whether this picture is less than what was wanted, and for whose sake."""
    wanted = viewing.wanted_layer(slot.name)
    publication = viewing.assigned(slot.name)
    if wanted is None or publication is None or not publication.is_open:
        return None
    if not viewing.decodes(slot, publication):
        return None
    best = publication.best(wanted)
    if best is None:
        return None
    shown = slot.current
    if slot.target is not None and shown is None:
        return None  # it is about to come
    if shown is None or (
        shown in publication.streams.values() and _ORDER[shown.layer] < _ORDER[best.layer]
    ):
        return "link"
    is_layered = bool(publication.numbers.layers)
    return "sender" if is_layered and _ORDER[best.layer] < _ORDER[wanted] else None


def reasons(peer: Any, viewing: Any) -> Mapping[str, HeldBack]:
    """By slot, those that are held back."""
    found: dict[str, HeldBack] = {}
    for slot in peer.slots.values():
        if slot.is_video and (reason := held_back(slot, viewing)) is not None:
            found[slot.name] = reason
    return found


# ---- what a page is told -----------------------------------------------------------------------

_LOSS_STEP: Final = 0.005
_RTT_STEP_MS: Final = 10.0
_RATE_STEP: Final = 20_000
_SHARE: Final = 0.2
"""a fifth more or less is a change"""


def stats_of(peer: Any, viewing: Any, seconds: float, now_ns: int) -> TransportStats:
    """Over the last ``seconds``; ``viewing`` is the peer's own."""
    rtt = peer.rtt()
    noticed = viewing.noticed
    if noticed is None:
        noticed = viewing.noticed = (reasons(peer, viewing), viewing.unshown())
    return TransportStats(
        peer.transport_id,
        loss_up=peer.loss_up(),
        loss_down=peer.loss_down(),
        rtt_ms=rtt * 1000 if rtt is not None else None,
        bitrate_up=int(peer.octets_up * 8 / seconds),
        bitrate_down=int(peer.octets_down * 8 / seconds),
        estimate=estimate_of(peer, now_ns),
        held_back=noticed[0],
        unshown=noticed[1],
    )


def is_news(told: TransportStats, now: TransportStats) -> bool:
    """Whether somebody who looks at them would see a difference."""
    return (
        told.held_back != now.held_back
        or told.unshown != now.unshown
        or _differs(told.loss_up, now.loss_up, _LOSS_STEP)
        or _differs(told.loss_down, now.loss_down, _LOSS_STEP)
        or _differs(told.rtt_ms, now.rtt_ms, _RTT_STEP_MS)
        or _differs(told.bitrate_up, now.bitrate_up, _RATE_STEP)
        or _differs(told.bitrate_down, now.bitrate_down, _RATE_STEP)
        or _differs(told.estimate, now.estimate, _RATE_STEP)
    )


def _differs(told: float | None, now: float | None, step: float) -> bool:
    if told is None or now is None:
        return told is not now
    return abs(now - told) > max(step, _SHARE * max(told, now))
