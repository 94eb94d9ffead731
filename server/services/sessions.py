"""Courses and sessions: plan, change, who belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UnsetType

from server.domain.errors import Conflict, Invalid, NotAllowed
from server.schemas.live_base import GuestRole, SessionRole, SessionState
from server.schemas.sessions import (
    AddMember,
    Course,
    CreateCourse,
    CreateSession,
    EditSession,
    Member,
    Session,
    SetRole,
)
from server.services.caller import Caller, may_facilitate
from server.services.errors import not_found
from server.services.ports import Clock, Library, LiveSessions, Unit
from server.services.records import CourseRecord, SeatRecord, SessionRecord, UserRecord
from server.services.secrecy import new_id

YEARS = range(2000, 2101)
NOTHING = (0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller is to one session."""

    session: SessionRecord
    role: SessionRole | None
    """None: a guest, by a link"""
    link_role: GuestRole | None = None

    @property
    def is_facilitator(self) -> bool:
        return self.role == "facilitator"

    @property
    def is_observer(self) -> bool:
        return "observer" in (self.role, self.link_role)


def session_role(user: UserRecord, membership: SessionRole | None) -> SessionRole | None:
    """An account's role inside a session, now. A member facilitates only as long as the account
    may: who was made a learner leads no class any more. Admins facilitate everywhere."""
    if user.role == "admin":
        return "facilitator"
    if membership == "facilitator" and not may_facilitate(user):
        return "learner"
    return membership


async def standing(unit: Unit, caller: Caller, session_id: str) -> Standing:
    """Raises not_found for everyone the session is none of the business of."""
    session = await unit.sessions.session(session_id)
    if session is None:
        raise not_found("session")
    if caller.user is not None:
        membership = await unit.sessions.role_in_session(session_id, caller.user.user_id)
        role = session_role(caller.user, membership)
        if role is not None:
            return Standing(session, role)
    if session_id in caller.seats:
        link = await unit.sessions.link(caller.seats[session_id])
        return Standing(session, None, None if link is None else link.role)
    if caller.user is None and not caller.seats:
        caller.account()
    raise not_found("session")


async def facilitated(unit: Unit, caller: Caller, session_id: str) -> Standing:
    caller.account()
    found = await standing(unit, caller, session_id)
    if not found.is_facilitator:
        raise NotAllowed("needs_facilitator", "Only the session's facilitators may do this.")
    return found


