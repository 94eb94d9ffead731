"""Tracks and the stage: on, off, muted by a facilitator, spotlight (docs/rules.md, TR)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain import lock
from server.domain.change import Ask, Change, Decide, Evolve, find_participant
from server.domain.errors import Conflict, NotFound
from server.domain.observer import find_on_stage
from server.domain.participant import with_participant
from server.domain.state import SessionState
from server.domain.track_events import SpotlightChanged, TrackChanged, TrackKind


def set_track(state: SessionState, command: c.SetTrack, ask: Ask) -> list[Change]:
    if state.track_is_on(ask.actor_id, command.track) == command.is_on:
        return []
    if command.is_on:
        lock.check_track(state, ask, command.track)
    changes: list[Change] = []
    if command.track == "screen" and command.is_on:
        room_id = state.participants[ask.actor_id].room_id
        for other in state.present:
            if other.participant_id == ask.actor_id or not other.tracks.get("screen"):
                continue
            if other.room_id != room_id:
                continue  # a breakout room has a screen of its own
            if ask.actor.role != "facilitator":
                raise Conflict("screen_taken", f"{other.name} is sharing a screen.")
            changes += _switch_off(state, other.participant_id, "screen", ask.actor_id)
            changes += _switch_off(state, other.participant_id, "screen_audio", ask.actor_id)
    own = TrackChanged(ask.actor_id, command.track, command.is_on, ask.actor_id)
    return [*changes, Change(own)]


def mute(state: SessionState, command: c.MuteParticipant, ask: Ask) -> list[Change]:
    target = find_participant(state, command.participant_id).participant_id
    return _switch_off(state, target, command.track, ask.actor_id)


def mute_all(state: SessionState, _: c.MuteAll, ask: Ask) -> list[Change]:
    """Everyone but facilitators."""
    changes: list[Change] = []
    for who in state.present:
        if who.role != "facilitator":
            changes += _switch_off(state, who.participant_id, "microphone", ask.actor_id)
    return changes


def _switch_off(
    state: SessionState, participant_id: str, track: TrackKind, by: str
) -> list[Change]:
    if not state.track_is_on(participant_id, track):
        return []
    return [Change(TrackChanged(participant_id, track, False, by))]


def spotlight(state: SessionState, command: c.Spotlight, _: Ask) -> list[Change]:
    target = command.participant_id
    if target is not None and find_on_stage(state, target).presence not in (
        "present",
        "away",
    ):
        raise NotFound("participant_not_present", "This participant is not in the session.")
    if target == state.spotlight:
        return []
    return [Change(SpotlightChanged(target))]


def _track_changed(state: SessionState, body: TrackChanged, _: int) -> SessionState:
    who = state.participants.get(body.participant_id)
    if who is None:
        return state
    invitation = who.invitation
    if body.track == "microphone":
        if body.is_on:
            invitation = "granted" if invitation == "asked" else invitation
        elif body.by != body.participant_id:
            invitation = "none"
    return with_participant(
        state,
        replace(who, tracks={**who.tracks, body.track: body.is_on}, invitation=invitation),
    )


def _spotlight_changed(state: SessionState, body: SpotlightChanged, _: int) -> SessionState:
    return replace(state, spotlight=body.participant_id)


DECIDE: dict[type[Any], Decide] = {
    c.SetTrack: set_track,
    c.MuteParticipant: mute,
    c.MuteAll: mute_all,
    c.Spotlight: spotlight,
}
EVOLVE: dict[type[Any], Evolve] = {
    TrackChanged: _track_changed,
    SpotlightChanged: _spotlight_changed,
}
