"""SL10: pages that were on the stage are in the recording, at their times."""

from __future__ import annotations

from pathlib import Path

import msgspec

from recordings.compose import Composer, Piece
from recordings.edit_list import Epoch, Stills, edit_list, slide_id
from recordings.facts import Facts, facts_of
from recordings.slides import picture_of, put_slides, terms_of
from recordings.spans import Span
from server.domain import commands as c
from server.domain import slides_commands as sc
from server.domain.state import THE_SERVER
from server.schemas.slides import Deck, SlidePage
from tests.live_world import ADA, FAY, OPEN, World, live_class
from tests.unit.recordings.test_edit_list import camera, picture, rows, voice


def at(world: World, now_ms: int, *asked: object) -> None:
    world.do(*asked, after_ms=now_ms - world.now_ms)  # type: ignore[arg-type]


def recorded() -> Facts:
    """Recording from 10 s to 60 s of the session, off for a while between."""
    world = live_class(OPEN, ADA)
    world.do(THE_SERVER, sc.AddDeck("d1", "Printing", ("Paper", "Ink", "Type")))
    at(world, 5_000, FAY, sc.PresentDeck("d1"))
    at(world, 10_000, FAY, c.StartRecording())
    at(world, 20_000, FAY, sc.TurnPage("d1", 2))
    at(world, 20_500, FAY, sc.TurnPage("d1", 3))
    at(world, 25_000, FAY, sc.LetBrowse(True))
    at(world, 30_000, FAY, c.PauseRecording())
    at(world, 32_000, FAY, sc.TurnPage("d1", 1))
    at(world, 40_000, FAY, c.ResumeRecording())
    at(world, 45_000, FAY, sc.StopPresenting())
    at(world, 60_000, FAY, c.EndSession())
    return facts_of("s1", "r1", world.log)


def test_SL10_pages_stand_at_their_recording_times() -> None:
    facts = recorded()
    shown = [(one.page, one.title, one.span.start_ms, one.span.end_ms) for one in facts.slides]
    assert shown == [
        (1, "Paper", 0, 10_000),
        (2, "Ink", 10_000, 10_500),
        (3, "Type", 10_500, 20_000),
        (1, "Paper", 20_000, 25_000),
    ]
    marks = [
        (one.at_ms, one.label, one.data["end_ms"]) for one in facts.marks if one.kind == "slide"
    ]
    assert marks == [(0, "Paper", 10_000), (10_500, "Type", 20_000), (20_000, "Paper", 25_000)]


def test_SL10_a_page_takes_the_stage_and_a_shared_screen_stands_before_it() -> None:
    pages = [(Span(0, 10_000), slide_id("d", 1)), (Span(10_000, 20_000), slide_id("d", 2))]
    epochs = edit_list(
        30_000,
        [camera("ada", (0, 30_000)), picture("ada", "screen", (12_000, 16_000))],
        {"ada": voice(30_000, (0, 30_000))},
        [], ["ada"], Stills(pages),
    )  # fmt: skip
    assert rows(epochs) == [
        (0, 10_000, "slide:d:1", "ada-camera"),
        (10_000, 12_000, "slide:d:2", "ada-camera"),
        (12_000, 16_000, "ada-screen", "ada-camera"),
        (16_000, 20_000, "slide:d:2", "ada-camera"),
        (20_000, 30_000, "ada-camera", None),
    ]
    assert [epoch.is_screen for epoch in epochs] == [True, True, True, True, False]


def deck(folder: Path) -> None:
    from PIL import Image

    (folder / "d1").mkdir(parents=True)
    pages = [
        SlidePage(1, "Paper", "Paper\nIt came from China", "mine", 1920, 1080),
        SlidePage(2, "Ink", "Ink\nSoot and oil", "", 1920, 1080),
        SlidePage(3, "Type", "Type\nCast in metal", "", 1920, 1080),
    ]
    (folder / "d1" / "deck.json").write_bytes(msgspec.json.encode(Deck("d1", "Printing", pages)))
    for page, colour in ((1, "red"), (3, "blue")):
        Image.new("RGB", (1920, 1080), colour).save(folder / "d1" / f"page-{page}.webp")


def test_SL10_a_version_has_copies_and_the_text_and_no_notes(tmp_path: Path) -> None:
    folder, out = tmp_path / "slides", tmp_path / "v1"
    deck(folder)
    out.mkdir()
    put = put_slides(folder, recorded().slides, out, "/base")
    assert [(one.page, one.start_ms, one.url) for one in put] == [
        (1, 0, "/base/slides/d1-1.webp"),
        (3, 10_500, "/base/slides/d1-3.webp"),
        (1, 20_000, "/base/slides/d1-1.webp"),
    ]
    assert "mine" not in str(put)
    assert put[0].text == "Paper\nIt came from China"
    assert sorted(path.name for path in (out / "slides").iterdir()) == ["d1-1.webp", "d1-3.webp"]
    assert put_slides(tmp_path / "gone", recorded().slides, out, "/base") == []


def test_what_stood_on_a_slide_is_known_to_the_items(tmp_path: Path) -> None:
    deck(tmp_path)
    terms = terms_of(tmp_path, recorded().slides)
    assert set(terms) == {"Paper", "It came from China", "Type", "Cast in metal"}


def test_SL10_the_composed_picture_is_the_page(tmp_path: Path) -> None:
    import av

    deck(tmp_path / "slides")
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    stills = {slide_id("d1", page): picture_of(tmp_path / "slides", "d1", page) for page in (1, 2)}
    composer = Composer(tmp_path, [], {}, pieces, tmp_path, stills=stills)
    for index, (page, expected) in enumerate(((1, (255, 0, 0)), (2, (20, 22, 26)))):
        epoch = Epoch(0, 400, slide_id("d1", page), None, True, None)
        composer.draw(Piece(index, epoch))
        with av.open(str(pieces / f"piece-{index:04d}-360.mp4")) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert len(frames) == 6
        for have, want in zip(frames[-1][180, 320], expected, strict=True):
            assert abs(int(have) - want) < 60
