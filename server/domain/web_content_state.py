"""The web page that is shown to the class."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebPage:
    url: str
    title: str
    participant_id: str
    """who shows it"""
    since_ms: int
