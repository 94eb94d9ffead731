"""What a session came to, person by person: the facilitators' board (docs/rules.md, DA).

A fold of the log and nothing else, so the board of a class that goes on and the board of the
same class years later show the same numbers. ``DashboardWalk`` takes one event after another;
``board(now_ms)`` may be asked at any time and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from server.domain import debate_events as de
from server.domain.agenda_state import ActivityKind
from server.domain.channels import FACILITATORS, SESSION
from server.domain.chat_events import ChatSent
from server.domain.debate_format import Text
from server.domain.events import Event
from server.domain.hand_events import AirtimeCounted, HandRaised, SpeakInvited
from server.domain.participant_events import (
    ParticipantAway,
    ParticipantDenied,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantRemoved,
    ParticipantReturned,
    Role,
)
from server.domain.poll_events import PollKind
from server.domain.poll_result import is_right, shown_in
from server.domain.session import evolve
from server.domain.session_events import SessionEnded
from server.domain.state import Participant, Poll, PollResult, SessionState, Stage

SPOKE_MS: Final = 3000
SILENT_AFTER_MS: Final = 5 * 60_000
"""Nobody is called silent who has only just come."""
COUNT_MS: Final = 10_000
"""Airtime is counted as often; what was said just before a debate's end is counted after it."""
MINUTE_MS: Final = 60_000

StayEnd = Literal["left", "away", "removed", "ended"]


@dataclass(frozen=True, slots=True)
class Stay:
    """Present from … to …, in session time."""

    from_ms: int
    to_ms: int | None = None
    """None: still there"""
    end: StayEnd | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    participant_id: str
    name: str
    role: Role
    is_guest: bool
    is_here: bool
    stays: tuple[Stay, ...]
    present_ms: int
    """while the class was live"""
    talked_ms: int
    chat_count: int
    """lines to all and to a room; private ones are nobody's business (CH3)"""
    hand_count: int
    called_count: int
    """asked to speak"""
    answer_count: int
    """polls answered by name; anonymous ones are counted nowhere by person"""
    right_count: int
    is_silent: bool


@dataclass(frozen=True, slots=True)
class SideRow:
    side: str
    name: Text
    talked_ms: int
    participant_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebateRow:
    debate_id: str
    motion: str
    sides: tuple[SideRow, ...]


@dataclass(frozen=True, slots=True)
class PollRow:
    poll_id: str
    question: str
    kind: PollKind
    is_anonymous: bool
    is_open: bool
    opened_at_ms: int
    voted_count: int
    right_count: int | None
    """of those who answered by name; None where nothing is right, or nobody may know yet"""
    poll: Poll
    result: PollResult | None
    """as facilitators may see it (PO5, PO6)"""


@dataclass(frozen=True, slots=True)
class ActivityRow:
    activity_id: str
    title: str
    kind: ActivityKind
    planned_ms: int
    used_ms: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    session_id: str
    stage: Stage
    first_utc_ms: int
    now_ms: int
    started_at_ms: int | None
    ended_at_ms: int | None
    people: tuple[PersonRow, ...]
    debates: tuple[DebateRow, ...]
    polls: tuple[PollRow, ...]
    confusion: tuple[tuple[int, int], ...]
    """``(minute of the session, how many taps)``, without names and only minutes that have any"""
    activities: tuple[ActivityRow, ...]


@dataclass(slots=True)
class _Counts:
    stays: list[Stay] = field(default_factory=list[Stay])
    chat: int = 0
    hands: int = 0
    called: int = 0


_COMING = (ParticipantJoined, ParticipantReturned)
_GOING: dict[type, StayEnd] = {
    ParticipantAway: "away",
    ParticipantLeft: "left",
    ParticipantRemoved: "removed",
    ParticipantDenied: "removed",
}


