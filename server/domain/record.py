"""What of a session is on record: the fold of the log that the pipeline works from.

``record_of(session_id, events)`` gives who was recorded when, which tracks were on, what was
said in chat, asked in polls, marked and lost. All times are session time unless a field says
otherwise; ``Record.time`` maps them. What nobody consented to, or happened while recording was
not running, is not in here (docs/rules.md, CO and TL).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from server.domain import breakout_events as be
from server.domain import events as e
from server.domain import poll_events as pe
from server.domain import web_content_events as we
from server.domain.agenda_state import ActivityKind, Agenda
from server.domain.board_record import BoardShown, BoardWalk
from server.domain.debate_record import DebateWalk, Held, recorded
from server.domain.events import Event, Role, TrackKind
from server.domain.place import floors, huddles, voice_to_all
from server.domain.poll_answer import WITH_TEXT
from server.domain.poll_events import PollAnswer, PollKind
from server.domain.poll_result import count, result_of, visible
from server.domain.session import evolve
from server.domain.slides_state import Presentation
from server.domain.state import (
    MAIN_ROOM,
    AttachedFile,
    Participant,
    Poll,
    PollResult,
    SessionState,
    Stretch,
)
from server.domain.timeline import RecordTime, complement, intersection, merged
from server.domain.web_content_state import WebPage

GapCause = Literal["paused", "server_restart", "capture_lost", "disk_full"]


@dataclass(frozen=True, slots=True)
class Person:
    """A participant who was on record at least for a moment."""

    participant_id: str
    name: str
    role: Role
    is_guest: bool
    user_id: str | None
    on_record: tuple[Stretch, ...]
    on: Mapping[TrackKind, tuple[Stretch, ...]]
    """track → when it was on in the main room, cut to ``on_record``"""
    elsewhere: Mapping[str, Mapping[TrackKind, tuple[Stretch, ...]]] = field(
        default_factory=dict[str, Mapping[TrackKind, tuple[Stretch, ...]]]
    )
    """breakout room, or a side's huddle → the same there"""

    def muted(self, track: TrackKind) -> tuple[Stretch, ...]:
        """When the person was on record with this track off."""
        if not self.on_record:
            return ()
        whole = Stretch(self.on_record[0].start_ms, self.on_record[-1].end_ms)
        off = complement(self.on.get(track, ()), whole)
        return intersection(off, self.on_record)


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
class PollOnRecord:
    poll_id: str
    question: str
    options: tuple[str, ...]
    key: int | None
    is_anonymous: bool
    opened_at_ms: int
    closed_at_ms: int | None
    revealed_at_ms: int | None
    voted_count: int
    tally: tuple[int, ...] | None
    """None when the log may not tell (anonymous and never shown)"""
    is_shown: bool
    """whether the class saw the tally"""
    kind: PollKind = "single"
    targets: tuple[str, ...] = ()
    scale: tuple[float, float] | None = None
    labels: tuple[str, ...] = ()
    right: PollAnswer | None = None
    tolerance: float = 0.0
    explanation: str = ""
    entries: tuple[str, ...] = ()
    """what ``tally`` counts where it is not the options. What people wrote only where they were on
    record then, and never what somebody hid; anonymous texts cannot be told apart and stay out."""


@dataclass(frozen=True, slots=True)
class RoomOnRecord:
    """A breakout room while it was open; a set that was opened twice has it twice. Or a side of a
    debate while it was by itself, which has no breakout and a ``debate_id``."""

    breakout_id: str
    room_id: str
    name: str
    task: str
    from_ms: int
    to_ms: int
    members: frozenset[str] = frozenset()
    """who was in it meanwhile, on record or not"""
    debate_id: str | None = None
    side: str | None = None
    name_de: str = ""
    boards: tuple[BoardShown, ...] = ()
    """pictures of the room's whiteboard, in order"""


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


_Key = tuple[str, TrackKind | None, str]
"""participant, track (None: on record at all), room"""


