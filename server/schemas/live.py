"""Wire types of the live socket: commands up, events and the snapshot down.

One Socket.IO namespace, ``/live``; see docs/protocol.md for the exchange. Commands forbid unknown
fields; the browser's types are generated from these structs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Role = Literal["admin", "facilitator", "learner"]
"""What an account may do on the whole server."""
SessionRole = Literal["facilitator", "learner"]
"""What a participant may do inside one session. Read from the database on every command."""
Presence = Literal["waiting", "present", "away", "left", "denied", "removed"]
"""waiting = in the lobby; away = seat kept, no connection."""
TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]
PollState = Literal["draft", "open", "closed", "revealed"]
RecordingState = Literal["off", "on", "paused", "stopped"]
SessionState = Literal["scheduled", "live", "ended"]
Consent = Literal["unasked", "given", "declined"]
Audience = Literal["none", "host", "voters", "all"]
PollKind = Literal[
    "single", "multiple", "true_false", "rating", "ranking", "matching", "word_cloud",
    "short_text", "numeric",
]  # fmt: skip
PollAnswer = int | float | str | list[int | str]
"""By kind: an option (single, true_false), options (multiple), a point of the scale (rating),
options from first to last (ranking), the target of each option (matching), words (word_cloud),
text (short_text), a number (numeric)."""
HandOrder = Literal["fifo", "equity"]
Emoji = Literal[
    "thumbs_up", "heart", "laugh", "surprised", "sad", "clap", "question", "check"
]  # fmt: skip
ReactionKind = Literal[
    "thumbs_up", "clap", "heart", "laugh", "surprised", "yes", "no", "slower", "faster"
]  # fmt: skip
LockKind = Literal[
    "chat", "private_chat", "microphone", "camera", "screen", "reactions", "room", "unattended"
]  # fmt: skip
SpeakInvitation = Literal["none", "asked", "granted"]

Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
RoomId = Annotated[str, Meta(min_length=1, max_length=64)]
LateRule = Literal["smallest", "main", "choose"]
"""where somebody goes who comes while rooms are open and belongs to none"""
DealRule = Literal["random", "groups", "airtime", "none"]
BreakoutState = Literal["draft", "open", "closing", "closed"]
"""closing: the countdown back to the main room runs"""
PollTexts = Annotated[list[Label], Meta(max_length=10)]
PollLabel = Annotated[str, Meta(max_length=40)]
Motion = Annotated[str, Meta(min_length=1, max_length=300)]
Advance = Literal["manual", "automatic"]
SeatKey = Annotated[str, Meta(min_length=3, max_length=128)]
"""``<side>:<seat>``"""
DebateStage = Literal["planned", "preparing", "running", "ended"]
Halt = Literal["paused", "speaker_lost", "speaker_absent", "restart"]
"""Why the clock stands that somebody has to start again."""
BallotRound = Literal["before", "after"]
BallotChoice = Literal["for", "against", "undecided"]


class Command(Struct, forbid_unknown_fields=True, tag_field="type", rename=None):
    """Base of everything a participant may ask for. ``command_id`` travels in the envelope."""


class Join(Command, tag="join"):
    """Take (or take back) the seat; sent by the server itself when a socket connects."""


class Leave(Command, tag="leave"):
    pass


class StartSession(Command, tag="start_session"):
    pass


class EndSession(Command, tag="end_session"):
    pass


class Admit(Command, tag="admit"):
    participant_id: Id


class Deny(Command, tag="deny"):
    participant_id: Id


class Remove(Command, tag="remove"):
    """For good (admitting lifts it), or, when they may return, to the lobby."""

    participant_id: Id
    may_return: bool = False


class RaiseHand(Command, tag="raise_hand"):
    pass


class LowerHand(Command, tag="lower_hand"):
    """Own hand when ``participant_id`` is absent; a facilitator may lower anyone's."""

    participant_id: Id | UnsetType = UNSET


class SetHandOrder(Command, tag="set_hand_order"):
    order: HandOrder


class CallNext(Command, tag="call_next"):
    """Lower the first hand and ask that person to unmute."""


class InviteToSpeak(Command, tag="invite_to_speak"):
    """Ask to unmute; nobody is ever unmuted by somebody else."""

    participant_id: Id


class DeclineToSpeak(Command, tag="decline_to_speak"):
    pass


class MuteAll(Command, tag="mute_all"):
    """Everyone but facilitators."""


