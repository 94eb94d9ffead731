"""Streams: programs that publish into a session, or watch it, by a token (docs/rules.md, ST).

A stream is a participant like any other for the door, the floor, the tracks and the record. What
only a person can do nobody asks of it, and it counts nowhere.
"""

from __future__ import annotations

from server.domain.errors import Conflict, NotAllowed
from server.domain.state import Actor, Participant, SessionState


def is_let_in(who: Participant | None, actor: Actor) -> bool:
    """The token is the facilitator's word: no lobby, unless they sent it out since (ST2)."""
    return actor.is_stream and not (who is not None and who.must_wait)


def check_wait(actor: Actor) -> None:
    """A program cannot wait in the lobby: it is told to come again (ST2)."""
    if actor.is_stream:
        raise NotAllowed(
            "stream_sent_out", "A facilitator sent this stream out and has not let it in since."
        )


def as_actor(who: Participant) -> Actor:
    """For what it does without asking: it leaves when its connection is gone (ST4)."""
    return Actor(who.participant_id, who.role, who.name, who.is_guest, is_stream=True)


def check_person(state: SessionState, participant_id: str) -> None:
    """Raise Conflict where only a person will do (ST5)."""
    who = state.participants.get(participant_id)
    if who is not None and who.is_stream:
        raise Conflict("is_stream", f"{who.name} is a stream; nobody is there to answer.")
