"""One PeerConnection on the server's side: addresses, keys, publications and slots.

Datagrams come from the endpoint's socket (endpoint.py) already sorted by address; here they are
decrypted and handed to the publication or slot they concern.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final, Literal

from server.media import rtcp
from server.media.dtls import DtlsSession
from server.media.ice import Address, IceLite
from server.media.plane import Layer, PublicationId, RoomId, TransportId
from server.media.publication import Publication
from server.media.routed import UNMEASURED, Unmeasured
from server.media.rtp import Malformed, header_extensions, payload_bounds
from server.media.sdp_answer import Answer
from server.media.slot import Slot
from server.media.srtp import SrtpSession
from server.media.stream import SECOND_NS, Stream
from server.media.stream_clock import PublisherClock
from server.media.twcc import ArrivalRecorder

log = logging.getLogger(__name__)

_MAX_STREAMS: Final = 32
"""SSRCs one connection may bring; simulcast with RTX and two pairs need ten"""
_ESTIMATE_FRESH_NS: Final = 8 * SECOND_NS
_REPAIRS_PER_S: Final = 2000
"""packets one viewer may have again: a few octets of asking must not make megabytes"""


class Peer:
    def __init__(
        self,
        transport_id: TransportId,
        participant_id: str,
        ice: IceLite,
        dtls: DtlsSession,
        now: float,
    ) -> None:
        self.transport_id = transport_id
        self.participant_id = participant_id
        self.ice = ice
        self.dtls = dtls
        self.srtp: SrtpSession | None = None
        self.room_id: RoomId | None = None
        self.opened_at = now
        self.is_closed = False
        self.publications: dict[PublicationId, Publication] = {}
        self.slots: dict[str, Slot] = {}
        self.clock = PublisherClock()
        self.twcc = ArrivalRecorder()
        self.octets_up = 0
        self.octets_down = 0
        self.estimate: int | None = None
        """the viewer's own estimate (REMB), bit/s"""
        self._estimate_at_ns = 0
        self._repairs_from_ns = 0
        self._streams: dict[int, tuple[Publication, Stream, bool]] = {}
        self._by_mid: dict[str, Publication] = {}
        self._by_payload_type: dict[int, Publication | None] = {}
        self._slot_by_ssrc: dict[int, Slot] = {}
        self._sendto: Callable[[memoryview | bytes, Address], object] = _nowhere
        self._mid_extension: int | None = None
        self._rid_extension: int | None = None
        self._repaired_extension: int | None = None
        self._transport_cc: int | None = None

    def describe(
        self,
        answer: Answer,
        sendto: Callable[[memoryview | bytes, Address], object],
        on_started: Callable[[Publication], None],
        on_switched: Callable[[Peer, Slot, Stream | None, int | None], None],
    ) -> None:
        """Build publications and slots as the answer promised them."""
        self._sendto = sendto
        extensions = answer.extensions
        self._mid_extension = extensions.mid
        self._rid_extension = extensions.rid
        self._repaired_extension = extensions.repaired_rid
        self._transport_cc = extensions.transport_cc
        for numbers in answer.publications:
            publication = Publication(
                f"{self.transport_id}:{numbers.mid}", self.participant_id, numbers, extensions,
                self.clock, on_started,
            )  # fmt: skip
            self.publications[publication.publication_id] = publication
            self._by_mid[numbers.mid] = publication
            for payload_type in (*numbers.codecs, *numbers.rtx):
                # Two m-lines with the same payload type cannot be told apart by it.
                known = payload_type in self._by_payload_type
                self._by_payload_type[payload_type] = None if known else publication
        for slot_numbers in answer.slots:
            slot = Slot(
                slot_numbers,
                self.send,
                self.send_rtcp,
                lambda s, stream, timestamp: on_switched(self, s, stream, timestamp),
            )
            self.slots[slot.name] = slot
            self._slot_by_ssrc[slot_numbers.ssrc] = slot

    def connected(self) -> None:
        self.srtp = self.dtls.srtp

    @property
    def is_connected(self) -> bool:
        return self.srtp is not None

    def microphone(self) -> Publication | None:
        return self.track("microphone")

    def track(self, kind: str) -> Publication | None:
        return next((p for p in self.publications.values() if p.track == kind), None)

    # ---- sending -----------------------------------------------------------------------------

    def send(self, packet: bytes) -> None:
        srtp = self.srtp
        if srtp is None or self.ice.remote is None:
            return
        self.octets_down += len(packet)
        self._sendto(srtp.protect(packet), self.ice.remote)

    def send_rtcp(self, packet: bytes) -> None:
        srtp = self.srtp
        if srtp is None or self.ice.remote is None:
            return
        self._sendto(srtp.protect_rtcp(packet), self.ice.remote)

    # ---- receiving ---------------------------------------------------------------------------

    def receive(self, datagram: bytes, arrival_ns: int) -> None:
        """An SRTP or SRTCP datagram. What is broken or forged is dropped."""
        srtp = self.srtp
        if srtp is None or len(datagram) < 12:
            return
        if 192 <= datagram[1] <= 223:  # RFC 5761: where RTCP's packet types lie
            data = srtp.unprotect_rtcp(datagram)
            if data is not None:
                self._receive_rtcp(data, arrival_ns)
            return
        data = srtp.unprotect(datagram)
        if data is None:
            return
        self.octets_up += len(data)
        try:
            self._receive_rtp(data, arrival_ns)
        except Malformed:
            return

    def _receive_rtp(self, data: bytes, arrival_ns: int) -> None:
        if self._transport_cc is not None and data[0] & 0x10:
            self._record_arrival(data, arrival_ns)
        ssrc = int.from_bytes(data[8:12], "big")
        found = self._streams.get(ssrc)
        if found is None:
            found = self._identify(ssrc, data)
            if found is None:
                return
        publication, stream, is_rtx = found
        publication.receive(stream, data, arrival_ns, is_rtx)

    def _record_arrival(self, data: bytes, arrival_ns: int) -> None:
        """The transport-wide number, found without building a table of the extensions."""
        position = 12 + 4 * (data[0] & 0x0F)
        if len(data) < position + 4:
            return
        end = position + 4 + 4 * ((data[position + 2] << 8) | data[position + 3])
        wanted = self._transport_cc
        if data[position] == 0xBE and data[position + 1] == 0xDE and end <= len(data):
            position += 4
            while position < end:
                octet = data[position]
                if octet == 0:
                    position += 1
                    continue
                if octet >> 4 == wanted:
                    if position + 2 < end:
                        self.twcc.record((data[position + 1] << 8) | data[position + 2], arrival_ns)
                    return
                position += (octet & 0x0F) + 2
        else:
            start, end, _, _ = payload_bounds(data)
            value = header_extensions(data, start, end).get(wanted or 0)
            if value is not None and len(value) == 2:
                self.twcc.record((value[0] << 8) | value[1], arrival_ns)

    def _identify(self, ssrc: int, data: bytes) -> tuple[Publication, Stream, bool] | None:
        """Which track and layer a new SSRC is. Chromium stops sending MID and RID after the
        first receiver reports, so the first packets must be enough."""
        if len(self._streams) >= _MAX_STREAMS:
            return None
        payload_type = data[1] & 0x7F
        start, end, _, _ = payload_bounds(data)
        found = header_extensions(data, start, end)
        publication: Publication | None = None
        if self._mid_extension in found:
            publication = self._by_mid.get(_text(found[self._mid_extension]))
        if publication is None:
            for candidate in self.publications.values():
                numbers = candidate.numbers
                if ssrc in numbers.ssrcs or ssrc in numbers.rtx_of:
                    publication = candidate
        if publication is None:
            publication = self._by_payload_type.get(payload_type)
        if publication is None:
            return None
        numbers = publication.numbers
        if payload_type in numbers.rtx:
            stream = self._repaired_stream(publication, ssrc, found)
            if stream is None:
                return None
            entry = (publication, stream, True)
        elif payload_type in numbers.codecs:
            layer: Layer = "f"
            if numbers.layers:
                rid = _text(found.get(self._rid_extension or 0, b""))
                if rid not in numbers.layers:
                    return None
                layer = numbers.layers[rid]
            stream = publication.streams.get(layer)
            if stream is not None and stream.ssrc != ssrc:
                # The sender began anew under another SSRC (replaceTrack in some browsers).
                self._forget_stream(publication, stream)
            stream = publication.add_stream(ssrc, layer, payload_type)
            entry = (publication, stream, False)
        else:
            return None
        self._streams[ssrc] = entry
        return entry

    def _repaired_stream(
        self, publication: Publication, ssrc: int, found: dict[int, bytes]
    ) -> Stream | None:
        numbers = publication.numbers
        rid = _text(found.get(self._repaired_extension or 0, b""))
        if rid in numbers.layers:
            return publication.streams.get(numbers.layers[rid])
        media_ssrc = numbers.rtx_of.get(ssrc)
        if media_ssrc is not None:
            known = self._streams.get(media_ssrc)
            return known[1] if known is not None else None
        if not numbers.layers:
            return publication.streams.get("f")
        return None

    def _forget_stream(self, publication: Publication, stream: Stream) -> None:
        for waiting in (*stream.receivers, *stream.waiting):
            waiting.clear()
        publication.streams.pop(stream.layer, None)
        for ssrc, (_, known, _) in list(self._streams.items()):
            if known is stream:
                del self._streams[ssrc]

    # ---- RTCP --------------------------------------------------------------------------------

    def _receive_rtcp(self, data: bytes, arrival_ns: int) -> None:
        now = arrival_ns / 1e9
        for kind, count, packet in rtcp.split(data):
            if kind in (rtcp.SR, rtcp.RR):
                if kind == rtcp.SR:
                    self._sender_report(packet, arrival_ns)
                for block in rtcp.report_blocks(kind, count, packet):
                    slot = self._slot_by_ssrc.get(block.ssrc)
                    if slot is not None:
                        slot.reception(block, now)
            elif kind == rtcp.RTPFB and count == rtcp.FMT_NACK and len(packet) >= 16:
                ssrc, numbers = rtcp.nacked(packet)
                slot = self._slot_by_ssrc.get(ssrc)
                if slot is not None:
                    given = self._take_repairs(len(numbers), arrival_ns)
                    slot.nacks += len(numbers) - given
                    slot.retransmit(numbers[:given], arrival_ns)
            elif kind == rtcp.PSFB:
                self._payload_feedback(count, packet, arrival_ns)

    def _take_repairs(self, wanted: int, now_ns: int) -> int:
        """Of so many packets asked for again, how many are given."""
        each = SECOND_NS // _REPAIRS_PER_S
        self._repairs_from_ns = max(self._repairs_from_ns, now_ns - SECOND_NS)
        given = min(wanted, (now_ns - self._repairs_from_ns) // each)
        self._repairs_from_ns += given * each
        return given

    def _sender_report(self, packet: bytes, arrival_ns: int) -> None:
        info = rtcp.sender_info(packet)
        if info is None:
            return
        ssrc, ntp, timestamp = info
        found = self._streams.get(ssrc)
        if found is None or found[2] or ntp < 1.0:
            return
        publication, stream, _ = found
        stream.sender_report(ntp, timestamp, packet, arrival_ns / 1e9)
        if publication.capture is not None and publication.is_open:
            publication.capture.sender_report(stream, packet, arrival_ns)

    def _payload_feedback(self, form: int, packet: bytes, arrival_ns: int) -> None:
        if form == rtcp.FMT_APPLICATION:
            estimate = rtcp.remb(packet)
            if estimate is not None:
                self.estimate = estimate
                self._estimate_at_ns = arrival_ns
            return
        if len(packet) < 12:
            return
        if form == rtcp.FMT_PLI:
            targets: Sequence[int] = (int.from_bytes(packet[8:12], "big"),)
        elif form == rtcp.FMT_FIR:
            targets = rtcp.fir_targets(packet)
        else:
            return
        for ssrc in targets:
            slot = self._slot_by_ssrc.get(ssrc)
            if slot is not None and slot.current is not None:
                slot.current.want_keyframe()

    def measured_limit(self, now_ns: int) -> Literal[Unmeasured.UNMEASURED]:
        return UNMEASURED

    def want(self, bitrate: int) -> None:
        """This plane sends no probes."""

    def fresh_estimate(self, now_ns: int) -> int | None:
        return self.estimate if now_ns - self._estimate_at_ns < _ESTIMATE_FRESH_NS else None

    # ---- what is due now and then (called by the plane) ---------------------------------------

    def streams(self) -> list[Stream]:
        return [s for p in self.publications.values() for s in p.streams.values()]

    def ask_again(self, now_ns: int) -> None:
        """NACKs and keyframe requests that are due."""
        for stream in self.streams():
            numbers = stream.due_nacks(now_ns)
            if numbers:
                self.send_rtcp(rtcp.write_nack(stream.ssrc, numbers))
            if stream.take_pli(now_ns):
                self.send_rtcp(rtcp.write_pli(stream.ssrc))

    def send_feedback(self) -> None:
        streams = self.streams()
        if not streams:
            return
        packet = self.twcc.write(streams[0].ssrc)
        if packet is not None:
            self.send_rtcp(packet)

    def send_pulse(self) -> None:
        self.send_rtcp(rtcp.write_receiver_report([]))

    def send_reports(self, now: float) -> None:
        blocks = [b for s in self.streams() if (b := s.report_block(now)) is not None]
        if blocks:
            self.send_rtcp(rtcp.write_receiver_report(blocks))
        for slot in self.slots.values():
            slot.report(now)

    def loss_up(self) -> float:
        active = [s for s in self.streams() if s.is_active]
        return max((s.loss for s in active), default=0.0)

    def loss_down(self) -> float:
        shown = [s for s in self.slots.values() if s.current is not None]
        return max((s.loss for s in shown), default=0.0)

    def rtt(self) -> float | None:
        return min((s.rtt for s in self.slots.values() if s.rtt is not None), default=None)


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace")


def _nowhere(_data: memoryview | bytes, _address: Address) -> None:
    return None
