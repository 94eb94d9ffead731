"""Events of breakout rooms (docs/rules.md, BR)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from server.domain.event_fields import OPTIONAL

LateRule = Literal["smallest", "main", "choose"]
"""where somebody goes who comes while breakout rooms are open and belongs to none"""
DealRule = Literal["random", "groups", "airtime", "none"]
"""how people are dealt out to breakout rooms; none: everybody out of them"""


@dataclass(frozen=True, slots=True)
class BreakoutsDrafted:
    """``rooms``: ``{room_id, name, task, participant_ids}`` each. Takes the place of any set
    before."""

    breakout_id: str
    rooms: tuple[Mapping[str, Any], ...]
    duration_ms: int | None
    late: LateRule
    may_return: bool
    may_choose: bool
    room_size: int | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class BreakoutsAssigned:
    """Dealt out; ``seed`` deals the same people the same way again."""

    breakout_id: str
    rooms: tuple[Mapping[str, Any], ...]
    how: DealRule
    seed: str


@dataclass(frozen=True, slots=True)
class BreakoutAssigned:
    """One person's room in a set that is not open; None: none."""

    participant_id: str
    room_id: str | None


@dataclass(frozen=True, slots=True)
class BreakoutRoomEdited:
    room_id: str
    name: str
    task: str


@dataclass(frozen=True, slots=True)
class BreakoutSetSaved:
    set_id: str
    name: str
    rooms: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class BreakoutSetDeleted:
    set_id: str


@dataclass(frozen=True, slots=True)
class BreakoutsOpened:
    """Everybody who is here goes to the room they belong to."""

    breakout_id: str
    rooms: tuple[Mapping[str, Any], ...]
    ends_at_ms: int | None
    late: LateRule
    may_return: bool
    may_choose: bool
    room_size: int | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class BreakoutsExtended:
    """Also takes a countdown back."""

    ends_at_ms: int


@dataclass(frozen=True, slots=True)
class BreakoutsWarned:
    left_ms: int


@dataclass(frozen=True, slots=True)
class BreakoutsClosing:
    closes_at_ms: int


@dataclass(frozen=True, slots=True)
class BreakoutsClosed:
    """Everybody who was in one of the rooms is in the main room again."""

    breakout_id: str


@dataclass(frozen=True, slots=True)
class ParticipantMoved:
    """Into another room, by somebody or (None) by the server. ``keeps_place``: they go on
    belonging where they did."""

    participant_id: str
    room_id: str
    by: str | None
    keeps_place: bool


@dataclass(frozen=True, slots=True)
class HelpCalled:
    """``place`` in the list of rooms that wait, from 1."""

    room_id: str
    participant_id: str
    place: int


@dataclass(frozen=True, slots=True)
class HelpPlaceChanged:
    room_id: str
    place: int


@dataclass(frozen=True, slots=True)
class HelpAnswered:
    room_id: str
    by: str


@dataclass(frozen=True, slots=True)
class RoomNotesWritten:
    room_id: str
    participant_id: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class RoomNotesReturned:
    """What a room wrote comes back to the main room."""

    room_id: str
    name: str
    task: str
    text: str


@dataclass(frozen=True, slots=True)
class BroadcastSent:
    """A facilitator writes to all rooms."""

    participant_id: str
    text: str


@dataclass(frozen=True, slots=True)
class BroadcastVoiceChanged:
    """Whose microphone is heard in every room; None: nobody's."""

    participant_id: str | None


BreakoutBody = (
    BreakoutsDrafted
    | BreakoutsAssigned
    | BreakoutAssigned
    | BreakoutRoomEdited
    | BreakoutSetSaved
    | BreakoutSetDeleted
    | BreakoutsOpened
    | BreakoutsExtended
    | BreakoutsWarned
    | BreakoutsClosing
    | BreakoutsClosed
    | ParticipantMoved
    | HelpCalled
    | HelpPlaceChanged
    | HelpAnswered
    | RoomNotesWritten
    | RoomNotesReturned
    | BroadcastSent
    | BroadcastVoiceChanged
)
