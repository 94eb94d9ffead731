"""Sound and pictures for the client to send, by media time; and their encoders."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Final, Protocol

import av
import av.audio.frame
import av.video.frame
import numpy as np
import numpy.typing as npt

RATE: Final = 48000
PACKET: Final = 960
"""samples of a 20 ms Opus packet"""

Samples = npt.NDArray[np.int16]
Picture = npt.NDArray[np.uint8]


class SoundSource(Protocol):
    def read(self, start: int) -> Samples:
        """960 mono samples at 48 kHz from sample ``start`` on; silence past the end."""
        ...


class PictureSource(Protocol):
    width: int
    height: int
    fps: int

    def picture(self, index: int) -> Picture:
        """Frame ``index``: RGB, shape (height, width, 3)."""
        ...


class Tone:
    """A steady sine; a speaker that tests can tell apart by its frequency."""

    def __init__(self, hertz: float, volume: float = 0.3) -> None:
        self._hertz = hertz
        self._volume = volume

    def read(self, start: int) -> Samples:
        time = (np.arange(start, start + PACKET) / RATE) * 2 * math.pi * self._hertz
        return (np.sin(time) * 32767 * self._volume).astype(np.int16)


class Silence:
    def read(self, start: int) -> Samples:
        return np.zeros(PACKET, np.int16)


class Recording:
    """A sound file of any format, mixed to mono."""

    def __init__(self, path: Path, *, is_looped: bool = False) -> None:
        self._samples = _load(path)
        self._is_looped = is_looped
        self.duration_s = len(self._samples) / RATE

    def read(self, start: int) -> Samples:
        if self._is_looped and len(self._samples):
            index = np.arange(start, start + PACKET) % len(self._samples)
            return self._samples[index]
        part = self._samples[start : start + PACKET]
        if len(part) < PACKET:
            part = np.concatenate([part, np.zeros(PACKET - len(part), np.int16)])
        return part


def _load(path: Path) -> Samples:
    parts: list[npt.NDArray[np.int16]] = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for frame in container.decode(audio=0):
            parts += [f.to_ndarray()[0] for f in resampler.resample(frame)]
        parts += [f.to_ndarray()[0] for f in resampler.resample(None)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)


class FlashBeep:
    """A white flash and a 1 kHz beep of 100 ms at every whole second: measures A/V skew."""

    LENGTH_S: Final = 0.1

    def __init__(self, width: int = 320, height: int = 180, fps: int = 25) -> None:
        self.width = width
        self.height = height
        self.fps = fps

    def read(self, start: int) -> Samples:
        time = np.arange(start, start + PACKET) / RATE
        is_on = (time % 1.0) < self.LENGTH_S
        tone = np.sin(time * 2 * math.pi * 1000) * 20000
        return np.where(is_on, tone, 0).astype(np.int16)

    def picture(self, index: int) -> Picture:
        is_on = (index / self.fps) % 1.0 < self.LENGTH_S
        return np.full((self.height, self.width, 3), 235 if is_on else 20, np.uint8)


class MovingBars:
    """A picture that moves and whose colour tells whose it is."""

    def __init__(
        self, colour: tuple[int, int, int], width: int = 320, height: int = 180, fps: int = 15
    ) -> None:
        self.width = width
        self.height = height
        self.fps = fps
        self._base = np.full((height, width, 3), colour, np.uint8)
        self._bar = max(8, width // 10)

    def picture(self, index: int) -> Picture:
        picture = self._base.copy()
        left = (index * 4) % (self.width - self._bar)
        picture[:, left : left + self._bar] = 255
        return picture


class Slides:
    """Still pictures that change every few seconds, as a shared screen does."""

    def __init__(self, pictures: list[Picture], seconds_each: float, fps: int = 5) -> None:
        if not pictures:
            raise ValueError("at least one slide is needed")
        self.height, self.width = pictures[0].shape[:2]
        self.fps = fps
        self._pictures = pictures
        self._frames_each = max(1, round(seconds_each * fps))

    def picture(self, index: int) -> Picture:
        return self._pictures[min(index // self._frames_each, len(self._pictures) - 1)]


class OpusEncoder:
    """20 ms packets; ``encode`` returns (packet, level in -dBov)."""

    def __init__(self, bitrate: int = 32000) -> None:
        codec = av.CodecContext.create("libopus", "w")
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.format = "s16"
        codec.bit_rate = bitrate
        codec.options = {"application": "voip", "frame_duration": "20"}
        self._codec = codec
        self._next = 0

    def encode(self, samples: Samples) -> list[tuple[bytes, int]]:
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._next
        self._next += len(samples)
        level = loudness(samples)
        return [(bytes(packet), level) for packet in self._codec.encode(frame)]


def loudness(samples: Samples) -> int:
    """RFC 6464 level: 0 is full scale, 127 silence."""
    power = float(np.mean(samples.astype(np.float64) ** 2))
    if power < 1e-3:
        return 127
    return min(127, max(0, round(-10 * math.log10(power / 32768.0**2))))


class Vp8Encoder:
    """Real-time settings; a keyframe when asked and at least every ``key_every`` frames."""

    def __init__(
        self, width: int, height: int, fps: int, bitrate: int = 300_000, key_every: int = 300
    ) -> None:
        codec = av.CodecContext.create("libvpx", "w")
        codec.width = width
        codec.height = height
        codec.pix_fmt = "yuv420p"
        codec.time_base = Fraction(1, fps)
        codec.framerate = Fraction(fps, 1)
        codec.bit_rate = bitrate
        codec.gop_size = key_every
        # A second thread waits by spinning: 50 ms a small frame instead of 1 on a busy machine.
        codec.thread_count = 1
        codec.options = {
            "deadline": "realtime", "cpu-used": "12", "lag-in-frames": "0",
            "error-resilient": "default", "auto-alt-ref": "0",
        }  # fmt: skip
        self._codec = codec
        self._next = 0
        self._width = width
        self._height = height

    def encode(self, picture: Picture, *, is_key: bool = False) -> bytes:
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        if (frame.width, frame.height) != (self._width, self._height):
            frame = frame.reformat(width=self._width, height=self._height)
        frame = frame.reformat(format="yuv420p")
        frame.pts = self._next
        self._next += 1
        if is_key:
            frame.pict_type = av.video.frame.PictureType.I
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))
