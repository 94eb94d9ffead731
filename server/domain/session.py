"""The session as a whole: start, end, epochs; ``decide`` and ``evolve`` (docs/rules.md, SE).

``decide(state, command, actor, now) → events`` and ``evolve(state, event) → state`` are pure:
clock, ids, settings and the tallies of anonymous polls are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from server.domain import (
    activity_mix,
    agenda,
    breakout,
    breakout_run,
    chat,
    confusion,
    debate,
    debate_clock,
    debate_judging,
    debate_run,
    due,
    hand,
    lock,
    participant,
    poll,
    reaction,
    recording,
    slides,
    track,
    web_content,
    whiteboard,
)
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain import poll_events as pe
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.channels import room_of
from server.domain.commands import Command
from server.domain.events import Event
from server.domain.participant_events import ParticipantAway, ParticipantLeft
from server.domain.permissions import authorize
from server.domain.recording_events import GapDeclared, RecordingStopped
from server.domain.session_events import EpochStarted, SessionEnded, SessionStarted
from server.domain.state import NO_SETTINGS, Actor, PollResult, SessionState, Settings


def start(state: SessionState, _: c.StartSession, ask: Ask) -> list[Change]:
    changes = [Change(SessionStarted())]
    if not ask.settings.lobby_is_on:
        waiting = [p for p in state.participants.values() if p.presence == "waiting"]
        changes += [participant.let_in(who) for who in waiting]
    if ask.settings.record_automatically:
        changes += recording.starting(state, ask)
    return changes


def end(state: SessionState, _: c.EndSession, ask: Ask) -> list[Change]:
    changes = [*breakout_run.closing(state), *debate_run.end_all(state, ask)]
    for one in state.polls.values():
        if one.stage == "open":
            changes += poll.closing(one, ask)
    if state.recording.stage in ("on", "paused") and state.recording.recording_id:
        changes.append(Change(RecordingStopped(state.recording.recording_id)))
    changes += [*whiteboard.closing(state), *web_content.stopping(state, None)]
    return [*changes, Change(SessionEnded())]


def start_epoch(state: SessionState, command: c.StartEpoch, ask: Ask) -> list[Change]:
    """What the process before could not say any more: its captures are torn, its connections
    are gone, and nothing was recorded since it was last alive (SE6)."""
    changes = [Change(EpochStarted(state.epoch + 1, command.utc_ms))]
    if state.stage == "ended":
        return changes
    if state.recording.stage == "on":
        from_ms = min(max(command.alive_until_ms, state.at_ms), ask.now_ms)
        changes.append(Change(GapDeclared(from_ms, ask.now_ms, "server_restart")))
    alive_until_ms = min(max(command.alive_until_ms, state.at_ms), ask.now_ms)
    changes += debate_clock.stop_for_restart(state, alive_until_ms, ask)
    changes += [recording.stopping(capture) for capture in state.captures.values()]
    for who in state.participants.values():
        if who.presence == "present":
            changes += breakout_run.silencing(state, who.participant_id)
            changes.append(Change(ParticipantAway(who.participant_id)))
        elif who.presence == "waiting":
            left = ParticipantLeft(who.participant_id)
            changes.append(Change(left, participant.channel_of(who)))
    return changes


DECIDE: Mapping[type[Any], Decide] = {
    c.StartSession: start,
    c.EndSession: end,
    c.StartEpoch: start_epoch,
    **participant.DECIDE,
    **hand.DECIDE,
    **lock.DECIDE,
    **confusion.DECIDE,
    **reaction.DECIDE,
    **chat.DECIDE,
    **track.DECIDE,
    **poll.DECIDE,
    **recording.DECIDE,
    **breakout.DECIDE,
    **breakout_run.DECIDE,
    **debate.DECIDE,
    **agenda.DECIDE,
    **activity_mix.DECIDE,
    **due.DECIDE,
    **slides.DECIDE,
    **web_content.DECIDE,
    **whiteboard.DECIDE,
}


def decide(
    state: SessionState,
    command: Command,
    actor: Actor,
    now_ms: int,
    *,
    new_id: Callable[[], str],
    settings: Settings = NO_SETTINGS,
    tallies: Mapping[str, PollResult] | None = None,
    ballots: Mapping[str, tuple[tuple[int, ...], ...]] | None = None,
    cause_id: str | None = None,
) -> list[Event]:
    """The events the command leads to, numbered after ``state``; [] when it changes nothing.

    Raises NotAllowed, NotFound, Conflict or Invalid.
    """
    authorize(state, command, actor)
    at_ms = max(now_ms, state.at_ms)
    ask = Ask(actor, at_ms, new_id, settings, tallies or {}, ballots or {})
    if isinstance(command, c.Join | c.TapConfusion):
        changes: list[Change] = []
    else:
        changes = participant.changed_seat(state, ask)
    changes += DECIDE[type(command)](state, command, ask)
    if isinstance(command, c.Vote) and state.polls[command.poll_id].is_anonymous:
        cause_id = None  # nothing may lead from a command to an anonymous vote (PO7)
    if isinstance(command, dc.CastBallot):
        cause_id = None
    actor_id = actor.participant_id
    if isinstance(command, c.TapConfusion):
        actor_id, cause_id = None, None  # nobody learns who is lost (CF1)
    events = _numbered(state, changes, at_ms, actor_id, cause_id)
    if any(one.is_begun for one in state.debates.values()):
        after = state
        for event in events:
            after = evolve(after, event)
        if after.participants is not state.participants:
            # Somebody went or came: in the same breath clocks stop and floors are held (DB).
            events += _numbered(after, debate_run.react(after, ask), at_ms, actor_id, cause_id)
    if followed := activity_mix.react(state, events):
        # By nobody: it must not tell who was behind an anonymous vote.
        events += _numbered(fold_on(state, events), followed, at_ms, None, None)
    return events


def _numbered(
    state: SessionState,
    changes: Iterable[Change],
    at_ms: int,
    actor_id: str | None,
    cause_id: str | None,
) -> list[Event]:
    """As they follow on ``state``."""
    seq, channels = state.seq, dict(state.channels)
    events: list[Event] = []
    for change in changes:
        seq += 1
        channels[change.channel] = channels.get(change.channel, 0) + 1
        events.append(
            Event(
                session_id=state.session_id,
                seq=seq,
                channel=change.channel,
                channel_seq=channels[change.channel],
                at_ms=at_ms,
                actor_id=actor_id,
                room_id=room_of(change.channel),
                body=change.body,
                cause_id=cause_id,
            )
        )
    return events


# ---- evolve ----------------------------------------------------------------------------------


def _epoch(state: SessionState, body: EpochStarted, at_ms: int) -> SessionState:
    first = body.utc_ms - at_ms if state.first_utc_ms is None else state.first_utc_ms
    return replace(state, epoch=body.epoch, first_utc_ms=first)


def _started(state: SessionState, _: SessionStarted, at_ms: int) -> SessionState:
    return replace(state, stage="live", started_at_ms=at_ms)


def _ended(state: SessionState, _: SessionEnded, at_ms: int) -> SessionState:
    gone = {
        key: replace(who, presence="left", tracks=participant.silenced(who))
        if who.presence in ("waiting", "present", "away")
        else who
        for key, who in state.participants.items()
    }
    return replace(
        state,
        stage="ended",
        ended_at_ms=at_ms,
        participants=gone,
        hands=(),
        spotlight=None,
        agenda=agenda.ended(state, at_ms),
        presentation=None,
    )


EVOLVE: Mapping[type[Any], Evolve] = {
    EpochStarted: _epoch,
    SessionStarted: _started,
    SessionEnded: _ended,
    **participant.EVOLVE,
    **hand.EVOLVE,
    **lock.EVOLVE,
    **confusion.EVOLVE,
    **reaction.EVOLVE,
    **chat.EVOLVE,
    **track.EVOLVE,
    **poll.EVOLVE,
    **recording.EVOLVE,
    **breakout.EVOLVE,
    **breakout_run.EVOLVE,
    **debate.EVOLVE,
    **agenda.EVOLVE,
    **activity_mix.EVOLVE,
    **slides.EVOLVE,
    **web_content.EVOLVE,
    **whiteboard.EVOLVE,
}


def evolve(state: SessionState, event: Event) -> SessionState:
    """The state after the event. Total: it never raises on an event of a newer program."""
    body = event.body
    after = state
    if isinstance(body, pe.VoteCast):
        after = poll.voted(state, body, event.channel.removeprefix("person:"))
    elif isinstance(body, pe.PollCounted):
        after = poll.counted(state, body, event.channel)
    elif isinstance(body, de.DebateBallotCast):
        after = debate_judging.ballot_cast(state, body, event.channel.removeprefix("person:"))
    elif isinstance(body, de.DebateScored):
        after = debate_judging.scored(state, body, event.channel.removeprefix("person:"))
    elif (change := EVOLVE.get(type(body))) is not None:
        after = change(state, body, event.at_ms)
    after = recording.settle(after, event.at_ms)
    after = lock.settle(after, event.at_ms)
    after = activity_mix.settle(state, after, event)
    return replace(
        after,
        seq=event.seq,
        at_ms=event.at_ms,
        channels={**state.channels, event.channel: event.channel_seq},
    )


def fold(session_id: str, events: Iterable[Event]) -> SessionState:
    return fold_on(SessionState(session_id), events)


def fold_on(state: SessionState, events: Iterable[Event]) -> SessionState:
    for event in events:
        state = evolve(state, event)
    return state
