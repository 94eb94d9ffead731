"""DA: the facilitators' board is a fold of the log, the same live and later."""

from __future__ import annotations

import csv
import io

from server.domain import commands as c
from server.domain.dashboard import Dashboard, DashboardWalk, PersonRow, dashboard_of
from server.domain.state import THE_SERVER, Actor
from server.services.dashboard_export import attendance_csv, participation_csv
from server.services.dashboards import show
from tests.agenda_world import agenda_happens
from tests.debate_world import debates_happen
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

MINUTE = 60_000


def board(world: World) -> Dashboard:
    return dashboard_of("s1", world.log, world.now_ms)


def row(world: World, who: str) -> PersonRow:
    return next(one for one in board(world).people if one.participant_id == who)


def test_DA2_live_and_later_give_the_same_numbers() -> None:
    """One event after another while it goes on, asked in between, or all of them afterwards."""
    world = live_class(OPEN, ADA, BOB)
    live = DashboardWalk("s1")
    seen = 0

    def look() -> Dashboard:
        nonlocal seen
        for event in world.log[seen:]:
            live.step(event)
        seen = len(world.log)
        return live.board(world.now_ms)

    assert look() == board(world)
    world.do(THE_SERVER, c.CountAirtime(("ada",), (4000,)))
    assert look() == board(world)
    debates_happen(world, FAY, ADA, BOB)
    assert look() == board(world)
    agenda_happens(world, FAY, ADA)
    world.do(THE_SERVER, c.LoseConnection("bob"))
    assert look() == board(world)
    world.do(FAY, c.EndSession())
    ended = look()
    assert ended == board(world)
    world.now_ms += 1_000_000_000
    assert live.board(world.now_ms) == ended == board(world), "years later too"


def test_DA3_attendance_has_each_coming_and_going() -> None:
    world = World()
    world.epoch()
    world.settings = OPEN
    world.join(FAY)
    world.do(FAY, c.StartSession(), after_ms=10 * MINUTE)
    start = world.now_ms
    world.do(ADA, c.Join(), after_ms=MINUTE)
    world.do(THE_SERVER, c.LoseConnection("ada"), after_ms=5 * MINUTE)
    world.do(ADA, c.Join(), after_ms=2 * MINUTE)
    world.do(ADA, c.Leave(), after_ms=MINUTE)
    world.do(BOB, c.Join())
    world.do(FAY, c.Remove("bob"), after_ms=MINUTE)
    ada, bob, fay = row(world, "ada"), row(world, "bob"), row(world, "fay")
    assert [(s.from_ms - start, (s.to_ms or 0) - start, s.end) for s in ada.stays] == [
        (MINUTE, 6 * MINUTE, "away"),
        (8 * MINUTE, 9 * MINUTE, "left"),
    ]
    assert ada.present_ms == 6 * MINUTE
    assert not ada.is_here
    assert bob.stays[0].end == "removed"
    assert fay.stays[0].to_ms is None
    assert fay.present_ms == world.now_ms - start, "before the start does not count"
    world.do(FAY, c.EndSession(), after_ms=MINUTE)
    assert row(world, "fay").stays[0].end == "ended"


def test_DA4_silent_is_who_was_there_and_neither_spoke_nor_wrote() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.SendChat("only you", to="fay"))
    assert not row(world, "ada").is_silent, "they have only just come"
    world.do(THE_SERVER, c.CountAirtime(("bob",), (3000,)), after_ms=6 * MINUTE)
    assert row(world, "ada").is_silent, "a private line is nobody's business"
    assert row(world, "ada").chat_count == 0
    assert not row(world, "bob").is_silent
    assert not row(world, "fay").is_silent, "of learners only"
    world.do(ADA, c.SendChat("to all"))
    assert not row(world, "ada").is_silent


def test_DA4_hands_and_calls_are_counted() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.RaiseHand())
    world.do(FAY, c.CallNext())
    world.do(ADA, c.RaiseHand())
    ada = row(world, "ada")
    assert (ada.hand_count, ada.called_count) == (2, 1)


