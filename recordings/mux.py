"""Coded frames into files a browser plays, without decoding: WebM (VP8, VP9, AV1, Opus), MP4
(H.264).

Times are whole ms from the file's start. Clusters are at most 2 s, so a player can seek and a
reader can follow a file that is still being written. A picture that the container refuses (it
comes from outside and may be anything) is left out, and all that follow up to a keyframe.
"""

from __future__ import annotations

import contextlib
import io
import logging
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np

from recordings.av1 import TEMPORAL_DELIMITER

log = logging.getLogger(__name__)

CLUSTER_MS = 2000
_MS = Fraction(1, 1000)
_WEBM_OPTIONS = {"cluster_time_limit": str(CLUSTER_MS), "cues_to_front": "1"}


@cache
def _opus_template() -> Any:
    """A stream with an OpusHead: the muxer needs one and RTP carries none. Two channels, as RTP's
    Opus is always declared (RFC 7587 §7); mono packets decode alike. Its pre-skip makes players
    take the codec's look-ahead of 6.5 ms off, which RTP timestamps do not."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="stereo")
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 960 * 2), np.int16), format="s16", layout="stereo"
        )
        silence.sample_rate = 48_000
        for packet in [*stream.encode(silence), *stream.encode(None)]:
            container.mux(packet)
    memory.seek(0)
    opened = av.open(memory)
    return opened, opened.streams.audio[0]


class _NoPicture(ValueError):
    """Nothing a container could announce."""


_REFUSALS = (
    av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError,
    av.error.PatchWelcomeError, _NoPicture,
)  # fmt: skip


def _stream_of(first: bytes, container_format: str) -> Any:
    """What a keyframe says about its stream: size, profile, parameter sets."""
    probe = av.open(io.BytesIO(first), format=container_format)
    stream = probe.streams.video[0] if probe.streams.video else None
    if stream is None or not (stream.width and stream.height):
        raise _NoPicture("no size")
    return stream


class FileMuxer:
    """One track, one file. Nothing is written before the first packet."""

    def __init__(self, path: Path, codec: str) -> None:
        self.path = path
        self._codec = codec
        self._container: Any = None
        self._stream: Any = None
        self._last_ms = -1
        self.refused = 0
        """pictures left out"""
        self._needs_key = False

    def __enter__(self) -> FileMuxer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None

    def add(
        self, at_ms: float, data: bytes, *, is_key: bool = True, duration_ms: int = 0,
        width: int = 0, height: int = 0,
    ) -> int | None:  # fmt: skip
        """Returns the time the packet got: times must rise, so two in one ms become two. None where
        it was left out."""
        if self._needs_key and not is_key:
            self.refused += 1
            return None
        try:
            if self._container is None:
                self._open(data, width, height)
            assert self._container is not None
            pts = max(round(at_ms), self._last_ms + 1)
            packet = av.Packet(data)
            packet.stream = self._stream
            packet.time_base = _MS
            packet.pts = packet.dts = pts
            packet.is_keyframe = is_key
            if duration_ms:
                packet.duration = duration_ms
            self._container.mux_one(packet)
        except _REFUSALS as error:
            log.warning("%s: a frame of %s bytes is no %s: %s", self.path.name, len(data),
                        self._codec, error)  # fmt: skip
            self.refused += 1
            self._needs_key = True
            if self._last_ms < 0 and self._container is not None:
                with contextlib.suppress(av.error.FFmpegError):
                    self._container.close()
                self._container = None  # nothing is in the file; the next keyframe begins it anew
            return None
        self._last_ms = pts
        self._needs_key = False
        return pts

    def _open(self, first: bytes, width: int, height: int) -> None:
        if self._codec == "h264":
            # Fragments, so that the file plays and survives when it is cut off.
            self._container = av.open(
                str(self.path), "w", format="mp4",
                options={"movflags": "frag_keyframe+empty_moov+default_base_moof"},
            )  # fmt: skip
            self._stream = self._container.add_stream_from_template(_stream_of(first, "h264"))
            return
        self._container = av.open(str(self.path), "w", format="webm", options=_WEBM_OPTIONS)
        if self._codec == "opus":
            self._stream = self._container.add_stream_from_template(_opus_template()[1])
        elif self._codec == "av1":
            # Players need the sequence header beside the frames (av1C). Opaque: the template names
            # a decoder that has no encoder of the same name.
            self._stream = self._container.add_stream_from_template(
                _stream_of(TEMPORAL_DELIMITER + first, "obu"), opaque=True
            )
        else:
            self._stream = self._container.add_mux_stream(
                self._codec, width=width, height=height, time_base=_MS
            )
