"""Hands, whose turn it is, and how long everyone has spoken (docs/rules.md, HA).

Hands stand as they were raised, or, in equity order, those first who had spoken least when they
raised it: that number travels with the hand, so everyone can see why they stand where they stand,
and nobody's place changes while they wait.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain.change import Ask, Change, Decide, Evolve, find_participant
from server.domain.channels import FACILITATORS
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.hand_events import (
    AirtimeCounted,
    HandLowered,
    HandOrderChanged,
    HandRaised,
    SpeakDeclined,
    SpeakInvited,
)
from server.domain.observer import find_taking_part
from server.domain.participant import with_participant
from server.domain.state import Hand, Invitation, SessionState


def is_raised(state: SessionState, participant_id: str) -> bool:
    return any(hand.participant_id == participant_id for hand in state.hands)


def queue(state: SessionState) -> tuple[Hand, ...]:
    """The hands in the order in which they are called (HA2, HA4)."""
    if state.hand_order == "fifo":
        return state.hands
    return tuple(sorted(state.hands, key=lambda hand: (hand.talked_ms, hand.raised_at_ms)))


def raise_hand(state: SessionState, _: c.RaiseHand, ask: Ask) -> list[Change]:
    if is_raised(state, ask.actor_id):
        return []
    return [Change(HandRaised(ask.actor_id, state.talked_ms.get(ask.actor_id) or None))]


def lower_hand(state: SessionState, command: c.LowerHand, ask: Ask) -> list[Change]:
    target = command.participant_id or ask.actor_id
    find_participant(state, target)
    if target != ask.actor_id and ask.actor.role != "facilitator":
        raise NotAllowed("not_allowed", "Only a facilitator may lower someone else's hand.")
    if not is_raised(state, target):
        return []
    return [Change(HandLowered(target, ask.actor_id))]


def set_order(state: SessionState, command: c.SetHandOrder, ask: Ask) -> list[Change]:
    if command.order == state.hand_order:
        return []
    return [Change(HandOrderChanged(command.order, ask.actor_id))]


def call_next(state: SessionState, _: c.CallNext, ask: Ask) -> list[Change]:
    """The first who is here: hand down, asked to unmute."""
    for hand in queue(state):
        if state.participants[hand.participant_id].presence == "present":
            lowered = Change(HandLowered(hand.participant_id, ask.actor_id))
            return [lowered, *_inviting(state, hand.participant_id, ask)]
    raise Conflict("no_hands", "Nobody who is here has a hand up.")


def invite(state: SessionState, command: c.InviteToSpeak, ask: Ask) -> list[Change]:
    if find_taking_part(state, command.participant_id).presence != "present":
        raise NotFound("participant_not_present", "This participant is not in the session.")
    return _inviting(state, command.participant_id, ask)


def _inviting(state: SessionState, participant_id: str, ask: Ask) -> list[Change]:
    who = state.participants[participant_id]
    if who.invitation == "asked" or participant_id == ask.actor_id:
        return []
    return [Change(SpeakInvited(participant_id, ask.actor_id))]


def decline(state: SessionState, _: c.DeclineToSpeak, ask: Ask) -> list[Change]:
    if state.participants[ask.actor_id].invitation != "asked":
        return []
    return [Change(SpeakDeclined(ask.actor_id))]


def count_airtime(_: SessionState, command: c.CountAirtime, __: Ask) -> list[Change]:
    if len(command.participant_ids) != len(command.talked_ms):
        raise Invalid("bad_count", "Everyone named has one count.", field="talked_ms")
    if not command.participant_ids:
        return []
    return [Change(AirtimeCounted(command.participant_ids, command.talked_ms), FACILITATORS)]


DECIDE: dict[type[Any], Decide] = {
    c.RaiseHand: raise_hand,
    c.LowerHand: lower_hand,
    c.SetHandOrder: set_order,
    c.CallNext: call_next,
    c.InviteToSpeak: invite,
    c.DeclineToSpeak: decline,
    c.CountAirtime: count_airtime,
}


# ---- evolve ----------------------------------------------------------------------------------


def _raised(state: SessionState, body: HandRaised, at_ms: int) -> SessionState:
    raised = Hand(body.participant_id, at_ms, body.talked_ms or 0)
    return replace(state, hands=(*state.hands, raised))


def _lowered(state: SessionState, body: HandLowered, _: int) -> SessionState:
    kept = tuple(hand for hand in state.hands if hand.participant_id != body.participant_id)
    return replace(state, hands=kept)


def _ordered(state: SessionState, body: HandOrderChanged, _: int) -> SessionState:
    return replace(state, hand_order=body.order)


def _becomes(invitation: Invitation) -> Evolve:
    def evolve(state: SessionState, body: Any, _: int) -> SessionState:
        who = state.participants.get(body.participant_id)
        if who is None:
            return state
        is_speaking = invitation == "asked" and who.tracks.get("microphone", False)
        now: Invitation = "granted" if is_speaking else invitation
        return with_participant(state, replace(who, invitation=now))

    return evolve


def _counted(state: SessionState, body: AirtimeCounted, _: int) -> SessionState:
    talked = dict(state.talked_ms)
    for who, talked_ms in zip(body.participant_ids, body.talked_ms, strict=False):
        if who in state.participants:
            talked[who] = talked.get(who, 0) + talked_ms
    return replace(state, talked_ms=talked)


EVOLVE: dict[type[Any], Evolve] = {
    HandRaised: _raised,
    HandLowered: _lowered,
    HandOrderChanged: _ordered,
    SpeakInvited: _becomes("asked"),
    SpeakDeclined: _becomes("none"),
    AirtimeCounted: _counted,
}
