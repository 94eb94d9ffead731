"""Every command × every role × every presence × every stage against the table's own words."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from server.domain import commands as c
from server.domain.commands import COMMANDS, LOOKED_UP
from server.domain.errors import Conflict, NotAllowed
from server.domain.permissions import PERMISSIONS, ActorRole, authorize
from server.domain.state import Actor, Participant, Presence, SessionState, Stage
from server.schemas import live as wire

ROLES: tuple[ActorRole, ...] = get_args(ActorRole)
PRESENCES: tuple[Presence | None, ...] = (None, *get_args(Presence))
STAGES: tuple[Stage, ...] = get_args(Stage)

# Written out once more on purpose: a slip in the table must not pass unseen.
HOST_IN_CLASS = {
    "open_poll", "close_poll", "reveal_poll", "start_recording", "pause_recording",
    "resume_recording", "stop_recording", "hide_poll_text",
}  # fmt: skip
HOST = {
    "admit", "deny", "mute_participant", "spotlight", "create_poll", "edit_poll", "delete_poll",
}  # fmt: skip
HOST |= {"set_hand_order", "call_next", "invite_to_speak", "mute_all", "set_lock"}
ANYONE_IN_CLASS = {"vote", "mark_moment", "tap_confusion"}
SERVER_IN_CLASS = {"count_airtime", "count_reactions", "advance_time"}
SERVER_IN_CLASS |= {"report_whiteboard_picture"}
ANYONE = {"decline_to_speak", "edit_chat", "react_to_chat"}
ANYONE |= {"raise_hand", "lower_hand", "send_chat", "delete_chat", "set_track", "give_consent"}
SERVER_ALWAYS = {
    "start_epoch", "lose_connection", "report_capture_started", "report_capture_stopped",
    "declare_gap",
}  # fmt: skip

HOST |= {
    "draft_breakouts", "assign_breakouts", "edit_breakout_room", "save_breakout_set",
    "delete_breakout_set", "move_participant",
}  # fmt: skip
HOST_IN_CLASS |= {
    "open_breakouts", "extend_breakouts", "close_breakouts", "visit_room", "broadcast_text",
    "broadcast_voice",
}  # fmt: skip
ANYONE_IN_CLASS |= {
    "choose_room", "return_to_main", "call_for_help", "answer_help", "write_room_notes",
}  # fmt: skip
HOST |= {"open_whiteboard", "close_whiteboard", "share_web_page", "stop_web_page"}
HOST |= {
    "plan_debate", "edit_debate", "delete_debate", "draw_seats", "set_chair",
    "set_adjudicators", "open_notes",
}  # fmt: skip
HOST_IN_CLASS |= {"begin_debate", "open_ballot", "close_ballot", "reveal_debate"}
# Who of those in the room (chair, speaker, side, adjudicator) is asked in the debate (DB).
ANYONE |= {"assign_seat"}
ANYONE_IN_CLASS |= {
    "take_chair", "end_debate", "set_advance", "start_clock", "pause_clock", "extend_clock",
    "next_speech", "previous_speech", "name_speaker", "wait_for_speaker", "use_prep", "end_prep",
    "ask_turn", "yield_turn", "give_turn", "offer_point", "withdraw_point", "answer_point",
    "end_point", "write_note", "cast_ballot", "hand_in_scores",
}  # fmt: skip
HOST_IN_CLASS |= {
    "start_activity", "next_activity", "previous_activity", "extend_activity", "undo_agenda",
    "cover_objective", "dismiss_hint",
}  # fmt: skip
PLANNING = {
    "edit_agenda", "edit_objectives", "delete_deck", "restore_deck", "rename_deck", "order_decks",
}  # fmt: skip
"""by the server on behalf of a facilitator who is not in class"""


AFTERWARDS = {"open_notes", "reveal_debate"}
"""also by the server on behalf of a facilitator, when the class is over (DB19)"""


HOST |= {
    "delete_deck", "restore_deck", "rename_deck", "order_decks", "present_deck", "turn_page",
    "let_browse", "stop_presenting",
}  # fmt: skip


WATCHING = {"join", "leave", "mark_moment"}
"""all that an observer may ask for (OB1)"""


def is_allowed(name: str, role: str, presence: str | None, stage: str) -> bool:
    if role == "server":
        if name in SERVER_ALWAYS:
            return True
        if name in SERVER_IN_CLASS:
            return stage == "live"
        if name in ("note_seat", "add_deck") or name in PLANNING:
            return stage != "ended"
        if name in AFTERWARDS:
            return name == "open_notes" or stage != "scheduled"
        return (name in ("end_session", "close_poll") and stage == "live") or (
            name == "remove" and stage != "ended"
        )
    if stage == "ended":
        return name in AFTERWARDS and role == "facilitator" and presence == "present"
    if role == "observer" and name not in WATCHING:
        return False
    if name == "join":
        return presence in (None, "waiting", "present", "away", "left")
    if name == "leave":
        return presence in ("waiting", "present", "away")
    if presence != "present":
        return False
    host = role == "facilitator"
    if name == "start_session":
        return host and stage == "scheduled"
    if name in HOST | PLANNING or name == "remove":
        return host
    if name in HOST_IN_CLASS or name == "end_session":
        return host and stage == "live"
    if name in ANYONE_IN_CLASS:
        return stage == "live"
    return name in ANYONE


def sample(cls: type[Any]) -> Any:
    values = {"option": 0, "is_on": True, "is_given": True, "from_ms": 0, "to_ms": 0, "utc_ms": 0}
    fields: dict[str, Any] = {
        name: values.get(name, "x") for name in cls.__dataclass_fields__ if name != "options"
    }
    if "options" in cls.__dataclass_fields__:
        fields["options"] = ("a", "b")
    return cls(**fields)


def state_with(presence: Presence | None, stage: Stage) -> SessionState:
    people = {}
    if presence is not None:
        people["me"] = Participant("me", "Me", "learner", False, presence)
    return SessionState("s", stage=stage, participants=people)


@pytest.mark.parametrize("name", COMMANDS)
def test_PE1_the_table_allows_what_the_rules_say_and_nothing_else(name: str) -> None:
    command = sample(COMMANDS[name])
    for role, presence, stage in product(ROLES, PRESENCES, STAGES):
        actor = Actor(None if role == "server" else "me", role)
        try:
            authorize(state_with(presence, stage), command, actor)
            allowed = True
        except (NotAllowed, Conflict):
            allowed = False
        assert allowed == is_allowed(name, role, presence, stage), (name, role, presence, stage)


def test_PE1_every_command_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(COMMANDS.values())


def test_PE1_a_command_outside_the_table_is_denied() -> None:
    class Unheard:
        pass

    with pytest.raises(NotAllowed, match="role"):
        authorize(state_with("present", "live"), Unheard(), Actor("me", "facilitator"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "presence", "stage", "code"),
    [
        ("learner", None, "ended", "not_allowed"),
        ("observer", None, "ended", "not_allowed"),
        ("facilitator", "waiting", "live", "waiting"),
        ("facilitator", "denied", "live", "denied"),
        ("facilitator", "removed", "live", "removed"),
        ("facilitator", "away", "live", "not_present"),
        ("facilitator", None, "ended", "not_present"),
        ("facilitator", "present", "scheduled", "session_not_started"),
        ("facilitator", "present", "ended", "session_ended"),
    ],
)
def test_PE3_refusals_have_codes_in_this_order(
    role: ActorRole, presence: Presence | None, stage: Stage, code: str
) -> None:
    with pytest.raises((NotAllowed, Conflict)) as refused:
        authorize(state_with(presence, stage), c.StartRecording(), Actor("me", role))
    assert refused.value.code == code


def test_wire_commands_are_the_domains_by_name_and_fields() -> None:
    structs = {str(struct.__struct_config__.tag): struct for struct in get_args(wire.AnyCommand)}
    ours = {
        name
        for name, cls in COMMANDS.items()
        if "server" not in PERMISSIONS[cls].roles
        or name in PLANNING | AFTERWARDS | {"end_session", "remove", "close_poll"}
    }
    assert set(structs) == ours
    for name, struct in structs.items():
        sent = set(COMMANDS[name].__dataclass_fields__) - set(LOOKED_UP.get(name, ()))
        assert set(struct.__struct_fields__) == sent, name
