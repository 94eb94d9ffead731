"""The media plane in plain Python: encoded packets in, rewritten packets out, nothing decoded.

Theory of operation. One thread, the event loop's. A datagram goes endpoint → peer (decrypt) →
publication (mute, floor, room) → stream → slots (rewrite, encrypt, send) in one call without an
await. Everything periodic hangs on one tick: requests for lost packets, feedback, routing of
sound, layers, reports. docs/closures.md says who closes whom: plane → peer → publication → slot.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.media.capture import CaptureWriter, Sealed, Stopped
from server.media.capture_feed import CaptureFeed
from server.media.endpoint import Endpoint, local_addresses
from server.media.ice_dtls import (
    CONSENT_S,
    HANDSHAKE_S,
    Certificate,
    DtlsFailed,
    DtlsSession,
    IceLite,
    check_private_names,
)
from server.media.listening import Ear
from server.media.peer import Peer
from server.media.plane import (
    AssignSlot,
    CaptureSealed,
    CaptureStopped,
    CloseTransport,
    LayersChanged,
    OfferRefused,
    OpenTransport,
    PlaceTransport,
    PlaneCommand,
    PlaneNotification,
    PublicationId,
    PublicationStarted,
    RequestKeyframe,
    RoomId,
    SetFloor,
    SetGuests,
    SetPublicationEnabled,
    SlotSwitched,
    StartCapture,
    StartListening,
    StopCapture,
    StopListening,
    TransportClosed,
    TransportConnected,
    TransportId,
    TransportStats,
)
from server.media.publication import Publication
from server.media.room import Room
from server.media.sdp_answer import write_answer
from server.media.sdp_offer import parse_offer
from server.media.slot import Slot
from server.media.sound_router import SoundRouter
from server.media.stream import Stream
from server.media.viewing import Viewing

log = logging.getLogger(__name__)

_TICK_S: Final = 0.02
_FEEDBACK_TICKS: Final = 3
_SOUND_TICKS: Final = 2
_LAYER_TICKS: Final = 10
_REPORT_TICKS: Final = 50
_EAR_TICKS: Final = 5
_STATS_TICKS: Final = 100


@dataclass(frozen=True, slots=True)
class PlaneSettings:
    host: str = "0.0.0.0"  # noqa: S104 media must be reachable from the network
    port: int = 0
    """UDP; 0 = any free one"""
    announce: Sequence[str] = field(default_factory=tuple)
    """addresses to offer besides this machine's own, e.g. the public one behind NAT"""
    disk_watermark: int = 200_000_000
    """octets of free space below which captures end"""
    consent_s: float = CONSENT_S
    handshake_s: float = HANDSHAKE_S