class SetLock(Command, tag="set_lock"):
    lock: LockKind
    is_on: bool


class TapConfusion(Command, tag="tap_confusion"):
    """ "I am lost here". Nobody learns who; the answer has no ``seq``."""


class SendChat(Command, tag="send_chat"):
    """``to`` makes it private: the two people see it, nobody else, and no recording has it."""

    text: Text
    to: Id | None = None
    reply_to: Id | None = None
    mentions: Annotated[list[Id], Meta(max_length=20)] = []


class EditChat(Command, tag="edit_chat"):
    message_id: Id
    text: Text
    mentions: Annotated[list[Id], Meta(max_length=20)] = []


class ReactToChat(Command, tag="react_to_chat"):
    message_id: Id
    emoji: Emoji
    is_on: bool = True


class DeleteChat(Command, tag="delete_chat"):
    message_id: Id


class SetTrack(Command, tag="set_track"):
    """Say that one's own track is on or off. Nobody can switch on anyone else's track."""

    track: TrackKind
    is_on: bool


class MuteParticipant(Command, tag="mute_participant"):
    """Facilitator: switch a participant's track off (never on)."""

    participant_id: Id
    track: TrackKind = "microphone"


class Spotlight(Command, tag="spotlight"):
    """Facilitator: hold one participant on everyone's stage; ``None`` follows the speaker."""

    participant_id: Id | None


class CreatePoll(Command, tag="create_poll"):
    question: Label
    options: PollTexts = []
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None
    """Index of the right option of a single choice or of true and false."""
    kind: PollKind = "single"
    targets: PollTexts = []
    """What the options of a matching poll are matched to."""
    scale: Annotated[list[float], Meta(min_length=2, max_length=2)] | None = None
    """Lowest and highest answer of a rating or a number."""
    labels: Annotated[list[PollLabel], Meta(max_length=2)] = []
    """The ends of a rating in words; the unit of a number."""
    words: Annotated[int, Meta(ge=1, le=5)] = 1
    right: PollAnswer | None = None
    """The right answer of the other kinds that can have one."""
    tolerance: Annotated[float, Meta(ge=0)] = 0.0
    explanation: Annotated[str, Meta(max_length=500)] = ""
    can_change: bool = True
    limit_s: Annotated[int, Meta(ge=5, le=3600)] | None = None
    opens: bool = False
    """Ask it at once."""


class EditPoll(Command, tag="edit_poll"):
    poll_id: Id
    question: Label
    options: PollTexts = []
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None
    """Index of the right option of a single choice or of true and false."""
    kind: PollKind = "single"
    targets: PollTexts = []
    """What the options of a matching poll are matched to."""
    scale: Annotated[list[float], Meta(min_length=2, max_length=2)] | None = None
    """Lowest and highest answer of a rating or a number."""
    labels: Annotated[list[PollLabel], Meta(max_length=2)] = []
    """The ends of a rating in words; the unit of a number."""
    words: Annotated[int, Meta(ge=1, le=5)] = 1
    right: PollAnswer | None = None
    """The right answer of the other kinds that can have one."""
    tolerance: Annotated[float, Meta(ge=0)] = 0.0
    explanation: Annotated[str, Meta(max_length=500)] = ""
    can_change: bool = True
    limit_s: Annotated[int, Meta(ge=5, le=3600)] | None = None


class DeletePoll(Command, tag="delete_poll"):
    poll_id: Id


class OpenPoll(Command, tag="open_poll"):
    poll_id: Id


class Vote(Command, tag="vote"):
    poll_id: Id
    option: Annotated[int, Meta(ge=0, le=9)] | None = None
    """Of a single choice; ``answer`` serves every kind."""
    answer: PollAnswer | None = None


class ClosePoll(Command, tag="close_poll"):
    poll_id: Id


class RevealPoll(Command, tag="reveal_poll"):
    poll_id: Id


class HidePollText(Command, tag="hide_poll_text"):
    """Facilitator: take a text out of the result of a word cloud or a short text, or put it back;
    whoever wrote it the same but for case and blanks is meant too."""

    poll_id: Id
    text: Annotated[str, Meta(min_length=1, max_length=300)]
    is_hidden: bool = True


class StartRecording(Command, tag="start_recording"):
    pass


class PauseRecording(Command, tag="pause_recording"):
    pass


class ResumeRecording(Command, tag="resume_recording"):
    pass


