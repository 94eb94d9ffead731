"""Where everybody is heard: the room they are in, or their side's huddle (docs/rules.md, BR14)."""

from __future__ import annotations

from collections.abc import Iterable

from server.domain.floor import may_speak
from server.domain.state import SessionState


def huddles(state: SessionState) -> dict[str, str]:
    """Participant → the side whose members alone hear them: while a debate is prepared, and
    while a side draws on its pool. ``floor.huddle_of`` for everybody at once."""
    places: dict[str, str] = {}
    for debate in state.debates.values():
        if not (debate.is_begun and (debate.stage == "preparing" or debate.pool_side is not None)):
            continue
        for seat, who in debate.seats.items():
            side = seat.partition(":")[0]
            places.setdefault(who, f"side:{debate.debate_id}:{side}")
    return places


def places(state: SessionState) -> dict[str, str]:
    """Participant → room, of all who are here."""
    apart = huddles(state)
    return {
        key: apart.get(key, who.room_id)
        for key, who in state.participants.items()
        if who.presence == "present"
    }


def floors(state: SessionState, rooms: Iterable[str]) -> dict[str, frozenset[str] | None]:
    """Room → who may be heard in it; None: everybody."""
    return {room_id: may_speak(state, room_id) for room_id in rooms}


def voice_to_all(state: SessionState) -> str | None:
    """Whose microphone every room hears."""
    breakouts = state.breakouts
    return breakouts.voice_by if breakouts is not None and breakouts.is_open else None
