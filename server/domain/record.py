"""What of a session is on record: the fold of the log that the pipeline works from.

``record_of(session_id, events)`` gives who was recorded when, which tracks were on, what was
said in chat, asked in polls, marked and lost. All times are session time unless a field says
otherwise; ``Record.time`` maps them. What nobody consented to, or happened while recording was
not running, is not in here (docs/rules.md, CO and TL).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from server.domain import web_content_events as we
from server.domain.agenda_state import ActivityKind, Agenda
from server.domain.board_record import BoardShown, BoardWalk
from server.domain.chat_events import ChatEdited, ChatSent
from server.domain.debate_record import DebateWalk, Held, recorded
from server.domain.events import Event
from server.domain.hand_events import HandRaised
from server.domain.person_record import PeopleWalk, Person
from server.domain.poll_record import PollOnRecord, PollWalk
from server.domain.recording_events import CaptureStarted, CaptureStopped, GapDeclared, MomentMarked
from server.domain.room_record import HuddleWalk, RoomOnRecord, RoomWalk
from server.domain.session import evolve
from server.domain.session_events import ConfusionTapped, EpochStarted
from server.domain.slides_state import Presentation
from server.domain.state import MAIN_ROOM, AttachedFile, SessionState, Stretch
from server.domain.timeline import RecordTime, complement
from server.domain.track_events import SpotlightChanged, TrackKind
from server.domain.web_content_state import WebPage

GapCause = Literal["paused", "server_restart", "capture_lost", "disk_full"]


@dataclass(frozen=True, slots=True)
class CaptureSpan:
    """One capture file. ``to_ms`` None: never reported stopped, read it to its (torn) end."""

    capture_id: str
    participant_id: str
    track: TrackKind
    path: str
    room_id: str
    from_ms: int
    to_ms: int | None


@dataclass(frozen=True, slots=True)
class RecordGap:
    """A cut in the recording (``is_cut``), or one track missing for a while."""

    reason: GapCause
    from_ms: int
    to_ms: int
    recording_ms: int
    """where it falls, in recording time"""
    is_cut: bool
    participant_id: str | None = None
    track: TrackKind | None = None


@dataclass(frozen=True, slots=True)
class ChatLine:
    message_id: str
    participant_id: str
    text: str
    at_ms: int
    room_id: str = MAIN_ROOM
    file: AttachedFile | None = None


@dataclass(frozen=True, slots=True)
class HandUp:
    participant_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ActivityOnRecord:
    """What of the agenda went on; one that was gone back to stands there again."""

    activity_id: str
    title: str
    kind: ActivityKind
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Mark:
    moment_id: str
    participant_id: str
    label: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Record:
    session_id: str
    recording_id: str | None
    time: RecordTime
    first_utc_ms: int
    """UTC at session time 0"""
    epochs: tuple[tuple[int, int], ...]
    """``(epoch, starts at)``"""
    people: Mapping[str, Person]
    captures: tuple[CaptureSpan, ...]
    gaps: tuple[RecordGap, ...]
    chat: tuple[ChatLine, ...]
    hands: tuple[HandUp, ...]
    polls: tuple[PollOnRecord, ...]
    moments: tuple[Mark, ...]
    confusion: tuple[int, ...]
    """when somebody was lost; nobody knows who"""
    debates: tuple[Held, ...]
    """who had the floor in debates, begun while the recording's clock ran"""
    spotlights: tuple[tuple[int, str | None], ...]
    """``(from, participant)``, in order"""
    slides: tuple[tuple[int, Presentation | None], ...]
    """``(from, what was presented)``, in order"""
    boards: tuple[BoardShown, ...]
    """pictures of the whiteboard while it was open, in order"""
    rooms: tuple[RoomOnRecord, ...]
    """breakout rooms, in the order in which they were opened"""
    huddles: tuple[RoomOnRecord, ...]
    """sides of debates by themselves, likewise"""
    activities: tuple[ActivityOnRecord, ...]
    """what of the agenda went on for a while and is on record"""
    web_pages: tuple[WebPage, ...]
    """shown in everyone's frame from then on; what was in them is not in the recording"""
    member_user_ids: frozenset[str]
    """accounts of all who were in the session, on record or not: its audience"""

    @property
    def names(self) -> dict[str, str]:
        return {key: person.name for key, person in self.people.items()}


def record_of(session_id: str, events: Iterable[Event]) -> Record:
    log = list(events)
    walk = _Walk(SessionState(session_id))
    for event in log:
        walk.step(event)
    return walk.finish(log[-1].at_ms if log else 0)


