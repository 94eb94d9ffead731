"""What the use cases need of the outside: repositories, blobs, clock, live sessions.

A ``Library`` hands out transactions; a use case does all its reads and writes in one, so a rule
such as "the last admin stays" holds whatever runs beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from server.domain.agenda_commands import EditAgenda, EditObjectives
from server.domain.debate_commands import OpenNotes, RevealDebate
from server.domain.events import Event
from server.domain.record import Record
from server.domain.slides_commands import DeleteDeck, OrderDecks, RenameDeck, RestoreDeck
from server.domain.state import SessionState as FoldedSession
from server.schemas.items import Item
from server.schemas.jobs import Step
from server.schemas.live import SessionSnapshot, WireEvent
from server.schemas.live_base import SessionRole, SessionState
from server.schemas.live_polls import PollView
from server.schemas.live_slides import DeckView
from server.schemas.plan import SessionPlan
from server.schemas.room_search import RoomHit
from server.services.records import (
    BookmarkRecord,
    ChatFileRecord,
    CourseRecord,
    DeckRecord,
    FormatRecord,
    InvitationRecord,
    LinkRecord,
    MarkRecord,
    MaterialRecord,
    MemberRecord,
    NotificationRecord,
    RecordingQuery,
    RecordingRecord,
    SeatRecord,
    SessionRecord,
    StandingRecord,
    UserRecord,
    Viewer,
)

DeckCommand = DeleteDeck | RestoreDeck | RenameDeck | OrderDecks
OutsideCommand = EditAgenda | EditObjectives | RevealDebate | OpenNotes | DeckCommand
"""what a facilitator may have done who is not in class"""

# ---- repositories ----------------------------------------------------------------------------


class Accounts(Protocol):
    async def user(self, user_id: str) -> UserRecord | None: ...
    async def user_by_email(self, email: str) -> UserRecord | None: ...
    async def users(self) -> list[UserRecord]: ...
    async def add_user(self, user: UserRecord) -> None: ...
    async def change_user(self, user_id: str, **values: Any) -> None: ...
    async def active_admin_count(self) -> int: ...
    async def user_count(self) -> int: ...

    async def add_sign_in(
        self, sign_in_id: str, user: UserRecord, now: datetime, expires_at: datetime
    ) -> None: ...
    async def signed_in_user(self, sign_in_id: str, now: datetime) -> UserRecord | None:
        """The account behind a sign-in that still counts: not expired, revoked or of an older
        epoch, and the account not disabled."""
        ...

    async def revoke_sign_in(self, sign_in_id: str, now: datetime) -> None: ...

    async def add_invitation(
        self, invitation: InvitationRecord, token_hash: str, invited_by: str
    ) -> None: ...
    async def invitations(self, now: datetime) -> list[InvitationRecord]:
        """Those that may still be accepted, newest first."""
        ...

    async def invitation_by_token(self, token_hash: str) -> InvitationRecord | None: ...
    async def change_invitation(self, invitation_id: str, **values: Any) -> int: ...

    async def add_reset(
        self, reset_id: str, token_hash: str, user_id: str, now: datetime, expires_at: datetime
    ) -> None: ...
    async def use_reset(self, token_hash: str, now: datetime) -> str | None:
        """Spend the token, once; the user it was for."""
        ...

    async def replace_setup_token(self, token_hash: str, now: datetime) -> None: ...
    async def use_setup_token(self, token_hash: str, now: datetime) -> bool: ...


class Sessions(Protocol):
    async def courses(self, viewer: Viewer) -> list[CourseRecord]: ...
    async def course(self, course_id: str) -> CourseRecord | None: ...
    async def add_course(
        self, course_id: str, title: str, created_by: str, now: datetime
    ) -> None: ...

    async def session(self, session_id: str) -> SessionRecord | None: ...
    async def sessions(self, viewer: Viewer, state: SessionState | None) -> list[SessionRecord]: ...
    async def add_session(self, values: Mapping[str, Any]) -> None: ...
    async def change_session(self, session_id: str, **values: Any) -> None: ...

    async def role_in_session(self, session_id: str, user_id: str) -> SessionRole | None: ...
    async def roles_of(self, user_id: str) -> dict[str, SessionRole]: ...
    async def members(self, session_id: str) -> list[MemberRecord]: ...
    async def put_member(
        self, session_id: str, user_id: str, role: SessionRole, now: datetime
    ) -> None: ...
    async def remove_member(self, session_id: str, user_id: str) -> int: ...
    async def facilitator_count(self, session_id: str) -> int: ...

    async def links(self, session_id: str) -> list[LinkRecord]: ...
    async def link(self, link_id: str) -> LinkRecord | None: ...
    async def link_by_token(self, token_hash: str) -> LinkRecord | None: ...
    async def add_link(self, link: LinkRecord, token_hash: str, created_by: str) -> None: ...
    async def change_link(self, link_id: str, **values: Any) -> None: ...

    async def seat_of(
        self, session_id: str, *, user_id: str | None = None, link_id: str | None = None
    ) -> SeatRecord | None: ...
    async def seat(self, participant_id: str) -> SeatRecord | None: ...
    async def seats(self, session_id: str) -> list[SeatRecord]: ...
    async def add_seat(
        self,
        participant_id: str,
        session_id: str,
        user_id: str | None,
        link_id: str | None,
        now: datetime,
    ) -> None: ...


class Recordings(Protocol):
    async def page(self, query: RecordingQuery) -> tuple[list[RecordingRecord], int]: ...
    async def recording(self, recording_id: str) -> RecordingRecord | None: ...
    async def may_watch(self, recording_id: str, viewer: Viewer) -> bool: ...
    async def may_edit(self, recording_id: str, viewer: Viewer) -> bool: ...
    async def participants_of(self, recording_id: str, viewer: Viewer) -> frozenset[str]:
        """Who the viewer was in it, by account or by links."""
        ...

    async def room_hits(
        self,
        recording_id: str,
        viewer: Viewer,
        words: Sequence[str],
        numbers: Sequence[int],
        most: int,
    ) -> list[RoomHit]:
        """What was said in these rooms, as far as the viewer may enter them, the best first."""
        ...

    async def open_sides(self, session_id: str, debate_id: str) -> None:
        """What sides said by themselves is found by all who may watch, from now on (DB22)."""
        ...

    async def add_recording(self, values: Mapping[str, Any]) -> bool:
        """False: there is one of that id or session already."""
        ...

    async def put_people(
        self, recording_id: str, people: Sequence[tuple[str, str, SessionRole]]
    ) -> None:
        """(participant id, name, role) of everyone who took part."""
        ...

    async def change_recording(self, recording_id: str, **values: Any) -> None: ...
    async def steps(self, recording_id: str, attempt: int) -> list[Step]: ...

    async def items(self, recording_id: str) -> list[Item]: ...
    async def item(self, recording_id: str, item_id: str) -> Item | None: ...
    async def change_item(
        self,
        recording_id: str,
        item: Item,
        *,
        is_edited: bool,
        edited_by: str,
        now: datetime,
    ) -> None: ...
    async def add_response(
        self,
        response_id: str,
        recording_id: str,
        item_id: str,
        viewer: Viewer,
        option_id: str,
        is_right: bool,
        now: datetime,
    ) -> None: ...
    async def responded_items(self, recording_id: str, viewer: Viewer) -> set[str]: ...

    async def watch_position(self, recording_id: str, viewer: Viewer) -> int | None: ...
    async def set_watch_position(
        self, recording_id: str, viewer: Viewer, position_ms: int, now: datetime
    ) -> None: ...

    async def notifications(self, user_id: str, limit: int) -> list[NotificationRecord]: ...
    async def read_notification(
        self, notification_id: str, user_id: str, now: datetime
    ) -> bool: ...


class DebateFormatStore(Protocol):
    """Formats that people made; the shipped ones are files."""

    async def formats(self) -> list[FormatRecord]:
        """All that are not deleted, by name."""
        ...

    async def format(self, format_id: str) -> FormatRecord | None:
        """Deleted ones too."""
        ...

    async def count_of(self, owner_id: str) -> int: ...
    async def add(
        self, format_id: str, owner_id: str, data: Mapping[str, Any], now: datetime
    ) -> None: ...
    async def change(self, format_id: str, data: Mapping[str, Any], now: datetime) -> None: ...
    async def set_deleted(self, format_id: str, deleted_at: datetime | None) -> None: ...


class DeckStore(Protocol):
    async def add(self, deck: DeckRecord) -> None: ...
    async def remove(self, deck_id: str) -> None: ...
    async def settle(self, deck_id: str) -> None:
        """It stays for good: its session is long over and nobody had deleted it."""
        ...

    async def all(self) -> list[DeckRecord]: ...
    async def octets_of(self, session_id: str) -> int: ...
    async def unsettled(self, before: datetime) -> list[tuple[DeckRecord, bool]]:
        """Of sessions that were deleted (True) or ended before then, those not settled."""
        ...


class ChatFileRows(Protocol):
    """What is known of the files of the chat; the files are blobs."""

    async def file(self, session_id: str, file_id: str) -> ChatFileRecord | None: ...
    async def files(self, session_id: str | None = None) -> list[ChatFileRecord]:
        """Of one session, or all; oldest first."""
        ...

    async def totals(self, session_id: str, participant_id: str | None = None) -> tuple[int, int]:
        """How many there are and how large they are together."""
        ...

    async def add(self, file: ChatFileRecord) -> None: ...
    async def set_sent(self, file_id: str, now: datetime) -> None: ...
    async def remove(self, file_id: str) -> None: ...


class MaterialStore(Protocol):
    async def materials(self, session_id: str) -> list[MaterialRecord]:
        """In their order."""
        ...

    async def material(self, session_id: str, material_id: str) -> MaterialRecord | None: ...
    async def add(self, record: MaterialRecord, now: datetime) -> None: ...
    async def rename(self, material_id: str, title: str) -> None: ...
    async def set_order(self, material_ids: Sequence[str]) -> None: ...
    async def remove(self, material_id: str) -> None: ...
    async def mark(
        self, material_id: str, viewer: str, now: datetime, is_done: bool | None
    ) -> None:
        """Seen from the first time on; None leaves the tick as it is."""
        ...

    async def marks(self, session_id: str, viewer: str | None = None) -> list[MarkRecord]: ...
    async def counts(self, viewer: str) -> dict[str, tuple[int, int]]:
        """Session → (how many, how many of them this viewer has ticked)."""
        ...


class BookmarkRows(Protocol):
    """Each viewer's own; nobody's are read by anybody else."""

    async def of(self, recording_id: str, viewer: Viewer) -> list[BookmarkRecord]:
        """In the order of the recording."""
        ...

    async def add(self, recording_id: str, viewer: Viewer, record: BookmarkRecord) -> None: ...
    async def change(
        self, recording_id: str, viewer: Viewer, bookmark_id: str, note: str
    ) -> BookmarkRecord | None: ...
    async def remove(self, recording_id: str, viewer: Viewer, bookmark_id: str) -> bool: ...


class WebOriginRows(Protocol):
    """Sites whose pages may be shown in class."""

    async def all(self) -> list[str]: ...
    async def add(self, origin: str, now: datetime) -> None: ...
    async def remove(self, origin: str) -> int: ...


class Unit(Protocol):
    """One transaction: committed at the end of the ``async with``, undone by an exception."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def recordings(self) -> Recordings: ...
    @property
    def debate_formats(self) -> DebateFormatStore: ...
    @property
    def decks(self) -> DeckStore: ...
    @property
    def chat_files(self) -> ChatFileRows: ...
    @property
    def materials(self) -> MaterialStore: ...
    @property
    def bookmarks(self) -> BookmarkRows: ...
    @property
    def web_origins(self) -> WebOriginRows: ...


