"""What the media plane should be doing for one session, and what it was told so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from server.domain.place import floors, places, voice_to_all
from server.domain.state import Participant, SessionState
from server.domain.track_events import TrackKind
from server.live.airtime import Airtime
from server.live.captions import Captions
from server.live.media_control_capture import SessionCaptures, Wanted
from server.live.media_control_choice import (
    Choice,
    People,
    Source,
    StageByVoice,
    Viewer,
    choose,
    newly_voiced,
    people_by_room,
)
from server.live.media_quality import ClassQuality
from server.live.ports import CaptureReport, MediaHost
from server.media.plane import (
    AssignSlot,
    MediaPlane,
    PlaceTransport,
    PlaneCommand,
    SetFloor,
    SetGuests,
    SetPublicationEnabled,
    SoundHeard,
    StartListening,
    StopListening,
)
from server.schemas.live_media import MediaView, SlotAssignment

NOTHING: Final = frozenset[TrackKind]()

Send = Callable[[str, str, str, Any], None]
"""``(session, participant, event, payload)``: queue for a page"""


@dataclass(slots=True)
class Link:
    """One transport of one participant."""

    transport_id: str
    participant_id: str
    tracks: dict[str, TrackKind]
    slots: dict[str, str]
    """slot name → mid"""
    connection_id: str = ""
    """who offered it: a page's socket, or a stream"""
    is_connected: bool = False
    is_facilitator: bool = False
    seen: tuple[Participant | None, str | None, bool] | None = None
    """the person, their room and whether the session is over, as the plane was told last"""
    source: Source | None = None
    """what there is of this person to be shown"""
    view: MediaView | None = None
    started: set[str] = field(default_factory=set[str])
    room_id: str | None = None
    enabled: dict[str, bool] = field(default_factory=dict[str, bool])
    choices: dict[str, Choice | None] = field(default_factory=dict[str, Choice | None])
    scene: tuple[object, ...] = ()
    chosen_for: MediaView | None = None
    """what they were made from, beside who is there to be shown"""
    on_stage: str | None = None
    paused: set[str] = field(default_factory=set[str])
    """slots whose picture the link has no room for"""
    shown: dict[str, SlotAssignment] = field(default_factory=dict[str, SlotAssignment])

    def publication(self, mid: str) -> str:
        return f"{self.transport_id}:{mid}"

    @property
    def publications(self) -> dict[TrackKind, str]:
        return {kind: self.publication(mid) for mid, kind in self.tracks.items()}

    def track_of(self, publication_id: str) -> TrackKind | None:
        return self.tracks.get(publication_id.rsplit(":", 1)[1])


def _switched_on(who: Participant) -> frozenset[TrackKind]:
    return frozenset(kind for kind, is_on in who.tracks.items() if is_on)


