"""Material to look at before class: links and files, and who has looked (docs/rules.md, MA)."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from server.domain.errors import Conflict, Invalid, NotAllowed
from server.schemas import materials as wire
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.file_kinds import clean_name
from server.services.material_kinds import KindSniffer
from server.services.ports import Blobs, Clock, Library, LiveSessions, Unit
from server.services.records import MaterialRecord
from server.services.secrecy import new_id
from server.services.sessions import Standing, facilitated, standing

MOST = 30
LARGEST = 20 << 20
FOLDER = "materials"


def blob_key(session_id: str, material_id: str) -> str:
    return f"{FOLDER}/{session_id}/{material_id}"


def viewer_key(caller: Caller, session_id: str, found: Standing) -> str:
    """Whose marks they are: an account's before a guest's seat, as at the door."""
    if found.role is not None:
        return f"user:{caller.account().user_id}"
    return f"link:{caller.seats[session_id]}"


class Materials:
    def __init__(self, library: Library, live: LiveSessions, blobs: Blobs, now: Clock) -> None:
        self._library = library
        self._live = live
        self._blobs = blobs
        self._now = now

    # ---- reading ----

    async def materials(self, caller: Caller, session_id: str) -> list[wire.Material]:
        async with self._library.read() as unit:
            found = await self._inside(unit, caller, session_id)
            return await self._show(unit, session_id, viewer_key(caller, session_id, found))

    async def open_file(
        self, caller: Caller, session_id: str, material_id: str
    ) -> tuple[MaterialRecord, str]:
        """The file and its blob's key. The check of access is made at every request."""
        async with self._library.read() as unit:
            await self._inside(unit, caller, session_id)
            record = await _existing(unit, session_id, material_id)
        if record.kind != "file":
            raise not_found("material")
        return record, blob_key(session_id, material_id)

    async def mark(
        self, caller: Caller, session_id: str, material_id: str, body: wire.MarkMaterial
    ) -> None:
        async with self._library.write() as unit:
            found = await self._inside(unit, caller, session_id)
            await _existing(unit, session_id, material_id)
            who = viewer_key(caller, session_id, found)
            is_done = None if body.mark == "seen" else body.mark == "done"
            await unit.materials.mark(material_id, who, self._now(), is_done)

    async def progress(self, caller: Caller, session_id: str) -> list[wire.MaterialProgress]:
        """Of learners with an account and of guests, whether they have looked or not."""
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
            people = [
                (f"user:{one.user_id}", one.name, False)
                for one in await unit.sessions.members(session_id)
                if one.role == "learner"
            ]
            people += [
                (f"link:{one.link_id}", one.name, True)
                for one in await unit.sessions.links(session_id)
                if one.revoked_at is None
            ]
            marks = await unit.materials.marks(session_id)
        return [
            wire.MaterialProgress(
                name,
                is_guest,
                [
                    wire.MaterialMark(mark.material_id, mark.seen_at, mark.done_at)
                    for mark in marks
                    if mark.viewer == key
                ],
            )
            for key, name, is_guest in people
        ]

    # ---- writing ----

    async def add_link(
        self, caller: Caller, session_id: str, body: wire.AddMaterialLink
    ) -> wire.Material:
        record = MaterialRecord(
            new_id(),
            session_id,
            "link",
            _title(body.title),
            checked_url(body.url),
            None,
            None,
            None,
        )
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            await self._add(unit, record)
        return shown(record)

    async def upload(
        self,
        caller: Caller,
        session_id: str,
        name: str,
        length: int | None,
        chunks: AsyncIterator[bytes],
    ) -> wire.Material:
        """Whole or not at all: a connection that breaks leaves nothing."""
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
            await self._require_room(unit, session_id)
        if length is not None and length > LARGEST:
            raise too_large()
        material_id, sniffer = new_id(), KindSniffer()
        key = blob_key(session_id, material_id)
        octets = await self._blobs.write(key, limited(chunks, sniffer))
        try:
            if not octets:
                raise Invalid("material_empty", "There is nothing in this file.", field="file")
            media_type = sniffer.finish()
            file_name = clean_name(name, media_type)
            title = _title(name.rpartition(".")[0] or name)[:120]
            record = MaterialRecord(
                material_id, session_id, "file", title, None, file_name, media_type, octets
            )
            async with self._library.write() as unit:
                await facilitated(unit, caller, session_id)
                await self._add(unit, record)
        except BaseException:
            await self._blobs.delete(key)
            raise
        return shown(record)

    async def edit(
        self, caller: Caller, session_id: str, material_id: str, body: wire.EditMaterial
    ) -> None:
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            await _existing(unit, session_id, material_id)
            await unit.materials.rename(material_id, _title(body.title))

    async def reorder(self, caller: Caller, session_id: str, body: wire.OrderMaterials) -> None:
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            known = [one.material_id for one in await unit.materials.materials(session_id)]
            if sorted(known) != sorted(body.material_ids):
                raise Conflict("plan_changed", "Somebody else has changed this in the meantime.")
            await unit.materials.set_order(body.material_ids)

    async def delete(self, caller: Caller, session_id: str, material_id: str) -> None:
        async with self._library.write() as unit:
            await facilitated(unit, caller, session_id)
            record = await _existing(unit, session_id, material_id)
            await unit.materials.remove(material_id)
        if record.kind == "file":
            await self._blobs.delete(blob_key(session_id, material_id))

    # ---- inside ----

    async def _inside(self, unit: Unit, caller: Caller, session_id: str) -> Standing:
        """Who belongs to the session and was not shut out of it."""
        found = await standing(unit, caller, session_id)
        seat = await unit.sessions.seat_of(
            session_id,
            user_id=caller.account().user_id if found.role is not None else None,
            link_id=None if found.role is not None else caller.seats[session_id],
        )
        if seat is not None and not found.is_facilitator:
            state = await self._live.session_state(session_id)
            who = state.participants.get(seat.participant_id)
            if who is not None and who.presence in ("denied", "removed"):
                raise NotAllowed("removed", "A facilitator removed you from this session.")
        return found

    async def _require_room(self, unit: Unit, session_id: str) -> None:
        if len(await unit.materials.materials(session_id)) >= MOST:
            raise Conflict("too_many_materials", f"At most {MOST} links and files.")

    async def _add(self, unit: Unit, record: MaterialRecord) -> None:
        await self._require_room(unit, record.session_id)
        await unit.materials.add(record, self._now())

    async def _show(self, unit: Unit, session_id: str, viewer: str) -> list[wire.Material]:
        marks = {mark.material_id: mark for mark in await unit.materials.marks(session_id, viewer)}
        result: list[wire.Material] = []
        for record in await unit.materials.materials(session_id):
            one, mark = shown(record), marks.get(record.material_id)
            if mark is not None:
                one.seen_at, one.done_at = mark.seen_at, mark.done_at
            result.append(one)
        return result


