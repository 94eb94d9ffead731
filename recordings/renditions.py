"""What people play and download: HLS in two heights, one mp4 with chapters, small pictures.

Pictures come composed; here they are only joined with the sound and cut into segments, so
720p and 360p have the same segment boundaries. The master playlist is our own: ffmpeg's has no
CODECS, without which a player must fetch a segment of each rendition to learn what it may show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import ffmpeg
from msgspec import Struct

from recordings.compose import HEIGHTS
from recordings.edit_list import grid_length_ms
from recordings.process import run_ffmpeg, source
from server.schemas.recordings import Chapter

SEGMENT_S = 4
_SPRITE_COLUMNS = 10
_SPRITE_WIDTH, _SPRITE_HEIGHT = 160, 90
_MAX_SPRITES = 100
_AAC = "mp4a.40.2"
_MP4 = "mov,mp4,m4a"


class Renditions(Struct, frozen=True):
    master: str
    download: str
    storyboard: str | None
    thumbnails: list[str]
    """one a chapter, in order"""
    thumbnail: str | None
    duration_ms: int


def render(
    composed: Path, mix: Path, chapters: Sequence[Chapter], title: str, duration_ms: int,
    out: Path, progress: Callable[[float], None],
) -> Renditions:  # fmt: skip
    """``composed`` holds ``720.mp4`` and ``360.mp4``; all is written into ``out``."""
    length_s = grid_length_ms(duration_ms) / 1000
    sound = out / "sound.m4a"
    run_ffmpeg(
        source(mix, "flac")
        .audio.filter("apad", whole_dur=f"{length_s:.3f}")
        .filter("atrim", end=f"{length_s:.3f}")
        .output(str(sound), format="mp4", acodec="aac", audio_bitrate="80k", ar=48_000, ac=1),
        duration_s=length_s,
        on_progress=lambda share: progress(0.4 * share),
    )
    variants = [_segment(composed / f"{height}.mp4", sound, height, out) for height in HEIGHTS]
    (out / "hls" / "master.m3u8").write_text(_master(variants), encoding="utf-8")
    progress(0.6)
    _download(composed / "720.mp4", sound, chapters, title, out)
    sound.unlink()
    progress(0.7)
    storyboard = _storyboard(composed / "360.mp4", length_s, out)
    progress(0.85)
    thumbnails = _thumbnails(composed / "720.mp4", chapters, length_s, out)
    progress(1.0)
    return Renditions(
        "hls/master.m3u8", "download.mp4", storyboard, thumbnails[1:], thumbnails[0],
        round(length_s * 1000),
    )  # fmt: skip


class _Variant(Struct, frozen=True):
    height: int
    width: int
    playlist: str
    codecs: str
    peak: int
    average: int
    fps: float


def _segment(picture: Path, sound: Path, height: int, out: Path) -> _Variant:
    folder = out / "hls" / f"{height}p"
    folder.mkdir(parents=True)
    inputs = [source(picture, _MP4).video, source(sound, _MP4).audio]
    run_ffmpeg(
        ffmpeg.output(
            *inputs, str(folder / "index.m3u8"), format="hls", c="copy", hls_time=SEGMENT_S,
            hls_playlist_type="vod", hls_segment_type="fmp4", hls_flags="independent_segments",
            hls_fmp4_init_filename="init.mp4", hls_segment_filename=str(folder / "s%05d.m4s"),
        )
    )  # fmt: skip
    rates, octets, seconds = [], 0, 0.0
    length = 0.0
    for line in (folder / "index.m3u8").read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXTINF:"):
            length = float(line[8:].split(",")[0])
        elif line and not line.startswith("#"):
            size = (folder / line).stat().st_size
            octets += size
            seconds += length
            rates.append(size * 8 / max(length, 0.2))
    with av.open(str(picture)) as container:
        stream = container.streams.video[0]
        extra = stream.codec_context.extradata or b""
        codec = f"avc1.{extra[1:4].hex().upper()}"
        width, fps = stream.codec_context.width, float(stream.average_rate or 25)
    return _Variant(
        height, width, f"{height}p/index.m3u8", f"{codec},{_AAC}", math.ceil(max(rates)),
        math.ceil(octets * 8 / max(seconds, 0.2)), fps,
    )  # fmt: skip


def _master(variants: Sequence[_Variant]) -> str:
    """RFC 8216 §4.3.4.2."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for v in variants:
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={v.peak},AVERAGE-BANDWIDTH={v.average},"
            f'CODECS="{v.codecs}",RESOLUTION={v.width}x{v.height},FRAME-RATE={v.fps:.3f}'
        )
        lines.append(v.playlist)
    return "\n".join(lines) + "\n"


