"""Events of raised hands and of invitations to speak."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.domain.event_fields import OPTIONAL

HandOrder = Literal["fifo", "equity"]


@dataclass(frozen=True, slots=True)
class HandRaised:
    """``talked_ms``: how long they had spoken by then, which equity goes by."""

    participant_id: str
    talked_ms: int | None = field(default=None, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class HandLowered:
    participant_id: str
    by: str | None


@dataclass(frozen=True, slots=True)
class HandOrderChanged:
    order: HandOrder
    by: str


@dataclass(frozen=True, slots=True)
class AirtimeCounted:
    """Who has spoken for how long since the last count, person by person."""

    participant_ids: tuple[str, ...]
    talked_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SpeakInvited:
    """Asked to unmute: only they can do it."""

    participant_id: str
    by: str


@dataclass(frozen=True, slots=True)
class SpeakDeclined:
    participant_id: str


HandBody = (
    HandRaised | HandLowered | HandOrderChanged | AirtimeCounted | SpeakInvited | SpeakDeclined
)
