"""What the library writes down when a live session starts, records and ends.

The hub calls again after a crash, so all of it may be repeated. The event log is the truth; these
rows are what lists and the worker read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server.schemas.live_base import SessionRole
from server.services.ports import Clock, Library

Person = tuple[str, str, SessionRole]
"""participant id, name, role"""


class SessionLifecycle:
    def __init__(self, library: Library, now: Clock) -> None:
        self._library = library
        self._now = now

    async def started(self, session_id: str) -> None:
        async with self._library.write() as unit:
            session = await unit.sessions.session(session_id)
            if session is not None and session.state == "scheduled":
                await unit.sessions.change_session(
                    session_id, state="live", started_at=session.started_at or self._now()
                )

    async def recording_started(self, session_id: str, recording_id: str) -> None:
        """A row in stage ``live``: the worker muxes along while the class goes on."""
        async with self._library.write() as unit:
            session = await unit.sessions.session(session_id)
            if session is None:
                return
            now = self._now()
            await unit.recordings.add_recording(
                {
                    "recording_id": recording_id,
                    "session_id": session_id,
                    "title": session.title,
                    "stage": "live",
                    "recorded_at": session.started_at or now,
                    "created_at": now,
                }
            )

    async def ended(
        self,
        session_id: str,
        recording_id: str | None,
        people: Sequence[Person],
        ended_at: datetime | None = None,
    ) -> None:
        """``people`` were inside the session at some time; they may watch."""
        if recording_id is not None:
            await self.recording_started(session_id, recording_id)
        async with self._library.write() as unit:
            session = await unit.sessions.session(session_id)
            if session is None:
                return
            if session.state != "ended":
                await unit.sessions.change_session(
                    session_id, state="ended", ended_at=ended_at or self._now()
                )
            if recording_id is None:
                return
            await unit.recordings.put_people(recording_id, people)
            record = await unit.recordings.recording(recording_id)
            if record is not None and record.summary.stage == "live":
                await unit.recordings.change_recording(recording_id, stage="processing")
