"""The client itself: offers, connects, publishes on exact timestamps, receives slots.

All tracks of a client run on one media clock that starts at 0 when it begins to publish: a
video frame of index n is stamped n / fps, an Opus packet 20 ms × n, whatever the event loop's
delays; sender reports tie both to the same wall clock. So the skew between what two tracks show
is what the server and the recording make of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from server.media import rtcp
from server.media.client.connection import ClientConnection
from server.media.client.offer import (
    TRANSPORT_CC_ID,
    LocalOffer,
    read_answer,
    standard_slots,
    write_offer,
)
from server.media.client.receiving import SlotReceiver
from server.media.client.sending import RtpSender, TransportCounter
from server.media.client.sources import (
    PACKET,
    RATE,
    OpusEncoder,
    PictureSource,
    SoundSource,
    Vp8Encoder,
)
from server.media.plane import TrackKind
from server.media.rtp import header_extensions, payload_bounds
from server.media.twcc import ArrivalRecorder

log = logging.getLogger(__name__)

LAYER_SCALE = {"q": 4, "h": 2, "f": 1}
_FEEDBACK_S = 0.06
_LAYER_BITRATE = {"q": 100_000, "h": 250_000, "f": 600_000}


class MediaClient:
    """``layers``: rids by video track, e.g. ``{"camera": ("q", "h", "f")}``."""

    def __init__(
        self,
        tracks: Sequence[TrackKind] = ("microphone", "camera"),
        slots: Sequence[str] | None = None,
        layers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._tracks = tuple(tracks)
        self._slot_names = tuple(slots) if slots is not None else tuple(standard_slots())
        self._layers = layers or {}
        self.connection = ClientConnection(self._packet)
        self.local: LocalOffer | None = None
        self.senders: dict[tuple[str, str], RtpSender] = {}
        """(track, layer) → sender"""
        self.slots: dict[str, SlotReceiver] = {}
        self.twcc_feedback = 0
        self._arrivals: ArrivalRecorder | None = None
        self.media_start: float | None = None
        """monotonic time of media time 0"""
        self._receivers: dict[int, SlotReceiver] = {}
        self._rtx: dict[int, SlotReceiver] = {}
        self._by_ssrc: dict[int, RtpSender] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._arrived = asyncio.Event()

    # ---- connecting --------------------------------------------------------------------------

    def offer(self) -> LocalOffer:
        self.local = write_offer(
            self._tracks, self._slot_names, self.connection.certificate.fingerprint, self._layers
        )
        return self.local

    async def connect(self, answer_sdp: str, timeout_s: float = 10.0) -> None:
        """Raises ConnectionFailed."""
        assert self.local is not None
        answer = read_answer(answer_sdp, self.local.slots)
        for ssrc, name in answer.slots.items():
            receiver = SlotReceiver(name, ssrc)
            self.slots[name] = receiver
            self._receivers[ssrc] = receiver
        for rtx, media in answer.rtx.items():
            if media in self._receivers:
                self._rtx[rtx] = self._receivers[media]
        counter = TransportCounter()
        for line in self.local.lines:
            for layer in line.ssrcs:
                sender = RtpSender(
                    line, layer, counter, self.connection.send_rtp, self.connection.send_rtcp
                )
                self.senders[line.track, layer] = sender
                self._by_ssrc[sender.ssrc] = sender
        await self.connection.connect(self.local, answer, timeout_s)
        self.media_start = time.monotonic()
        self._tasks["reports"] = asyncio.create_task(self._report(), name="client-reports")

    async def close(self, *, is_silent: bool = False) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
        await self.connection.close(is_silent=is_silent)

    def tell_arrivals(self) -> None:
        """Tell the server of every packet that arrives (transport-wide feedback), as browsers do;
        once connected."""
        self._arrivals = ArrivalRecorder()
        self._start("arrivals", self._tell_arrivals(self._arrivals))

    async def _tell_arrivals(self, arrivals: ArrivalRecorder) -> None:
        while True:
            await asyncio.sleep(_FEEDBACK_S)
            while (packet := arrivals.write(0)) is not None:
                self.connection.send_rtcp(packet)

    def _note_arrival(self, data: bytes, arrivals: ArrivalRecorder) -> None:
        start, end, _, _ = payload_bounds(data)
        number = header_extensions(data, start, end).get(TRANSPORT_CC_ID)
        if number is not None:
            arrivals.record(int.from_bytes(number, "big"), time.monotonic_ns())

    # ---- publishing --------------------------------------------------------------------------

    def play_sound(
        self, track: TrackKind, source: SoundSource, begins: float | None = None
    ) -> None:
        """Publish from now on, replacing what the track sent. ``begins``: media time of the
        source's first sample, else the next packet; what is to stay in step begins together."""
        self._start(track, self._send_sound(track, source, begins))

    def play_pictures(
        self, track: TrackKind, source: PictureSource, bitrate: int | None = None,
        begins: float | None = None,
    ) -> None:  # fmt: skip
        self._start(track, self._send_pictures(track, source, bitrate, begins))

    def stop(self, track: str) -> None:
        task = self._tasks.pop(track, None)
        if task is not None:
            task.cancel()

    def media_time(self) -> float:
        assert self.media_start is not None
        return time.monotonic() - self.media_start

    def _start(self, track: str, work: object) -> None:
        self.stop(track)
        self._tasks[track] = asyncio.create_task(work, name=f"client-{track}")  # pyright: ignore[reportArgumentType]

    def next_packet(self) -> float:
        """Media time of the next sound packet's first sample."""
        return (int(self.media_time() / (PACKET / RATE)) + 1) * PACKET / RATE

    async def _send_sound(
        self, track: TrackKind, source: SoundSource, begins: float | None
    ) -> None:
        encoder = OpusEncoder()
        sender = self.senders[track, "f"]
        first = round((self.next_packet() if begins is None else begins) * RATE / PACKET)
        index = first
        while True:
            # A packet is complete when its last sample has been "captured".
            await self._until((index + 1) * PACKET / RATE)
            samples = source.read((index - first) * PACKET)
            for packet, level in encoder.encode(samples):
                timestamp = sender.timestamp(index * PACKET / RATE)
                sender.send_payload(packet, timestamp, index == first, level)
            index += 1

    async def _send_pictures(
        self, track: TrackKind, source: PictureSource, bitrate: int | None, begins: float | None
    ) -> None:
        senders = [s for (name, _), s in self.senders.items() if name == track]
        encoders = {
            s.layer: Vp8Encoder(
                source.width // LAYER_SCALE.get(s.layer, 1) // 2 * 2,
                source.height // LAYER_SCALE.get(s.layer, 1) // 2 * 2,
                source.fps,
                bitrate or _LAYER_BITRATE.get(s.layer, 300_000),
            )
            for s in senders
        }
        # On the sound's grid, so that sample 0 and frame 0 of one source coincide.
        first = self.next_packet() if begins is None else begins
        index = 0
        while True:
            moment = first + index / source.fps
            await self._until(moment)
            picture = source.picture(index)
            for sender in senders:
                is_key = index == 0 or sender.is_keyframe_wanted
                sender.is_keyframe_wanted = False
                frame = encoders[sender.layer].encode(picture, is_key=is_key)
                if frame:
                    sender.send_frame(frame, moment)
            # A machine that cannot keep up sends fewer frames, not late ones.
            late = int((self.media_time() - moment) * source.fps)
            index += 1 + max(0, late)

    async def _until(self, media_time: float) -> None:
        assert self.media_start is not None
        await asyncio.sleep(max(0.0, self.media_start + media_time - time.monotonic()))

    async def _report(self) -> None:
        while True:
            for sender in self.senders.values():
                if sender.packets:
                    sender.report(self.media_time())
            for receiver in self.slots.values():
                receiver.report(self.connection.send_rtcp)
            await asyncio.sleep(1.0 if self.media_time() > 3 else 0.3)

    # ---- receiving ---------------------------------------------------------------------------

    def _packet(self, data: bytes, is_rtcp: bool) -> None:
        if is_rtcp:
            self._control(data)
        else:
            if self._arrivals is not None:
                self._note_arrival(data, self._arrivals)
            ssrc = int.from_bytes(data[8:12], "big")
            receiver = self._receivers.get(ssrc)
            if receiver is not None:
                receiver.receive(data, self.connection.send_rtcp)
            elif ssrc in self._rtx:
                self._rtx[ssrc].receive_rtx(data, self.connection.send_rtcp)
        self._arrived.set()

    def _control(self, data: bytes) -> None:
        for kind, form, packet in rtcp.split(data):
            if kind == rtcp.SR:
                info = rtcp.sender_info(packet)
                if info is not None and info[0] in self._receivers:
                    self._receivers[info[0]].sender_report(info[1], info[2])
            elif kind == rtcp.RTPFB and form == rtcp.FMT_NACK:
                ssrc, numbers = rtcp.nacked(packet)
                if ssrc in self._by_ssrc:
                    self._by_ssrc[ssrc].resend(numbers)
            elif kind == rtcp.RTPFB and form == rtcp.FMT_TWCC:
                self.twcc_feedback += 1
            elif kind == rtcp.PSFB and form in (rtcp.FMT_PLI, rtcp.FMT_FIR):
                sender = self._by_ssrc.get(int.from_bytes(packet[8:12], "big"))
                if sender is not None:
                    sender.plis += 1
                    sender.is_keyframe_wanted = True

    async def wait_for(self, condition: Callable[[], object], timeout_s: float = 30.0) -> None:
        """Until the condition holds, looked at with every packet. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._arrived.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), 0.1)