class SessionPlanning:
    def __init__(self, library: Library, live: LiveSessions, now: Clock) -> None:
        self._library = library
        self._live = live
        self._now = now

    # ---- courses ----

    async def courses(self, caller: Caller) -> list[Course]:
        user = caller.account()
        async with self._library.read() as unit:
            found = await unit.sessions.courses(caller.viewer)
        return [_show_course(course, user) for course in found]

    async def add_course(self, caller: Caller, body: CreateCourse) -> Course:
        user = caller.facilitator()
        course = CourseRecord(new_id(), body.title, user.user_id, 0)
        async with self._library.write() as unit:
            await unit.sessions.add_course(
                course.course_id, course.title, user.user_id, self._now()
            )
        return _show_course(course, user)

    # ---- sessions ----

    async def sessions(self, caller: Caller, state: SessionState | None) -> list[Session]:
        user = caller.account()
        async with self._library.read() as unit:
            found = await unit.sessions.sessions(caller.viewer, state)
            roles = await unit.sessions.roles_of(user.user_id)
            prepared = await unit.materials.counts(f"user:{user.user_id}")
        return [
            self._show(
                Standing(session, session_role(user, roles.get(session.session_id))),
                prepared.get(session.session_id, NOTHING),
            )
            for session in found
        ]

    async def session(self, caller: Caller, session_id: str) -> Session:
        async with self._library.read() as unit:
            return self._show(await standing(unit, caller, session_id))

    async def add_session(self, caller: Caller, body: CreateSession) -> Session:
        user = caller.facilitator()
        values: dict[str, Any] = {
            name: getattr(body, name) for name in CreateSession.__struct_fields__
        }
        _check_times(values)
        session_id, now = new_id(), self._now()
        async with self._library.write() as unit:
            await self._check_course(unit, caller, body.course_id)
            await unit.sessions.add_session(
                {
                    **values,
                    "session_id": session_id,
                    "state": "scheduled",
                    "created_by": user.user_id,
                    "created_at": now,
                }
            )
            await unit.sessions.put_member(session_id, user.user_id, "facilitator", now)
            return self._show(await standing(unit, caller, session_id))

    async def edit_session(self, caller: Caller, session_id: str, body: EditSession) -> Session:
        values = {
            name: value
            for name in EditSession.__struct_fields__
            if not isinstance(value := getattr(body, name), UnsetType)
        }
        _check_times(values)
        async with self._library.write() as unit:
            before = (await facilitated(unit, caller, session_id)).session
            if before.state != "scheduled" and "starts_at" in values:
                raise Conflict("already_started", "The session has begun; its start stays.")
            if values.get("course_id", before.course_id) != before.course_id:
                await self._check_course(unit, caller, values["course_id"])
            if values:
                await unit.sessions.change_session(session_id, **values)
            after = await standing(unit, caller, session_id)
        await self._live.refresh_settings(session_id)
        return self._show(after)

    async def delete_session(self, caller: Caller, session_id: str) -> None:
        """Its recording, if any, stays in the library."""
        async with self._library.write() as unit:
            found = await facilitated(unit, caller, session_id)
            if found.session.state == "live":
                raise Conflict("session_is_live", "End the session before deleting it.")
            await unit.sessions.change_session(session_id, deleted_at=self._now())

    async def _check_course(self, unit: Unit, caller: Caller, course_id: str | None) -> None:
        if course_id is None:
            return
        mine = await unit.sessions.courses(caller.viewer)
        if course_id not in {course.course_id for course in mine}:
            raise Invalid("unknown_course", "There is no such course.", field="course_id")

    # ---- members ----

    async def members(self, caller: Caller, session_id: str) -> list[Member]:
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
            return [
                Member(m.user_id, m.name, m.email, m.role)
                for m in await unit.sessions.members(session_id)
            ]

    async def add_member(self, caller: Caller, session_id: str, body: AddMember) -> Member:
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            user = await unit.accounts.user_by_email(body.email)
            if user is None or user.is_disabled:
                raise Invalid(
                    "unknown_user", "Nobody has an account with this address.", field="email"
                )
            if body.role == "facilitator" and not may_facilitate(user):
                raise _needs_facilitator_account()
            if body.role == "observer" and user.role == "admin":
                raise _admin_facilitates()
            await unit.sessions.put_member(session_id, user.user_id, body.role, self._now())
            await self._check_facilitators(unit, session_id)
            seat = await unit.sessions.seat_of(session_id, user_id=user.user_id)
        role = session_role(user, body.role) or body.role
        if seat is not None:
            await self._live.seat_changed(session_id, seat.participant_id, user.name, role)
        return Member(user.user_id, user.name, user.email, body.role)

    async def remove_member(self, caller: Caller, session_id: str, user_id: str) -> None:
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            if not await unit.sessions.remove_member(session_id, user_id):
                raise not_found("member")
            await self._check_facilitators(unit, session_id)
            seat = await unit.sessions.seat_of(session_id, user_id=user_id)
        if seat is not None:
            await self._live.kick(session_id, seat.participant_id)

    async def set_role(
        self, caller: Caller, session_id: str, participant_id: str, body: SetRole
    ) -> None:
        """Make somebody who is in class a facilitator of this session, an observer, or a learner
        again. A guest's role goes with the link, an account's with the membership."""
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            seat = await unit.sessions.seat(participant_id)
            if seat is None or seat.session_id != session_id:
                raise not_found("participant")
            if seat.link_id is not None:
                await _refuse_stream(unit, seat.link_id)
                await _set_guest_role(unit, seat.link_id, body.role)
            else:
                await self._set_member_role(unit, seat, body.role)
        await self._live.seat_changed(session_id, participant_id, seat.name, body.role)

    async def _set_member_role(self, unit: Unit, seat: SeatRecord, role: SessionRole) -> None:
        user = await unit.accounts.user(seat.user_id) if seat.user_id is not None else None
        if user is None or user.is_disabled:
            raise Conflict("needs_account", "This account has been disabled.")
        if role == "facilitator" and not may_facilitate(user):
            raise _needs_facilitator_account()
        if role != "facilitator" and user.role == "admin":
            raise _admin_facilitates()
        await unit.sessions.put_member(seat.session_id, user.user_id, role, self._now())
        await self._check_facilitators(unit, seat.session_id)

    @staticmethod
    async def _check_facilitators(unit: Unit, session_id: str) -> None:
        """Raised inside the transaction, which is undone with it."""
        if not await unit.sessions.facilitator_count(session_id):
            raise Conflict("last_facilitator", "A session needs a facilitator.")

    # ---- shapes ----

    def _show(self, found: Standing, prepared: tuple[int, int] = NOTHING) -> Session:
        session = found.session
        return Session(
            session_id=session.session_id,
            title=session.title,
            description=session.description,
            course_id=session.course_id,
            course_title=session.course_title,
            state=session.state,
            starts_at=session.starts_at,
            duration_min=session.duration_min,
            time_zone=session.time_zone,
            lobby_is_on=session.lobby_is_on,
            record_automatically=session.record_automatically,
            facilitator_names=list(session.facilitator_names),
            is_facilitator=found.is_facilitator,
            is_observer=found.is_observer,
            present_count=self._live.present_count(session.session_id),
            recording_id=session.recording_id,
            created_at=session.created_at,
            started_at=session.started_at,
            ended_at=session.ended_at,
            material_count=prepared[0],
            material_done_count=prepared[1],
        )