class StopRecording(Command, tag="stop_recording"):
    pass


class GiveConsent(Command, tag="give_consent"):
    is_given: bool


class MarkMoment(Command, tag="mark_moment"):
    """A facilitator's is everyone's; a learner's is a bookmark of their own."""

    label: Annotated[str, Meta(max_length=80)] = ""


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


class DraftBreakouts(Command, tag="draft_breakouts"):
    """Facilitator: plan rooms, instead of any planned before. ``assignment``: participant →
    index of the room."""

    names: Annotated[list[Annotated[str, Meta(max_length=80)]], Meta(min_length=1, max_length=50)]
    tasks: Annotated[list[Annotated[str, Meta(max_length=1000)]], Meta(max_length=50)] = []
    assignment: dict[str, int] = {}
    duration_ms: int | None = None
    late: LateRule = "smallest"
    may_return: bool = True
    may_choose: bool = False
    room_size: int | None = None


class AssignBreakouts(Command, tag="assign_breakouts"):
    """Deal the learners who are here: at random, each group of ``groups`` (participant → group)
    spread over the rooms, by airtime, or none: everybody out of the rooms."""

    how: DealRule
    groups: dict[str, str] = {}
    is_rest_only: bool = False
    """only those who are in no room yet"""


class EditBreakoutRoom(Command, tag="edit_breakout_room"):
    room_id: RoomId
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    task: Annotated[str, Meta(max_length=1000)] = ""


class SaveBreakoutSet(Command, tag="save_breakout_set"):
    """Keep the rooms and who belongs to them for another time."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]


class DeleteBreakoutSet(Command, tag="delete_breakout_set"):
    set_id: Id


class OpenBreakouts(Command, tag="open_breakouts"):
    duration_ms: int | None = None
    """None: until they are closed"""


class ExtendBreakouts(Command, tag="extend_breakouts"):
    """Longer; also takes back a countdown."""

    extra_ms: int


class CloseBreakouts(Command, tag="close_breakouts"):
    countdown_ms: int = 30_000
    """0: at once"""


class MoveParticipant(Command, tag="move_participant"):
    """Facilitator: say where somebody belongs (``main``: to no room); at once when rooms are
    open."""

    participant_id: Id
    room_id: RoomId


class ChooseRoom(Command, tag="choose_room"):
    """Go into one's room, or into one of one's choice where that is allowed."""

    room_id: RoomId


class VisitRoom(Command, tag="visit_room"):
    """Facilitator: look into a room; answers its call for help."""

    room_id: RoomId


class ReturnToMain(Command, tag="return_to_main"):
    pass


class CallForHelp(Command, tag="call_for_help"):
    pass


class AnswerHelp(Command, tag="answer_help"):
    """A facilitator has helped, or the room takes its call back."""

    room_id: RoomId


class WriteRoomNotes(Command, tag="write_room_notes"):
    """The whole text. ``version`` is that of the notes it was written on."""

    text: Annotated[str, Meta(max_length=8000)]
    version: int = 0


class BroadcastText(Command, tag="broadcast_text"):
    text: Annotated[str, Meta(min_length=1, max_length=1000)]


class BroadcastVoice(Command, tag="broadcast_voice"):
    """One's own microphone is heard in every room, while it is on."""

    is_on: bool


AnyCommand = (
    Join
    | Leave
    | StartSession
    | EndSession
    | Admit
    | Deny
    | Remove
    | RaiseHand
    | LowerHand
    | SetHandOrder
    | CallNext
    | InviteToSpeak
    | DeclineToSpeak
    | MuteAll
    | SetLock
    | TapConfusion
    | SendChat
    | EditChat
    | ReactToChat
    | DeleteChat
    | SetTrack
    | MuteParticipant
    | Spotlight
    | CreatePoll
    | EditPoll
    | DeletePoll
    | OpenPoll
    | Vote
    | ClosePoll
    | RevealPoll
    | HidePollText
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | GiveConsent
    | MarkMoment
    | PlanDebate
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
    | DraftBreakouts
    | AssignBreakouts
    | EditBreakoutRoom
    | SaveBreakoutSet
    | DeleteBreakoutSet
    | OpenBreakouts
    | ExtendBreakouts
    | CloseBreakouts
    | MoveParticipant
    | ChooseRoom
    | VisitRoom
    | ReturnToMain
    | CallForHelp
    | AnswerHelp
    | WriteRoomNotes
    | BroadcastText
    | BroadcastVoice
)


