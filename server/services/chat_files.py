"""Files in chat: uploading, opening, clearing away (docs/rules.md, FI).

An upload lies under ``files/<session>/<file>`` and belongs to its uploader alone until a message
has it; then the message says who may open it, now in class, later as the recording allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from server.domain import chat_file
from server.domain.errors import Conflict, DomainError, Invalid
from server.domain.state import MAIN_ROOM, Actor, AttachedFile, ChatMessage
from server.schemas.chat_files import UploadedFile
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.file_kinds import Sniffer, clean_name
from server.services.ports import Blobs, Clock, Library, LiveSessions
from server.services.recent import Recent
from server.services.recordings import watchable
from server.services.records import ChatFileRecord
from server.services.seats import Place, Seats
from server.services.secrecy import new_id

LARGEST = 20 << 20
"""of one file"""
MOST_OF_ONE = 50
"""files of one person in one session"""
MOST_OCTETS = 1 << 30
"""of all files of a session together"""
UNSENT_LASTS = timedelta(days=1)
MOST_UPLOADS = 4
"""of one person at the same time"""
_REMEMBERED = 16
"""ended sessions whose messages with files are kept at hand"""


@dataclass(frozen=True, slots=True)
class _After:
    """What an ended session says of its files."""

    messages: Mapping[str, ChatMessage]
    """file → message"""
    on_record: frozenset[str]
    """messages in the recording"""
    recording_id: str | None
    took_part: frozenset[str]
    were_in: Mapping[str, frozenset[str]]
    """breakout room → who was in it while it was open, and who facilitates"""

    def is_in_reach(self, message: ChatMessage, who: str | None) -> bool:
        """What was sent in a room stays in it (BR16)."""
        return message.room_id == MAIN_ROOM or who in self.were_in.get(message.room_id, ())


class ChatFiles:
    def __init__(self, library: Library, blobs: Blobs, seats: Seats, now: Clock) -> None:
        self._library = library
        self._blobs = blobs
        self._seats = seats
        self._now = now
        self._uploading: dict[tuple[str, str], int] = {}
        self._ended: Recent[_After] = Recent(_REMEMBERED)

    # ---- uploading ----

    async def upload(
        self,
        caller: Caller,
        session_id: str,
        name: str,
        length: int | None,
        chunks: AsyncIterator[bytes],
        live: LiveSessions,
    ) -> UploadedFile:
        """Whole or not at all: a connection that breaks, or a cancelled upload, leaves nothing."""
        place = await self._seats.place(caller, session_id)
        await self._check(place, session_id, length, live)
        key = (session_id, place.participant_id)
        if self._uploading.get(key, 0) >= MOST_UPLOADS:
            raise Conflict("too_many_uploads", "Wait until your other files are there.")
        self._uploading[key] = self._uploading.get(key, 0) + 1
        try:
            return await self._take(place, session_id, name, chunks)
        finally:
            self._uploading[key] -= 1
            if not self._uploading[key]:
                del self._uploading[key]

    async def _check(
        self, place: Place, session_id: str, length: int | None, live: LiveSessions
    ) -> None:
        """Before a byte is read."""
        if length is not None and length > LARGEST:
            raise too_large()
        actor = Actor(
            place.participant_id, place.role, place.name, place.user_id is None, place.user_id
        )
        chat_file.check_upload(await live.session_state(session_id), actor, live.now_ms(session_id))
        async with self._library.read() as unit:
            mine, _ = await unit.chat_files.totals(session_id, place.participant_id)
            _, octets = await unit.chat_files.totals(session_id)
        if mine >= MOST_OF_ONE:
            raise Conflict("too_many_files", f"You have sent {MOST_OF_ONE} files; delete some.")
        if octets + (length or 0) > MOST_OCTETS:
            raise Conflict("files_full", "This session's files take all the room there is.")

    async def _take(
        self, place: Place, session_id: str, name: str, chunks: AsyncIterator[bytes]
    ) -> UploadedFile:
        file_id, sniffer = new_id(), Sniffer()
        blob = blob_key(session_id, file_id)
        octets = await self._blobs.write(blob, _checked(chunks, sniffer))
        try:
            if not octets:
                raise Invalid("file_empty", "There is nothing in this file.", field="file")
            media_type = await self._kind(blob, sniffer)
            record = ChatFileRecord(
                file_id, session_id, place.participant_id, clean_name(name, media_type),
                media_type, octets, self._now(), None,
            )  # fmt: skip
            async with self._library.write() as unit:
                # Asked again, now alone: others may have come meanwhile.
                mine, _ = await unit.chat_files.totals(session_id, place.participant_id)
                _, together = await unit.chat_files.totals(session_id)
                if mine >= MOST_OF_ONE or together + octets > MOST_OCTETS:
                    raise Conflict("files_full", "This session's files take all the room there is.")
                await unit.chat_files.add(record)
        except BaseException:
            await self._blobs.delete(blob)
            raise
        return UploadedFile(file_id, record.name, media_type, octets)

    async def _kind(self, blob: str, sniffer: Sniffer) -> str:
        path = self._blobs.local_path(blob)
        if path is None:
            whole = b"".join([chunk async for chunk in self._blobs.read(blob)])
            return await asyncio.to_thread(sniffer.finish, BytesIO(whole))

        def look(path: Path) -> str:
            with path.open("rb") as file:
                return sniffer.finish(file)

        return await asyncio.to_thread(look, path)

    async def withdraw(self, caller: Caller, session_id: str, file_id: str) -> None:
        """Taken back before it was sent; afterwards its message is what can be deleted."""
        place = await self._seats.place(caller, session_id)
        record = await self._record(session_id, file_id)
        if record is None or record.participant_id != place.participant_id:
            raise not_found("file")
        if record.sent_at is not None:
            raise Conflict("file_sent_already", "This file has been sent; delete the message.")
        await self.discard(session_id, file_id)

    # ---- opening ----

    async def open(
        self, caller: Caller, session_id: str, file_id: str, live: LiveSessions
    ) -> tuple[ChatFileRecord, str]:
        """The file and its blob's key; not_found for everyone it is none of the business of."""
        if caller.user is None and not caller.seats:
            caller.account()
        record = await self._record(session_id, file_id)
        if record is None:
            raise not_found("file")
        who = await self._participant(caller, session_id)
        after = await self._after(session_id, live)
        if after is not None:
            is_open = await self._is_open_after(caller, after, file_id, who)
        else:
            state = await live.session_state(session_id)
            message = chat_file.message_of(state, file_id)
            if message is None:
                is_open = who == record.participant_id and record.sent_at is None
            else:
                is_open = who is not None and chat_file.may_open(state, message, who)
        if not is_open:
            raise not_found("file")
        return record, blob_key(session_id, file_id)

    async def _is_open_after(
        self, caller: Caller, after: _After, file_id: str, who: str | None
    ) -> bool:
        """After class a private file stays with its two people; of the rest the recording shows
        what was said on record, and without a recording whoever was there has it all."""
        message = after.messages.get(file_id)
        if message is None:
            return False
        if message.to is not None:
            return who in (message.participant_id, message.to)
        if who == message.participant_id:
            return True
        if after.recording_id is None:
            return who in after.took_part and after.is_in_reach(message, who)
        if message.message_id not in after.on_record:
            return False
        async with self._library.read() as unit:
            try:
                recording = await watchable(unit, caller, after.recording_id)
            except DomainError:
                return False
        return recording.summary.can_edit or after.is_in_reach(message, who)

    async def _after(self, session_id: str, live: LiveSessions) -> _After | None:
        """Of an ended session, None of another. Its log changes no more, so it is kept."""
        if (known := self._ended.get(session_id)) is not None:
            return known
        async with self._library.read() as unit:
            session = await unit.sessions.session(session_id)
        if session is None:
            raise not_found("file")
        if session.state != "ended":
            return None
        state = await live.session_state(session_id)
        record = await live.record(session_id)
        hosts = frozenset(
            one.participant_id for one in state.participants.values() if one.role == "facilitator"
        )
        were_in: dict[str, frozenset[str]] = {}
        for room in record.rooms:  # a set that was opened twice has each room twice
            were_in[room.room_id] = were_in.get(room.room_id, hosts) | room.members
        after = _After(
            {m.file.file_id: m for m in state.chat if m.file is not None},
            frozenset(line.message_id for line in record.chat),
            session.recording_id,
            frozenset(
                who.participant_id
                for who in state.participants.values()
                if who.joined_at_ms is not None and who.presence != "removed"
            ),
            were_in,
        )
        return self._ended.put(session_id, after)

    async def _participant(self, caller: Caller, session_id: str) -> str | None:
        try:
            return (await self._seats.place(caller, session_id)).participant_id
        except DomainError:
            return None

    async def _record(self, session_id: str, file_id: str) -> ChatFileRecord | None:
        async with self._library.read() as unit:
            return await unit.chat_files.file(session_id, file_id)

    # ---- for the live side (server.live.ports.ChatFileStore) ----

    async def look_up(
        self, session_id: str, participant_id: str, file_id: str
    ) -> AttachedFile | None:
        record = await self._record(session_id, file_id)
        if record is None or record.participant_id != participant_id:
            return None
        return AttachedFile(file_id, record.name, record.media_type, record.octets)

    async def sent(self, session_id: str, file_id: str) -> None:
        async with self._library.write() as unit:
            await unit.chat_files.set_sent(file_id, self._now())

    async def discard(self, session_id: str, file_id: str) -> None:
        """The blob first: a row without one is found again by the sweep, the other way round
        nobody would know of it."""
        await self._blobs.delete(blob_key(session_id, file_id))
        async with self._library.write() as unit:
            await unit.chat_files.remove(file_id)

    # ---- clearing away ----

    async def sweep(self, live: LiveSessions) -> int:
        """Delete what no message has: uploads never sent, files whose message was deleted, blobs
        without a row. Returns how many went."""
        async with self._library.read() as unit:
            records = await unit.chat_files.files()
        by_session: dict[str, list[ChatFileRecord]] = {}
        for record in records:
            by_session.setdefault(record.session_id, []).append(record)
        gone = 0
        for session_id, files in by_session.items():
            state = await live.session_state(session_id)
            held = {m.file.file_id for m in state.chat if m.file is not None}
            for record in files:
                is_young = self._now() - record.created_at < UNSENT_LASTS
                is_waiting = record.sent_at is None and is_young and state.stage != "ended"
                if record.file_id in held:
                    if record.sent_at is None:
                        await self.sent(session_id, record.file_id)
                elif not is_waiting:
                    await self.discard(session_id, record.file_id)
                    gone += 1
        known = {blob_key(record.session_id, record.file_id) for record in records}
        for key in await self._blobs.keys(FOLDER):
            if key not in known and not await self._is_new(key):
                await self._blobs.delete(key)
                gone += 1
        return gone

    async def _is_new(self, key: str) -> bool:
        """Written since the rows were read, or being written: asked once more."""
        _, session_id, file_id = key.split("/")
        if any(one == session_id for one, _ in self._uploading):
            return True
        return await self._record(session_id, file_id) is not None


FOLDER = "files"


def blob_key(session_id: str, file_id: str) -> str:
    return f"{FOLDER}/{session_id}/{file_id}"


def too_large() -> Invalid:
    return Invalid("file_too_large", f"A file may have {LARGEST >> 20} MB at most.", field="file")


async def _checked(chunks: AsyncIterator[bytes], sniffer: Sniffer) -> AsyncIterator[bytes]:
    octets = 0
    async for chunk in chunks:
        octets += len(chunk)
        if octets > LARGEST:
            raise too_large()
        sniffer.feed(chunk)
        yield chunk
