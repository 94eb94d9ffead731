"""What a session is at one moment: the fold of its log. Frozen; ``evolve`` makes the next one.

Mappings are never changed in place. ``VERSION`` goes up when the shape or the meaning of a field
changes: cached states of other versions are thrown away and folded anew from the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.domain.agenda_state import Agenda, Objectives
from server.domain.breakout_state import Breakouts, BreakoutSet, ReturnedNotes
from server.domain.chat_events import Emoji
from server.domain.debate_state import Debate
from server.domain.hand_events import HandOrder
from server.domain.participant_events import Role
from server.domain.poll_events import Audience, PollAnswer, PollPlan
from server.domain.session_events import LockKind
from server.domain.slides_state import Deck, Presentation
from server.domain.track_events import TrackKind
from server.domain.web_content_state import WebPage

VERSION = 8
MAIN_ROOM = "main"

Presence = Literal["waiting", "present", "away", "left", "denied", "removed"]
Stage = Literal["scheduled", "live", "ended"]
Consent = Literal["unasked", "given", "declined"]
Invitation = Literal["none", "asked", "granted"]
"""to speak: asked to unmute; granted once they have, until a facilitator mutes them"""
PollStage = Literal["draft", "open", "closed", "revealed"]
RecordingStage = Literal["off", "on", "paused", "stopped"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the people who planned the session chose; read afresh, not part of the log."""

    title: str = ""
    course_title: str | None = None
    lobby_is_on: bool = False
    record_automatically: bool = False
    web_origins: tuple[str, ...] = ()
    """sites whose pages may be shown"""


NO_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. ``participant_id`` None is the server itself."""

    participant_id: str | None
    role: Role | Literal["server"]
    name: str = ""
    is_guest: bool = False
    user_id: str | None = None
    is_stream: bool = False


THE_SERVER = Actor(None, "server")


@dataclass(frozen=True, slots=True)
class Participant:
    participant_id: str
    name: str
    role: Role
    is_guest: bool
    presence: Presence
    user_id: str | None = None
    room_id: str = MAIN_ROOM
    consent: Consent = "unasked"
    tracks: Mapping[TrackKind, bool] = field(default_factory=dict[TrackKind, bool])
    """kind → on; a kind never used is absent"""
    joined_at_ms: int | None = None
    """first time in the room; None for someone who never got past the lobby"""
    is_admitted: bool = False
    must_wait: bool = False
    """sent out: comes back through the lobby even where there is none"""
    invitation: Invitation = "none"
    is_stream: bool = False
    """a program behind a token, not a person at a page (ST1)"""

    @property
    def is_learner(self) -> bool:
        """Somebody who is taught: streams have a learner's rights and are none (ST5)."""
        return self.role == "learner" and not self.is_stream


@dataclass(frozen=True, slots=True)
class Hand:
    participant_id: str
    raised_at_ms: int
    talked_ms: int = 0
    """by then; what equity goes by"""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """What a message says of its file; the file itself is a blob."""

    file_id: str
    name: str
    media_type: str
    """found out from what is in it"""
    octets: int


@dataclass(frozen=True, slots=True)
class ChatMessage:
    message_id: str
    participant_id: str
    text: str
    at_ms: int
    is_deleted: bool = False
    to: str | None = None
    """the one person it is for"""
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    edited_at_ms: int | None = None
    reactions: Mapping[Emoji, tuple[str, ...]] = field(default_factory=dict[Emoji, tuple[str, ...]])
    """emoji → who, first first"""
    room_id: str = MAIN_ROOM
    file: AttachedFile | None = None


@dataclass(frozen=True, slots=True)
class PollResult:
    """What came of a poll; ``server/domain/poll_result.py`` says what the numbers mean by kind."""

    count: int
    """people, not clicks"""
    tally: tuple[int, ...]
    entries: tuple[str, ...] = ()
    """what ``tally`` counts where it is not the options: words, texts or numbers"""


