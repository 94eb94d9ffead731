"""Debates without sockets: who sits where, time that passes, and a browser's fold of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain import events as e
from server.domain.debate_format import Format, to_data
from server.domain.debate_result import Matrix, matrix_of, point_ranges
from server.domain.debate_state import Debate, all_seats
from server.domain.due import next_due_ms
from server.domain.errors import DomainError
from server.domain.floor import may_speak
from server.domain.state import THE_SERVER, Actor
from server.storage.shipped_formats import shipped_formats

View = dict[str, Any]

# ---- a browser's fold (docs/protocol.md, Debates) ----------------------------------------------


def fold(view: View, event: dict[str, Any]) -> None:
    data, kind = event["data"], event["type"]
    debates = {one["debate_id"]: one for one in view["debates"]}
    debate = debates.get(data["debate_id"])
    if "format" in data:
        data = dict(data)
        view["debate_formats"][data["format_key"]] = data.pop("format")
    if kind == "debate_planned":
        view["debates"].append({**_empty(), **data})
    elif debate is None:
        return
    elif kind == "debate_deleted":
        view["debates"].remove(debate)
    elif kind in ("debate_note_written", "debate_note_shown"):
        note = {key: data[key] for key in ("note_id", "side", "participant_id", "text")}
        note["at_ms"] = data.get("written_at_ms", event["at_ms"])
        if all(one["note_id"] != note["note_id"] for one in debate["notes"]):
            debate["notes"].append(note)
            debate["notes"].sort(key=lambda one: (one["at_ms"], one["note_id"]))
    elif kind == "debate_ballot_cast":
        debate["own_ballots"].append(data["round"])
    else:
        debate.update({key: value for key, value in data.items() if key in debate})
    used = {one["format_key"] for one in view["debates"]}
    for key in view["debate_formats"].keys() - used:
        del view["debate_formats"][key]


def _empty() -> View:
    nothing = dict.fromkeys(
        (
            "chair_id", "since_ms", "halt", "hold_until_ms", "next_at_ms", "pool_side",
            "pool_since_ms", "turn", "turn_since_ms", "turn_end_ms", "free_since_ms", "point",
            "point_since_ms", "ballot", "own_sheet", "result",
        )
    )  # fmt: skip
    lists = ("adjudicators", "turn_asks", "points", "ballots_closed", "own_ballots", "sheets",
             "notes")  # fmt: skip
    maps = ("seats", "named", "pools", "turn_used", "voted")
    return {
        **nothing,
        **{name: [] for name in lists},
        **{name: {} for name in maps},
        "stage": "planned",
        "index": -1,
        "used_ms": 0,
        "extra_ms": 0,
        "bells": 0,
        "is_over": False,
        "are_notes_open": False,
    }


# ---- ballots, which the mailbox keeps apart ----------------------------------------------------

Cast = dict[str, dict[str, dict[str, str]]]
"""debate → round → voter → choice"""


def matrices(cast: Cast) -> dict[str, Matrix]:
    found: dict[str, Matrix] = {}
    for debate_id, rounds in cast.items():
        before, after = rounds.get("before", {}), rounds.get("after", {})
        found[debate_id] = matrix_of((before[who], after[who]) for who in before if who in after)
    return found


# ---- running one -------------------------------------------------------------------------------


def shipped(format_id: str) -> Format:
    return next(one for one in shipped_formats() if one.format_id == format_id)


def people(form: Format) -> dict[str, Actor]:
    """Seat → who sits on it."""
    return {
        seat: Actor(seat.replace(":", "-"), "learner", seat.replace(":", " ").title())
        for seat in all_seats(form)
    }


def pid(actor: Actor) -> str:
    assert actor.participant_id is not None
    return actor.participant_id


class Hall:
    """One debate of a world, and everybody who sits in it."""

    def __init__(self, world: Any, chair: Actor, form: Format, **plan: Any) -> None:
        self.world = world
        self.chair = chair
        self.by_seat = people(form)
        known = world.state.participants
        world.join(*(one for one in self.by_seat.values() if one.participant_id not in known))
        world.do(chair, dc.PlanDebate("Motion", format=to_data(form), **plan))
        self.debate_id: str = world.last("debate_planned")["debate_id"]
        for seat, who in self.by_seat.items():
            self.do(chair, dc.AssignSeat, seat, who.participant_id)

    @property
    def debate(self) -> Debate:
        found: Debate = self.world.state.debates[self.debate_id]
        return found

    @property
    def floor(self) -> frozenset[str] | None:
        return may_speak(self.world.state, self.debate.room_id)

    @property
    def holders(self) -> frozenset[str]:
        """The floor without the facilitators."""
        return (self.floor or frozenset()) - {self.chair.participant_id}

    def who(self, participant_id: str) -> Actor:
        return next(one for one in self.by_seat.values() if one.participant_id == participant_id)

    def do(self, actor: Actor, command: Any, *args: Any, after_ms: int = 0) -> list[e.Event]:
        events: list[e.Event] = self.world.do(
            actor, command(self.debate_id, *args), after_ms=after_ms
        )
        return events

    def refused(self, actor: Actor, command: Any, *args: Any) -> str:
        """The code; it must be refused."""
        try:
            self.do(actor, command, *args)
        except DomainError as error:
            return error.code
        raise AssertionError(f"{command.__name__} was not refused")

    def wait(self, ms: int) -> list[e.Event]:
        """Time passes; the server is woken at each moment that is due."""
        return wait(self.world, ms)


def wait(world: Any, ms: int) -> list[e.Event]:
    until = world.now_ms + ms
    events: list[e.Event] = []
    while (due := next_due_ms(world.state)) is not None and due <= until:
        due = max(due, world.now_ms)
        came = world.do(THE_SERVER, c.AdvanceTime(), after_ms=due - world.now_ms)
        assert came, "woken for nothing"
        events += came
    world.now_ms = until
    return events


def kinds(events: Sequence[e.Event]) -> list[str]:
    return [event.type for event in events]


def debates_happen(world: Any, fay: Actor, ada: Actor, bob: Actor) -> None:
    """Every event of a debate once; nothing is going on at the end."""
    world.do(fay, dc.PlanDebate("Gone", "main", format=to_data(shipped("quick"))))
    world.do(fay, dc.DeleteDebate(world.last("debate_planned")["debate_id"]))
    room = Hall(world, fay, shipped("quick"), pois=True)
    pro, con = (room.by_seat[f"{side}:1"] for side in ("pro", "con"))
    second = room.by_seat["con:2"]
    room.do(fay, dc.EditDebate, "Another motion")
    room.do(fay, dc.SetAdjudicators, ("ada",))
    room.do(fay, dc.SetChair, "bob")
    room.do(pro, dc.WriteNote, "ours")
    room.do(con, dc.WriteNote, "theirs")
    room.do(fay, dc.AssignSeat, "con:3", None)
    room.do(fay, dc.AssignSeat, "con:3", second.participant_id)
    room.do(fay, dc.OpenBallot, "before")
    for who, choice in ((ada, "for"), (bob, "against"), (pro, "for")):
        room.do(who, dc.CastBallot, "before", choice)
    room.do(fay, dc.CloseBallot)
    room.do(fay, dc.BeginDebate)
    room.do(bob, dc.ExtendClock, 30)
    room.wait(20 * 60_000)
    room.do(bob, dc.NameSpeaker, 0, room.by_seat["pro:2"].participant_id)
    room.do(bob, dc.NameSpeaker, 0, None)
    room.do(bob, dc.StartClock)
    room.wait(40_000)
    room.do(con, dc.OfferPoint)
    room.do(second, dc.OfferPoint)
    room.do(pro, dc.AnswerPoint, con.participant_id, True)
    room.wait(16_000)
    room.do(second, dc.WithdrawPoint)
    world.do(THE_SERVER, c.LoseConnection(pid(pro)))
    room.wait(40_000)
    room.do(bob, dc.WaitForSpeaker)
    world.join(pro)
    room.do(pro, dc.StartClock)
    room.do(bob, dc.PauseClock)
    room.do(bob, dc.SetAdvance, "automatic")
    room.do(bob, dc.StartClock)
    while room.debate.part is None or room.debate.part.kind != "free":
        room.do(bob, dc.NextSpeech)
    room.do(bob, dc.StartClock)
    room.do(con, dc.AskTurn)
    room.do(second, dc.AskTurn)
    room.do(second, dc.YieldTurn)
    room.wait(5_000)
    room.do(con, dc.YieldTurn)
    world.epoch(alive_until_ms=world.now_ms)
    world.join(fay, ada, bob, *room.by_seat.values())
    room.do(bob, dc.StartClock)
    room.do(bob, dc.EndDebate)
    room.do(fay, dc.OpenBallot, "after")
    for who in (ada, bob, con):
        room.do(who, dc.CastBallot, "after", "for")
    room.do(fay, dc.CloseBallot)
    room.do(fay, dc.OpenNotes)
    room.do(fay, dc.RevealDebate)
    _pools_and_points(world, fay, ada)


def _pools_and_points(world: Any, fay: Actor, ada: Actor) -> None:
    room = Hall(world, fay, shipped("lincoln-douglas"))
    room.do(fay, dc.SetAdjudicators, ("ada",))
    room.do(fay, dc.BeginDebate)
    if room.debate.stage == "preparing":
        room.do(fay, dc.NextSpeech)
    one, two = (side.id for side in room.debate.form.sides)
    room.do(fay, dc.UsePrep, one)
    room.do(fay, dc.EndPrep, after_ms=700)
    room.do(fay, dc.EndDebate)
    ranges = point_ranges(room.debate)
    points = {key: allowed.high for key, allowed in ranges.items()}
    points[next(iter(ranges))] = next(iter(ranges.values())).high
    ranks = {one: 1, two: 2}
    room.do(ada, dc.HandInScores, points, ranks)
    room.do(fay, dc.RevealDebate)
