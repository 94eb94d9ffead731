"""Uploads become decks: streamed aside, converted in a sandbox, stored, put on the timeline.

One conversion at a time: they are heavy, and a live class is more important. An upload is known to
this process alone; when the server restarts the facilitator uploads again. A deck is blobs
(``slides/<session>/<deck>/``), a row that says whose they are, and the event that makes it known;
they are made in this order, so what a crash leaves is found by ``tidy``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec

from server.domain import slides_commands as sc
from server.domain.errors import Conflict, DomainError, Invalid
from server.domain.slides import check_room_for_deck, may_see
from server.domain.state import SessionState
from server.schemas.live_base import ErrorBody
from server.schemas.live_slides import DeckView
from server.schemas.slides import (
    Deck,
    OrderSlides,
    RenameSlides,
    SlidePage,
    SlideUpload,
    UploadState,
)
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.ports import (
    Blobs,
    Clock,
    DeckCommand,
    Library,
    LiveSessions,
    SlideConverter,
)
from server.services.recent import Recent
from server.services.records import DeckRecord
from server.services.seats import Seats
from server.services.secrecy import new_id
from server.services.sessions import facilitated, standing

log = logging.getLogger(__name__)

LARGEST_UPLOAD = 100 << 20
MOST_OCTETS = 2 << 30
"""of all decks of a session"""
MOST_UPLOADS = 8
"""on their way at once, on the whole server"""
SLOWEST = timedelta(minutes=30)
KEPT_FOR = timedelta(minutes=10)
"""how long an upload that ended is still told about"""
DELETED_FOR = timedelta(days=30)
"""how long files outlive the deletion of their deck or session"""
TIDY_EVERY_S = 24 * 3600.0
CHUNK = 1 << 18
_MOST_REMEMBERED = 8


@dataclass(slots=True, eq=False)
class _Upload:
    upload_id: str
    session_id: str
    name: str
    state: UploadState = "waiting"
    done: int = 0
    of: int | None = None
    deck_id: str | None = None
    error: DomainError | None = None
    task: asyncio.Task[None] | None = None

    def show(self) -> SlideUpload:
        error = self.error
        body = None if error is None else ErrorBody(error.code, error.message, error.field)
        return SlideUpload(
            self.upload_id, self.name, self.state, self.done, self.of, self.deck_id, body
        )


def folder_of(session_id: str, deck_id: str) -> str:
    return f"slides/{session_id}/{deck_id}"


@dataclass(slots=True, eq=False)
class SlideDecks:
    library: Library
    live: LiveSessions
    seats: Seats
    blobs: Blobs
    converter: SlideConverter
    now: Clock
    _uploads: dict[str, _Upload] = field(default_factory=dict[str, _Upload])
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _coming: int = 0
    """whose octets still arrive"""
    _tidying: asyncio.Task[None] | None = None
    _ended: Recent[SessionState] = field(default_factory=lambda: Recent(_MOST_REMEMBERED))
    """folds of the last few sessions that ended; nothing changes them any more"""

    async def start(self) -> None:
        self._tidying = asyncio.create_task(self._tidy_on(), name="slides-tidy")

    async def close(self) -> None:
        """End what is on its way. Safe to call twice."""
        tasks = [one.task for one in self._uploads.values() if one.task is not None]
        if self._tidying is not None:
            tasks.append(self._tidying)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- uploads -----------------------------------------------------------------------------

    async def upload(
        self,
        caller: Caller,
        session_id: str,
        name: str,
        chunks: AsyncIterator[bytes],
        size: int | None,
    ) -> SlideUpload:
        """Take the file; converting goes on after the answer. ``size`` is what is announced."""
        await self._facilitated(caller, session_id)
        if size is not None and size > LARGEST_UPLOAD:
            raise _too_large()
        self._forget()
        running = sum(1 for one in self._uploads.values() if one.state in ("waiting", "converting"))
        if running + self._coming >= MOST_UPLOADS:
            raise Conflict("too_many_uploads", "Too many uploads at once; wait for one to end.")
        async with self.library.read() as unit:
            used = await unit.decks.octets_of(session_id)
        if used >= MOST_OCTETS:
            raise Conflict("slides_storage_full", "The slides of this session take too much room.")
        check_room_for_deck(await self._state(session_id))
        by = await self._participant(caller, session_id)
        user_id = caller.account().user_id
        async with AsyncExitStack() as stack:
            self._coming += 1
            try:
                work = await stack.enter_async_context(self.converter.workshop())
                await _receive(chunks, work / "upload")
            finally:
                self._coming -= 1
            one = _Upload(new_id(), session_id, _clean(name))
            self._uploads[one.upload_id] = one
            work_on = self._convert(one, work / "upload", stack.pop_all(), by, user_id)
            one.task = asyncio.create_task(work_on, name=f"slides-{one.upload_id}")
        return one.show()

    async def uploads(self, caller: Caller, session_id: str) -> list[SlideUpload]:
        """Those of the session that are no decks: on their way, or failed. Oldest first."""
        await self._facilitated(caller, session_id)
        return [
            one.show()
            for one in self._uploads.values()
            if one.session_id == session_id and one.state != "done"
        ]

    async def progress(self, caller: Caller, session_id: str, upload_id: str) -> SlideUpload:
        await self._facilitated(caller, session_id)
        return self._find(session_id, upload_id).show()

    async def cancel(self, caller: Caller, session_id: str, upload_id: str) -> None:
        """What is a deck already stays one."""
        await self._facilitated(caller, session_id)
        one = self._find(session_id, upload_id)
        if one.task is not None and one.state in ("waiting", "converting"):
            one.task.cancel()
            await asyncio.gather(one.task, return_exceptions=True)
        self._uploads.pop(upload_id, None)

    def _find(self, session_id: str, upload_id: str) -> _Upload:
        one = self._uploads.get(upload_id)
        if one is None or one.session_id != session_id:
            raise not_found("upload")
        return one

    def _forget(self) -> None:
        """The oldest that ended; a timer takes each after its time as well."""
        ended = [key for key, one in self._uploads.items() if one.state in ("done", "failed")]
        for key in ended[:-MOST_UPLOADS]:
            del self._uploads[key]

    async def _convert(
        self, one: _Upload, source: Path, stack: AsyncExitStack, by: str | None, user_id: str
    ) -> None:
        def told(done: int, of: int) -> None:
            one.done, one.of = done, of

        async with stack:
            try:
                async with self._turn:
                    one.state = "converting"
                    out, pages = await self.converter.convert(source, told)
                    told(len(pages), len(pages))
                    numbered = [
                        SlidePage(n, page.title, page.text, page.notes, page.width, page.height)
                        for n, page in enumerate(pages, 1)
                    ]
                    deck = Deck(new_id(), one.name, numbered)
                    await self._store(one.session_id, deck, out, by, user_id)
                one.deck_id, one.state = deck.deck_id, "done"
            except DomainError as error:
                one.error, one.state = error, "failed"
            except asyncio.CancelledError:
                one.state = "failed"
                raise
            except Exception:
                log.exception("slides of session %s could not be taken in", one.session_id)
                one.error = DomainError("internal", "Something went wrong on our side.")
                one.state = "failed"
        loop = asyncio.get_running_loop()
        loop.call_later(KEPT_FOR.total_seconds(), self._uploads.pop, one.upload_id, None)

    async def _store(
        self, session_id: str, deck: Deck, out: Path, by: str | None, user_id: str
    ) -> None:
        folder = folder_of(session_id, deck.deck_id)
        octets = 0
        try:
            for page in deck.pages:
                for picture in ("page", "thumb"):
                    name = f"{picture}-{page.number}.webp"
                    octets += await self.blobs.write(f"{folder}/{name}", _file(out / name))
            text = msgspec.json.encode(deck)
            octets += await self.blobs.write(f"{folder}/deck.json", _once(text))
            async with self.library.write() as unit:
                await unit.decks.add(
                    DeckRecord(
                        deck.deck_id, session_id, deck.name, len(deck.pages), octets, user_id,
                        self.now(),
                    )
                )  # fmt: skip
            titles = tuple(page.title for page in deck.pages)
            await self.live.add_deck(session_id, deck.deck_id, deck.name, titles, by)
        except BaseException:
            await asyncio.shield(self._remove(session_id, deck.deck_id))
            raise

    async def _remove(self, session_id: str, deck_id: str) -> None:
        for key in await self.blobs.keys(folder_of(session_id, deck_id)):
            await self.blobs.delete(key)
        async with self.library.write() as unit:
            await unit.decks.remove(deck_id)

    # ---- the list, outside the class -------------------------------------------------------------

    async def decks(self, caller: Caller, session_id: str) -> list[DeckView]:
        """All of the session, the deleted ones too; before the class as in it (SL12)."""
        await self._facilitated(caller, session_id)
        return await self.live.decks(session_id)

    async def rename(
        self, caller: Caller, session_id: str, deck_id: str, body: RenameSlides
    ) -> None:
        await self._arrange(caller, session_id, sc.RenameDeck(deck_id, body.name))

    async def order(self, caller: Caller, session_id: str, body: OrderSlides) -> None:
        await self._arrange(caller, session_id, sc.OrderDecks(tuple(body.deck_ids)))

    async def delete(self, caller: Caller, session_id: str, deck_id: str) -> None:
        await self._arrange(caller, session_id, sc.DeleteDeck(deck_id))

    async def restore(self, caller: Caller, session_id: str, deck_id: str) -> None:
        await self._arrange(caller, session_id, sc.RestoreDeck(deck_id))

    async def _arrange(self, caller: Caller, session_id: str, command: DeckCommand) -> None:
        await self._facilitated(caller, session_id)
        await self.live.on_behalf(session_id, command)

    # ---- pages -------------------------------------------------------------------------------

    async def deck(self, caller: Caller, session_id: str, deck_id: str) -> Deck:
        state, who, leads = await self._looks(caller, session_id)
        stored = self._stored(session_id, deck_id)
        seen = [
            page
            for page in stored.pages
            if may_see(state, who, deck_id, page.number, is_facilitator=leads)
        ]
        if not seen:
            raise not_found("deck")
        if not leads:
            seen = [msgspec.structs.replace(page, notes="") for page in seen]
        return Deck(deck_id, state.decks[deck_id].name, seen)

    async def picture(
        self, caller: Caller, session_id: str, deck_id: str, number: int, picture: str
    ) -> Path:
        state, who, leads = await self._looks(caller, session_id)
        if not may_see(state, who, deck_id, number, is_facilitator=leads):
            raise not_found("page")
        path = self.blobs.local_path(f"{folder_of(session_id, deck_id)}/{picture}-{number}.webp")
        if path is None:
            raise not_found("page")
        return path

    def _stored(self, session_id: str, deck_id: str) -> Deck:
        try:
            path = self.blobs.local_path(f"{folder_of(session_id, deck_id)}/deck.json")
        except Invalid:
            path = None
        if path is None:
            raise not_found("deck")
        return msgspec.json.decode(path.read_bytes(), type=Deck)

    async def _looks(self, caller: Caller, session_id: str) -> tuple[SessionState, str, bool]:
        """The session, who asks, and whether they lead it. Raises for whom it is no business."""
        async with self.library.read() as unit:
            found = await standing(unit, caller, session_id)
        who = await self._participant(caller, session_id)
        return await self._state(session_id), who or "", found.is_facilitator

    async def _participant(self, caller: Caller, session_id: str) -> str | None:
        """None for who has never taken the seat."""
        try:
            return await self.seats.participant_id(caller, session_id)
        except DomainError:
            return None

    async def _state(self, session_id: str) -> SessionState:
        if (known := self._ended.get(session_id)) is not None:
            return known
        state = await self.live.session_state(session_id)
        if state.stage == "ended":
            self._ended.put(session_id, state)
        return state

    async def _facilitated(self, caller: Caller, session_id: str) -> None:
        async with self.library.read() as unit:
            await facilitated(unit, caller, session_id)

    # ---- tidying -----------------------------------------------------------------------------

    async def _tidy_on(self) -> None:
        while True:
            try:
                await self.tidy()
            except Exception:
                log.exception("old slides were not tidied away")
            await asyncio.sleep(TIDY_EVERY_S)

    async def tidy(self) -> None:
        """Take away files without a deck, decks of deleted sessions and deleted decks, each after
        its time. Recordings have copies of their own of what was shown."""
        keys = await self.blobs.keys("slides")
        # In this order: files come before their row, and the row before the conversion's end.
        is_busy = any(one.state == "converting" for one in self._uploads.values())
        async with self.library.read() as unit:
            known = {(row.session_id, row.deck_id) for row in await unit.decks.all()}
            old = await unit.decks.unsettled(self.now() - DELETED_FOR)
        for key in () if is_busy else keys:
            _, session_id, deck_id, *_ = [*key.split("/"), "", ""]
            if (session_id, deck_id) not in known:
                await self.blobs.delete(key)
        for row, is_session_deleted in old:
            deck = None
            if not is_session_deleted:
                deck = (await self._state(row.session_id)).decks.get(row.deck_id)
            if deck is None or deck.is_deleted:
                await self._remove(row.session_id, row.deck_id)
            else:
                async with self.library.write() as unit:
                    await unit.decks.settle(row.deck_id)


def _too_large() -> Invalid:
    return Invalid("slides_too_large", "Slides are 100 MB at most.", field="file")


def _clean(name: str) -> str:
    """The file's name as a title: no folders, no ending."""
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(letter for letter in base if letter.isprintable()).strip()
    stem, dot, ending = base.rpartition(".")
    if dot and stem and ending.lower() in ("pdf", "pptx"):
        base = stem
    return base[:120] or "Slides"


async def _receive(chunks: AsyncIterator[bytes], path: Path) -> None:
    size = 0
    try:
        async with asyncio.timeout(SLOWEST.total_seconds()):
            with path.open("xb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > LARGEST_UPLOAD:
                        raise _too_large()
                    await asyncio.to_thread(file.write, chunk)
    except TimeoutError as error:
        raise Invalid("upload_too_slow", "The upload took too long.", field="file") from error
    if size == 0:
        raise Invalid("slides_empty", "The file is empty.", field="file")


async def _file(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
