"""Who goes where: the pure choice of what a viewer's slots show.

Stage: whoever the viewer has pinned, else whom the facilitator holds there, else who speaks (or
spoke last), else a facilitator, else anyone with a camera; never the viewer himself. Screen: the
screen that is shared. Gallery: what the page asked for, at the layer its tiles need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from server.domain.track_events import TrackKind
from server.media.plane import Layer

_LAYER_HEIGHTS: Final[tuple[tuple[Layer, int], ...]] = (("q", 220), ("h", 440))
"""tallest tile (CSS pixels) a layer is enough for; layers are 180, 360 and 720 lines of 720p"""


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who may be shown: publications by kind, tracks that are on."""

    participant_id: str
    room_id: str
    is_facilitator: bool = False
    publications: Mapping[TrackKind, str] = field(default_factory=dict[TrackKind, str])
    on: frozenset[TrackKind] = frozenset()

    def publication(self, track: TrackKind) -> str | None:
        return self.publications.get(track) if track in self.on else None


@dataclass(frozen=True, slots=True)
class Viewer:
    participant_id: str
    room_id: str
    slots: frozenset[str]
    gallery: tuple[str | None, ...] = ()
    tile_height: int = 180
    stage_height: int = 720
    pinned: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a slot shows; ``track`` None: the person without a picture."""

    participant_id: str
    track: TrackKind | None
    publication_id: str | None
    max_layer: Layer = "f"


def layer_for(height: int) -> Layer:
    """The lowest layer that is good enough for a picture this tall."""
    for layer, tallest in _LAYER_HEIGHTS:
        if height <= tallest:
            return layer
    return "f"


class People:
    """Who may be shown in one room, sorted once for all who watch in it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.by_id = {source.participant_id: source for source in sources}
        self.facilitators = [s.participant_id for s in self.by_id.values() if s.is_facilitator]
        self.seen = [s.participant_id for s in self.by_id.values() if "camera" in s.on]
        self.sharing = [s for s in self.by_id.values() if s.publication("screen") is not None]


def people_by_room(sources: Iterable[Source]) -> dict[str, People]:
    rooms: dict[str, list[Source]] = {}
    for source in sources:
        rooms.setdefault(source.room_id, []).append(source)
    return {room_id: People(those) for room_id, those in rooms.items()}


_NOBODY: Final = People(())
_VOICE: Final = frozenset[TrackKind](("microphone",))


def newly_voiced(before: Sequence[Source], after: Sequence[Source]) -> frozenset[str] | None:
    """Whose microphone alone was switched: only those who see one of them on the stage can be
    shown anything else. None: more has changed, and anybody may be."""
    if len(before) != len(after):
        return None
    voiced: list[str] = []
    for old, now in zip(before, after, strict=True):
        if old is now:
            continue
        if (old.participant_id, old.room_id, old.is_facilitator, old.publications) != (
            now.participant_id, now.room_id, now.is_facilitator, now.publications,
        ):  # fmt: skip
            return None
        if old.on != now.on:
            if old.on ^ now.on != _VOICE:
                return None
            voiced.append(now.participant_id)
    return frozenset(voiced)


def choose(
    viewer: Viewer,
    rooms: Mapping[str, People],
    spotlight: str | None,
    speakers: Sequence[str],
) -> dict[str, Choice | None]:
    """Every video slot of the viewer. ``speakers``: who has the stage by voice, last first."""
    people = rooms.get(viewer.room_id, _NOBODY)
    choices: dict[str, Choice | None] = {}
    if "stage" in viewer.slots:
        choices["stage"] = _stage(viewer, people, spotlight, speakers)
    if "screen" in viewer.slots:
        choices["screen"] = _screen(viewer, people)
    for slot in viewer.slots:
        if slot.startswith("gallery") and slot[7:].isdigit():
            choices[slot] = _tile(viewer, people, int(slot[7:]))
    return choices


def _stage(
    viewer: Viewer,
    people: People,
    spotlight: str | None,
    speakers: Sequence[str],
) -> Choice | None:
    # Looked at one by one: in a large class the first is nearly always the one.
    names = chain(
        (viewer.pinned, spotlight), speakers, people.facilitators, people.seen, people.by_id
    )
    for name in names:
        if name is None or name == viewer.participant_id or name not in people.by_id:
            continue
        source = people.by_id[name]
        camera = source.publication("camera")
        if camera is not None:
            return Choice(name, "camera", camera, layer_for(viewer.stage_height))
        # A voice without a picture: its microphone holds the stage's sound.
        return Choice(name, None, source.publication("microphone"))
    return None


def _screen(viewer: Viewer, people: People) -> Choice | None:
    for source in people.sharing:
        if source.participant_id != viewer.participant_id:
            return Choice(source.participant_id, "screen", source.publication("screen"))
    return None


def _tile(viewer: Viewer, people: People, index: int) -> Choice | None:
    name = viewer.gallery[index] if index < len(viewer.gallery) else None
    if name is None or name == viewer.participant_id:
        return None
    source = people.by_id.get(name)
    camera = source.publication("camera") if source is not None else None
    if source is None or camera is None:
        return None
    return Choice(source.participant_id, "camera", camera, layer_for(viewer.tile_height))


class StageByVoice:
    """Who has the stage of a room by speaking: a rival must be the loudest for a while."""

    HOLD_S: Final = 1.5
    KEPT: Final = 4

    def __init__(self) -> None:
        self._recent: list[str] = []
        self._rival: str | None = None
        self._rival_since = 0.0

    @property
    def recent(self) -> tuple[str, ...]:
        """Who has the stage, then who had it before, so that the speaker himself sees the
        person he talks with."""
        return tuple(self._recent)

    def heard(self, loudest_first: Sequence[str], now: float) -> bool:
        """Take in who speaks; True when the stage changes hands."""
        if not loudest_first:
            self._rival = None
            return False
        loudest = loudest_first[0]
        if self._recent and loudest == self._recent[0]:
            self._rival = None
            return False
        if self._recent:
            if loudest != self._rival:
                self._rival = loudest
                self._rival_since = now
                return False
            if now - self._rival_since < self.HOLD_S:
                return False
        self._rival = None
        self._recent = [loudest, *(n for n in self._recent if n != loudest)][: self.KEPT]
        return True

    def forget(self, participant_id: str) -> None:
        if participant_id in self._recent:
            self._recent.remove(participant_id)
