"""The one writer of a session: authorize → decide → append and commit → evolve → publish.

Commands queue up; those that wait together are decided one after another on a state that runs
ahead, committed in one transaction and only then taken over, published and acknowledged. When
the commit fails nothing has happened. A command id that was answered before is answered the same
again, also after a restart.

Votes of anonymous polls are held for a moment and committed together in a random order, so that
the log cannot tell which vote belongs to which voter (PO7).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import SystemRandom

import msgspec

from server.domain import breakout_events as be
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain import poll_events as pe
from server.domain.chat_events import ChatSent
from server.domain.commands import Command
from server.domain.errors import Conflict, DomainError
from server.domain.events import Event
from server.domain.poll import SHOWN_FROM, answer_of
from server.domain.poll_events import PollAnswer
from server.domain.poll_result import count
from server.domain.recording_events import MomentMarked, RecordingStarted
from server.domain.session import decide, evolve
from server.domain.session_events import ConfusionTapped
from server.domain.state import THE_SERVER, Actor, PollResult, SessionState, Settings
from server.live.ballots import BallotBox, BallotKeys, KeysInMemory
from server.live.clock import SessionClock
from server.live.ports import (
    AnonymousVote,
    Answer,
    Append,
    Clock,
    Loaded,
    SessionLog,
    SettledBallots,
)
from server.live.wire import refusal
from server.schemas.live import Acknowledgement
from server.schemas.live_base import ErrorBody

log = logging.getLogger(__name__)

QUEUE_SIZE = 512
LARGEST_BATCH = 64
REFUSALS_KEPT = 1000
SNAPSHOT_EVERY = 200
"""events"""
HOLD_VOTES_S = 1.0
COUNTING = c.ClosePoll | c.EndSession | dc.CloseBallot
"""commands before which all votes that were cast must be counted"""

Published = Callable[[SessionState, Sequence[Event], SessionState], None]


@dataclass(slots=True, eq=False)
class _Pending:
    actor: Actor
    command: Command
    command_id: str | None
    done: asyncio.Future[Acknowledgement]


@dataclass(slots=True)
class _Batch:
    """What one transaction will hold, while it is being decided."""

    state: SessionState
    events: list[Event] = field(default_factory=list[Event])
    answers: list[tuple[_Pending, Acknowledgement]] = field(
        default_factory=list[tuple[_Pending, Acknowledgement]]
    )
    votes: list[AnonymousVote] = field(default_factory=list[AnonymousVote])
    settled: list[SettledBallots] = field(default_factory=list[SettledBallots])


class RoomMailbox:
    def __init__(
        self,
        session_id: str,
        event_log: SessionLog,
        clock: Clock,
        new_id: Callable[[], str],
        published: Published,
        *,
        hold_votes_s: float = HOLD_VOTES_S,
        ballot_keys: BallotKeys | None = None,
    ) -> None:
        self.session_id = session_id
        self.state = SessionState(session_id)
        self.settings = Settings()
        """as last read; the hub reads them at every join and start"""
        self.shown_tallies: dict[str, PollResult] = {}
        """what an open anonymous poll shows now"""
        self._log = event_log
        self._clock = clock
        self._session_clock = SessionClock(clock, None, 0)
        self._new_id = new_id
        self._published = published
        self._hold_votes_s = hold_votes_s
        self._queue: asyncio.Queue[_Pending] = asyncio.Queue(QUEUE_SIZE)
        self._held: list[_Pending] = []
        self._held_until = 0.0
        self._answers: dict[tuple[str, str], str] = {}
        self._refusals: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._votes: dict[str, list[str]] = {}
        """anonymous poll → answers as JSON"""
        self._tallies: dict[str, PollResult] = {}
        self._ballots = BallotBox(ballot_keys or KeysInMemory())
        self._snapshot_seq = 0
        self._task: asyncio.Task[None] | None = None

    def now_ms(self) -> int:
        return max(self._session_clock.now_ms(), self.state.at_ms)

    async def open(self) -> None:
        """Fold the log and start this process's epoch."""
        loaded = await self._log.load(self.session_id)
        self._take_over(loaded)
        self._task = asyncio.create_task(self._run(), name=f"mailbox-{self.session_id}")
        if self.state.stage != "ended":
            answer = await self.submit(
                THE_SERVER,
                c.StartEpoch(self._session_clock.utc_ms_at_start, loaded.alive_until_ms),
            )
            if answer.error is not None:
                await self.close()
                raise RuntimeError(f"epoch of {self.session_id}: {answer.error.message}")

    def _take_over(self, loaded: Loaded) -> None:
        self.state = loaded.state
        self._session_clock = SessionClock(
            self._clock,
            loaded.state.first_utc_ms,
            max(loaded.state.at_ms, loaded.alive_until_ms),
        )
        self._answers = dict(loaded.answers)
        self._votes = {poll_id: list(answers) for poll_id, answers in loaded.votes.items()}
        self._ballots.load(loaded.votes, loaded.state)
        self._tallies = {key: self._counted(key) for key in self._votes if key in self.state.polls}
        self.shown_tallies = {
            key: result for key, result in self._tallies.items() if result.count >= SHOWN_FROM
        }
        self._snapshot_seq = loaded.state.seq

    async def close(self) -> None:
        """Commit what waits, then stop. Safe to call twice."""
        if self._task is None:
            return
        await self._queue.join()
        task, self._task = self._task, None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if self._held:
            await self._process(self._take_held())
        if self.state.seq > self._snapshot_seq:
            await self._cache_state()

    def answered(self, participant_id: str, command_id: str) -> Acknowledgement | None:
        """The first answer to a command, if it had one."""
        key = (participant_id, command_id)
        text = self._answers.get(key) or self._refusals.get(key)
        return None if text is None else msgspec.json.decode(text, type=Acknowledgement)

    async def submit(
        self, actor: Actor, command: Command, command_id: str | None = None
    ) -> Acknowledgement:
        """Answered after commit. Refusals are answers too; this raises only when closed."""
        if self._task is None:
            raise Conflict(
                "session_closing", "The server is going down; reconnect.", retry_after_s=1.0
            )
        done: asyncio.Future[Acknowledgement] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Pending(actor, command, command_id, done))
        except asyncio.QueueFull:
            return Acknowledgement(
                ok=False,
                error=ErrorBody("busy", "The session is very busy; try again.", None, 1.0),
            )
        return await done

    # ---- the writer --------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            batch = await self._next()
            rest = [one for one in batch if not self._is_anonymous_vote(one)]
            votes = [one for one in batch if self._is_anonymous_vote(one)]
            if votes and not self._held:
                self._held_until = time.monotonic() + self._hold_votes_s
            self._held += votes
            try:
                if self._held and self._must_count(rest):
                    await self._process(self._take_held())
                if rest:
                    await self._process(rest)
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def _next(self) -> list[_Pending]:
        """Whatever waits; [] when held votes are due."""
        batch: list[_Pending] = []
        wait_s = max(0.0, self._held_until - time.monotonic()) if self._held else None
        try:
            async with asyncio.timeout(wait_s):
                batch.append(await self._queue.get())
        except TimeoutError:
            return batch
        while len(batch) < LARGEST_BATCH and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return batch

    def _is_anonymous_vote(self, one: _Pending) -> bool:
        if isinstance(one.command, dc.CastBallot):
            return True
        if not isinstance(one.command, c.Vote):
            return False
        poll = self.state.polls.get(one.command.poll_id)
        return poll is not None and poll.is_anonymous

    def _must_count(self, rest: list[_Pending]) -> bool:
        """Due, enough to be mixed, everybody has voted, or the poll may be about to close."""
        if time.monotonic() >= self._held_until or len(self._held) >= SHOWN_FROM:
            return True
        if any(isinstance(one.command, COUNTING) for one in rest):
            return True
        voting = {one.actor.participant_id for one in self._held}
        return all(
            who.participant_id in voting or who.role != "learner" for who in self.state.present
        )

    def _take_held(self) -> list[_Pending]:
        held, self._held = self._held, []
        SystemRandom().shuffle(held)
        return held

    async def _process(self, pendings: list[_Pending]) -> None:
        batch = _Batch(self.state)
        repeats: list[_Pending] = []
        seen: set[tuple[str, str]] = set()
        for one in pendings:
            key = _key(one)
            if key is not None and (key in seen or self.answered(*key) is not None):
                repeats.append(one)
                continue
            if key is not None:
                seen.add(key)
            batch.answers.append((one, self._decide(batch, one)))
        try:
            if batch.events or any(answer.ok for _, answer in batch.answers):
                await self._log.append(self._append(batch))
        except Exception:
            log.exception("session %s: commit failed", self.session_id)
            failed = Acknowledgement(
                ok=False,
                error=ErrorBody("not_saved", "That could not be saved; try again.", None, 1.0),
            )
            for one in pendings:
                _settle(one, failed)
            return
        self._take(batch)
        for one, answer in batch.answers:
            _settle(one, answer)
        for one in repeats:
            key = _key(one)
            answer = self.answered(*key) if key is not None else None
            _settle(one, answer or refusal(Conflict("busy", "Try again.", retry_after_s=1.0)))
        if self.state.seq - self._snapshot_seq >= SNAPSHOT_EVERY:
            await self._cache_state()

    async def _cache_state(self) -> None:
        """By itself: nobody's answer waits for the whole state to be written."""
        try:
            await self._log.append(Append(self.session_id, snapshot=self.state))
        except Exception:
            log.exception("session %s: the state was not cached", self.session_id)
        # Also then: one that fails is tried again with as many events more.
        self._snapshot_seq = self.state.seq

    def _decide(self, batch: _Batch, one: _Pending) -> Acknowledgement:
        try:
            new = decide(
                batch.state,
                one.command,
                one.actor,
                self.now_ms(),
                new_id=self._new_id,
                settings=self.settings,
                tallies=self._tallies,
                ballots=self._ballots.matrices,
                cause_id=one.command_id,
            )
        except DomainError as error:
            return refusal(error)
        except Exception:
            log.exception("session %s: %r failed", self.session_id, type(one.command))
            return Acknowledgement(
                ok=False, error=ErrorBody("internal", "That went wrong on our side.")
            )
        is_secret = False
        for event in new:
            if isinstance(event.body, ConfusionTapped):
                is_secret = True
            if isinstance(event.body, pe.VoteCast) and event.body.participant_id is None:
                is_secret = True
                batch.votes.append(_vote(batch.state, one))
            if isinstance(event.body, de.DebateBallotCast):
                is_secret = True
                batch.votes.append(self._ballot(one))
            batch.state = evolve(batch.state, event)
        batch.events += new
        batch.settled += self._ballots.settled(new, batch.state)
        seq = None if is_secret else batch.state.seq
        return Acknowledgement(ok=True, seq=seq, result=_result(new))

    def _append(self, batch: _Batch) -> Append:
        return Append(
            session_id=self.session_id,
            events=batch.events,
            answers=[
                Answer(*key, msgspec.json.encode(answer).decode())
                for one, answer in batch.answers
                if answer.ok and (key := _key(one)) is not None
            ],
            votes=batch.votes,
            settled=batch.settled,
        )

    def _take(self, batch: _Batch) -> None:
        before, self.state = self.state, batch.state
        for one, answer in batch.answers:
            key = _key(one)
            if key is None:
                continue
            text = msgspec.json.encode(answer).decode()
            if answer.ok:
                self._answers[key] = text
            else:
                self._refusals[key] = text
                if len(self._refusals) > REFUSALS_KEPT:
                    self._refusals.popitem(last=False)
        self._ballots.take(vote for vote in batch.votes if self._ballots.holds(vote))
        self._ballots.forget(batch.settled)
        self._count([vote for vote in batch.votes if not self._ballots.holds(vote)])
        if batch.events:
            try:
                self._published(before, batch.events, self.state)
            except Exception:
                log.exception("session %s: publishing failed", self.session_id)

    def _count(self, votes: list[AnonymousVote]) -> None:
        for vote in votes:
            self._votes.setdefault(vote.poll_id, []).append(vote.answer)
        for poll_id in {vote.poll_id for vote in votes}:
            now = self._tallies[poll_id] = self._counted(poll_id)
            shown = self.shown_tallies.get(poll_id)
            if now.count - (shown.count if shown is not None else 0) >= SHOWN_FROM:
                self.shown_tallies[poll_id] = now

    def _ballot(self, one: _Pending) -> AnonymousVote:
        if not isinstance(one.command, dc.CastBallot) or one.actor.participant_id is None:
            raise TypeError("only a participant's ballot leads to debate_ballot_cast")
        return self._ballots.cast(one.command, one.actor.participant_id)

    def _counted(self, poll_id: str) -> PollResult:
        answers = (msgspec.json.decode(answer, type=PollAnswer) for answer in self._votes[poll_id])
        return count(self.state.polls[poll_id], answers)


