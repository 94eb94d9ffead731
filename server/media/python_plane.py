"""The media plane in plain Python: encoded packets in, rewritten packets out, nothing decoded.

Theory of operation. One thread, the event loop's. A datagram goes endpoint → peer (decrypt) →
publication (mute, floor, room) → stream → slots (rewrite, encrypt, send) in one call without an
await. What is not about packets is the switchboard's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from server.media.capture import CaptureWriter, Sealed, Stopped
from server.media.capture_feed import CaptureFeed
from server.media.dtls import DtlsSession
from server.media.endpoint import Endpoint
from server.media.ice import IceLite
from server.media.peer import Peer
from server.media.plane import (
    CaptureSealed,
    CaptureStopped,
    LayersChanged,
    OpenTransport,
    PlaneLoad,
    PlaneNotification,
    PublicationId,
    PublicationStarted,
    SlotSwitched,
    StartCapture,
)
from server.media.plane_settings import PlaneSettings
from server.media.publication import Publication
from server.media.sdp_answer import Answer
from server.media.slot import Slot
from server.media.stream import Stream
from server.media.switchboard import PULSE_TICKS, REPORT_S, Switchboard

__all__ = ["PlaneSettings", "PythonPlane"]

log = logging.getLogger(__name__)

_FEEDBACK_TICKS: Final = 3


class PythonPlane(Switchboard[Peer, Publication]):
    """Implements ``MediaPlane``."""

    def __init__(self, settings: PlaneSettings | None = None) -> None:
        super().__init__(settings, Endpoint)
        self._ticks = 0
        self._writer = CaptureWriter(self._settings.disk_watermark)
        self._load_at_ns = self._load_ns = 0

    async def start(self, notify: Callable[[PlaneNotification], None]) -> None:
        self._prepare(notify)
        self._ticker.begin()

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        await self._ticker.stop()
        for peer in list(self._peers.values()):
            self._close_peer(peer, "closed")
        self._endpoint.close()
        # Sealing syncs to disk; the loop goes on meanwhile and hears of it.
        await asyncio.to_thread(self._writer.close)
        await asyncio.sleep(0)

    # ---- peers -------------------------------------------------------------------------------

    def _new_peer(
        self, command: OpenTransport, ice: IceLite, dtls: DtlsSession, answer: Answer
    ) -> Peer:
        peer = Peer(command.transport_id, command.participant_id, ice, dtls, time.monotonic())
        peer.describe(answer, self._endpoint.sendto, self._started, self._switched)
        return peer

    def _peer_is_closing(self, peer: Peer, reason: str) -> None:
        for publication in peer.publications.values():
            if publication.capture is not None:
                publication.capture.seal(reason)

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

    def _cpu_s(self) -> float:
        return time.process_time()

    def _ask_keyframe(self, publication: Publication) -> None:
        for stream in publication.streams.values():
            stream.want_keyframe()

    # ---- captures ----------------------------------------------------------------------------

    def _start_capture(self, publication: Publication, command: StartCapture) -> None:
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

    def _stop_capture(self, publication: Publication) -> None:
        if publication.capture is not None:
            publication.capture.seal("stopped")

    def _capture_ended(self, publication_id: PublicationId, end: Sealed | Stopped) -> None:
        if isinstance(end, Sealed):
            self._tell(CaptureSealed(publication_id, end.path, end.packets, end.octets))
            return
        publication = self._find(publication_id)
        feed = publication.capture if publication is not None else None
        if feed is not None and feed.path == end.path:
            feed.detach()
        self._tell(CaptureStopped(publication_id, end.path, end.reason))

    # ---- tick --------------------------------------------------------------------------------

    def _tick_packets(self, now_ns: int) -> None:
        self._ticks += 1
        for peer in list(self._peers.values()):
            if not peer.is_connected:
                continue
            peer.ask_again(now_ns)
            if self._ticks % _FEEDBACK_TICKS == 0:
                peer.send_feedback()
            if self._ticks % PULSE_TICKS == 0:
                peer.send_pulse()

    def _find_layers(self, now_ns: int) -> None:
        for peer in self._peers.values():
            for publication in peer.publications.values():
                if publication.find_layers(now_ns):
                    self._tell(LayersChanged(publication.publication_id, publication.layers))
                if publication.capture is not None:
                    publication.capture.refresh(now_ns)

    def _report(self, now_ns: int) -> None:
        for peer in self._peers.values():
            if peer.is_connected:
                for stream in peer.streams():
                    stream.measure(REPORT_S)
                peer.send_reports(now_ns / 1e9)
        # Packets alone: what else the loop of this process does is no reason to refuse pictures.
        busy_ns = self._endpoint.busy_ns
        passed_ns = max(now_ns - self._load_at_ns, 1)
        self._tell(PlaneLoad((busy_ns - self._load_ns) / passed_ns, 0))
        self._load_at_ns, self._load_ns = now_ns, busy_ns
