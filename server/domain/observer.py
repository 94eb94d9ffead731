"""Observers: they watch and hear, take no part, and everybody sees them (docs/rules.md, OB).

What they may ask for is in the permission table. Here is what nobody may ask of them, and what
somebody gives up who becomes one in the middle of a class.
"""

from __future__ import annotations

from server.domain import breakout_events as be
from server.domain import debate_events as de
from server.domain.change import Ask, Change, find_participant
from server.domain.channels import FACILITATORS
from server.domain.debate_state import Debate
from server.domain.errors import Conflict
from server.domain.hand_events import SpeakDeclined
from server.domain.state import MAIN_ROOM, Participant, SessionState
from server.domain.streams import check_person
from server.domain.track_events import TrackChanged


def find_on_stage(state: SessionState, participant_id: str) -> Participant:
    """A stream may be shown, though nobody is there to be asked for more."""
    who = find_participant(state, participant_id)
    if who.role == "observer":
        raise Conflict("is_observer", f"{who.name} is here to watch and takes no part.")
    return who


def find_taking_part(state: SessionState, participant_id: str) -> Participant:
    """Raises NotFound, or Conflict for somebody who is only here to watch (OB3), or for a
    stream (ST5)."""
    who = find_on_stage(state, participant_id)
    check_person(state, participant_id)
    return who


def giving_up(state: SessionState, who: Participant, ask: Ask) -> list[Change]:
    """Tracks, the word, the room and the debates; ``participant`` sees to hand and spotlight."""
    by = ask.actor.participant_id or who.participant_id
    changes = [
        Change(TrackChanged(who.participant_id, track, False, by))
        for track, is_on in who.tracks.items()
        if is_on
    ]
    if who.invitation != "none":
        changes.append(Change(SpeakDeclined(who.participant_id)))
    changes += _leaving_room(state, who)
    for debate in state.debates.values():
        if debate.result is None:
            changes += _leaving_debate(debate, who.participant_id)
    return changes


def _leaving_room(state: SessionState, who: Participant) -> list[Change]:
    breakouts = state.breakouts
    if breakouts is None:
        return []
    belongs = breakouts.room_of(who.participant_id) is not None
    if not breakouts.is_open:
        left = Change(be.BreakoutAssigned(who.participant_id, None), FACILITATORS)
        return [left] if belongs else []
    if not belongs and who.room_id == MAIN_ROOM:
        return []
    return [Change(be.ParticipantMoved(who.participant_id, MAIN_ROOM, None, False))]


def _leaving_debate(debate: Debate, who: str) -> list[Change]:
    """A sheet that was handed in stays, and so does its adjudicator."""
    changes: list[Change] = []
    if debate.stage != "ended" and debate.side_of(who) is not None:
        seats = {seat: one for seat, one in debate.seats.items() if one != who}
        changes.append(Change(de.DebateSeatsAssigned(debate.debate_id, seats)))
    if debate.stage != "ended" and debate.chair_id == who:
        changes.append(Change(de.DebateChairChanged(debate.debate_id, None)))
    if who in debate.adjudicators and who not in debate.sheets:
        others = tuple(one for one in debate.adjudicators if one != who)
        changes.append(Change(de.DebateAdjudicatorsChanged(debate.debate_id, others)))
    return changes
