"""The state of a session as one participant may see it: the snapshot of the wire."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.breakout import rooms_followed
from server.domain.change import find_participant
from server.domain.channels import FACILITATORS, SESSION, person
from server.domain.poll_answer import WITH_OPTION
from server.domain.poll_events import PollAnswer
from server.domain.poll_result import shown_in, visible
from server.domain.state import Participant, Poll, PollResult, SessionState, Settings
from server.live.agenda_view import (
    NO_AGENDA,
    NO_OBJECTIVES,
    agenda_view,
    objectives_view,
    quiet_since,
)
from server.live.breakout_view import (
    breakouts_view,
    help_views,
    returned_view,
    room_parts,
    sets_view,
)
from server.live.chat_view import NO_CHAT, chat_window, lists_of
from server.live.debate_view import debates_view, formats_view, notes_view
from server.live.pad_view import whiteboard_view
from server.live.slides_view import decks_view, presentation_view
from server.live.web_content_view import web_page_view
from server.schemas import live as wire
from server.schemas.live_pads import WhiteboardView
from server.schemas.live_polls import PollView
from server.schemas.live_room import MomentView, ParticipantView, RecordingView

Tallies = Mapping[str, PollResult]
"""of open anonymous polls: the result that is shown now"""


def view_for(
    state: SessionState,
    participant_id: str,
    settings: Settings,
    *,
    channels: tuple[str, ...],
    now_ms: int,
    utc_ms: int,
    shown: Tallies,
) -> wire.SessionSnapshot:
    """No channels: someone in the lobby or shut out, who sees nothing but themselves.

    Raises NotFound for somebody who was never here.
    """
    me = find_participant(state, participant_id)
    is_inside = bool(channels)
    recording = state.recording
    chat = chat_window(state, me, lists_of(state, me)) if is_inside else NO_CHAT
    return wire.SessionSnapshot(
        session_id=state.session_id,
        title=settings.title,
        course_title=settings.course_title,
        state=state.stage,
        seq=state.seq,
        now_ms=now_ms,
        utc_ms=utc_ms,
        channels={channel: state.channels.get(channel, 0) for channel in channels},
        me=participant_id,
        room_id=me.room_id,
        participants=[
            _participant(state, one)
            for one in state.participants.values()
            if one is me or (is_inside and _is_known(one, me))
        ],
        hands=[hand.participant_id for hand in state.hands] if is_inside else [],
        hand_order=state.hand_order if is_inside else "fifo",
        locks=sorted(state.locks) if is_inside else [],
        unattended_since_ms=state.unattended_since_ms if is_inside else None,
        talked_ms=dict(state.talked_ms) if is_inside and me.role == "facilitator" else {},
        confusion=list(state.confusion) if is_inside and me.role == "facilitator" else [],
        chat=chat.lines,
        chat_from=dict(chat.first),
        chat_quoted=chat.quoted,
        polls=[_poll(poll, me, shown) for poll in (_polls(state, me) if is_inside else ())],
        debates=debates_view(state, me) if is_inside else [],
        debate_formats=formats_view(state) if is_inside else {},
        decks=decks_view(state, me) if is_inside else [],
        presentation=presentation_view(state) if is_inside else None,
        web_page=web_page_view(state) if is_inside else None,
        recording=RecordingView(
            recording.stage,
            recording.elapsed_ms(now_ms),
            recording.since_ms,
            recording.recording_id,
        )
        if is_inside
        else RecordingView("off", 0, None, None),
        spotlight=state.spotlight if is_inside else None,
        whiteboard=whiteboard_view(state) if is_inside else WhiteboardView(None, None),
        moments=[
            MomentView(m.moment_id, m.at_ms, m.label, m.is_private)
            for m in state.moments
            if is_inside and (not m.is_private or m.participant_id == me.participant_id)
        ],
        breakouts=breakouts_view(state, me) if is_inside else None,
        breakout_sets=sets_view(state, me) if is_inside else [],
        returned_notes=returned_view(state) if is_inside else [],
        agenda=agenda_view(state) if is_inside else NO_AGENDA,
        objectives=objectives_view(state) if is_inside else NO_OBJECTIVES,
        quiet_since_ms=quiet_since(state, me) if is_inside else None,
        lobby_is_on=settings.lobby_is_on,
    )


def following_for(
    state: SessionState, me: Participant, channels: tuple[str, ...]
) -> wire.Following:
    """What somebody needs who follows other rooms than before."""
    rooms = rooms_followed(state, me)
    breakouts = state.breakouts
    chat = chat_window(state, me, rooms)
    return wire.Following(
        channels={channel: state.channels.get(channel, 0) for channel in channels},
        rooms=room_parts(state, me),
        help=[] if breakouts is None else help_views(breakouts, rooms),
        notes=notes_view(state, me),
        chat=chat.lines,
        chat_from=dict(chat.first),
        chat_quoted=chat.quoted,
    )


def _is_known(one: Participant, me: Participant) -> bool:
    """Who never got past the lobby is known to facilitators only."""
    return one.joined_at_ms is not None or me.role == "facilitator"


def _polls(state: SessionState, me: Participant) -> list[Poll]:
    """In the order in which this viewer heard of them."""
    polls = list(state.polls.values())
    if me.role == "facilitator":
        return polls
    return sorted(
        (poll for poll in polls if poll.stage != "draft"), key=lambda poll: poll.opened_at_ms or 0
    )


def _participant(state: SessionState, one: Participant) -> ParticipantView:
    raised = [h for h in state.hands if h.participant_id == one.participant_id]
    return ParticipantView(
        participant_id=one.participant_id,
        name=one.name,
        role=one.role,
        presence=one.presence,
        room_id=one.room_id,
        is_guest=one.is_guest,
        hand_raised_at_ms=raised[0].raised_at_ms if raised else None,
        hand_talked_ms=raised[0].talked_ms if raised else 0,
        invitation=one.invitation,
        tracks={str(kind): is_on for kind, is_on in one.tracks.items()},
        consent=one.consent,
        joined_at_ms=one.joined_at_ms,
        is_on_record=state.is_on_record(one.participant_id),
        is_stream=one.is_stream,
    )


def _poll(poll: Poll, me: Participant, shown: Tallies) -> PollView:
    is_host = me.role == "facilitator"
    is_told = is_host or poll.stage == "revealed"
    result = _result(poll, me, shown)
    own = poll.votes.get(me.participant_id)
    has_option = poll.kind in WITH_OPTION
    return PollView(
        poll_id=poll.poll_id,
        question=poll.question,
        options=list(poll.options),
        audience=poll.audience,
        is_anonymous=poll.is_anonymous,
        key=poll.key if is_told else None,
        state=poll.stage,
        opened_at_ms=poll.opened_at_ms,
        closed_at_ms=poll.closed_at_ms,
        voted_count=len(poll.voters),
        tally=None if result is None else list(result.tally),
        own_vote=own if has_option and isinstance(own, int) else None,
        has_voted=me.participant_id in poll.voters,
        kind=poll.kind,
        targets=list(poll.targets),
        scale=None if poll.scale is None else list(poll.scale),
        labels=list(poll.labels),
        words=poll.words,
        can_change=poll.can_change,
        limit_s=poll.limit_s,
        right=plain_answer(poll.right) if is_told else None,
        tolerance=poll.tolerance if is_told else 0.0,
        explanation=poll.explanation if is_told else "",
        entries=[] if result is None else list(result.entries),
        own_answer=None if has_option else plain_answer(own),
        hidden=sorted(poll.hidden) if is_host else [],
    )


def poll_for_host(poll: Poll, shown: Tallies) -> PollView:
    """As a facilitator who has not voted sees it."""
    return _poll(poll, Participant("", "", "facilitator", False, "left"), shown)


def plain_answer(answer: PollAnswer | None) -> int | float | str | list[int | str] | None:
    return list(answer) if isinstance(answer, tuple) else answer


def _result(poll: Poll, me: Participant, shown: Tallies) -> PollResult | None:
    """What the events in this viewer's channels have shown, and no more (PO5)."""
    if poll.revealed is not None:
        return shown_in(poll, SESSION)
    if poll.audience == "none":
        return None
    if poll.stage == "open" and poll.is_anonymous:
        may_see = poll.audience == "all" or me.role == "facilitator"
        now = shown.get(poll.poll_id) if may_see else None
        return None if now is None else visible(poll, now)
    if SESSION in poll.shown:
        return shown_in(poll, SESSION)
    if me.role == "facilitator":
        return shown_in(poll, FACILITATORS)
    return shown_in(poll, person(me.participant_id))
