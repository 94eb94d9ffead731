"""What was said in breakout rooms: one mix a room, beside the recording, which follows the main
room (docs/rules.md, BR15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from recordings.capture import Scan
from recordings.facts import Facts, LoggedRoom
from recordings.sound import mix
from recordings.tracks import SoundTrack, build_tracks

_SOUND = ("microphone", "screen_audio")


class RoomSound(Struct, frozen=True):
    """``start_ms`` and ``end_ms`` are recording time; the file begins at ``start_ms``."""

    room_id: str
    name: str
    task: str
    start_ms: int
    end_ms: int
    path: str
    participant_ids: list[str]
    """who can be heard in it"""


def room_sounds(
    facts: Facts,
    scans: Sequence[Scan],
    out: Path,
    gain_of: Callable[[SoundTrack, Path], float],
) -> list[RoomSound]:
    """Rooms in which nobody was heard have none. Paths are relative to ``out``."""
    heard = [scanned for scanned in scans if scanned.header.track in _SOUND]
    made: list[RoomSound] = []
    for number, room in enumerate(facts.rooms):
        sound = _room(facts, room, heard, out, f"rooms/{number}", gain_of)
        if sound is not None:
            made.append(sound)
    return made


def _room(
    facts: Facts,
    room: LoggedRoom,
    scans: Sequence[Scan],
    out: Path,
    name: str,
    gain_of: Callable[[SoundTrack, Path], float],
) -> RoomSound | None:
    wanted = [one for one in scans if one.header.participant_id in room.allowed]
    folder = out / name
    _, sounds, _ = build_tracks(replace(facts, allowed=room.allowed), wanted, folder)
    if not sounds:
        return None
    start_ms, end_ms = round(room.span.start_ms), round(room.span.end_ms)
    tracks = [
        (replace(sound, start_ms=sound.start_ms - start_ms), gain_of(sound, folder))
        for sound in sounds
    ]
    mix(tracks, folder, end_ms - start_ms, folder / "mix.flac", folder / "audio_mix.webm")
    return RoomSound(
        room.room_id, room.name, room.task, start_ms, end_ms, f"{name}/audio_mix.webm",
        sorted({sound.participant_id for sound in sounds}),
    )  # fmt: skip
