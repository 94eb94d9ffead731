"""Sets of breakout rooms kept in other sessions, put into this session's people (BR3)."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.breakout_state import BreakoutSet
from server.domain.state import Participant, SessionState
from server.schemas.earlier import EarlierBreakoutRoom, EarlierBreakoutSet
from server.services.caller import Caller
from server.services.ports import Library, LiveSessions
from server.services.sessions import facilitated, session_role

MOST_SESSIONS = 15
"""that are looked through, the latest first"""


class BreakoutSets:
    def __init__(self, library: Library, live: LiveSessions) -> None:
        self._library = library
        self._live = live

    async def earlier(self, caller: Caller, session_id: str) -> list[EarlierBreakoutSet]:
        """Of other sessions of the course that the caller facilitates; of a session without a
        course, those of the caller's other sessions without one."""
        user = caller.account()
        async with self._library.read() as unit:
            here = (await facilitated(unit, caller, session_id)).session
            roles = await unit.sessions.roles_of(user.user_id)
            others = [
                session
                for session in await unit.sessions.sessions(caller.viewer, None)
                if session.course_id == here.course_id
                and session.session_id != session_id
                and session.started_at is not None
                and session_role(user, roles.get(session.session_id)) == "facilitator"
            ]
        others.sort(key=lambda one: one.started_at or one.created_at, reverse=True)
        people = _Found(await self._live.session_state(session_id))
        found: list[EarlierBreakoutSet] = []
        for session in others[:MOST_SESSIONS]:
            state = await self._live.session_state(session.session_id)
            found += [
                people.put_in(one, state.participants, session.session_id, session.title)
                for one in state.breakout_sets
            ]
        return found


class _Found:
    """The people of this session by account, else by name where only one has it."""

    def __init__(self, state: SessionState) -> None:
        people = [who for who in state.participants.values() if who.role == "learner"]
        names = [who.name for who in people]
        self._by_user = {who.user_id: who.participant_id for who in people if who.user_id}
        self._by_name = {
            who.name: who.participant_id for who in people if names.count(who.name) == 1
        }

    def _here(self, who: Participant | None) -> str | None:
        if who is None:
            return None
        if who.user_id is not None:
            return self._by_user.get(who.user_id)
        return self._by_name.get(who.name)

    def put_in(
        self, one: BreakoutSet, people: Mapping[str, Participant], session_id: str, title: str
    ) -> EarlierBreakoutSet:
        rooms: list[EarlierBreakoutRoom] = []
        for room in one.rooms:
            here = [self._here(people.get(key)) for key in room.participant_ids]
            known = [key for key in here if key is not None]
            rooms.append(EarlierBreakoutRoom(room.name, room.task, known, len(here) - len(known)))
        return EarlierBreakoutSet(one.set_id, session_id, title, one.name, rooms)