async def _refuse_stream(unit: Unit, link_id: str) -> None:
    link = await unit.sessions.link(link_id)
    if link is not None and link.stream is not None:
        raise Conflict("is_stream", "What a stream may do its token says.")


async def _set_guest_role(unit: Unit, link_id: str, role: SessionRole) -> None:
    if role == "facilitator":
        raise Conflict("needs_account", "A guest has no account to facilitate with.")
    await unit.sessions.change_link(link_id, role=role)


def _needs_facilitator_account() -> Conflict:
    return Conflict(
        "needs_facilitator_account",
        "This is a learner's account; an admin can change that.",
        field="role",
    )


def _admin_facilitates() -> Conflict:
    return Conflict("admin_facilitates", "Admins facilitate every session.")


def _show_course(course: CourseRecord, user: UserRecord) -> Course:
    return Course(
        course_id=course.course_id,
        title=course.title,
        is_mine=course.created_by == user.user_id,
        session_count=course.session_count,
    )


def _check_times(values: dict[str, Any]) -> None:
    """Zones are IANA names; a start without an offset could mean any hour of the day."""
    starts_at: datetime | None = values.get("starts_at")
    if starts_at is not None:
        if starts_at.tzinfo is None:
            raise Invalid("needs_offset", "Give the start with its offset.", field="starts_at")
        if starts_at.year not in YEARS:
            raise Invalid("out_of_range", "That is not a likely year.", field="starts_at")
        values["starts_at"] = starts_at.astimezone(UTC)
    if "time_zone" in values and not is_time_zone(values["time_zone"]):
        raise Invalid("unknown_time_zone", "There is no such time zone.", field="time_zone")


def is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # ValueError: a path that leads out of the zone files; OSError: the name of a folder.
        return False
    return True
