"""What the pipeline needs to know of a session: a fold of its log, small enough to be a file.

Whatever happened off the record is not in here, so no later step can let it slip through: spans
are those on record, with consent, with the track on. Spans are session time; marks, gaps and
priors are recording time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, field

from recordings.spans import RecordingTime, Span, Spans, both, joined, without
from server.domain import events as e
from server.schemas.api import Gap, TimelineMark


class KnownPerson(Struct, frozen=True):
    participant_id: str
    name: str
    role: Literal["facilitator", "learner"]
    is_on_record: bool
    """was in the room, with consent, while the recording ran"""


class LoggedCapture(Struct, frozen=True):
    capture_id: str
    participant_id: str
    track: str
    path: str
    started_ms: int
    stopped_ms: int | None


class LoggedPoll(Struct, frozen=True):
    poll_id: str
    at_ms: int
    question: str
    options: list[str]
    tally: list[int]
    key: int | None


class Facts(Struct, frozen=True):
    session_id: str
    recording_id: str
    first_utc_ms: int | None
    end_ms: int
    """session time of the last event"""
    stretches: Spans
    people: list[KnownPerson]
    allowed: dict[str, dict[str, Spans]]
    """participant → track → session time that may be in the recording"""
    captures: list[LoggedCapture]
    spotlights: list[tuple[Span, str]]
    """recording time"""
    gaps: list[Gap]
    marks: list[TimelineMark]
    polls: list[LoggedPoll] = field(default_factory=list)

    @property
    def time(self) -> RecordingTime:
        return RecordingTime(self.stretches)

    @property
    def duration_ms(self) -> int:
        return round(self.time.duration_ms)

    def names(self) -> dict[str, str]:
        return {p.participant_id: p.name for p in self.people if p.is_on_record}


class _Switches:
    """Spans during which something is on, from on and off in time order."""

    def __init__(self) -> None:
        self._since: int | None = None
        self._spans: list[Span] = []

    def turn(self, is_on: bool, at_ms: int) -> None:
        if is_on and self._since is None:
            self._since = at_ms
        elif not is_on and self._since is not None:
            self._spans.append(Span(self._since, at_ms))
            self._since = None

    def spans(self, end_ms: int) -> Spans:
        self.turn(False, end_ms)
        return joined(self._spans)


class _Fold:
    def __init__(self, recording_id: str) -> None:
        self.recording_id = recording_id
        self.first_utc_ms: int | None = None
        self.record = _Switches()
        self.consent: dict[str, _Switches] = defaultdict(_Switches)
        self.presence: dict[str, _Switches] = defaultdict(_Switches)
        self.tracks: dict[tuple[str, str], _Switches] = defaultdict(_Switches)
        self.people: dict[str, tuple[str, e.Role]] = {}
        self.captures: dict[str, LoggedCapture] = {}
        self.gaps: list[e.GapDeclared] = []
        self.spotlights: list[tuple[int, str | None]] = []

    def take(self, event: e.Event) -> None:  # noqa: C901 - a table of event types
        at = event.at_ms
        match event.body:
            case e.EpochStarted(utc_ms=utc_ms):
                if self.first_utc_ms is None:
                    self.first_utc_ms = utc_ms - at
                else:
                    # Nobody's packets outlive the server that took them.
                    self._all_off(at)
            case e.RecordingStarted(recording_id=recording_id):
                self.record.turn(recording_id == self.recording_id, at)
            case e.RecordingResumed():
                self.record.turn(True, at)
            case e.RecordingPaused() | e.RecordingStopped() | e.SessionEnded():
                self.record.turn(False, at)
            case e.ConsentGiven(participant_id=who):
                self.consent[who].turn(True, at)
            case e.ConsentDeclined(participant_id=who):
                self.consent[who].turn(False, at)
            case e.ParticipantJoined(participant_id=who, name=name, role=role):
                self.people[who] = (name, role)
                self.presence[who].turn(True, at)
            case e.ParticipantChanged(participant_id=who, name=name, role=role):
                self.people[who] = (name, role)
            case e.ParticipantReturned(participant_id=who):
                self.presence[who].turn(True, at)
            case (
                e.ParticipantAway(participant_id=who)
                | e.ParticipantLeft(participant_id=who)
                | e.ParticipantRemoved(participant_id=who)
            ):
                self._off(who, at)
                self.presence[who].turn(False, at)
            case e.TrackChanged(participant_id=who, track=track, is_on=is_on):
                self.tracks[who, track].turn(is_on, at)
            case e.SpotlightChanged(participant_id=who):
                self.spotlights.append((at, who))
            case e.CaptureStarted():
                body = event.body
                self.captures[body.capture_id] = LoggedCapture(
                    body.capture_id, body.participant_id, body.track, body.path, at, None
                )
            case e.CaptureStopped(capture_id=capture_id):
                known = self.captures.get(capture_id)
                if known is not None:
                    self.captures[capture_id] = LoggedCapture(
                        known.capture_id, known.participant_id, known.track, known.path,
                        known.started_ms, at,
                    )  # fmt: skip
            case e.GapDeclared():
                self.gaps.append(event.body)
            case _:
                pass

    def _off(self, who: str, at: int) -> None:
        for (owner, _), switches in self.tracks.items():
            if owner == who:
                switches.turn(False, at)

    def _all_off(self, at: int) -> None:
        for switches in self.tracks.values():
            switches.turn(False, at)


def facts_of(session_id: str, recording_id: str, log: Sequence[e.Event]) -> Facts:
    fold = _Fold(recording_id)
    for event in log:
        fold.take(event)
    end_ms = log[-1].at_ms if log else 0
    restarts = joined(
        Span(gap.from_ms, gap.to_ms) for gap in fold.gaps if gap.reason == "server_restart"
    )
    on_record = fold.record.spans(end_ms)
    stretches = without(on_record, restarts)
    time = RecordingTime(stretches)
    consent = {who: switches.spans(end_ms) for who, switches in fold.consent.items()}
    allowed: dict[str, dict[str, Spans]] = defaultdict(dict)
    for (who, track), switches in fold.tracks.items():
        spans = both(both(switches.spans(end_ms), consent.get(who, ())), stretches)
        if spans:
            allowed[who][track] = spans
    people: list[KnownPerson] = []
    for who, (name, role) in fold.people.items():
        there = both(fold.presence[who].spans(end_ms), on_record)
        if there:
            people.append(KnownPerson(who, name, role, bool(both(there, consent.get(who, ())))))
    named = {p.participant_id: p.name for p in people if p.is_on_record}
    return Facts(
        session_id=session_id,
        recording_id=recording_id,
        first_utc_ms=fold.first_utc_ms,
        end_ms=end_ms,
        stretches=stretches,
        people=people,
        allowed=dict(allowed),
        captures=[c for c in fold.captures.values() if c.participant_id in consent],
        spotlights=_spotlights(fold.spotlights, end_ms, time),
        gaps=_gaps(fold.gaps, on_record, restarts, time),
        marks=_marks(log, time, consent, named),
        polls=_polls(log, time),
    )


def _spotlights(
    changes: Iterable[tuple[int, str | None]], end_ms: int, time: RecordingTime
) -> list[tuple[Span, str]]:
    result: list[tuple[Span, str]] = []
    known = [*changes, (end_ms, None)]
    for (at, who), (until, _) in zip(known, known[1:], strict=False):
        if who is not None:
            result += [(span, who) for span in time.spans((Span(at, until),))]
    return result


def _gaps(
    declared: Sequence[e.GapDeclared], on_record: Spans, restarts: Spans, time: RecordingTime
) -> list[Gap]:
    result: list[Gap] = []
    for index, (at_ms, missing_ms) in enumerate(time.cuts()):
        before, after = time.stretches[index], time.stretches[index + 1]
        hole = (Span(before.end_ms, after.start_ms),)
        is_restart = bool(both(both(hole, restarts), on_record))
        reason = "server_restart" if is_restart else "paused"
        result.append(Gap(round(at_ms), round(missing_ms), reason))
    for gap in declared:
        if gap.reason == "server_restart":
            continue
        # Its time stays in the recording: another track may go on through it.
        for span in time.spans((Span(gap.from_ms, gap.to_ms),)):
            result.append(Gap(round(span.start_ms), 0, gap.reason))
    return sorted(result, key=lambda gap: gap.at_ms)


def _marks(  # noqa: C901 - a table of event types
    log: Sequence[e.Event], time: RecordingTime, consent: dict[str, Spans], names: dict[str, str]
) -> list[TimelineMark]:
    deleted = {ev.body.message_id for ev in log if isinstance(ev.body, e.ChatDeleted)}
    questions = {
        ev.body.poll_id: ev.body for ev in log if isinstance(ev.body, e.PollOpened)
    }
    marks: list[TimelineMark] = []

    def add(
        event: e.Event, kind: Literal["poll", "hand", "chat", "moment", "screen"], label: str,
        who: str | None, **data: str | int | list[str] | list[int] | None,
    ) -> None:
        at = time.at(event.at_ms)
        if at is None:
            return
        if who is not None:
            if not both((Span(event.at_ms, event.at_ms + 1),), consent.get(who, ())):
                return
            data = {"participant_id": who, "name": names.get(who, ""), **data}
        marks.append(TimelineMark(round(at), kind, label, data))

    for event in log:
        match event.body:
            case e.HandRaised(participant_id=who):
                add(event, "hand", names.get(who, ""), who)
            case e.ChatSent(participant_id=who, text=text, message_id=message_id):
                if message_id not in deleted and text:
                    add(event, "chat", text, who)
            case e.MomentMarked(label=label, moment_id=moment_id):
                add(event, "moment", label, None, moment_id=moment_id)
            case e.TrackChanged(participant_id=who, track="screen", is_on=True):
                add(event, "screen", names.get(who, ""), who)
            case e.PollOpened(poll_id=poll_id):
                add(event, "poll", event.body.question, None, poll_id=poll_id, phase="opened",
                    options=list(event.body.options))  # fmt: skip
            case e.PollRevealed(poll_id=poll_id, tally=tally, key=key):
                asked = questions.get(poll_id)
                if asked is not None:
                    add(event, "poll", asked.question, None, poll_id=poll_id, phase="revealed",
                        options=list(asked.options), tally=list(tally), key=key)  # fmt: skip
            case _:
                pass
    return marks


def _polls(log: Sequence[e.Event], time: RecordingTime) -> list[LoggedPoll]:
    """Polls that were opened and closed on record; the key is the facilitator's."""
    keys: dict[str, int | None] = {}
    opened: dict[str, tuple[e.PollOpened, int]] = {}
    tallies: dict[str, list[int]] = {}
    closed: set[str] = set()
    for event in log:
        match event.body:
            case e.PollCreated(poll_id=poll_id, key=key) | e.PollEdited(poll_id=poll_id, key=key):
                keys[poll_id] = key
            case e.PollOpened(poll_id=poll_id):
                if (at := time.at(event.at_ms)) is not None:
                    opened[poll_id] = (event.body, round(at))
            case e.PollCounted(poll_id=poll_id, tally=tally):
                if tally is not None:
                    tallies[poll_id] = list(tally)
            case e.PollRevealed(poll_id=poll_id, tally=tally):
                tallies[poll_id] = list(tally)
                closed.add(poll_id)
            case e.PollClosed(poll_id=poll_id):
                closed.add(poll_id)
            case _:
                pass
    return [
        LoggedPoll(
            poll_id, at, body.question, list(body.options), tallies.get(poll_id, []),
            keys.get(poll_id),
        )  # fmt: skip
        for poll_id, (body, at) in opened.items()
        if poll_id in closed
    ]
