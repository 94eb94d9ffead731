"""Finding a debate in the stage a command needs, and who may do what in it."""

from __future__ import annotations

from server.domain.change import Ask
from server.domain.debate_events import (
    DebateStage,
)
from server.domain.debate_state import Debate
from server.domain.errors import Conflict, NotAllowed, NotFound
from server.domain.state import SessionState


def find(state: SessionState, debate_id: str, *stages: DebateStage) -> Debate:
    """Raises NotFound, or Conflict when the debate is in none of ``stages`` (none: any will do)."""
    debate = state.debates.get(debate_id)
    if debate is None:
        raise NotFound("debate_not_found", "There is no such debate.")
    if stages and debate.stage not in stages:
        raise Conflict(f"debate_is_{debate.stage}", f"This debate is {debate.stage}.")
    return debate


def planned(state: SessionState, debate_id: str) -> Debate:
    return find(state, debate_id, "planned")


def is_chair(debate: Debate, ask: Ask) -> bool:
    """The assigned chair, and every facilitator."""
    return ask.actor.role == "facilitator" or ask.actor_id == debate.chair_id


def require_chair(debate: Debate, ask: Ask) -> None:
    if not is_chair(debate, ask):
        raise NotAllowed("not_the_chair", "Only the chair of this debate does that.")


def require_side(debate: Debate, ask: Ask, side: str | None = None) -> str:
    """The asker's side; ``side``: it must be this one."""
    own = debate.side_of(ask.actor_id)
    if own is None or (side is not None and own != side):
        raise NotAllowed("not_on_side", "Only who speaks for this side does that.")
    return own


def has_chair(state: SessionState, debate: Debate) -> bool:
    """Somebody is here who may run the clock."""
    return any(
        one.role == "facilitator" or one.participant_id == debate.chair_id for one in state.present
    )
