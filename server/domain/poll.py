"""Polls of every kind: draft → open → closed → revealed (docs/rules.md, PO).

The votes of an anonymous poll are not in the log: whoever calls ``decide`` stores them apart and
passes their results in. While such a poll is open the log never holds its result either: two
tallies with one ``vote_cast`` between them would say how that person voted.

What may be asked is in ``poll_form``, what may be answered in ``poll_answer``, what comes of it in
``poll_result``.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from server.domain import commands as c
from server.domain import poll_events as pe
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.channels import FACILITATORS, person
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.poll_answer import WITH_OPTION, WITH_TEXT, checked_answer
from server.domain.poll_events import PollPlan, PollShape
from server.domain.poll_form import checked
from server.domain.poll_result import count, normal, result_of
from server.domain.state import Poll, PollResult, PollStage, SessionState

SHOWN_FROM = 5
"""An open anonymous poll shows its result from so many votes, and anew after as many more."""

_SHAPE = tuple(field.name for field in fields(PollShape))
_PLAN = tuple(field.name for field in fields(PollPlan))


def _of(source: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def _find(state: SessionState, poll_id: str, *stages: PollStage) -> Poll:
    poll = state.polls.get(poll_id)
    if poll is None:
        raise NotFound("poll_not_found", "There is no such poll.")
    if poll.stage not in stages:
        raise Conflict(f"poll_is_{poll.stage}", f"This poll is {poll.stage}.")
    return poll


def create(state: SessionState, command: c.CreatePoll, ask: Ask) -> list[Change]:
    """``opens``: asked at once, in one click (PO12)."""
    poll_id = ask.new_id()
    plan = checked(command)
    created = Change(pe.PollCreated(poll_id=poll_id, **plan), FACILITATORS)
    if not command.opens:
        return [created]
    if state.stage != "live":
        raise Conflict("session_not_started", "This session has not started yet.")
    return [created, _opening(Poll(poll_id=poll_id, **plan))]


def edit(state: SessionState, command: c.EditPoll, _: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "draft")
    return [Change(pe.PollEdited(poll_id=poll.poll_id, **checked(command)), FACILITATORS)]


def delete(state: SessionState, command: c.DeletePoll, _: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "draft")
    return [Change(pe.PollDeleted(poll.poll_id), FACILITATORS)]


def open_poll(state: SessionState, command: c.OpenPoll, _: Ask) -> list[Change]:
    return [_opening(_find(state, command.poll_id, "draft"))]


def _opening(poll: Poll) -> Change:
    return Change(
        pe.PollOpened(
            poll.poll_id,
            poll.question,
            poll.options,
            poll.audience,
            poll.is_anonymous,
            **_of(poll, _SHAPE),
        )
    )


def vote(state: SessionState, command: c.Vote, ask: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "open")
    voter = ask.actor_id
    answer = answer_of(poll, command)
    if poll.is_anonymous:
        if voter in poll.voters:
            raise Conflict("already_voted", "An anonymous vote cannot be changed.")
        cast = pe.VoteCast(poll.poll_id)
        after = replace(poll, voters=poll.voters | {voter})
        return [Change(cast, person(voter)), *_counted(after, None, [voter])]
    if poll.votes.get(voter) == answer:
        return []
    if voter in poll.voters and not poll.can_change:
        raise Conflict("already_voted", "A vote in this poll cannot be changed.")
    if poll.kind in WITH_OPTION:
        cast = pe.VoteCast(poll.poll_id, voter, option=int(answer))  # type: ignore[arg-type]
    elif isinstance(answer, str):
        cast = pe.VoteCast(poll.poll_id, voter, text=answer)
    elif poll.kind in WITH_TEXT and isinstance(answer, tuple):
        cast = pe.VoteCast(poll.poll_id, voter, text="\n".join(map(str, answer)))
    else:
        cast = pe.VoteCast(poll.poll_id, voter, answer=answer)
    after = replace(poll, votes={**poll.votes, voter: answer}, voters=poll.voters | {voter})
    return [Change(cast, person(voter)), *_counted(after, result_of(after), [voter])]


def answer_of(poll: Poll, command: c.Vote) -> pe.PollAnswer:
    """Raises Invalid when the answer is none that this poll asks for."""
    given = command.option if command.answer is None else command.answer
    return checked_answer(poll, given)


def _counted(poll: Poll, result: PollResult | None, voters: list[str]) -> list[Change]:
    """The count to everyone, the result to those it is for (PO5)."""
    count_only = pe.PollCounted(poll.poll_id, len(poll.voters))
    shown, again = count_only, count_only
    if result is not None and poll.kind in WITH_OPTION:
        shown = again = replace(count_only, tally=result.tally)
    elif result is not None:
        again = replace(count_only, is_shown=True)
        # Of an anonymous poll the log holds no votes to count: it holds the result, once.
        logged = replace(count_only, tally=result.tally, entries="\n".join(result.entries))
        shown = logged if poll.is_anonymous else again
    if poll.audience == "all":
        return [Change(shown)]
    changes = [Change(count_only)]
    if poll.audience in ("host", "voters"):
        changes.append(Change(shown, FACILITATORS))
    if poll.audience == "voters" and result is not None:
        changes += [Change(again, person(voter)) for voter in voters]
    return changes


def close(state: SessionState, command: c.ClosePoll, ask: Ask) -> list[Change]:
    return closing(_find(state, command.poll_id, "open"), ask)


def closing(poll: Poll, ask: Ask) -> list[Change]:
    return [
        Change(pe.PollClosed(poll.poll_id, len(poll.voters))),
        *_counted(poll, _result(poll, ask), sorted(poll.voters)),
    ]


def reveal(state: SessionState, command: c.RevealPoll, ask: Ask) -> list[Change]:
    poll = _find(state, command.poll_id, "closed")
    result = _result(poll, ask)
    revealed = pe.PollRevealed(
        poll.poll_id,
        result.tally,
        poll.key,
        entries="\n".join(result.entries) if poll.is_anonymous else "",
        right=poll.right,
        tolerance=poll.tolerance,
        explanation=poll.explanation,
    )
    return [Change(revealed)]


def _result(poll: Poll, ask: Ask) -> PollResult:
    if not poll.is_anonymous:
        return result_of(poll)
    return ask.tallies.get(poll.poll_id) or count(poll, ())


def hide_text(state: SessionState, command: c.HidePollText, _: Ask) -> list[Change]:
    """Everyone who sees the result is told of it again, as it is without the text (PO11)."""
    poll = _find(state, command.poll_id, "open", "closed", "revealed")
    if poll.kind not in WITH_TEXT:
        raise Invalid("not_a_text_poll", "Nothing was written in this poll.", field="poll_id")
    text = normal(command.text)
    if not text or (text in poll.hidden) == command.is_hidden:
        return []
    hidden = Change(pe.PollTextHidden(poll.poll_id, text, command.is_hidden), FACILITATORS)
    told = pe.PollCounted(poll.poll_id, len(poll.voters), is_shown=True)
    if poll.stage == "revealed":
        return [hidden, Change(told)]
    if poll.is_anonymous and poll.stage == "open":
        return [hidden, *_counted(poll, None, [])]
    return [hidden, *(Change(told, channel) for channel in poll.shown)]


DECIDE: dict[type[Any], Decide] = {
    c.CreatePoll: create,
    c.EditPoll: edit,
    c.DeletePoll: delete,
    c.OpenPoll: open_poll,
    c.Vote: vote,
    c.ClosePoll: close,
    c.RevealPoll: reveal,
    c.HidePollText: hide_text,
}


# ---- evolve ----------------------------------------------------------------------------------


def _with(state: SessionState, poll: Poll) -> SessionState:
    return replace(state, polls={**state.polls, poll.poll_id: poll})


def _written(state: SessionState, body: pe.PollCreated | pe.PollEdited, _: int) -> SessionState:
    return _with(
        state,
        Poll(
            body.poll_id,
            body.question,
            body.options,
            body.audience,
            body.is_anonymous,
            body.key,
            **_of(body, _PLAN),
        ),
    )


def _deleted(state: SessionState, body: pe.PollDeleted, _: int) -> SessionState:
    return replace(state, polls={k: v for k, v in state.polls.items() if k != body.poll_id})


def _opened(state: SessionState, body: pe.PollOpened, at_ms: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    return _with(state, replace(poll, stage="open", opened_at_ms=at_ms))


def voted(state: SessionState, body: pe.VoteCast, voter: str) -> SessionState:
    """``voter`` comes from the event's channel, which anonymous votes have too."""
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    votes = poll.votes
    if not poll.is_anonymous:
        votes = {**votes, voter: answer_in(poll, body)}
    return _with(state, replace(poll, votes=votes, voters=poll.voters | {voter}))


