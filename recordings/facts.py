"""What the pipeline needs to know of a session: the domain's record, small enough to be a file.

Whatever happened off the record is not in here, so no later step can let it slip through: spans
are those on record, with consent, with the track on. Spans are session time; marks, gaps, polls
and spotlights are recording time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from recordings.poll_marks import mark_of
from recordings.spans import RecordingTime, Span, Spans, both
from server.domain import events as e
from server.domain.board_record import BoardShown
from server.domain.debate_record import Held
from server.domain.participant_events import ParticipantChanged, ParticipantJoined
from server.domain.record import Record, record_of
from server.domain.state import AttachedFile, Stretch
from server.schemas.live_base import SessionRole
from server.schemas.recordings import Gap, TimelineMark


class KnownPerson(Struct, frozen=True):
    participant_id: str
    name: str
    role: SessionRole
    is_on_record: bool
    """was in the room, with consent, while the recording ran"""


class LoggedCapture(Struct, frozen=True):
    capture_id: str
    participant_id: str
    track: str
    path: str
    from_ms: int
    to_ms: int | None


class LoggedPoll(Struct, frozen=True):
    poll_id: str
    at_ms: int
    question: str
    options: list[str]
    tally: list[int]
    key: int | None


class LoggedBoard(Struct, frozen=True):
    """A picture of the whiteboard on the stage; ``span`` is recording time."""

    span: Span
    picture_id: str
    opened_ms: int
    """session time at which the whiteboard was opened that it shows"""


class LoggedRoom(Struct, frozen=True):
    """A breakout room while it was open and on record, or a side of a debate by itself; ``span``
    is recording time."""

    room_id: str
    name: str
    task: str
    span: Span
    allowed: dict[str, dict[str, Spans]]
    """participant → track → session time that may be in this room's recording"""
    members: list[str] = []
    """who was in it, on record or not"""
    debate_id: str | None = None
    side: str | None = None
    name_de: str = ""
    boards: list[LoggedBoard] = []
    """pictures of its whiteboard, recording time"""


class LoggedSlide(Struct, frozen=True):
    """A page on the stage; ``span`` is recording time."""

    span: Span
    deck_id: str
    page: int
    title: str

    @property
    def stood(self) -> bool:
        """Not only turned over on the way to another."""
        return self.span.end_ms - self.span.start_ms >= STOOD_MS


STOOD_MS = 2000


class Facts(Struct, frozen=True):
    session_id: str
    recording_id: str
    first_utc_ms: int
    """UTC at session time 0"""
    stretches: Spans
    people: list[KnownPerson]
    allowed: dict[str, dict[str, Spans]]
    """participant → track → session time that may be in the recording, which follows the main
    room (BR15)"""
    captures: list[LoggedCapture]
    """of people who were on record"""
    spotlights: list[tuple[Span, str]]
    gaps: list[Gap]
    marks: list[TimelineMark]
    polls: list[LoggedPoll]
    rooms: list[LoggedRoom] = []
    slides: list[LoggedSlide] = []
    boards: list[LoggedBoard] = []

    @property
    def all_boards(self) -> list[LoggedBoard]:
        """With those of breakout rooms."""
        return [*self.boards, *(board for room in self.rooms for board in room.boards)]

    @property
    def time(self) -> RecordingTime:
        return RecordingTime(self.stretches)

    @property
    def duration_ms(self) -> int:
        return round(self.time.duration_ms)

    def names(self) -> dict[str, str]:
        return {p.participant_id: p.name for p in self.people if p.is_on_record}

    def facilitators(self) -> list[str]:
        return [p.participant_id for p in self.people if p.role == "facilitator" and p.is_on_record]


def facts_of(session_id: str, recording_id: str, log: Sequence[e.Event]) -> Facts:
    record = record_of(session_id, log)
    end_ms = log[-1].at_ms if log else 0
    return Facts(
        session_id=session_id,
        recording_id=recording_id,
        first_utc_ms=record.first_utc_ms,
        stretches=_spans(record.time.stretches),
        people=_people(record, log),
        allowed={
            who: {track: _spans(on) for track, on in person.on.items() if on}
            for who, person in record.people.items()
        },
        captures=[
            LoggedCapture(c.capture_id, c.participant_id, c.track, c.path, c.from_ms, c.to_ms)
            for c in record.captures
            if c.participant_id in record.people
        ],
        spotlights=_spotlights(record, end_ms),
        gaps=[
            # A track missing for a while takes no time out of the recording.
            Gap(gap.recording_ms, gap.to_ms - gap.from_ms if gap.is_cut else 0, gap.reason)
            for gap in record.gaps
        ],
        marks=_marks(record, end_ms),
        polls=[
            LoggedPoll(
                p.poll_id, record.time.nearest(p.opened_at_ms), p.question, list(p.options),
                list(p.tally or ()), p.key,
            )
            for p in record.polls
            # Items are made of choices: other kinds have no distractors.
            if p.kind in ("single", "true_false")
            and (p.closed_at_ms is not None or p.revealed_at_ms is not None)
        ],
        rooms=_rooms(record),
        slides=_slides(record, end_ms),
        boards=_boards(record, record.boards),
    )  # fmt: skip


