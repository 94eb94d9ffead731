"""The floor: who may be heard in a room (docs/rules.md, DB). Pure; the media plane enforces it.

Being allowed to be heard switches nobody's microphone on (TR1).
"""

from __future__ import annotations

from server.domain.debate_state import Debate
from server.domain.state import SessionState


def debate_in(state: SessionState, room_id: str) -> Debate | None:
    """The one that is going on in this room."""
    for debate in state.debates.values():
        if debate.room_id == room_id and debate.is_begun:
            return debate
    return None


def may_speak(state: SessionState, room_id: str) -> frozenset[str] | None:
    """Participants whose microphone the room may hear; None: everybody's.

    Changes with the state alone, never by time passing: the ticker writes an event when a part,
    a turn or a point is over.
    """
    debate = debate_in(state, room_id)
    if debate is None or debate.stage != "running" or debate.is_behind:
        return None
    return chairs(state, debate) | floor_of(debate)


def chairs(state: SessionState, debate: Debate) -> frozenset[str]:
    """The assigned chair, and every facilitator."""
    facilitators = {one.participant_id for one in state.present if one.role == "facilitator"}
    return frozenset(facilitators | ({debate.chair_id} if debate.chair_id else set()))


def floor_of(debate: Debate) -> frozenset[str]:
    """Those whom the present part gives the floor, and an accepted point of information."""
    if not debate.has_begun_part:
        return frozenset()
    return frozenset({*debate.holders, *({debate.point} if debate.point else ())})


def huddle_of(state: SessionState, participant_id: str) -> str | None:
    """The side whose members alone hear this participant now: while a debate is prepared, and
    while a side draws on its pool, every side has a room of its own (its channel's name)."""
    for debate in state.debates.values():
        is_time = debate.stage == "preparing" or debate.pool_side is not None
        if not (debate.is_begun and is_time):
            continue
        side = debate.side_of(participant_id)
        if side is not None:
            return f"side:{debate.debate_id}:{side}"
    return None


def debate_is_running(state: SessionState) -> bool:
    """A clock or a pool runs that a restart must stop where it was."""
    return any(
        debate.since_ms is not None or debate.pool_since_ms is not None
        for debate in state.debates.values()
    )
