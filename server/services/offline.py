"""``LiveSessions`` for the command line: in its process nobody is live.

A server beside it learns of changed accounts from the database, at the next command it is given.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.errors import NotFound
from server.domain.events import Event
from server.domain.record import Record
from server.domain.state import SessionState
from server.schemas.live import SessionSnapshot, WireEvent
from server.schemas.live_base import SessionRole
from server.schemas.live_polls import PollView
from server.schemas.live_slides import DeckView
from server.schemas.plan import SessionPlan
from server.services.ports import OutsideCommand


class NobodyLive:
    def present_count(self, session_id: str) -> int:
        return 0

    async def kick(self, session_id: str, participant_id: str) -> None:
        pass

    async def seat_changed(
        self, session_id: str, participant_id: str, name: str, role: SessionRole
    ) -> None:
        pass

    async def sign_out(self, user_id: str, sign_in_id: str | None = None) -> None:
        pass

    async def refresh_settings(self, session_id: str) -> None:
        pass

    async def polls(self, session_id: str) -> list[PollView]:
        return []

    async def session_state(self, session_id: str) -> SessionState:
        return SessionState(session_id)

    async def log_after(self, session_id: str, after: int) -> list[Event]:
        return []

    def now_ms(self, session_id: str) -> int:
        return 0

    async def on_behalf(self, session_id: str, command: OutsideCommand) -> None:
        raise NotFound("session_not_found", "There is no live session here.")

    async def session_plan(self, session_id: str) -> SessionPlan:
        raise NotFound("session_not_found", "There is no live session here.")

    async def notes(self, session_id: str, participant_id: str) -> str:
        raise NotFound("session_not_found", "There is no live session here.")

    async def add_deck(
        self, session_id: str, deck_id: str, name: str, titles: Sequence[str], by: str | None
    ) -> None:
        raise NotFound("session_not_found", "There is no live session here.")

    async def decks(self, session_id: str) -> list[DeckView]:
        return []

    async def record(self, session_id: str) -> Record:
        raise NotFound("session_not_found", "There is no live session here.")

    async def snapshot(self, session_id: str, participant_id: str) -> SessionSnapshot:
        raise NotFound("session_not_found", "There is no live session here.")

    async def events_after(
        self, session_id: str, participant_id: str, after: int
    ) -> list[WireEvent]:
        raise NotFound("session_not_found", "There is no live session here.")
