"""Composition: the edit list drawn at 720p and at 360p, one ffmpeg run a piece, then joined.

Theory of operation. Epochs are cut into *pieces* of at most ``PIECE_MS``, so that two run at a
time and a killed run loses little: a piece that is complete on disk is not made again. Every
piece has an exact number of frames on one grid and starts with a keyframe; joining copies
packets. So that pieces of 15 and 25 frames a second can share one decoder configuration, the
stream's timing fields are overwritten with a constant.

A track is read from the last frame *before* the piece, so a slide that has been still for a
minute is there at once; ``fps`` places frames on the grid, ``tpad`` holds the last one. Layer
changes alter a track's size in mid-file: ffmpeg's default is to rebuild the whole graph then,
which would restart ``fps``, hence ``reinit_filter 0`` and filters that take any size.

A track is what its publisher made it: where ffmpeg can read none of it, or has no decoder for it,
its pieces are drawn without it and the recording says so (``undrawn``).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg
import msgspec
import numpy as np
from numpy.typing import NDArray

from recordings.edit_list import Epoch
from recordings.process import FfmpegFailed, run_ffmpeg, source
from recordings.spans import Span, Spans, joined
from recordings.tracks import VideoTrack

log = logging.getLogger(__name__)

PIECE_MS = 60_000
PARALLEL = 2
HEIGHTS = (720, 360)
_WIDTH, _HEIGHT = 1280, 720
_INSET = (256, 144, 24)
"""width, height and margin of the small picture"""
_SCREEN_FPS, _CAMERA_FPS = 15, 25
_KEY_EVERY_S = 2
_CRF = {720: 26, 360: 27}
_TIMESCALE = 90_000
_CARD_COLOURS = ("2b4a6f", "5b3a6b", "2f5d50", "6b4a2b", "47506b", "6b3445")
_GROUND = "0x14161a"
_FORMATS = "matroska,webm,mov,mp4"


@dataclass(frozen=True, slots=True)
class Piece:
    index: int
    epoch: Epoch

    @property
    def fps(self) -> int:
        return _SCREEN_FPS if self.epoch.is_screen else _CAMERA_FPS

    @property
    def frames(self) -> int:
        return (self.epoch.end_ms - self.epoch.start_ms) * self.fps // 1000

    @property
    def seconds(self) -> float:
        return (self.epoch.end_ms - self.epoch.start_ms) / 1000


def pieces_of(epochs: Sequence[Epoch]) -> list[Piece]:
    pieces: list[Piece] = []
    for epoch in epochs:
        for start in range(epoch.start_ms, epoch.end_ms, PIECE_MS):
            part = Epoch(
                start, min(start + PIECE_MS, epoch.end_ms), epoch.main, epoch.inset,
                epoch.is_screen, epoch.speaker,
            )  # fmt: skip
            pieces.append(Piece(len(pieces), part))
    return pieces


class Composer:
    """``tracks`` holds the assembled files, ``pieces`` keeps what is drawn over a killed run,
    ``stills`` are the pages and pictures that stand on the stage, ``out`` gets the joined
    pictures."""

    def __init__(
        self, tracks: Path, videos: Sequence[VideoTrack], names: Mapping[str, str], pieces: Path,
        out: Path, *, stills: Mapping[str, Path],
    ) -> None:  # fmt: skip
        self._tracks = tracks
        self._videos = {video.track_id: video for video in videos}
        self._names = names
        self._pieces = pieces
        self._out = out
        self._stills = stills
        self._times: dict[str, NDArray[np.int64]] = {
            video.track_id: np.load(tracks / video.frames_path) for video in videos
        }

    def compose(self, epochs: Sequence[Epoch], progress: Callable[[float], None]) -> Spans:
        """Leaves ``720.mp4`` and ``360.mp4``, without sound, in ``out``. Returns where a track's
        picture should stand and could not be drawn."""
        pieces = pieces_of(epochs)
        total = sum(piece.seconds for piece in pieces)
        done = 0.0
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="compose") as pool:
            for piece, _ in zip(pieces, pool.map(self.draw, pieces), strict=True):
                done += piece.seconds
                progress(0.95 * done / total)
        for height in HEIGHTS:
            self._join(pieces, height)
        progress(1.0)
        return joined(
            Span(piece.epoch.start_ms, piece.epoch.end_ms)
            for piece in pieces
            if self._undrawn(piece).exists()
        )

    def _undrawn(self, piece: Piece) -> Path:
        """Beside a piece that lacks a picture: a killed run finds it as it finds the piece."""
        return self._pieces / f"piece-{piece.index:04d}.undrawn"

    def _path(self, piece: Piece, height: int) -> Path:
        return self._pieces / f"piece-{piece.index:04d}-{height}.mp4"

    def draw(self, piece: Piece) -> None:
        if all(self._path(piece, height).exists() for height in HEIGHTS):
            return
        try:
            self._draw(piece)
            return
        except FfmpegFailed as error:
            plainer = self._plainer(piece)
            if error.status < 0 or not plainer:
                raise
            log.warning("piece %s is drawn without its tracks: %s", piece.index, error)
        self._undrawn(piece).touch()
        for index, other in enumerate(plainer):
            try:
                self._draw(other)
                return
            except FfmpegFailed:
                if index == len(plainer) - 1:
                    raise

    def _plainer(self, piece: Piece) -> list[Piece]:
        """The piece with fewer tracks: without the small picture, then without any."""
        epoch = piece.epoch
        found: list[Epoch] = []
        if epoch.inset is not None:
            found.append(msgspec.structs.replace(epoch, inset=None))
        if epoch.main in self._videos:
            found.append(msgspec.structs.replace(epoch, main=None, inset=None))
        return [Piece(piece.index, one) for one in found]

    def _draw(self, piece: Piece) -> None:
        paths = [self._path(piece, height) for height in HEIGHTS]
        picture = self._picture(piece).filter_multi_output("split", len(HEIGHTS))
        asides = [path.with_suffix(f".{os.getpid()}.part.mp4") for path in paths]
        outputs = []
        for index, (height, aside) in enumerate(zip(HEIGHTS, asides, strict=True)):
            node = picture[index]
            if height != _HEIGHT:
                node = node.filter("scale", height * 16 // 9, height, flags="bilinear")
            outputs.append(self._encoded(node, piece, height, aside))
        run_ffmpeg(ffmpeg.merge_outputs(*outputs))
        for aside, path in zip(asides, paths, strict=True):
            aside.replace(path)

    def _encoded(self, node: Any, piece: Piece, height: int, path: Path) -> Any:
        return node.output(
            str(path), format="mp4", vcodec="libx264", preset="veryfast", crf=_CRF[height],
            pix_fmt="yuv420p", r=piece.fps, g=piece.fps * _KEY_EVERY_S, sc_threshold=0, bf=0,
            profile="main", level="3.1", threads=1, video_track_timescale=_TIMESCALE,
            **{
                "frames:v": piece.frames,
                "bsf:v": "h264_metadata=tick_rate=180000:fixed_frame_rate_flag=0",
            },
        )  # fmt: skip

    def _picture(self, piece: Piece) -> Any:
        epoch = piece.epoch
        if epoch.main is None:
            main = self._card(piece, epoch.speaker)
        elif epoch.main in self._videos:
            main = self._track(piece, epoch.main, _WIDTH, _HEIGHT)
        else:
            main = self._still(piece, self._stills.get(epoch.main))
        if epoch.inset is None:
            return main
        width, height, margin = _INSET
        inset = self._track(piece, epoch.inset, width, height)
        return main.overlay(
            inset, x=_WIDTH - width - margin, y=_HEIGHT - height - margin, eof_action="repeat"
        )

    def _track(self, piece: Piece, track_id: str, width: int, height: int) -> Any:
        video = self._videos[track_id]
        start_ms = piece.epoch.start_ms
        times = self._times[track_id]
        index = int(np.searchsorted(times, start_ms, side="right")) - 1
        from_ms = int(times[max(index, 0)])
        # Seeking is to just before the frame: times in the file are whole ms.
        seek_s = max(0.0, (from_ms - video.start_ms) / 1000 - 0.0005)
        options = {"ss": f"{seek_s:.4f}"} if seek_s > 0 else {}
        length_s = piece.seconds + max(0, start_ms - from_ms) / 1000 + 1
        shift_s = (from_ms - start_ms) / 1000
        return (
            source(
                self._tracks / video.path, _FORMATS, t=f"{length_s:.3f}", reinit_filter=0,
                threads=1, **options,
            )
            .video.filter("setpts", f"PTS-STARTPTS+({shift_s:.4f})/TB")
            .filter(
                "scale", width, height, force_original_aspect_ratio="decrease",
                force_divisible_by=2, flags="bicubic",
            )
            .filter(
                "pad", width, height, "(ow-iw)/2", "(oh-ih)/2", color=_GROUND, eval="frame"
            )
            .filter("setsar", 1)
            .filter("format", "yuv420p")
            .filter("fps", piece.fps, start_time=0)
            .filter("tpad", stop_mode="clone", stop_duration=f"{piece.seconds + 1:.3f}")
            .filter("trim", end_frame=piece.frames)
        )  # fmt: skip

    def _still(self, piece: Piece, path: Path | None) -> Any:
        """A picture for as long as the piece lasts; without its file the bare ground."""
        if path is None or not path.is_file():
            return self._card(piece, None)
        still = source(
            path, "image2,webp_pipe,image2pipe", f="image2", pattern_type="none", loop=1,
            framerate=piece.fps, t=f"{piece.seconds + 1:.3f}",
        )  # fmt: skip
        return (
            still.video.filter(
                "scale", _WIDTH, _HEIGHT, force_original_aspect_ratio="decrease",
                force_divisible_by=2, flags="bicubic",
            )
            .filter("pad", _WIDTH, _HEIGHT, "(ow-iw)/2", "(oh-ih)/2", color=_GROUND)
            .filter("setsar", 1)
            .filter("format", "yuv420p")
            .filter("trim", end_frame=piece.frames)
        )  # fmt: skip

    def _card(self, piece: Piece, speaker: str | None) -> Any:
        """A plain tile with the speaker's initial. The letter goes through a file: nothing a
        person chose may be read as filter syntax."""
        name = self._names.get(speaker or "", "").strip()
        ground = f"color=c={_GROUND}:s={_WIDTH}x{_HEIGHT}:r={piece.fps}"
        node = ffmpeg.input(ground, format="lavfi", t=f"{piece.seconds + 1:.3f}").video
        if name:
            letter = self._pieces / f"initial-{piece.index:04d}.txt"
            letter.write_text(name[0].upper(), encoding="utf-8")
            colour = _CARD_COLOURS[sum(name.encode()) % len(_CARD_COLOURS)]
            side = 280
            node = node.drawbox(
                (_WIDTH - side) // 2, (_HEIGHT - side) // 2, side, side, color=f"0x{colour}",
                thickness="fill",
            ).filter(
                "drawtext", textfile=str(letter), expansion="none", fontsize=150,
                fontcolor="white", font="Sans", x="(w-text_w)/2", y="(h-text_h)/2",
            )  # fmt: skip
        return node.filter("format", "yuv420p").filter("trim", end_frame=piece.frames)

    def _join(self, pieces: Sequence[Piece], height: int) -> None:
        listing = self._pieces / f"pieces-{height}.txt"
        lines = [f"file '{self._path(piece, height).name}'" for piece in pieces]
        listing.write_text("ffconcat version 1.0\n" + "\n".join(lines) + "\n", encoding="utf-8")
        node = ffmpeg.input(str(listing), format="concat", safe=1, protocol_whitelist="file")
        path = self._out / f"{height}.mp4"
        run_ffmpeg(
            node.video.output(
                str(path), format="mp4", vcodec="copy", video_track_timescale=_TIMESCALE
            )
        )
