"""What a debate leaves on a recording's timeline: parts, turns, points (docs/rules.md, DB18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from server.domain import debate_events as de
from server.domain.debate_format import SpeechKind, Text
from server.domain.debate_state import Debate
from server.domain.events import Event
from server.domain.state import SessionState

HeldKind = Literal["speech", "turn", "poi", "audience", "result"]
"""``audience``: a turn of somebody who speaks for no side, while the audience asks"""


class RecordingTime(Protocol):
    def at(self, session_ms: int) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody had the floor. Session time."""

    kind: HeldKind
    debate_id: str
    room_id: str
    motion: str
    part: int
    speech_kind: SpeechKind
    name: Text
    side: str | None
    side_name: Text
    participant_ids: tuple[str, ...]
    """the one who leads first; nobody in a part where turns are taken"""
    from_ms: int
    to_ms: int | None = None
    """None: until the end of the log"""
    winners: tuple[Text, ...] = ()
    """of a result: by the ballots, then by the sheets; nobody where it is a draw"""


class DebateWalk:
    """Fed with every event and the state after it."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, HeldKind], Held] = {}
        self._done: list[Held] = []

    def note(self, event: Event, after: SessionState) -> None:
        body, at_ms = event.body, event.at_ms
        match body:
            case de.DebateClockStarted(debate_id=key):
                debate = after.debates.get(key)
                is_new = (key, "speech") not in self._open
                if debate is not None and is_new and debate.stage == "running":
                    self._begin(debate, "speech", body.holders, None, at_ms)
            case de.DebateTurned(debate_id=key) | de.DebatePartEnded(debate_id=key):
                self._end(key, at_ms)
            case de.DebateEnded(debate_id=key):
                self._end(key, at_ms)
            case de.DebateTurnGiven(debate_id=key, turn=who):
                debate = after.debates.get(key)
                if debate is not None:
                    self._begin(debate, "turn", (who,), debate.side_of(who), at_ms)
            case de.DebateTurnEnded(debate_id=key):
                self._end(key, at_ms, "turn")
            case de.DebatePointAccepted(debate_id=key, point=who):
                debate = after.debates.get(key)
                if debate is not None:
                    self._begin(debate, "poi", (who,), debate.side_of(who), at_ms)
            case de.DebatePointClosed(debate_id=key, point=None):
                self._end(key, at_ms, "poi")
            case de.DebateRevealed(debate_id=key, result=result):
                debate = after.debates.get(key)
                if debate is not None:
                    self._done.append(_result(debate, result, at_ms))
            case _:
                pass

    def finish(self) -> tuple[Held, ...]:
        return tuple(sorted([*self._done, *self._open.values()], key=lambda one: one.from_ms))

    def _begin(
        self,
        debate: Debate,
        kind: HeldKind,
        who: tuple[str, ...],
        side: str | None,
        at_ms: int,
    ) -> None:
        part = debate.part
        if part is None:
            return
        own = side if kind != "speech" else part.side
        names: Mapping[str, Text] = {one.id: one.name for one in debate.form.sides}
        is_audience = kind == "turn" and part.kind == "questions" and side is None
        self._open[debate.debate_id, kind] = Held(
            kind="audience" if is_audience else kind,
            debate_id=debate.debate_id,
            room_id=debate.room_id,
            motion=debate.motion,
            part=debate.index,
            speech_kind=part.kind,
            name=part.name,
            side=own,
            side_name=names.get(own or "", Text()),
            participant_ids=who,
            from_ms=at_ms,
        )

    def _end(self, debate_id: str, at_ms: int, *kinds: HeldKind) -> None:
        """No kinds: the part and all in it."""
        for kind in kinds or ("poi", "turn", "speech"):
            held = self._open.pop((debate_id, kind), None)
            if held is not None:
                self._done.append(replace(held, to_ms=at_ms))


STANCES: Mapping[str, Text] = {"for": Text("For", "Dafür"), "against": Text("Against", "Dagegen")}
DRAW = Text("A draw", "Unentschieden")


def _result(debate: Debate, result: Mapping[str, Any], at_ms: int) -> Held:
    sides: Mapping[str, Text] = {one.id: one.name for one in debate.form.sides}
    winners: list[Text] = []
    ballot = result.get("ballot")
    if ballot is not None:
        winners.append(STANCES.get(ballot["winner"], DRAW))
    if result.get("winner") is not None:
        winners.append(sides.get(result["winner"], DRAW))
    return Held(
        kind="result",
        debate_id=debate.debate_id,
        room_id=debate.room_id,
        motion=debate.motion,
        part=len(debate.form.speeches),
        speech_kind=debate.form.speeches[-1].kind,
        name=Text("Result", "Ergebnis"),
        side=None,
        side_name=Text(),
        participant_ids=(),
        from_ms=at_ms,
        to_ms=at_ms,
        winners=tuple(winners),
    )


def recorded(held: Iterable[Held], time: RecordingTime) -> tuple[Held, ...]:
    """What was held while the recording's clock ran, and the results of those debates, whenever
    they were revealed."""
    found = tuple(held)
    kept = [one for one in found if one.kind != "result" and time.at(one.from_ms) is not None]
    known = {one.debate_id for one in kept}
    kept += [one for one in found if one.kind == "result" and one.debate_id in known]
    return tuple(sorted(kept, key=lambda one: one.from_ms))
