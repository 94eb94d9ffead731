"""Locks: what learners may not do, and what waits for a facilitator (docs/rules.md, LK).

Facilitators are never locked. ``unattended`` is the lock that shuts by itself: while it is set (it
is, unless a facilitator opens it) and no facilitator is present, learners neither write, nor
unmute, nor share a screen, nor draw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.errors import NotAllowed
from server.domain.session_events import LockChanged, LockKind
from server.domain.state import Actor, SessionState
from server.domain.track_events import TrackChanged, TrackKind

GRACE_MS = 20_000
"""A facilitator whose connection broke is waited for; one who left is not."""

_WAITS_FOR_A_FACILITATOR: frozenset[LockKind] = frozenset(
    {"chat", "private_chat", "files", "microphone", "screen", "whiteboard", "notes"}
)
_LOCK_OF: dict[TrackKind, LockKind] = {
    "microphone": "microphone",
    "camera": "camera",
    "screen": "screen",
    "screen_audio": "screen",
}


def is_unattended(state: SessionState, now_ms: int) -> bool:
    """Whether learners are left to themselves (LK4)."""
    since = state.unattended_since_ms
    if since is None or "unattended" not in state.locks:
        return False
    people = state.participants.values()
    is_awaited = any(p.role == "facilitator" and p.presence == "away" for p in people)
    return not is_awaited or now_ms - since >= GRACE_MS


def check(state: SessionState, ask: Ask, kind: LockKind) -> None:
    """Raise NotAllowed when the asker may not do this now."""
    check_now(state, ask.actor, ask.now_ms, kind)


def check_reaction(state: SessionState, actor: Actor, now_ms: int) -> None:
    """The same for what is no command, because it is not logged."""
    check_now(state, actor, now_ms, "reactions")


def check_now(state: SessionState, actor: Actor, now_ms: int, kind: LockKind) -> None:
    if actor.role == "observer":
        raise NotAllowed("observer_watches", "You are here to watch, not to take part.")
    if actor.role != "learner":
        return
    if kind in state.locks:
        raise NotAllowed("locked", "A facilitator has switched this off for learners.", field=kind)
    if kind in _WAITS_FOR_A_FACILITATOR and is_unattended(state, now_ms):
        raise NotAllowed(
            "unattended", "No facilitator is here; this waits until one is back.", field=kind
        )


def check_track(state: SessionState, ask: Ask, track: TrackKind) -> None:
    """Who was asked to speak may, whatever is locked (LK3)."""
    if track == "microphone" and state.participants[ask.actor_id].invitation != "none":
        return
    check(state, ask, _LOCK_OF[track])


def set_lock(state: SessionState, command: c.SetLock, ask: Ask) -> list[Change]:
    if (command.lock in state.locks) == command.is_on:
        return []
    changes = [Change(LockChanged(command.lock, command.is_on, ask.actor_id))]
    if command.is_on:
        changes += [
            Change(TrackChanged(who.participant_id, track, False, ask.actor_id))
            for who in state.present
            if who.role == "learner"
            for track, is_on in who.tracks.items()
            if is_on and _LOCK_OF[track] == command.lock
        ]
    return changes


def settle(state: SessionState, at_ms: int) -> SessionState:
    """Note since when nobody leads the class, as the state now demands."""
    is_led = any(who.role == "facilitator" for who in state.present)
    is_alone = state.stage == "live" and not is_led
    if is_alone == (state.unattended_since_ms is not None):
        return state
    return replace(state, unattended_since_ms=at_ms if is_alone else None)


def _changed(state: SessionState, body: LockChanged, _: int) -> SessionState:
    others = state.locks - {body.lock}
    return replace(state, locks=others | {body.lock} if body.is_on else others)


DECIDE: dict[type[Any], Decide] = {c.SetLock: set_lock}
EVOLVE: dict[type[Any], Evolve] = {LockChanged: _changed}
