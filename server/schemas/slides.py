"""Slides over HTTP: uploads and what is on the pages (docs/rules.md, SL)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from server.schemas.live_base import ErrorBody
from server.schemas.live_slides import DeckIds, DeckName

UploadState = Literal["waiting", "converting", "done", "failed"]


class SlideUpload(Struct):
    """On its way to a deck. Kept for ten minutes after its end, by this process alone."""

    upload_id: str
    name: str
    state: UploadState
    pages_done: int
    page_count: int | None
    """None until it is known"""
    deck_id: str | None
    """once it is done"""
    error: ErrorBody | None


class SlidePage(Struct):
    """``text`` is what stands on the page, the text alternative of its picture."""

    number: int
    """from 1"""
    title: str
    text: str
    notes: str
    """facilitators only"""
    width: int
    height: int


class Deck(Struct):
    """Pages that the asker may not see (yet) are not in it."""

    deck_id: str
    name: str
    pages: list[SlidePage]


class RenameSlides(Struct, forbid_unknown_fields=True):
    name: DeckName


class OrderSlides(Struct, forbid_unknown_fields=True):
    """In their new order; those it does not name come after them."""

    deck_ids: DeckIds
