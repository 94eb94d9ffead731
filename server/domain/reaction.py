"""Reactions that float over the class (docs/rules.md, RC).

Each is presence: it goes to whoever is there and is gone. What the log keeps is how many of each
kind there were, without names, counted by the server every few seconds.
"""

from __future__ import annotations

from typing import Any

from server.domain import commands as c
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.errors import Invalid
from server.domain.session_events import ReactionsCounted
from server.domain.state import SessionState


def count(_: SessionState, command: c.CountReactions, __: Ask) -> list[Change]:
    if len(command.kinds) != len(command.counts):
        raise Invalid("bad_count", "Every kind has one count.", field="counts")
    if not command.kinds:
        return []
    return [Change(ReactionsCounted(command.kinds, command.counts))]


def _counted(state: SessionState, _: ReactionsCounted, __: int) -> SessionState:
    """Of the timeline only: what floated by is over."""
    return state


DECIDE: dict[type[Any], Decide] = {c.CountReactions: count}
EVOLVE: dict[type[Any], Evolve] = {ReactionsCounted: _counted}
