"""Judging: confidential ballots, adjudicators' sheets, and their revealing (docs/rules.md, DB).

What is on a ballot is never in the log: whoever calls ``decide`` keeps the ballots apart, pairs
them under a key nobody reads, and passes in the 3 × 3 count once the second round has closed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.channels import person
from server.domain.debate_access import find
from server.domain.debate_result import checked_sheet, result_of
from server.domain.debate_state import Debate, Sheet
from server.domain.errors import Conflict, NotAllowed
from server.domain.state import SessionState


def _unrevealed(state: SessionState, debate_id: str) -> Debate:
    debate = find(state, debate_id)
    if debate.result is not None:
        raise Conflict("debate_revealed", "The results of this debate have been revealed.")
    return debate


def open_ballot(state: SessionState, command: dc.OpenBallot, _: Ask) -> list[Change]:
    debate = _unrevealed(state, command.debate_id)
    if debate.ballot is not None:
        raise Conflict("ballot_is_open", "A ballot is open.")
    if command.round in debate.ballots_closed:
        raise Conflict("ballot_is_closed", "This ballot has been held.")
    if command.round == "before" and "after" in debate.ballots_closed:
        raise Conflict("ballot_too_late", "The ballot after the debate has been held.")
    return [Change(de.DebateBallotOpened(debate.debate_id, command.round))]


def cast(state: SessionState, command: dc.CastBallot, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id)
    if debate.ballot != command.round:
        raise Conflict("ballot_is_closed", "This ballot is not open.")
    if ask.actor_id in debate.voters.get(command.round, ()):
        raise Conflict("already_voted", "A ballot is cast once.")
    voted = {**debate.voted, command.round: debate.voted.get(command.round, 0) + 1}
    return [
        Change(de.DebateBallotCast(debate.debate_id, command.round), person(ask.actor_id)),
        Change(de.DebateBallotCounted(debate.debate_id, voted)),
    ]


def close_ballot(state: SessionState, command: dc.CloseBallot, _: Ask) -> list[Change]:
    debate = find(state, command.debate_id)
    if debate.ballot is None:
        raise Conflict("ballot_is_closed", "No ballot is open.")
    return closing(debate)


def closing(debate: Debate) -> list[Change]:
    if debate.ballot is None:
        return []
    closed = (*debate.ballots_closed, debate.ballot)
    return [Change(de.DebateBallotClosed(debate.debate_id, closed, debate.voted))]


def hand_in(state: SessionState, command: dc.HandInScores, ask: Ask) -> list[Change]:
    debate = _unrevealed(state, command.debate_id)
    if ask.actor_id not in debate.adjudicators:
        raise NotAllowed("not_adjudicator", "Only the adjudicators of this debate give points.")
    if debate.stage not in ("running", "ended"):
        raise Conflict(f"debate_is_{debate.stage}", f"This debate is {debate.stage}.")
    sheet = checked_sheet(debate, command.points, command.ranks)
    if debate.sheet_of.get(ask.actor_id) == sheet:
        return []
    own = {"points": dict(sheet.points), "ranks": dict(sheet.ranks)}
    changes = [Change(de.DebateScored(debate.debate_id, own), person(ask.actor_id))]
    if ask.actor_id not in debate.sheets:
        sheets = (*debate.sheets, ask.actor_id)
        changes.append(Change(de.DebateSheetHandedIn(debate.debate_id, sheets)))
    return changes


def reveal(state: SessionState, command: dc.RevealDebate, ask: Ask) -> list[Change]:
    debate = _unrevealed(state, command.debate_id)
    if debate.stage != "ended" and not (debate.stage == "running" and debate.is_behind):
        raise Conflict("debate_goes_on", "The debate is still going on.")
    if debate.ballot is not None:
        # The last ballots are counted when the round closes, after this decision.
        raise Conflict("ballot_is_open", "Close the ballot first.")
    result = result_of(debate, ask.ballots.get(debate.debate_id))
    return [Change(de.DebateRevealed(debate.debate_id, result))]


DECIDE: dict[type[Any], Decide] = {
    dc.OpenBallot: open_ballot,
    dc.CastBallot: cast,
    dc.CloseBallot: close_ballot,
    dc.HandInScores: hand_in,
    dc.RevealDebate: reveal,
}


# ---- evolve: whose it is says the channel ------------------------------------------------------


def ballot_cast(state: SessionState, body: de.DebateBallotCast, voter: str) -> SessionState:
    debate = state.debates.get(body.debate_id)
    if debate is None:
        return state
    voters = {**debate.voters, body.round: (*debate.voters.get(body.round, ()), voter)}
    after = replace(debate, voters=voters)
    return replace(state, debates={**state.debates, body.debate_id: after})


def scored(state: SessionState, body: de.DebateScored, adjudicator: str) -> SessionState:
    debate = state.debates.get(body.debate_id)
    if debate is None:
        return state
    sheet = Sheet(body.own_sheet["points"], body.own_sheet["ranks"])
    after = replace(debate, sheet_of={**debate.sheet_of, adjudicator: sheet})
    return replace(state, debates={**state.debates, body.debate_id: after})


EVOLVE: dict[type[Any], Evolve] = {}
