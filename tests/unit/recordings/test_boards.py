"""WB7: pictures of the whiteboard in the recording, at their times, with their text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from recordings.boards import Boards, lines_of, marks_of, pages_of, put_boards, standing
from recordings.edit_list import Stills, board_id, edit_list, slide_id, stills_of
from recordings.facts import Facts, LoggedBoard, facts_of
from recordings.ports import Folders, Job
from recordings.spans import Span
from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain import whiteboard_commands as wc
from server.domain.state import THE_SERVER
from tests.live_world import ADA, FAY, OPEN, World, live_class
from tests.unit.recordings.test_edit_list import camera, picture, rows, voice

JOB = Job("r1", "s1", 1)


def at(world: World, now_ms: int, *asked: object) -> None:
    world.do(*asked, after_ms=now_ms - world.now_ms)  # type: ignore[arg-type]


def pictured(world: World, now_ms: int, picture_id: str, from_ms: int) -> None:
    at(world, now_ms, THE_SERVER, wc.ReportWhiteboardPicture(picture_id, from_ms, 800, 450))


def recorded() -> Facts:
    """Recording from 10 s to 80 s of the session, off from 40 s to 50 s."""
    world = live_class(OPEN, ADA)
    at(world, 5_000, FAY, wc.OpenWhiteboard())
    at(world, 10_000, FAY, c.StartRecording())
    pictured(world, 13_000, "a", 12_000)
    pictured(world, 25_000, "b", 24_000)
    at(world, 30_000, FAY, wc.CloseWhiteboard())
    pictured(world, 31_000, "c", 28_000)
    at(world, 35_000, FAY, wc.OpenWhiteboard())
    at(world, 40_000, FAY, c.PauseRecording())
    at(world, 50_000, FAY, c.ResumeRecording())
    pictured(world, 52_000, "d", 50_500)
    at(world, 60_000, FAY, c.EndSession())
    return facts_of("s1", "r1", world.log)


def test_WB7_each_picture_stands_until_the_next_while_the_whiteboard_is_open() -> None:
    shown = [(one.picture_id, one.span.start_ms, one.span.end_ms) for one in recorded().boards]
    assert shown == [
        ("a", 0, 14_000),  # the first one, for the moments before somebody was asked for it
        ("b", 14_000, 18_000),
        ("c", 18_000, 20_000),  # came when the whiteboard was closed
        ("c", 25_000, 30_000),  # opened again: what was drawn had stayed
        ("c", 30_000, 30_500),
        ("d", 30_500, 40_000),
    ]


def test_WB7_a_whiteboard_nobody_could_draw_is_not_on_the_stage() -> None:
    world = live_class(OPEN)
    at(world, 1_000, FAY, c.StartRecording())
    at(world, 2_000, FAY, wc.OpenWhiteboard())
    at(world, 9_000, FAY, c.EndSession())
    assert facts_of("s1", "r1", world.log).boards == []


def test_WB1_WB7_the_whiteboard_stands_before_a_shared_screen_and_slides() -> None:
    epochs = edit_list(
        30_000,
        [camera("ada", (0, 30_000)), picture("ada", "screen", (5_000, 15_000))],
        {"ada": voice(30_000, (0, 30_000))},
        [], ["ada"],
        Stills([(Span(0, 30_000), slide_id("d", 1))], [(Span(10_000, 20_000), board_id("p"))]),
    )  # fmt: skip
    assert rows(epochs) == [
        (0, 5_000, "slide:d:1", "ada-camera"),
        (5_000, 10_000, "ada-screen", "ada-camera"),
        (10_000, 20_000, "board:p", "ada-camera"),
        (20_000, 30_000, "slide:d:1", "ada-camera"),
    ]
    assert stills_of(recorded()).boards[0] == (Span(0, 14_000), "board:a")


def test_WB10_a_rooms_whiteboard_stands_in_the_room_until_it_is_long_unchanged() -> None:
    world = live_class(OPEN, ADA)
    at(world, 10_000, FAY, c.StartRecording())
    at(world, 11_000, FAY, bc.DraftBreakouts(names=("Red", "Blue"), assignment={"ada": 0}))
    at(world, 20_000, FAY, bc.OpenBreakouts())
    red, blue = (one["room_id"] for one in world.last("breakouts_opened")["rooms"])
    at(world, 25_000, FAY, bc.VisitRoom(blue))
    for now_ms, picture_id, room_id in (
        (30_000, "a", red), (35_000, "x", blue), (40_000, "b", red), (400_000, "c", red),
    ):  # fmt: skip
        picture = wc.ReportWhiteboardPicture(picture_id, now_ms, 800, 450, room_id)
        at(world, now_ms, THE_SERVER, picture)
    at(world, 410_000, FAY, bc.CloseBreakouts(0))
    late = wc.ReportWhiteboardPicture("d", 409_000, 800, 450, red)
    at(world, 411_000, THE_SERVER, late)
    at(world, 430_000, FAY, c.EndSession())
    facts = facts_of("s1", "r1", world.log)
    assert facts.boards == []
    of_red, of_blue = facts.rooms
    assert [(one.picture_id, one.span) for one in of_red.boards] == [
        ("a", Span(20_000, 30_000)),
        ("b", Span(30_000, 150_000)),  # two minutes after the last stroke faces come back
        ("c", Span(390_000, 399_000)),
        ("d", Span(399_000, 400_000)),  # came when the room was closed
    ]
    assert [one.picture_id for one in of_blue.boards] == ["x"]
    assert {one.picture_id for one in facts.all_boards} == set("abcdx")


TEXTS = {"a": "Paper", "b": "Paper\nRags and bark", "c": None, "d": "Ink"}
OCTETS = {"a": 2_000, "b": 9_000, "c": 9_500, "d": 3_000}


class Painter:
    """Draws by writing the name down; ``c`` cannot be drawn."""

    def __init__(self) -> None:
        self.painted: list[str] = []

    def paint(
        self, pictures: Sequence[Path], took: Callable[[Path, Path, str | None], None]
    ) -> None:
        for one in pictures:
            self.painted.append(one.stem)
            drawn = one.with_suffix(".drawn")
            drawn.write_text(one.stem)
            took(one, drawn, TEXTS[one.stem])
            drawn.unlink()


def drawn(tmp_path: Path, painter: Painter | None = None) -> tuple[Boards, Path]:
    folders = Folders(tmp_path)
    folders.whiteboards("s1").mkdir(parents=True, exist_ok=True)
    for name, octets in OCTETS.items():
        (folders.whiteboards("s1") / f"{name}.svg").write_bytes(b"x" * octets)
    boards = Boards(painter or Painter(), folders)
    return boards, boards.drawn(JOB, recorded().boards)


def test_WB7_a_picture_is_drawn_once(tmp_path: Path) -> None:
    painter = Painter()
    boards, folder = drawn(tmp_path, painter)
    boards.drawn(JOB, recorded().boards)
    assert painter.painted == ["a", "b", "c", "d"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "a.json", "a.webp", "b.json", "b.webp", "c.json", "d.json", "d.webp",
    ]  # fmt: skip


def test_WB7_one_that_cannot_be_drawn_leaves_the_one_before_it(tmp_path: Path) -> None:
    _, folder = drawn(tmp_path)
    facts = recorded()
    assert standing(folder, facts.boards) == {"a": "a", "b": "b", "c": "b", "d": "d"}
    out = tmp_path / "v1"
    put = put_boards(folder, facts.boards, out, "/base")
    assert [(one.start_ms, one.picture_id, one.text, one.url) for one in put][:4] == [
        (0, "a", "Paper", "/base/boards/a.webp"),
        (14_000, "b", "Paper\nRags and bark", "/base/boards/b.webp"),
        (18_000, "c", "Paper\nRags and bark", "/base/boards/b.webp"),
        (25_000, "c", "Paper\nRags and bark", "/base/boards/b.webp"),
    ]
    assert sorted(path.name for path in (out / "boards").iterdir()) == [
        "a.webp", "b.webp", "d.webp",
    ]  # fmt: skip


def test_WB7_a_painter_that_fails_leaves_a_recording_without_whiteboard(tmp_path: Path) -> None:
    class Broken(Painter):
        def paint(self, pictures: Sequence[Path], took: object) -> None:
            raise OSError("no space")

    _, folder = drawn(tmp_path, Broken())
    assert standing(folder, recorded().boards) == {}
    assert put_boards(folder, recorded().boards, tmp_path / "v1", "/base") == []


def test_WB7_a_page_begins_when_it_is_opened_and_when_it_is_wiped(tmp_path: Path) -> None:
    _, folder = drawn(tmp_path)
    boards = recorded().boards
    assert [(mark.at_ms, mark.label) for mark in marks_of(folder, boards)] == [
        (0, "Paper"), (30_500, "Ink"),
    ]  # fmt: skip
    fast = [
        LoggedBoard(Span(0, 10_000), "b", 0), LoggedBoard(Span(10_000, 11_000), "d", 0),
        LoggedBoard(Span(11_000, 30_000), "b", 0),
    ]  # fmt: skip
    # Wiped, and drawn on again at once: what grows is the same page.
    assert [(page.start_ms, page.end_ms) for page in pages_of(folder, fast)] == [
        (0, 10_000), (10_000, 30_000),
    ]  # fmt: skip


def test_WB7_lines_are_found_when_they_were_first_seen(tmp_path: Path) -> None:
    _, folder = drawn(tmp_path)
    assert lines_of(folder, recorded().boards) == [
        (0, "Paper"), (14_000, "Rags and bark"), (30_500, "Ink"),
    ]  # fmt: skip
