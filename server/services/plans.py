"""Agenda and objectives outside the class: planned before, looked at in the lobby and after."""

from __future__ import annotations

from typing import Any

import msgspec

from server.domain.agenda_commands import EditAgenda, EditObjectives
from server.schemas import plan as wire
from server.services.caller import Caller
from server.services.ports import Library, LiveSessions
from server.services.recordings import watchable
from server.services.sessions import facilitated, standing


class SessionPlans:
    def __init__(self, library: Library, live: LiveSessions) -> None:
        self._library = library
        self._live = live

    async def plan(self, caller: Caller, session_id: str) -> wire.SessionPlan:
        async with self._library.read() as unit:
            await standing(unit, caller, session_id)
        return await self._live.session_plan(session_id)

    async def plan_of_recording(self, caller: Caller, recording_id: str) -> wire.SessionPlan:
        async with self._library.read() as unit:
            record = await watchable(unit, caller, recording_id)
        return await self._live.session_plan(record.summary.session_id)

    async def save_agenda(
        self, caller: Caller, session_id: str, body: wire.SaveAgenda
    ) -> wire.SessionPlan:
        activities = _plain(body.activities)
        return await self._do(caller, session_id, EditAgenda(activities, body.revision))

    async def save_objectives(
        self, caller: Caller, session_id: str, body: wire.SaveObjectives
    ) -> wire.SessionPlan:
        objectives = _plain(body.objectives)
        return await self._do(caller, session_id, EditObjectives(objectives, body.revision))

    async def _do(
        self, caller: Caller, session_id: str, command: EditAgenda | EditObjectives
    ) -> wire.SessionPlan:
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
        await self._live.on_behalf(session_id, command)
        return await self._live.session_plan(session_id)


def _plain(entries: list[Any]) -> tuple[dict[str, Any], ...]:
    return tuple(msgspec.to_builtins(one) for one in entries)
