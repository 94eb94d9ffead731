"""Slides: their rules are in docs/rules.md (SL1…)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from server.schemas.live_base import Command, Id

PageNumber = Annotated[int, Meta(ge=1, le=300)]
DeckName = Annotated[str, Meta(min_length=1, max_length=120)]
DeckIds = Annotated[list[Id], Meta(max_length=1000)]
"""deleted ones count too"""
Share = Annotated[float, Meta(ge=0, le=1)]


class DeleteDeck(Command, tag="delete_deck"):
    """Facilitator: out of the list; what is presented of it stops. It can be brought back."""

    deck_id: Id


class RestoreDeck(Command, tag="restore_deck"):
    deck_id: Id


class RenameDeck(Command, tag="rename_deck"):
    deck_id: Id
    name: DeckName


class OrderDecks(Command, tag="order_decks"):
    """Facilitator: the decks in their new order; those it does not name come after them."""

    deck_ids: DeckIds


class PresentDeck(Command, tag="present_deck"):
    """Facilitator: everybody sees this page from now on, instead of what was presented before."""

    deck_id: Id
    page: PageNumber = 1


class TurnPage(Command, tag="turn_page"):
    """Facilitator. ``deck_id``: what the one who turns sees (``other_slides_presented``)."""

    deck_id: Id
    page: PageNumber


class LetBrowse(Command, tag="let_browse"):
    """Facilitator: everybody may turn the pages on their own screen."""

    is_on: bool


class StopPresenting(Command, tag="stop_presenting"):
    pass


SlidesCommand = (
    DeleteDeck
    | RestoreDeck
    | RenameDeck
    | OrderDecks
    | PresentDeck
    | TurnPage
    | LetBrowse
    | StopPresenting
)


class DeckView(Struct):
    deck_id: str
    name: str
    titles: list[str]
    """of each page, "" where it has none"""
    added_at_ms: int
    is_deleted: bool


class PresentationView(Struct):
    deck_id: str
    name: str
    page_count: int
    page: int
    """from 1"""
    title: str
    by: str
    """who began it or turned the last page"""
    may_browse: bool


class Pointer(Struct, forbid_unknown_fields=True):
    """Client → server ``pointer``: where a facilitator points on the page, as shares of its width
    and height; both null: nowhere any more. Presence, never logged."""

    deck_id: Id
    page: PageNumber
    x: Share | None = None
    y: Share | None = None


class PointerShown(Struct):
    """Server → client ``pointer`` (a list of one)."""

    participant_id: str
    deck_id: str
    page: int
    x: float | None
    y: float | None
