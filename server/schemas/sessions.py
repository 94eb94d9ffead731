"""Courses and sessions over HTTP, and the accounts enrolled in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.schemas.http_base import Email, Request, Title
from server.schemas.live_base import SessionRole, SessionState


class Course(Struct):
    course_id: str
    title: str
    is_mine: bool
    session_count: int


class CreateCourse(Request):
    title: Title


class CreateSession(Request):
    title: Title
    course_id: str | None = None
    starts_at: datetime | None = None
    """None: opens now, unscheduled"""
    duration_min: Annotated[int, Meta(ge=5, le=1440)] = 60
    time_zone: Annotated[str, Meta(max_length=64)] = "UTC"
    lobby_is_on: bool = True
    record_automatically: bool = True
    """ask for consent and start recording when the session starts"""
    description: Annotated[str, Meta(max_length=4000)] = ""


class EditSession(Request):
    title: Title | UnsetType = UNSET
    course_id: str | UnsetType | None = UNSET
    starts_at: datetime | UnsetType | None = UNSET
    duration_min: Annotated[int, Meta(ge=5, le=1440)] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    lobby_is_on: bool | UnsetType = UNSET
    record_automatically: bool | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=4000)] | UnsetType = UNSET


class Session(Struct):
    session_id: str
    title: str
    description: str
    course_id: str | None
    course_title: str | None
    state: SessionState
    starts_at: datetime | None
    duration_min: int
    time_zone: str
    lobby_is_on: bool
    record_automatically: bool
    facilitator_names: list[str]
    is_facilitator: bool
    is_observer: bool
    """the caller watches this session and takes no part in it"""
    present_count: int
    recording_id: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    material_count: int = 0
    """links and files to look at before class"""
    material_done_count: int = 0
    """ticked by the asker"""


class SetRole(Request):
    """Of a participant, from inside the class: a member's, or a guest's."""

    role: SessionRole


class AddMember(Request):
    """Enrol an account in a session; ``role`` within the session."""

    email: Email
    role: SessionRole = "learner"


class Member(Struct):
    user_id: str
    name: str
    email: str
    role: SessionRole