class _Spans:
    """Spans by key, from a set that changes over time."""

    def __init__(self) -> None:
        self._open: dict[_Key, int] = {}
        self._closed: dict[_Key, list[Stretch]] = {}

    def hold(self, keys: set[_Key], at_ms: int) -> None:
        for key in [key for key in self._open if key not in keys]:
            span = Stretch(self._open.pop(key), at_ms)
            self._closed.setdefault(key, []).append(span)
        for key in keys:
            self._open.setdefault(key, at_ms)

    def of(
        self, participant_id: str, track: TrackKind | None, room_id: str = MAIN_ROOM
    ) -> tuple[Stretch, ...]:
        return merged(self._closed.get((participant_id, track, room_id), ()))

    def rooms_of(self, participant_id: str) -> list[str]:
        """Breakout rooms and huddles they were seen or heard in."""
        found = (room for who, _, room in self._closed if who == participant_id)
        return sorted({room for room in found if room != MAIN_ROOM})


class _Walk:
    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.spans = _Spans()
        self.epochs: list[tuple[int, int]] = []
        self.captures: dict[str, CaptureSpan] = {}
        self.declared: list[e.GapDeclared] = []
        self.chat: list[str] = []
        self.hands: list[HandUp] = []
        self.polls: list[str] = []
        self.answered_on_record: set[tuple[str, str]] = set()
        self.revealed_at: dict[str, int] = {}
        self.moments: list[str] = []
        self.confusion: list[int] = []
        self.debates = DebateWalk()
        self.spotlights: list[tuple[int, str | None]] = []
        self.slides: list[tuple[int, Presentation | None]] = []
        self.boards = BoardWalk()
        self.rooms: list[RoomOnRecord] = []
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
            self.spans.hold(_held(after), event.at_ms)
            self.huddles.step(after, event.at_ms)
        if before.presentation != after.presentation:
            self.slides.append((event.at_ms, after.presentation))
        self._note(event, after)
        self.boards.note(event)
        if changed:
            self._enter_rooms(after)
        self.debates.note(event, after)

    def _note(self, event: Event, state: SessionState) -> None:
        at_ms = event.at_ms
        match event.body:
            case e.EpochStarted(epoch=epoch):
                self.epochs.append((epoch, at_ms))
            case e.CaptureStarted() as c:
                self.captures[c.capture_id] = CaptureSpan(
                    c.capture_id, c.participant_id, c.track, c.path, c.room_id, at_ms, None
                )
            case e.CaptureStopped(capture_id=key) if key in self.captures:
                self.captures[key] = replace(self.captures[key], to_ms=at_ms)
            case e.GapDeclared() as gap:
                self.declared.append(gap)
            case e.SpotlightChanged(participant_id=target):
                self.spotlights.append((at_ms, target))
            case e.ChatSent(message_id=key, participant_id=who, to=None) if state.is_on_record(who):
                self.chat.append(key)
            case e.ChatEdited(message_id=key) if key in self.chat and not state.is_on_record(
                event.actor_id or ""
            ):
                # What it says now was written off the record.
                self.chat.remove(key)
            case we.WebPageShared() if state.web_page and state.recording.since_ms is not None:
                self.web_pages.append(state.web_page)
            case e.HandRaised(participant_id=who) if state.is_on_record(who):
                self.hands.append(HandUp(who, at_ms))
            case e.MomentMarked(moment_id=key, is_private=private) if (
                state.recording.since_ms is not None and not private
            ):
                self.moments.append(key)
            case e.ConfusionTapped() if state.recording.since_ms is not None:
                self.confusion.append(at_ms)
            case pe.PollOpened(poll_id=key) if state.recording.since_ms is not None:
                self.polls.append(key)
            case pe.VoteCast(poll_id=key, participant_id=str(who)):
                # The latest answer counts, and whether its author was on record at that moment.
                on_record = state.is_on_record(who)
                (self.answered_on_record.add if on_record else self.answered_on_record.discard)(
                    (key, who)
                )
            case pe.PollRevealed(poll_id=key) if state.recording.since_ms is not None:
                self.revealed_at[key] = at_ms
            case be.BreakoutsOpened(breakout_id=key) if state.breakouts is not None:
                self.rooms += [
                    RoomOnRecord(key, room.room_id, room.name, room.task, at_ms, _OPEN)
                    for room in state.breakouts.rooms
                ]
            case be.BreakoutsClosed():
                self._close_rooms(at_ms)
            case _:
                pass

    def _enter_rooms(self, state: SessionState) -> None:
        if all(room.to_ms != _OPEN for room in self.rooms):
            return
        inside: dict[str, set[str]] = {}
        for who in state.present:
            inside.setdefault(who.room_id, set()).add(who.participant_id)
        self.rooms = [
            replace(room, members=room.members | inside[room.room_id])
            if room.to_ms == _OPEN and not inside.get(room.room_id, set()) <= room.members
            else room
            for room in self.rooms
        ]

    def _close_rooms(self, at_ms: int) -> None:
        self.rooms = [
            replace(room, to_ms=at_ms) if room.to_ms == _OPEN else room for room in self.rooms
        ]

    def _elsewhere(
        self, who: Participant, on_record: tuple[Stretch, ...]
    ) -> dict[str, Mapping[TrackKind, tuple[Stretch, ...]]]:
        key = who.participant_id
        return {
            room: {
                track: intersection(self.spans.of(key, track, room), on_record)
                for track in who.tracks
            }
            for room in self.spans.rooms_of(key)
        }

    def finish(self, end_ms: int) -> Record:
        state = self.state
        self._close_rooms(end_ms)
        self.spans.hold(set(), end_ms)
        running = state.recording.since_ms
        tail = () if running is None else (Stretch(running, end_ms),)
        time = RecordTime((*state.recording.stretches, *tail))
        people: dict[str, Person] = {}
        for key, who in state.participants.items():
            # Cut once more to the stretches: a declared gap reaches back in time.
            on_record = intersection(self.spans.of(key, None), time.stretches)
            if on_record:
                on: dict[TrackKind, tuple[Stretch, ...]] = {
                    track: intersection(self.spans.of(key, track), on_record)
                    for track in who.tracks
                }
                people[key] = Person(
                    key, who.name, who.role, who.is_guest, who.user_id, on_record, on,
                    self._elsewhere(who, on_record),
                )  # fmt: skip
        messages = {m.message_id: m for m in state.chat if not m.is_deleted}
        moments = {m.moment_id: m for m in state.moments}
        return Record(
            session_id=state.session_id,
            recording_id=state.recording.recording_id,
            time=time,
            first_utc_ms=state.first_utc_ms or 0,
            epochs=tuple(self.epochs),
            people=people,
            captures=tuple(self.captures.values()),
            gaps=self._gaps(time),
            chat=tuple(
                ChatLine(m.message_id, m.participant_id, m.text, m.at_ms, m.room_id, m.file)
                for m in (messages[key] for key in self.chat if key in messages)
            ),
            hands=tuple(self.hands),
            polls=tuple(self._poll(key) for key in self.polls),
            moments=tuple(
                Mark(m.moment_id, m.participant_id, m.label, m.at_ms)
                for m in (moments[key] for key in self.moments)
            ),
            confusion=tuple(self.confusion),
            debates=recorded(self.debates.finish(), time),
            spotlights=tuple(self.spotlights),
            slides=tuple(self.slides),
            boards=self.boards.finish(end_ms),
            rooms=tuple(
                replace(one, boards=self.boards.in_room(one.room_id, one.from_ms, one.to_ms))
                for one in self.rooms
            ),
            huddles=self.huddles.finish(end_ms),
            web_pages=tuple(self.web_pages),
            activities=_activities(state.agenda, time, end_ms),
            member_user_ids=frozenset(
                who.user_id
                for who in state.participants.values()
                if who.user_id is not None and who.joined_at_ms is not None
            ),
        )

    def _poll(self, poll_id: str) -> PollOnRecord:
        poll = self.state.polls[poll_id]
        # An anonymous poll's result is in the log only where the class (or its host) saw it.
        if poll.is_anonymous:
            result = poll.revealed or poll.final
        else:
            result = result_of(poll)
        if poll.kind in WITH_TEXT:
            result = None if poll.is_anonymous else visible(poll, self._on_record_texts(poll))
        return PollOnRecord(
            poll_id=poll_id,
            question=poll.question,
            options=poll.options,
            key=poll.key,
            is_anonymous=poll.is_anonymous,
            opened_at_ms=poll.opened_at_ms or 0,
            closed_at_ms=poll.closed_at_ms,
            revealed_at_ms=self.revealed_at.get(poll_id),
            voted_count=len(poll.voters),
            tally=None if result is None else result.tally,
            is_shown=poll.revealed is not None or e.SESSION in poll.shown,
            kind=poll.kind,
            targets=poll.targets,
            scale=poll.scale,
            labels=poll.labels,
            right=poll.right,
            tolerance=poll.tolerance,
            explanation=poll.explanation,
            entries=() if result is None else result.entries,
        )

    def _on_record_texts(self, poll: Poll) -> PollResult:
        said = [
            answer
            for who, answer in poll.votes.items()
            if (poll.poll_id, who) in self.answered_on_record
        ]
        return count(poll, said)

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


