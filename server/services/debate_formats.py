"""Debate formats: the shipped ones, which nobody changes, and those that people made.

Everybody with an account reads them all. Facilitators make their own; whose a format is changes
and deletes it, and admins all of them. A debate takes a copy into its log, so neither touches a
debate that was planned before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from server.domain.debate_format import Format, check, from_data, to_data
from server.domain.debate_format_check import problems
from server.domain.errors import Conflict, Invalid, NotAllowed
from server.schemas import debate_format as wire
from server.services.caller import Caller
from server.services.debatekeeper import Note, import_debatekeeper
from server.services.errors import not_found
from server.services.ports import Clock, Library, Unit
from server.services.records import FormatRecord, UserRecord
from server.services.secrecy import new_id

MOST_OF_ONE = 200


def read_format(given: wire.DebateFormat, format_id: str | None = None) -> Format:
    data: dict[str, Any] = msgspec.to_builtins(given)
    if format_id is not None:
        data["format_id"] = format_id
    return from_data(data)


def show_format(form: Format) -> wire.DebateFormat:
    return msgspec.convert(to_data(form), wire.DebateFormat)


def found_in(form: Format) -> list[wire.FormatProblem]:
    return [wire.FormatProblem(each.code, each.message, each.field) for each in problems(form)]


class DebateFormats:
    def __init__(self, library: Library, shipped: Sequence[Format], now: Clock) -> None:
        self._library = library
        self._shipped = {form.format_id: form for form in shipped}
        """the default first"""
        self._now = now

    # ---- for the live side ----

    async def resolve(self, format_id: str) -> Format:
        """As it stands now. Raises ``NotFound``; a deleted one is not found."""
        shipped = self._shipped.get(format_id)
        if shipped is not None:
            return shipped
        async with self._library.read() as unit:
            record = await unit.debate_formats.format(format_id)
        if record is None or record.is_deleted:
            raise not_found("debate format")
        return from_data(record.data)

    # ---- reading ----

    async def formats(self, caller: Caller) -> list[wire.DebateFormatSummary]:
        """Shipped ones first, in their own order; then by name, one's own before others'."""
        user = caller.account()
        async with self._library.read() as unit:
            records = await unit.debate_formats.formats()
        made = [self._of(record, user).summary for record in records]
        made.sort(key=lambda each: (each.origin != "own", (each.name.en or each.name.de).lower()))
        return [self._of_shipped(form).summary for form in self._shipped.values()] + made

    async def format(self, caller: Caller, format_id: str) -> wire.StoredDebateFormat:
        user = caller.account()
        shipped = self._shipped.get(format_id)
        if shipped is not None:
            return self._of_shipped(shipped)
        async with self._library.read() as unit:
            record = await unit.debate_formats.format(format_id)
        if record is None or record.is_deleted:
            raise not_found("debate format")
        return self._of(record, user)

    # ---- writing ----

    async def add(self, caller: Caller, body: wire.SaveDebateFormat) -> wire.StoredDebateFormat:
        user = caller.facilitator()
        format_id = new_id()
        form = _checked(body.format, format_id)
        async with self._library.write() as unit:
            if await unit.debate_formats.count_of(user.user_id) >= MOST_OF_ONE:
                raise Conflict("too_many_formats", "Delete some of your formats first.")
            await unit.debate_formats.add(format_id, user.user_id, to_data(form), self._now())
            return await self._stored(unit, format_id, user)

    async def change(
        self, caller: Caller, format_id: str, body: wire.SaveDebateFormat
    ) -> wire.StoredDebateFormat:
        user = caller.facilitator()
        async with self._library.write() as unit:
            record = await self._own(unit, user, format_id)
            if record.is_deleted:
                raise not_found("debate format")
            if body.version is not None and body.version != record.version:
                raise Conflict(
                    "format_changed", "Somebody else has changed this format in the meantime."
                )
            form = _checked(body.format, format_id)
            await unit.debate_formats.change(format_id, to_data(form), self._now())
            return await self._stored(unit, format_id, user)

    async def delete(self, caller: Caller, format_id: str) -> None:
        user = caller.facilitator()
        async with self._library.write() as unit:
            record = await self._own(unit, user, format_id)
            if not record.is_deleted:
                await unit.debate_formats.set_deleted(format_id, self._now())

    async def restore(self, caller: Caller, format_id: str) -> wire.StoredDebateFormat:
        user = caller.facilitator()
        async with self._library.write() as unit:
            await self._own(unit, user, format_id)
            await unit.debate_formats.set_deleted(format_id, None)
            return await self._stored(unit, format_id, user)

    # ---- files ----

    def check(self, caller: Caller, body: wire.CheckDebateFormat) -> wire.CheckedDebateFormat:
        caller.facilitator()
        return wire.CheckedDebateFormat(found_in(read_format(body.format)))

    def read_file(self, caller: Caller, body: wire.ImportDebateFormat) -> wire.ImportedDebateFormat:
        """Debatekeeper's XML or our JSON, told apart by the first character. Nothing is stored."""
        caller.facilitator()
        text = body.text.lstrip("\ufeff \t\r\n")
        if text.startswith("<"):
            form, notes = import_debatekeeper(text)
        else:
            form, notes = _read_json(text), list[Note]()
        return wire.ImportedDebateFormat(
            show_format(form),
            [wire.FormatProblem(note.code, note.message, note.field) for note in notes],
            found_in(form),
        )

    # ---- parts ----

    async def _own(self, unit: Unit, user: UserRecord, format_id: str) -> FormatRecord:
        if format_id in self._shipped:
            raise Conflict("format_is_shipped", "This format comes with the program: duplicate it.")
        record = await unit.debate_formats.format(format_id)
        if record is None:
            raise not_found("debate format")
        if not _may_edit(record, user):
            raise NotAllowed("not_your_format", "Only its owner and admins may do this.")
        return record

    async def _stored(
        self, unit: Unit, format_id: str, user: UserRecord
    ) -> wire.StoredDebateFormat:
        record = await unit.debate_formats.format(format_id)
        assert record is not None
        return self._of(record, user)

    def _of_shipped(self, form: Format) -> wire.StoredDebateFormat:
        is_default = form.format_id == next(iter(self._shipped))
        summary = _summary(form, "shipped", can_edit=False, is_default=is_default)
        return wire.StoredDebateFormat(summary, show_format(form))

    def _of(self, record: FormatRecord, user: UserRecord) -> wire.StoredDebateFormat:
        form = from_data(record.data)
        origin: wire.FormatOrigin = "own" if record.owner_id == user.user_id else "other"
        summary = _summary(form, origin, can_edit=_may_edit(record, user), record=record)
        return wire.StoredDebateFormat(summary, show_format(form))


