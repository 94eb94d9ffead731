"""Who was on record when, with which tracks and in which room (docs/rules.md, CO, DB18, DB22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.participant_events import Role
from server.domain.place import floors, huddles, voice_to_all
from server.domain.state import MAIN_ROOM, Participant, SessionState, Stretch
from server.domain.timeline import RecordTime, complement, intersection, merged
from server.domain.track_events import TrackKind


@dataclass(frozen=True, slots=True)
class Person:
    """A participant who was on record at least for a moment."""

    participant_id: str
    name: str
    role: Role
    is_guest: bool
    user_id: str | None
    on_record: tuple[Stretch, ...]
    on: Mapping[TrackKind, tuple[Stretch, ...]]
    """track → when it was on in the main room, cut to ``on_record``"""
    elsewhere: Mapping[str, Mapping[TrackKind, tuple[Stretch, ...]]] = field(
        default_factory=dict[str, Mapping[TrackKind, tuple[Stretch, ...]]]
    )
    """breakout room, or a side's huddle → the same there"""

    def muted(self, track: TrackKind) -> tuple[Stretch, ...]:
        """When the person was on record with this track off."""
        if not self.on_record:
            return ()
        whole = Stretch(self.on_record[0].start_ms, self.on_record[-1].end_ms)
        off = complement(self.on.get(track, ()), whole)
        return intersection(off, self.on_record)


_Key = tuple[str, TrackKind | None, str]
"""participant, track (None: on record at all), room"""


class _Spans:
    """Spans by key, from a set that changes over time."""

    def __init__(self) -> None:
        self._open: dict[_Key, int] = {}
        self._closed: dict[_Key, list[Stretch]] = {}

    def hold(self, keys: set[_Key], at_ms: int) -> None:
        for key in [key for key in self._open if key not in keys]:
            span = Stretch(self._open.pop(key), at_ms)
            self._closed.setdefault(key, []).append(span)
        for key in keys:
            self._open.setdefault(key, at_ms)

    def of(
        self, participant_id: str, track: TrackKind | None, room_id: str = MAIN_ROOM
    ) -> tuple[Stretch, ...]:
        return merged(self._closed.get((participant_id, track, room_id), ()))

    def rooms_of(self, participant_id: str) -> list[str]:
        """Breakout rooms and huddles they were seen or heard in."""
        found = (room for who, _, room in self._closed if who == participant_id)
        return sorted({room for room in found if room != MAIN_ROOM})


class PeopleWalk:
    """Fed with every state in which people, rooms, debates or the recording are other ones."""

    def __init__(self) -> None:
        self._spans = _Spans()

    def step(self, state: SessionState, at_ms: int) -> None:
        self._spans.hold(_held(state), at_ms)

    def finish(self, state: SessionState, time: RecordTime, end_ms: int) -> dict[str, Person]:
        self._spans.hold(set(), end_ms)
        people: dict[str, Person] = {}
        for key, who in state.participants.items():
            # Cut once more to the stretches: a declared gap reaches back in time.
            on_record = intersection(self._spans.of(key, None), time.stretches)
            if on_record:
                on: dict[TrackKind, tuple[Stretch, ...]] = {
                    track: intersection(self._spans.of(key, track), on_record)
                    for track in who.tracks
                }
                people[key] = Person(
                    key, who.name, who.role, who.is_guest, who.user_id, on_record, on,
                    self._elsewhere(who, on_record),
                )  # fmt: skip
        return people

    def _elsewhere(
        self, who: Participant, on_record: tuple[Stretch, ...]
    ) -> dict[str, Mapping[TrackKind, tuple[Stretch, ...]]]:
        key = who.participant_id
        return {
            room: {
                track: intersection(self._spans.of(key, track, room), on_record)
                for track in who.tracks
            }
            for room in self._spans.rooms_of(key)
        }


def _held(state: SessionState) -> set[_Key]:
    """Who is on record now and with which tracks that may be heard or seen in their room. What
    a side says in its huddle is in the huddle alone (DB22); who speaks without the floor, in no
    recording (DB18). Who speaks to all rooms is heard in each (BR10)."""
    held: set[_Key] = set()
    apart = huddles(state)
    to_all = voice_to_all(state)
    everywhere = (
        (MAIN_ROOM, *(room.room_id for room in state.breakouts.rooms))
        if to_all is not None and state.breakouts is not None
        else ()
    )
    heard = floors(state, {who.room_id for who in state.present})
    for who in state.present:
        key = who.participant_id
        if not state.is_on_record(key):
            continue
        held.add((key, None, MAIN_ROOM))
        floor = heard[who.room_id]
        off = _NOT_IN_HUDDLES if key in apart else frozenset[str]()
        if floor is not None and key not in floor:
            off = off | {"microphone"}
        seen = {track for track, on in who.tracks.items() if on and track not in off}
        held |= {(key, track, who.room_id) for track in seen}
        if key in apart:
            held |= {(key, track, apart[key]) for track, on in who.tracks.items() if on}
        if key == to_all and "microphone" in seen:
            held |= {(key, "microphone", room_id) for room_id in everywhere}
    return held


_NOT_IN_HUDDLES = frozenset({"microphone", "screen", "screen_audio"})
