"""Who may enter the rooms of a recording again (docs/rules.md, BR16, DB22).

Asked at every request: whoever opens a side's notes later opens what the side said with them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from server.services.ports import Unit
from server.services.records import RecordingRecord, Viewer

OpenDebates = Callable[[str], Awaitable[frozenset[str]]]
"""session → debates whose notes are open"""
Room = Mapping[str, Any]
"""of ``recording.json``"""


class RoomAccess:
    def __init__(self, open_debates: OpenDebates) -> None:
        self._open_debates = open_debates

    async def entered(
        self, unit: Unit, record: RecordingRecord, viewer: Viewer, rooms: Sequence[Room]
    ) -> list[Room]:
        """Those the viewer may enter. ``record`` was found watchable by them."""
        if not rooms:
            return []
        recording_id = record.summary.recording_id
        me = await unit.recordings.participants_of(recording_id, viewer)
        opened: frozenset[str] = frozenset()
        if any(room.get("debate_id") for room in rooms):
            opened = await self._open_debates(record.summary.session_id)
        return [
            room
            for room in rooms
            if not me.isdisjoint((*room.get("members", ()), *room["participant_ids"]))
            or (room["debate_id"] in opened if room.get("debate_id") else record.summary.can_edit)
        ]


def numbered(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rooms of a ``recording.json``; of an older one they are numbered as they stand."""
    return [{"number": number, **room} for number, room in enumerate(raw.get("rooms", ()))]


def marks_for(raw: Mapping[str, Any], entered: Sequence[Room]) -> list[Any]:
    """Without what was written in rooms the viewer may not enter."""
    own = {room["room_id"] for room in entered}
    own_names = {room["name"] for room in entered}

    def is_seen(mark: Mapping[str, Any]) -> bool:
        data = mark.get("data", {})
        if mark.get("kind") != "chat" or "room" not in data:
            return True
        # Marks of older recordings know the room's name alone.
        return data["room_id"] in own if "room_id" in data else data["room"] in own_names

    return [mark for mark in raw.get("marks", ()) if is_seen(mark)]