class CommandEnvelope(Struct, forbid_unknown_fields=True):
    """What the browser emits as ``command``; a repeat of the same ``command_id`` is answered
    with the first answer and changes nothing."""

    command_id: Annotated[str, Meta(min_length=8, max_length=64)]
    command: AnyCommand


class ErrorBody(Struct):
    """The one error shape, over HTTP and the socket alike."""

    code: str
    message: str
    field: str | None = None
    retry_after_s: float | None = None


class Acknowledgement(Struct):
    """Answer to a command, sent after commit."""

    ok: bool
    seq: int | None = None
    result: dict[str, Any] | None = None
    error: ErrorBody | None = None


class WireEvent(Struct):
    """One event as a viewer may see it. ``channel_seq`` has no gaps within ``channel``."""

    session_id: str
    room_id: str | None
    seq: int
    channel: str
    """``session``, ``room:<id>``, ``role:facilitator`` or ``person:<participant id>``"""
    channel_seq: int
    at_ms: int
    actor_id: str | None
    type: str
    version: int
    data: dict[str, Any]
    cause_id: str | None


class ParticipantView(Struct):
    participant_id: str
    name: str
    role: SessionRole
    presence: Presence
    room_id: str
    is_guest: bool
    hand_raised_at_ms: int | None
    hand_talked_ms: int
    """how long they had spoken when they raised it; what equity goes by"""
    invitation: SpeakInvitation
    """to speak"""
    tracks: dict[str, bool]
    """track kind → on; a kind never published is absent"""
    consent: Consent
    joined_at_ms: int | None
    is_on_record: bool


class ChatView(Struct):
    message_id: str
    participant_id: str
    text: str
    at_ms: int
    is_deleted: bool
    to: str | None
    """the one person it is for"""
    reply_to: str | None
    mentions: list[str]
    edited_at_ms: int | None
    reactions: dict[str, list[str]]
    """emoji → participants"""
    room_id: str
    """where it was written, and where it stays"""


class PollView(Struct):
    poll_id: str
    question: str
    options: list[str]
    audience: Audience
    is_anonymous: bool
    key: int | None
    """hidden (None) from voters until revealed"""
    state: PollState
    opened_at_ms: int | None
    closed_at_ms: int | None
    voted_count: int
    tally: list[int] | None
    """None while this viewer may not see it"""
    own_vote: int | None
    has_voted: bool
    kind: PollKind
    targets: list[str]
    scale: list[float] | None
    labels: list[str]
    words: int
    can_change: bool
    limit_s: int | None
    right: PollAnswer | None
    """as ``key``, of the other kinds"""
    tolerance: float
    explanation: str
    entries: list[str]
    """what ``tally`` counts where it is not the options: words, texts or numbers"""
    own_answer: PollAnswer | None
    """of kinds without ``own_vote``"""
    hidden: list[str]
    """texts taken out of the result; facilitators only"""


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
    format: dict[str, Any]
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


class RecordingView(Struct):
    state: RecordingState
    elapsed_ms: int
    """time on record up to ``now_ms``"""
    since_ms: int | None
    """session time the current stretch began, when state is ``on``"""
    recording_id: str | None


class BreakoutRoomView(Struct):
    room_id: str
    name: str
    task: str
    participant_ids: list[str]
    """who belongs here; where they are now is in ``participants``"""
    notes: str
    """"" for who may not read them: they are the room's and the facilitators'"""
    notes_version: int
    notes_by: str | None


class HelpView(Struct):
    room_id: str
    participant_id: str
    called_at_ms: int
    place: int
    """in the list of rooms that wait, from 1"""


class BroadcastView(Struct):
    participant_id: str
    text: str
    at_ms: int


class BreakoutsView(Struct):
    breakout_id: str
    state: BreakoutState
    rooms: list[BreakoutRoomView]
    duration_ms: int | None
    late: LateRule
    may_return: bool
    may_choose: bool
    room_size: int | None
    opened_at_ms: int | None
    ends_at_ms: int | None
    closes_at_ms: int | None
    """when the countdown ends"""
    help: list[HelpView]
    """calls of the rooms one may follow"""
    voice_by: str | None
    """whose microphone is heard in every room"""
    broadcasts: list[BroadcastView]


