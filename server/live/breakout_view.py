"""Breakout rooms as one participant may see them (docs/rules.md, BR13)."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.breakout import rooms_followed
from server.domain.breakout_state import BreakoutRoom, Breakouts
from server.domain.state import Participant, SessionState
from server.schemas.live_breakouts import (
    BreakoutRoomView,
    BreakoutSetRoomView,
    BreakoutSetView,
    BreakoutsView,
    BroadcastView,
    HelpView,
    ReturnedNotesView,
    RoomPartView,
)


def breakouts_view(state: SessionState, me: Participant) -> BreakoutsView | None:
    """Planned and closed sets are the facilitators' business."""
    breakouts = state.breakouts
    if breakouts is None or not (breakouts.is_open or me.role == "facilitator"):
        return None
    followed = rooms_followed(state, me)
    return BreakoutsView(
        breakout_id=breakouts.breakout_id,
        state=breakouts.stage,
        rooms=[_room(room, room.room_id in followed) for room in breakouts.rooms],
        duration_ms=breakouts.duration_ms,
        late=breakouts.late,
        may_return=breakouts.may_return,
        may_choose=breakouts.may_choose,
        room_size=breakouts.room_size,
        opened_at_ms=breakouts.opened_at_ms,
        ends_at_ms=breakouts.ends_at_ms,
        closes_at_ms=breakouts.closes_at_ms,
        help=help_views(breakouts, followed),
        voice_by=breakouts.voice_by,
        broadcasts=[
            BroadcastView(said.participant_id, said.text, said.at_ms)
            for said in breakouts.broadcasts
        ],
    )


def _room(room: BreakoutRoom, is_followed: bool) -> BreakoutRoomView:
    return BreakoutRoomView(
        room_id=room.room_id,
        name=room.name,
        task=room.task,
        participant_ids=list(room.participant_ids),
        notes=room.notes if is_followed else "",
        notes_version=room.notes_version if is_followed else 0,
        notes_by=room.notes_by if is_followed else None,
    )


def help_views(breakouts: Breakouts, followed: Sequence[str]) -> list[HelpView]:
    return [
        HelpView(call.room_id, call.participant_id, call.called_at_ms, place)
        for place, call in enumerate(breakouts.help, 1)
        if call.room_id in followed
    ]


def sets_view(state: SessionState, me: Participant) -> list[BreakoutSetView]:
    if me.role != "facilitator":
        return []
    return [
        BreakoutSetView(
            one.set_id,
            one.name,
            [
                BreakoutSetRoomView(room.name, room.task, list(room.participant_ids))
                for room in one.rooms
            ],
        )
        for one in state.breakout_sets
    ]


def returned_view(state: SessionState) -> list[ReturnedNotesView]:
    return [
        ReturnedNotesView(one.room_id, one.name, one.task, one.text, one.at_ms)
        for one in state.returned_notes
    ]


def room_parts(state: SessionState, me: Participant) -> list[RoomPartView]:
    breakouts = state.breakouts
    if breakouts is None:
        return []
    followed = rooms_followed(state, me)
    return [
        RoomPartView(room.room_id, room.notes, room.notes_version, room.notes_by)
        for room in breakouts.rooms
        if room.room_id in followed
    ]
