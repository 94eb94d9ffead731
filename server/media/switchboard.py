"""What is the same in every plane: commands into rooms, gates and routes; what is due on a tick.

Theory of operation. A plane of our own is this class with packets put under it: in this process
(python_plane.py) or in another (native_plane.py). The switchboard knows who is in which room, who
may be heard, who is to be seen where; peers, publications and slots (routed.py) do what follows
from it. Everything periodic hangs on one tick (ticker.py). docs/closures.md says who closes whom:
plane → peer → publication → slot.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

from server.media.dtls import Certificate, DtlsFailed, DtlsSession
from server.media.endpoint import EVERYWHERE, Endpoint, Reachable, local_addresses
from server.media.ice import IceLite
from server.media.listening import Ear
from server.media.plane import (
    AssignSlot,
    CloseTransport,
    OfferRefused,
    OpenTransport,
    PlaceTransport,
    PlaneCommand,
    PlaneNotification,
    PublicationId,
    RequestKeyframe,
    RoomId,
    SetFloor,
    SetGuests,
    SetPublicationEnabled,
    SlotPaused,
    StartCapture,
    StartListening,
    StopCapture,
    StopListening,
    TransportClosed,
    TransportConnected,
    TransportId,
)
from server.media.plane_settings import PlaneSettings
from server.media.private_names import check_private_names
from server.media.room import Room
from server.media.routed import RoutedPublication
from server.media.sdp_answer import Answer, write_answer
from server.media.sdp_offer import parse_offer
from server.media.sound_router import SoundRouter
from server.media.statistics import PlaneStatistics, Totals, counters_of
from server.media.stats_teller import Counted, StatsTeller
from server.media.ticker import TICK_S, InTurn, Ticker
from server.media.viewing import Viewing

log = logging.getLogger(__name__)

_SOUND_TICKS: Final = 2
_EAR_TICKS: Final = 5
LAYER_TICKS: Final = 10
PULSE_TICKS: Final = 25
"""so often a page hears something at least: from silence it knows that the way is gone"""
REPORT_TICKS: Final = 50
REPORT_S: Final = REPORT_TICKS * TICK_S
_LINK_TICKS: Final = 50
_TURNS: Final = 10
"""in so many parts links are looked at and statistics told"""
_ADDRESSES_S: Final = 5.0
"""a machine's addresses are looked up again after so long, for whoever joins then"""


class SwitchedPeer(Reachable, Counted, Protocol):
    """A peer of a switchboard."""


class Listened(RoutedPublication, Protocol):
    """A publication of a switchboard."""

    ear: Ear | None


P = TypeVar("P", bound=SwitchedPeer)
P_contra = TypeVar("P_contra", contravariant=True)
B = TypeVar("B", bound=Listened)


class Sound(Protocol[P_contra]):
    """Moves sound into viewers' slots: here (SoundRouter) or by telling another process."""

    def changed(self) -> None: ...
    def voice_moved(self) -> None: ...
    def placed(self, peer: P_contra) -> None: ...
    def forget(self, peer: P_contra) -> None: ...
    def route(self, now_ns: int) -> None: ...
    def route_of(self, peer: P_contra, now_ns: int) -> None: ...
    def tell_speakers(self, now_ns: int) -> None: ...


