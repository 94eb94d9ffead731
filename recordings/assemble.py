"""Captures and log to tracks, their levels and one mix: all a provisional recording needs.

Pictures are copied in this process while sound is decoded in ffmpeg's, at most two at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from msgspec import Struct

from recordings.capture import scan_all
from recordings.facts import Facts
from recordings.room_sound import RoomSound, Voice, room_sounds
from recordings.sound import gain_db, levels_of, mix, straighten
from recordings.tracks import CaptureCount, SoundTrack, VideoTrack, build_tracks

PARALLEL = 2


class Assembled(Struct, frozen=True):
    duration_ms: int
    videos: list[VideoTrack]
    sounds: list[SoundTrack]
    voices: list[Voice]
    mix_flac: str
    mix_webm: str
    counts: list[CaptureCount]
    unreadable: list[str]
    rooms: list[RoomSound] = []


def assemble(
    facts: Facts, captures: Path, out: Path, progress: Callable[[float], None]
) -> Assembled:
    """Write tracks, WAVs and the mix into ``out``; paths in the result are relative to it."""
    allowed_ids = {capture.capture_id for capture in facts.captures}
    scans, bad = scan_all(sorted(captures.glob("*.rtp")) if captures.is_dir() else [])
    # A file the log does not know, or of someone without consent, is not touched further.
    scans = [scanned for scanned in scans if scanned.header.capture_id in allowed_ids]
    progress(0.05)
    videos, sounds, counts = build_tracks(facts, scans, out)
    progress(0.4)
    microphones = [sound for sound in sounds if sound.kind == "microphone"]
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="straighten") as pool:
        voices = list(pool.map(lambda sound: _voice(sound, out), microphones))
    progress(0.6)
    gains = {voice.sound.track_id: voice.gain_db for voice in voices}
    mix(
        [(sound, gains.get(sound.track_id, 0.0)) for sound in sounds], out,
        facts.duration_ms, out / "mix.flac", out / "audio_mix.webm",
        lambda share: progress(0.6 + 0.35 * share),
    )  # fmt: skip
    rooms = room_sounds(facts, scans, out, _voice)
    progress(1.0)
    return Assembled(
        facts.duration_ms, videos, sounds, voices, "mix.flac", "audio_mix.webm", counts,
        [str(error) for error in bad], rooms,
    )  # fmt: skip


def _voice(sound: SoundTrack, out: Path) -> Voice:
    wav = out / f"{sound.track_id}.wav"
    straighten(out / sound.path, wav)
    levels = levels_of(wav)
    levels_path = out / f"{sound.track_id}.levels.npy"
    np.save(levels_path, levels)
    return Voice(sound, wav.name, levels_path.name, gain_db(levels))