class SessionMedia:
    def __init__(
        self,
        session_id: str,
        plane: MediaPlane,
        data: Path,
        host: MediaHost,
        send: Send,
        report: Callable[[CaptureReport], None],
        captions: Captions,
    ) -> None:
        self.session_id = session_id
        self._plane = plane
        self._host = host
        self._send = send
        self._captions = captions
        self._listened_to: frozenset[str] = frozenset()
        """microphones that are captioned, as the plane was told"""
        self._guests_since_ns = 0
        self.links: dict[str, Link] = {}
        """participant → the connection that counts"""
        self.incoming: dict[str, Link] = {}
        """participant → the one that will, once it is up; until then it is in no room"""
        self.voices: dict[str, StageByVoice] = {}
        self.airtime = Airtime()
        self.quality = ClassQuality()
        self.spoke: dict[str, tuple[str, ...]] = {}
        """room → who was last heard speaking; facilitators see it from outside"""
        self.lost_at: dict[str, float] = {}
        """participant → when the socket went"""
        self.floors: dict[str, frozenset[str]] = {}
        """room → who alone may be heard there, as the plane was told"""
        self.guests: dict[str, frozenset[str]] = {}
        self.captures = SessionCaptures(session_id, data, plane.apply, report)
        self._sources: list[Source] = []
        """who was there to be shown when everybody's slots were chosen last"""
        self._people: dict[str, People] | None = None
        """the same by rooms, once somebody needs it"""
        self._placed: tuple[SessionState, Mapping[str, str]] | None = None
        """where everybody is, in the state that was looked at last"""

    def plane_room(self, room_id: str) -> str:
        return f"{self.session_id}/{room_id}"

    def refresh(self, state: SessionState) -> None:
        """Bring the plane into line with the state."""
        where = self._places(state)
        commands = self._floors(state, where)
        sources: list[Source] = []
        for link in self.links.values():
            commands += self._look_at(link, state, where)
            if link.source is not None:
                sources.append(link.source)
        commands += self._guests(state, where)
        voiced = newly_voiced(self._sources, sources)
        self._sources = sources
        if voiced is None or voiced:
            self._people = None
        for link in self._to_choose_for(voiced, state.spotlight):
            commands += self._assign(link, state.spotlight)
        listened_to = self._to_listen_to(state, where)
        commands += map(StartListening, sorted(listened_to - self._listened_to))
        commands += map(StopListening, sorted(self._listened_to - listened_to))
        self._plane.apply(commands)
        for publication_id in self._listened_to - listened_to:
            self._captions.unheard(publication_id)
        self._listened_to = listened_to
        self._capture(state)

    def admit(self, state: SessionState, link: Link) -> None:
        """One more who shows nothing yet: others see what they saw, and in a large class are not
        looked at for each who comes. ``refresh`` is called within a moment."""
        where = self._places(state)
        commands = self._floors(state, where)
        commands += self._look_at(link, state, where)
        commands += self._guests(state, where)
        if link.room_id is not None:
            commands += self._assign(link, state.spotlight)
        self._plane.apply(commands)

    def _places(self, state: SessionState) -> Mapping[str, str]:
        if self._placed is None or self._placed[0] is not state:
            self._placed = state, places(state)
        return self._placed[1]

    def _look_at(
        self, link: Link, state: SessionState, where: Mapping[str, str]
    ) -> Iterable[PlaneCommand]:
        """Most people are as they were: in a large class this is most of the work."""
        who = link.participant_id
        seen = (state.participants.get(who), where.get(who), state.stage == "ended")
        if seen == link.seen:
            return ()
        link.seen = seen
        return self._seen(link, *seen)

    def _seen(
        self, link: Link, who: Participant | None, room_id: str | None, is_over: bool
    ) -> Iterator[PlaneCommand]:
        """What has changed about one person. Mute before placing: nobody may be heard for even
        one packet by mistake."""
        here = who if who is not None and who.presence == "present" and not is_over else None
        takes_part = here is not None and here.role != "observer"
        on = _switched_on(here) if here is not None and takes_part else NOTHING
        for mid, kind in link.tracks.items():
            if link.enabled.get(mid) != (kind in on):
                link.enabled[mid] = kind in on
                yield SetPublicationEnabled(link.publication(mid), kind in on)
        link.source = None
        if here is None or room_id is None:
            return
        link.is_facilitator = here.role == "facilitator"
        if link.room_id != room_id:
            link.room_id = room_id
            yield PlaceTransport(link.transport_id, self.plane_room(room_id))
        if takes_part:
            link.source = Source(
                link.participant_id, room_id, link.is_facilitator, link.publications, on
            )

    def _to_listen_to(self, state: SessionState, where: Mapping[str, str]) -> frozenset[str]:
        """Open microphones that somebody hears who wants captions."""
        rooms = self._captions.placed(self.session_id, where)
        if not rooms:
            return frozenset()
        to_all = voice_to_all(state)
        return frozenset(
            link.publication(mid)
            for link in self.links.values()
            if link.room_id in rooms or (link.room_id is not None and link.participant_id == to_all)
            for mid, kind in link.tracks.items()
            if kind == "microphone" and link.enabled.get(mid)
        )

    def heard(self, link: Link, notice: SoundHeard) -> None:
        """Sound of a microphone that is listened to."""
        if self.links.get(link.participant_id) is not link or not notice.packets:
            return
        rooms = {notice.room_id.rpartition("/")[2]}
        if notice.packets[0].arrival_ns >= self._guests_since_ns:
            # What was said before the voice went to all rooms was said to one.
            rooms |= {room for room, ids in self.guests.items() if notice.publication_id in ids}
        self._captions.heard(
            notice.publication_id, self.session_id, link.participant_id, frozenset(rooms),
            notice.packets,
        )  # fmt: skip

    def _floors(self, state: SessionState, where: Mapping[str, str]) -> list[PlaneCommand]:
        """Before anybody is placed: nobody is heard in a room whose floor they do not have."""
        wanted = floors(state, set(where.values()))
        # A room that nobody is in any more needs no floor, and the plane can forget it.
        changed = {
            room_id: wanted.get(room_id)
            for room_id in (*wanted, *self.floors)
            if wanted.get(room_id) != self.floors.get(room_id)
        }
        self.floors = {room_id: floor for room_id, floor in wanted.items() if floor is not None}
        return [
            SetFloor(self.plane_room(room_id), floor, floor or frozenset())
            for room_id, floor in changed.items()
        ]

    def _guests(self, state: SessionState, where: Mapping[str, str]) -> list[PlaneCommand]:
        """Whoever speaks to all rooms is heard in those they are not in."""
        speaker = self.links.get(voice_to_all(state) or "")
        voice = None if speaker is None else speaker.publications.get("microphone")
        wanted: dict[str, frozenset[str]] = {}
        if speaker is not None and voice is not None:
            others = {where[key] for key in self.links if key in where} - {speaker.room_id}
            wanted = {str(room_id): frozenset({voice}) for room_id in others}
        changed = [
            room_id
            for room_id in (*wanted, *(one for one in self.guests if one not in wanted))
            if wanted.get(room_id) != self.guests.get(room_id)
        ]
        if changed:
            self._guests_since_ns = time.monotonic_ns()
        self.guests = wanted
        return [
            SetGuests(self.plane_room(room_id), wanted.get(room_id, frozenset()))
            for room_id in changed
        ]

    def _to_choose_for(
        self, voiced: frozenset[str] | None, spotlight: str | None
    ) -> Iterator[Link]:
        """Whose slots have to be chosen anew: in a large class a microphone that is switched
        concerns few."""
        scenes: dict[str, tuple[object, ...]] = {}
        for link in self.links.values():
            room_id = link.room_id
            if room_id is None:
                continue
            scene = scenes.get(room_id)
            if scene is None:
                scene = scenes[room_id] = (room_id, self._recent(room_id), spotlight)
            is_same = link.chosen_for is link.view and link.scene == scene
            if not is_same or voiced is None or link.on_stage in voiced:
                link.scene, link.chosen_for = scene, link.view
                yield link

    def _recent(self, room_id: str) -> tuple[str, ...]:
        voice = self.voices.get(room_id)
        return () if voice is None else voice.recent

    def _assign(self, link: Link, spotlight: str | None) -> list[PlaneCommand]:
        assert link.room_id is not None
        if self._people is None:
            self._people = people_by_room(self._sources)
        view = link.view
        viewer = Viewer(
            link.participant_id,
            link.room_id,
            frozenset(link.slots),
            tuple(view.gallery) if view is not None else (),
            view.tile_height if view is not None else 180,
            view.stage_height if view is not None else 720,
            view.pinned if view is not None else None,
        )
        chosen = choose(viewer, self._people, spotlight, self._recent(link.room_id))
        commands: list[PlaneCommand] = []
        for slot, choice in chosen.items():
            before, link.choices[slot] = link.choices.get(slot), choice
            if choice == before:
                continue
            if slot == "stage":
                link.on_stage = choice.participant_id if choice else None
            commands.append(
                AssignSlot(
                    link.transport_id, slot, choice.publication_id if choice else None,
                    choice.max_layer if choice else "f",
                )
            )  # fmt: skip
            if choice is None or choice.track is None:
                # No picture will come to name the person with.
                self.show(link, slot, choice, None, None)
        return commands

    def _capture(self, state: SessionState) -> None:
        wanted: dict[str, Wanted] = {}
        for link in self.links.values() if state.recording.stage == "on" else ():
            if not link.started or link.room_id is None:
                continue
            if not state.is_on_record(link.participant_id):
                continue
            for mid, kind in link.tracks.items():
                publication_id = link.publication(mid)
                if mid in link.started and state.track_is_on(link.participant_id, kind):
                    wanted[publication_id] = Wanted(
                        publication_id, link.participant_id, kind, link.room_id, link.transport_id
                    )
        if wanted or not self.captures.is_idle:
            host = self._host
            self.captures.want(wanted, host.now_ms(self.session_id), host.epoch(self.session_id))

    def show(
        self, link: Link, slot: str, choice: Choice | None, rtp: int | None, layer: str | None
    ) -> None:
        """Tell the page who is in a slot, once."""
        mid = link.slots.get(slot)
        if mid is None:
            return
        assignment = SlotAssignment(
            slot, mid, choice.participant_id if choice else None,
            choice.track if choice else None, rtp, layer,
        )  # fmt: skip
        before = link.shown.get(slot)
        is_news = before is None or (
            (before.participant_id, before.track, before.rtp, before.layer)
            != (assignment.participant_id, assignment.track, rtp, layer)
        )
        link.shown[slot] = assignment
        if is_news and (before is not None or choice is not None):
            self._send(self.session_id, link.participant_id, "slots", [assignment])

    def pause(self, link: Link, slot: str, *, is_paused: bool) -> None:
        """The link has no room for a slot's picture, or has again."""
        if is_paused:
            link.paused.add(slot)
        else:
            link.paused.discard(slot)

    def show_emptied(self, link: Link, slot: str) -> None:
        """Nobody is in a slot, or somebody without a picture: there is none to send, or no room
        for it."""
        choice = link.choices.get(slot)
        if choice is not None and slot in link.paused and slot != "screen":
            choice = Choice(choice.participant_id, None, choice.publication_id)
        elif choice is not None and choice.track is not None:
            choice = None
        self.show(link, slot, choice, None, None)

    def show_all(self, link: Link) -> None:
        """After a reconnect: whatever the page believes, this is who is where."""
        known = link.shown
        shown = [
            SlotAssignment(slot, mid, a.participant_id, a.track, None, a.layer)
            if (a := known.get(slot)) is not None
            else SlotAssignment(slot, mid, None, None, None, None)
            for slot, mid in link.slots.items()
        ]
        self._send(self.session_id, link.participant_id, "slots", shown)

    def promote(self, link: Link) -> Link | None:
        """Let a connection count from now on; returns the one it replaces."""
        old = self.links.get(link.participant_id)
        if self.incoming.get(link.participant_id) is link:
            del self.incoming[link.participant_id]
        if old is not None and link.view is None:
            link.view = old.view
        self.links[link.participant_id] = link
        return old if old is not link else None

    def drop(self, link: Link, now_ms: int) -> None:
        """The transport has closed."""
        self.captures.gone({link.publication(mid) for mid in link.tracks}, now_ms)
        if self.incoming.get(link.participant_id) is link:
            del self.incoming[link.participant_id]
        if self.links.get(link.participant_id) is link:
            del self.links[link.participant_id]
            waiting = self.incoming.get(link.participant_id)
            if waiting is not None:
                self.promote(waiting)
