"""Debates as one participant may see them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import msgspec

from server.domain.channels import side_channel
from server.domain.debate_afterwards import notes_for
from server.domain.debate_state import Debate, Note
from server.domain.state import Participant, SessionState
from server.schemas.live_debates import DebateView, NoteView

_OWN = frozenset({"own_ballots", "own_sheet", "notes"})
_SAME = tuple(
    one.name
    for one in msgspec.structs.fields(DebateView)
    if one.name not in _OWN and one.name in {field.name for field in fields(Debate)}
)
"""fields everybody sees as they are"""


def debates_view(state: SessionState, me: Participant) -> list[DebateView]:
    return [_view(debate, me) for debate in state.debates.values()]


def formats_view(state: SessionState) -> dict[str, dict[str, Any]]:
    return {one.format_key: dict(one.format) for one in state.debates.values()}


def _view(debate: Debate, me: Participant) -> DebateView:
    who = me.participant_id
    sheet = debate.sheet_of.get(who)
    same = {name: _plain(getattr(debate, name)) for name in _SAME}
    return DebateView(
        **same,
        own_ballots=[key for key, voters in debate.voters.items() if who in voters],
        own_sheet=None
        if sheet is None
        else {"points": dict(sheet.points), "ranks": dict(sheet.ranks)},
        notes=[_note(one) for one in notes_for(debate, who)],
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _note(note: Note) -> NoteView:
    return NoteView(note.note_id, note.side, note.participant_id, note.text, note.at_ms)


def notes_view(state: SessionState, me: Participant) -> dict[str, list[NoteView]]:
    """Debate → notes, where there are any."""
    found = {
        debate.debate_id: [_note(one) for one in notes_for(debate, me.participant_id)]
        for debate in state.debates.values()
    }
    return {debate_id: notes for debate_id, notes in found.items() if notes}


def side_channels(state: SessionState, who: Participant) -> tuple[str, ...]:
    """Of the sides this participant sits on."""
    return tuple(
        side_channel(debate.debate_id, side)
        for debate in state.debates.values()
        if (side := debate.side_of(who.participant_id)) is not None
    )