def _may_edit(record: FormatRecord, user: UserRecord) -> bool:
    return user.role == "admin" or (user.role == "facilitator" and record.owner_id == user.user_id)


def _checked(given: wire.DebateFormat, format_id: str) -> Format:
    try:
        return check(read_format(given, format_id))
    except Invalid as failure:
        raise Invalid(failure.code, failure.message, field=f"format.{failure.field}") from failure


def _read_json(text: str) -> Format:
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as failure:
        raise Invalid(
            "unknown_file", "This is neither a format in JSON nor a Debatekeeper file."
        ) from failure
    return from_data(data)


def _summary(
    form: Format,
    origin: wire.FormatOrigin,
    *,
    can_edit: bool,
    is_default: bool = False,
    record: FormatRecord | None = None,
) -> wire.DebateFormatSummary:
    shown = show_format(form)
    return wire.DebateFormatSummary(
        format_id=form.format_id,
        name=shown.name,
        short_name=shown.short_name,
        description=shown.description,
        origin=origin,
        owner_name=record.owner_name if record else None,
        can_edit=can_edit,
        is_default=is_default,
        is_deleted=record is not None and record.is_deleted,
        side_count=len(form.sides),
        seat_counts=[len(side.seats) for side in form.sides],
        speech_count=len(form.speeches),
        length_s=form.length_s,
        prep_s=form.prep_s,
        pool_s=form.pool_s,
        has_pois=form.poi.allowed or form.poi.is_optional,
        stretches=[
            wire.FormatStretch(
                speech.length_s,
                form.side(speech.side).stance if speech.side and speech.floor == "one" else None,
            )
            for speech in form.speeches
        ],
        version=record.version if record else 0,
        updated_at=record.updated_at if record else None,
    )
