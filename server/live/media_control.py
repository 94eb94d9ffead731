"""Policy for media: from a session's state to commands of the media plane, and back.

Theory of operation. The committed state of a session is the only truth about who may be heard,
seen and recorded. After each change (of the state, of a page's view, of who speaks, of a
connection) ``SessionMedia.refresh`` computes everything the plane should be doing for the session
and sends the difference to what it was told before. So a command can be neither forgotten nor
sent in a wrong order, and a rejoin needs no special case. What the plane reports goes to pages
as ``slots``, ``levels`` and ``quality`` through one outbox, and to the log as captures and gaps.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from server.domain.errors import Conflict, Invalid, NotAllowed
from server.domain.events import Event
from server.domain.participant_events import ParticipantReturned
from server.domain.state import SessionState
from server.live.captions import Captions
from server.live.machine import MachineLoad
from server.live.media_control_choice import Choice, StageByVoice
from server.live.media_control_held import HeldTransports
from server.live.media_control_session import Link, SessionMedia
from server.live.media_quality import ServerLoad, lost_quality, quality_of
from server.live.overload import Overload
from server.live.ports import CaptureReport, MediaHost
from server.media.plane import (
    ActiveSpeakers,
    AudioSlotsChanged,
    CaptureSealed,
    CaptureStopped,
    CloseTransport,
    MediaPlane,
    OfferRefused,
    OpenTransport,
    PlaneLoad,
    PlaneNotification,
    PublicationStarted,
    SlotPaused,
    SlotSwitched,
    SoundHeard,
    TransportClosed,
    TransportConnected,
    TransportHeld,
    TransportStats,
)
from server.schemas.live_media import MediaAnswer, MediaOffer, MediaView, UnshownPicture
from server.schemas.media_report import MediaReport, TransportRow

log = logging.getLogger(__name__)

_GRACE_S: Final = 20.0
"""how long media waits for the socket of its participant to come back"""
_OUTBOX: Final = 5000
"""messages to pages that may wait to be sent"""
_STAYING: Final = frozenset(("present", "away"))
_HOUSEKEEPING_S: Final = 1.0
_GATHER_S: Final = 0.2
"""so long those who join wait to be put before the others"""


class PlaneMediaControl:
    """Implements ``MediaControl``. ``data`` is the folder ``captures/`` lies in."""

    def __init__(
        self,
        plane: MediaPlane,
        data: Path,
        captions: Captions | None = None,
        busy: Callable[[], float | None] | None = None,
    ) -> None:
        self.plane = plane
        self.data = data
        self.captions = captions or Captions(None, "")
        self._host: MediaHost | None = None
        self._sessions: dict[str, SessionMedia] = {}
        self._held = HeldTransports(plane.apply)
        self._load = ServerLoad(busy or MachineLoad())
        self._links: dict[str, tuple[SessionMedia, Link]] = {}
        self._outbox: asyncio.Queue[tuple[str, str, str, Any]] = asyncio.Queue(_OUTBOX)
        self._reports: asyncio.Queue[tuple[str, CaptureReport]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._due: set[str] = set()
        """sessions that will be refreshed in a moment"""
        self._is_closed = False
        self._overload = Overload()

    @property
    def host(self) -> MediaHost:
        assert self._host is not None, "start() comes first"
        return self._host

    async def start(self, host: MediaHost) -> None:
        self._host = host
        await self.plane.start(self._notice)
        self.captions.start(self.send, host.now_ms, self._captions_changed)
        self._tasks = [
            asyncio.create_task(self._deliver(), name="media-outbox"),
            asyncio.create_task(self._write_log(), name="media-reports"),
            asyncio.create_task(self._keep_house(), name="media-housekeeping"),
        ]

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        await self.captions.close()
        await self.plane.close()
        # The log hears of the captures that ended with the plane, if it still listens.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reports.join(), 2.0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- from the hub ------------------------------------------------------------------------

    async def offer(
        self, session_id: str, participant_id: str, connection_id: str, offer: MediaOffer
    ) -> MediaAnswer:
        state = self.host.state(session_id)
        who = state.participants.get(participant_id) if state is not None else None
        if state is None or who is None or who.presence != "present":
            raise Conflict("not_present", "Only who is in the session can send and receive media.")
        if who.role == "observer" and offer.tracks:
            raise NotAllowed(
                "observer_watches", "You are here to watch, not to take part.", field="tracks"
            )
        self._check_room(session_id, participant_id, who.role, offer)
        transport_id = uuid.uuid4().hex
        try:
            answer = await self.plane.open(
                OpenTransport(
                    transport_id,
                    participant_id,
                    offer.sdp,
                    offer.tracks,
                    offer.slots,
                    tag=session_id,
                )
            )
        except OfferRefused as refused:
            raise Invalid(refused.code, str(refused), field="sdp") from refused
        session = self._session(session_id)
        link = Link(
            transport_id, participant_id, dict(offer.tracks),
            {slot: mid for mid, slot in offer.slots.items()}, connection_id,
        )  # fmt: skip
        waiting = session.incoming.pop(participant_id, None)
        if waiting is not None:
            self.plane.apply([CloseTransport(waiting.transport_id)])
        if participant_id in session.links:
            session.incoming[participant_id] = link
        else:
            session.promote(link)
        session.lost_at.pop(participant_id, None)
        self._links[transport_id] = (session, link)
        if any(who.tracks.values()):
            self._refresh(session)
        else:
            # Nobody waits for a picture or a voice.
            now = self.host.state(session_id)
            is_in_use = session.links.get(participant_id) is link
            if now is not None and is_in_use and not self._is_closed:
                session.admit(now, link)
            self._refresh_soon(session_id)
        return MediaAnswer(connection_id, answer)

    def _check_room(
        self, session_id: str, participant_id: str, role: str, offer: MediaOffer
    ) -> None:
        """Sound is for everybody; pictures only as long as those who have them keep them whole.
        Who has a connection keeps what they have, and no class is without its facilitator."""
        if not self._overload.is_full or role == "facilitator":
            return
        session = self._sessions.get(session_id)
        link = session.links.get(participant_id) if session is not None else None
        if link is not None and any("audio" not in slot for slot in link.slots):
            return
        has_pictures = any("audio" not in slot for slot in offer.slots.values()) or any(
            kind in ("camera", "screen") for kind in offer.tracks.values()
        )
        if has_pictures:
            raise Conflict(
                "sound_only",
                "The server has no room for more pictures at the moment. Join with sound only.",
            )

    async def view(
        self, session_id: str, participant_id: str, connection_id: str, view: MediaView
    ) -> None:
        session = self._sessions.get(session_id)
        link = session.links.get(participant_id) if session is not None else None
        if session is None or link is None:
            return
        for told in (link, session.incoming.get(participant_id)):
            if told is not None:
                told.view = view
        self._refresh(session)

    async def connection_lost(
        self, session_id: str, participant_id: str, connection_id: str
    ) -> None:
        session = self._sessions.get(session_id)
        if session is None or participant_id not in session.links:
            return
        if self.host.connection_id(session_id, participant_id) in (None, connection_id):
            session.lost_at[participant_id] = time.monotonic()

    def session_changed(
        self,
        session_id: str,
        before: SessionState,
        events: Sequence[Event],
        after: SessionState,
    ) -> None:
        self._held.changed(session_id, before, events, after)
        session = self._sessions.get(session_id)
        if session is None:
            return
        session.refresh(after)
        for event in events:
            if isinstance(event.body, ParticipantReturned):
                session.lost_at.pop(event.body.participant_id, None)
                link = session.links.get(event.body.participant_id)
                if link is not None:
                    session.show_all(link)
        self._close_those_gone(session, after)

    def _close_those_gone(self, session: SessionMedia, state: SessionState) -> None:
        for link in (*session.incoming.values(), *session.links.values()):
            who = state.participants.get(link.participant_id)
            if who is None or who.presence not in _STAYING or state.stage == "ended":
                self.plane.apply([CloseTransport(link.transport_id)])

    def media_report(self) -> MediaReport:
        """What the plane has counted, with the names of whose it is."""
        counted = self.plane.statistics()
        rows: list[TransportRow] = []
        for transport in counted.transports:
            session, _ = self._links.get(transport.transport_id, (None, None))
            state = self.host.state(session.session_id) if session is not None else None
            who = state.participants.get(transport.participant_id) if state is not None else None
            row = {
                **msgspec.to_builtins(transport),
                "session_id": session.session_id if session is not None else "",
                "name": who.name if who is not None else "",
                "room_id": (transport.room_id or "").rpartition("/")[2],
            }
            rows.append(msgspec.convert(row, TransportRow))
        return MediaReport(
            time.time_ns() // 1_000_000, counted.kind, counted.cpu_s, counted.lag_ms,
            counted.dropped, msgspec.to_builtins(counted.totals), rows,
        )  # fmt: skip

    # ---- from the plane ----------------------------------------------------------------------

    def _notice(self, notice: PlaneNotification) -> None:
        match notice:
            case ActiveSpeakers():
                self._speakers(notice)
            case CaptureStopped():
                # By path: the connection may have closed before its files did.
                for session in list(self._sessions.values()):
                    session.captures.ended(notice, self.host.now_ms(session.session_id))
                    self._refresh(session)
            case CaptureSealed():
                for session in self._sessions.values():
                    if session.captures.sealed(notice.path):
                        break
            case PublicationStarted():
                found = self._links.get(notice.transport_id)
                if found is not None:
                    found[1].started.add(notice.publication_id.rsplit(":", 1)[1])
                    self._refresh(found[0])
            case TransportHeld():
                self._held.found(notice)
            case TransportConnected():
                self._connected(notice)
            case TransportClosed():
                self._closed(notice)
            case TransportStats():
                self._stats(notice)
            case SlotSwitched():
                self._switched(notice)
            case PlaneLoad():
                self._overload.look(notice, time.monotonic())
            case SlotPaused():
                self._paused(notice)
            case AudioSlotsChanged():
                self._audio_moved(notice)
            case SoundHeard():
                found = self._links.get(notice.publication_id.rsplit(":", 1)[0])
                if found is not None:
                    found[0].heard(found[1], notice)
            case _:
                pass  # layers concern nobody above the plane

    def _connected(self, notice: TransportConnected) -> None:
        found = self._links.get(notice.transport_id)
        if found is None:
            return
        session, link = found
        link.is_connected = True
        self._held.is_back(session.session_id, link.participant_id)
        if session.incoming.get(link.participant_id) is link:
            old = session.promote(link)
            if old is not None:
                self.plane.apply([CloseTransport(old.transport_id)])
            self._refresh(session)
            session.show_all(link)

    def _closed(self, notice: TransportClosed) -> None:
        self._held.closed(notice.transport_id)
        found = self._links.pop(notice.transport_id, None)
        if found is None:
            return
        session, link = found
        was_in_use = session.links.get(link.participant_id) is link
        session.drop(link, self.host.now_ms(session.session_id))
        if was_in_use and notice.reason != "closed":
            lost = lost_quality()
            session.quality.measured(link.participant_id, lost)
            self.send(session.session_id, link.participant_id, "quality", lost)
        elif was_in_use:
            session.quality.gone(link.participant_id)
        self._refresh(session)
        self.host.media_gone(session.session_id, link.participant_id, link.connection_id)

    def _speakers(self, notice: ActiveSpeakers) -> None:
        session_id, _, room_id = notice.room_id.rpartition("/")
        session = self._sessions.get(session_id)
        if session is None:
            return
        voice = session.voices.setdefault(room_id, StageByVoice())
        now = time.monotonic()
        state = self.host.state(session_id)
        if state is not None and state.stage == "live":
            session.airtime.heard(state, room_id, notice.participant_ids, now)
        if voice.heard(notice.participant_ids, now):
            self._refresh(session)
        payload = {
            "speakers": list(notice.participant_ids), "levels": list(notice.levels_dbov),
        }  # fmt: skip
        elsewhere = session.spoke.get(room_id) != notice.participant_ids
        session.spoke[room_id] = notice.participant_ids
        for link in session.links.values():
            if link.room_id == room_id and link.is_connected:
                self.send(session_id, link.participant_id, "levels", payload)
            elif elsewhere and link.is_connected and link.is_facilitator:
                spoken = {"room_id": room_id, "speakers": list(notice.participant_ids)}
                self.send(session_id, link.participant_id, "room_speakers", spoken)

    def _stats(self, notice: TransportStats) -> None:
        found = self._links.get(notice.transport_id)
        if found is None:
            return
        session, link = found
        if session.links.get(link.participant_id) is not link:
            return
        quality = quality_of(
            notice, link.paused, self._unshown(notice), server_is_busy=self._load.is_high
        )
        session.quality.measured(link.participant_id, quality)
        self.send(session.session_id, link.participant_id, "quality", quality)

    def _unshown(self, notice: TransportStats) -> list[UnshownPicture]:
        found: list[UnshownPicture] = []
        for publication_id, codec in notice.unshown.items():
            choice = self._choice_of(publication_id)
            if choice is not None and choice.track is not None:
                found.append(UnshownPicture(choice.participant_id, choice.track, codec))
        return found

    def _switched(self, notice: SlotSwitched) -> None:
        found = self._links.get(notice.transport_id)
        if found is None:
            return
        session, link = found
        if notice.publication_id is None:
            session.show_emptied(link, notice.slot)
            return
        shown = self._choice_of(notice.publication_id)
        session.show(link, notice.slot, shown, notice.rtp_timestamp, notice.layer)

    def _paused(self, notice: SlotPaused) -> None:
        found = self._links.get(notice.transport_id)
        if found is None:
            return
        session, link = found
        is_paused = notice.publication_id is not None
        session.pause(link, notice.slot, is_paused=is_paused)
        if is_paused:
            session.show_emptied(link, notice.slot)

    def _audio_moved(self, notice: AudioSlotsChanged) -> None:
        found = self._links.get(notice.transport_id)
        if found is None:
            return
        session, link = found
        for slot, publication_id in notice.slots.items():
            choice = self._choice_of(publication_id) if publication_id is not None else None
            session.show(link, slot, choice, None, None)

    def _choice_of(self, publication_id: str) -> Choice | None:
        found = self._links.get(publication_id.rsplit(":", 1)[0])
        if found is None:
            return None
        link = found[1]
        return Choice(link.participant_id, link.track_of(publication_id), publication_id)

    # ---- inside ------------------------------------------------------------------------------

    def _count_airtime(self, session: SessionMedia, now: float) -> None:
        state = self.host.state(session.session_id)
        if state is None or state.stage != "live":
            return
        if (count := session.airtime.due(now)) is not None:
            self.report(session.session_id, count)

    def _tell_quality(self, session: SessionMedia) -> None:
        """Facilitators see how everybody's connection does."""
        state = self.host.state(session.session_id)
        if state is None:
            return
        here = {key for key, one in state.participants.items() if one.presence == "present"}
        session.quality.keep(here.__contains__)
        leading = {
            link.participant_id: link.connection_id
            for link in session.links.values()
            if link.is_facilitator
        }
        for participant_id, news in session.quality.news(leading).items():
            self.send(session.session_id, participant_id, "people_quality", news)

    def _session(self, session_id: str) -> SessionMedia:
        if session_id not in self._sessions:
            self._sessions[session_id] = SessionMedia(
                session_id,
                self.plane,
                self.data,
                self.host,
                self.send,
                lambda report: self.report(session_id, report),
                self.captions,
            )
        return self._sessions[session_id]

    def _captions_changed(self, session_id: str) -> None:
        session = self._sessions.get(session_id)
        if session is not None:
            self._refresh(session)

    def _refresh(self, session: SessionMedia) -> None:
        state = self.host.state(session.session_id)
        if state is not None and not self._is_closed:
            session.refresh(state)

    def _refresh_soon(self, session_id: str) -> None:
        """Once for all who join within a moment."""
        if session_id in self._due:
            return
        self._due.add(session_id)

        def refresh() -> None:
            self._due.discard(session_id)
            session = self._sessions.get(session_id)
            if session is not None:
                self._refresh(session)

        asyncio.get_running_loop().call_later(_GATHER_S, refresh)

    def send(self, session_id: str, participant_id: str, event: str, payload: Any) -> None:
        """Queue for a page; presence is dropped rather than queued without bound."""
        try:
            self._outbox.put_nowait((session_id, participant_id, event, payload))
        except asyncio.QueueFull:
            log.warning("media outbox is full: %s for %s dropped", event, participant_id)

    def report(self, session_id: str, report: CaptureReport) -> None:
        self._reports.put_nowait((session_id, report))

    async def _deliver(self) -> None:
        while True:
            session_id, participant_id, event, payload = await self._outbox.get()
            try:
                await self.host.send(session_id, participant_id, event, payload)
            except Exception:
                log.exception("%s could not be sent to %s", event, participant_id)

    async def _write_log(self) -> None:
        while True:
            session_id, report = await self._reports.get()
            try:
                await self.host.report(session_id, report)
            except Exception:
                log.exception("%s of session %s was not logged", type(report).__name__, session_id)
            finally:
                self._reports.task_done()

    async def _keep_house(self) -> None:
        """Close what nobody comes back to, and try captures again."""
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            now = time.monotonic()
            self._held.keep_house(now)
            self._load.look()
            for session in list(self._sessions.values()):
                for participant_id, lost_at in list(session.lost_at.items()):
                    if now - lost_at > _GRACE_S:
                        del session.lost_at[participant_id]
                        link = session.links.get(participant_id)
                        if link is not None:
                            self.plane.apply([CloseTransport(link.transport_id)])
                self._count_airtime(session, now)
                self._tell_quality(session)
                if not session.captures.is_idle:
                    self._refresh(session)
                if not session.links and not session.incoming and session.captures.is_idle:
                    self._sessions.pop(session.session_id, None)
