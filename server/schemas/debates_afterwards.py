"""Debates when they are over, in the class and after it (docs/rules.md, DB16, DB19)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class OverSide(Struct):
    side: str
    name_en: str
    name_de: str
    stance: Literal["for", "against"] | None


class OverNote(Struct):
    """Of a side's notes; one's own side's, and all once they are open."""

    note_id: str
    side: str
    participant_id: str
    text: str
    at_ms: int
    """session time"""


class ResultMark(Struct):
    """Where the result stands in the recording, and who won."""

    at_ms: int
    winners_en: list[str]
    winners_de: list[str]


class Unrevealed(Struct):
    """What facilitators know of a result nobody may see yet."""

    can_reveal: bool
    voted: dict[str, int]
    """round → how many"""
    adjudicators: int
    sheets: int
    """handed in; with the end of the session they are closed"""
    notes: int
    """of all sides, while they are closed"""
    can_open: bool
    """there are closed notes, or sides were by themselves, which is opened with them (DB22)"""


class DebateOver(Struct):
    debate_id: str
    motion: str
    sides: list[OverSide]
    result: dict[str, Any] | None
    """as ``DebateView.result``; None until it is revealed"""
    result_mark: ResultMark | None
    """None while it is hidden, or the debate is not in the recording"""
    are_notes_open: bool
    notes: list[OverNote]
    names: dict[str, str]
    """participant → name, of those who spoke or wrote a note"""
    unrevealed: Unrevealed | None
    """to facilitators only"""
