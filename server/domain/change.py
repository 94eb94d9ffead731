"""What a rule answers: the changes it wants, not yet numbered, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.domain.channels import SESSION
from server.domain.errors import Invalid, NotFound
from server.domain.events import Body
from server.domain.state import Actor, Participant, PollResult, SessionState, Settings


@dataclass(frozen=True, slots=True)
class Change:
    body: Body
    channel: str = SESSION


@dataclass(frozen=True, slots=True)
class Ask:
    """Everything outside the state and the command that a decision may depend on."""

    actor: Actor
    now_ms: int
    new_id: Callable[[], str]
    settings: Settings
    tallies: Mapping[str, PollResult]
    """of anonymous polls, whose votes are not in the log"""

    ballots: Mapping[str, tuple[tuple[int, ...], ...]] = field(
        default_factory=dict[str, tuple[tuple[int, ...], ...]]
    )
    """debate → how opinions moved, of debates whose second ballot has closed"""

    @property
    def actor_id(self) -> str:
        """Of a participant; the permission table keeps the server out of where it is asked."""
        if self.actor.participant_id is None:
            raise Invalid("no_participant", "Only a participant can do this.")
        return self.actor.participant_id


Decide = Callable[[SessionState, Any, Ask], list[Change]]
Evolve = Callable[[SessionState, Any, int], SessionState]
"""``(state, body, at_ms)``"""


def find_participant(state: SessionState, participant_id: str) -> Participant:
    participant = state.participants.get(participant_id)
    if participant is None:
        raise NotFound("participant_not_found", "There is no such participant in this session.")
    return participant


def clean_text(text: str, field: str, longest: int) -> str:
    cleaned = text.strip()
    if not cleaned:
        raise Invalid("empty_text", "Write something first.", field=field)
    if len(cleaned) > longest:
        raise Invalid("text_too_long", f"At most {longest} characters.", field=field)
    return cleaned
