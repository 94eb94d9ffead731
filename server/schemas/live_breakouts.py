"""Breakout rooms: their rules are in docs/rules.md (BR1…)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.schemas.live_base import Command, Id, RoomId

LateRule = Literal["smallest", "main", "choose"]
"""where somebody goes who comes while rooms are open and belongs to none"""
DealRule = Literal["random", "groups", "airtime", "none"]
BreakoutState = Literal["draft", "open", "closing", "closed"]
"""closing: the countdown back to the main room runs"""


class DraftBreakouts(Command, tag="draft_breakouts"):
    """Facilitator: plan rooms, instead of any planned before. ``assignment``: participant →
    index of the room."""

    names: Annotated[list[Annotated[str, Meta(max_length=80)]], Meta(min_length=1, max_length=50)]
    tasks: Annotated[list[Annotated[str, Meta(max_length=1000)]], Meta(max_length=50)] = []
    assignment: dict[str, int] = {}
    duration_ms: int | None = None
    late: LateRule = "smallest"
    may_return: bool = True
    may_choose: bool = False
    room_size: int | None = None


class AssignBreakouts(Command, tag="assign_breakouts"):
    """Deal the learners who are here: at random, each group of ``groups`` (participant → group)
    spread over the rooms, by airtime, or none: everybody out of the rooms."""

    how: DealRule
    groups: dict[str, str] = {}
    is_rest_only: bool = False
    """only those who are in no room yet"""


class EditBreakoutRoom(Command, tag="edit_breakout_room"):
    room_id: RoomId
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    task: Annotated[str, Meta(max_length=1000)] = ""


class SaveBreakoutSet(Command, tag="save_breakout_set"):
    """Keep the rooms and who belongs to them for another time."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]


class DeleteBreakoutSet(Command, tag="delete_breakout_set"):
    set_id: Id


class OpenBreakouts(Command, tag="open_breakouts"):
    duration_ms: int | None = None
    """None: until they are closed"""


class ExtendBreakouts(Command, tag="extend_breakouts"):
    """Longer; also takes back a countdown."""

    extra_ms: int


class CloseBreakouts(Command, tag="close_breakouts"):
    countdown_ms: int = 30_000
    """0: at once"""


class MoveParticipant(Command, tag="move_participant"):
    """Facilitator: say where somebody belongs (``main``: to no room); at once when rooms are
    open."""

    participant_id: Id
    room_id: RoomId


class ChooseRoom(Command, tag="choose_room"):
    """Go into one's room, or into one of one's choice where that is allowed."""

    room_id: RoomId


class VisitRoom(Command, tag="visit_room"):
    """Facilitator: look into a room; answers its call for help."""

    room_id: RoomId


class ReturnToMain(Command, tag="return_to_main"):
    pass


class CallForHelp(Command, tag="call_for_help"):
    pass


class AnswerHelp(Command, tag="answer_help"):
    """A facilitator has helped, or the room takes its call back."""

    room_id: RoomId


class WriteRoomNotes(Command, tag="write_room_notes"):
    """The whole text. ``version`` is that of the notes it was written on."""

    text: Annotated[str, Meta(max_length=8000)]
    version: int = 0


class BroadcastText(Command, tag="broadcast_text"):
    text: Annotated[str, Meta(min_length=1, max_length=1000)]


class BroadcastVoice(Command, tag="broadcast_voice"):
    """One's own microphone is heard in every room, while it is on."""

    is_on: bool


BreakoutCommand = (
    DraftBreakouts
    | AssignBreakouts
    | EditBreakoutRoom
    | SaveBreakoutSet
    | DeleteBreakoutSet
    | OpenBreakouts
    | ExtendBreakouts
    | CloseBreakouts
    | MoveParticipant
    | ChooseRoom
    | VisitRoom
    | ReturnToMain
    | CallForHelp
    | AnswerHelp
    | WriteRoomNotes
    | BroadcastText
    | BroadcastVoice
)


class BreakoutRoomView(Struct):
    room_id: str
    name: str
    task: str
    participant_ids: list[str]
    """who belongs here; where they are now is in ``participants``"""
    notes: str
    """"" for who may not read them: they are the room's and the facilitators'"""
    notes_version: int
    notes_by: str | None


class HelpView(Struct):
    room_id: str
    participant_id: str
    called_at_ms: int
    place: int
    """in the list of rooms that wait, from 1"""


class BroadcastView(Struct):
    participant_id: str
    text: str
    at_ms: int


class BreakoutsView(Struct):
    breakout_id: str
    state: BreakoutState
    rooms: list[BreakoutRoomView]
    duration_ms: int | None
    late: LateRule
    may_return: bool
    may_choose: bool
    room_size: int | None
    opened_at_ms: int | None
    ends_at_ms: int | None
    closes_at_ms: int | None
    """when the countdown ends"""
    help: list[HelpView]
    """calls of the rooms one may follow"""
    voice_by: str | None
    """whose microphone is heard in every room"""
    broadcasts: list[BroadcastView]


class BreakoutSetRoomView(Struct):
    name: str
    task: str
    participant_ids: list[str]


class BreakoutSetView(Struct):
    set_id: str
    name: str
    rooms: list[BreakoutSetRoomView]


class ReturnedNotesView(Struct):
    room_id: str
    name: str
    task: str
    text: str
    at_ms: int


class RoomPartView(Struct):
    """What is in a room for those who are in it."""

    room_id: str
    notes: str
    notes_version: int
    notes_by: str | None