class Switchboard(ABC, Generic[P, B]):
    """Implements ``MediaPlane`` but for the packets. ``P`` are its peers, ``B`` publications."""

    estimates_down = False
    """whether it reads what viewers tell of the packets that arrived (docs/decisions/010)"""

    kind: Literal["native", "python"] = "python"

    ticks_at_once = 1

    def __init__(self, settings: PlaneSettings | None, endpoint: type[Endpoint[P]]) -> None:
        self._settings = settings or PlaneSettings()
        self._endpoint = endpoint(self._ready, self._failed, self._goodbye)
        self._certificate: Certificate | None = None
        self._notify: Callable[[PlaneNotification], None] = _ignore
        self._peers: dict[TransportId, P] = {}
        self._viewings: dict[TransportId, Viewing] = {}
        self._rooms: dict[RoomId, Room] = {}
        self._sound: Sound[P] = SoundRouter(self._rooms, self._viewings, self._tell)
        self._is_applying = False
        self._is_reroute_due = False
        self._is_sound_due = False
        self._reassigned: dict[TransportId, Viewing] = {}
        """by the list of commands that is being carried out"""
        self._shaking: dict[TransportId, P] = {}
        """peers that are not connected yet"""
        self._listened: dict[PublicationId, B] = {}
        self._stats = StatsTeller(_TURNS, self._tell)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticker = Ticker(
            self.ticks_at_once,
            (
                (1, self._tick_handshakes), (1, self._tick_packets),
                (PULSE_TICKS, self._tick_consent), (_SOUND_TICKS, self._tick_sound),
                (_EAR_TICKS, self._tick_ears), (LAYER_TICKS, self._tick_layers),
                (REPORT_TICKS, self._tick_reports), (_LINK_TICKS // _TURNS, self._tick_links),
                (self._stats.every_ticks, self._tick_stats),
            ),
        )  # fmt: skip
        self._links_in_turn = InTurn(_TURNS)
        self._is_closed = False
        self._known_addresses: list[str] = []
        self._addresses_at = -_ADDRESSES_S
        self._totals = Totals()
        self._dropped = 0

    # ---- what a plane adds ---------------------------------------------------------------------

    @abstractmethod
    def _new_peer(
        self, command: OpenTransport, ice: IceLite, dtls: DtlsSession, answer: Answer
    ) -> P:
        """Build publications and slots as the answer promised them."""

    @abstractmethod
    def _peer_is_closing(self, peer: P, reason: str) -> None:
        """Seal its captures."""

    @abstractmethod
    def _ask_keyframe(self, publication: B) -> None: ...

    @abstractmethod
    def _start_capture(self, publication: B, command: StartCapture) -> None: ...

    @abstractmethod
    def _stop_capture(self, publication: B) -> None: ...

    def _tick_packets(self, now_ns: int) -> None:
        """Fifty times a second, where packets are forwarded here."""

    def _find_layers(self, now_ns: int) -> None:
        """Five times a second, before layers are chosen."""

    def _due_viewings(self) -> Collection[Viewing]:
        """Those whose pictures may have to change at a layer tick."""
        return self._viewings.values()

    def _report(self, now_ns: int) -> None:
        """Every ``REPORT_S``."""

    def _note_counts(self, peer: P) -> None:
        """Add to the totals what a peer has counted; for a plane that is not told of it."""
        self._totals.note(peer)

    @abstractmethod
    def _cpu_s(self) -> float:
        """Processor time of what forwards packets."""

    def _listening_changed(self, publication: B) -> None:
        """``publication.ear`` has come or gone."""

    # ---- the port ------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        return self._endpoint.port

    def _prepare(self, notify: Callable[[PlaneNotification], None]) -> None:
        check_private_names()
        self._loop = asyncio.get_running_loop()
        self._notify = notify
        self._certificate = Certificate()
        self._endpoint.open(self._settings.host, self._settings.port)

    async def open(self, command: OpenTransport) -> str:
        if self._is_closed or self._certificate is None:
            raise OfferRefused("not_running", "The media plane is not running.")
        if command.transport_id in self._peers:
            raise OfferRefused("already_open", "This transport is open already.")
        offer = parse_offer(command.offer_sdp, command.tracks, command.slots)
        ice = IceLite(offer.ufrag, offer.pwd)
        answer = write_answer(
            offer,
            command.tracks,
            command.slots,
            ufrag=ice.local_ufrag,
            pwd=ice.local_pwd,
            fingerprint=self._certificate.fingerprint,
            candidates=[(host, self._endpoint.port) for host in self._addresses()],
            session_number=secrets.randbits(53),
            estimates_down=self.estimates_down,
        )
        try:
            dtls = DtlsSession(self._certificate, offer.fingerprints)
        except DtlsFailed as failure:
            raise OfferRefused("no_fingerprint", str(failure)) from failure
        peer = self._new_peer(command, ice, dtls, answer)
        self._peers[peer.transport_id] = peer
        self._viewings[peer.transport_id] = Viewing(peer, self._find, self._has_the_floor)
        self._shaking[peer.transport_id] = peer
        self._endpoint.add(peer)
        return answer.sdp

    def apply(self, commands: Sequence[PlaneCommand]) -> None:
        self._is_applying = True
        for command in commands:
            try:
                self._apply(command)
            except Exception:
                # The rest of the list must not suffer from one of its members.
                log.exception("%s failed", type(command).__name__)
        self._is_applying = False
        now_ns = time.monotonic_ns()
        reassigned, self._reassigned = self._reassigned, {}
        if self._is_reroute_due:
            self._reroute(now_ns)
            return
        for transport_id, viewing in reassigned.items():
            if (peer := self._peers.get(transport_id)) is not None:
                viewing.update(now_ns)
                self._sound.route_of(peer, now_ns)
        if self._is_sound_due:
            self._route_sound(now_ns)

    def statistics(self) -> PlaneStatistics:
        now_ns = time.monotonic_ns()
        for peer in self._peers.values():
            self._note_counts(peer)
        return PlaneStatistics(
            self.kind,
            tuple(
                counters_of(peer, self._viewings[peer.transport_id], now_ns)
                for peer in self._peers.values()
            ),
            self._totals.read(),
            self._dropped,
            self._cpu_s(),
            self._ticker.lag_ms,
        )

    def _addresses(self) -> list[str]:
        host = self._settings.host
        is_everywhere = host in (EVERYWHERE, "::", "0.0.0.0")  # noqa: S104
        now = time.monotonic()
        if now - self._addresses_at > _ADDRESSES_S:
            self._addresses_at = now
            own = local_addresses(with_ipv6=self._endpoint.is_wide) if is_everywhere else [host]
            self._known_addresses = list(dict.fromkeys([*self._settings.announce, *own]))
        return self._known_addresses

    # ---- commands ------------------------------------------------------------------------------

    def _apply(self, command: PlaneCommand) -> None:
        now_ns = time.monotonic_ns()
        match command:
            case CloseTransport():
                peer = self._peers.get(command.transport_id)
                if peer is not None:
                    self._close_peer(peer, "closed")
            case PlaceTransport():
                self._place(command, now_ns)
            case SetPublicationEnabled():
                publication = self._find(command.publication_id)
                if publication is not None:
                    publication.is_enabled = command.is_enabled
                    self._gate_moved(publication, now_ns)
            case SetFloor():
                room = self._room(command.room_id)
                room.floor = command.participant_ids
                room.priority = command.priority_ids
                self._sound.changed()
                for peer in room.peers.values():
                    for publication in peer.publications.values():
                        publication.has_floor = room.has_floor(peer.participant_id)
                        self._gate_moved(publication, now_ns)
                self._reroute(now_ns)
            case SetGuests():
                room = self._room(command.room_id)
                found = (self._find(one) for one in sorted(command.publication_ids))
                room.guests = {one.publication_id: one for one in found if one is not None}
                self._reroute(now_ns)
            case AssignSlot():
                viewing = self._viewings.get(command.transport_id)
                if viewing is not None:
                    viewing.assign(command.slot, command.publication_id, command.max_layer)
                    self._reassigned[command.transport_id] = viewing
            case RequestKeyframe():
                publication = self._find(command.publication_id)
                if publication is not None:
                    self._ask_keyframe(publication)
            case StartCapture():
                publication = self._find(command.publication_id)
                if publication is not None:
                    self._start_capture(publication, command)
            case StopCapture():
                publication = self._find(command.publication_id)
                if publication is not None:
                    self._stop_capture(publication)
            case StartListening():
                publication = self._find(command.publication_id)
                is_voice = publication is not None and publication.track == "microphone"
                if publication is not None and is_voice and publication.ear is None:
                    publication.ear = Ear(publication.publication_id, self._tell)
                    self._listened[publication.publication_id] = publication
                    self._listening_changed(publication)
            case StopListening():
                publication = self._find(command.publication_id)
                if publication is not None:
                    self._stop_listening(publication)

    def _place(self, command: PlaceTransport, now_ns: int) -> None:
        peer = self._peers.get(command.transport_id)
        if peer is None or peer.room_id == command.room_id:
            return
        self._leave_room(peer)
        room = self._room(command.room_id)
        room.peers[peer.transport_id] = peer
        peer.room_id = command.room_id
        self._viewings[peer.transport_id].is_settled = False
        self._sound.placed(peer)
        for publication in peer.publications.values():
            publication.room_id = command.room_id
            publication.has_floor = room.has_floor(peer.participant_id)
            self._gate_moved(publication, now_ns)
        if any(publication.is_open for publication in peer.publications.values()):
            self._reroute(now_ns)
            return
        # Who says and shows nothing changes nothing for the others.
        self._viewings[peer.transport_id].update(now_ns)
        self._sound.route_of(peer, now_ns)

    def _stop_listening(self, publication: B) -> None:
        if publication.ear is not None:
            publication.ear.flush()
            publication.ear = None
            self._listened.pop(publication.publication_id, None)
            self._listening_changed(publication)

    # ---- peers ---------------------------------------------------------------------------------

    def _publications(self, peer: P) -> list[B]:
        # A plane makes the publications of its peers itself.
        own: Any = peer.publications
        return list(own.values())

    def _find(self, publication_id: PublicationId) -> B | None:
        peer = self._peers.get(publication_id.rsplit(":", 1)[0])
        own: Any = peer.publications if peer is not None else {}
        return own.get(publication_id)

    def _room(self, room_id: RoomId) -> Room:
        if room_id not in self._rooms:
            self._rooms[room_id] = Room(room_id)
        return self._rooms[room_id]

    def _leave_room(self, peer: P) -> None:
        if peer.room_id is None:
            return
        room = self._rooms.get(peer.room_id)
        peer.room_id = None
        if room is None:
            return
        room.peers.pop(peer.transport_id, None)
        if not room.peers and room.floor is None and not room.guests:
            del self._rooms[room.room_id]

    def _ready(self, peer: P) -> None:
        self._shaking.pop(peer.transport_id, None)
        self._tell(TransportConnected(peer.transport_id))

    def _failed(self, peer: P) -> None:
        self._close_peer(peer, "dtls_failed")

    def _goodbye(self, peer: P) -> None:
        self._close_peer(peer, "closed")

    def _close_peer(self, peer: P, reason: str) -> None:
        if peer.is_closed:
            return
        peer.is_closed = True
        now_ns = time.monotonic_ns()
        is_quiet = not any(one.is_open for one in self._publications(peer))
        self._peer_is_closing(peer, reason)
        for publication in self._publications(peer):
            self._stop_listening(publication)
            publication.room_id = None
            publication.refresh(now_ns)
            for room in self._rooms.values():
                room.guests.pop(publication.publication_id, None)
        self._endpoint.say_goodbye(peer)
        self._endpoint.remove(peer)
        peer.dtls.wipe()
        self._leave_room(peer)
        self._note_counts(peer)
        self._totals.forget(peer)
        self._shaking.pop(peer.transport_id, None)
        self._stats.forget(peer.transport_id)
        del self._peers[peer.transport_id]
        del self._viewings[peer.transport_id]
        self._sound.forget(peer)
        for slot in peer.slots.values():
            slot.clear()
        if is_quiet:
            self._sound.changed()  # a room may be empty now
        else:
            self._reroute(now_ns)
        self._tell(TransportClosed(peer.transport_id, reason))  # pyright: ignore[reportArgumentType]

    def _gate_moved(self, publication: RoutedPublication, now_ns: int) -> None:
        was_open = publication.is_open
        publication.refresh(now_ns)
        if was_open == publication.is_open:
            return
        if publication.track != "microphone":
            self._reroute(now_ns)
            return
        # In a large class many are switched; none moves a picture.
        self._sound.voice_moved()
        self._is_sound_due = True
        if not self._is_applying:
            self._route_sound(now_ns)

    def _reroute(self, now_ns: int) -> None:
        """Gates hold at once; who hears and sees whom follows once for a whole list of
        commands, or fifty breakout rooms opened together would be planned 500 times."""
        self._sound.changed()
        self._is_reroute_due = self._is_applying
        if self._is_applying:
            return
        for viewing in self._viewings.values():
            viewing.is_settled = False
            viewing.update(now_ns)
        self._route_sound(now_ns)

    def _route_sound(self, now_ns: int) -> None:
        self._is_sound_due = False
        self._sound.route(now_ns)

    # ---- tick ----------------------------------------------------------------------------------

    def _tick_handshakes(self, now_ns: int) -> None:
        now = now_ns / 1e9
        for peer in list(self._shaking.values()):
            self._endpoint.retry_handshake(peer)
            if now - peer.opened_at > self._settings.handshake_s:
                is_found = peer.ice.remote is not None
                self._close_peer(peer, "dtls_failed" if is_found else "ice_failed")

    def _tick_consent(self, now_ns: int) -> None:
        oldest = now_ns / 1e9 - self._settings.consent_s
        for peer in [one for one in self._peers.values() if one.is_connected]:
            if peer.ice.checked_at < oldest:
                self._close_peer(peer, "consent_expired")

    def _tick_sound(self, now_ns: int) -> None:
        self._sound.route(now_ns)

    def _tick_ears(self, now_ns: int) -> None:
        for publication in self._listened.values():
            if publication.ear is not None:
                publication.ear.flush()

    def _tick_layers(self, now_ns: int) -> None:
        self._find_layers(now_ns)
        for viewing in self._due_viewings():
            viewing.update(now_ns)
        self._sound.tell_speakers(now_ns)

    def _tick_reports(self, now_ns: int) -> None:
        self._report(now_ns)
        for peer in list(self._peers.values()):
            if peer.is_connected:
                self._note_counts(peer)

    def _tick_links(self, now_ns: int) -> None:
        for peer in self._links_in_turn.of(self._peers):
            if not self._viewings[peer.transport_id].is_settled:
                self._link_changed(peer)

    def _link_changed(self, peer: P) -> None:
        viewing = self._viewings[peer.transport_id]
        viewing.adapt(time.monotonic_ns())
        for slot, publication_id in viewing.pauses_to_tell().items():
            self._tell(SlotPaused(peer.transport_id, slot, publication_id))

    def _has_the_floor(self, publication: RoutedPublication) -> bool:
        """Rather than everybody."""
        room = self._rooms.get(publication.room_id or "")
        return room is not None and publication.participant_id in (room.floor or ())

    def _tick_stats(self, now_ns: int) -> None:
        self._stats.tell(self._peers, self._viewings, now_ns)

    def _tell(self, notification: PlaneNotification) -> None:
        try:
            self._notify(notification)
        except Exception:
            log.exception("a listener of the media plane failed on %s", notification)


def _ignore(_notification: PlaneNotification) -> None:
    return None
