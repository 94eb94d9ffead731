"""Participants: joining, the lobby, going and coming back (docs/rules.md, PA)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import breakout_run, observer, streams
from server.domain import commands as c
from server.domain.change import Ask, Change, Decide, Evolve, find_participant
from server.domain.channels import FACILITATORS, SESSION
from server.domain.errors import Conflict, NotAllowed
from server.domain.hand_events import HandLowered
from server.domain.participant_events import (
    ParticipantAdmitted,
    ParticipantAway,
    ParticipantChanged,
    ParticipantDenied,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantRemoved,
    ParticipantReturned,
    ParticipantWaiting,
    Role,
)
from server.domain.state import Participant, Presence, SessionState
from server.domain.track_events import SpotlightChanged, TrackKind


def join(state: SessionState, _: c.Join, ask: Ask) -> list[Change]:
    who = state.participants.get(ask.actor_id)
    is_known = who is not None and who.is_admitted
    _check_door(state, is_known, ask)
    must_wait = ask.settings.lobby_is_on or (who is not None and who.must_wait)
    may_enter = (
        ask.actor.role == "facilitator"
        or is_known
        or (state.stage == "live" and not must_wait)
        or streams.is_let_in(who, ask.actor)
    )
    actor, role = ask.actor, _role(ask)
    if not may_enter:
        if who is not None and who.presence == "waiting":
            return []
        streams.check_wait(actor)
        waiting = ParticipantWaiting(ask.actor_id, actor.name, role, actor.is_guest, actor.user_id)
        return [Change(waiting, FACILITATORS if who is None else channel_of(who))]
    if (
        who is not None
        and who.presence in ("present", "away")
        and (who.name, who.role) == (actor.name, role)
    ):
        return [Change(ParticipantReturned(ask.actor_id))]
    return [
        *(() if who is None else _giving_up(state, who, role, ask)),
        Change(
            ParticipantJoined(
                ask.actor_id, actor.name, role, actor.is_guest, actor.user_id, actor.is_stream
            )
        ),
        *(() if actor.is_stream else breakout_run.placing(state, ask.actor_id, role)),
    ]


def _check_door(state: SessionState, is_known: bool, ask: Ask) -> None:
    """Banned is the account, not only the seat (PA4); a locked room takes nobody new (LK5)."""
    if ask.actor.user_id is not None and any(
        other.presence == "removed" and other.user_id == ask.actor.user_id
        for other in state.participants.values()
    ):
        raise NotAllowed("removed", "A facilitator removed you from this session.")
    if ask.actor.role != "facilitator" and not is_known and "room" in state.locks:
        raise NotAllowed("room_locked", "The room is locked; nobody new can come in now.")


def _role(ask: Ask) -> Role:
    return "learner" if ask.actor.role == "server" else ask.actor.role


def _giving_up(state: SessionState, who: Participant, role: Role, ask: Ask) -> list[Change]:
    """Before somebody who took part becomes an observer (OB5)."""
    if role != "observer" or who.role == "observer":
        return []
    return [*_put_down(state, who.participant_id, None), *observer.giving_up(state, who, ask)]


def changed_seat(state: SessionState, ask: Ask) -> list[Change]:
    """The account's role or name differs from what this session knows (PA9)."""
    who = state.participants.get(ask.actor.participant_id or "")
    if who is None or who.presence != "present" or ask.actor.role == "server":
        return []
    if (who.name, who.role) == (ask.actor.name, ask.actor.role):
        return []
    return [
        *_giving_up(state, who, _role(ask), ask),
        Change(ParticipantChanged(who.participant_id, ask.actor.name, _role(ask))),
    ]


def note_seat(state: SessionState, command: c.NoteSeat, ask: Ask) -> list[Change]:
    """Told by who changed it, so that it need not wait for their next command (PA9)."""
    who = state.participants.get(command.participant_id)
    if who is None or who.presence not in ("waiting", "present", "away"):
        return []
    if (who.name, who.role) == (command.name, command.role):
        return []
    changed = ParticipantChanged(who.participant_id, command.name, command.role)
    return [*_giving_up(state, who, command.role, ask), Change(changed, channel_of(who))]


def let_in(who: Participant) -> Change:
    return Change(
        ParticipantJoined(
            who.participant_id, who.name, who.role, who.is_guest, who.user_id, who.is_stream
        )
    )


def leave(state: SessionState, _: c.Leave, ask: Ask) -> list[Change]:
    who = find_participant(state, ask.actor_id)
    return [
        *_put_down(state, who.participant_id, None),
        Change(ParticipantLeft(who.participant_id), channel_of(who)),
    ]


def lose_connection(state: SessionState, command: c.LoseConnection, ask: Ask) -> list[Change]:
    who = state.participants.get(command.participant_id)
    if who is None:
        return []
    if who.is_stream and who.presence == "present":
        return leave(state, c.Leave(), replace(ask, actor=streams.as_actor(who)))
    if who.presence == "present":
        return [
            *breakout_run.silencing(state, who.participant_id),
            Change(ParticipantAway(who.participant_id)),
        ]
    if who.presence == "waiting":
        return [Change(ParticipantLeft(who.participant_id), channel_of(who))]
    return []