def _metadata(text: str) -> str:
    """ffmetadata: these five characters are special, and a backslash at the end of a line would
    join it with the next however it is escaped."""
    text = text.rstrip("\\")
    for special in "\\=;#\n":
        text = text.replace(special, "\\" + special)
    return text


def _download(
    picture: Path, sound: Path, chapters: Sequence[Chapter], title: str, out: Path
) -> None:
    lines = [";FFMETADATA1", f"title={_metadata(title)}"]
    for chapter in chapters:
        lines += [
            "[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start_ms}", f"END={chapter.end_ms}",
            f"title={_metadata(chapter.title)}",
        ]  # fmt: skip
    listing = out / "chapters.ffmeta"
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    node = ffmpeg.output(
        source(picture, _MP4).video, source(sound, _MP4).audio, str(out / "download.mp4"),
        format="mp4", c="copy", movflags="+faststart", map_metadata=2, map_chapters=2,
    )  # fmt: skip
    # ffmpeg-python knows only inputs of which a stream is mapped; the metadata file has none.
    run_ffmpeg(node, extra_input=["-protocol_whitelist", "file", "-f", "ffmetadata",
                                  "-i", str(listing)])  # fmt: skip
    listing.unlink()


def _timestamp(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _storyboard(picture: Path, length_s: float, out: Path) -> str | None:
    """One sprite of small pictures and a WebVTT map (media fragments ``xywh``)."""
    every_s = max(2, math.ceil(length_s / _MAX_SPRITES / 2) * 2)
    count = max(1, math.ceil(length_s / every_s))
    rows = math.ceil(count / _SPRITE_COLUMNS)
    columns = min(count, _SPRITE_COLUMNS)
    # Keyframes lie at least every two seconds: decoding those alone costs a fiftieth.
    run_ffmpeg(
        source(picture, _MP4, skip_frame="nokey")
        .video.filter("fps", f"1/{every_s}", start_time=0, round="up")
        .filter("scale", _SPRITE_WIDTH, _SPRITE_HEIGHT)
        .filter("tpad", stop_mode="clone", stop=columns * rows)
        .filter("trim", end_frame=columns * rows)
        .filter("tile", f"{columns}x{rows}")
        .output(str(out / "storyboard.webp"), vcodec="libwebp", quality=60, **{"frames:v": 1})
    )
    lines = ["WEBVTT", ""]
    for index in range(count):
        start, end = index * every_s, min((index + 1) * every_s, length_s)
        x = index % _SPRITE_COLUMNS * _SPRITE_WIDTH
        y = index // _SPRITE_COLUMNS * _SPRITE_HEIGHT
        lines += [
            f"{_timestamp(start)} --> {_timestamp(end)}",
            f"storyboard.webp#xywh={x},{y},{_SPRITE_WIDTH},{_SPRITE_HEIGHT}",
            "",
        ]
    (out / "storyboard.vtt").write_text("\n".join(lines), encoding="utf-8")
    return "storyboard.vtt"


def _thumbnails(
    picture: Path, chapters: Sequence[Chapter], length_s: float, out: Path
) -> list[str]:
    """The recording's own, then one a chapter: a little after it starts, past the change."""
    folder = out / "thumbs"
    folder.mkdir(exist_ok=True)
    wanted = [("recording", min(length_s / 3, 60.0))]
    wanted += [
        (f"chapter-{index + 1:02}", min(chapter.start_ms / 1000 + 1.5, chapter.end_ms / 1000 - 0.2))
        for index, chapter in enumerate(chapters)
    ]
    names: list[str] = []
    for name, at_s in wanted:
        at_s = max(0.0, min(at_s, length_s - 0.2))
        run_ffmpeg(
            source(picture, _MP4, ss=f"{at_s:.3f}")
            .video.filter("scale", 640, 360)
            .output(str(folder / f"{name}.webp"), vcodec="libwebp", quality=70, **{"frames:v": 1})
        )
        names.append(f"thumbs/{name}.webp")
    return names