def _key(one: _Pending) -> tuple[str, str] | None:
    if one.command_id is None or one.actor.participant_id is None:
        return None
    return (one.actor.participant_id, one.command_id)


def _vote(state: SessionState, one: _Pending) -> AnonymousVote:
    if not isinstance(one.command, c.Vote) or one.actor.participant_id is None:
        raise TypeError("only a participant's vote leads to vote_cast")
    answer = answer_of(state.polls[one.command.poll_id], one.command)
    return AnonymousVote(
        one.command.poll_id, one.actor.participant_id, msgspec.json.encode(answer).decode()
    )


def _result(events: list[Event]) -> dict[str, str] | None:
    """The id of what a command made."""
    for event in events:
        match event.body:
            case ChatSent(message_id=key):
                return {"message_id": key}
            case pe.PollCreated(poll_id=key):
                return {"poll_id": key}
            case de.DebatePlanned(debate_id=key):
                return {"debate_id": key}
            case MomentMarked(moment_id=key):
                return {"moment_id": key}
            case be.BreakoutsDrafted(breakout_id=key):
                return {"breakout_id": key}
            case be.BreakoutSetSaved(set_id=key):
                return {"set_id": key}
            case RecordingStarted(recording_id=key):
                return {"recording_id": key}
            case _:
                pass
    return None


def _settle(one: _Pending, answer: Acknowledgement) -> None:
    if not one.done.done():
        one.done.set_result(answer)
