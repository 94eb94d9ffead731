"""The decks of a session and what is presented of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deck:
    deck_id: str
    name: str
    titles: tuple[str, ...]
    added_at_ms: int
    is_deleted: bool = False
    deleted_at_ms: int | None = None
    shown: frozenset[int] = frozenset()
    """pages the class has seen"""
    was_open: bool = False
    """everybody was allowed to go through it on their own at some time"""

    @property
    def page_count(self) -> int:
        return len(self.titles)


@dataclass(frozen=True, slots=True)
class Presentation:
    deck_id: str
    name: str
    page_count: int
    page: int
    title: str
    by: str
    """who began it or turned the last page"""
    may_browse: bool = False
