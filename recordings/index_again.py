"""The index of rooms for recordings that an older version published.

Made from the published files alone: nothing is decoded, transcribed or drawn again, so it takes
milliseconds a recording and needs neither captures nor work folder. What an older version did not
write down, such as what was said in rooms before they had transcripts, is not found by it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from recordings.boards import first_seen
from recordings.ports import EventSource, Folders, IndexedRoom, Job, RecordingsStore
from recordings.room_index import INDEX_FORMAT, lines
from server.domain.session import fold
from server.schemas.recordings import Chapter, RecordedBoard
from server.schemas.transcripts import Transcript


class _Room(Struct):
    """Of a ``recording.json`` of any version."""

    name: str
    audio_url: str | None
    participant_ids: list[str]
    number: int | None = None
    name_de: str = ""
    debate_id: str | None = None
    members: list[str] = []
    boards: list[RecordedBoard] = []
    chapters: list[Chapter] = []


class _Recording(Struct):
    rooms: list[_Room] = []


class IndexAgain:
    def __init__(self, store: RecordingsStore, source: EventSource, folders: Folders) -> None:
        self._store = store
        self._source = source
        self._folders = folders

    def due(self) -> list[Job]:
        return list(self._store.outdated_indexes(INDEX_FORMAT))

    def make(self, job: Job) -> int:
        """How many rooms were indexed. It may be repeated; a version that was published
        meanwhile has an index of its own and keeps it."""
        row = self._store.load(job.recording_id)
        if row is None or row.version is None:
            return 0
        folder = self._folders.version(job.recording_id, row.version)
        raw = (folder / "recording.json").read_bytes()
        rooms = msgspec.json.decode(raw, type=_Recording).rooms
        while True:
            opened = self._opened(job, rooms)
            found = [
                one
                for number, room in enumerate(rooms)
                if (one := _indexed(room, number, folder, opened)) is not None
            ]
            self._store.index_rooms(job.recording_id, row.version, found, INDEX_FORMAT)
            # Whoever opens notes writes the log first and then the index, which was not there.
            if self._opened(job, rooms) == opened:
                return len(found)

    def _opened(self, job: Job, rooms: list[_Room]) -> frozenset[str]:
        """Debates whose notes are open; only asked where a side was by itself."""
        if all(room.debate_id is None for room in rooms):
            return frozenset()
        state = fold(job.session_id, self._source.events(job.session_id))
        return frozenset(key for key, one in state.debates.items() if one.are_notes_open)


def _indexed(room: _Room, number: int, folder: Path, opened: frozenset[str]) -> IndexedRoom | None:
    """Rooms of older versions are numbered as they stand."""
    number = number if room.number is None else room.number
    path = folder / "rooms" / str(number) / "transcript.json"
    segments = (
        msgspec.json.decode(path.read_bytes(), type=Transcript).segments if path.exists() else []
    )
    drawn = first_seen((board.start_ms, board.text) for board in room.boards)
    read = lines(segments, room.chapters, drawn)
    if room.audio_url is None and not read:
        return None
    return IndexedRoom(
        number, room.name, room.name_de, room.debate_id, room.debate_id in opened,
        frozenset((*room.members, *room.participant_ids)), tuple(read),
    )  # fmt: skip
