"""Debates: their rules are in docs/rules.md (DB1…)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from server.schemas.live_base import Command, Id, Text

Motion = Annotated[str, Meta(min_length=1, max_length=300)]
Advance = Literal["manual", "automatic"]
SeatKey = Annotated[str, Meta(min_length=3, max_length=128)]
"""``<side>:<seat>``"""
DebateStage = Literal["planned", "preparing", "running", "ended"]
Halt = Literal["paused", "speaker_lost", "speaker_absent", "restart"]
"""Why the clock stands that somebody has to start again."""
BallotRound = Literal["before", "after"]
BallotChoice = Literal["for", "against", "undecided"]


class PlanDebate(Command, tag="plan_debate"):
    """Facilitator. The format as data, or the id of one that is shipped."""

    motion: Motion
    room_id: Id = "main"
    format_id: Id | None = None
    format: dict[str, Any] | None = None
    size: Annotated[int, Meta(ge=1, le=12)] | None = None
    """speakers a side, where the format leaves it open"""
    variant: Id | None = None
    pois: bool | None = None
    """points of information, where the format leaves them open"""
    advance: Advance = "manual"


class EditDebate(Command, tag="edit_debate"):
    """While it is planned. Without a format the format stays; a new one empties the seats."""

    debate_id: Id
    motion: Motion
    room_id: Id = "main"
    format_id: Id | None = None
    format: dict[str, Any] | None = None
    size: Annotated[int, Meta(ge=1, le=12)] | None = None
    """speakers a side, where the format leaves it open"""
    variant: Id | None = None
    pois: bool | None = None
    """points of information, where the format leaves them open"""
    advance: Advance = "manual"


class DeleteDebate(Command, tag="delete_debate"):
    debate_id: Id


class AssignSeat(Command, tag="assign_seat"):
    """``participant_id`` None empties the seat. Also while the debate runs (chair)."""

    debate_id: Id
    seat: SeatKey
    participant_id: Id | None


class DrawSeats(Command, tag="draw_seats"):
    """Fill the empty seats, or clear all (``by`` = ``clear``)."""

    debate_id: Id
    by: Literal["random", "least_heard", "clear"]
    participant_ids: Annotated[list[Id], Meta(max_length=500)] = []
    """whom to draw from; empty: the learners present in the debate's room"""
    heard_ms: dict[str, int] = {}
    """how long each was heard before; added to what was spoken in this session's debates"""


class SetChair(Command, tag="set_chair"):
    debate_id: Id
    participant_id: Id | None


class TakeChair(Command, tag="take_chair"):
    """A facilitator at any time; an adjudicator while the chair and all facilitators are gone."""

    debate_id: Id


class SetAdjudicators(Command, tag="set_adjudicators"):
    debate_id: Id
    participant_ids: Annotated[list[Id], Meta(max_length=30)]


class BeginDebate(Command, tag="begin_debate"):
    """With preparation time in the format its clock starts now."""

    debate_id: Id


class EndDebate(Command, tag="end_debate"):
    debate_id: Id


class SetAdvance(Command, tag="set_advance"):
    debate_id: Id
    advance: Advance


class StartClock(Command, tag="start_clock"):
    """Chair; also the speaker who has come back."""

    debate_id: Id


class PauseClock(Command, tag="pause_clock"):
    debate_id: Id


class ExtendClock(Command, tag="extend_clock"):
    """Give the running part (speech, preparation) more time; negative takes some back."""

    debate_id: Id
    seconds: Annotated[int, Meta(ge=-3600, le=3600)]


class NextSpeech(Command, tag="next_speech"):
    """End this part of the debate, used up or not, and stand before the next."""

    debate_id: Id


class PreviousSpeech(Command, tag="previous_speech"):
    """Stand before the part before this one again, its clock at zero."""

    debate_id: Id


class NameSpeaker(Command, tag="name_speaker"):
    """Who stands at place ``place`` (0: the one who leads) of the present part, instead of who
    sits on its seat, or because the format leaves it to the side. Chair; its side beforehand.
    None: as seated."""

    debate_id: Id
    place: Annotated[int, Meta(ge=0, le=12)]
    participant_id: Id | None


class WaitForSpeaker(Command, tag="wait_for_speaker"):
    """Chair: hold the floor of a lost or late speaker for as long again."""

    debate_id: Id


class UsePrep(Command, tag="use_prep"):
    """A side draws on its preparation pool; between speeches only. Side or chair."""

    debate_id: Id
    side: Id


class EndPrep(Command, tag="end_prep"):
    debate_id: Id


class AskTurn(Command, tag="ask_turn"):
    """Free debate: ask to speak for one's side."""

    debate_id: Id


class YieldTurn(Command, tag="yield_turn"):
    """Free debate: end one's turn, or take back one's request."""

    debate_id: Id


class GiveTurn(Command, tag="give_turn"):
    """Free debate, chair: to someone who need not have asked; None ends the turn."""

    debate_id: Id
    participant_id: Id | None


class OfferPoint(Command, tag="offer_point"):
    """Point of information; again withdraws nothing and changes nothing."""

    debate_id: Id


