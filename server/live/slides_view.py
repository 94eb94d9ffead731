"""Slides as one participant may see them (docs/rules.md, SL3)."""

from __future__ import annotations

from server.domain.state import Participant, SessionState
from server.schemas.live_slides import DeckView, PresentationView


def decks_view(state: SessionState, me: Participant) -> list[DeckView]:
    return decks_for_host(state) if me.role == "facilitator" else []


def decks_for_host(state: SessionState) -> list[DeckView]:
    """Facilitators only; the deleted ones too, to be brought back."""
    return [
        DeckView(deck.deck_id, deck.name, list(deck.titles), deck.added_at_ms, deck.is_deleted)
        for deck in state.decks.values()
    ]


def presentation_view(state: SessionState) -> PresentationView | None:
    now = state.presentation
    if now is None:
        return None
    return PresentationView(
        now.deck_id, now.name, now.page_count, now.page, now.title, now.by, now.may_browse
    )
