"""Recordings over HTTP: what is listed of them, and what their player is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.schemas.http_base import Request, Title
from server.schemas.room_search import FoundRoom


class Notification(Struct):
    notification_id: str
    kind: Literal["recording_provisional", "recording_ready", "recording_failed"]
    title: str
    """the recording's; what ``kind`` means is said in the reader's language"""
    path: str
    """in-app path, such as ``/recordings/<id>``"""
    created_at: datetime
    is_read: bool


RecordingStage = Literal["live", "processing", "provisional", "published", "failed"]
"""provisional: watchable, still being refined"""


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


class Gap(Struct):
    """A stretch that is not in the recording and why; shown on the seek bar."""

    at_ms: int
    """where in the recording it falls"""
    length_ms: int
    """how much session time is missing; 0 when it replaced nothing"""
    reason: Literal["paused", "server_restart", "capture_lost", "disk_full", "undrawn"]
    """``undrawn``: a picture was sent that nothing here could decode; the sound is there"""


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


class WatchProgress(Request):
    position_ms: Annotated[int, Meta(ge=0)]
