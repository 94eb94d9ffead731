"""Confidential ballots of a session's debates, apart from the log (docs/rules.md, DB14).

Between the two rounds a ballot lies under a name made from the voter and a key; the key is in no
database and no log. Once the second round has closed only pairs of choices remain, in no order:
the names are overwritten with that commit and the key is erased after it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from server.domain import debate_commands as dc
from server.domain import debate_events as de
from server.domain.debate_result import Matrix, matrix_of
from server.domain.events import Event
from server.domain.session_events import SessionEnded
from server.domain.state import SessionState
from server.live.ports import AnonymousVote, SettledBallots

log = logging.getLogger(__name__)


class BallotKeys(Protocol):
    """One secret a debate. Raises OSError when it cannot be kept."""

    def get(self, debate_id: str) -> bytes:
        """Made when there is none yet; on disk before this returns."""
        ...

    def erase(self, debate_id: str) -> None:
        """For good; nothing when there is none."""
        ...


class KeysInMemory:
    """For sessions that need not outlive the process."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def get(self, debate_id: str) -> bytes:
        return self._keys.setdefault(debate_id, secrets.token_bytes(32))

    def erase(self, debate_id: str) -> None:
        self._keys.pop(debate_id, None)


class Ballot(Struct, frozen=True):
    name: str
    choice: str


def _box(debate_id: str, round_: str) -> str:
    return f"{debate_id}:{round_}"


class BallotBox:
    """Of one session; used by its mailbox only."""

    def __init__(self, keys: BallotKeys) -> None:
        self._keys = keys
        self._ballots: dict[str, list[Ballot]] = {}
        """``<debate>:<round>`` → ballots"""
        self.matrices: dict[str, Matrix] = {}
        """of debates whose second round has closed"""

    def load(self, votes: Mapping[str, Sequence[str]], state: SessionState) -> None:
        for debate_id in state.debates:
            for round_ in ("before", "after"):
                found = votes.get(_box(debate_id, round_), ())
                self._ballots[_box(debate_id, round_)] = [
                    msgspec.json.decode(one, type=Ballot) for one in found
                ]
            if (both := votes.get(_box(debate_id, "both"))) is not None:
                pairs = (msgspec.json.decode(one, type=tuple[str, str]) for one in both)
                self.matrices[debate_id] = matrix_of(pairs)

    def cast(self, command: dc.CastBallot, participant_id: str) -> AnonymousVote:
        """The ballot as it is stored."""
        key = self._keys.get(command.debate_id)
        name = hmac.new(key, participant_id.encode(), hashlib.sha256).hexdigest()
        text = msgspec.json.encode(Ballot(name, command.choice)).decode()
        return AnonymousVote(_box(command.debate_id, command.round), participant_id, text)

    def holds(self, vote: AnonymousVote) -> bool:
        return vote.poll_id.endswith((":before", ":after"))

    def take(self, votes: Iterable[AnonymousVote]) -> None:
        """After commit."""
        for vote in votes:
            ballots = self._ballots.setdefault(vote.poll_id, [])
            ballots.append(msgspec.json.decode(vote.answer, type=Ballot))

    def settled(self, events: Sequence[Event], after: SessionState) -> list[SettledBallots]:
        """What these events leave of the ballots; to be committed with them."""
        done: list[str] = []
        for event in events:
            match event.body:
                case de.DebateBallotClosed(debate_id=key, ballots_closed=rounds):
                    if "after" in rounds:
                        done.append(key)
                case de.DebateDeleted(debate_id=key):
                    done.append(key)
                case SessionEnded():
                    done += after.debates
                case _:
                    pass
        return [
            SettledBallots(
                debate_id,
                (_box(debate_id, "before"), _box(debate_id, "after")),
                _box(debate_id, "both"),
                self._pairs(debate_id),
            )
            for debate_id in dict.fromkeys(done)
            if debate_id not in self.matrices and self._has_any(debate_id)
        ]

    def _has_any(self, debate_id: str) -> bool:
        return any(self._ballots.get(_box(debate_id, one)) for one in ("before", "after"))

    def _pairs(self, debate_id: str) -> tuple[str, ...]:
        before = {one.name: one.choice for one in self._ballots.get(_box(debate_id, "before"), ())}
        after = {one.name: one.choice for one in self._ballots.get(_box(debate_id, "after"), ())}
        pairs = [(before[name], after[name]) for name in before if name in after]
        return tuple(msgspec.json.encode(pair).decode() for pair in sorted(pairs))

    def forget(self, settled: Iterable[SettledBallots]) -> None:
        """After commit: the count is all that is left."""
        for one in settled:
            pairs = (msgspec.json.decode(pair, type=tuple[str, str]) for pair in one.pairs)
            self.matrices[one.debate_id] = matrix_of(pairs)
            for box in one.boxes:
                self._ballots.pop(box, None)
            try:
                self._keys.erase(one.debate_id)
            except OSError:
                log.exception("the ballot key of debate %s could not be erased", one.debate_id)
