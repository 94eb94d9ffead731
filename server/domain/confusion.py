"""Confusion: "I am lost here", tapped privately and counted for facilitators (docs/rules.md, CF).

Neither the event nor its envelope says who tapped, and the answer to the command does not say
which event it made. That each person counts once in a while is kept by the limit on the command
(server/live/flood.py), which knows seats and forgets them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.channels import FACILITATORS
from server.domain.session_events import ConfusionTapped
from server.domain.state import SessionState

WINDOW_MS = 120_000
"""What facilitators see counts so far back; a seat taps once in this time."""


def tap(_: SessionState, __: c.TapConfusion, ___: Ask) -> list[Change]:
    return [Change(ConfusionTapped(), FACILITATORS)]


def _tapped(state: SessionState, _: ConfusionTapped, at_ms: int) -> SessionState:
    return replace(state, confusion=(*state.confusion, at_ms))


DECIDE: dict[type[Any], Decide] = {c.TapConfusion: tap}
EVOLVE: dict[type[Any], Evolve] = {ConfusionTapped: _tapped}
