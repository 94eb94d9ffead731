"""Polls: draft → open → closed → revealed, single choice (docs/rules.md, PO).

The votes of an anonymous poll are not in the log: whoever calls ``decide`` stores them apart and
passes their tallies in. While such a poll is open the log never holds its tally either: two
tallies with one ``vote_cast`` between them would say how that person voted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain import events as e
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.events import FACILITATORS, person
from server.domain.state import Poll, PollStage, SessionState

LONGEST = 200
SHOWN_FROM = 5
"""An open anonymous poll shows its tally from so many votes, and anew after as many more."""


def _find(state: SessionState, poll_id: str, *stages: PollStage) -> Poll:
    poll = state.polls.get(poll_id)
    if poll is None:
        raise NotFound("poll_not_found", "There is no such poll.")
    if poll.stage not in stages:
        raise Conflict(f"poll_is_{poll.stage}", f"This poll is {poll.stage}.")
    return poll


def _checked(command: c.CreatePoll | c.EditPoll) -> dict[str, Any]:
    options = tuple(clean_text(option, "options", LONGEST) for option in command.options)
    if not 2 <= len(options) <= 10:
        raise Invalid("bad_options", "A poll has 2 to 10 options.", field="options")
    if len(set(options)) < len(options):
        raise Invalid("same_options", "Two options are the same.", field="options")
    if command.key is not None and not 0 <= command.key < len(options):
        raise Invalid("bad_key", "The right answer must be one of the options.", field="key")
    return {
        "question": clean_text(command.question, "question", LONGEST),
        "options": options,
        "audience": command.audience,
        "is_anonymous": command.is_anonymous,
        "key": command.key,
    }


def create(_: SessionState, command: c.CreatePoll, ask: Ask) -> list[Change]:
    return [Change(e.PollCreated(poll_id=ask.new_id(), **_checked(command)), FACILITATORS)]


def edit(state: SessionState, command: c.EditPoll, _: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "draft")
    return [Change(e.PollEdited(poll_id=poll.poll_id, **_checked(command)), FACILITATORS)]


def delete(state: SessionState, command: c.DeletePoll, _: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "draft")
    return [Change(e.PollDeleted(poll.poll_id), FACILITATORS)]


def open_poll(state: SessionState, command: c.OpenPoll, _: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "draft")
    opened = e.PollOpened(
        poll.poll_id, poll.question, poll.options, poll.audience, poll.is_anonymous
    )
    return [Change(opened)]


def vote(state: SessionState, command: c.Vote, ask: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "open")
    voter = ask.actor_id
    if not 0 <= command.option < len(poll.options):
        raise Invalid("bad_option", "This poll has no such option.", field="option")
    if poll.is_anonymous:
        if voter in poll.voters:
            raise Conflict("already_voted", "An anonymous vote cannot be changed.")
        cast = e.VoteCast(poll.poll_id)
        after = replace(poll, voters=poll.voters | {voter})
    else:
        if poll.votes.get(voter) == command.option:
            return []
        cast = e.VoteCast(poll.poll_id, voter, command.option)
        after = replace(
            poll,
            votes={**poll.votes, voter: command.option},
            voters=poll.voters | {voter},
        )
    tally = None if poll.is_anonymous else after.tally
    return [Change(cast, person(voter)), *_counted(after, tally, [voter])]


def _counted(poll: Poll, tally: tuple[int, ...] | None, voters: list[str]) -> list[Change]:
    """The count to everyone, the tally to those it is for (PO5)."""
    count = len(poll.voters)
    shown = e.PollCounted(poll.poll_id, count, tally)
    if poll.audience == "all":
        return [Change(shown)]
    changes = [Change(e.PollCounted(poll.poll_id, count))]
    if poll.audience in ("host", "voters"):
        changes.append(Change(shown, FACILITATORS))
    if poll.audience == "voters" and tally is not None:
        changes += [Change(shown, person(voter)) for voter in voters]
    return changes


def close(state: SessionState, command: c.ClosePoll, ask: Ask) -> list[Change]:
    return closing(_find(state, command.poll_id, "open"), ask)


def closing(poll: Poll, ask: Ask) -> list[Change]:
    return [
        Change(e.PollClosed(poll.poll_id, len(poll.voters))),
        *_counted(poll, _tally(poll, ask), sorted(poll.voters)),
    ]


def reveal(state: SessionState, command: c.RevealPoll, ask: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "closed")
    return [Change(e.PollRevealed(poll.poll_id, _tally(poll, ask), poll.key))]


def _tally(poll: Poll, ask: Ask) -> tuple[int, ...]:
    if not poll.is_anonymous:
        return poll.tally
    return ask.tallies.get(poll.poll_id, (0,) * len(poll.options))


DECIDE: dict[type[Any], Decide] = {
    c.CreatePoll: create,
    c.EditPoll: edit,
    c.DeletePoll: delete,
    c.OpenPoll: open_poll,
    c.Vote: vote,
    c.ClosePoll: close,
    c.RevealPoll: reveal,
}


# ---- evolve ----------------------------------------------------------------------------------


def _with(state: SessionState, poll: Poll) -> SessionState:
    return replace(state, polls={**state.polls, poll.poll_id: poll})


def _written(state: SessionState, body: e.PollCreated | e.PollEdited, _: int) -> SessionState:
    return _with(
        state,
        Poll(
            body.poll_id,
            body.question,
            body.options,
            body.audience,
            body.is_anonymous,
            body.key,
        ),
    )


def _deleted(state: SessionState, body: e.PollDeleted, _: int) -> SessionState:
    return replace(state, polls={k: v for k, v in state.polls.items() if k != body.poll_id})


def _opened(state: SessionState, body: e.PollOpened, at_ms: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    return _with(state, replace(poll, stage="open", opened_at_ms=at_ms))


def voted(state: SessionState, body: e.VoteCast, voter: str) -> SessionState:
    """``voter`` comes from the event's channel, which anonymous votes have too."""
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    votes = poll.votes if body.option is None else {**poll.votes, voter: body.option}
    return _with(state, replace(poll, votes=votes, voters=poll.voters | {voter}))


def counted(state: SessionState, body: e.PollCounted, channel: str) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None or body.tally is None:
        return state
    return _with(state, replace(poll, shown={**poll.shown, channel: body.tally}))


def _closed(state: SessionState, body: e.PollClosed, at_ms: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    return _with(state, replace(poll, stage="closed", closed_at_ms=at_ms))


def _revealed(state: SessionState, body: e.PollRevealed, _: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    return _with(state, replace(poll, stage="revealed", revealed_tally=body.tally, key=body.key))


EVOLVE: dict[type[Any], Evolve] = {
    e.PollCreated: _written,
    e.PollEdited: _written,
    e.PollDeleted: _deleted,
    e.PollOpened: _opened,
    e.PollClosed: _closed,
    e.PollRevealed: _revealed,
}
