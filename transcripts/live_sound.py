"""One voice as it arrives: Opus packets to 16 kHz samples, in order, lost ones as silence."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.codec.context import CodecContext

from transcripts.audio import Pcm
from transcripts.ports import SAMPLE_RATE

OPUS_RATE = 48_000
LONGEST_HOLE_S = 0.5
"""Packets missing for longer are a pause of the voice (mute, floor, DTX) and not a loss."""

SoundPacket = tuple[int, int, int, bytes]
"""(sequence, RTP timestamp, arrival in ns, Opus)"""


class VoiceSound:
    def __init__(self) -> None:
        self._decoder = CodecContext.create("opus", "r")
        self._resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        self._last = -1
        self._next_timestamp = 0

    def decode(self, packets: Iterable[SoundPacket]) -> list[tuple[Pcm, int]]:
        """Samples and the moment at which their last one came. A batch repairs what was only
        out of order; what comes later than that is too late."""
        found: list[tuple[Pcm, int]] = []
        for sequence, timestamp, arrival_ns, payload in sorted(packets):
            if sequence <= self._last:
                continue
            parts: list[Pcm] = []
            hole = (timestamp - self._next_timestamp) & 0xFFFFFFFF
            if self._last >= 0 and 0 < hole <= LONGEST_HOLE_S * OPUS_RATE:
                parts.append(np.zeros(hole * SAMPLE_RATE // OPUS_RATE, np.int16))
            self._last = sequence
            length = 0
            try:
                for frame in self._decoder.decode(av.Packet(payload)):
                    length += frame.samples * OPUS_RATE // frame.sample_rate
                    frame.pts = None
                    parts += [
                        part.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                        for part in self._resampler.resample(frame)
                    ]
            except av.FFmpegError:
                continue  # a packet that cannot be decoded is as good as lost
            self._next_timestamp = (timestamp + length) & 0xFFFFFFFF
            if parts:
                found.append((np.concatenate(parts), arrival_ns))
        return found
