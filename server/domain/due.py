"""What time alone brings about: bells, warnings, ends (docs/rules.md, TL5).

Whoever has something to happen at a moment says when (``next_due_ms``) and what (``advance_time``),
both pure; the server submits ``AdvanceTime`` when the earliest is due (server/live/due.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.domain import activity_mix, breakout_run, debate_clock
from server.domain import commands as c
from server.domain.change import Ask, Change, Decide
from server.domain.state import SessionState

Due = tuple[Callable[[SessionState], int | None], Decide]

NOUNS: tuple[Due, ...] = (
    (breakout_run.next_due_ms, breakout_run.advance_time),
    (debate_clock.next_due_ms, debate_clock.advance_time),
    (activity_mix.next_due_ms, activity_mix.advance_time),
)
"""each on its own: what one does must not depend on what another does at the same moment"""


def next_due_ms(state: SessionState) -> int | None:
    """Session time at which ``AdvanceTime`` changes something; None: nothing is waiting."""
    if state.stage == "ended":
        return None
    times = [at for at in (when(state) for when, _ in NOUNS) if at is not None]
    return min(times, default=None)


def advance_time(state: SessionState, command: c.AdvanceTime, ask: Ask) -> list[Change]:
    return [change for _, what in NOUNS for change in what(state, command, ask)]


DECIDE: dict[type[Any], Decide] = {c.AdvanceTime: advance_time}
