"""What a vote changed in the result of an open poll, instead of all of it again.

A short text or a word cloud shows up to sixty lines, and each vote would send them to everybody
anew. Who follows a channel has what was last shown in it: from the snapshot, or from the event
before. So an event need only say what has changed since; where nothing was sent before in this
process, and once the poll is closed, it says everything. Of several counts that are published
together the last one speaks for all. Who may see a result is not decided here (``wire.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import msgspec

from server.domain.channels import FACILITATORS, SESSION
from server.domain.state import SessionState
from server.schemas.live import WireEvent
from server.schemas.live_polls import ResultChange

Lines = tuple[tuple[str, int], ...]
"""entry and votes, as they are listed"""
SHARED = (SESSION, FACILITATORS)
"""channels of many; what is in a person's own is sent to one"""


@dataclass(slots=True)
class PollChanges:
    """Of one room."""

    _sent: dict[tuple[str, str], Lines] = field(default_factory=dict[tuple[str, str], Lines])
    """poll and channel → the lines its followers have"""

    def lean(self, events: Sequence[WireEvent], state: SessionState) -> list[WireEvent]:
        """The same events with no more of a result than is new. ``state`` holds them all."""
        told: set[tuple[str, str]] = set()
        result: list[WireEvent] = []
        for event in reversed(events):
            key = (str(event.data.get("poll_id")), event.channel)
            if event.type == "poll_counted" and event.channel in SHARED and "tally" in event.data:
                data = self._leaner(key, event.data, state, is_last=key not in told)
                told.add(key)
                event = msgspec.structs.replace(event, data=data)
            result.append(event)
        return result[::-1]

    def _leaner(
        self, key: tuple[str, str], data: dict[str, Any], state: SessionState, *, is_last: bool
    ) -> dict[str, Any]:
        poll = state.polls.get(key[0])
        if poll is None or poll.stage != "open" or poll.kind not in LISTED:
            self._sent.pop(key, None)
            return data
        rest = {name: data[name] for name in data if name not in ("tally", "entries")}
        if not is_last:
            return rest
        now: Lines = tuple(zip(data.get("entries", ()), data["tally"], strict=True))
        before = self._sent.get(key)
        self._sent[key] = now
        changes = None if before is None else changes_of(before, now)
        if changes is None or sum(len(one.entries) for one in changes) >= max(1, len(now)):
            return data
        return {**rest, "changes": msgspec.to_builtins(changes)}


LISTED = frozenset({"short_text", "word_cloud", "numeric"})


def changes_of(before: Lines, now: Lines) -> list[ResultChange]:
    """From the end to the beginning, so that places count in what was there before."""
    start = 0
    while start < min(len(before), len(now)) and before[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(before), len(now)) - start and before[-1 - end] == now[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], now[start : len(now) - end]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        ResultChange(
            at=start + i1,
            gone=i2 - i1,
            entries=[entry for entry, _ in new[j1:j2]],
            tally=[votes for _, votes in new[j1:j2]],
        )
        for kind, i1, i2, j1, j2 in reversed(steps)
        if kind != "equal"
    ]
