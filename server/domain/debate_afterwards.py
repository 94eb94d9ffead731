"""Debates when they are over, in the class and after it: what was revealed, what still is hidden
(docs/rules.md, DB16, DB19)."""

from __future__ import annotations

from server.domain.debate_record import DebateWalk, Held, recorded
from server.domain.debate_state import Debate, Note
from server.domain.events import Event
from server.domain.room_record import HuddleWalk
from server.domain.session import evolve
from server.domain.state import SessionState, Stretch
from server.domain.timeline import RecordTime


class AfterwardsWalk:
    """Fed with every event of one session, in order."""

    def __init__(self, session_id: str) -> None:
        self.state = SessionState(session_id)
        self._held = DebateWalk()
        self._huddles = HuddleWalk()

    def step(self, event: Event) -> None:
        before, self.state = self.state, evolve(self.state, event)
        if before.debates is not self.state.debates:
            self._huddles.step(self.state, event.at_ms)
        self._held.note(event, self.state)

    @property
    def debates(self) -> tuple[Debate, ...]:
        """Those that are over, in the order in which they were planned."""
        return tuple(one for one in self.state.debates.values() if one.stage == "ended")

    def apart(self) -> frozenset[str]:
        """Debates in which sides were by themselves."""
        huddles = self._huddles.finish(self.state.at_ms)
        return frozenset(one.debate_id for one in huddles if one.debate_id is not None)

    def results(self) -> list[tuple[int, Held]]:
        """What was revealed of debates that are in the recording, and where it stands there."""
        recording = self.state.recording
        since_ms = recording.since_ms
        tail = () if since_ms is None else (Stretch(since_ms, self.state.at_ms),)
        time = RecordTime((*recording.stretches, *tail))
        return [
            (time.nearest(one.from_ms), one)
            for one in recorded(self._held.finish(), time)
            if one.kind == "result"
        ]


def may_reveal(debate: Debate) -> bool:
    return debate.stage == "ended" and debate.result is None and debate.ballot is None


def notes_for(debate: Debate, participant_id: str | None) -> list[Note]:
    """One's own side's; all once they are open (DB10)."""
    side = debate.side_of(participant_id)
    found = (note for note in debate.notes if debate.are_notes_open or note.side == side)
    return sorted(found, key=lambda note: (note.at_ms, note.note_id))
