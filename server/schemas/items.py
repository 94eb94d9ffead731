"""Quiz items and the answers to them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from server.schemas.http_base import Request

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