class _Walk:
    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.people = PeopleWalk()
        self.epochs: list[tuple[int, int]] = []
        self.captures: dict[str, CaptureSpan] = {}
        self.declared: list[GapDeclared] = []
        self.chat: list[str] = []
        self.hands: list[HandUp] = []
        self.polls = PollWalk()
        self.moments: list[str] = []
        self.confusion: list[int] = []
        self.debates = DebateWalk()
        self.spotlights: list[tuple[int, str | None]] = []
        self.slides: list[tuple[int, Presentation | None]] = []
        self.boards = BoardWalk()
        self.rooms = RoomWalk()
        self.huddles = HuddleWalk()
        self.web_pages: list[WebPage] = []

    def step(self, event: Event) -> None:
        before, after = self.state, evolve(self.state, event)
        self.state = after
        changed = (
            before.participants is not after.participants
            or before.recording is not after.recording
            or before.debates is not after.debates
            or before.breakouts is not after.breakouts
        )
        if changed:
            self.people.step(after, event.at_ms)
            self.huddles.step(after, event.at_ms)
        if before.presentation != after.presentation:
            self.slides.append((event.at_ms, after.presentation))
        self._note(event, after)
        self.polls.note(event, after)
        self.boards.note(event)
        self.rooms.note(event, after)
        if changed:
            self.rooms.enter(after)
        self.debates.note(event, after)

    def _note(self, event: Event, state: SessionState) -> None:
        at_ms = event.at_ms
        match event.body:
            case EpochStarted(epoch=epoch):
                self.epochs.append((epoch, at_ms))
            case CaptureStarted() as c:
                self.captures[c.capture_id] = CaptureSpan(
                    c.capture_id, c.participant_id, c.track, c.path, c.room_id, at_ms, None
                )
            case CaptureStopped(capture_id=key) if key in self.captures:
                self.captures[key] = replace(self.captures[key], to_ms=at_ms)
            case GapDeclared() as gap:
                self.declared.append(gap)
            case SpotlightChanged(participant_id=target):
                self.spotlights.append((at_ms, target))
            case ChatSent(message_id=key, participant_id=who, to=None) if state.is_on_record(who):
                self.chat.append(key)
            case ChatEdited(message_id=key) if key in self.chat and not state.is_on_record(
                event.actor_id or ""
            ):
                # What it says now was written off the record.
                self.chat.remove(key)
            case we.WebPageShared() if state.web_page and state.recording.since_ms is not None:
                self.web_pages.append(state.web_page)
            case HandRaised(participant_id=who) if state.is_on_record(who):
                self.hands.append(HandUp(who, at_ms))
            case MomentMarked(moment_id=key, is_private=private) if (
                state.recording.since_ms is not None and not private
            ):
                self.moments.append(key)
            case ConfusionTapped() if state.recording.since_ms is not None:
                self.confusion.append(at_ms)
            case _:
                pass

    def finish(self, end_ms: int) -> Record:
        state = self.state
        running = state.recording.since_ms
        tail = () if running is None else (Stretch(running, end_ms),)
        time = RecordTime((*state.recording.stretches, *tail))
        messages = {m.message_id: m for m in state.chat if not m.is_deleted}
        moments = {m.moment_id: m for m in state.moments}
        return Record(
            session_id=state.session_id,
            recording_id=state.recording.recording_id,
            time=time,
            first_utc_ms=state.first_utc_ms or 0,
            epochs=tuple(self.epochs),
            people=self.people.finish(state, time, end_ms),
            captures=tuple(self.captures.values()),
            gaps=self._gaps(time),
            chat=tuple(
                ChatLine(m.message_id, m.participant_id, m.text, m.at_ms, m.room_id, m.file)
                for m in (messages[key] for key in self.chat if key in messages)
            ),
            hands=tuple(self.hands),
            polls=self.polls.finish(state),
            moments=tuple(
                Mark(m.moment_id, m.participant_id, m.label, m.at_ms)
                for m in (moments[key] for key in self.moments)
            ),
            confusion=tuple(self.confusion),
            debates=recorded(self.debates.finish(), time),
            spotlights=tuple(self.spotlights),
            slides=tuple(self.slides),
            boards=self.boards.finish(end_ms),
            rooms=self.rooms.finish(self.boards, end_ms),
            huddles=self.huddles.finish(end_ms),
            web_pages=tuple(self.web_pages),
            activities=_activities(state.agenda, time, end_ms),
            member_user_ids=frozenset(
                who.user_id
                for who in state.participants.values()
                if who.user_id is not None and who.joined_at_ms is not None
            ),
        )

    def _gaps(self, time: RecordTime) -> tuple[RecordGap, ...]:
        if not time.stretches:
            return ()
        whole = Stretch(time.stretches[0].start_ms, time.stretches[-1].end_ms)
        restarts = [g for g in self.declared if g.reason == "server_restart"]
        gaps: list[RecordGap] = []
        for cut in complement(time.stretches, whole):
            # The gap reaches on from the restart until somebody is back.
            is_restart = any(g.from_ms < cut.end_ms and cut.start_ms <= g.to_ms for g in restarts)
            gaps.append(
                RecordGap(
                    "server_restart" if is_restart else "paused",
                    cut.start_ms,
                    cut.end_ms,
                    time.nearest(cut.start_ms),
                    is_cut=True,
                )
            )
        gaps += [
            RecordGap(
                lost.reason,
                lost.from_ms,
                lost.to_ms,
                time.nearest(lost.from_ms),
                False,
                lost.participant_id,
                lost.track,
            )
            for lost in self.declared
            if lost.reason != "server_restart" and time.clip(lost.from_ms, lost.to_ms)
        ]
        return tuple(sorted(gaps, key=lambda gap: gap.from_ms))


_SHORTEST_ACTIVITY_MS = 20_000
"""what was skipped over is no part of the class"""


def _activities(agenda: Agenda, time: RecordTime, end_ms: int) -> tuple[ActivityOnRecord, ...]:
    """Where they come onto the record, which may be after they began."""
    found: list[ActivityOnRecord] = []
    for run in agenda.runs:
        one = agenda.find(run.activity_id)
        to_ms = end_ms if run.to_ms is None else run.to_ms
        on = time.clip(run.from_ms, to_ms)
        if one is None or sum(stretch.length_ms for stretch in on) < _SHORTEST_ACTIVITY_MS:
            continue
        from_ms = time.session_at(on[0].start_ms)
        found.append(ActivityOnRecord(one.activity_id, one.title, one.kind, from_ms, to_ms))
    return tuple(found)
