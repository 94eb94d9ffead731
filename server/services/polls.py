"""Polls outside the class: those of earlier sessions to ask again, and the export."""

from __future__ import annotations

from datetime import datetime

from server.schemas.earlier import EarlierPolls
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.poll_export import is_exported, polls_csv
from server.services.ports import Library, LiveSessions
from server.services.records import SessionRecord
from server.services.sessions import facilitated, session_role

MOST_SESSIONS = 30
"""of a course that are looked through, the latest first"""


class PollBook:
    def __init__(self, library: Library, live: LiveSessions) -> None:
        self._library = library
        self._live = live

    async def earlier(self, caller: Caller, session_id: str) -> list[EarlierPolls]:
        """Polls of other sessions of the same course which the caller facilitates."""
        user = caller.account()
        async with self._library.read() as unit:
            here = (await facilitated(unit, caller, session_id)).session
            if here.course_id is None:
                return []
            roles = await unit.sessions.roles_of(user.user_id)
            others = [
                session
                for session in await unit.sessions.sessions(caller.viewer, None)
                if session.course_id == here.course_id
                and session.session_id != session_id
                and session_role(user, roles.get(session.session_id)) == "facilitator"
            ]
        others.sort(key=_when, reverse=True)
        found: list[EarlierPolls] = []
        for session in others[:MOST_SESSIONS]:
            polls = await self._live.polls(session.session_id)
            if polls:
                found.append(EarlierPolls(session.session_id, session.title, _when(session), polls))
        return found

    async def export(self, caller: Caller, session_id: str, poll_id: str | None) -> str:
        """CSV of what may be seen by now; of one poll when its id is given."""
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
        state = await self._live.session_state(session_id)
        if poll_id is not None:
            poll = state.polls.get(poll_id)
            if poll is None or not is_exported(poll):
                raise not_found("poll")
        return polls_csv(state, poll_id)


def _when(session: SessionRecord) -> datetime:
    return session.started_at or session.starts_at or session.created_at
