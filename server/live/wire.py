"""Between the wire and the domain: commands in, events and errors out."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from server.domain.breakout import rooms_followed
from server.domain.channels import FACILITATORS, SESSION, person, room
from server.domain.chat_events import ChatSent
from server.domain.commands import COMMANDS, Command
from server.domain.debate_events import DebateEdited, DebatePlanned
from server.domain.debate_state import format_key
from server.domain.errors import DomainError
from server.domain.events import Event
from server.domain.participant_events import ParticipantJoined, ParticipantWaiting
from server.domain.poll import answer_in
from server.domain.poll_answer import WITH_OPTION
from server.domain.poll_events import PollCounted, PollRevealed, VoteCast
from server.domain.poll_result import shown_in, visible
from server.domain.state import Participant, PollResult, SessionState
from server.live.chat_view import quoted_by
from server.live.debate_view import side_channels
from server.live.view import Tallies, plain_answer
from server.schemas import live as wire
from server.schemas.live_base import ErrorBody


def to_domain(command: wire.AnyCommand) -> Command:
    """The domain's command of the same name and fields."""
    name = command.__struct_config__.tag
    fields: dict[str, Any] = {}
    for key, value in msgspec.structs.asdict(command).items():
        if value is not UNSET:
            fields[key] = tuple(_plain(value)) if isinstance(value, list) else value
    return COMMANDS[str(name)](**fields)


def _plain(values: list[Any]) -> list[Any]:
    """The domain reads objects inside commands itself."""
    return [msgspec.to_builtins(one) if isinstance(one, msgspec.Struct) else one for one in values]


def channels_of(state: SessionState, viewer: Participant) -> tuple[str, ...]:
    """What this participant may follow; nothing from the lobby or after being shut out."""
    if viewer.presence not in ("present", "away", "left") or viewer.joined_at_ms is None:
        return ()
    if viewer.must_wait:
        return ()  # sent out: outside until let in again
    own = person(viewer.participant_id)
    rooms = tuple(room(room_id) for room_id in rooms_followed(state, viewer))
    sides = side_channels(state, viewer)
    if viewer.role == "facilitator":
        return (SESSION, FACILITATORS, own, *rooms, *sides)
    return (SESSION, own, *rooms, *sides)


def to_wire(event: Event, state: SessionState, shown: Tallies) -> wire.WireEvent:
    """``state`` is at least as new as the event. ``shown``: tallies of open anonymous polls,
    which the log does not hold (PO6)."""
    data = event.data
    body = event.body
    if isinstance(body, ParticipantJoined | ParticipantWaiting):
        data.pop("user_id", None)
    if isinstance(body, DebatePlanned | DebateEdited):
        data["format_key"] = format_key(body.format)
    if isinstance(body, ChatSent) and body.reply_to is not None:
        quoted = quoted_by(state, body.reply_to)
        if quoted is not None:
            data["quoted"] = msgspec.to_builtins(quoted)
    if isinstance(body, VoteCast | PollCounted | PollRevealed):
        data = _poll_data(data, event, state, shown)
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


def _poll_data(
    data: dict[str, Any], event: Event, state: SessionState, shown: Tallies
) -> dict[str, Any]:
    """With the answer in its one form, and the result this channel may see, hidden texts left
    out; the log holds neither (PO5, PO11)."""
    body = event.body
    poll = state.polls.get(data["poll_id"])
    data.pop("is_shown", None)
    entries = data.pop("entries", None)
    if poll is None:
        return data
    result: PollResult | None = None
    if isinstance(body, VoteCast):
        data.pop("text", None)
        if body.participant_id is not None and poll.kind not in WITH_OPTION:
            data["answer"] = plain_answer(answer_in(poll, body))
    elif isinstance(body, PollRevealed):
        result = shown_in(poll, SESSION)
    elif isinstance(body, PollCounted) and _sees_all(state, event.channel):
        pass  # The result they see is that of the facilitators' channel.
    elif isinstance(body, PollCounted) and (body.is_shown or entries):
        result = shown_in(poll, event.channel)
    elif isinstance(body, PollCounted) and body.tally is None and poll.is_anonymous:
        channel = SESSION if poll.audience == "all" else FACILITATORS
        now = shown.get(poll.poll_id)
        if poll.audience != "none" and event.channel == channel and now is not None:
            result = visible(poll, now)
    if result is not None:
        data["tally"] = list(result.tally)
        if result.entries:
            data["entries"] = list(result.entries)
    return data


def _sees_all(state: SessionState, channel: str) -> bool:
    """Whether this is a facilitator's own channel."""
    return any(
        channel == person(who.participant_id)
        for who in state.participants.values()
        if who.role == "facilitator"
    )


def error_body(error: DomainError) -> ErrorBody:
    return ErrorBody(error.code, error.message, error.field, error.retry_after_s)


def refusal(error: DomainError) -> wire.Acknowledgement:
    return wire.Acknowledgement(ok=False, error=error_body(error))
