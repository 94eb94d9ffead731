"""HA, CH, LK, CF, RC, TR, PA: the room around people."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from server.domain import commands as c
from server.domain import events as e
from server.domain.errors import DomainError
from server.domain.hand import queue
from server.domain.lock import GRACE_MS
from server.domain.record import record_of
from server.domain.session import fold
from server.domain.session_events import LockKind
from server.domain.state import THE_SERVER, Actor, SessionState
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

GUS = Actor("gus", "facilitator", "Gus", False, "user-gus")
CYD = Actor("cyd", "learner", "Cyd", False, "user-cyd")


def code_of(world: World, actor: Actor, command: Any) -> str:
    with pytest.raises(DomainError) as refused:
        world.do(actor, command)
    return refused.value.code


def said(world: World, actor: Actor, text: str, **more: Any) -> str:
    world.do(actor, c.SendChat(text, **more))
    return str(world.last("chat_sent")["message_id"])


def channels(events: list[e.Event]) -> list[str]:
    return [event.channel for event in events]


# ---- chat ------------------------------------------------------------------------------------


def test_CH3_a_private_message_is_in_the_channels_of_the_two_and_no_other() -> None:
    world = live_class(OPEN, ADA, BOB)
    events = world.do(ADA, c.SendChat("psst", to="bob"))
    assert channels(events) == ["person:ada", "person:bob"]
    key = world.last("chat_sent")["message_id"]
    assert len([m for m in world.state.chat if m.message_id == key]) == 1
    for event in (
        world.do(BOB, c.ReactToChat(key, "heart"))
        + world.do(ADA, c.EditChat(key, "psst!"))
        + world.do(ADA, c.DeleteChat(key))
    ):
        assert event.channel in ("person:ada", "person:bob")


def test_CH3_facilitators_neither_read_nor_touch_what_is_not_theirs() -> None:
    world = live_class(OPEN, ADA, BOB)
    key = said(world, ADA, "psst", to="bob")
    for command in (c.DeleteChat(key), c.ReactToChat(key, "heart"), c.EditChat(key, "x")):
        assert code_of(world, FAY, command) == "message_not_found"
    assert code_of(world, FAY, c.SendChat("what?", reply_to=key)) == "message_not_found"
    assert code_of(world, BOB, c.DeleteChat(key)) == "not_allowed"


def test_CH3_a_private_message_needs_somebody_else_who_is_here() -> None:
    world = live_class(OPEN, ADA, BOB)
    assert code_of(world, ADA, c.SendChat("me", to="ada")) == "message_to_self"
    assert code_of(world, ADA, c.SendChat("?", to="nobody")) == "participant_not_found"
    world.do(BOB, c.Leave())
    assert code_of(world, ADA, c.SendChat("gone", to="bob")) == "participant_not_present"


def test_CH3_private_messages_are_never_in_the_recording() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    said(world, ADA, "for all")
    said(world, ADA, "for one", to="bob")
    assert [line.text for line in record_of("s1", world.log).chat] == ["for all"]


def test_CH4_the_author_edits_and_what_it_said_is_not_kept_in_the_state() -> None:
    world = live_class(OPEN, ADA, BOB)
    key = said(world, ADA, "helo")
    assert code_of(world, FAY, c.EditChat(key, "hello")) == "not_allowed"
    world.do(ADA, c.EditChat(key, " hello "))
    message = world.state.chat[0]
    assert (message.text, message.edited_at_ms) == ("hello", world.now_ms)
    assert world.do(ADA, c.EditChat(key, "hello")) == []
    world.do(ADA, c.DeleteChat(key))
    assert code_of(world, ADA, c.EditChat(key, "back")) == "message_deleted"


def test_CH4_what_was_edited_off_the_record_is_not_in_the_recording() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    key = said(world, ADA, "before")
    world.do(ADA, c.EditChat(key, "still on record"))
    assert [line.text for line in record_of("s1", world.log).chat] == ["still on record"]
    world.do(ADA, c.GiveConsent(False))
    world.do(ADA, c.EditChat(key, "off record"))
    assert record_of("s1", world.log).chat == ()


def test_CH5_a_reaction_counts_once_a_person_and_can_be_taken_back() -> None:
    world = live_class(OPEN, ADA, BOB)
    key = said(world, ADA, "done")
    world.do(BOB, c.ReactToChat(key, "clap"))
    assert world.do(BOB, c.ReactToChat(key, "clap")) == []
    world.do(FAY, c.ReactToChat(key, "clap"))
    assert world.state.chat[0].reactions == {"clap": ("bob", "fay")}
    world.do(BOB, c.ReactToChat(key, "clap", False))
    world.do(FAY, c.ReactToChat(key, "clap", False))
    assert world.state.chat[0].reactions == {}


def test_CH6_a_reply_stays_where_the_message_is() -> None:
    world = live_class(OPEN, ADA, BOB)
    public = said(world, ADA, "question")
    private = said(world, ADA, "psst", to="bob")
    said(world, BOB, "answer", reply_to=public)
    said(world, BOB, "psst back", to="ada", reply_to=private)
    assert code_of(world, BOB, c.SendChat("leak", reply_to=private)) == "reply_elsewhere"
    assert code_of(world, BOB, c.SendChat("x", reply_to="none")) == "message_not_found"


def test_CH6_who_is_mentioned_can_read_it() -> None:
    world = live_class(OPEN, ADA, BOB)
    said(world, ADA, "@Bob look", mentions=("bob", "bob"))
    assert world.state.chat[0].mentions == ("bob",)
    private = c.SendChat("@Fay", to="bob", mentions=("fay",))
    assert code_of(world, ADA, private) == "participant_not_found"
    many = c.SendChat("@", mentions=tuple(f"p{n}" for n in range(21)))
    assert code_of(world, ADA, many) == "too_many_mentions"


def test_CH7_locked_private_chat_leaves_the_way_to_facilitators_open() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.SetLock("private_chat", True))
    assert code_of(world, ADA, c.SendChat("psst", to="bob")) == "locked"
    world.do(ADA, c.SendChat("help", to="fay"))
    world.do(FAY, c.SendChat("yes?", to="ada"))
    world.do(FAY, c.SetLock("chat", True))
    assert code_of(world, ADA, c.SendChat("hello all")) == "locked"
    world.do(FAY, c.SendChat("hello all"))


# ---- hands -----------------------------------------------------------------------------------


def raised(world: World) -> list[str]:
    return [hand.participant_id for hand in queue(world.state)]


def test_HA4_equity_calls_whoever_had_spoken_least_when_they_raised_it() -> None:
    world = live_class(OPEN, ADA, BOB, CYD)
    world.do(THE_SERVER, c.CountAirtime(("ada", "cyd"), (9000, 4000)))
    world.do(ADA, c.RaiseHand())
    world.do(CYD, c.RaiseHand())
    world.do(BOB, c.RaiseHand())
    assert raised(world) == ["ada", "cyd", "bob"]
    world.do(FAY, c.SetHandOrder("equity"))
    assert world.do(FAY, c.SetHandOrder("equity")) == []
    assert raised(world) == ["bob", "cyd", "ada"]
    # Nobody's place changes while they wait.
    world.do(THE_SERVER, c.CountAirtime(("bob",), (60_000,)))
    assert raised(world) == ["bob", "cyd", "ada"]
    world.do(FAY, c.SetHandOrder("fifo"))
    assert raised(world) == ["ada", "cyd", "bob"]


def test_HA5_next_lowers_the_first_hand_that_is_here_and_asks_to_speak() -> None:
    world = live_class(OPEN, ADA, BOB)
    assert code_of(world, FAY, c.CallNext()) == "no_hands"
    world.do(ADA, c.RaiseHand())
    world.do(BOB, c.RaiseHand())
    world.do(THE_SERVER, c.LoseConnection("ada"))
    events = world.do(FAY, c.CallNext())
    assert [event.type for event in events] == ["hand_lowered", "speak_invited"]
    assert world.state.participants["bob"].invitation == "asked"
    assert raised(world) == ["ada"]
    assert code_of(world, FAY, c.CallNext()) == "no_hands"


def test_HA6_airtime_is_for_facilitators_and_adds_up() -> None:
    world = live_class(OPEN, ADA)
    for _ in range(2):
        events = world.do(THE_SERVER, c.CountAirtime(("ada", "stranger"), (1500, 10)))
        assert channels(events) == ["role:facilitator"]
    assert world.state.talked_ms == {"ada": 3000}
    assert world.do(THE_SERVER, c.CountAirtime((), ())) == []
    assert code_of(world, THE_SERVER, c.CountAirtime(("ada",), ())) == "bad_count"


# ---- asked to speak --------------------------------------------------------------------------


def test_TR5_asked_to_unmute_and_only_oneself_does_it() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.InviteToSpeak("ada"))
    assert world.do(FAY, c.InviteToSpeak("ada")) == []
    assert not world.state.track_is_on("ada", "microphone")
    world.do(ADA, c.DeclineToSpeak())
    assert world.state.participants["ada"].invitation == "none"
    assert world.do(ADA, c.DeclineToSpeak()) == []
    world.do(THE_SERVER, c.LoseConnection("ada"))
    assert code_of(world, FAY, c.InviteToSpeak("ada")) == "participant_not_present"


def test_TR6_all_are_muted_but_facilitators() -> None:
    world = live_class(OPEN, ADA, BOB)
    for who in (FAY, ADA, BOB):
        world.do(who, c.SetTrack("microphone", True))
    events = world.do(FAY, c.MuteAll())
    assert [event.data["participant_id"] for event in events] == ["ada", "bob"]
    assert world.state.track_is_on("fay", "microphone")
    assert world.do(FAY, c.MuteAll()) == []


# ---- locks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("track", ["microphone", "camera", "screen"])
def test_LK1_LK2_a_locked_track_goes_off_and_stays_off_for_learners(track: Any) -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SetTrack(track, True))
    world.do(FAY, c.SetLock(track, True))
    assert not world.state.track_is_on("ada", track)
    assert code_of(world, ADA, c.SetTrack(track, True)) == "locked"
    world.do(FAY, c.SetTrack(track, True))
    assert world.do(FAY, c.SetLock(track, True)) == []
    world.do(FAY, c.SetTrack(track, False))
    world.do(FAY, c.SetLock(track, False))
    world.do(ADA, c.SetTrack(track, True))


def test_LK2_locked_reactions_can_still_be_taken_back() -> None:
    world = live_class(OPEN, ADA)
    key = said(world, FAY, "look")
    world.do(ADA, c.ReactToChat(key, "heart"))
    world.do(FAY, c.SetLock("reactions", True))
    assert code_of(world, ADA, c.ReactToChat(key, "clap")) == "locked"
    world.do(ADA, c.ReactToChat(key, "heart", False))


def test_LK3_who_was_asked_to_speak_may_until_a_facilitator_mutes_them() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.SetLock("microphone", True))
    world.do(FAY, c.InviteToSpeak("ada"))
    world.do(ADA, c.SetTrack("microphone", True))
    assert world.state.participants["ada"].invitation == "granted"
    world.do(ADA, c.SetTrack("microphone", False))
    world.do(ADA, c.SetTrack("microphone", True))
    world.do(FAY, c.MuteParticipant("ada"))
    assert world.state.participants["ada"].invitation == "none"
    assert code_of(world, ADA, c.SetTrack("microphone", True)) == "locked"


WAITS = (c.SendChat("x"), c.SendChat("x", to="bob"), c.SetTrack("microphone", True),
         c.SetTrack("screen", True))  # fmt: skip


def test_LK4_without_a_facilitator_learners_cannot_write_unmute_or_share() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.Leave())
    for command in WAITS:
        assert code_of(world, ADA, command) == "unattended"
    world.do(ADA, c.RaiseHand())
    world.do(ADA, c.SetTrack("camera", True))
    world.join(FAY)
    world.do(ADA, c.SendChat("you are back"))


def test_LK4_a_facilitator_whose_connection_broke_is_waited_for() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(THE_SERVER, c.LoseConnection("fay"))
    world.do(ADA, c.SendChat("still here?"))
    world.now_ms += GRACE_MS
    assert code_of(world, ADA, c.SendChat("hm")) == "unattended"
    world.join(FAY)
    world.do(ADA, c.SendChat("welcome back"))


def test_LK4_one_of_two_facilitators_is_enough_and_it_can_be_switched_off() -> None:
    world = live_class(OPEN, GUS, ADA)
    world.do(GUS, c.Leave())
    world.do(ADA, c.SendChat("fine"))
    world.do(FAY, c.SetLock("unattended", False))
    world.do(FAY, c.Leave())
    world.do(ADA, c.SendChat("also fine"))


def test_LK4_who_speaks_already_is_not_cut_off() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SetTrack("microphone", True))
    world.do(FAY, c.Leave())
    assert world.state.track_is_on("ada", "microphone")


def test_LK5_a_locked_room_takes_back_who_was_inside_and_nobody_new() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.SetLock("room", True))
    world.do(ADA, c.Leave())
    world.join(ADA, GUS)
    assert code_of(world, BOB, c.Join()) == "room_locked"
    world.do(FAY, c.SetLock("room", False))
    world.join(BOB)


# ---- sent out, banned ------------------------------------------------------------------------


def test_PA10_sent_out_comes_back_through_the_lobby_even_where_there_is_none() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.Remove("ada", may_return=True))
    assert world.last("participant_removed") == {"participant_id": "ada", "may_return": True}
    world.join(ADA)
    assert world.state.participants["ada"].presence == "waiting"
    world.do(FAY, c.Admit("ada"))
    assert world.state.participants["ada"].presence == "present"
    world.do(ADA, c.Leave())
    world.join(ADA)
    assert world.state.participants["ada"].presence == "present"


def test_PA4_the_account_is_banned_and_not_only_the_seat() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.Remove("ada"))
    other_seat = replace(ADA, participant_id="ada-2")
    assert code_of(world, other_seat, c.Join()) == "removed"
    world.do(FAY, c.Admit("ada"))
    world.join(other_seat)


def test_PA9_a_changed_role_is_told_without_waiting_for_a_command() -> None:
    world = live_class(OPEN, ADA)
    note = c.NoteSeat("ada", "Ada", "facilitator")
    assert [event.type for event in world.do(THE_SERVER, note)] == ["participant_changed"]
    assert world.do(THE_SERVER, note) == []
    assert world.do(THE_SERVER, c.NoteSeat("nobody", "N", "learner")) == []


# ---- confusion, moments, reactions -----------------------------------------------------------


def test_CF1_a_tap_says_neither_who_nor_which_command() -> None:
    world = live_class(OPEN, ADA)
    (event,) = world.do(ADA, c.TapConfusion())
    assert (event.actor_id, event.cause_id, event.data) == (None, None, {})
    assert event.channel == "role:facilitator"
    assert world.state.confusion == (world.now_ms,)


def test_CF1_a_tap_does_not_tell_that_its_seat_has_changed() -> None:
    world = live_class(OPEN, ADA)
    events = world.do(replace(ADA, name="Ada Two"), c.TapConfusion())
    assert [event.type for event in events] == ["confusion_tapped"]


def test_CF3_taps_are_on_the_record_only_while_it_runs() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.TapConfusion())
    world.do(FAY, c.StartRecording())
    world.do(BOB, c.TapConfusion())
    assert record_of("s1", world.log).confusion == (world.now_ms,)


def test_MO1_a_learners_bookmark_is_their_own() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.StartRecording())
    assert channels(world.do(ADA, c.MarkMoment("mine"))) == ["person:ada"]
    assert channels(world.do(FAY, c.MarkMoment("ours"))) == ["session"]
    assert [mark.label for mark in record_of("s1", world.log).moments] == ["ours"]


def test_RC2_counts_of_reactions_name_nobody() -> None:
    world = live_class(OPEN, ADA)
    (event,) = world.do(THE_SERVER, c.CountReactions(("clap", "yes"), (4, 1)))
    assert (event.actor_id, event.data) == (None, {"kinds": ["clap", "yes"], "counts": [4, 1]})
    assert world.do(THE_SERVER, c.CountReactions((), ())) == []
    assert code_of(world, THE_SERVER, c.CountReactions(("clap",), ())) == "bad_count"


# ---- old logs --------------------------------------------------------------------------------


def test_EV4_a_log_of_before_folds_as_it_did() -> None:
    old = [
        ("chat_sent", {"message_id": "m", "participant_id": "ada", "text": "hi"}),
        ("hand_raised", {"participant_id": "ada"}),
        ("participant_removed", {"participant_id": "ada"}),
        ("moment_marked", {"moment_id": "x", "participant_id": "fay", "label": "here"}),
    ]
    seat = {"participant_id": "ada", "name": "Ada", "role": "learner", "is_guest": False}
    log = [
        e.Event("s1", n, "session", n, n, None, None, e.body_of(kind, 1, data))
        for n, (kind, data) in enumerate([("participant_joined", seat), *old], start=1)
    ]
    state = fold("s1", log)
    assert (state.chat[0].to, state.chat[0].reactions, state.hands[0].talked_ms) == (None, {}, 0)
    assert state.participants["ada"].presence == "removed"
    assert not state.moments[0].is_private
    assert SessionState("s").locks == {"unattended"}


def test_every_lock_is_in_the_rules() -> None:
    rules = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", rules, flags=re.MULTILINE)
    locks = next(part for part in section if part.startswith("LK"))
    assert [lock for lock in get_args(LockKind) if f"`{lock}`" not in locks] == []
