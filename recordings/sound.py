"""The sound of a recording: tracks on a straight clock, their levels, and one mix of them all.

``aresample`` fills what was not sent with silence and keeps sample n at n / rate: other ways of
decoding drift by 75 to 3000 ms over a class (docs/architecture.md). ``min_hard_comp`` is below
the length of a packet, so one lost packet already becomes silence of its own length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from recordings.process import run_ffmpeg, source
from recordings.tracks import SoundTrack

SPEECH_RATE = 16_000
MIX_RATE = 48_000
LEVEL_MS = 100
SILENCE_DB = -90.0
_SPEECH_DB = -20.0
"""RMS of speech that every microphone is brought to"""
_GAIN_LIMITS_DB = (-12.0, 15.0)
_GATE_DB = -50.0
_WEBM = "matroska,webm"
OPUS_LOOK_AHEAD_MS = 6.5
"""what is in a packet was said this much before the packet's timestamp"""
_LIMITER_MS = 1.0
"""look-ahead of the limiter, which ffmpeg 5 does not take off again"""
_EARLY_MS = OPUS_LOOK_AHEAD_MS + _LIMITER_MS


def _straight(node: Any, rate: int) -> Any:
    return node.filter(
        "aresample", rate, **{"async": 1, "min_hard_comp": 0.01, "first_pts": 0}
    ).filter("aformat", channel_layouts="mono", sample_rates=rate)


def straighten(track: Path, out: Path) -> None:
    """A track's sound as 16-bit mono WAV at 16 kHz; sample 0 is the track's start."""
    node = _straight(source(track, _WEBM).audio, SPEECH_RATE)
    run_ffmpeg(node.output(str(out), format="wav", acodec="pcm_s16le"))


def levels_of(wav: Path) -> NDArray[np.float32]:
    """RMS in dBFS of each 100 ms of a file that ``straighten`` wrote."""
    offset = _data_offset(wav)
    if wav.stat().st_size <= offset:
        return np.zeros(0, dtype=np.float32)
    samples = np.memmap(wav, dtype="<i2", mode="r", offset=offset)
    size = SPEECH_RATE * LEVEL_MS // 1000
    blocks = len(samples) // size
    levels = np.full(blocks, SILENCE_DB, dtype=np.float32)
    for start in range(0, blocks, 6000):  # ten minutes at a time
        part = samples[start * size : min(start + 6000, blocks) * size]
        power = (part.astype(np.float32).reshape(-1, size) ** 2).mean(axis=1) / 32768.0**2
        levels[start : start + len(power)] = 10 * np.log10(np.maximum(power, 1e-9))
    return levels


def _data_offset(wav: Path) -> int:
    with wav.open("rb") as file:
        head = file.read(4096)
    at = head.index(b"data")
    return at + 8


def gain_db(levels: NDArray[np.float32]) -> float:
    """What brings a microphone's speech to the common loudness; 0 for one that never spoke."""
    loud = levels[levels > _GATE_DB]
    if len(loud) < 3:
        return 0.0
    speech = loud[loud > 10 * np.log10(np.mean(10 ** (loud / 10))) - 10]
    rms = 10 * np.log10(np.mean(10 ** (speech / 10)))
    return float(np.clip(_SPEECH_DB - rms, *_GAIN_LIMITS_DB))


def mix(
    tracks: Sequence[tuple[SoundTrack, float]], folder: Path, duration_ms: float, flac: Path,
    webm: Path, on_progress: Callable[[float], None] | None = None,
) -> None:  # fmt: skip
    """All tracks at their offsets with their gains, limited, exactly ``duration_ms`` long: once
    without loss for composing, once as Opus for the provisional player."""
    seconds = duration_ms / 1000
    if tracks:
        nodes = [
            _straight(source(folder / track.path, _WEBM).audio, MIX_RATE)
            .filter("volume", f"{gain:.2f}dB")
            .filter("adelay", f"{max(0.0, track.start_ms - _EARLY_MS):.1f}", all=1)
            for track, gain in tracks
        ]
        node = (
            ffmpeg.filter(nodes, "amix", inputs=len(nodes), normalize=0, dropout_transition=0)
            if len(nodes) > 1
            else nodes[0]
        )
        node = node.filter("alimiter", limit=0.95, attack=_LIMITER_MS, release=50, level=0)
        node = node.filter("apad", whole_dur=f"{seconds:.3f}")
    else:
        node = ffmpeg.input(
            f"anullsrc=channel_layout=mono:sample_rate={MIX_RATE}", format="lavfi", t=seconds
        ).audio
    split = node.filter("atrim", end=f"{seconds:.3f}").filter_multi_output("asplit", 2)
    outputs = ffmpeg.merge_outputs(
        split[0].output(
            str(flac), format="flac", acodec="flac", ar=MIX_RATE, ac=1, sample_fmt="s16",
            compression_level=2,
        ),
        split[1].output(
            str(webm), format="webm", acodec="libopus", ar=MIX_RATE, ac=1, audio_bitrate="64k",
            compression_level=5, cluster_time_limit=2000,
        ),
    )  # fmt: skip
    run_ffmpeg(outputs, duration_s=seconds, on_progress=on_progress)
