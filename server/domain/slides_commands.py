"""What may be asked of slides (docs/rules.md, SL). Decks come over HTTP; the server adds them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddDeck:
    """``titles``: of each page, empty where it has none."""

    deck_id: str
    name: str
    titles: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteDeck:
    deck_id: str


@dataclass(frozen=True, slots=True)
class RestoreDeck:
    deck_id: str


@dataclass(frozen=True, slots=True)
class RenameDeck:
    deck_id: str
    name: str


@dataclass(frozen=True, slots=True)
class OrderDecks:
    """``deck_ids``: the decks in their new order; those it does not name come after them."""

    deck_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PresentDeck:
    deck_id: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class TurnPage:
    """``deck_id``: what the one who turns saw; another may be presented by now."""

    deck_id: str
    page: int


@dataclass(frozen=True, slots=True)
class LetBrowse:
    is_on: bool


@dataclass(frozen=True, slots=True)
class StopPresenting:
    pass


SlidesCommand = (
    AddDeck
    | DeleteDeck
    | RestoreDeck
    | RenameDeck
    | OrderDecks
    | PresentDeck
    | TurnPage
    | LetBrowse
    | StopPresenting
)