class Library(Protocol):
    def read(self) -> AbstractAsyncContextManager[Unit]: ...
    def write(self) -> AbstractAsyncContextManager[Unit]: ...


class Standings(Protocol):
    async def standing(
        self, participant_id: str, sign_in_id: str | None, now: datetime
    ) -> StandingRecord | None:
        """None where there is no such seat."""
        ...


# ---- the rest --------------------------------------------------------------------------------


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, in UTC, aware."""
        ...


class Blobs(Protocol):
    """Stored files by key; contract in tests/contract/blobs.py."""

    def local_path(self, key: str) -> Path | None:
        """Where the blob can be opened as a file; None when it is not there or not local.
        Raises Invalid for a key that is none, as every method does."""
        ...

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> int: ...
    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]: ...
    async def size(self, key: str) -> int | None: ...
    async def delete(self, key: str) -> None: ...
    async def keys(self, prefix: str = "") -> list[str]: ...


class ConvertedPage(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def notes(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


class SlideConverter(Protocol):
    """Hostile files to pictures and text, in a sandbox (``server/slides/``)."""

    def workshop(self) -> AbstractAsyncContextManager[Path]:
        """A folder for one upload, gone at the end."""
        ...

    async def convert(
        self, source: Path, told: Callable[[int, int], None]
    ) -> tuple[Path, Sequence[ConvertedPage]]:
        """The folder with ``page-<n>.webp`` and ``thumb-<n>.webp``, n from 1, and the pages.
        ``told``: pages done, pages. Raises Invalid."""
        ...


class LiveSessions(Protocol):
    """What HTTP and the use cases ask of the sessions that run in this process."""

    def present_count(self, session_id: str) -> int: ...
    async def kick(self, session_id: str, participant_id: str) -> None:
        """Remove the seat at once, with the socket and the media of it."""
        ...

    async def seat_changed(
        self, session_id: str, participant_id: str, name: str, role: SessionRole
    ) -> None:
        """Say so in class now; it holds from the next command on whatever comes of this."""
        ...

    async def sign_out(self, user_id: str, sign_in_id: str | None = None) -> None:
        """Close every socket of an account, or only those that one sign-in opened."""
        ...

    async def refresh_settings(self, session_id: str) -> None:
        """The session was edited."""
        ...

    async def polls(self, session_id: str) -> list[PollView]:
        """As its facilitators see them."""
        ...

    async def session_state(self, session_id: str) -> FoldedSession:
        """The fold of the session's log, live or not."""
        ...

    async def log_after(self, session_id: str, after: int) -> list[Event]:
        """The whole log after ``seq``; for folds of it, never for browsers."""
        ...

    def now_ms(self, session_id: str) -> int:
        """The session clock; 0 when the session is not loaded."""
        ...

    async def on_behalf(self, session_id: str, command: OutsideCommand) -> None:
        """Of a facilitator who is not in class, before it, in it or after it. Raises
        DomainError."""
        ...

    async def session_plan(self, session_id: str) -> SessionPlan: ...
    async def notes(self, session_id: str, participant_id: str) -> str:
        """The shared notes, for who was in the session."""
        ...

    async def add_deck(
        self, session_id: str, deck_id: str, name: str, titles: Sequence[str], by: str | None
    ) -> None:
        """Put converted slides on the session's timeline; raises what the rules say."""

    async def decks(self, session_id: str) -> list[DeckView]:
        """As its facilitators see them."""
        ...

    async def record(self, session_id: str) -> Record:
        """What a recording of the session is made of."""
        ...

    async def snapshot(self, session_id: str, participant_id: str) -> SessionSnapshot: ...
    async def events_after(
        self, session_id: str, participant_id: str, after: int
    ) -> list[WireEvent]: ...
