"""Wire types of the HTTP API (``/api/v1``): one struct a body. docs/protocol.md lists the routes.

Request bodies forbid unknown fields; times are RFC 3339 in UTC, zones are IANA names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from server.schemas.live_base import GuestRole, Role, SessionRole, SessionState, StreamUse
from server.schemas.live_polls import PollView
from server.schemas.live_room import Consent
from server.schemas.room_search import FoundRoom

Name = Annotated[str, Meta(min_length=1, max_length=80)]
Title = Annotated[str, Meta(min_length=1, max_length=160)]
Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, Meta(min_length=10, max_length=256)]
Token = Annotated[str, Meta(min_length=16, max_length=128)]


class Request(Struct, forbid_unknown_fields=True):
    """Base of every request body."""


# ---- identity --------------------------------------------------------------------------------


class User(Struct):
    user_id: str
    name: str
    email: str
    role: Role
    is_disabled: bool
    created_at: datetime
    last_seen_at: datetime | None = None


class Me(Struct):
    """``GET /me``. Signed out and no guest seat: both None. Before the first admin exists,
    ``needs_setup`` is true."""

    user: User | None
    guest_session_ids: list[str]
    needs_setup: bool
    version: str


class SignIn(Request):
    email: Email
    password: Annotated[str, Meta(max_length=256)]


class Setup(Request):
    token: Token
    name: Name
    email: Email
    password: Password


class CreateInvitation(Request):
    email: Email
    name: Name
    role: Role


class Invitation(Struct):
    invitation_id: str
    email: str
    name: str
    role: Role
    expires_at: datetime
    link: str | None = None
    """only in the answer that made it; single use"""


class AcceptInvitation(Request):
    name: Name
    password: Password


class PasswordReset(Struct):
    link: str
    expires_at: datetime


class SetPassword(Request):
    password: Password


class EditUser(Request):
    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_disabled: bool | UnsetType = UNSET


class Notification(Struct):
    notification_id: str
    kind: Literal["recording_provisional", "recording_ready", "recording_failed"]
    title: str
    """the recording's; what ``kind`` means is said in the reader's language"""
    path: str
    """in-app path, such as ``/recordings/<id>``"""
    created_at: datetime
    is_read: bool


# ---- courses and sessions --------------------------------------------------------------------


class Course(Struct):
    course_id: str
    title: str
    is_mine: bool
    session_count: int


class CreateCourse(Request):
    title: Title


class CreateSession(Request):
    title: Title
    course_id: str | None = None
    starts_at: datetime | None = None
    """None: opens now, unscheduled"""
    duration_min: Annotated[int, Meta(ge=5, le=1440)] = 60
    time_zone: Annotated[str, Meta(max_length=64)] = "UTC"
    lobby_is_on: bool = True
    record_automatically: bool = True
    """ask for consent and start recording when the session starts"""
    description: Annotated[str, Meta(max_length=4000)] = ""


class EditSession(Request):
    title: Title | UnsetType = UNSET
    course_id: str | UnsetType | None = UNSET
    starts_at: datetime | UnsetType | None = UNSET
    duration_min: Annotated[int, Meta(ge=5, le=1440)] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    lobby_is_on: bool | UnsetType = UNSET
    record_automatically: bool | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=4000)] | UnsetType = UNSET


class Session(Struct):
    session_id: str
    title: str
    description: str
    course_id: str | None
    course_title: str | None
    state: SessionState
    starts_at: datetime | None
    duration_min: int
    time_zone: str
    lobby_is_on: bool
    record_automatically: bool
    facilitator_names: list[str]
    is_facilitator: bool
    is_observer: bool
    """the caller watches this session and takes no part in it"""
    present_count: int
    recording_id: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    material_count: int = 0
    """links and files to look at before class"""
    material_done_count: int = 0
    """ticked by the asker"""


class CreateJoinLink(Request):
    name: Name
    role: GuestRole = "learner"


class JoinLink(Struct):
    """One seat for one person. The secret is shown once, when it is made."""

    link_id: str
    name: str
    created_at: datetime
    is_revoked: bool
    is_used: bool
    link: str | None = None
    role: GuestRole = "learner"


class CreateStreamToken(Request):
    name: Name
    use: StreamUse
    may_be_recorded: bool = False
    """The facilitator answers for who is in it; ``watch`` is never on record."""


class StreamToken(Struct):
    """One seat for one program. The secret is shown once, when it is made."""

    token_id: str
    name: str
    use: StreamUse
    may_be_recorded: bool
    created_at: datetime
    is_revoked: bool
    is_used: bool
    path: str
    """of WHIP or WHEP, below the server's address"""
    token: str | None = None


