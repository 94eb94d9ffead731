"""The activity-mix hint: a long stretch in which only facilitators did something (docs/rules.md,
AM).

What counts is what the log shows of learners taking part. ``engaged_at_ms`` is a fold of it;
poll, breakouts and debates count as long as they go on, a break is nobody's to fill. After
``QUIET_MS`` facilitators, and nobody else, are told once; again after as long, when it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from server.domain import agenda_commands as ac
from server.domain import agenda_events as ae
from server.domain import breakout_events as be
from server.domain import commands as c
from server.domain import debate_events as de
from server.domain import poll_events as pe
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.channels import FACILITATORS
from server.domain.chat_events import ChatSent
from server.domain.events import Event
from server.domain.hand_events import AirtimeCounted, HandRaised
from server.domain.participant_events import ParticipantJoined
from server.domain.session_events import SessionStarted
from server.domain.state import SessionState

QUIET_MS: Final = 12 * 60_000
"""Attention to a talk is said to last 10 to 15 minutes; a segment of a class 6, at most 20."""
SPOKE_MS: Final = 3000
"""A cough into an open microphone is no contribution."""

_ENGAGING = (
    SessionStarted,
    HandRaised,
    pe.PollOpened,
    pe.PollClosed,
    pe.VoteCast,
    be.BreakoutsOpened,
    be.BreakoutsClosed,
    de.DebateBegun,
    de.DebateEnded,
)


def is_engaging(state: SessionState, event: Event) -> bool:
    """Whether learners take part in something with this, or have until now. ``state``: before."""
    body = event.body
    if isinstance(body, ChatSent):
        return body.to is None and _is_learner(state, body.participant_id)
    if isinstance(body, AirtimeCounted):
        spoken = zip(body.participant_ids, body.talked_ms, strict=False)
        return any(_is_learner(state, who) and ms >= SPOKE_MS for who, ms in spoken)
    if isinstance(body, ParticipantJoined):
        is_learner = body.role == "learner" and not body.is_stream
        return is_learner and not _learners_are_here(state)
    if isinstance(body, ae.ActivityStarted | ae.AgendaFinished):
        # A break is over.
        current = state.agenda.current
        return current is not None and current.kind == "break"
    return isinstance(body, _ENGAGING)


def _is_learner(state: SessionState, participant_id: str) -> bool:
    who = state.participants.get(participant_id)
    return who is not None and who.is_learner


def _learners_are_here(state: SessionState) -> bool:
    return any(who.is_learner for who in state.present)


def settle(before: SessionState, after: SessionState, event: Event) -> SessionState:
    """After every event."""
    if after.stage == "ended" and after.quiet_since_ms is not None:
        return replace(after, quiet_since_ms=None)
    return replace(after, engaged_at_ms=event.at_ms) if is_engaging(before, event) else after


def react(state: SessionState, events: Iterable[Event]) -> list[Change]:
    """What a command's events lead to in the same breath: a hint that was followed is gone."""
    if state.quiet_since_ms is None or not any(is_engaging(state, event) for event in events):
        return []
    return [Change(ae.HintWithdrawn(), FACILITATORS)]


def is_busy(state: SessionState) -> bool:
    """Something goes on that learners take part in, or nothing has to."""
    current = state.agenda.current
    return (
        (current is not None and current.kind == "break")
        or any(poll.stage == "open" for poll in state.polls.values())
        or (state.breakouts is not None and state.breakouts.is_open)
        or any(one.is_begun for one in state.debates.values())
        or not _learners_are_here(state)
    )


def next_due_ms(state: SessionState) -> int | None:
    """When the next hint is due; None while there is nothing to say."""
    if state.stage != "live" or state.engaged_at_ms is None or is_busy(state):
        return None
    return max(state.engaged_at_ms, state.hinted_at_ms or 0) + QUIET_MS


def advance_time(state: SessionState, _: c.AdvanceTime, ask: Ask) -> list[Change]:
    due_ms = next_due_ms(state)
    if due_ms is None or ask.now_ms < due_ms:
        return []
    return [Change(ae.QuietNoted(state.engaged_at_ms or 0), FACILITATORS)]


def dismiss(state: SessionState, _: ac.DismissHint, __: Ask) -> list[Change]:
    if state.quiet_since_ms is None:
        return []
    return [Change(ae.HintWithdrawn(), FACILITATORS)]


def _noted(state: SessionState, body: ae.QuietNoted, at_ms: int) -> SessionState:
    return replace(state, quiet_since_ms=body.since_ms, hinted_at_ms=at_ms)


def _withdrawn(state: SessionState, _: ae.HintWithdrawn, __: int) -> SessionState:
    return replace(state, quiet_since_ms=None)


DECIDE: dict[type[Any], Decide] = {ac.DismissHint: dismiss}
EVOLVE: dict[type[Any], Evolve] = {ae.QuietNoted: _noted, ae.HintWithdrawn: _withdrawn}