def admit(state: SessionState, command: c.Admit, _: Ask) -> list[Change]:
    who = find_participant(state, command.participant_id)
    if who.presence == "waiting":
        return [
            Change(ParticipantAdmitted(who.participant_id), FACILITATORS),
            let_in(who),
            *breakout_run.placing(state, who.participant_id, who.role),
        ]
    if who.is_admitted:
        return []
    return [Change(ParticipantAdmitted(who.participant_id), channel_of(who))]


def deny(state: SessionState, command: c.Deny, _: Ask) -> list[Change]:
    who = find_participant(state, command.participant_id)
    if who.presence == "denied":
        return []
    if who.presence != "waiting":
        raise Conflict("not_waiting", f"{who.name} is not in the lobby.")
    return [Change(ParticipantDenied(who.participant_id), channel_of(who))]


def remove(state: SessionState, command: c.Remove, ask: Ask) -> list[Change]:
    who = find_participant(state, command.participant_id)
    if who.participant_id == ask.actor.participant_id:
        raise Conflict("cannot_remove_self", "Leave the session instead of removing yourself.")
    if who.presence == "removed":
        return []
    return [
        *_put_down(state, who.participant_id, ask.actor.participant_id),
        Change(ParticipantRemoved(who.participant_id, command.may_return or None), channel_of(who)),
    ]


def channel_of(who: Participant) -> str:
    """Those who never got past the lobby are the facilitators' business only (PA6)."""
    return FACILITATORS if who.joined_at_ms is None else SESSION


def _put_down(state: SessionState, participant_id: str, by: str | None) -> list[Change]:
    changes: list[Change] = []
    if any(hand.participant_id == participant_id for hand in state.hands):
        changes.append(Change(HandLowered(participant_id, by)))
    if state.spotlight == participant_id:
        changes.append(Change(SpotlightChanged(None)))
    return [*changes, *breakout_run.silencing(state, participant_id)]


DECIDE: dict[type[Any], Decide] = {
    c.Join: join,
    c.Leave: leave,
    c.LoseConnection: lose_connection,
    c.Admit: admit,
    c.Deny: deny,
    c.Remove: remove,
    c.NoteSeat: note_seat,
}


# ---- evolve ----------------------------------------------------------------------------------


def with_participant(state: SessionState, who: Participant) -> SessionState:
    return replace(state, participants={**state.participants, who.participant_id: who})


def silenced(who: Participant) -> dict[TrackKind, bool]:
    return dict.fromkeys(who.tracks, False)


def _joined(state: SessionState, body: ParticipantJoined, at_ms: int) -> SessionState:
    known = state.participants.get(body.participant_id)
    who = Participant(
        participant_id=body.participant_id,
        name=body.name,
        role=body.role,
        is_guest=body.is_guest,
        user_id=body.user_id,
        presence="present",
        consent=known.consent if known else "unasked",
        tracks=silenced(known) if known else {},
        joined_at_ms=at_ms if known is None or known.joined_at_ms is None else known.joined_at_ms,
        is_admitted=True,
        is_stream=body.is_stream,
    )
    return with_participant(state, who)


def _changed(state: SessionState, body: ParticipantChanged, _: int) -> SessionState:
    who = state.participants.get(body.participant_id)
    if who is None:
        return state
    return with_participant(state, replace(who, name=body.name, role=body.role))


def _waiting(state: SessionState, body: ParticipantWaiting, _: int) -> SessionState:
    known = state.participants.get(body.participant_id)
    who = Participant(
        participant_id=body.participant_id,
        name=body.name,
        role=body.role,
        is_guest=body.is_guest,
        user_id=body.user_id,
        presence="waiting",
        consent=known.consent if known else "unasked",
        tracks=silenced(known) if known else {},
        joined_at_ms=known.joined_at_ms if known else None,
        must_wait=known.must_wait if known else False,
        is_stream=body.is_stream,
    )
    return with_participant(state, who)


def _admitted(state: SessionState, body: ParticipantAdmitted, _: int) -> SessionState:
    who = state.participants.get(body.participant_id)
    if who is None:
        return state
    presence: Presence = "left" if who.presence in ("denied", "removed") else who.presence
    return with_participant(
        state, replace(who, presence=presence, is_admitted=True, must_wait=False)
    )


def _becomes(presence: Presence) -> Evolve:
    def evolve(state: SessionState, body: Any, _: int) -> SessionState:
        who = state.participants.get(body.participant_id)
        if who is None:
            return state
        shut_out = presence in ("denied", "removed")
        return with_participant(
            state,
            replace(
                who,
                presence=presence,
                tracks=silenced(who),
                is_admitted=who.is_admitted and not shut_out,
                invitation=who.invitation if presence in ("away", "present") else "none",
            ),
        )

    return evolve


def _removed(state: SessionState, body: ParticipantRemoved, at_ms: int) -> SessionState:
    state = _becomes("removed")(state, body, at_ms)
    who = state.participants.get(body.participant_id)
    if who is None or not body.may_return:
        return state
    return with_participant(state, replace(who, presence="left", must_wait=True))


EVOLVE: dict[type[Any], Evolve] = {
    ParticipantJoined: _joined,
    ParticipantChanged: _changed,
    ParticipantWaiting: _waiting,
    ParticipantAdmitted: _admitted,
    ParticipantDenied: _becomes("denied"),
    ParticipantRemoved: _removed,
    ParticipantAway: _becomes("away"),
    ParticipantReturned: _becomes("present"),
    ParticipantLeft: _becomes("left"),
}
