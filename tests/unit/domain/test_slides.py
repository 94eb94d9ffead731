"""SL: decks and what is presented of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import slides_commands as sc
from server.domain import slides_events as se
from server.domain.errors import DomainError
from server.domain.events import body_of
from server.domain.session import evolve
from server.domain.slides import MOST_DECKS, MOST_PAGES, check_pointer, may_see
from server.domain.state import THE_SERVER, SessionState
from tests.live_world import ADA, FAY, OPEN, World, live_class

TITLES = ("Paper", "", "Ink")


@pytest.fixture
def world() -> World:
    made = live_class(OPEN, ADA)
    made.do(THE_SERVER, sc.AddDeck("d1", "Printing.pdf", TITLES, "fay"))
    return made


def code_of(world: World, *asked: Any) -> str:
    before = world.state
    with pytest.raises(DomainError) as refused:
        world.do(*asked)
    assert world.state is before
    return refused.value.code


def sees(world: World, who: str, page: int, deck_id: str = "d1") -> bool:
    return may_see(world.state, who, deck_id, page, is_facilitator=who == "fay")


def test_SL1_a_deck_is_the_facilitators_until_it_is_presented(world: World) -> None:
    assert world.log[-1].channel == "role:facilitator"
    assert [sees(world, "fay", page) for page in (0, 1, 3, 4)] == [False, True, True, False]
    assert not any(sees(world, "ada", page) for page in (1, 2, 3))
    world.do(FAY, sc.PresentDeck("d1"))
    assert world.log[-1].channel == "session"
    assert [sees(world, "ada", page) for page in (1, 2, 3)] == [True, False, False]


def test_SL2_decks_and_pages_have_limits(world: World) -> None:
    long = sc.AddDeck("d2", "Long", ("x",) * (MOST_PAGES + 1))
    assert code_of(world, THE_SERVER, long) == "slides_too_long"
    assert code_of(world, THE_SERVER, sc.AddDeck("d2", "None", ())) == "slides_too_long"
    for number in range(MOST_DECKS - 1):
        world.do(THE_SERVER, sc.AddDeck(f"e{number}", "More", ("x",)))
    assert code_of(world, THE_SERVER, sc.AddDeck("d2", "x", ("x",))) == "too_many_decks"
    world.do(FAY, sc.DeleteDeck("d1"))
    world.do(THE_SERVER, sc.AddDeck("d2", "x", ("x",)))
    assert code_of(world, FAY, sc.RestoreDeck("d1")) == "too_many_decks"


def test_SL2_the_same_deck_comes_once_and_titles_are_lines(world: World) -> None:
    assert world.do(THE_SERVER, sc.AddDeck("d1", "Again", ("x",))) == []
    world.do(THE_SERVER, sc.AddDeck("d2", "  ", ("One\nline", "x" * 500)))
    deck = world.state.decks["d2"]
    assert (deck.name, deck.titles[0], len(deck.titles[1])) == ("Slides", "One line", 120)


def test_SL4_everybody_follows_the_page(world: World) -> None:
    world.do(FAY, sc.PresentDeck("d1", 2))
    assert world.do(FAY, sc.PresentDeck("d1", 2)) == [], "it is there already"
    world.do(FAY, sc.TurnPage("d1", 3))
    now = world.state.presentation
    assert now is not None
    assert (now.page, now.title, now.page_count, now.by) == (3, "Ink", 3, "fay")
    assert world.do(FAY, sc.TurnPage("d1", 3)) == []
    world.do(THE_SERVER, c.LoseConnection("fay"))
    world.do(THE_SERVER, c.StartEpoch(2_000_000, world.now_ms))
    assert world.state.presentation == now, "who loses the connection or restarts takes nothing"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (sc.PresentDeck("nope"), "deck_not_found"),
        (sc.PresentDeck("d1", 4), "no_such_page"),
        (sc.PresentDeck("d1", 0), "no_such_page"),
        (sc.TurnPage("d1", 2), "nothing_presented"),
        (sc.LetBrowse(True), "nothing_presented"),
        (sc.DeleteDeck("nope"), "deck_not_found"),
        (sc.RenameDeck("nope", "x"), "deck_not_found"),
        (sc.RenameDeck("d1", "  "), "empty_text"),
        (sc.RenameDeck("d1", "x" * 121), "text_too_long"),
        (sc.OrderDecks(("nope",)), "unknown_entry"),
        (sc.OrderDecks(("d1", "d1")), "unknown_entry"),
        (sc.RestoreDeck("nope"), "deck_not_found"),
    ],
)
def test_SL4_what_is_wrong_has_a_code(world: World, command: Any, code: str) -> None:
    assert code_of(world, FAY, command) == code


def test_SL4_who_turns_pages_of_other_slides_is_told(world: World) -> None:
    world.do(THE_SERVER, sc.AddDeck("d2", "Books", ("a", "b")))
    world.do(FAY, sc.PresentDeck("d1"))
    assert code_of(world, FAY, sc.TurnPage("d2", 2)) == "other_slides_presented"
    assert code_of(world, FAY, sc.TurnPage("d1", 4)) == "no_such_page"


def test_SL5_learners_turn_no_pages(world: World) -> None:
    world.do(FAY, sc.PresentDeck("d1"))
    commands = (sc.TurnPage("d1", 2), sc.PresentDeck("d1"), sc.StopPresenting(), sc.LetBrowse(True))
    for command in commands:
        assert code_of(world, ADA, command) == "not_allowed"


def test_SL6_who_may_browse_sees_the_whole_deck(world: World) -> None:
    world.do(FAY, sc.PresentDeck("d1"))
    world.do(FAY, sc.LetBrowse(True))
    assert all(sees(world, "ada", page) for page in (1, 2, 3))
    assert world.do(FAY, sc.LetBrowse(True)) == []
    world.do(FAY, sc.LetBrowse(False))
    assert world.state.presentation is not None
    assert not world.state.presentation.may_browse
    assert sees(world, "ada", 3), "what was open is no secret any more"
    world.do(FAY, sc.PresentDeck("d1", 2))
    assert not world.state.presentation.may_browse


def test_SL6_who_is_shut_out_sees_nothing(world: World) -> None:
    world.do(FAY, sc.PresentDeck("d1"))
    assert not sees(world, "nobody", 1)
    world.do(FAY, c.Remove("ada"))
    assert not sees(world, "ada", 1)


def test_SL7_only_facilitators_point_and_only_at_slides(world: World) -> None:
    with pytest.raises(DomainError, match="presented"):
        check_pointer(world.state, FAY)
    world.do(FAY, sc.PresentDeck("d1"))
    check_pointer(world.state, FAY)
    with pytest.raises(DomainError, match="role"):
        check_pointer(world.state, ADA)


def test_SL8_deleting_stops_presenting_and_can_be_undone(world: World) -> None:
    world.do(FAY, sc.PresentDeck("d1"))
    world.do(FAY, sc.DeleteDeck("d1"))
    assert world.types()[-2:] == ["slides_stopped", "deck_deleted"]
    assert world.state.presentation is None
    assert code_of(world, FAY, sc.PresentDeck("d1")) == "deck_not_found"
    assert not sees(world, "ada", 1)
    assert sees(world, "fay", 1), "to be looked at before it is brought back"
    assert world.do(FAY, sc.DeleteDeck("d1")) == []
    world.do(FAY, sc.RestoreDeck("d1"))
    assert world.do(FAY, sc.RestoreDeck("d1")) == []
    world.do(FAY, sc.PresentDeck("d1"))
    assert sees(world, "ada", 1)


def test_SL9_stopping_and_the_sessions_end_take_the_slides_away(world: World) -> None:
    assert world.do(FAY, sc.StopPresenting()) == []
    world.do(FAY, sc.PresentDeck("d1"))
    world.do(FAY, sc.StopPresenting())
    assert world.state.presentation is None
    world.do(FAY, sc.PresentDeck("d1"))
    world.do(FAY, c.EndSession())
    assert world.state.presentation is None
    assert sees(world, "ada", 1), "who was there may look at it afterwards"


def test_EV7_erased_titles_leave_the_pages_standing(world: World) -> None:
    event = world.log[-1]
    data = {key: value for key, value in event.data.items() if key not in ("name", "titles")}
    erased = replace(event, body=body_of("deck_added", 1, data))
    deck = evolve(SessionState("s1"), erased).decks["d1"]
    assert (deck.name, deck.titles) == ("", ("", "", ""))


def test_SL12_decks_are_arranged_before_class_and_in_it() -> None:
    world = World(OPEN)
    for key in ("d1", "d2", "d3"):
        world.do(THE_SERVER, sc.AddDeck(key, key, ("x",)))
    world.do(THE_SERVER, sc.OrderDecks(("d3", "d1")))
    assert tuple(world.state.decks) == ("d3", "d1", "d2"), "what is not named comes after"
    assert world.do(THE_SERVER, sc.OrderDecks(("d3",))) == []
    world.do(THE_SERVER, sc.RenameDeck("d1", "  Movable   type "))
    assert world.state.decks["d1"].name == "Movable type"
    assert world.do(THE_SERVER, sc.RenameDeck("d1", "Movable type")) == []
    world.do(THE_SERVER, sc.DeleteDeck("d2"))
    assert world.log[-1].body == se.DeckDeleted("d2", None)
    world.do(THE_SERVER, sc.RestoreDeck("d2"))
    assert {event.channel for event in world.log[-5:]} == {"role:facilitator"}


def test_SL12_everybody_learns_the_new_name_of_what_they_see(world: World) -> None:
    world.do(FAY, sc.PresentDeck("d1"))
    world.do(FAY, sc.RenameDeck("d1", "Printing, 1450"))
    assert world.log[-1].channel == "session"
    assert world.state.presentation is not None
    assert world.state.presentation.name == "Printing, 1450"
    for command in (sc.RenameDeck("d1", "Mine"), sc.OrderDecks(("d1",))):
        assert code_of(world, ADA, command) == "not_allowed"
