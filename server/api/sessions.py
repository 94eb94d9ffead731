"""Routes of courses, sessions, members, join links, and of a session that is live."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from server.api.route import Ask, Route
from server.schemas.earlier import EarlierBreakoutSet
from server.schemas.live import SessionSnapshot, WireEvent
from server.schemas.live_base import SessionState
from server.schemas.live_pads import SharedNotes
from server.schemas.seats import CreateJoinLink, JoinInfo, JoinLink, TakeSeat
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
from server.services.calendar import calendar_file


class SessionFilter(Struct, forbid_unknown_fields=True):
    state: SessionState | UnsetType = UNSET


class EventsAfter(Struct, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, le=2**53)]


async def list_courses(ask: Ask) -> list[Course]:
    return await ask.services.planning.courses(ask.caller)


async def create_course(ask: Ask) -> Course:
    return await ask.services.planning.add_course(ask.caller, ask.body)


async def list_sessions(ask: Ask) -> list[Session]:
    query: SessionFilter = ask.query
    state = None if isinstance(query.state, UnsetType) else query.state
    return await ask.services.planning.sessions(ask.caller, state)


async def create_session(ask: Ask) -> Session:
    return await ask.services.planning.add_session(ask.caller, ask.body)


async def read_session(ask: Ask) -> Session:
    return await ask.services.planning.session(ask.caller, ask.path("session_id"))


async def edit_session(ask: Ask) -> Session:
    return await ask.services.planning.edit_session(ask.caller, ask.path("session_id"), ask.body)


async def delete_session(ask: Ask) -> None:
    await ask.services.planning.delete_session(ask.caller, ask.path("session_id"))


async def session_calendar(ask: Ask) -> web.Response:
    session = await ask.services.planning.session(ask.caller, ask.path("session_id"))
    body = calendar_file(session, f"{ask.origin}/sessions/{session.session_id}")
    return web.Response(
        body=body,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'attachment; filename="session.ics"',
        },
    )


async def list_members(ask: Ask) -> list[Member]:
    return await ask.services.planning.members(ask.caller, ask.path("session_id"))


async def add_member(ask: Ask) -> Member:
    return await ask.services.planning.add_member(ask.caller, ask.path("session_id"), ask.body)


async def set_role(ask: Ask) -> None:
    await ask.services.planning.set_role(
        ask.caller, ask.path("session_id"), ask.path("participant_id"), ask.body
    )


async def remove_member(ask: Ask) -> None:
    await ask.services.planning.remove_member(
        ask.caller, ask.path("session_id"), ask.path("user_id")
    )


async def list_links(ask: Ask) -> list[JoinLink]:
    return await ask.services.links.links(ask.caller, ask.path("session_id"))


async def create_link(ask: Ask) -> JoinLink:
    return await ask.services.links.add(ask.caller, ask.path("session_id"), ask.body)


async def revoke_link(ask: Ask) -> None:
    await ask.services.links.revoke(ask.caller, ask.path("session_id"), ask.path("link_id"))


async def read_join_link(ask: Ask) -> JoinInfo:
    return await ask.services.links.info(ask.path("token"))


async def take_seat(ask: Ask) -> JoinInfo:
    taken = await ask.services.links.take_seat(ask.path("token"), ask.body)
    ask.open_seat(taken.session_id, taken.link_id)
    return taken.info


async def session_snapshot(ask: Ask) -> SessionSnapshot:
    session_id = ask.path("session_id")
    participant_id = await ask.services.seats.participant_id(ask.caller, session_id)
    return await ask.services.live.snapshot(session_id, participant_id)


async def session_events(ask: Ask) -> list[WireEvent]:
    session_id = ask.path("session_id")
    participant_id = await ask.services.seats.participant_id(ask.caller, session_id)
    return await ask.services.live.events_after(session_id, participant_id, ask.query.after)


async def session_notes(ask: Ask) -> SharedNotes:
    session_id = ask.path("session_id")
    participant_id = await ask.services.seats.participant_id(ask.caller, session_id)
    return SharedNotes(await ask.services.live.notes(session_id, participant_id))


async def earlier_breakout_sets(ask: Ask) -> list[EarlierBreakoutSet]:
    return await ask.services.breakout_sets.earlier(ask.caller, ask.path("session_id"))


ONE = "/sessions/{session_id}"
ROUTES = (
    Route("GET", "/courses", list_courses, "user", answer=list[Course]),
    Route(
        "POST", "/courses", create_course, "facilitator",
        body=CreateCourse, answer=Course, status=201,
    ),
    Route(
        "GET", "/sessions", list_sessions, "user", query=SessionFilter, answer=list[Session]
    ),
    Route(
        "POST", "/sessions", create_session, "facilitator",
        body=CreateSession, answer=Session, status=201,
    ),
    Route("GET", ONE, read_session, "member", answer=Session),
    Route(
        "PATCH", ONE, edit_session, "session_facilitator",
        body=EditSession, answer=Session, conflicts=True,
    ),
    Route("DELETE", ONE, delete_session, "session_facilitator", conflicts=True),
    Route(
        "GET", f"{ONE}/calendar.ics", session_calendar, "member",
        media="text/calendar", conflicts=True,
    ),
    Route("GET", f"{ONE}/members", list_members, "session_facilitator", answer=list[Member]),
    Route(
        "POST", f"{ONE}/members", add_member, "session_facilitator",
        body=AddMember, answer=Member, status=201, conflicts=True,
    ),
    Route(
        "DELETE", ONE + "/members/{user_id}", remove_member, "session_facilitator", conflicts=True
    ),
    Route(
        "PUT", ONE + "/participants/{participant_id}/role", set_role, "session_facilitator",
        body=SetRole, conflicts=True,
    ),
    Route("GET", f"{ONE}/links", list_links, "session_facilitator", answer=list[JoinLink]),
    Route(
        "POST", f"{ONE}/links", create_link, "session_facilitator",
        body=CreateJoinLink, answer=JoinLink, status=201, conflicts=True,
    ),
    Route("DELETE", ONE + "/links/{link_id}", revoke_link, "session_facilitator"),
    Route("GET", "/join/{token}", read_join_link, "holder", answer=JoinInfo),
    Route(
        "POST", "/join/{token}", take_seat, "holder",
        body=TakeSeat, answer=JoinInfo, conflicts=True,
    ),
    Route(
        "GET", f"{ONE}/breakout-sets", earlier_breakout_sets, "session_facilitator",
        answer=list[EarlierBreakoutSet],
    ),
    Route("GET", f"{ONE}/notes", session_notes, "participant", answer=SharedNotes),
    Route("GET", f"{ONE}/snapshot", session_snapshot, "participant", answer=SessionSnapshot),
    Route(
        "GET", f"{ONE}/events", session_events, "participant",
        query=EventsAfter, answer=list[WireEvent], conflicts=True,
    ),
)  # fmt: skip
