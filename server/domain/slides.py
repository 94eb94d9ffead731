"""Slides: decks of a session, presented page by page (docs/rules.md, SL).

A deck comes out of a conversion (``server/services/slides.py``) and is the facilitators' until it
is presented. There is one presentation in a session; whoever is in a breakout room sees it too.
The pointer is presence and not here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import slides_commands as sc
from server.domain import slides_events as se
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.channels import FACILITATORS
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.slides_state import Deck, Presentation
from server.domain.state import Actor, SessionState

MOST_DECKS = 50
MOST_PAGES = 300
LONGEST_NAME = 120
LONGEST_TITLE = 120


def find_deck(state: SessionState, deck_id: str) -> Deck:
    deck = state.decks.get(deck_id)
    if deck is None:
        raise NotFound("deck_not_found", "There are no such slides in this session.")
    return deck


def presented(state: SessionState) -> Presentation:
    if state.presentation is None:
        raise Conflict("nothing_presented", "No slides are presented at the moment.")
    return state.presentation


def check_room_for_deck(state: SessionState) -> None:
    """Raise Conflict when the session holds as many decks as it may (SL2)."""
    if state.stage == "ended":
        raise Conflict("session_ended", "This session has ended.")
    if sum(not deck.is_deleted for deck in state.decks.values()) >= MOST_DECKS:
        raise Conflict("too_many_decks", f"At most {MOST_DECKS} sets of slides; delete one first.")


def may_see(
    state: SessionState, participant_id: str, deck_id: str, page: int, *, is_facilitator: bool
) -> bool:
    """Whether somebody who is in the session may fetch a page: facilitators all, learners what the
    class has been shown and, once they were let, the whole deck (SL3, SL6)."""
    deck = state.decks.get(deck_id)
    if deck is None or not 1 <= page <= deck.page_count:
        return False
    if is_facilitator:
        return True
    who = state.participants.get(participant_id)
    if who is None or who.joined_at_ms is None or who.must_wait:
        return False
    if who.presence not in ("present", "away", "left"):
        return False
    return not deck.is_deleted and (deck.was_open or page in deck.shown)


def check_pointer(state: SessionState, actor: Actor) -> None:
    """The pointer is no command, because it is not logged (SL7)."""
    if actor.role != "facilitator":
        raise NotAllowed("not_allowed", "Your role in this session does not allow this.")
    presented(state)


# ---- decide ----------------------------------------------------------------------------------


def add(state: SessionState, command: sc.AddDeck, _: Ask) -> list[Change]:
    check_room_for_deck(state)
    if not 1 <= len(command.titles) <= MOST_PAGES:
        raise Invalid("slides_too_long", f"Slides have 1 to {MOST_PAGES} pages.", field="titles")
    if command.deck_id in state.decks:
        return []
    titles = "\n".join(" ".join(title.split())[:LONGEST_TITLE] for title in command.titles)
    name = command.name.strip()[:LONGEST_NAME] or "Slides"
    body = se.DeckAdded(command.deck_id, name, len(command.titles), titles, command.by)
    return [Change(body, FACILITATORS)]


def _is_presented(state: SessionState, deck_id: str) -> bool:
    return state.presentation is not None and state.presentation.deck_id == deck_id


def delete(state: SessionState, command: sc.DeleteDeck, ask: Ask) -> list[Change]:
    deck = find_deck(state, command.deck_id)
    if deck.is_deleted:
        return []
    by = ask.actor.participant_id
    changes: list[Change] = []
    if _is_presented(state, deck.deck_id):
        changes.append(Change(se.SlidesStopped(deck.deck_id, by)))
    return [*changes, Change(se.DeckDeleted(deck.deck_id, by), FACILITATORS)]


def restore(state: SessionState, command: sc.RestoreDeck, ask: Ask) -> list[Change]:
    deck = find_deck(state, command.deck_id)
    if not deck.is_deleted:
        return []
    check_room_for_deck(state)
    return [Change(se.DeckRestored(deck.deck_id, ask.actor.participant_id), FACILITATORS)]


def rename(state: SessionState, command: sc.RenameDeck, ask: Ask) -> list[Change]:
    deck = find_deck(state, command.deck_id)
    name = " ".join(clean_text(command.name, "name", LONGEST_NAME).split())
    if deck.name == name:
        return []
    body = se.DeckRenamed(deck.deck_id, name, ask.actor.participant_id)
    return [Change(body) if _is_presented(state, deck.deck_id) else Change(body, FACILITATORS)]


def order(state: SessionState, command: sc.OrderDecks, ask: Ask) -> list[Change]:
    """Decks that came in the meantime stay at the end; unknown ones are refused."""
    given = command.deck_ids
    if len(set(given)) < len(given) or not set(given) <= set(state.decks):
        raise Invalid(
            "unknown_entry", "This entry is not there, or stands twice.", field="deck_ids"
        )
    ordered = (*given, *(key for key in state.decks if key not in given))
    if ordered == tuple(state.decks):
        return []
    return [Change(se.DecksOrdered(ordered, ask.actor.participant_id), FACILITATORS)]


def present(state: SessionState, command: sc.PresentDeck, ask: Ask) -> list[Change]:
    deck = find_deck(state, command.deck_id)
    if deck.is_deleted:
        raise NotFound("deck_not_found", "These slides have been deleted.")
    _check_page(command.page, deck.page_count)
    now = state.presentation
    if now is not None and (now.deck_id, now.page) == (deck.deck_id, command.page):
        return []
    title = deck.titles[command.page - 1]
    body = se.SlidesPresented(
        deck.deck_id, deck.name, deck.page_count, command.page, title, ask.actor_id
    )
    return [Change(body)]


def turn(state: SessionState, command: sc.TurnPage, ask: Ask) -> list[Change]:
    now = presented(state)
    if now.deck_id != command.deck_id:
        raise Conflict("other_slides_presented", "Other slides are presented by now.")
    _check_page(command.page, now.page_count)
    if command.page == now.page:
        return []
    title = find_deck(state, now.deck_id).titles[command.page - 1]
    return [Change(se.SlideChanged(now.deck_id, command.page, title, ask.actor_id))]


def let_browse(state: SessionState, command: sc.LetBrowse, ask: Ask) -> list[Change]:
    if presented(state).may_browse == command.is_on:
        return []
    return [Change(se.SlidesBrowsingChanged(command.is_on, ask.actor_id))]


def stop(state: SessionState, _: sc.StopPresenting, ask: Ask) -> list[Change]:
    if state.presentation is None:
        return []
    return [Change(se.SlidesStopped(state.presentation.deck_id, ask.actor_id))]


def _check_page(page: int, page_count: int) -> None:
    if not 1 <= page <= page_count:
        raise Invalid("no_such_page", f"These slides have pages 1 to {page_count}.", field="page")


DECIDE: dict[type[Any], Decide] = {
    sc.AddDeck: add,
    sc.DeleteDeck: delete,
    sc.RestoreDeck: restore,
    sc.RenameDeck: rename,
    sc.OrderDecks: order,
    sc.PresentDeck: present,
    sc.TurnPage: turn,
    sc.LetBrowse: let_browse,
    sc.StopPresenting: stop,
}


# ---- evolve ----------------------------------------------------------------------------------


def _with_deck(state: SessionState, deck_id: str, **changes: Any) -> SessionState:
    deck = state.decks.get(deck_id)
    if deck is None:
        return state
    return replace(state, decks={**state.decks, deck_id: replace(deck, **changes)})


def _seen(state: SessionState, deck_id: str, page: int) -> SessionState:
    deck = state.decks.get(deck_id)
    if deck is None or page in deck.shown:
        return state
    return _with_deck(state, deck_id, shown=deck.shown | {page})


def _added(state: SessionState, body: se.DeckAdded, at_ms: int) -> SessionState:
    # Erased titles read "": the pages are there all the same.
    titles = body.titles.split("\n")
    titles += [""] * (body.page_count - len(titles))
    deck = Deck(body.deck_id, body.name, tuple(titles), at_ms)
    return replace(state, decks={**state.decks, body.deck_id: deck})


def _deleted(state: SessionState, body: se.DeckDeleted, at_ms: int) -> SessionState:
    return _with_deck(state, body.deck_id, is_deleted=True, deleted_at_ms=at_ms)


def _restored(state: SessionState, body: se.DeckRestored, _: int) -> SessionState:
    return _with_deck(state, body.deck_id, is_deleted=False, deleted_at_ms=None)


def _renamed(state: SessionState, body: se.DeckRenamed, _: int) -> SessionState:
    now = state.presentation
    if now is not None and now.deck_id == body.deck_id:
        state = replace(state, presentation=replace(now, name=body.name))
    return _with_deck(state, body.deck_id, name=body.name)


def _ordered(state: SessionState, body: se.DecksOrdered, _: int) -> SessionState:
    keys = [*body.deck_ids, *(key for key in state.decks if key not in body.deck_ids)]
    return replace(state, decks={key: state.decks[key] for key in keys if key in state.decks})


def _presented(state: SessionState, body: se.SlidesPresented, _: int) -> SessionState:
    now = Presentation(body.deck_id, body.name, body.page_count, body.page, body.title, body.by)
    return replace(_seen(state, body.deck_id, body.page), presentation=now)


def _changed(state: SessionState, body: se.SlideChanged, _: int) -> SessionState:
    now = state.presentation
    if now is None or now.deck_id != body.deck_id:
        return state
    now = replace(now, page=body.page, title=body.title, by=body.by)
    return replace(_seen(state, body.deck_id, body.page), presentation=now)


def _browsing(state: SessionState, body: se.SlidesBrowsingChanged, _: int) -> SessionState:
    now = state.presentation
    if now is None:
        return state
    after = replace(state, presentation=replace(now, may_browse=body.may_browse))
    return _with_deck(after, now.deck_id, was_open=True) if body.may_browse else after


def _stopped(state: SessionState, _: se.SlidesStopped, __: int) -> SessionState:
    return replace(state, presentation=None)


EVOLVE: dict[type[Any], Evolve] = {
    se.DeckAdded: _added,
    se.DeckDeleted: _deleted,
    se.DeckRestored: _restored,
    se.DeckRenamed: _renamed,
    se.DecksOrdered: _ordered,
    se.SlidesPresented: _presented,
    se.SlideChanged: _changed,
    se.SlidesBrowsingChanged: _browsing,
    se.SlidesStopped: _stopped,
}
