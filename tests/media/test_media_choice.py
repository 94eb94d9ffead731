"""Who goes where, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain.track_events import TrackKind
from server.live.media_control_choice import (
    Choice,
    Source,
    StageByVoice,
    Viewer,
    choose,
    layer_for,
    people_by_room,
)
from server.live.media_quality import quality_level


def person(name: str, *on: TrackKind, facilitator: bool = False, room: str = "main") -> Source:
    kinds: tuple[TrackKind, ...] = ("microphone", "camera", "screen", "screen_audio")
    return Source(
        name, room, facilitator, {kind: f"{name}:{kind}" for kind in kinds}, frozenset(on)
    )


ANN = person("ann", "microphone", "camera", facilitator=True)
BOB = person("bob", "microphone", "camera")
CARL = person("carl", "camera")
VIEWER = Viewer("bob", "main", frozenset({"stage", "screen", "gallery0", "gallery1", "audio0"}))


def stage(viewer: Viewer = VIEWER, spotlight: str | None = None, speakers: tuple[str, ...] = (),
          people: tuple[Source, ...] = (ANN, BOB, CARL)) -> Choice | None:  # fmt: skip
    return choose(viewer, people_by_room(people), spotlight, speakers)["stage"]


@pytest.mark.parametrize(
    ("pinned", "spotlight", "speakers", "expected"),
    [
        (None, None, (), "ann"),
        (None, None, ("carl", "ann"), "carl"),
        (None, None, ("bob", "carl"), "carl"),
        (None, "carl", ("ann",), "carl"),
        (None, "bob", ("carl",), "carl"),
        ("carl", "ann", ("ann",), "carl"),
        ("gone", None, ("gone", "carl"), "carl"),
        ("bob", None, (), "ann"),
    ],
    ids=[
        "a facilitator when nobody speaks",
        "who speaks",
        "the speaker sees who spoke before",
        "who is held there",
        "who is held there sees another",
        "who the viewer pinned",
        "not who has gone",
        "never oneself",
    ],
)
def test_the_stage(
    pinned: str | None, spotlight: str | None, speakers: tuple[str, ...], expected: str
) -> None:
    found = stage(replace(VIEWER, pinned=pinned), spotlight, speakers)
    assert found is not None
    assert found.participant_id == expected


def test_a_voice_without_a_camera_holds_the_stage_by_its_microphone() -> None:
    voice = person("dora", "microphone")
    assert stage(speakers=("dora",), people=(ANN, BOB, voice)) == Choice(
        "dora", None, "dora:microphone"
    )


def test_the_stage_is_empty_for_who_is_alone() -> None:
    assert stage(people=(BOB,)) is None


def test_without_a_facilitator_a_camera_is_better_than_nothing_to_see() -> None:
    silent = person("dora")
    found = stage(people=(silent, BOB, CARL))
    assert found is not None
    assert found.participant_id == "carl"


def test_another_room_is_not_seen() -> None:
    elsewhere = person("eve", "camera", "screen", room="breakout")
    chosen = choose(
        replace(VIEWER, gallery=("eve",)), people_by_room((elsewhere, BOB)), "eve", ("eve",)
    )
    assert set(chosen.values()) == {None}


def test_a_screen_is_shown_to_all_but_who_shares_it() -> None:
    sharing = person("ann", "screen")
    shown = choose(VIEWER, people_by_room((sharing, BOB)), None, ())["screen"]
    assert shown == Choice("ann", "screen", "ann:screen")
    sharer = replace(VIEWER, participant_id="ann")
    assert choose(sharer, people_by_room((sharing, BOB)), None, ())["screen"] is None


def test_the_gallery_shows_who_was_asked_for_and_has_a_camera() -> None:
    viewer = replace(VIEWER, gallery=("carl", "dora"), tile_height=300)
    chosen = choose(
        viewer, people_by_room((ANN, BOB, CARL, person("dora", "microphone"))), None, ()
    )
    assert chosen["gallery0"] == Choice("carl", "camera", "carl:camera", "h")
    assert chosen["gallery1"] is None


def test_only_slots_the_viewer_has_are_filled() -> None:
    chosen = choose(VIEWER, people_by_room((ANN,)), None, ())
    assert set(chosen) == {"stage", "screen", "gallery0", "gallery1"}


@pytest.mark.parametrize(("height", "layer"), [(90, "q"), (220, "q"), (360, "h"), (720, "f")])
def test_the_layer_follows_the_height(height: int, layer: str) -> None:
    assert layer_for(height) == layer


def test_a_rival_takes_the_stage_after_a_second_and_a_half() -> None:
    voice = StageByVoice()
    assert voice.heard(["ann"], 0.0)
    assert not voice.heard(["bob", "ann"], 1.0)
    assert not voice.heard(["bob"], 2.4)
    assert voice.heard(["bob"], 2.5)
    assert voice.recent == ("bob", "ann")


def test_a_word_in_between_does_not_take_it() -> None:
    voice = StageByVoice()
    voice.heard(["ann"], 0.0)
    voice.heard(["bob"], 1.0)
    voice.heard(["ann", "bob"], 1.5)
    assert not voice.heard(["bob"], 2.6)
    voice.heard([], 3.0)
    assert not voice.heard(["bob"], 4.4)
    assert voice.recent == ("ann",)


@pytest.mark.parametrize(
    ("loss", "rtt", "level"),
    [(0.0, None, "good"), (0.03, 20, "fair"), (0.0, 300, "fair"), (0.1, 20, "poor")],
)
def test_quality_in_a_word(loss: float, rtt: float | None, level: str) -> None:
    assert quality_level(0.0, loss, rtt) == level
