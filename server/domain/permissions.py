"""Who may do what, when: one table, default deny (docs/rules.md, PE).

Handlers check only what depends on the command's own target (whose hand, whose message).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from server.domain import agenda_commands as ac
from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain import slides_commands as sc
from server.domain import web_content_commands as web
from server.domain import whiteboard_commands as wc
from server.domain.errors import Conflict, NotAllowed
from server.domain.state import Actor, Presence, SessionState, Stage

ActorRole = Literal["facilitator", "learner", "observer", "server"]
Standing = Presence | Literal["unknown"]
"""``unknown`` has never been in this session."""


@dataclass(frozen=True, slots=True)
class Rule:
    roles: frozenset[ActorRole]
    standings: frozenset[Standing]
    """of the asker; not asked of the server"""
    stages: frozenset[Stage]


def _rule(roles: str, standings: str = "present", stages: str = "scheduled live") -> Rule:
    return Rule(
        frozenset[Any](roles.split()),
        frozenset[Any](standings.split()),
        frozenset[Any](stages.split()),
    )


_FACILITATOR = "facilitator"
_ANYONE = "facilitator learner"
"""who takes part"""
_WATCHING_TOO = "facilitator learner observer"
_ALWAYS = "scheduled live ended"

PERMISSIONS: Mapping[type[Any], Rule] = {
    c.Join: _rule(_WATCHING_TOO, "unknown waiting present away left"),
    c.Leave: _rule(_WATCHING_TOO, "waiting present away"),
    c.StartSession: _rule(_FACILITATOR, stages="scheduled"),
    c.EndSession: _rule("facilitator server", stages="live"),
    c.Admit: _rule(_FACILITATOR),
    c.Deny: _rule(_FACILITATOR),
    c.Remove: _rule("facilitator server"),
    c.RaiseHand: _rule(_ANYONE),
    c.LowerHand: _rule(_ANYONE),
    c.SendChat: _rule(_ANYONE),
    c.EditChat: _rule(_ANYONE),
    c.ReactToChat: _rule(_ANYONE),
    c.DeleteChat: _rule(_ANYONE),
    c.SetHandOrder: _rule(_FACILITATOR),
    c.CallNext: _rule(_FACILITATOR),
    c.InviteToSpeak: _rule(_FACILITATOR),
    c.DeclineToSpeak: _rule(_ANYONE),
    c.MuteAll: _rule(_FACILITATOR),
    c.SetLock: _rule(_FACILITATOR),
    c.TapConfusion: _rule(_ANYONE, stages="live"),
    c.SetTrack: _rule(_ANYONE),
    c.MuteParticipant: _rule(_FACILITATOR),
    c.Spotlight: _rule(_FACILITATOR),
    c.CreatePoll: _rule(_FACILITATOR),
    c.EditPoll: _rule(_FACILITATOR),
    c.DeletePoll: _rule(_FACILITATOR),
    c.OpenPoll: _rule(_FACILITATOR, stages="live"),
    c.Vote: _rule(_ANYONE, stages="live"),
    c.ClosePoll: _rule("facilitator server", stages="live"),
    c.RevealPoll: _rule(_FACILITATOR, stages="live"),
    c.HidePollText: _rule(_FACILITATOR, stages="live"),
    c.StartRecording: _rule(_FACILITATOR, stages="live"),
    c.PauseRecording: _rule(_FACILITATOR, stages="live"),
    c.ResumeRecording: _rule(_FACILITATOR, stages="live"),
    c.StopRecording: _rule(_FACILITATOR, stages="live"),
    c.GiveConsent: _rule(_ANYONE),
    c.MarkMoment: _rule(_WATCHING_TOO, stages="live"),
    c.NoteSeat: _rule("server"),
    c.CountAirtime: _rule("server", stages="live"),
    c.CountReactions: _rule("server", stages="live"),
    dc.PlanDebate: _rule(_FACILITATOR),
    dc.EditDebate: _rule(_FACILITATOR),
    dc.DeleteDebate: _rule(_FACILITATOR),
    dc.DrawSeats: _rule(_FACILITATOR),
    dc.SetChair: _rule(_FACILITATOR),
    dc.SetAdjudicators: _rule(_FACILITATOR),
    dc.OpenNotes: _rule("facilitator server", stages=_ALWAYS),
    dc.BeginDebate: _rule(_FACILITATOR, stages="live"),
    dc.OpenBallot: _rule(_FACILITATOR, stages="live"),
    dc.CloseBallot: _rule(_FACILITATOR, stages="live"),
    dc.RevealDebate: _rule("facilitator server", stages="live ended"),
    dc.AssignSeat: _rule(_ANYONE),
    dc.TakeChair: _rule(_ANYONE, stages="live"),
    dc.EndDebate: _rule(_ANYONE, stages="live"),
    dc.SetAdvance: _rule(_ANYONE, stages="live"),
    dc.StartClock: _rule(_ANYONE, stages="live"),
    dc.PauseClock: _rule(_ANYONE, stages="live"),
    dc.ExtendClock: _rule(_ANYONE, stages="live"),
    dc.NextSpeech: _rule(_ANYONE, stages="live"),
    dc.PreviousSpeech: _rule(_ANYONE, stages="live"),
    dc.NameSpeaker: _rule(_ANYONE, stages="live"),
    dc.WaitForSpeaker: _rule(_ANYONE, stages="live"),
    dc.UsePrep: _rule(_ANYONE, stages="live"),
    dc.EndPrep: _rule(_ANYONE, stages="live"),
    dc.AskTurn: _rule(_ANYONE, stages="live"),
    dc.YieldTurn: _rule(_ANYONE, stages="live"),
    dc.GiveTurn: _rule(_ANYONE, stages="live"),
    dc.OfferPoint: _rule(_ANYONE, stages="live"),
    dc.WithdrawPoint: _rule(_ANYONE, stages="live"),
    dc.AnswerPoint: _rule(_ANYONE, stages="live"),
    dc.EndPoint: _rule(_ANYONE, stages="live"),
    dc.WriteNote: _rule(_ANYONE, stages="live"),
    dc.CastBallot: _rule(_ANYONE, stages="live"),
    dc.HandInScores: _rule(_ANYONE, stages="live"),
    c.AdvanceTime: _rule("server", stages="live"),
    bc.DraftBreakouts: _rule(_FACILITATOR),
    bc.AssignBreakouts: _rule(_FACILITATOR),
    bc.EditBreakoutRoom: _rule(_FACILITATOR),
    bc.SaveBreakoutSet: _rule(_FACILITATOR),
    bc.DeleteBreakoutSet: _rule(_FACILITATOR),
    bc.OpenBreakouts: _rule(_FACILITATOR, stages="live"),
    bc.ExtendBreakouts: _rule(_FACILITATOR, stages="live"),
    bc.CloseBreakouts: _rule(_FACILITATOR, stages="live"),
    bc.MoveParticipant: _rule(_FACILITATOR),
    bc.ChooseRoom: _rule(_ANYONE, stages="live"),
    bc.VisitRoom: _rule(_FACILITATOR, stages="live"),
    bc.ReturnToMain: _rule(_ANYONE, stages="live"),
    bc.CallForHelp: _rule(_ANYONE, stages="live"),
    bc.AnswerHelp: _rule(_ANYONE, stages="live"),
    bc.WriteRoomNotes: _rule(_ANYONE, stages="live"),
    bc.BroadcastText: _rule(_FACILITATOR, stages="live"),
    bc.BroadcastVoice: _rule(_FACILITATOR, stages="live"),
    ac.EditAgenda: _rule("facilitator server"),
    ac.EditObjectives: _rule("facilitator server"),
    ac.StartActivity: _rule(_FACILITATOR, stages="live"),
    ac.NextActivity: _rule(_FACILITATOR, stages="live"),
    ac.PreviousActivity: _rule(_FACILITATOR, stages="live"),
    ac.ExtendActivity: _rule(_FACILITATOR, stages="live"),
    ac.UndoAgenda: _rule(_FACILITATOR, stages="live"),
    ac.CoverObjective: _rule(_FACILITATOR, stages="live"),
    ac.DismissHint: _rule(_FACILITATOR, stages="live"),
    sc.AddDeck: _rule("server"),
    sc.DeleteDeck: _rule("facilitator server"),
    sc.RestoreDeck: _rule("facilitator server"),
    sc.RenameDeck: _rule("facilitator server"),
    sc.OrderDecks: _rule("facilitator server"),
    sc.PresentDeck: _rule(_FACILITATOR),
    sc.TurnPage: _rule(_FACILITATOR),
    sc.LetBrowse: _rule(_FACILITATOR),
    sc.StopPresenting: _rule(_FACILITATOR),
    web.ShareWebPage: _rule(_FACILITATOR),
    web.StopWebPage: _rule(_FACILITATOR),
    wc.OpenWhiteboard: _rule(_FACILITATOR),
    wc.CloseWhiteboard: _rule(_FACILITATOR),
    wc.ReportWhiteboardPicture: _rule("server", stages="live"),
    c.StartEpoch: _rule("server", stages=_ALWAYS),
    c.LoseConnection: _rule("server", stages=_ALWAYS),
    c.ReportCaptureStarted: _rule("server", stages=_ALWAYS),
    c.ReportCaptureStopped: _rule("server", stages=_ALWAYS),
    c.DeclareGap: _rule("server", stages=_ALWAYS),
}

_NOT_THERE: Mapping[Standing, tuple[str, str]] = {
    "waiting": ("waiting", "You are in the lobby; a facilitator must let you in first."),
    "denied": ("denied", "A facilitator did not let you in."),
    "removed": ("removed", "A facilitator removed you from this session."),
}


def standing_of(state: SessionState, actor: Actor) -> Standing:
    if actor.participant_id is None or actor.participant_id not in state.participants:
        return "unknown"
    return state.participants[actor.participant_id].presence


def standing_refusal(standing: Standing) -> NotAllowed:
    """What is said to somebody who would have to be present."""
    return NotAllowed(
        *_NOT_THERE.get(standing, ("not_present", "You are not in this session at the moment."))
    )


def authorize(state: SessionState, command: c.Command, actor: Actor) -> None:
    """Raise NotAllowed or Conflict unless the table allows the command."""
    rule = PERMISSIONS.get(type(command))
    if rule is None or actor.role not in rule.roles:
        raise NotAllowed("not_allowed", "Your role in this session does not allow this.")
    if actor.role != "server":
        standing = standing_of(state, actor)
        if standing not in rule.standings:
            raise standing_refusal(standing)
    if state.stage not in rule.stages:
        if state.stage == "ended":
            raise Conflict("session_ended", "This session has ended.")
        if state.stage == "scheduled":
            raise Conflict("session_not_started", "This session has not started yet.")
        raise Conflict("session_already_started", "This session has already started.")
