"""Events of slides (docs/rules.md, SL).

``by`` None: a facilitator who was not in class.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from server.domain.event_fields import OPTIONAL


@dataclass(frozen=True, slots=True)
class DeckAdded:
    """An upload that was converted. ``titles``: one page a line, empty where a page has none."""

    deck_id: str
    name: str
    page_count: int
    titles: str
    by: str | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class DeckDeleted:
    deck_id: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DeckRestored:
    deck_id: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DeckRenamed:
    """In the channel of everybody while it is presented, for they see its name."""

    deck_id: str
    name: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DecksOrdered:
    """``deck_ids``: of all decks, the deleted ones too."""

    deck_ids: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class SlidesPresented:
    """Takes the place of what was presented before. ``page`` counts from 1."""

    deck_id: str
    name: str
    page_count: int
    page: int
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class SlideChanged:
    deck_id: str
    page: int
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class SlidesBrowsingChanged:
    """Whether everybody may turn the pages on their own screen."""

    may_browse: bool
    by: str


@dataclass(frozen=True, slots=True)
class SlidesStopped:
    deck_id: str
    by: str | None = None


SlidesBody = (
    DeckAdded
    | DeckDeleted
    | DeckRestored
    | DeckRenamed
    | DecksOrdered
    | SlidesPresented
    | SlideChanged
    | SlidesBrowsingChanged
    | SlidesStopped
)