@dataclass(frozen=True, slots=True)
class Poll(PollPlan):
    poll_id: str
    question: str
    options: tuple[str, ...]
    audience: Audience
    is_anonymous: bool
    key: int | None
    stage: PollStage = "draft"
    opened_at_ms: int | None = None
    closed_at_ms: int | None = None
    votes: Mapping[str, PollAnswer] = field(default_factory=dict[str, PollAnswer])
    """participant → answer; empty for anonymous polls"""
    voters: frozenset[str] = frozenset()
    shown: Mapping[str, PollResult] = field(default_factory=dict[str, PollResult])
    """channel → the last result shown in it"""
    final: PollResult | None = None
    """of an anonymous poll, from the close on, where anyone may see it"""
    revealed: PollResult | None = None
    hidden: frozenset[str] = frozenset()
    """texts a facilitator took out of the result, as ``poll_result.normal`` makes them"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Session time on record, ``end_ms`` not included."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Recording:
    stage: RecordingStage = "off"
    recording_id: str | None = None
    stretches: tuple[Stretch, ...] = ()
    """closed ones, in order"""
    since_ms: int | None = None
    """start of the one that is running"""

    def elapsed_ms(self, now_ms: int) -> int:
        running = 0 if self.since_ms is None else max(0, now_ms - self.since_ms)
        return sum(stretch.length_ms for stretch in self.stretches) + running


@dataclass(frozen=True, slots=True)
class Moment:
    moment_id: str
    participant_id: str
    label: str
    at_ms: int
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Capture:
    capture_id: str
    participant_id: str
    track: TrackKind
    path: str
    room_id: str


@dataclass(frozen=True, slots=True)
class Whiteboard:
    opened_at_ms: int | None = None
    """None: closed"""
    opened_by: str | None = None

    @property
    def is_open(self) -> bool:
        return self.opened_at_ms is not None


@dataclass(frozen=True, slots=True)
class SessionState:
    session_id: str
    stage: Stage = "scheduled"
    seq: int = 0
    at_ms: int = 0
    """of the last event"""
    channels: Mapping[str, int] = field(default_factory=dict[str, int])
    """channel → last counter"""
    epoch: int = 0
    first_utc_ms: int | None = None
    """UTC at session time 0"""
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    participants: Mapping[str, Participant] = field(default_factory=dict[str, Participant])
    hands: tuple[Hand, ...] = ()
    """as they were raised"""
    hand_order: HandOrder = "fifo"
    talked_ms: Mapping[str, int] = field(default_factory=dict[str, int])
    """participant → how long they have spoken, as counted so far"""
    locks: frozenset[LockKind] = frozenset({"unattended"})
    """what learners may not do"""
    unattended_since_ms: int | None = None
    """live, and no facilitator present"""
    confusion: tuple[int, ...] = ()
    """when somebody was lost"""
    chat: tuple[ChatMessage, ...] = ()
    breakouts: Breakouts | None = None
    """the last set of rooms, whatever its stage"""
    breakout_sets: tuple[BreakoutSet, ...] = ()
    returned_notes: tuple[ReturnedNotes, ...] = ()
    polls: Mapping[str, Poll] = field(default_factory=dict[str, Poll])
    debates: Mapping[str, Debate] = field(default_factory=dict[str, Debate])
    agenda: Agenda = field(default_factory=Agenda)
    objectives: Objectives = field(default_factory=Objectives)
    engaged_at_ms: int | None = None
    """when learners last took part in something (AM1)"""
    quiet_since_ms: int | None = None
    """facilitators are being told that nobody has since"""
    hinted_at_ms: int | None = None
    decks: Mapping[str, Deck] = field(default_factory=dict[str, Deck])
    presentation: Presentation | None = None
    web_page: WebPage | None = None
    recording: Recording = Recording()
    spotlight: str | None = None
    whiteboard: Whiteboard = Whiteboard()
    moments: tuple[Moment, ...] = ()
    captures: Mapping[str, Capture] = field(default_factory=dict[str, Capture])
    """running now"""

    @property
    def present(self) -> tuple[Participant, ...]:
        # A list takes half as long as a generator, and this is looked at with every change.
        return tuple([p for p in self.participants.values() if p.presence == "present"])

    @property
    def taking_part(self) -> Iterator[Participant]:
        """Who is here and not only to watch (OB1), and no stream (ST5)."""
        return (
            p
            for p in self.participants.values()
            if p.presence == "present" and p.role != "observer" and not p.is_stream
        )

    @property
    def is_attended(self) -> bool:
        return next(self.taking_part, None) is not None

    def is_on_record(self, participant_id: str) -> bool:
        """Whether this person may be captured and shown in the recording right now (CO1)."""
        participant = self.participants.get(participant_id)
        return (
            participant is not None
            and self.recording.stage == "on"
            and participant.presence == "present"
            and participant.role != "observer"
            and participant.consent == "given"
        )

    def track_is_on(self, participant_id: str, track: TrackKind) -> bool:
        participant = self.participants.get(participant_id)
        return (
            participant is not None
            and participant.presence == "present"
            and participant.tracks.get(track, False)
        )
