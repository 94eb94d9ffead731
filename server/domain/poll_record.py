"""Polls in the recording: asked while it ran, with what may be told of their answers (PO, CO)."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain import poll_events as pe
from server.domain.channels import SESSION
from server.domain.events import Event
from server.domain.poll_answer import WITH_TEXT
from server.domain.poll_events import PollAnswer, PollKind
from server.domain.poll_result import count, result_of, visible
from server.domain.state import Poll, PollResult, SessionState


@dataclass(frozen=True, slots=True)
class PollOnRecord:
    poll_id: str
    question: str
    options: tuple[str, ...]
    key: int | None
    is_anonymous: bool
    opened_at_ms: int
    closed_at_ms: int | None
    revealed_at_ms: int | None
    voted_count: int
    tally: tuple[int, ...] | None
    """None when the log may not tell (anonymous and never shown)"""
    is_shown: bool
    """whether the class saw the tally"""
    kind: PollKind = "single"
    targets: tuple[str, ...] = ()
    scale: tuple[float, float] | None = None
    labels: tuple[str, ...] = ()
    right: PollAnswer | None = None
    tolerance: float = 0.0
    explanation: str = ""
    entries: tuple[str, ...] = ()
    """what ``tally`` counts where it is not the options. What people wrote only where they were on
    record then, and never what somebody hid; anonymous texts cannot be told apart and stay out."""


class PollWalk:
    """Fed with every event and the state after it."""

    def __init__(self) -> None:
        self._asked: list[str] = []
        self._answered: set[tuple[str, str]] = set()
        """``(poll, participant)`` whose answer is on record"""
        self._revealed_at: dict[str, int] = {}

    def note(self, event: Event, state: SessionState) -> None:
        is_running = state.recording.since_ms is not None
        match event.body:
            case pe.PollOpened(poll_id=key) if is_running:
                self._asked.append(key)
            case pe.VoteCast(poll_id=key, participant_id=str(who)):
                # The latest answer counts, and whether its author was on record at that moment.
                on_record = state.is_on_record(who)
                (self._answered.add if on_record else self._answered.discard)((key, who))
            case pe.PollRevealed(poll_id=key) if is_running:
                self._revealed_at[key] = event.at_ms
            case _:
                pass

    def finish(self, state: SessionState) -> tuple[PollOnRecord, ...]:
        return tuple(self._poll(state.polls[key]) for key in self._asked)

    def _poll(self, poll: Poll) -> PollOnRecord:
        # An anonymous poll's result is in the log only where the class (or its host) saw it.
        if poll.is_anonymous:
            result = poll.revealed or poll.final
        else:
            result = result_of(poll)
        if poll.kind in WITH_TEXT:
            result = None if poll.is_anonymous else visible(poll, self._texts(poll))
        return PollOnRecord(
            poll_id=poll.poll_id,
            question=poll.question,
            options=poll.options,
            key=poll.key,
            is_anonymous=poll.is_anonymous,
            opened_at_ms=poll.opened_at_ms or 0,
            closed_at_ms=poll.closed_at_ms,
            revealed_at_ms=self._revealed_at.get(poll.poll_id),
            voted_count=len(poll.voters),
            tally=None if result is None else result.tally,
            is_shown=poll.revealed is not None or SESSION in poll.shown,
            kind=poll.kind,
            targets=poll.targets,
            scale=poll.scale,
            labels=poll.labels,
            right=poll.right,
            tolerance=poll.tolerance,
            explanation=poll.explanation,
            entries=() if result is None else result.entries,
        )

    def _texts(self, poll: Poll) -> PollResult:
        said = [
            answer for who, answer in poll.votes.items() if (poll.poll_id, who) in self._answered
        ]
        return count(poll, said)
