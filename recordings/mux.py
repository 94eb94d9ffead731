"""Coded frames into files a browser plays, without decoding: WebM (VP8, VP9, Opus), MP4 (H.264).

Times are whole ms from the file's start. Clusters are at most 2 s, so a player can seek and a
reader can follow a file that is still being written.
"""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np

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


class FileMuxer:
    """One track, one file. Nothing is written before the first packet."""

    def __init__(self, path: Path, codec: str) -> None:
        self.path = path
        self._codec = codec
        self._container: Any = None
        self._stream: Any = None
        self._last_ms = -1

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
    ) -> int:  # fmt: skip
        """Returns the time the packet got: times must rise, so two in one ms become two."""
        if self._container is None:
            self._open(data, width, height)
        pts = max(round(at_ms), self._last_ms + 1)
        self._last_ms = pts
        assert self._container is not None
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = _MS
        packet.pts = packet.dts = pts
        packet.is_keyframe = is_key
        if duration_ms:
            packet.duration = duration_ms
        self._container.mux_one(packet)
        return pts

    def _open(self, first: bytes, width: int, height: int) -> None:
        if self._codec == "h264":
            # Fragments, so that the file plays and survives when it is cut off.
            self._container = av.open(
                str(self.path), "w", format="mp4",
                options={"movflags": "frag_keyframe+empty_moov+default_base_moof"},
            )  # fmt: skip
            probe = av.open(io.BytesIO(first), format="h264")
            self._stream = self._container.add_stream_from_template(probe.streams.video[0])
            return
        self._container = av.open(str(self.path), "w", format="webm", options=_WEBM_OPTIONS)
        if self._codec == "opus":
            self._stream = self._container.add_stream_from_template(_opus_template()[1])
        else:
            self._stream = self._container.add_mux_stream(
                self._codec, width=width, height=height, time_base=_MS
            )
