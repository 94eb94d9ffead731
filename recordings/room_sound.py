"""Breakout rooms, and sides of debates by themselves, beside the recording, which follows the main
room (docs/rules.md, BR15, BR16).

Each has one mix and its pictures as they came, switched by an edit list of its own: nothing of a
room is encoded but its sound, so that fifty rooms cost little more than reading their captures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from recordings.capture import Scan
from recordings.edit_list import Epoch, Levels, Stills, board_id, edit_list, slide_id
from recordings.facts import Facts, LoggedBoard, LoggedRoom
from recordings.sound import mix
from recordings.spans import Span, Spans, both
from recordings.tracks import SoundTrack, VideoTrack, build_tracks


class Voice(Struct, frozen=True):
    """A microphone, ready for the speech engine and for finding who speaks."""

    sound: SoundTrack
    wav_path: str
    levels_path: str
    """.npy: dBFS of each 100 ms from the track's start"""
    gain_db: float


class RoomSound(Struct, frozen=True):
    """``start_ms`` and ``end_ms`` are recording time; everything else is the room's own, which
    begins at ``start_ms``. Paths are relative to the folder of the step."""

    room_id: str
    name: str
    task: str
    start_ms: int
    end_ms: int
    path: str | None
    """None: nobody was heard"""
    participant_ids: list[str]
    """who can be heard in it"""
    number: int = 0
    videos: list[VideoTrack] = []
    voices: list[Voice] = []
    epochs: list[Epoch] = []
    members: list[str] = []
    debate_id: str | None = None
    side: str | None = None
    name_de: str = ""
    boards: list[LoggedBoard] = []


def room_sounds(
    facts: Facts,
    scans: Sequence[Scan],
    out: Path,
    voice_of: Callable[[SoundTrack, Path], Voice],
) -> list[RoomSound]:
    return [
        _room(facts, room, number, scans, out, voice_of) for number, room in enumerate(facts.rooms)
    ]


def _room(
    facts: Facts,
    room: LoggedRoom,
    number: int,
    scans: Sequence[Scan],
    out: Path,
    voice_of: Callable[[SoundTrack, Path], Voice],
) -> RoomSound:
    wanted = [one for one in scans if _is_in(one, room)]
    name = f"rooms/{number}"
    folder = out / name
    start_ms, end_ms = round(room.span.start_ms), round(room.span.end_ms)
    found, heard, _ = build_tracks(replace(facts, allowed=room.allowed), wanted, folder)
    videos = [_moved(video, -start_ms) for video in found]
    sounds = [_moved_sound(sound, -start_ms) for sound in heard]
    voices = [voice_of(one, folder) for one in sounds if one.kind == "microphone"]
    gains = {voice.sound.track_id: voice.gain_db for voice in voices}
    path = None
    if sounds:
        tracks = [(sound, gains.get(sound.track_id, 0.0)) for sound in sounds]
        mix(tracks, folder, end_ms - start_ms, folder / "mix.flac", folder / "audio_mix.webm")
        # Nothing is composed of it.
        (folder / "mix.flac").unlink(missing_ok=True)
        path = f"{name}/audio_mix.webm"
    levels = {
        voice.sound.participant_id: Levels(
            voice.sound.start_ms, [float(x) for x in np.load(folder / voice.levels_path)]
        )
        for voice in voices
    }
    boards = _boards(room, start_ms)
    stills = _stills(facts, boards, Span(start_ms, end_ms))
    has_picture = bool(videos or stills.slides)
    epochs = edit_list(end_ms - start_ms, videos, levels, [], [], stills) if has_picture else []
    return RoomSound(
        room.room_id, room.name, room.task, start_ms, end_ms, path,
        sorted({sound.participant_id for sound in sounds}), number,
        [replace(video, path=f"{name}/{video.path}") for video in videos],
        [replace(voice, wav_path=f"{name}/{voice.wav_path}") for voice in voices],
        epochs, room.members, room.debate_id, room.side, room.name_de, boards,
    )  # fmt: skip


def _boards(room: LoggedRoom, start_ms: int) -> list[LoggedBoard]:
    return [replace(one, span=_shifted((one.span,), -start_ms)[0]) for one in room.boards]


def _stills(facts: Facts, boards: Sequence[LoggedBoard], room: Span) -> Stills:
    """What a room sees behind a screen that is shared in it: its whiteboard, whoever opens it, and
    the session's slides (SL4)."""
    slides = [
        (shown, slide_id(slide.deck_id, slide.page))
        for slide in facts.slides
        for shown in _shifted(both((slide.span,), (room,)), -round(room.start_ms))
    ]
    return Stills([*((one.span, board_id(one.picture_id)) for one in boards), *slides])


def _is_in(scanned: Scan, room: LoggedRoom) -> bool:
    """Somebody who may be in it, with a track that may: the rest need not be read."""
    return scanned.header.track in room.allowed.get(scanned.header.participant_id, {})


def _shifted(spans: Spans, by_ms: int) -> Spans:
    return tuple(Span(span.start_ms + by_ms, span.end_ms + by_ms) for span in spans)


def _moved(video: VideoTrack, by_ms: int) -> VideoTrack:
    return replace(
        video, start_ms=video.start_ms + by_ms, end_ms=video.end_ms + by_ms,
        spans=_shifted(video.spans, by_ms),
    )  # fmt: skip


def _moved_sound(sound: SoundTrack, by_ms: int) -> SoundTrack:
    return replace(
        sound, start_ms=sound.start_ms + by_ms, end_ms=sound.end_ms + by_ms,
        spans=_shifted(sound.spans, by_ms),
    )  # fmt: skip
