"""Hands: raised once each, first raised first (docs/rules.md, HA)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain import events as e
from server.domain.change import Ask, Change, Decide, Evolve, find_participant
from server.domain.errors import NotAllowed
from server.domain.state import Hand, SessionState


def is_raised(state: SessionState, participant_id: str) -> bool:
    return any(hand.participant_id == participant_id for hand in state.hands)


def raise_hand(state: SessionState, _: c.RaiseHand, ask: Ask) -> list[Change]:
    if is_raised(state, ask.actor_id):
        return []
    return [Change(e.HandRaised(ask.actor_id))]


def lower_hand(state: SessionState, command: c.LowerHand, ask: Ask) -> list[Change]:
    target = command.participant_id or ask.actor_id
    find_participant(state, target)
    if target != ask.actor_id and ask.actor.role != "facilitator":
        raise NotAllowed("not_allowed", "Only a facilitator may lower someone else's hand.")
    if not is_raised(state, target):
        return []
    return [Change(e.HandLowered(target, ask.actor_id))]


def _raised(state: SessionState, body: e.HandRaised, at_ms: int) -> SessionState:
    return replace(state, hands=(*state.hands, Hand(body.participant_id, at_ms)))


def _lowered(state: SessionState, body: e.HandLowered, _: int) -> SessionState:
    kept = tuple(hand for hand in state.hands if hand.participant_id != body.participant_id)
    return replace(state, hands=kept)


DECIDE: dict[type[Any], Decide] = {c.RaiseHand: raise_hand, c.LowerHand: lower_hand}
EVOLVE: dict[type[Any], Evolve] = {e.HandRaised: _raised, e.HandLowered: _lowered}