async def _existing(unit: Unit, session_id: str, material_id: str) -> MaterialRecord:
    record = await unit.materials.material(session_id, material_id)
    if record is None:
        raise not_found("material")
    return record


def shown(record: MaterialRecord) -> wire.Material:
    url = record.url or f"/api/v1/sessions/{record.session_id}/materials/{record.material_id}/file"
    return wire.Material(
        record.material_id, record.kind, record.title, url, record.media_type, record.octets,
        None, None,
    )  # fmt: skip


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise Invalid("empty_text", "Write something first.", field="title")
    return title


def checked_url(url: str) -> str:
    """Only https, and no name or password inside: a link that everybody in class will click."""
    bad = Invalid("bad_link", "A link that begins with https://, please.", field="url")
    if any(unicodedata.category(c)[0] in "CZ" for c in url):
        raise bad
    try:
        parts = urlsplit(url)
        is_good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        raise bad from None
    if not is_good:
        raise bad
    return url


def too_large() -> Invalid:
    return Invalid(
        "material_too_large", f"A file may have {LARGEST >> 20} MB at most.", field="file"
    )


async def limited(chunks: AsyncIterator[bytes], sniffer: KindSniffer) -> AsyncIterator[bytes]:
    octets = 0
    async for chunk in chunks:
        octets += len(chunk)
        if octets > LARGEST:
            raise too_large()
        sniffer.feed(chunk)
        yield chunk