def answer_in(poll: Poll, body: pe.VoteCast) -> pe.PollAnswer:
    """The answer an event holds; erased texts are empty."""
    if poll.kind == "word_cloud":
        return tuple(word for word in body.text.split("\n") if word)
    if poll.kind == "short_text":
        return body.text
    if poll.kind in WITH_OPTION:
        return body.option or 0
    return 0 if body.answer is None else body.answer


def counted(state: SessionState, body: pe.PollCounted, channel: str) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None or (body.tally is None and not body.is_shown):
        return state
    if body.tally is not None:
        result = PollResult(body.voted_count, body.tally, tuple(body.entries.split("\n")))
        if not body.entries:
            result = replace(result, entries=())
        final = result if poll.is_anonymous else None
    else:
        result = result_of(poll) if not poll.is_anonymous else poll.revealed or poll.final
        final = poll.final
        if result is None:
            return state
    return _with(state, replace(poll, shown={**poll.shown, channel: result}, final=final))


def _closed(state: SessionState, body: pe.PollClosed, at_ms: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    return _with(state, replace(poll, stage="closed", closed_at_ms=at_ms))


def _revealed(state: SessionState, body: pe.PollRevealed, _: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None:
        return state
    if poll.is_anonymous or poll.kind in WITH_OPTION:
        entries = tuple(body.entries.split("\n")) if body.entries else ()
        result = PollResult(len(poll.voters), body.tally, entries)
    else:
        result = result_of(poll)
    return _with(
        state,
        replace(
            poll,
            stage="revealed",
            revealed=result,
            key=body.key,
            right=body.right,
            tolerance=body.tolerance,
            explanation=body.explanation,
        ),
    )


def _text_hidden(state: SessionState, body: pe.PollTextHidden, _: int) -> SessionState:
    poll = state.polls.get(body.poll_id)
    if poll is None or not body.text:
        return state
    hidden = poll.hidden | {body.text} if body.is_hidden else poll.hidden - {body.text}
    return _with(state, replace(poll, hidden=hidden))


def overdue(state: SessionState, now_ms: int) -> list[str]:
    """Polls whose time is up (PO13)."""
    return [
        poll.poll_id
        for poll in state.polls.values()
        if poll.stage == "open"
        and poll.limit_s is not None
        and poll.opened_at_ms is not None
        and now_ms >= poll.opened_at_ms + poll.limit_s * 1000
    ]


EVOLVE: dict[type[Any], Evolve] = {
    pe.PollCreated: _written,
    pe.PollEdited: _written,
    pe.PollDeleted: _deleted,
    pe.PollOpened: _opened,
    pe.PollClosed: _closed,
    pe.PollRevealed: _revealed,
    pe.PollTextHidden: _text_hidden,
}
