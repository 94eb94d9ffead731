"""What the live session server needs from others: who sits where, and media.

``SeatResolver`` is implemented outside this package. ``MediaControl`` is policy for media: it is
told of every change of a session and speaks back through ``MediaHost``, which the hub implements.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from server.domain.commands import (
    CountAirtime,
    DeclareGap,
    ReportCaptureStarted,
    ReportCaptureStopped,
)
from server.domain.events import Event
from server.domain.participant_events import Role
from server.domain.state import AttachedFile, SessionState, Settings
from server.schemas.live_media import MediaAnswer, MediaOffer, MediaServers, MediaView
from server.schemas.media_report import MediaReport

CaptureReport = ReportCaptureStarted | ReportCaptureStopped | DeclareGap | CountAirtime
"""What the media plane alone knows and the log must hold."""

OnSessionEnded = Callable[[str, str | None], Awaitable[None]]
"""``(session_id, recording_id or None)``, after the end is committed; called again for the same
session when the server died before it returned, so it must be idempotent."""
OnSessionStarted = Callable[[str], Awaitable[None]]
"""``(session_id)``; may be called again after a restart."""
OnRecordingStarted = Callable[[str, str], Awaitable[None]]
"""``(session_id, recording_id)``, at every start; may be called again after a restart."""

MediaServersFor = Callable[[str], MediaServers]
"""TURN servers with a credential of this participant's own"""

ResolveFormat = Callable[[str], Awaitable[Mapping[str, Any]]]
"""A debate format's id → the format as data; raises NotFound."""


class ChatFileStore(Protocol):
    """Files that were uploaded for the chat. None: this server takes none."""

    async def look_up(
        self, session_id: str, participant_id: str, file_id: str
    ) -> AttachedFile | None:
        """What this person has uploaded to this session under the id."""
        ...

    async def sent(self, session_id: str, file_id: str) -> None:
        """A message has it now; from here on it stays as long as the message."""
        ...

    async def discard(self, session_id: str, file_id: str) -> None:
        """Its message was deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in one session that belongs to one account or one guest link."""

    participant_id: str
    """stays the same at every return"""
    name: str
    role: Role
    is_guest: bool
    user_id: str | None = None
    sign_in_id: str | None = None
    """of the browser the account came with"""
    is_stream: bool = False


class SeatResolver(Protocol):
    """Raises DomainError: NotAllowed (``not_signed_in``, ``not_a_member``, ``link_revoked``…),
    NotFound (``session_not_found``)."""

    async def resolve(
        self, session_id: str, cookies: Mapping[str, str], environ: Mapping[str, Any]
    ) -> Seat:
        """Whose seat these cookies open. ``environ`` is the WSGI-like mapping of the upgrade
        request (``aiohttp.request`` holds the request itself)."""
        ...

    async def refresh(self, session_id: str, seat: Seat) -> Seat:
        """The same seat with its role and name as the database has them now; raises when it is
        not to be used any more. Called on every command."""
        ...

    async def settings(self, session_id: str) -> Settings: ...


class Clock(Protocol):
    def monotonic_ns(self) -> int: ...

    def utc_ms(self) -> int: ...


class MediaHost(Protocol):
    """What a ``MediaControl`` may ask of the hub. Safe to call from the event loop at any time;
    sessions, participants and connections that have just gone are ignored."""

    def state(self, session_id: str) -> SessionState | None:
        """Last committed state; None when the session is not loaded."""
        ...

    def now_ms(self, session_id: str) -> int:
        """The session clock."""
        ...

    def epoch(self, session_id: str) -> int: ...

    def connection_id(self, session_id: str, participant_id: str) -> str | None:
        """The participant's live connection."""
        ...

    async def send(self, session_id: str, participant_id: str, event: str, payload: Any) -> None:
        """Emit ``slots``, ``levels`` or ``quality`` to one participant; structs are encoded."""
        ...

    def media_gone(self, session_id: str, participant_id: str, connection_id: str) -> None:
        """The transport that ``connection_id`` offered is closed; for a stream, which has no
        page, that is the end."""
        ...

    async def report(self, session_id: str, report: CaptureReport) -> None:
        """Append to the log through the session's mailbox; returns after commit.

        Do not await it inside ``session_changed``'s own call (the mailbox is busy with that):
        start a task.
        """
        ...