class JoinInfo(Struct):
    """``GET /join/{token}``: what the person behind a link sees before joining."""

    session_id: str
    title: str
    state: SessionState
    name: str
    starts_at: datetime | None
    time_zone: str
    record_automatically: bool
    role: GuestRole = "learner"


class TakeSeat(Request):
    name: Name


class MediaReach(Struct):
    """Where a page can ask, by STUN and before it joins, whether media would get through."""

    hosts: list[str]
    """empty: where the page comes from"""
    port: int
    has_turn: bool
    """there is a way round, so nothing is said by the direct way being closed"""


class ServerStatus(Struct):
    """What its admins should know of the server."""

    version: str
    media_plane: Literal["native", "python"]
    media_plane_lack: str | None
    """why it is not the native one although it may be, and what to install"""


class WebOrigin(Struct):
    """A site whose pages may be shown in class, as ``https://host``."""

    origin: str


class AddWebOrigin(Request):
    """Any address of the site."""

    address: Annotated[str, Meta(min_length=4, max_length=2000)]


class UploadedFile(Struct):
    """For the chat; `send_chat` sends it."""

    file_id: str
    name: str
    media_type: str
    """found out from what is in it"""
    octets: int


class SetRole(Request):
    """Of a participant, from inside the class: a member's, or a guest's."""

    role: SessionRole


class AddMember(Request):
    """Enrol an account in a session; ``role`` within the session."""

    email: Email
    role: SessionRole = "learner"


class EarlierBreakoutRoom(Struct):
    name: str
    task: str
    participant_ids: list[str]
    """of this session: the same accounts, guests by their names"""
    missing: int
    """people of the set who are not here"""


class EarlierBreakoutSet(Struct):
    """Breakout rooms kept in another session, put into this one's people."""

    set_id: str
    session_id: str
    session_title: str
    name: str
    rooms: list[EarlierBreakoutRoom]


class EarlierPolls(Struct):
    """Polls of another session of the course, to be asked again."""

    session_id: str
    session_title: str
    at: datetime
    polls: list[PollView]


class Member(Struct):
    user_id: str
    name: str
    email: str
    role: SessionRole


# ---- recordings ------------------------------------------------------------------------------

StepName = Literal[
    "seal",
    "verify",
    "assemble",
    "provisional",
    "transcribe",
    "merge",
    "chapters",
    "items",
    "compose",
    "renditions",
    "index",
    "publish",
]
StepState = Literal["waiting", "running", "done", "failed", "skipped"]
RecordingStage = Literal["live", "processing", "provisional", "published", "failed"]
"""provisional: watchable, still being refined"""


class Step(Struct):
    name: StepName
    state: StepState
    progress: float
    """0…1"""
    started_at: datetime | None
    finished_at: datetime | None
    cpu_s: float | None
    detail: str | None
    error: str | None
    """cause of failure in plain words"""


class Job(Struct):
    recording_id: str
    stage: RecordingStage
    attempt: int
    steps: list[Step]
    can_retry: bool
    eta_s: float | None


class RecordingSummary(Struct):
    recording_id: str
    session_id: str
    title: str
    course_title: str | None
    stage: RecordingStage
    recorded_at: datetime
    duration_ms: int | None
    facilitator_names: list[str]
    participant_count: int
    chapter_count: int
    thumbnail: str | None
    """URL path; access-checked like the recording"""
    is_deleted: bool
    can_edit: bool
    snippet: str | None = None
    """search hit, with <mark>…</mark> around the words; already escaped"""
    snippet_at_ms: int | None = None
    snippet_room: FoundRoom | None = None
    """the hit is in this room, at its own time; None: in the recording itself"""


class RecordingPage(Struct):
    recordings: list[RecordingSummary]
    total: int


class EditRecording(Request):
    title: Title


class Chapter(Struct):
    chapter_id: str
    start_ms: int
    end_ms: int
    title: str
    thumbnail: str | None
    speaker_names: list[str]


class Word(Struct):
    start_ms: int
    end_ms: int
    text: str
    """with its punctuation and no surrounding space"""
    probability: float


class Segment(Struct):
    segment_id: str
    participant_id: str
    speaker_name: str
    start_ms: int
    end_ms: int
    words: list[Word]


class Gap(Struct):
    """A stretch that is not in the recording and why; shown on the seek bar."""

    at_ms: int
    """where in the recording it falls"""
    length_ms: int
    """how much session time is missing; 0 when it replaced nothing"""
    reason: Literal["paused", "server_restart", "capture_lost", "disk_full"]


