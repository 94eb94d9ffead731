"""A recording's items: review by its facilitators, answers by everyone who may watch."""

from __future__ import annotations

from msgspec import UnsetType
from msgspec.structs import replace

from server.domain.errors import Conflict, Invalid
from server.schemas.items import EditItem, Item, Option, Respond, ResponseResult
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.ports import Clock, Library
from server.services.recordings import editable, watchable
from server.services.secrecy import new_id

OPTIONS = range(2, 7)


def hide_key(item: Item) -> Item:
    """As someone sees it who has not answered yet."""
    options = [replace(option, is_key=None, feedback=None) for option in item.options]
    return replace(item, options=options, evidence="")


def key_of(item: Item) -> Option:
    for option in item.options:
        if option.is_key:
            return option
    raise Conflict("item_without_key", "This question has no right answer yet.")


def edited(item: Item, body: EditItem) -> Item:
    """Options that keep their text keep their id and feedback."""
    stem = item.stem if isinstance(body.stem, UnsetType) else body.stem.strip()
    if not stem:
        raise Invalid("empty_stem", "A question needs words.", field="stem")
    options = list(item.options)
    if not isinstance(body.options, UnsetType):
        texts = [text.strip() for text in body.options]
        if len(texts) not in OPTIONS:
            raise Invalid("option_count", "Give two to six answers.", field="options")
        if len({text.casefold() for text in texts}) < len(texts) or "" in texts:
            raise Invalid("options_alike", "Every answer must differ.", field="options")
        old = {option.text: option for option in item.options}
        key_index = next((i for i, o in enumerate(item.options) if o.is_key), 0)
        options = [
            replace(old[text], is_key=index == key_index)
            if text in old
            else Option(new_id(), text, index == key_index, None)
            for index, text in enumerate(texts)
        ]
        if all(not option.is_key for option in options) and isinstance(body.key, UnsetType):
            raise Invalid("key_missing", "Say which answer is right.", field="key")
    if not isinstance(body.key, UnsetType):
        if body.key >= len(options):
            raise Invalid("key_missing", "The right answer is none of these.", field="key")
        options = [
            replace(option, is_key=index == body.key) for index, option in enumerate(options)
        ]
    state = item.state if isinstance(body.state, UnsetType) else body.state
    return replace(item, stem=stem, options=options, state=state)


class ItemReview:
    def __init__(self, library: Library, now: Clock) -> None:
        self._library = library
        self._now = now

    async def items(self, caller: Caller, recording_id: str) -> list[Item]:
        async with self._library.read() as unit:
            record = await watchable(unit, caller, recording_id)
            items = await unit.recordings.items(recording_id)
            if record.summary.can_edit:
                return items
            answered = await unit.recordings.responded_items(recording_id, caller.viewer)
        return [
            item if item.item_id in answered else hide_key(item)
            for item in items
            if item.state == "accepted"
        ]

    async def edit(self, caller: Caller, recording_id: str, item_id: str, body: EditItem) -> Item:
        async with self._library.write() as unit:
            await editable(unit, caller, recording_id)
            before = await unit.recordings.item(recording_id, item_id)
            if before is None:
                raise not_found("item")
            after = edited(before, body)
            if after.state == "accepted":
                key_of(after)
            await unit.recordings.change_item(
                recording_id,
                after,
                is_edited=(after.stem, after.options) != (before.stem, before.options),
                edited_by=caller.account().user_id,
                now=self._now(),
            )
        return after

    async def respond(
        self, caller: Caller, recording_id: str, item_id: str, body: Respond
    ) -> ResponseResult:
        async with self._library.write() as unit:
            record = await watchable(unit, caller, recording_id)
            item = await unit.recordings.item(recording_id, item_id)
            if item is None or (item.state != "accepted" and not record.summary.can_edit):
                raise not_found("item")
            chosen = next((o for o in item.options if o.option_id == body.option_id), None)
            if chosen is None:
                raise Invalid("unknown_option", "This is none of the answers.", field="option_id")
            key = key_of(item)
            is_right = chosen.option_id == key.option_id
            await unit.recordings.add_response(
                new_id(),
                recording_id,
                item_id,
                caller.viewer,
                chosen.option_id,
                is_right,
                self._now(),
            )
        return ResponseResult(
            is_right=is_right,
            key_option_id=key.option_id,
            feedback=chosen.feedback,
            evidence=item.evidence,
            evidence_start_ms=item.evidence_start_ms,
            evidence_end_ms=item.evidence_end_ms,
        )
