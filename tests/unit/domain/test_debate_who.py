"""DB: who may do what in a debate: every command × every standing, written out once more."""

from __future__ import annotations

from copy import copy, deepcopy
from functools import cache
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.commands import COMMANDS
from server.domain.debate_result import point_ranges
from server.domain.debate_state import SECOND
from server.domain.errors import DomainError, NotAllowed
from server.domain.state import Actor
from tests.debate_world import Hall, pid, shipped
from tests.live_world import ADA, BOB, FAY, OPEN, live_class

CARL = Actor("carl", "learner", "Carl")
STANDINGS = ("facilitator", "chair", "speaker", "partner", "opponent", "adjudicator", "audience")
HOST = {"facilitator"}
CHAIR = HOST | {"chair"}
SIDES = {"speaker", "partner", "opponent"}
EVERYBODY: set[str] = set(STANDINGS)

ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(
        (
            "plan_debate", "edit_debate", "delete_debate", "draw_seats", "set_chair",
            "set_adjudicators", "begin_debate", "open_notes", "open_ballot", "close_ballot",
            "reveal_debate", "take_chair",
        ),
        HOST,
    ),
    **dict.fromkeys(
        (
            "assign_seat", "end_debate", "set_advance", "start_clock", "pause_clock",
            "extend_clock", "next_speech", "previous_speech", "name_speaker", "wait_for_speaker",
            "give_turn",
        ),
        CHAIR,
    ),
    # The pool of the opponents' side, a note, a point to the speaker.
    "use_prep": CHAIR | {"opponent"},
    "end_prep": CHAIR | {"opponent"},
    "write_note": SIDES,
    "offer_point": {"opponent"},
    "ask_turn": SIDES,
    "yield_turn": EVERYBODY,
    "withdraw_point": EVERYBODY,
    "answer_point": {"speaker"},
    "end_point": CHAIR | {"speaker", "opponent"},
    "cast_ballot": EVERYBODY,
    "hand_in_scores": {"adjudicator"},
}  # fmt: skip


@cache
def prepared(name: str) -> Hall:
    """A quick debate with points: running, planned, or wherever the command makes sense."""
    form = "public-forum" if name in ("use_prep", "end_prep") else "quick"
    pois = {"pois": True} if form == "quick" else {}
    room = Hall(live_class(OPEN, ADA, BOB, CARL), FAY, shipped(form), **pois)
    room.do(FAY, dc.SetChair, "ada")
    room.do(FAY, dc.SetAdjudicators, ("bob",))
    if name in ("edit_debate", "delete_debate", "draw_seats", "begin_debate"):
        return room
    if name == "cast_ballot":
        room.do(FAY, dc.OpenBallot, "before")
    if name == "close_ballot":
        room.do(FAY, dc.OpenBallot, "before")
    room.do(FAY, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(FAY, dc.NextSpeech)
    if name == "end_prep":
        room.do(FAY, dc.UsePrep, room.debate.form.sides[1].id)
    if name in ("ask_turn", "give_turn", "yield_turn"):
        while room.debate.part is None or room.debate.part.kind != "free":
            room.do(FAY, dc.NextSpeech)
    if name in ("use_prep", "end_prep", "start_clock", "name_speaker", "previous_speech"):
        if name == "previous_speech":
            room.do(FAY, dc.NextSpeech)
        return room
    room.do(FAY, dc.StartClock)
    room.wait(40 * SECOND)
    if name in ("answer_point", "end_point"):
        room.do(room.by_seat["con:1"], dc.OfferPoint)
    if name == "end_point":
        room.do(room.by_seat["pro:1"], dc.AnswerPoint, "con-1", True)
    if name == "wait_for_speaker":
        room.world.do(room.by_seat["pro:1"], c.Leave())
    if name == "reveal_debate":
        room.do(FAY, dc.EndDebate)
    return room


def hall(name: str) -> Hall:
    """Each test's own."""
    room = copy(prepared(name))
    room.world = copy(room.world)
    room.world.log = list(room.world.log)
    room.world.ballots = deepcopy(room.world.ballots)
    return room


def actor(room: Hall, standing: str) -> Actor:
    one, two = room.debate.form.sides
    return {
        "facilitator": FAY,
        "chair": ADA,
        "speaker": room.by_seat[f"{one.id}:{one.seats[0].id}"],
        "partner": room.by_seat[f"{one.id}:{one.seats[1].id}"],
        "opponent": room.by_seat[f"{two.id}:{two.seats[0].id}"],
        "adjudicator": BOB,
        "audience": CARL,
    }[standing]


def command(room: Hall, name: str) -> Any:
    key = room.debate_id
    one, two = room.debate.form.sides
    seat = f"{one.id}:{one.seats[-1].id}"
    partner = pid(actor(room, "partner"))
    fields: dict[str, tuple[Any, ...]] = {
        "edit_debate": ("New",),
        "assign_seat": (seat, partner),
        "draw_seats": ("clear",),
        "set_chair": (None,),
        "set_adjudicators": (("carl",),),
        "set_advance": ("automatic",),
        "extend_clock": (10,),
        "name_speaker": (0, partner),
        "give_turn": (partner,),
        "answer_point": (pid(actor(room, "opponent")), True),
        "use_prep": (two.id,),
        "write_note": ("Note",),
        "open_ballot": ("after",),
        "cast_ballot": ("before", "for"),
        "hand_in_scores": (
            {name: one.low for name, one in point_ranges(room.debate).items()},
            {} if room.debate.form.scoring.teams == "none" else {one.id: 1, two.id: 2},
        ),
    }
    if name == "plan_debate":
        return dc.PlanDebate("M", format=room.debate.format)
    return COMMANDS[name](key, *fields.get(name, ()))


ASKED = sorted(
    name for name, cls in COMMANDS.items()
    if "debate_id" in cls.__dataclass_fields__ or name == "plan_debate"
)  # fmt: skip


def test_the_table_knows_every_command_of_a_debate() -> None:
    assert set(ASKED) == set(ALLOWED)


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("name", ASKED)
def test_DB_every_command_by_everybody(name: str, standing: str) -> None:
    room = hall(name)
    if name == "name_speaker" and standing in ("speaker", "partner"):
        room.do(FAY, dc.StartClock)  # beforehand a side names its own
        room.do(FAY, dc.PauseClock)
    who = actor(room, standing)
    try:
        room.world.do(who, command(room, name))
        allowed = True
    except NotAllowed:
        allowed = False
    except DomainError as error:
        # Refused for another reason: the quick debate gives no points, and the chair is here.
        assert (name, error.code) in (
            ("hand_in_scores", "nothing_to_score"),
            ("take_chair", "chair_is_here"),
        ), f"{name} by {standing}: {error.code}"
        allowed = name == "hand_in_scores"
    assert allowed == (standing in ALLOWED[name])