class TimelineMark(Struct):
    at_ms: int
    kind: Literal[
        "poll", "hand", "chat", "moment", "screen", "confusion", "speech", "turn", "poi",
        "audience", "result", "breakout", "activity",
        "slide", "web_page", "whiteboard",
    ]  # fmt: skip
    label: str
    data: dict[str, str | int | list[str | int] | None]


class Track(Struct):
    """A provisional track the player switches between by ``cuts``."""

    track_id: str
    participant_id: str
    kind: Literal["camera", "screen", "audio_mix"]
    url: str
    start_ms: int
    end_ms: int


class Cut(Struct):
    """Constant layout from ``start_ms`` to ``end_ms``: what fills the main and the small frame."""

    start_ms: int
    end_ms: int
    main_track_id: str | None
    inset_track_id: str | None


class RecordedRoom(Struct):
    """A breakout room while it was open, or a side of a debate while it was by itself
    (``debate_id``). Its sound, pictures and transcript begin at ``start_ms`` of the recording."""

    room_id: str
    name: str
    task: str
    start_ms: int
    end_ms: int
    audio_url: str | None
    """None: nobody was heard"""
    participant_ids: list[str]
    """who can be heard"""
    number: int = 0
    """among the recording's rooms"""
    captions_url: str | None = None
    tracks: list[Track] = []
    cuts: list[Cut] = []
    """of the room's own time, as ``tracks``"""
    debate_id: str | None = None
    side: str | None = None
    name_de: str = ""
    """of a side"""
    members: list[str] = []
    """who was in it, and so may enter it again; empty for those who may not know"""
    boards: list[RecordedBoard] = []
    """its whiteboard; a cut whose main track begins with ``board:`` shows the picture of that
    moment, one that begins with ``slide:`` the recording's slide"""
    marks: list[TimelineMark] = []
    """what is the room's alone, in its own time"""
    chapters: list[Chapter] = []
    """likewise"""


class RecordedSlide(Struct):
    """A page that was on the stage; ``text`` is what stands on it."""

    start_ms: int
    end_ms: int
    deck_id: str
    page: int
    title: str
    text: str
    url: str


class RecordedBoard(Struct):
    """The whiteboard as it stood on the stage; ``text`` is what was written on it."""

    start_ms: int
    end_ms: int
    picture_id: str
    text: str
    url: str


class Recording(Struct):
    summary: RecordingSummary
    version: int
    hls_url: str | None
    """master playlist; None while provisional"""
    download_url: str | None
    captions_url: str | None
    audio_url: str | None
    """provisional mixed audio"""
    tracks: list[Track]
    cuts: list[Cut]
    chapters: list[Chapter]
    gaps: list[Gap]
    marks: list[TimelineMark]
    participant_names: dict[str, str]
    language: str | None
    storyboard_url: str | None
    rooms: list[RecordedRoom] = []
    """the recording itself follows the main room"""
    slides: list[RecordedSlide] = []
    """in order; a cut whose main track begins with ``slide:`` shows the page of that moment"""
    boards: list[RecordedBoard] = []
    """in order; a cut whose main track begins with ``board:`` shows the picture of that moment"""


class Transcript(Struct):
    segments: list[Segment]
    language: str | None
    engine: str
    model: str


ItemState = Literal["draft", "accepted", "dropped"]


class Option(Struct):
    option_id: str
    text: str
    is_key: bool | None
    """None towards learners before they respond"""
    feedback: str | None


class Item(Struct):
    item_id: str
    state: ItemState
    stem: str
    options: list[Option]
    evidence: str
    """verbatim quote from the transcript (empty towards learners before they respond)"""
    evidence_start_ms: int
    evidence_end_ms: int
    chapter_id: str | None
    origin: Literal["poll", "definition", "causal", "cloze", "fact"]


class EditItem(Request):
    state: ItemState | UnsetType = UNSET
    stem: Annotated[str, Meta(min_length=1, max_length=500)] | UnsetType = UNSET
    options: list[Annotated[str, Meta(min_length=1, max_length=200)]] | UnsetType = UNSET
    key: Annotated[int, Meta(ge=0, le=9)] | UnsetType = UNSET


class Respond(Request):
    option_id: str


class ResponseResult(Struct):
    is_right: bool
    key_option_id: str
    feedback: str | None
    evidence: str
    evidence_start_ms: int
    evidence_end_ms: int


class WatchProgress(Request):
    position_ms: Annotated[int, Meta(ge=0)]


class Consented(Struct):
    participant_id: str
    name: str
    consent: Consent
