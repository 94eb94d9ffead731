"""Whiteboards in the recording: which picture of one stood on the stage when (WB7, WB10).

A picture says since when the whiteboard has looked like this; it may come after the whiteboard was
closed. So pictures are put into the stretches in which it was open once all are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from server.domain import whiteboard_events as we
from server.domain.events import Event

FIRST_LOOK_MS = 10_000
"""The first picture is asked for when somebody has opened the whiteboard: for so long before it the
whiteboard looked nearly like this, and nothing else is known."""
LOOKED_AT_MS = 120_000
"""A room's whiteboard is closed by nobody: so long after the last change it has the room's stage.
"""


@dataclass(frozen=True, slots=True)
class BoardShown:
    """Session time."""

    picture_id: str
    from_ms: int
    to_ms: int
    opened_ms: int
    """when the whiteboard was opened that is seen"""


class BoardWalk:
    def __init__(self) -> None:
        self._opened: list[tuple[int, int | None]] = []
        self._pictures: list[tuple[int, str]] = []
        self._in_rooms: dict[str, list[tuple[int, str]]] = {}

    def note(self, event: Event) -> None:
        match event.body:
            case we.WhiteboardOpened():
                self._opened.append((event.at_ms, None))
            case we.WhiteboardClosed() if self._opened:
                self._opened[-1] = (self._opened[-1][0], event.at_ms)
            case we.WhiteboardPictured() as picture:
                pictures = self._pictures
                if picture.room_id is not None:
                    pictures = self._in_rooms.setdefault(picture.room_id, [])
                pictures.append((picture.from_ms, picture.picture_id))
            case _:
                pass

    def finish(self, end_ms: int) -> tuple[BoardShown, ...]:
        pictures = sorted(self._pictures, key=lambda one: one[0])
        shown: list[BoardShown] = []
        for opened_ms, closed in self._opened:
            closed_ms = end_ms if closed is None else closed
            before = [one for one in pictures if one[0] <= opened_ms]
            within = [one for one in pictures if opened_ms < one[0] <= closed_ms]
            if before:
                within.insert(0, (opened_ms, before[-1][1]))
            elif within:
                first_ms, picture_id = within[0]
                within[0] = (max(opened_ms, first_ms - FIRST_LOOK_MS), picture_id)
            if not within:
                continue
            ends = [from_ms for from_ms, _ in within[1:]] + [closed_ms]
            shown += [
                BoardShown(picture_id, from_ms, to_ms, opened_ms)
                for (from_ms, picture_id), to_ms in zip(within, ends, strict=True)
                if from_ms < to_ms
            ]
        return tuple(shown)

    def in_room(self, room_id: str, from_ms: int, to_ms: int) -> tuple[BoardShown, ...]:
        """Of a breakout room's own, while the room was open: from a change to the next one."""
        drawn = sorted(self._in_rooms.get(room_id, ()), key=lambda one: one[0])
        drawn = [one for one in drawn if from_ms <= one[0] <= to_ms]
        return tuple(
            BoardShown(picture_id, at_ms, min(next_ms, at_ms + LOOKED_AT_MS), from_ms)
            for (at_ms, picture_id), (next_ms, _) in pairwise([*drawn, (to_ms, "")])
            if at_ms < next_ms
        )
