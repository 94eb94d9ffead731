"""Events of web pages shown to the class (docs/rules.md, WE)."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.domain.event_fields import OPTIONAL


@dataclass(frozen=True, slots=True)
class WebPageShared:
    """In everyone's frame from now on, instead of any other."""

    url: str
    """as it is framed: a page made for that, where the site has one"""
    title: str
    participant_id: str


@dataclass(frozen=True, slots=True)
class WebPageStopped:
    participant_id: str | None = field(default=None, metadata=OPTIONAL)
    """None: the class has ended"""


WebContentBody = WebPageShared | WebPageStopped