class WithdrawPoint(Command, tag="withdraw_point"):
    debate_id: Id


class AnswerPoint(Command, tag="answer_point"):
    """By the speaker who holds the floor (or the chair, who may only decline)."""

    debate_id: Id
    participant_id: Id
    is_accepted: bool


class EndPoint(Command, tag="end_point"):
    """The speaker or chair cuts it off; who offered it has finished."""

    debate_id: Id


class WriteNote(Command, tag="write_note"):
    """A note of one's side; only the side sees it until notes are opened."""

    debate_id: Id
    text: Text


class OpenNotes(Command, tag="open_notes"):
    """Facilitator: from now on everybody sees all sides' notes."""

    debate_id: Id


class OpenBallot(Command, tag="open_ballot"):
    debate_id: Id
    round: BallotRound


class CastBallot(Command, tag="cast_ballot"):
    """Once a round, never changed; may wait up to a second for others."""

    debate_id: Id
    round: BallotRound
    choice: BallotChoice


class CloseBallot(Command, tag="close_ballot"):
    debate_id: Id


class HandInScores(Command, tag="hand_in_scores"):
    """Adjudicator; again replaces the sheet until the results are revealed."""

    debate_id: Id
    points: dict[str, float] = {}
    """``<side>:<seat>`` → points; by criteria ``<side>:<seat>:<criterion>``; of a reply speech
    ``reply:<speech id>``. All of them or none are missing."""
    ranks: dict[str, int] = {}
    """side → place, 1 is best, equal is a tie; where the format decides between sides"""


class RevealDebate(Command, tag="reveal_debate"):
    """Facilitator: results to everybody. Open ballots close first."""

    debate_id: Id


DebateCommand = (
    PlanDebate
    | EditDebate
    | DeleteDebate
    | AssignSeat
    | DrawSeats
    | SetChair
    | TakeChair
    | SetAdjudicators
    | BeginDebate
    | EndDebate
    | SetAdvance
    | StartClock
    | PauseClock
    | ExtendClock
    | NextSpeech
    | PreviousSpeech
    | NameSpeaker
    | WaitForSpeaker
    | UsePrep
    | EndPrep
    | AskTurn
    | YieldTurn
    | GiveTurn
    | OfferPoint
    | WithdrawPoint
    | AnswerPoint
    | EndPoint
    | WriteNote
    | OpenNotes
    | OpenBallot
    | CastBallot
    | CloseBallot
    | HandInScores
    | RevealDebate
)


class NoteView(Struct):
    note_id: str
    side: str
    participant_id: str
    text: str
    at_ms: int


class DebateView(Struct):
    """One debate as this viewer may see it; docs/protocol.md, "Debates", says what each means.

    Every ``debate_*`` event carries new values of these very fields.
    """

    debate_id: str
    room_id: str
    motion: str
    format_key: str
    """of ``SessionSnapshot.debate_formats``, or of the event that brought the format"""
    advance: Advance
    stage: DebateStage
    seats: dict[str, str]
    """``<side>:<seat>`` → participant; empty seats are absent"""
    chair_id: str | None
    adjudicators: list[str]
    index: int
    """which part of the order; -1 before the first, the number of parts after the last"""
    named: dict[str, str]
    """place of the present part (as text) → who stands there instead of the seat's owner"""
    used_ms: int
    """of the part's time, up to ``since_ms`` when the clock runs"""
    since_ms: int | None
    """session time the clock was started; None: it stands"""
    extra_ms: int
    is_over: bool
    """the part has ended and its floor is closed"""
    bells: int
    """how many of the part's bells have rung"""
    halt: Halt | None
    hold_until_ms: int | None
    """the lost speaker's floor is held until then; after it the chair decides"""
    next_at_ms: int | None
    """automatic advance: when the next part starts"""
    pools: dict[str, int]
    """side → preparation used, ms"""
    pool_side: str | None
    pool_since_ms: int | None
    turn: str | None
    """free debate: who speaks"""
    turn_since_ms: int | None
    turn_used: dict[str, int]
    """side → time used in this free debate, ms, without the running turn"""
    turn_asks: list[str]
    turn_end_ms: int | None
    """questions: of the part's time, when the turn of one of the audience ends by itself"""
    free_since_ms: int | None
    """free debate: since when nobody has had the turn while the clock ran"""
    points: list[str]
    """who offers a point of information, first come first"""
    point: str | None
    """whose point was accepted and is being made"""
    point_since_ms: int | None
    ballot: BallotRound | None
    """the round that is open"""
    ballots_closed: list[str]
    voted: dict[str, int]
    """round → how many have voted"""
    own_ballots: list[str]
    """rounds this viewer has voted in"""
    sheets: list[str]
    """adjudicators who have handed in"""
    own_sheet: dict[str, Any] | None
    """``{points, ranks}`` as this viewer handed it in"""
    notes: list[NoteView]
    """own side's; all sides' once open"""
    are_notes_open: bool
    result: dict[str, Any] | None
    """None until revealed"""
