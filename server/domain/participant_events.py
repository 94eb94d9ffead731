"""Events of people: who comes, waits, is away and leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.domain.event_fields import OPTIONAL

Role = Literal["facilitator", "learner", "observer"]


@dataclass(frozen=True, slots=True)
class ParticipantJoined:
    """Present from now on; with the same id again it says the name and role anew."""

    participant_id: str
    name: str
    role: Role
    is_guest: bool
    user_id: str | None = field(default=None, metadata=OPTIONAL)
    is_stream: bool = field(default=False, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ParticipantChanged:
    """The account's role in this session (or its name) was changed while it goes on."""

    participant_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ParticipantWaiting:
    participant_id: str
    name: str
    role: Role
    is_guest: bool
    user_id: str | None = field(default=None, metadata=OPTIONAL)
    is_stream: bool = field(default=False, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ParticipantAdmitted:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantDenied:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantRemoved:
    """For good, until a facilitator admits them; or, when they may return, to the lobby."""

    participant_id: str
    may_return: bool | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class ParticipantAway:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantReturned:
    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    participant_id: str


ParticipantBody = (
    ParticipantJoined
    | ParticipantChanged
    | ParticipantWaiting
    | ParticipantAdmitted
    | ParticipantDenied
    | ParticipantRemoved
    | ParticipantAway
    | ParticipantReturned
    | ParticipantLeft
)