class PythonPlane:
    """Implements ``MediaPlane``."""

    def __init__(self, settings: PlaneSettings | None = None) -> None:
        self._settings = settings or PlaneSettings()
        self._endpoint = Endpoint(self._ready, self._failed, self._goodbye)
        self._certificate: Certificate | None = None
        self._writer = CaptureWriter(self._settings.disk_watermark)
        self._notify: Callable[[PlaneNotification], None] = _ignore
        self._peers: dict[TransportId, Peer] = {}
        self._viewings: dict[TransportId, Viewing] = {}
        self._rooms: dict[RoomId, Room] = {}
        self._sound = SoundRouter(self._rooms, self._viewings, self._tell)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._ticks = 0
        self._is_closed = False
        self.lag_ms = 0.0
        """how late the last tick came: the event loop's lag"""

    @property
    def port(self) -> int:
        return self._endpoint.port

    async def start(self, notify: Callable[[PlaneNotification], None]) -> None:
        check_private_names()
        self._loop = asyncio.get_running_loop()
        self._notify = notify
        self._certificate = Certificate()
        self._endpoint.open(self._settings.host, self._settings.port)
        self._ticker = self._loop.create_task(self._run(), name="media-plane-tick")

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
        )
        try:
            dtls = DtlsSession(self._certificate, offer.fingerprints)
        except DtlsFailed as failure:
            raise OfferRefused("no_fingerprint", str(failure)) from failure
        peer = Peer(command.transport_id, command.participant_id, ice, dtls, time.monotonic())
        peer.describe(answer, self._endpoint.sendto, self._started, self._switched)
        self._peers[peer.transport_id] = peer
        self._viewings[peer.transport_id] = Viewing(peer, self._find)
        self._endpoint.add(peer)
        return answer.sdp

    def apply(self, commands: Sequence[PlaneCommand]) -> None:
        for command in commands:
            try:
                self._apply(command)
            except Exception:
                # The rest of the list must not suffer from one of its members.
                log.exception("%s failed", type(command).__name__)

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        for peer in list(self._peers.values()):
            self._close_peer(peer, "closed")
        self._endpoint.close()
        # Sealing syncs to disk; the loop goes on meanwhile and hears of it.
        await asyncio.to_thread(self._writer.close)
        await asyncio.sleep(0)

    def _addresses(self) -> list[str]:
        host = self._settings.host
        own = local_addresses() if host in ("0.0.0.0", "") else [host]  # noqa: S104
        return list(dict.fromkeys([*self._settings.announce, *own]))

    # ---- commands ----------------------------------------------------------------------------

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
            case SetGuests():
                room = self._room(command.room_id)
                found = (self._find(one) for one in sorted(command.publication_ids))
                room.guests = {one.publication_id: one for one in found if one is not None}
                self._reroute(now_ns)
            case AssignSlot():
                viewing = self._viewings.get(command.transport_id)
                if viewing is not None:
                    viewing.assign(command.slot, command.publication_id, command.max_layer)
                    viewing.update(now_ns)
                    self._sound.route_of(viewing.peer, now_ns)
            case RequestKeyframe():
                publication = self._find(command.publication_id)
                if publication is not None:
                    for stream in publication.streams.values():
                        stream.want_keyframe()
            case StartCapture():
                self._start_capture(command)
            case StopCapture():
                publication = self._find(command.publication_id)
                if publication is not None and publication.capture is not None:
                    publication.capture.seal("stopped")
            case StartListening():
                publication = self._find(command.publication_id)
                is_voice = publication is not None and publication.track == "microphone"
                if publication is not None and is_voice and publication.ear is None:
                    publication.ear = Ear(publication.publication_id, self._tell)
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
        for publication in peer.publications.values():
            publication.room_id = command.room_id
            publication.has_floor = room.has_floor(peer.participant_id)
            self._gate_moved(publication, now_ns)
        self._reroute(now_ns)

    @staticmethod
    def _stop_listening(publication: Publication) -> None:
        if publication.ear is not None:
            publication.ear.flush()
            publication.ear = None

    def _start_capture(self, command: StartCapture) -> None:
        publication = self._find(command.publication_id)
        if publication is None:
            return
        if publication.capture is not None:
            if publication.capture.path == command.path:
                return
            publication.capture.seal("replaced")
        loop = self._loop
        assert loop is not None

        def ended(end: Sealed | Stopped) -> None:
            # On the writer's thread; a loop that has closed meanwhile has nobody to tell.
            try:
                loop.call_soon_threadsafe(self._capture_ended, command.publication_id, end)
            except RuntimeError:
                log.info("capture %s ended after the loop", end.path)

        CaptureFeed(
            publication, self._writer, command.path, command.header,
            command.origin_monotonic_ns or time.monotonic_ns(), ended,
        )  # fmt: skip

    def _capture_ended(self, publication_id: PublicationId, end: Sealed | Stopped) -> None:
        if isinstance(end, Sealed):
            self._tell(CaptureSealed(publication_id, end.path, end.packets, end.octets))
            return
        publication = self._find(publication_id)
        feed = publication.capture if publication is not None else None
        if feed is not None and feed.path == end.path:
            feed.detach()
        self._tell(CaptureStopped(publication_id, end.path, end.reason))

    # ---- peers -------------------------------------------------------------------------------

    def _find(self, publication_id: PublicationId) -> Publication | None:
        peer = self._peers.get(publication_id.rsplit(":", 1)[0])
        return peer.publications.get(publication_id) if peer is not None else None

    def _room(self, room_id: RoomId) -> Room:
        if room_id not in self._rooms:
            self._rooms[room_id] = Room(room_id)
        return self._rooms[room_id]

    def _leave_room(self, peer: Peer) -> None:
        if peer.room_id is None:
            return
        room = self._rooms.get(peer.room_id)
        peer.room_id = None
        if room is None:
            return
        room.peers.pop(peer.transport_id, None)
        if not room.peers and room.floor is None and not room.guests:
            del self._rooms[room.room_id]

    def _ready(self, peer: Peer) -> None:
        self._tell(TransportConnected(peer.transport_id))

    def _failed(self, peer: Peer) -> None:
        self._close_peer(peer, "dtls_failed")

    def _goodbye(self, peer: Peer) -> None:
        self._close_peer(peer, "closed")

    def _close_peer(self, peer: Peer, reason: str) -> None:
        if peer.is_closed:
            return
        peer.is_closed = True
        now_ns = time.monotonic_ns()
        for publication in peer.publications.values():
            if publication.capture is not None:
                publication.capture.seal(reason)
            self._stop_listening(publication)
            publication.room_id = None
            publication.refresh(now_ns)
            for room in self._rooms.values():
                room.guests.pop(publication.publication_id, None)
        self._endpoint.say_goodbye(peer)
        self._endpoint.remove(peer)
        self._leave_room(peer)
        del self._peers[peer.transport_id]
        del self._viewings[peer.transport_id]
        self._sound.forget(peer)
        for slot in peer.slots.values():
            slot.clear()
        self._reroute(now_ns)
        self._tell(TransportClosed(peer.transport_id, reason))  # pyright: ignore[reportArgumentType]

    def _started(self, publication: Publication) -> None:
        self._sound.changed()
        transport_id = publication.publication_id.rsplit(":", 1)[0]
        self._tell(
            PublicationStarted(
                publication.publication_id, transport_id, publication.participant_id,
                publication.track, next(iter(publication.numbers.codecs.values())),
            )
        )  # fmt: skip

    def _switched(
        self, peer: Peer, slot: Slot, stream: Stream | None, timestamp: int | None
    ) -> None:
        if not slot.is_video or peer.is_closed:
            return
        publication_id = self._viewings[peer.transport_id].owner(slot.name, stream)
        self._tell(
            SlotSwitched(
                peer.transport_id, slot.name, publication_id, timestamp,
                stream.layer if stream is not None else None,
            )
        )  # fmt: skip

    def _gate_moved(self, publication: Publication, now_ns: int) -> None:
        was_open = publication.is_open
        publication.refresh(now_ns)
        if was_open != publication.is_open:
            self._reroute(now_ns)

    def _reroute(self, now_ns: int) -> None:
        self._sound.changed()
        for viewing in self._viewings.values():
            viewing.update(now_ns)
        self._sound.route(now_ns)

    # ---- tick --------------------------------------------------------------------------------

    async def _run(self) -> None:
        assert self._loop is not None
        due = self._loop.time()
        while True:
            due += _TICK_S
            now = self._loop.time()
            if due < now:
                due = now
            await asyncio.sleep(due - now)
            self.lag_ms = max(0.0, (self._loop.time() - due) * 1000)
            self._ticks += 1
            for step in (
                self._tick_peers, self._tick_sound, self._tick_ears, self._tick_layers,
                self._tick_reports,
            ):  # fmt: skip
                try:
                    step()
                except Exception:
                    log.exception("a tick of the media plane failed")

    def _tick_peers(self) -> None:
        now_ns = time.monotonic_ns()
        now = now_ns / 1e9
        with_feedback = self._ticks % _FEEDBACK_TICKS == 0
        for peer in list(self._peers.values()):
            if peer.srtp is None:
                self._endpoint.retry_handshake(peer)
                if now - peer.opened_at > self._settings.handshake_s:
                    is_found = peer.ice.remote is not None
                    self._close_peer(peer, "dtls_failed" if is_found else "ice_failed")
                continue
            peer.ask_again(now_ns)
            if with_feedback:
                peer.send_feedback()
            if now - peer.ice.checked_at > self._settings.consent_s:
                self._close_peer(peer, "consent_expired")

    def _tick_sound(self) -> None:
        if self._ticks % _SOUND_TICKS == 0:
            self._sound.route(time.monotonic_ns())

    def _tick_ears(self) -> None:
        if self._ticks % _EAR_TICKS == 0:
            for peer in self._peers.values():
                for publication in peer.publications.values():
                    if publication.ear is not None:
                        publication.ear.flush()

    def _tick_layers(self) -> None:
        if self._ticks % _LAYER_TICKS:
            return
        now_ns = time.monotonic_ns()
        for peer in self._peers.values():
            for publication in peer.publications.values():
                if publication.find_layers(now_ns):
                    self._tell(LayersChanged(publication.publication_id, publication.layers))
                if publication.capture is not None:
                    publication.capture.refresh(now_ns)
        for viewing in self._viewings.values():
            viewing.update(now_ns)
        self._sound.tell_speakers(now_ns)

    def _tick_reports(self) -> None:
        if self._ticks % _REPORT_TICKS:
            return
        now_ns = time.monotonic_ns()
        seconds = _REPORT_TICKS * _TICK_S
        for peer in self._peers.values():
            if peer.srtp is None:
                continue
            for stream in peer.streams():
                stream.measure(seconds)
            peer.send_reports(now_ns / 1e9)
        for viewing in self._viewings.values():
            viewing.adapt(now_ns)
        if self._ticks % _STATS_TICKS == 0:
            self._tell_stats()

    def _tell_stats(self) -> None:
        seconds = _STATS_TICKS * _TICK_S
        for peer in self._peers.values():
            if peer.srtp is None:
                continue
            rtt = peer.rtt()
            self._tell(
                TransportStats(
                    peer.transport_id,
                    loss_up=peer.loss_up(),
                    loss_down=peer.loss_down(),
                    rtt_ms=rtt * 1000 if rtt is not None else None,
                    bitrate_up=int(peer.octets_up * 8 / seconds),
                    bitrate_down=int(peer.octets_down * 8 / seconds),
                )
            )
            peer.octets_up = peer.octets_down = 0

    def _tell(self, notification: PlaneNotification) -> None:
        try:
            self._notify(notification)
        except Exception:
            log.exception("a listener of the media plane failed on %s", notification)


def _ignore(_notification: PlaneNotification) -> None:
    return None
