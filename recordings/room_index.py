"""What search finds of breakout rooms: what was said and drawn in them, and their chapters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from recordings.boards import lines_of
from recordings.ports import IndexedRoom
from recordings.room_sound import RoomSound
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Transcript

INDEX_FORMAT = 1
"""Raise it when the index holds something else: recordings in another are indexed again."""
Line = tuple[str, int, str, str]


def lines(
    segments: Sequence[Segment], chapters: Sequence[Chapter], drawn: Iterable[tuple[int, str]]
) -> list[Line]:
    """``(kind, at, speaker, text)``, in the room's own time."""
    return [
        *(
            ("segment", one.start_ms, one.speaker_name, " ".join(word.text for word in one.words))
            for one in segments
        ),
        *(("chapter", one.start_ms, ", ".join(one.speaker_names), one.title) for one in chapters),
        *(("shown", at_ms, "", text) for at_ms, text in drawn),
    ]


def indexed_rooms(
    rooms: Sequence[RoomSound],
    said: Mapping[int, Transcript],
    chapters: Mapping[int, Sequence[Chapter]],
    drawn: Path,
    opened: Collection[str],
) -> list[IndexedRoom]:
    """Those in which there is something to hear or to read; ``opened``: debates whose notes are
    open."""
    found: list[IndexedRoom] = []
    for room in rooms:
        transcript = said.get(room.number)
        read = lines(
            transcript.segments if transcript is not None else (),
            chapters.get(room.number, ()),
            lines_of(drawn, room.boards),
        )
        if room.path is None and not read:
            continue
        found.append(
            IndexedRoom(
                room.number, room.name, room.name_de, room.debate_id, room.debate_id in opened,
                frozenset((*room.members, *room.participant_ids)), tuple(read),
            )
        )  # fmt: skip
    return found
