"""SL10, WB7: what stood on the stage is in the recording at its moment, from the log and the files
on disk to the picture of the finished film, and in the provisional recording before it."""

from __future__ import annotations

from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from recordings.index_again import IndexAgain
from recordings.ports import Folders, Job
from server.domain import breakout_events as be
from server.domain import events as e
from server.domain import slides_events as se
from server.domain import whiteboard_events as we
from server.domain.recording_events import RecordingStarted
from server.domain.session_events import SessionEnded
from server.domain.track_events import TrackChanged
from server.schemas.recordings import Recording
from server.schemas.slides import Deck, SlidePage
from tests.recordings_synth import Log, Publisher, opus, vp8
from tests.recordings_world import WorkerProcess, World, until

pytestmark = pytest.mark.timeout(400)  # the machine may be busy with other tests
PATIENCE_S = 200
LENGTH_MS = 8000
RED, BLUE, GREEN, YELLOW, GREY = (
    (200, 0, 0), (0, 0, 200), (0, 160, 0), (230, 220, 0), (60, 60, 60),
)  # fmt: skip


def board(colour: tuple[int, int, int], words: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900" viewBox="0 0 1600 900">'
        f'<rect x="0" y="0" width="1600" height="900" fill="rgb{colour}"></rect>'
        f'<text x="900" y="120" font-family="Excalifont" font-size="40">{words}</text></svg>'
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two slides, then the whiteboard with two pictures, then the teacher's face alone; and a
    breakout room with a whiteboard of its own."""
    folder = tmp_path_factory.mktemp("stage")
    ada = Publisher(participant_id="ada", folder=folder / "captures" / "s1")
    ada.write("microphone", opus(LENGTH_MS, (1520,)), codec="opus")
    ada.write("camera", vp8(LENGTH_MS, flashes=()))
    bo = Publisher(participant_id="bo", folder=folder / "captures" / "s1")
    deck = folder / "slides" / "s1" / "d1"
    deck.mkdir(parents=True)
    pages = [
        SlidePage(1, "Paper from China", "Paper from China\nRags and bark", "", 1920, 1080),
        SlidePage(2, "Ink", "Ink\nSoot and oil", "", 1920, 1080),
    ]
    (deck / "deck.json").write_bytes(msgspec.json.encode(Deck("d1", "Printing", pages)))
    for number, colour in ((1, RED), (2, BLUE)):
        Image.new("RGB", (1920, 1080), colour).save(deck / f"page-{number}.webp", quality=90)
    boards = folder / "whiteboards" / "s1"
    boards.mkdir(parents=True)
    (boards / "p1.svg").write_text(board(GREEN, "Movable type"))
    (boards / "p2.svg").write_text(board(YELLOW, "Movable type in Mainz"))
    log = Log().join(0, "ada", "microphone", "camera", name="Ada", role="facilitator")
    log.join(0, "bo", name="Bo").capture(0, ada).add(0, RecordingStarted("r1"))
    log.add(0, se.SlidesPresented("d1", "Printing", 2, 1, "Paper from China", "ada"))
    log.add(2000, se.SlideChanged("d1", 2, "Ink", "ada"))
    log.add(4000, se.SlidesStopped("d1", "ada"))
    log.add(4000, we.WhiteboardOpened("ada"))
    # It is asked for a moment after the whiteboard was opened.
    log.add(4600, we.WhiteboardPictured("p1", 4500, 1600, 900))
    # The last one comes when the whiteboard is closed already.
    log.add(7000, we.WhiteboardClosed("ada"))
    log.add(7300, we.WhiteboardPictured("p2", 6000, 1600, 900))
    # Bo is by himself in a breakout room meanwhile, and draws.
    (boards / "p3.svg").write_text(board(BLUE, "Lead and tin"))
    bo.write("microphone", opus(4000, (1000,)), codec="opus", at_ms=4000)
    log.add(3900, TrackChanged("bo", "microphone", True, "bo")).capture(4000, bo)
    # Cy and Di each have a room to themselves and no microphone; Cy draws as well.
    (boards / "p4.svg").write_text(board(GREEN, "Antimony"))
    log.join(0, "cy", name="Cy").join(0, "di", name="Di")
    rooms = tuple(
        {"room_id": f"b.{number}", "name": name, "task": "", "participant_ids": [who]}
        for number, (name, who) in enumerate((("Red", "bo"), ("Blue", "cy"), ("Grey", "di")), 1)
    )
    log.add(3500, be.BreakoutsOpened("b", rooms, None, "smallest", True, False))
    log.add(5000, we.WhiteboardPictured("p3", 4900, 1600, 900, "b.1"))
    log.add(5500, we.WhiteboardPictured("p4", 5400, 1600, 900, "b.2"))
    log.add(7900, be.BreakoutsClosed("b"))
    log.add(LENGTH_MS, SessionEnded())
    world = World.create(folder, log.sorted())
    with WorkerProcess(world.data, REAL_CHAPTERS="yes"):
        until(lambda: world.workflow_state() in ("SUCCESS", "ERROR"), PATIENCE_S, "published")
    assert world.stage() == "published", (world.data / "worker.log").read_text()[-3000:]
    return world


def colours(film: Path) -> list[tuple[float, tuple[int, ...]]]:
    """(ms, colour of the left half) of every frame; the speaker is small on the right."""
    found: list[tuple[float, tuple[int, ...]]] = []
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            assert frame.pts is not None and frame.time_base is not None
            picture = frame.to_ndarray(format="rgb24")
            middle = np.median(picture[200:500, 100:500].reshape(-1, 3), axis=0)
            at_ms = float(frame.pts * frame.time_base) * 1000
            found.append((at_ms, tuple(int(value) for value in middle)))
    return found


def is_like(have: tuple[int, ...], want: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(have, want, strict=True))


def test_SL10_WB7_the_film_shows_pages_and_whiteboard_at_their_moments(world: World) -> None:
    seen = colours(world.folder() / "download.mp4")
    expected = ((0, RED), (2000, BLUE), (4000, GREEN), (6000, YELLOW), (7000, GREY))
    edges = [at for at, _ in expected[1:]] + [LENGTH_MS]
    for (start, colour), end in zip(expected, edges, strict=True):
        # 15 frames a second: the frame at an edge may be of either side.
        inside = [have for at, have in seen if start + 70 <= at < end - 70]
        assert inside, start
        assert all(is_like(have, colour) for have in inside), (start, set(inside))


def test_SL10_WB7_the_player_knows_page_and_picture_of_each_moment(world: World) -> None:
    recording = world.recording()
    base = f"/api/v1/recordings/r1/media/{world.version()}"
    assert [(one.start_ms, one.end_ms, one.title, one.url) for one in recording.slides] == [
        (0, 2000, "Paper from China", f"{base}/slides/d1-1.webp"),
        (2000, 4000, "Ink", f"{base}/slides/d1-2.webp"),
    ]
    assert [(one.start_ms, one.end_ms, one.text, one.url) for one in recording.boards] == [
        (4000, 6000, "Movable type", f"{base}/boards/p1.webp"),
        (6000, 7000, "Movable type in Mainz", f"{base}/boards/p2.webp"),
    ]
    marks = [(mark.at_ms, mark.label) for mark in recording.marks if mark.kind == "whiteboard"]
    assert marks == [(4000, "Movable type in Mainz")]
    with Image.open(world.folder() / "boards" / "p1.webp") as picture:
        assert picture.size == (1920, 1080)
        assert is_like(picture.convert("RGB").getpixel((300, 500)), GREEN)  # type: ignore[arg-type]


def test_SL10_a_chapter_has_the_title_of_its_page(world: World) -> None:
    assert world.recording().chapters[0].title == "Paper from China"


def test_SL10_WB7_the_provisional_recording_has_them_too(world: World) -> None:
    raw = (world.folder(1) / "recording.json").read_bytes()
    recording = msgspec.json.decode(raw, type=Recording)
    assert recording.summary.stage == "provisional"
    shown = [
        (cut.start_ms, cut.main_track_id)
        for cut in recording.cuts
        if ":" in (cut.main_track_id or "")
    ]
    assert shown == [
        (0, "slide:d1:1"),
        (2000, "slide:d1:2"),
        (4000, "board:p1"),
        (6000, "board:p2"),
    ]
    assert [cut.inset_track_id for cut in recording.cuts][:4] == ["ada-camera"] * 4
    for one in recording.boards:
        assert (world.folder(1) / "boards" / one.url.rpartition("/")[2]).is_file()


def test_WB7_what_was_written_is_found(world: World) -> None:
    with world.library.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT start_ms, text FROM transcript_search WHERE transcript_search MATCH :q "
                "ORDER BY start_ms"
            ),
            {"q": "mainz OR soot"},
        ).all()
    assert [tuple(row) for row in rows] == [
        (2000, "Ink\nSoot and oil"),
        (6000, "Movable type in Mainz"),
    ]


def test_WB10_a_rooms_whiteboard_is_with_the_room_and_nowhere_else(world: World) -> None:
    recording = world.recording()
    red = recording.rooms[0]
    base = f"/api/v1/recordings/r1/media/{world.version()}/rooms/0"
    assert [(one.start_ms, one.end_ms, one.text, one.url) for one in red.boards] == [
        (1400, 4400, "Lead and tin", f"{base}/boards/p3.webp")
    ]
    assert (world.folder() / "rooms" / "0" / "boards" / "p3.webp").is_file()
    assert not (world.folder() / "boards" / "p3.webp").exists()
    assert all(one.picture_id != "p3" for one in recording.boards)
    assert [(mark.at_ms, mark.label) for mark in red.marks] == [(1400, "Lead and tin")]
    assert all(mark.label != "Lead and tin" for mark in recording.marks)
    assert [(cut.start_ms, cut.main_track_id) for cut in red.cuts] == [
        (0, "slide:d1:2"), (400, None), (1400, "board:p3"),
    ]  # fmt: skip


def test_BR18_a_room_has_chapters_of_its_own(world: World) -> None:
    red = world.recording().rooms[0]
    assert [(one.start_ms, one.end_ms, one.speaker_names) for one in red.chapters] == [
        (0, 4400, ["Bo"])
    ]


def test_BR19_what_was_drawn_in_a_room_is_in_the_index_of_rooms_alone(world: World) -> None:
    with world.library.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT number, kind, start_ms FROM transcript_search_rooms "
                "WHERE transcript_search_rooms MATCH 'tin' ORDER BY start_ms"
            )
        ).all()
        people = connection.execute(
            text("SELECT participant_id FROM recording_room_people WHERE number = 0")
        ).all()
        main = connection.execute(
            text("SELECT 1 FROM transcript_search WHERE transcript_search MATCH 'tin'")
        ).all()
    # The only chapter is called what stands on the whiteboard.
    assert [tuple(row) for row in rows] == [(0, "chapter", 0), (0, "shown", 1400)]
    assert ([one[0] for one in people], main) == (["bo"], [])


def test_BR17_BR19_a_silent_room_has_its_whiteboard_and_is_found_by_it(world: World) -> None:
    blue = world.recording().rooms[1]
    assert (blue.audio_url, blue.captions_url, blue.participant_ids) == (None, None, [])
    assert [(one.start_ms, one.end_ms, one.text) for one in blue.boards] == [
        (1900, 4400, "Antimony")
    ]
    assert (world.folder() / "rooms" / "1" / "boards" / "p4.webp").is_file()
    assert blue.cuts[-1].main_track_id == "board:p4"
    with world.library.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT number, kind, start_ms FROM transcript_search_rooms "
                "WHERE transcript_search_rooms MATCH 'antimony'"
            )
        ).all()
        indexed = connection.execute(text("SELECT number FROM recording_rooms")).scalars().all()
    assert [tuple(row) for row in rows] == [(1, "shown", 1900)]
    assert indexed == [0, 1], "of Grey there is nothing to find"


def index_of_rooms(world: World) -> list[list[tuple[object, ...]]]:
    tables = ("recording_rooms", "recording_room_people", "recording_indexes")
    words = "number, kind, start_ms, speaker, text FROM transcript_search_rooms"
    queries = [*(f"* FROM {table}" for table in tables), words]
    with world.library.connect() as connection:
        return [
            sorted(tuple(row) for row in connection.execute(text(f"SELECT {query}")))
            for query in queries
        ]


def test_BR19_rooms_that_an_older_version_published_are_indexed_by_the_worker(world: World) -> None:
    made = index_of_rooms(world)
    assert all(made)
    with world.library.begin() as connection:
        for table in ("recording_rooms", "recording_indexes", "transcript_search_rooms"):
            connection.execute(text(f"DELETE FROM {table}"))
    with WorkerProcess(world.data):
        until(lambda: bool(index_of_rooms(world)[2]), PATIENCE_S, "indexed")
    assert index_of_rooms(world) == made


def test_BR19_a_repeated_index_of_rooms_is_the_same_one_and_no_other_versions(
    world: World,
) -> None:
    made = index_of_rooms(world)

    class NoLog:
        def events(self, session_id: str) -> list[e.Event]:
            raise AssertionError(f"no side of {session_id} was by itself")

    again = IndexAgain(world.store, NoLog(), Folders(world.data))
    assert again.due() == []
    assert again.make(Job("r1", "s1", 1)) == 2
    assert index_of_rooms(world) == made
    world.store.index_rooms("r1", (world.version() or 0) - 1, [], 7)
    assert index_of_rooms(world) == made
