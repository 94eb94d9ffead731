"""What a side does by itself: preparation from its pool, and notes (docs/rules.md, DB)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.channels import side_channel
from server.domain.debate_access import find, is_chair, require_side
from server.domain.debate_clock import Progress
from server.domain.debate_state import SECOND, Note
from server.domain.errors import Conflict, NotFound
from server.domain.state import SessionState

LONGEST_NOTE = 2000
MOST_NOTES = 300


def use_prep(state: SessionState, command: dc.UsePrep, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    if all(side.id != command.side for side in debate.form.sides):
        raise NotFound("side_not_found", "This format has no such side.")
    if not is_chair(debate, ask):
        require_side(debate, ask, command.side)
    if not debate.form.pool_s:
        raise Conflict("no_pools", "This format has no preparation between speeches.")
    if debate.is_behind or (debate.has_begun_part and debate.since_ms is None and debate.used_ms):
        raise Conflict("not_between", "Preparation is taken between speeches.")
    if debate.since_ms is not None:
        raise Conflict("not_between", "Preparation is taken between speeches.")
    if debate.pool_side is not None:
        raise Conflict("pool_going_on", "A side is already preparing.")
    if debate.pools.get(command.side, 0) >= debate.form.pool_s * SECOND:
        raise Conflict("pool_empty", "This side has used up its preparation.")
    return [Change(de.DebatePrepStarted(debate.debate_id, command.side, ask.now_ms))]


def end_prep(state: SessionState, command: dc.EndPrep, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id)
    if debate.pool_side is None:
        return []
    if not is_chair(debate, ask):
        require_side(debate, ask, debate.pool_side)
    progress = Progress(state, debate, ask.now_ms)
    progress.stop_pool(ask.now_ms)
    return progress.changes


# ---- notes -----------------------------------------------------------------------------------


def write_note(state: SessionState, command: dc.WriteNote, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "planned", "preparing", "running")
    side = require_side(debate, ask)
    if debate.are_notes_open:
        raise Conflict("notes_are_open", "The notes are open to everybody now.")
    if sum(note.side == side for note in debate.notes) >= MOST_NOTES:
        raise Conflict("too_many_notes", f"A side has at most {MOST_NOTES} notes.")
    text = clean_text(command.text, "text", LONGEST_NOTE)
    written = de.DebateNoteWritten(debate.debate_id, side, ask.new_id(), ask.actor_id, text)
    return [Change(written, side_channel(debate.debate_id, side))]


def open_notes(state: SessionState, command: dc.OpenNotes, _: Ask) -> list[Change]:
    debate = find(state, command.debate_id)
    if debate.are_notes_open:
        return []
    shown = [
        de.DebateNoteShown(
            debate.debate_id, one.side, one.note_id, one.participant_id, one.text, one.at_ms
        )
        for one in debate.notes
    ]
    return [Change(de.DebateNotesOpened(debate.debate_id)), *map(Change, shown)]


DECIDE: dict[type[Any], Decide] = {
    dc.UsePrep: use_prep,
    dc.EndPrep: end_prep,
    dc.WriteNote: write_note,
    dc.OpenNotes: open_notes,
}


def _written(state: SessionState, body: de.DebateNoteWritten, at_ms: int) -> SessionState:
    note = Note(body.note_id, body.side, body.participant_id, body.text, at_ms)
    return _noted(state, body.debate_id, note)


def _shown(state: SessionState, body: de.DebateNoteShown, _: int) -> SessionState:
    note = Note(body.note_id, body.side, body.participant_id, body.text, body.written_at_ms)
    return _noted(state, body.debate_id, note)


def _noted(state: SessionState, debate_id: str, note: Note) -> SessionState:
    debate = state.debates.get(debate_id)
    if debate is None or any(one.note_id == note.note_id for one in debate.notes):
        return state
    after = replace(debate, notes=(*debate.notes, note))
    return replace(state, debates={**state.debates, debate_id: after})


EVOLVE: dict[type[Any], Evolve] = {
    de.DebateNoteWritten: _written,
    de.DebateNoteShown: _shown,
}
