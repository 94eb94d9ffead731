"""BR: breakout rooms, planned and open."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from server.domain import breakout_commands as bc
from server.domain import breakout_run
from server.domain import commands as c
from server.domain.breakout_deal import at_random, by_airtime, by_group
from server.domain.due import next_due_ms
from server.domain.errors import DomainError
from server.domain.session import fold
from server.domain.state import THE_SERVER, Actor
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

CY = Actor("cy", "learner", "Cy")
GUS = Actor("gus", "facilitator", "Gus")
MINUTE = 60_000


def code_of(world: World, *args: object) -> str:
    before = world.state
    with pytest.raises(DomainError) as refused:
        world.do(*args)  # type: ignore[arg-type]
    assert world.state is before
    return refused.value.code


def rooms_of(world: World) -> list[str]:
    assert world.state.breakouts is not None
    return [room.room_id for room in world.state.breakouts.rooms]


def members(world: World) -> list[set[str]]:
    assert world.state.breakouts is not None
    return [set(room.participant_ids) for room in world.state.breakouts.rooms]


def where(world: World, who: str) -> str:
    room_id = world.state.participants[who].room_id
    return "main" if room_id == "main" else room_id.rpartition(".")[2]


def planned(*names: str, assignment: dict[str, int] | None = None, **options: Any) -> World:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, bc.DraftBreakouts(names or ("Red", "Blue"), (), assignment or {}, **options))
    return world


def opened(duration_ms: int | None = None, **options: Any) -> World:
    """Ada in the first room, Bob in the second."""
    world = planned(assignment={"ada": 0, "bob": 1}, **options)
    world.do(FAY, bc.OpenBreakouts(duration_ms))
    return world


def wait(world: World, ms: int) -> list[str]:
    """Let time pass as the server does: woken whenever something is due."""
    types: list[str] = []
    until = world.now_ms + ms
    while (due := next_due_ms(world.state)) is not None and due <= until:
        events = world.do(THE_SERVER, c.AdvanceTime(), after_ms=max(0, due - world.now_ms))
        assert events, "what is due changes something"
        types += [event.type for event in events]
    world.now_ms = until
    return types


# ---- planning --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (bc.DraftBreakouts(()), "bad_room_count"),
        (bc.DraftBreakouts(("x",) * 51), "bad_room_count"),
        (bc.DraftBreakouts((" ",)), "empty_text"),
        (bc.DraftBreakouts(("x" * 81,)), "text_too_long"),
        (bc.DraftBreakouts(("a", "b"), ("one",)), "bad_tasks"),
        (bc.DraftBreakouts(("a",), assignment={"ada": 1}), "room_not_found"),
        (bc.DraftBreakouts(("a",), assignment={"nobody": 0}), "participant_not_found"),
        (bc.DraftBreakouts(("a",), duration_ms=1), "bad_duration"),
        (bc.DraftBreakouts(("a",), room_size=0), "bad_room_size"),
        (bc.AssignBreakouts("random"), "breakouts_not_found"),
        (bc.OpenBreakouts(), "breakouts_not_found"),
        (bc.SaveBreakoutSet("x"), "breakouts_not_found"),
        (bc.DeleteBreakoutSet("x"), "breakout_set_not_found"),
    ],
)
def test_BR1_a_bad_plan_is_refused_with_its_reason(command: Any, code: str) -> None:
    assert code_of(live_class(OPEN, ADA), FAY, command) == code


def test_BR1_up_to_fifty_rooms_and_everybody_in_one_at_most() -> None:
    world = planned(*(f"Room {n}" for n in range(50)), assignment={"ada": 3})
    assert len(rooms_of(world)) == 50
    world.do(FAY, bc.MoveParticipant("ada", rooms_of(world)[7]))
    assert [n for n, who in enumerate(members(world)) if who] == [7]
    world.do(FAY, bc.MoveParticipant("ada", "main"))
    assert members(world) == [set()] * 50
    assert world.state.participants["ada"].room_id == "main"


def test_BR1_a_plan_is_known_to_facilitators_only() -> None:
    world = planned(assignment={"ada": 0})
    world.do(FAY, bc.AssignBreakouts("random"))
    world.do(FAY, bc.EditBreakoutRoom(rooms_of(world)[0], "Crimson", "Read"))
    told = [event for event in world.log if event.type.startswith("breakout")]
    assert {event.channel for event in told} == {"role:facilitator"}
    assert len(told) == 3


PEOPLE = [f"p{n:02}" for n in range(23)]


def test_BR2_a_seed_deals_the_same_people_the_same_way() -> None:
    deal = at_random(PEOPLE, [0] * 5, "seed")
    assert deal == at_random(PEOPLE[::-1], [0] * 5, "seed")
    assert deal != at_random(PEOPLE, [0] * 5, "another seed")
    sizes = Counter(deal.values())
    assert max(sizes.values()) - min(sizes.values()) <= 1


def test_BR2_groups_are_spread_evenly() -> None:
    groups = {who: "abc"[n % 3] for n, who in enumerate(PEOPLE[:20])}
    deal = by_group(PEOPLE, [0] * 4, groups, "seed")
    assert set(Counter(deal.values()).values()) <= {5, 6}
    for group in "abc":
        spread = Counter(deal[who] for who in PEOPLE if groups.get(who) == group)
        assert max(spread.values()) - min(spread.get(room, 0) for room in range(4)) <= 1


def test_BR2_talkers_do_not_sit_together() -> None:
    talked = {who: 1000 * n for n, who in enumerate(PEOPLE[:12])}
    deal = by_airtime(PEOPLE[:12], [0] * 4, talked, "seed")
    sums = [sum(talked[who] for who, at in deal.items() if at == room) for room in range(4)]
    assert set(Counter(deal.values()).values()) == {3}
    assert max(sums) - min(sums) <= 4000


def test_BR2_learners_who_are_here_are_dealt_and_only_the_rest_when_asked() -> None:
    world = live_class(OPEN, ADA, BOB, CY, GUS)
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"ada": 1}))
    world.do(FAY, bc.AssignBreakouts("random", is_rest_only=True))
    assert "ada" in members(world)[1]
    assert set().union(*members(world)) == {"ada", "bob", "cy"}
    assert {len(room) for room in members(world)} == {1, 2}
    assert world.last("breakouts_assigned")["seed"]
    world.do(FAY, bc.AssignBreakouts("none"))
    assert members(world) == [set(), set()]


def test_BR3_a_set_is_kept_and_deleted() -> None:
    world = planned("Red", "Blue", assignment={"ada": 1})
    world.do(FAY, bc.SaveBreakoutSet(" Colours "))
    saved = world.state.breakout_sets[0]
    assert (saved.name, [room.name for room in saved.rooms]) == ("Colours", ["Red", "Blue"])
    assert saved.rooms[1].participant_ids == ("ada",)
    world.do(FAY, bc.DeleteBreakoutSet(saved.set_id))
    assert world.state.breakout_sets == ()


# ---- open ------------------------------------------------------------------------------------


def test_BR4_opening_takes_everybody_to_their_room_in_one_event() -> None:
    world = planned(assignment={"ada": 0, "bob": 1})
    assert [event.type for event in world.do(FAY, bc.OpenBreakouts())] == ["breakouts_opened"]
    assert (where(world, "ada"), where(world, "bob"), where(world, "fay")) == ("1", "2", "main")
    assert code_of(world, FAY, bc.OpenBreakouts()) == "breakouts_are_open"
    assert code_of(world, FAY, bc.DraftBreakouts(("x",))) == "breakouts_are_open"
    assert code_of(world, FAY, bc.AssignBreakouts("random")) == "breakouts_are_open"
    assert fold("s1", world.log) == world.state


def test_BR4_a_closed_set_opens_again_with_people_chat_and_notes() -> None:
    world = opened()
    world.do(ADA, bc.WriteRoomNotes("first round"))
    world.do(FAY, bc.CloseBreakouts(0))
    world.do(FAY, bc.OpenBreakouts(10 * MINUTE))
    assert world.state.breakouts is not None
    assert world.state.breakouts.rooms[0].notes == "first round"
    assert where(world, "ada") == "1"


def test_BR5_warnings_the_end_and_the_countdown_come_by_themselves() -> None:
    world = opened(10 * MINUTE)
    assert wait(world, 5 * MINUTE - 1000) == []
    assert wait(world, 1000) == ["breakouts_warned"]
    assert world.last("breakouts_warned") == {"left_ms": 5 * MINUTE}
    assert wait(world, 4 * MINUTE) == ["breakouts_warned"]
    assert world.last("breakouts_warned") == {"left_ms": MINUTE}
    assert wait(world, MINUTE) == ["breakouts_closing"]
    assert where(world, "ada") == "1", "nobody is torn away"
    assert wait(world, 30_000) == ["breakouts_closed"]
    assert {where(world, who) for who in ("ada", "bob", "fay")} == {"main"}
    assert breakout_run.next_due_ms(world.state) is None


def test_BR5_a_short_phase_is_not_warned_of_what_was_never_left() -> None:
    world = opened(2 * MINUTE)
    assert wait(world, 3 * MINUTE) == ["breakouts_warned", "breakouts_closing", "breakouts_closed"]


def test_BR5_without_a_duration_nothing_happens_by_itself() -> None:
    world = opened()
    assert breakout_run.next_due_ms(world.state) is None
    world.do(FAY, bc.ExtendBreakouts(MINUTE))
    assert world.state.breakouts is not None
    assert world.state.breakouts.ends_at_ms == world.now_ms + MINUTE


def test_BR5_extending_warns_again_and_takes_a_countdown_back() -> None:
    world = opened(2 * MINUTE)
    wait(world, 2 * MINUTE)
    assert world.state.breakouts is not None
    assert world.state.breakouts.stage == "closing"
    world.do(FAY, bc.ExtendBreakouts(2 * MINUTE))
    assert world.state.breakouts.stage == "open"
    assert wait(world, 2 * MINUTE + 30_000) == [
        "breakouts_warned", "breakouts_closing", "breakouts_closed",
    ]  # fmt: skip
    assert code_of(world, FAY, bc.ExtendBreakouts(MINUTE)) == "breakouts_not_open"


def test_BR5_after_a_restart_the_countdown_is_given_in_full() -> None:
    world = opened(2 * MINUTE)
    world.now_ms += 60 * MINUTE
    world.epoch()
    events = world.do(THE_SERVER, c.AdvanceTime())
    assert [event.type for event in events] == ["breakouts_closing"]
    assert world.last("breakouts_closing") == {"closes_at_ms": world.now_ms + 30_000}


def test_BR6_closing_counts_down_or_is_at_once_and_brings_the_notes_back() -> None:
    world = opened()
    world.do(ADA, bc.WriteRoomNotes("What Red found"))
    assert code_of(world, FAY, bc.CloseBreakouts(-1)) == "bad_countdown"
    world.do(FAY, bc.CloseBreakouts(10_000))
    assert wait(world, 10_000) == ["room_notes_returned", "breakouts_closed"]
    notes = world.state.returned_notes[0]
    assert (notes.name, notes.text) == ("Red", "What Red found")
    assert world.log[-2].channel == "session"
    assert code_of(world, FAY, bc.CloseBreakouts(0)) == "breakouts_not_open"


def test_BR6_the_end_of_the_session_closes_them() -> None:
    world = opened()
    world.do(ADA, bc.WriteRoomNotes("found"))
    events = world.do(FAY, c.EndSession())
    types = [event.type for event in events]
    assert types == ["room_notes_returned", "breakouts_closed", "session_ended"]
    assert breakout_run.next_due_ms(world.state) is None


@pytest.mark.parametrize(("late", "expected"), [("smallest", "1"), ("main", "main"),
                                                ("choose", "main")])  # fmt: skip
def test_BR7_late_joiners_are_placed_by_rule(late: Any, expected: str) -> None:
    world = opened(late=late)
    world.join(CY)
    assert where(world, "cy") == expected
    if late == "choose":
        world.do(CY, bc.ChooseRoom(rooms_of(world)[1]))
        assert where(world, "cy") == "2"
        assert code_of(world, CY, bc.ChooseRoom(rooms_of(world)[0])) == "may_not_choose"
    if late == "main":
        assert code_of(world, CY, bc.ChooseRoom(rooms_of(world)[1])) == "may_not_choose"


def test_BR7_out_of_the_lobby_too_and_facilitators_stay_in_the_main_room() -> None:
    world = opened()
    world.settings = World(settings=OPEN).settings
    world.join(GUS)
    assert where(world, "gus") == "main"
    world.do(ADA, c.Leave())
    world.join(ADA)
    assert where(world, "ada") == "1", "who belongs somewhere goes back there"


def test_BR7_a_lost_connection_keeps_the_room() -> None:
    world = opened()
    world.do(THE_SERVER, c.LoseConnection("ada"))
    world.join(ADA)
    assert where(world, "ada") == "1"


def test_BR8_learners_choose_where_they_may_and_there_is_room() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), may_choose=True, room_size=1))
    world.do(FAY, bc.OpenBreakouts())
    red, blue = rooms_of(world)
    world.do(ADA, bc.ChooseRoom(red))
    assert code_of(world, BOB, bc.ChooseRoom(red)) == "room_is_full"
    world.do(BOB, bc.ChooseRoom(blue))
    assert members(world) == [{"ada"}, {"bob"}]
    assert code_of(world, ADA, bc.ChooseRoom("nowhere")) == "room_not_found"


def test_BR8_who_goes_back_to_the_main_room_still_belongs_to_theirs() -> None:
    world = opened()
    world.do(ADA, bc.ReturnToMain())
    assert (where(world, "ada"), members(world)[0]) == ("main", {"ada"})
    assert world.do(ADA, bc.ReturnToMain()) == []
    world.do(ADA, bc.ChooseRoom(rooms_of(world)[0]))
    assert where(world, "ada") == "1"
    held = opened(may_return=False)
    assert code_of(held, ADA, bc.ReturnToMain()) == "may_not_return"


def test_BR8_a_facilitator_moves_people_while_rooms_are_open() -> None:
    world = opened()
    red, blue = rooms_of(world)
    world.do(FAY, bc.MoveParticipant("ada", blue))
    assert (where(world, "ada"), members(world)) == ("2", [set(), {"bob", "ada"}])
    assert world.do(FAY, bc.MoveParticipant("ada", blue)) == []
    world.do(FAY, bc.MoveParticipant("ada", "main"))
    assert (where(world, "ada"), members(world)) == ("main", [set(), {"bob"}])
    world.do(BOB, c.Leave())
    assert code_of(world, FAY, bc.MoveParticipant("bob", red)) == "participant_not_present"


def test_BR9_calls_for_help_stand_in_a_list_and_a_visit_answers() -> None:
    world = opened()
    red, blue = rooms_of(world)
    assert code_of(world, FAY, bc.CallForHelp()) == "room_not_found"
    world.do(ADA, bc.CallForHelp())
    assert world.do(ADA, bc.CallForHelp()) == []
    world.do(BOB, bc.CallForHelp())
    assert world.last("help_called") == {"room_id": blue, "participant_id": "bob", "place": 2}
    assert world.log[-1].channel == f"room:{blue}"
    assert code_of(world, BOB, bc.AnswerHelp(red)) == "not_allowed"
    events = world.do(FAY, bc.VisitRoom(red))
    assert [event.type for event in events] == [
        "help_answered", "help_place_changed", "participant_moved",
    ]  # fmt: skip
    assert world.last("help_place_changed") == {"room_id": blue, "place": 1}
    world.do(BOB, bc.AnswerHelp(blue))
    assert world.state.breakouts is not None
    assert world.state.breakouts.help == ()


def test_BR9_a_visitor_keeps_their_place_in_the_main_room() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.RaiseHand())
    world.do(FAY, c.Spotlight("fay"))
    world.do(FAY, bc.DraftBreakouts(("Red",), assignment={"ada": 0}))
    world.do(FAY, bc.OpenBreakouts())
    world.do(FAY, bc.VisitRoom(rooms_of(world)[0]))
    assert where(world, "fay") == "1"
    assert members(world) == [{"ada"}]
    assert world.state.spotlight == "fay"
    assert [hand.participant_id for hand in world.state.hands] == ["fay"]
    world.do(FAY, bc.ReturnToMain())
    assert where(world, "fay") == "main"


def test_BR10_a_broadcast_reaches_all_and_a_voice_stops_with_the_connection() -> None:
    world = opened()
    world.do(FAY, bc.BroadcastText(" Look at page 3 "))
    assert world.log[-1].channel == "session"
    assert world.last("broadcast_sent")["text"] == "Look at page 3"
    world.do(FAY, bc.BroadcastVoice(True))
    assert world.do(FAY, bc.BroadcastVoice(True)) == []
    world.do(THE_SERVER, c.LoseConnection("fay"))
    world.join(FAY)
    assert world.state.breakouts is not None
    assert world.state.breakouts.voice_by is None
    world.do(FAY, bc.CloseBreakouts(0))
    assert code_of(world, FAY, bc.BroadcastText("x")) == "breakouts_not_open"


def test_BR11_notes_are_never_overwritten_unread() -> None:
    world = opened()
    world.join(CY)  # to Red, the first of the smallest
    world.do(ADA, bc.WriteRoomNotes("one"))
    assert code_of(world, CY, bc.WriteRoomNotes("two", 0)) == "notes_changed"
    world.do(CY, bc.WriteRoomNotes("one\ntwo", 1))
    assert world.do(CY, bc.WriteRoomNotes("one\ntwo", 0)) == [], "saying it again is no conflict"
    assert code_of(world, FAY, bc.WriteRoomNotes("x")) == "room_not_found"
    assert code_of(world, ADA, bc.WriteRoomNotes("x" * 8001, 2)) == "text_too_long"


def test_BR11_a_rooms_notes_are_locked_with_the_shared_notes() -> None:
    world = opened()
    world.do(FAY, c.SetLock("notes", True))
    assert code_of(world, ADA, bc.WriteRoomNotes("one")) == "locked"
    world.do(FAY, c.SetLock("notes", False))
    world.do(ADA, bc.WriteRoomNotes("one"))
    world.do(FAY, c.Leave())
    assert code_of(world, ADA, bc.WriteRoomNotes("two", 1)) == "unattended"


def test_BR12_what_is_written_in_a_room_stays_there() -> None:
    world = opened()
    world.do(ADA, c.SendChat("in Red"))
    message_id = world.last("chat_sent")["message_id"]
    assert world.log[-1].channel == f"room:{rooms_of(world)[0]}"
    assert code_of(world, BOB, c.ReactToChat(message_id, "clap")) == "message_not_found"
    assert code_of(world, BOB, c.SendChat("re", reply_to=message_id)) == "message_not_found"
    world.do(FAY, c.DeleteChat(message_id))
    assert world.log[-1].channel == f"room:{rooms_of(world)[0]}"
    world.do(FAY, c.SendChat("in main"))
    assert world.log[-1].channel == "session"


def test_TR3_every_room_has_a_screen_of_its_own() -> None:
    world = opened()
    world.do(ADA, c.SetTrack("screen", True))
    world.do(BOB, c.SetTrack("screen", True))
    assert world.state.track_is_on("ada", "screen")
    assert world.state.track_is_on("bob", "screen")
