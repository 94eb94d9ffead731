"""Taking turns in a free debate, and points of information (docs/rules.md, DB)."""

from __future__ import annotations

from typing import Any

from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain.change import Ask, Change, Decide
from server.domain.debate_access import find, is_chair, require_chair, require_side
from server.domain.debate_clock import Progress, pois_end_ms
from server.domain.debate_format import Speech
from server.domain.debate_state import RIGHT_OF_WAY_MS, SECOND, Debate
from server.domain.errors import Conflict, NotAllowed
from server.domain.observer import find_taking_part
from server.domain.state import SessionState


def _open_part(debate: Debate) -> Speech:
    part = debate.part
    if part is None or part.floor != "queue" or not debate.has_begun_part:
        raise Conflict("no_turns", "Nobody takes turns in this part of the debate.")
    return part


def ask_turn(state: SessionState, command: dc.AskTurn, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    part = _open_part(debate)
    progress = Progress(state, debate, ask.now_ms)
    if part.kind == "free":
        side = require_side(debate, ask)
        if part.is_balanced and debate.turn_spent(side, ask.now_ms) >= debate.share_ms:
            raise Conflict("share_used", "Your side has used its time.")
    elif not progress.is_here(ask.actor_id):
        raise NotAllowed("not_in_room", "This debate takes place in another room.")
    who = ask.actor_id
    if who == debate.turn or who in debate.turn_asks:
        return []
    progress.say(de.DebateTurnAsked(debate.debate_id, who, (*debate.turn_asks, who)))
    silent_since = debate.free_since_ms
    is_late = silent_since is not None and ask.now_ms - silent_since >= RIGHT_OF_WAY_MS
    progress.next_turn(is_late=is_late)
    return progress.changes


def withdraw(progress: Progress, participant_id: str) -> None:
    debate = progress.debate
    asks = tuple(who for who in debate.turn_asks if who != participant_id)
    progress.say(de.DebateTurnWithdrawn(debate.debate_id, participant_id, asks))


def yield_turn(state: SessionState, command: dc.YieldTurn, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    progress = Progress(state, debate, ask.now_ms)
    if debate.turn == ask.actor_id:
        progress.end_turn(ask.now_ms)
    elif ask.actor_id in debate.turn_asks:
        withdraw(progress, ask.actor_id)
    return progress.changes


def give_turn(state: SessionState, command: dc.GiveTurn, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    require_chair(debate, ask)
    part = _open_part(debate)
    progress = Progress(state, debate, ask.now_ms)
    who = command.participant_id
    if who is None:
        progress.end_turn(ask.now_ms)
        return progress.changes
    find_taking_part(state, who)
    if who == debate.turn:
        return []
    if not progress.is_here(who):
        raise Conflict("participant_not_present", "This participant is not in the room.")
    if part.kind == "free":
        side = debate.side_of(who)
        if side is None:
            raise Conflict("no_side", "This participant speaks for no side.")
        if part.is_balanced and debate.turn_spent(side, ask.now_ms) >= debate.share_ms:
            raise Conflict("share_used", "That side has used its time.")
    progress.end_turn(ask.now_ms, then=who)
    return progress.changes


# ---- points of information -------------------------------------------------------------------


def offer(state: SessionState, command: dc.OfferPoint, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    part, who = debate.part, ask.actor_id
    elapsed = debate.elapsed_ms(ask.now_ms)
    if part is None or debate.since_ms is None or part.period_at(elapsed / SECOND) != "pois":
        raise Conflict("no_points_now", "Points of information are not allowed at this moment.")
    side = require_side(debate, ask)
    speaker_side = debate.side_of(debate.speaker) or part.side
    if debate.stance_of(side) == debate.stance_of(speaker_side):
        raise NotAllowed("own_side", "Points of information come from the other side.")
    if not Progress(state, debate, ask.now_ms).is_here(who):
        raise NotAllowed("not_in_room", "This debate takes place in another room.")
    if who in debate.points or who == debate.point:
        return []
    offered = de.DebatePointOffered(
        debate.debate_id, who, (*debate.points, who), pois_end_ms(part, elapsed)
    )
    return [Change(offered)]


def withdraw_point(state: SessionState, command: dc.WithdrawPoint, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id)
    if ask.actor_id not in debate.points:
        return []
    progress = Progress(state, debate, ask.now_ms)
    progress.close_point(ask.actor_id, "withdrawn")
    return progress.changes


def answer(state: SessionState, command: dc.AnswerPoint, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id, "running")
    is_speaker = ask.actor_id == debate.speaker
    if not is_speaker and (command.is_accepted or not is_chair(debate, ask)):
        raise NotAllowed("not_the_speaker", "Only who speaks takes a point of information.")
    if command.participant_id not in debate.points:
        raise Conflict("point_is_gone", "This point of information is not offered any more.")
    progress = Progress(state, debate, ask.now_ms)
    if not command.is_accepted:
        progress.close_point(command.participant_id, "declined")
        return progress.changes
    if debate.point is not None:
        raise Conflict("point_going_on", "One point of information at a time.")
    progress.say(
        de.DebatePointAccepted(
            debate_id=debate.debate_id,
            points=tuple(who for who in debate.points if who != command.participant_id),
            point=command.participant_id,
            point_since_ms=ask.now_ms,
        )
    )
    return progress.changes


def end_point(state: SessionState, command: dc.EndPoint, ask: Ask) -> list[Change]:
    debate = find(state, command.debate_id)
    if debate.point is None:
        return []
    progress = Progress(state, debate, ask.now_ms)
    if ask.actor_id == debate.point:
        progress.close_point(debate.point, "finished")
    elif ask.actor_id == debate.speaker or is_chair(debate, ask):
        progress.close_point(debate.point, "cut_off")
    else:
        raise NotAllowed("not_the_speaker", "Only the speaker or the chair cuts a point off.")
    return progress.changes


DECIDE: dict[type[Any], Decide] = {
    dc.AskTurn: ask_turn,
    dc.YieldTurn: yield_turn,
    dc.GiveTurn: give_turn,
    dc.OfferPoint: offer,
    dc.WithdrawPoint: withdraw_point,
    dc.AnswerPoint: answer,
    dc.EndPoint: end_point,
}
