"""Slides for tests: a browser's fold of them, and a story in which every event happens."""

from __future__ import annotations

from typing import Any

from server.domain import slides_commands as sc
from server.domain.state import THE_SERVER, Actor

View = dict[str, Any]


def fold(view: View, event: View) -> None:
    """What a browser does with an event about slides; others change nothing."""
    data, kind = event["data"], event["type"]
    decks = {deck["deck_id"]: deck for deck in view["decks"]}
    now = view["presentation"]
    if kind == "deck_added":
        deck = {key: data[key] for key in ("deck_id", "name")}
        titles = data["titles"].split("\n")
        titles += [""] * (data["page_count"] - len(titles))
        deck |= {"titles": titles, "added_at_ms": event["at_ms"]}
        view["decks"].append({**deck, "is_deleted": False})
    elif kind in ("deck_deleted", "deck_restored"):
        decks[data["deck_id"]]["is_deleted"] = kind == "deck_deleted"
    elif kind == "deck_renamed":
        if data["deck_id"] in decks:
            decks[data["deck_id"]]["name"] = data["name"]
        if now and now["deck_id"] == data["deck_id"]:
            now["name"] = data["name"]
    elif kind == "decks_ordered":
        view["decks"] = [decks[key] for key in data["deck_ids"]]
    elif kind == "slides_presented":
        view["presentation"] = {**data, "may_browse": False}
    elif kind == "slide_changed" and now:
        now |= {key: data[key] for key in ("page", "title", "by")}
    elif kind == "slides_browsing_changed" and now:
        now["may_browse"] = data["may_browse"]
    elif kind in ("slides_stopped", "session_ended"):
        view["presentation"] = None


def slides_happen(world: Any, fay: Actor) -> None:
    """Every event about slides once; something is presented at the end."""
    world.do(THE_SERVER, sc.AddDeck("d1", "Printing", ("Paper", "", "Ink"), "fay"))
    world.do(THE_SERVER, sc.AddDeck("d2", "Books", ("Binding",)))
    world.do(fay, sc.PresentDeck("d1"))
    world.do(fay, sc.TurnPage("d1", 3))
    world.do(fay, sc.LetBrowse(True))
    world.do(fay, sc.DeleteDeck("d1"))
    world.do(fay, sc.RestoreDeck("d1"))
    world.do(fay, sc.RenameDeck("d2", "Bound books"))
    world.do(fay, sc.OrderDecks(("d2", "d1")))
    world.do(fay, sc.PresentDeck("d2"))
    world.do(fay, sc.RenameDeck("d2", "Books, bound"))
    world.do(fay, sc.StopPresenting())
    world.do(fay, sc.PresentDeck("d1", 2))
