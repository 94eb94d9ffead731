"""Debates when they are over: what they came to, and revealing it when the class has gone."""

from __future__ import annotations

from server.domain.debate_afterwards import AfterwardsWalk, may_reveal, notes_for
from server.domain.debate_commands import OpenNotes, RevealDebate
from server.domain.debate_record import Held
from server.domain.debate_state import Debate
from server.domain.errors import Conflict
from server.schemas import debates_afterwards as wire
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.kept_walks import KeptWalks
from server.services.ports import Library, LiveSessions
from server.services.recordings import viewer_of, watchable
from server.services.sessions import facilitated, standing


class DebatesAfterwards:
    def __init__(self, library: Library, live: LiveSessions) -> None:
        self._library = library
        self._live = live
        self._walks = KeptWalks(live, AfterwardsWalk)

    async def debates(self, caller: Caller, session_id: str) -> list[wire.DebateOver]:
        """Those that are over, as the caller may see them."""
        async with self._library.read() as unit:
            found = await standing(unit, caller, session_id)
            if caller.user is not None and found.role is not None:
                seat = await unit.sessions.seat_of(session_id, user_id=caller.user.user_id)
            else:
                link_id = caller.seats.get(session_id)
                seat = await unit.sessions.seat_of(session_id, link_id=link_id) if link_id else None
        me = None if seat is None else seat.participant_id
        return await self._over(session_id, me, found.is_facilitator)

    async def of_recording(self, caller: Caller, recording_id: str) -> list[wire.DebateOver]:
        """The same for whoever may watch the recording, which may have outlived its session."""
        async with self._library.read() as unit:
            record = await watchable(unit, caller, recording_id)
            mine = await unit.recordings.participants_of(recording_id, viewer_of(caller))
            session = await unit.sessions.session(record.summary.session_id)
        may_act = session is not None and record.summary.can_edit
        return await self._over(record.summary.session_id, next(iter(mine), None), may_act)

    async def _over(self, session_id: str, me: str | None, may_act: bool) -> list[wire.DebateOver]:
        walk = await self._walks.folded(session_id)
        marks = {one.debate_id: (at, one) for at, one in walk.results()}
        apart = walk.apart()
        names = {who.participant_id: who.name for who in walk.state.participants.values()}
        return [
            _shown(
                one,
                me,
                may_act,
                one.debate_id in apart,
                marks.get(one.debate_id),
                names,
            )
            for one in walk.debates
        ]

    async def opened(self, session_id: str) -> frozenset[str]:
        """Debates whose notes are open, and with them what sides said by themselves (DB22)."""
        walk = await self._walks.folded(session_id)
        return frozenset(key for key, one in walk.state.debates.items() if one.are_notes_open)

    async def reveal(self, caller: Caller, session_id: str, debate_id: str) -> wire.DebateOver:
        return await self._do(caller, session_id, RevealDebate(debate_id))

    async def open_notes(self, caller: Caller, session_id: str, debate_id: str) -> wire.DebateOver:
        return await self._do(caller, session_id, OpenNotes(debate_id))

    async def _do(
        self, caller: Caller, session_id: str, command: RevealDebate | OpenNotes
    ) -> wire.DebateOver:
        async with self._library.read() as unit:
            await facilitated(unit, caller, session_id)
        debate = (await self._walks.folded(session_id)).state.debates.get(command.debate_id)
        if debate is None:
            raise not_found("debate")
        if debate.stage != "ended":
            raise Conflict("debate_goes_on", "The debate is not over yet.")
        await self._live.on_behalf(session_id, command)
        if isinstance(command, OpenNotes):
            async with self._library.write() as unit:
                await unit.recordings.open_sides(session_id, command.debate_id)
        for one in await self.debates(caller, session_id):
            if one.debate_id == command.debate_id:
                return one
        raise not_found("debate")


def _shown(
    debate: Debate,
    participant_id: str | None,
    may_act: bool,
    was_apart: bool,
    mark: tuple[int, Held] | None,
    names: dict[str, str],
) -> wire.DebateOver:
    notes = notes_for(debate, participant_id)
    people = {*debate.seats.values(), *(note.participant_id for note in notes)}
    return wire.DebateOver(
        debate_id=debate.debate_id,
        motion=debate.motion,
        sides=[
            wire.OverSide(one.id, one.name.get("en"), one.name.get("de"), one.stance)
            for one in debate.form.sides
        ],
        result=None if debate.result is None else dict(debate.result),
        result_mark=None
        if mark is None
        else wire.ResultMark(
            mark[0],
            [one.get("en") for one in mark[1].winners],
            [one.get("de") for one in mark[1].winners],
        ),
        are_notes_open=debate.are_notes_open,
        notes=[
            wire.OverNote(note.note_id, note.side, note.participant_id, note.text, note.at_ms)
            for note in notes
        ],
        names={who: names[who] for who in sorted(people) if who in names},
        unrevealed=wire.Unrevealed(
            can_reveal=may_reveal(debate),
            voted=dict(debate.voted),
            adjudicators=len(debate.adjudicators),
            sheets=len(debate.sheets),
            notes=0 if debate.are_notes_open else len(debate.notes),
            can_open=not debate.are_notes_open and (bool(debate.notes) or was_apart),
        )
        if may_act
        else None,
    )
