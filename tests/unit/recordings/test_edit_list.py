"""Who fills the picture when."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.edit_list import GRID_MS, Epoch, Levels, edit_list, grid_length_ms
from recordings.spans import Span
from recordings.tracks import VideoTrack

LOUD, QUIET = -20.0, -70.0


def camera(who: str, *spans: tuple[int, int]) -> VideoTrack:
    return picture(who, "camera", *spans)


def picture(who: str, kind: str, *spans: tuple[int, int]) -> VideoTrack:
    found = tuple(Span(*span) for span in spans)
    return VideoTrack(
        f"{who}-{kind}", who, kind, "", "vp8", int(found[0].start_ms), int(found[-1].end_ms),
        found, "",
    )  # fmt: skip


def voice(length_ms: int, *spoken: tuple[int, int]) -> Levels:
    return Levels(
        0,
        [
            LOUD if any(a <= at < b for a, b in spoken) else QUIET
            for at in range(0, length_ms, 100)
        ],
    )  # fmt: skip


def rows(epochs: list[Epoch]) -> list[tuple[int, int, str | None, str | None]]:
    return [(e.start_ms, e.end_ms, e.main, e.inset) for e in epochs]


def test_the_speaker_fills_the_picture_from_the_start_of_the_turn() -> None:
    epochs = edit_list(
        30_000,
        [camera("ada", (0, 30_000)), camera("bo", (0, 30_000))],
        {
            "ada": voice(30_000, (0, 10_000), (20_000, 30_000)),
            "bo": voice(30_000, (10_000, 19_000)),
        },
        [], ["ada"],
    )  # fmt: skip
    assert [e.main for e in epochs] == ["ada-camera", "bo-camera", "ada-camera"]
    assert abs(epochs[1].start_ms - 10_000) <= GRID_MS
    assert abs(epochs[2].start_ms - 20_000) <= GRID_MS


def test_a_short_word_between_does_not_cut() -> None:
    epochs = edit_list(
        20_000,
        [camera("ada", (0, 20_000)), camera("bo", (0, 20_000))],
        {"ada": voice(20_000, (0, 9_000), (9_500, 20_000)), "bo": voice(20_000, (9_000, 9_500))},
        [], [],
    )  # fmt: skip
    assert rows(epochs) == [(0, 20_000, "ada-camera", None)]


def test_a_screen_fills_the_picture_and_the_speaker_gets_the_corner() -> None:
    epochs = edit_list(
        20_000,
        [camera("ada", (0, 20_000)), picture("ada", "screen", (5_000, 15_000))],
        {"ada": voice(20_000, (0, 20_000))},
        [], ["ada"],
    )  # fmt: skip
    assert rows(epochs) == [
        (0, 5_000, "ada-camera", None),
        (5_000, 15_000, "ada-screen", "ada-camera"),
        (15_000, 20_000, "ada-camera", None),
    ]
    assert [e.is_screen for e in epochs] == [False, True, False]


def test_the_spotlight_overrules_the_microphones() -> None:
    epochs = edit_list(
        20_000,
        [camera("ada", (0, 20_000)), camera("bo", (0, 20_000))],
        {"bo": voice(20_000, (0, 20_000))},
        [(Span(8_000, 14_000), "ada")], [],
    )  # fmt: skip
    assert rows(epochs) == [
        (0, 8_000, "bo-camera", None),
        (8_000, 14_000, "ada-camera", None),
        (14_000, 20_000, "bo-camera", None),
    ]


def test_a_speaker_without_a_picture_leaves_a_face_on() -> None:
    epochs = edit_list(
        10_000, [camera("ada", (0, 10_000))], {"bo": voice(10_000, (0, 10_000))}, [], ["ada"]
    )
    assert rows(epochs) == [(0, 10_000, "ada-camera", None)]


def test_a_card_stands_in_when_nobody_has_a_picture() -> None:
    epochs = edit_list(10_000, [], {"bo": voice(10_000, (0, 10_000))}, [], ["ada"])
    assert [(e.main, e.speaker) for e in epochs] == [(None, "bo")]
    assert [(e.main, e.speaker) for e in edit_list(900, [], {}, [], [])] == [(None, None)]


def test_a_picture_is_never_shown_past_its_end() -> None:
    epochs = edit_list(
        12_000,
        [camera("ada", (0, 6_100)), camera("bo", (0, 12_000))],
        {"ada": voice(12_000, (0, 12_000))},
        [], [],
    )  # fmt: skip
    assert rows(epochs) == [(0, 6_000, "ada-camera", None), (6_000, 12_000, "bo-camera", None)]


def test_a_moment_between_screen_and_speaker_is_not_a_cut_of_its_own() -> None:
    """The screen ends half a second before bo begins to speak: no flash of ada between."""
    epochs = edit_list(
        20_000,
        [
            camera("ada", (0, 20_000)),
            camera("bo", (0, 20_000)),
            picture("ada", "screen", (0, 10_000)),
        ],
        {"ada": voice(20_000, (0, 9_000)), "bo": voice(20_000, (10_600, 20_000))},
        [],
        ["ada"],
    )
    assert rows(epochs) == [
        (0, 10_000, "ada-screen", "ada-camera"),
        (10_000, 20_000, "bo-camera", None),
    ]


spoken = st.lists(
    st.tuples(st.integers(0, 60_000), st.integers(200, 9_000)).map(lambda x: (x[0], x[0] + x[1])),
    max_size=8,
)


@settings(deadline=None)
@given(st.integers(1, 60_000), spoken, spoken, st.booleans())
def test_epochs_cover_the_recording_on_the_grid(
    duration: int, ada: list[tuple[int, int]], bo: list[tuple[int, int]], has_screen: bool
) -> None:
    videos = [camera("ada", (0, 60_000)), camera("bo", (10_000, 30_000))]
    if has_screen:
        videos.append(picture("bo", "screen", (4_321, 22_222)))
    levels = {"ada": voice(60_000, *ada), "bo": voice(60_000, *bo)}
    epochs = edit_list(duration, videos, levels, [], ["ada"])
    assert epochs[0].start_ms == 0
    assert epochs[-1].end_ms == grid_length_ms(duration)
    assert abs(epochs[-1].end_ms - duration) <= GRID_MS
    for before, after in pairwise(epochs):
        assert before.end_ms == after.start_ms
        assert (before.main, before.inset) != (after.main, after.inset)
    assert all(e.start_ms % GRID_MS == 0 and e.end_ms > e.start_ms for e in epochs)
