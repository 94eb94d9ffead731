"""The facilitators' board of a session: the same fold of the log live and at any later time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.domain.dashboard import Dashboard, DashboardWalk, PersonRow, PollRow
from server.domain.errors import NotAllowed
from server.schemas import dashboard as wire
from server.services.caller import Caller
from server.services.dashboard_export import attendance_csv, participation_csv
from server.services.errors import not_found
from server.services.kept_walks import KeptWalks
from server.services.poll_export import results_in_words
from server.services.ports import Library, LiveSessions
from server.services.sessions import session_role


class Dashboards:
    def __init__(self, library: Library, live: LiveSessions) -> None:
        self._library = library
        self._live = live
        self._walks = KeptWalks(live, DashboardWalk)

    async def board(self, caller: Caller, session_id: str) -> wire.Dashboard:
        title = await self._title(caller, session_id)
        return show(await self._folded(session_id), title)

    async def attendance(self, caller: Caller, session_id: str) -> str:
        await self._title(caller, session_id)
        return attendance_csv(await self._folded(session_id))

    async def participation(self, caller: Caller, session_id: str) -> str:
        await self._title(caller, session_id)
        return participation_csv(await self._folded(session_id))

    async def _title(self, caller: Caller, session_id: str) -> str:
        """The check of access. A session that was deleted keeps its board: its recording stays,
        and so does what it came to (DA1)."""
        user = caller.account()
        async with self._library.read() as unit:
            membership = await unit.sessions.role_in_session(session_id, user.user_id)
            session = await unit.sessions.session(session_id)
        role = session_role(user, membership)
        if role is None or (session is None and not await self._has_happened(session_id)):
            raise not_found("session")
        if role != "facilitator":
            raise NotAllowed("needs_facilitator", "Only the session's facilitators may do this.")
        return session.title if session is not None else ""

    async def _has_happened(self, session_id: str) -> bool:
        return (await self._folded(session_id)).started_at_ms is not None

    async def _folded(self, session_id: str) -> Dashboard:
        walk = await self._walks.folded(session_id)
        return walk.board(self._live.now_ms(session_id))


def first_at(board: Dashboard) -> datetime | None:
    if not board.first_utc_ms:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=board.first_utc_ms)


def show(board: Dashboard, title: str) -> wire.Dashboard:
    return wire.Dashboard(
        session_id=board.session_id,
        title=title,
        state=board.stage,
        first_at=first_at(board),
        now_ms=board.now_ms,
        started_at_ms=board.started_at_ms,
        ended_at_ms=board.ended_at_ms,
        people=[_person(board, one) for one in board.people],
        debates=[
            wire.DashboardDebate(
                debate.debate_id,
                debate.motion,
                [
                    wire.DashboardSide(
                        one.side, one.name.get("en"), one.name.get("de"), one.talked_ms,
                        list(one.participant_ids),
                    )
                    for one in debate.sides
                ],
            )
            for debate in board.debates
        ],
        polls=[_poll(one) for one in board.polls],
        confusion=[wire.DashboardMinute(minute, count) for minute, count in board.confusion],
        activities=[
            wire.DashboardActivity(
                one.activity_id, one.title, one.kind, one.planned_ms, one.used_ms
            )
            for one in board.activities
        ],
    )  # fmt: skip


def sides_of(board: Dashboard, participant_id: str) -> list[str]:
    return [
        one.side
        for debate in board.debates
        for one in debate.sides
        if participant_id in one.participant_ids
    ]


def _person(board: Dashboard, one: PersonRow) -> wire.DashboardPerson:
    return wire.DashboardPerson(
        participant_id=one.participant_id,
        name=one.name,
        role=one.role,
        is_guest=one.is_guest,
        is_here=one.is_here,
        stays=[wire.DashboardStay(stay.from_ms, stay.to_ms, stay.end) for stay in one.stays],
        present_ms=one.present_ms,
        talked_ms=one.talked_ms,
        chat_count=one.chat_count,
        hand_count=one.hand_count,
        called_count=one.called_count,
        answer_count=one.answer_count,
        right_count=one.right_count,
        is_silent=one.is_silent,
        sides=sides_of(board, one.participant_id),
    )


def _poll(one: PollRow) -> wire.DashboardPoll:
    answers = None
    if one.result is not None:
        rows = results_in_words(one.poll, one.result)
        answers = [wire.DashboardAnswer(label, value) for label, value in rows]
    return wire.DashboardPoll(
        poll_id=one.poll_id,
        question=one.question,
        kind=one.kind,
        is_anonymous=one.is_anonymous,
        is_open=one.is_open,
        opened_at_ms=one.opened_at_ms,
        voted_count=one.voted_count,
        right_count=one.right_count,
        answers=answers,
    )
