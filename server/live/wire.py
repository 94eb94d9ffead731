"""Between the wire and the domain: commands in, events and errors out."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from server.domain.commands import COMMANDS, Command
from server.domain.errors import DomainError
from server.domain.events import (
    FACILITATORS,
    SESSION,
    Event,
    ParticipantJoined,
    ParticipantWaiting,
    PollCounted,
    person,
)
from server.domain.state import Participant, SessionState
from server.live.view import Tallies
from server.schemas import live as wire


def to_domain(command: wire.AnyCommand) -> Command:
    """The domain's command of the same name and fields."""
    name = command.__struct_config__.tag
    fields: dict[str, Any] = {}
    for key, value in msgspec.structs.asdict(command).items():
        if value is not UNSET:
            fields[key] = tuple(value) if isinstance(value, list) else value
    return COMMANDS[str(name)](**fields)


def channels_of(viewer: Participant) -> tuple[str, ...]:
    """What this participant may follow; nothing from the lobby or after being shut out."""
    if viewer.presence not in ("present", "away", "left") or viewer.joined_at_ms is None:
        return ()
    own = person(viewer.participant_id)
    if viewer.role == "facilitator":
        return (SESSION, FACILITATORS, own)
    return (SESSION, own)


def to_wire(event: Event, state: SessionState, shown: Tallies) -> wire.WireEvent:
    """``state`` is at least as new as the event. ``shown``: tallies of open anonymous polls,
    which the log does not hold (PO6)."""
    data = event.data
    body = event.body
    if isinstance(body, ParticipantJoined | ParticipantWaiting):
        data.pop("user_id", None)
    if isinstance(body, PollCounted) and body.tally is None:
        poll = state.polls.get(body.poll_id)
        channel = SESSION if poll is not None and poll.audience == "all" else FACILITATORS
        may_see = (
            poll is not None
            and poll.is_anonymous
            and poll.audience != "none"
            and event.channel == channel
        )
        if may_see and body.poll_id in shown:
            data["tally"] = list(shown[body.poll_id])
    return wire.WireEvent(
        session_id=event.session_id,
        room_id=event.room_id,
        seq=event.seq,
        channel=event.channel,
        channel_seq=event.channel_seq,
        at_ms=event.at_ms,
        actor_id=event.actor_id,
        type=event.type,
        version=event.version,
        data=data,
        cause_id=event.cause_id,
    )


def error_body(error: DomainError) -> wire.ErrorBody:
    return wire.ErrorBody(error.code, error.message, error.field, error.retry_after_s)


def refusal(error: DomainError) -> wire.Acknowledgement:
    return wire.Acknowledgement(ok=False, error=error_body(error))