_OPEN = -1
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


class HuddleWalk:
    """Sides of debates that are by themselves, from one state to the next (BR14)."""

    def __init__(self) -> None:
        self._open: dict[str, RoomOnRecord] = {}
        self._done: list[RoomOnRecord] = []

    def step(self, state: SessionState, at_ms: int) -> None:
        inside: dict[str, set[str]] = {}
        for who, place in huddles(state).items():
            inside.setdefault(place, set()).add(who)
        for place in [place for place in self._open if place not in inside]:
            self._done.append(replace(self._open.pop(place), to_ms=at_ms))
        for place, members in inside.items():
            known = self._open.get(place)
            if known is None:
                known = _huddle(state, place, at_ms)
            if known is not None:
                self._open[place] = replace(known, members=known.members | members)

    def finish(self, end_ms: int) -> tuple[RoomOnRecord, ...]:
        rest = [replace(one, to_ms=end_ms) for one in self._open.values()]
        return tuple(sorted([*self._done, *rest], key=lambda one: (one.from_ms, one.room_id)))


def _huddle(state: SessionState, place: str, at_ms: int) -> RoomOnRecord | None:
    _, debate_id, side_id = place.split(":", 2)
    debate = state.debates.get(debate_id)
    side = None if debate is None else next((s for s in debate.form.sides if s.id == side_id), None)
    if debate is None or side is None:
        return None
    return RoomOnRecord(
        "", place, side.name.get("en"), debate.motion, at_ms, _OPEN,
        debate_id=debate_id, side=side_id, name_de=side.name.get("de"),
    )  # fmt: skip