def _rooms(record: Record) -> list[LoggedRoom]:
    """One entry a room and stretch of the recording in which it was open and somebody in it; of
    huddles those in which somebody was seen or heard."""
    found: list[LoggedRoom] = []
    for room in (*record.rooms, *record.huddles):
        open_for = (Span(room.from_ms, room.to_ms),)
        allowed = {
            who: {
                track: span
                for track, on in person.elsewhere.get(room.room_id, {}).items()
                if (span := both(_spans(on), open_for))
            }
            for who, person in record.people.items()
        }
        allowed = {who: tracks for who, tracks in allowed.items() if tracks}
        at = record.time.clip(room.from_ms, room.to_ms)
        if at and (allowed or (room.members and room.debate_id is None)):
            found.append(
                LoggedRoom(
                    room.room_id, room.name, room.task, Span(at[0].start_ms, at[-1].end_ms),
                    allowed, sorted(room.members), room.debate_id, room.side, room.name_de,
                    _boards(record, room.boards),
                )
            )  # fmt: skip
    return found


def _spans(stretches: Sequence[Stretch]) -> Spans:
    return tuple(Span(s.start_ms, s.end_ms) for s in stretches)


def _people(record: Record, log: Sequence[e.Event]) -> list[KnownPerson]:
    """All who were let in: they may watch, on record or not."""
    found: dict[str, KnownPerson] = {}
    for event in log:
        match event.body:
            case ParticipantJoined() | ParticipantChanged():
                body = event.body
                found[body.participant_id] = KnownPerson(
                    body.participant_id, body.name, body.role,
                    body.participant_id in record.people,
                )  # fmt: skip
            case _:
                pass
    return list(found.values())


def _spotlights(record: Record, end_ms: int) -> list[tuple[Span, str]]:
    result: list[tuple[Span, str]] = []
    changes = [*record.spotlights, (end_ms, None)]
    for (at, who), (until, _) in pairwise(changes):
        if who is not None:
            result += [(Span(s.start_ms, s.end_ms), who) for s in record.time.clip(at, until)]
    return result


def _slides(record: Record, end_ms: int) -> list[LoggedSlide]:
    """A page that stays is one, whoever may turn pages meanwhile."""
    result: list[LoggedSlide] = []
    for (at, now), (until, _) in pairwise([*record.slides, (end_ms, None)]):
        if now is None:
            continue
        for stretch in record.time.clip(at, until):
            span, before = Span(stretch.start_ms, stretch.end_ms), result[-1] if result else None
            if (
                before is not None
                and (before.deck_id, before.page) == (now.deck_id, now.page)
                and before.span.end_ms == span.start_ms
            ):
                span = Span(before.span.start_ms, span.end_ms)
                result.pop()
            result.append(LoggedSlide(span, now.deck_id, now.page, now.title))
    return result


def _boards(record: Record, boards: Sequence[BoardShown]) -> list[LoggedBoard]:
    return [
        LoggedBoard(Span(on.start_ms, on.end_ms), shown.picture_id, shown.opened_ms)
        for shown in boards
        for on in record.time.clip(shown.from_ms, shown.to_ms)
    ]


LOST_TOGETHER_MS = 60_000


def lost_together(taps: Sequence[int]) -> list[tuple[int, int]]:
    """``(at, how many)``: taps within a minute of the first are one mark."""
    found: list[tuple[int, int]] = []
    for at_ms in sorted(taps):
        if found and at_ms - found[-1][0] < LOST_TOGETHER_MS:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at_ms, 1))
    return found


_Data = dict[str, str | int | list[str | int] | None]


def _held_label(held: Held, names: Mapping[str, str]) -> str:
    """The speech and who holds it; of people not on record only the speech."""
    people = " / ".join(names[who] for who in held.participant_ids if who in names)
    if held.kind == "result":
        return " / ".join(winner.get("en") for winner in held.winners)
    said = held.name.get("en") if held.kind == "speech" else ""
    return ": ".join(part for part in (said, people) if part)