class DashboardWalk:
    """Fed with every event of one session, in order."""

    def __init__(self, session_id: str) -> None:
        self.state = SessionState(session_id)
        self._counts: dict[str, _Counts] = {}
        self._debate_ends: dict[str, int] = {}
        self._debate_begins: dict[str, int] = {}
        self._sides: dict[str, dict[str, int]] = {}
        """debate → side → how long it has spoken"""

    def step(self, event: Event) -> None:
        self.state = evolve(self.state, event)
        self._note(event)

    def _of(self, participant_id: str) -> _Counts:
        return self._counts.setdefault(participant_id, _Counts())

    def _note(self, event: Event) -> None:
        body, at_ms = event.body, event.at_ms
        if isinstance(body, _COMING):
            self._come(body.participant_id, at_ms)
        elif (how := _GOING.get(type(body))) is not None:
            self._go(body.participant_id, at_ms, how)  # type: ignore[union-attr]
        match body:
            case SessionEnded():
                for who in self._counts:
                    self._go(who, at_ms, "ended")
            case ChatSent(participant_id=who, to=None):
                self._of(who).chat += 1
            case HandRaised(participant_id=who):
                self._of(who).hands += 1
            case SpeakInvited(participant_id=who):
                self._of(who).called += 1
            case AirtimeCounted():
                self._share_airtime(body, at_ms)
            case de.DebateBegun(debate_id=key):
                self._debate_begins[key] = at_ms
            case de.DebateEnded(debate_id=key):
                self._debate_ends[key] = at_ms
            case _:
                pass

    def _come(self, participant_id: str, at_ms: int) -> None:
        stays = self._of(participant_id).stays
        if not stays or stays[-1].to_ms is not None:
            stays.append(Stay(at_ms))

    def _go(self, participant_id: str, at_ms: int, how: StayEnd) -> None:
        counts = self._counts.get(participant_id)
        if counts and counts.stays and counts.stays[-1].to_ms is None:
            counts.stays[-1] = Stay(counts.stays[-1].from_ms, at_ms, how)

    def _share_airtime(self, body: AirtimeCounted, at_ms: int) -> None:
        """To the sides of the debates that went on while it was spoken."""
        for key, began_ms in self._debate_begins.items():
            ended_ms = self._debate_ends.get(key, at_ms)
            debate = self.state.debates.get(key)
            if debate is None or began_ms > at_ms or at_ms - ended_ms > COUNT_MS:
                continue
            sides = self._sides.setdefault(key, {})
            for who, talked_ms in zip(body.participant_ids, body.talked_ms, strict=False):
                if (side := debate.side_of(who)) is not None:
                    sides[side] = sides.get(side, 0) + talked_ms

    # ---- what is shown -----------------------------------------------------------------------

    def board(self, now_ms: int) -> Dashboard:
        state = self.state
        end_ms = max(state.at_ms, now_ms) if state.ended_at_ms is None else state.ended_at_ms
        taps: dict[int, int] = {}
        for at_ms in state.confusion:
            taps[at_ms // MINUTE_MS] = taps.get(at_ms // MINUTE_MS, 0) + 1
        return Dashboard(
            session_id=state.session_id,
            stage=state.stage,
            first_utc_ms=state.first_utc_ms or 0,
            now_ms=end_ms,
            started_at_ms=state.started_at_ms,
            ended_at_ms=state.ended_at_ms,
            people=tuple(
                self._person(who, end_ms)
                for who in state.participants.values()
                if who.joined_at_ms is not None and not who.is_stream
            ),
            debates=tuple(self._debates()),
            polls=tuple(
                _poll(poll, poll.opened_at_ms)
                for poll in state.polls.values()
                if poll.opened_at_ms is not None
            ),
            confusion=tuple(sorted(taps.items())),
            activities=tuple(
                ActivityRow(
                    one.activity_id, one.title, one.kind, state.agenda.planned_ms(one),
                    state.agenda.used_ms(one.activity_id, end_ms),
                )
                for one in state.agenda.activities
            ),
        )  # fmt: skip

    def _person(self, who: Participant, end_ms: int) -> PersonRow:
        state, key = self.state, who.participant_id
        counts = self._counts.get(key, _Counts())
        present_ms = 0
        if state.started_at_ms is not None:
            present_ms = sum(
                max(0, min(end_ms if stay.to_ms is None else stay.to_ms, end_ms)
                - max(stay.from_ms, state.started_at_ms))
                for stay in counts.stays
            )  # fmt: skip
        talked_ms = state.talked_ms.get(key, 0)
        named = [p for p in state.polls.values() if not p.is_anonymous and key in p.voters]
        return PersonRow(
            participant_id=key,
            name=who.name,
            role=who.role,
            is_guest=who.is_guest,
            is_here=who.presence == "present",
            stays=tuple(counts.stays),
            present_ms=present_ms,
            talked_ms=talked_ms,
            chat_count=counts.chat,
            hand_count=counts.hands,
            called_count=counts.called,
            answer_count=len(named),
            right_count=sum(
                _is_known(poll) and is_right(poll, poll.votes[key]) is True
                for poll in named
                if key in poll.votes
            ),
            is_silent=who.is_learner
            and present_ms >= SILENT_AFTER_MS
            and talked_ms < SPOKE_MS
            and counts.chat == 0,
        )

    def _debates(self) -> Iterable[DebateRow]:
        for key, debate in self.state.debates.items():
            if key not in self._debate_begins:
                continue
            talked = self._sides.get(key, {})
            yield DebateRow(
                key,
                debate.motion,
                tuple(
                    SideRow(one.id, one.name, talked.get(one.id, 0), debate.members(one.id))
                    for one in debate.form.sides
                ),
            )


def _is_known(poll: Poll) -> bool:
    """Whether facilitators may know by now what single people answered: as in the export."""
    return poll.stage == "revealed" or (poll.stage == "closed" and poll.audience != "none")


def _poll(poll: Poll, opened_at_ms: int) -> PollRow:
    right: int | None = None
    if not poll.is_anonymous and _is_known(poll):
        judged = [is_right(poll, answer) for answer in poll.votes.values()]
        if any(one is not None for one in judged):
            right = sum(one is True for one in judged)
    return PollRow(
        poll_id=poll.poll_id,
        question=poll.question,
        kind=poll.kind,
        is_anonymous=poll.is_anonymous,
        is_open=poll.stage == "open",
        opened_at_ms=opened_at_ms,
        voted_count=len(poll.voters),
        right_count=right,
        poll=poll,
        result=_result(poll),
    )


def _result(poll: Poll) -> PollResult | None:
    """What a facilitator may see; of an open anonymous poll the log holds nothing."""
    if poll.revealed is not None:
        return shown_in(poll, SESSION)
    if poll.audience == "none" or (poll.is_anonymous and poll.stage == "open"):
        return None
    return shown_in(poll, SESSION if SESSION in poll.shown else FACILITATORS)


def dashboard_of(session_id: str, events: Iterable[Event], now_ms: int = 0) -> Dashboard:
    walk = DashboardWalk(session_id)
    for event in events:
        walk.step(event)
    return walk.board(now_ms)