def test_DA5_polls_show_what_facilitators_may_see_and_anonymous_ones_nobody_by_name() -> None:
    world = live_class(OPEN, ADA, BOB)
    polls = {}
    for name, audience, is_anonymous in (
        ("named", "all", False), ("hidden", "none", False), ("secret", "all", True),
    ):  # fmt: skip
        world.do(
            FAY,
            c.CreatePoll("?", ("a", "b"), audience, is_anonymous, key=0, opens=True),  # type: ignore[arg-type]
        )
        polls[name] = world.last("poll_created")["poll_id"]
        world.do(ADA, c.Vote(polls[name], 0))
        world.do(BOB, c.Vote(polls[name], 1))

    def found(name: str) -> tuple[int, object, int | None]:
        one = next(one for one in board(world).polls if one.poll_id == polls[name])
        return one.voted_count, one.result and one.result.tally, one.right_count

    assert found("named") == (2, (1, 1), None), "who was right stays open until the close"
    assert found("hidden") == (2, None, None)
    assert found("secret") == (2, None, None), "the log of an open anonymous poll has no result"
    assert (row(world, "ada").answer_count, row(world, "ada").right_count) == (2, 0)
    for key in polls.values():
        world.do(FAY, c.ClosePoll(key))
    assert found("named") == (2, (1, 1), 1)
    assert found("hidden") == (2, None, None)
    assert found("secret") == (2, (1, 1), None)
    assert (row(world, "ada").answer_count, row(world, "ada").right_count) == (2, 1)
    assert (row(world, "bob").answer_count, row(world, "bob").right_count) == (2, 0)


def test_DA6_confusion_is_counted_by_the_minute_without_names() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.TapConfusion(), after_ms=MINUTE)
    world.do(BOB, c.TapConfusion())
    world.do(ADA, c.TapConfusion(), after_ms=3 * MINUTE)
    assert board(world).confusion == ((1, 2), (4, 1))
    text = str(show(board(world), "Class").confusion)
    assert "ada" not in text
    assert "bob" not in text


def test_DA4_airtime_in_a_debate_is_its_sides_too() -> None:
    world = live_class(OPEN, ADA, BOB)
    debates_happen(world, FAY, ADA, BOB)
    before = {
        (debate.debate_id, side.side): side.talked_ms
        for debate in board(world).debates
        for side in debate.sides
    }
    assert before, "a debate was held"
    world.do(THE_SERVER, c.CountAirtime(("ada",), (7000,)), after_ms=MINUTE)
    after = {
        (debate.debate_id, side.side): side.talked_ms
        for debate in board(world).debates
        for side in debate.sides
    }
    going_on = {key for key, one in world.state.debates.items() if one.is_begun}
    assert {key for key in after if after[key] != before[key]} <= {
        (key, side) for key, side in after if key in going_on
    }, "what is said after a debate is nobody's side"


def test_DA7_the_tables_are_harmless_and_whole() -> None:
    world = live_class(OPEN, Actor("eve", "learner", "=HYPERLINK(1)"), BOB)
    world.do(BOB, c.SendChat("hello"), after_ms=6 * MINUTE)
    world.do(BOB, c.Leave())
    attendance = list(csv.DictReader(io.StringIO(attendance_csv(board(world)).lstrip("\ufeff"))))
    assert [one["participant"] for one in attendance] == ["Fay", "'=HYPERLINK(1)", "Bob"]
    assert attendance[2]["how"] == "left"
    assert attendance[2]["went_at"].startswith("1970-01-01T00:22:")
    assert attendance[1]["went_at"] == ""
    assert attendance[1]["total_minutes"] == "6.0"
    rows = csv.DictReader(io.StringIO(participation_csv(board(world)).lstrip("\ufeff")))
    table = {one["participant"]: one for one in rows}
    assert table["'=HYPERLINK(1)"]["silent"] == "yes"
    assert (table["Bob"]["chat"], table["Bob"]["guest"]) == ("1", "yes")