class MediaControl(Protocol):
    """One instance a server process."""

    async def start(self, host: MediaHost) -> None: ...

    def media_report(self) -> MediaReport: ...

    async def offer(
        self, session_id: str, participant_id: str, connection_id: str, offer: MediaOffer
    ) -> MediaAnswer:
        """Raises DomainError when the offer cannot be served."""
        ...

    async def view(
        self, session_id: str, participant_id: str, connection_id: str, view: MediaView
    ) -> None: ...

    async def connection_lost(
        self, session_id: str, participant_id: str, connection_id: str
    ) -> None:
        """The socket ``connection_id`` is gone (or was taken over by another)."""
        ...

    def session_changed(
        self,
        session_id: str,
        before: SessionState,
        events: Sequence[Event],
        after: SessionState,
    ) -> None:
        """Called in the mailbox after commit and before anyone is told, in order, once for
        every committed batch; must not block: muting and withdrawn consent act here, at once.
        A failure is logged and isolated."""
        ...

    async def close(self) -> None:
        """Safe to call twice."""
        ...


# ---- the event log ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered, to be given again to its repeats."""

    participant_id: str
    command_id: str
    answer: str
    """JSON"""


@dataclass(frozen=True, slots=True)
class AnonymousVote:
    """Who voted and what, the last time the two are together: the store parts them."""

    poll_id: str
    participant_id: str
    answer: str
    """JSON"""


@dataclass(frozen=True, slots=True)
class SettledBallots:
    """A debate's ballots after the second round: pairs take the place of what lay under names."""

    debate_id: str
    boxes: tuple[str, ...]
    """``poll_id`` of the rows that go"""
    box: str
    """``poll_id`` of those that come"""
    pairs: tuple[str, ...]
    """JSON ``[before, after]``, in no order"""


@dataclass(frozen=True, slots=True)
class PadWrite:
    """An update of the whiteboard or the shared notes."""

    pad: str
    seq: int
    update: bytes
    is_whole: bool = False
    """it holds everything the rows before it hold: they go"""


@dataclass(frozen=True, slots=True)
class Append:
    session_id: str
    events: Sequence[Event] = ()
    answers: Sequence[Answer] = ()
    votes: Sequence[AnonymousVote] = ()
    settled: Sequence[SettledBallots] = ()
    pads: Sequence[PadWrite] = ()
    snapshot: SessionState | None = None
    alive_at_ms: int | None = None
    is_end_told: bool = False
    """those who wait for the session's end have been told"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session as the log has it."""

    state: SessionState
    alive_until_ms: int
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """(participant, command id) → answer as JSON"""
    votes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """poll → its anonymous answers as JSON, in no order"""


class PictureStore(Protocol):
    """Where cleaned pictures of whiteboards lie until the recording is made."""

    async def put(self, session_id: str, picture_id: str, svg: bytes) -> None: ...


class SessionLog(Protocol):
    """The append-only log and what is committed with it (server/storage/event_log.py)."""

    async def start(self) -> None: ...

    async def append(self, batch: Append) -> None:
        """Return once the batch is on disk; raise, with nothing of it stored, otherwise."""
        ...

    async def load(self, session_id: str) -> Loaded: ...

    async def read_events(
        self, session_id: str, after: int = 0, limit: int | None = None
    ) -> list[Event]: ...

    async def load_pad(self, session_id: str, pad: str) -> list[tuple[int, bytes]]:
        """``(seq, update)`` of a pad, in order."""
        ...

    async def live_session_ids(self) -> list[str]:
        """Sessions that started and did not end."""
        ...

    async def untold_ends(self) -> list[tuple[str, str | None]]:
        """``(session_id, recording_id)`` of ends whose followers have not been told yet."""
        ...

    async def close(self) -> None: ...