class BreakoutSetRoomView(Struct):
    name: str
    task: str
    participant_ids: list[str]


class BreakoutSetView(Struct):
    set_id: str
    name: str
    rooms: list[BreakoutSetRoomView]


class ReturnedNotesView(Struct):
    room_id: str
    name: str
    task: str
    text: str
    at_ms: int


class RoomPartView(Struct):
    """What is in a room for those who are in it."""

    room_id: str
    notes: str
    notes_version: int
    notes_by: str | None


class Following(Struct):
    """Down message ``following``: somebody moved, and from now on follows these channels. Takes
    the place of what was known of the rooms; much smaller than a snapshot."""

    channels: dict[str, int]
    """all of them, with their last counters"""
    rooms: list[RoomPartView]
    help: list[HelpView]
    chat: list[ChatView]
    """of the rooms followed; that of the main room stays"""
    notes: dict[str, list[NoteView]]
    """debate → the notes one may see now; where none are given there are none"""


class MomentView(Struct):
    moment_id: str
    at_ms: int
    label: str
    is_private: bool
    """one's own bookmark"""


class SessionSnapshot(Struct):
    """Everything one viewer needs: the fold of the log, cut to what that viewer may see."""

    session_id: str
    title: str
    course_title: str | None
    state: SessionState
    seq: int
    now_ms: int
    """session clock when the snapshot was taken"""
    utc_ms: int
    channels: dict[str, int]
    """last counter of every channel this viewer may see"""
    me: str
    """own participant id"""
    room_id: str
    participants: list[ParticipantView]
    hands: list[str]
    """participant ids, first raised first"""
    hand_order: HandOrder
    locks: list[LockKind]
    """what learners may not do, sorted"""
    unattended_since_ms: int | None
    """live, and no facilitator present"""
    talked_ms: dict[str, int]
    """facilitators: participant → how long they have spoken"""
    confusion: list[int]
    """facilitators: when somebody was lost"""
    chat: list[ChatView]
    polls: list[PollView]
    debates: list[DebateView]
    recording: RecordingView
    spotlight: str | None
    moments: list[MomentView]
    breakouts: BreakoutsView | None
    """for learners only while they are open"""
    breakout_sets: list[BreakoutSetView]
    """kept in this session; facilitators only"""
    returned_notes: list[ReturnedNotesView]
    """what rooms that have closed wrote"""
    lobby_is_on: bool


class Reaction(Struct, forbid_unknown_fields=True):
    """Client → server ``reaction``: floats over the class for a moment; never logged by name."""

    kind: ReactionKind


class ReactionShown(Struct):
    """Server → client ``reactions`` (a list): who reacted just now; presence."""

    participant_id: str
    kind: ReactionKind


class SlotAssignment(Struct):
    """Who is in a receive slot from ``rtp`` on; ``participant_id`` None empties the slot."""

    slot: str
    """``stage``, ``stage_audio``, ``screen``, ``screen_audio``, ``audio0``… ``gallery0``…"""
    mid: str
    participant_id: str | None
    track: TrackKind | None
    rtp: int | None
    """first RTP timestamp (viewer's numbering) of the new occupant; None for at once"""
    layer: str | None


class MediaOffer(Struct, forbid_unknown_fields=True):
    """Client → server ``media_offer``. Exactly one a connection; a rejoin is a new one."""

    sdp: Annotated[str, Meta(max_length=200_000)]
    tracks: dict[str, TrackKind]
    """mid of each sending m-line → kind"""
    slots: dict[str, str]
    """mid of each receiving m-line → slot name"""


class MediaAnswer(Struct):
    connection_id: str
    sdp: str


class MediaView(Struct, forbid_unknown_fields=True):
    """Client → server ``media_view``: what the page shows, so that only that is sent.

    ``gallery[i]`` is the participant wanted in slot ``gallery<i>``, None for an empty tile.
    """

    gallery: list[str | None]
    stage_height: Annotated[int, Meta(ge=0, le=4320)] = 720
    tile_height: Annotated[int, Meta(ge=0, le=4320)] = 180
    pinned: str | None = None


class ConnectionQuality(Struct):
    """Server → client ``quality``, every 2 s; presence, never logged."""

    loss_up: float
    """0…1, over the last interval"""
    loss_down: float
    rtt_ms: float | None
    bitrate_up: int
    bitrate_down: int
    level: Literal["good", "fair", "poor", "lost"]
