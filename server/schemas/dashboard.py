"""The facilitators' board of a session, live and afterwards (docs/rules.md, DA)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from server.schemas.live_agenda import ActivityKind
from server.schemas.live_base import SessionRole, SessionState
from server.schemas.live_polls import PollKind

StayEnd = Literal["left", "away", "removed", "ended"]


class DashboardStay(Struct):
    from_ms: int
    to_ms: int | None
    """None: still there"""
    end: StayEnd | None


class DashboardPerson(Struct):
    participant_id: str
    name: str
    role: SessionRole
    is_guest: bool
    is_here: bool
    stays: list[DashboardStay]
    present_ms: int
    """while the class was live"""
    talked_ms: int
    chat_count: int
    hand_count: int
    called_count: int
    """asked to speak"""
    answer_count: int
    """polls answered by name; anonymous ones are counted nowhere by person"""
    right_count: int
    is_silent: bool
    sides: list[str]
    """of debates, as in ``DashboardDebate``"""


class DashboardSide(Struct):
    side: str
    name_en: str
    name_de: str
    talked_ms: int
    participant_ids: list[str]


class DashboardDebate(Struct):
    debate_id: str
    motion: str
    sides: list[DashboardSide]


class DashboardAnswer(Struct):
    label: str
    value: str


class DashboardPoll(Struct):
    poll_id: str
    question: str
    kind: PollKind
    is_anonymous: bool
    is_open: bool
    opened_at_ms: int
    voted_count: int
    right_count: int | None
    """of those who answered by name; None where nothing is right or nobody may know yet"""
    answers: list[DashboardAnswer] | None
    """as facilitators may see them; None: not (yet)"""


class DashboardMinute(Struct):
    minute: int
    count: int


class DashboardActivity(Struct):
    activity_id: str
    title: str
    kind: ActivityKind
    planned_ms: int
    used_ms: int


class Dashboard(Struct):
    """Times are session time; ``first_at`` is its 0."""

    session_id: str
    title: str
    state: SessionState
    first_at: datetime | None
    now_ms: int
    started_at_ms: int | None
    ended_at_ms: int | None
    people: list[DashboardPerson]
    debates: list[DashboardDebate]
    polls: list[DashboardPoll]
    confusion: list[DashboardMinute]
    """taps by minute of the session, without names; only minutes that have any"""
    activities: list[DashboardActivity]