def _held_data(held: Held, record: Record) -> _Data:
    known = [who for who in held.participant_ids if who in record.names]
    return {
        "debate_id": held.debate_id,
        "room_id": held.room_id,
        "motion": held.motion,
        "part": held.part,
        "speech_kind": held.speech_kind,
        "name_en": held.name.get("en"),
        "name_de": held.name.get("de"),
        "side": held.side,
        "side_en": held.side_name.get("en"),
        "side_de": held.side_name.get("de"),
        "participant_id": known[0] if known else None,
        "participant_ids": list(known),
        "name": " / ".join(record.names[who] for who in known),
        "winners_en": [winner.get("en") for winner in held.winners],
        "winners_de": [winner.get("de") or winner.get("en") for winner in held.winners],
        "end_ms": record.time.duration_ms if held.to_ms is None
        else record.time.nearest(held.to_ms),
    }  # fmt: skip


def _file(file: AttachedFile | None) -> _Data:
    """What came with a line of chat; whether it may be opened is asked each time (FI4)."""
    if file is None:
        return {}
    return {
        "file_id": file.file_id,
        "file_name": file.name,
        "file_type": file.media_type,
        "file_bytes": file.octets,
    }


def _marks(record: Record, end_ms: int) -> list[TimelineMark]:
    marks: list[TimelineMark] = []
    names = record.names

    def add(
        at_ms: int, kind: Literal["poll", "hand", "chat", "moment", "screen", "confusion", "speech",
        "turn", "poi", "audience", "result", "breakout", "activity", "web_page"],
        label: str,
        data: _Data,
    ) -> None:  # fmt: skip
        at = record.time.at(at_ms)
        if at is not None:
            marks.append(TimelineMark(at, kind, label, data))

    def by(participant_id: str) -> _Data:
        return {"participant_id": participant_id, "name": names.get(participant_id, "")}

    rooms = {room.room_id: room.name for room in record.rooms}

    def where(room_id: str) -> _Data:
        return {"room": rooms[room_id], "room_id": room_id} if room_id in rooms else {}

    for phase in dict.fromkeys((r.breakout_id, r.from_ms, r.to_ms) for r in record.rooms):
        names_of = [r.name for r in record.rooms if (r.breakout_id, r.from_ms, r.to_ms) == phase]
        end = record.time.nearest(phase[2])
        add(phase[1], "breakout", ", ".join(names_of), {"rooms": list(names_of), "end_ms": end})
    for one in record.activities:
        about: _Data = {"activity_id": one.activity_id, "activity_kind": one.kind}
        end = record.time.nearest(one.to_ms)
        add(one.from_ms, "activity", one.title, {**about, "end_ms": end})
    for slide in _slides(record, end_ms):
        if slide.stood:
            shown: _Data = {"deck_id": slide.deck_id, "page": slide.page}
            shown["end_ms"] = round(slide.span.end_ms)
            marks.append(TimelineMark(round(slide.span.start_ms), "slide", slide.title, shown))
    for hand in record.hands:
        add(hand.at_ms, "hand", names.get(hand.participant_id, ""), by(hand.participant_id))
    for line in record.chat:
        said = line.text or (line.file.name if line.file is not None else "")
        if said:
            about_line = {**by(line.participant_id), **where(line.room_id), **_file(line.file)}
            add(line.at_ms, "chat", said, about_line)
    for at_ms, count in lost_together(record.confusion):
        add(at_ms, "confusion", "", {"count": count})
    for moment in record.moments:
        add(moment.at_ms, "moment", moment.label, {"moment_id": moment.moment_id})
    for poll in record.polls:
        add(poll.opened_at_ms, "poll", poll.question, mark_of(poll))
    for page in record.web_pages:
        about_page: _Data = {**by(page.participant_id), "url": page.url}
        add(page.since_ms, "web_page", page.title or page.url, about_page)
    for held in record.debates:
        label, facts = _held_label(held, names), _held_data(held, record)
        if held.kind == "result":
            # Revealed while the recording stood, or after it: where it stopped.
            marks.append(TimelineMark(record.time.nearest(held.from_ms), "result", label, facts))
        else:
            add(held.from_ms, held.kind, label, facts)
    for person in record.people.values():
        for span in person.on.get("screen", ()):
            add(span.start_ms, "screen", person.name, by(person.participant_id))
    return sorted(marks, key=lambda mark: mark.at_ms)
