"""Breakout rooms and polls of other sessions, to be had again."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.schemas.live_polls import PollView


class EarlierBreakoutRoom(Struct):
    name: str
    task: str
    participant_ids: list[str]
    """of this session: the same accounts, guests by their names"""
    missing: int
    """people of the set who are not here"""


class EarlierBreakoutSet(Struct):
    """Breakout rooms kept in another session, put into this one's people."""

    set_id: str
    session_id: str
    session_title: str
    name: str
    rooms: list[EarlierBreakoutRoom]


class EarlierPolls(Struct):
    """Polls of another session of the course, to be asked again."""

    session_id: str
    session_title: str
    at: datetime
    polls: list[PollView]