def _held(state: SessionState) -> set[_Key]:
    """Who is on record now and with which tracks that may be heard or seen in their room. What
    a side says in its huddle is in the huddle alone (DB22); who speaks without the floor, in no
    recording (DB18). Who speaks to all rooms is heard in each (BR10)."""
    held: set[_Key] = set()
    apart = huddles(state)
    to_all = voice_to_all(state)
    everywhere = (
        (MAIN_ROOM, *(room.room_id for room in state.breakouts.rooms))
        if to_all is not None and state.breakouts is not None
        else ()
    )
    heard = floors(state, {who.room_id for who in state.present})
    for who in state.present:
        key = who.participant_id
        if not state.is_on_record(key):
            continue
        held.add((key, None, MAIN_ROOM))
        floor = heard[who.room_id]
        off = _NOT_IN_HUDDLES if key in apart else frozenset[str]()
        if floor is not None and key not in floor:
            off = off | {"microphone"}
        seen = {track for track, on in who.tracks.items() if on and track not in off}
        held |= {(key, track, who.room_id) for track in seen}
        if key in apart:
            held |= {(key, track, apart[key]) for track, on in who.tracks.items() if on}
        if key == to_all and "microphone" in seen:
            held |= {(key, "microphone", room_id) for room_id in everywhere}
    return held


_NOT_IN_HUDDLES = frozenset({"microphone", "screen", "screen_audio"})
