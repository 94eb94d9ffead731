"""Captures to tracks, composition and renditions, on sound and pictures of known timing."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from recordings.facts import Facts
from recordings.renditions import Renditions, render
from recordings.spans import Span
from server.domain import breakout_events as be
from server.domain import slides_events as se
from server.domain import whiteboard_events as we
from server.domain.recording_events import (
    ConsentGiven,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
)
from server.domain.session_events import SessionEnded
from server.domain.track_events import TrackChanged
from server.schemas.recordings import Chapter
from tests.recordings_made import Made, class_of, compose, expected, make, publisher
from tests.recordings_measure import beeps, flashes, pictures, sound
from tests.recordings_payloads import PAYLOADS
from tests.recordings_synth import (
    FLASHES_MS,
    MS,
    CaptureWriter,
    Log,
    coded,
    opus,
    rtp_packet,
    vp8,
)

pytestmark = pytest.mark.timeout(300)


def rendered(made: Made, folder: Path, chapters: Sequence[Chapter]) -> tuple[Path, Renditions]:
    out = folder / "rendered"
    out.mkdir()
    composed = compose(made, folder)
    result = render(
        composed, made.folder / "mix.flac", chapters, "It's; a=title #1", made.facts.duration_ms,
        out, lambda _: None,
    )  # fmt: skip
    return out, result


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Path, Renditions]:
    """Ten seconds of one person, all the way."""
    folder = tmp_path_factory.mktemp("whole")
    ada = publisher(folder)
    ada.write("microphone", opus(10_000), codec="opus")
    ada.write("camera", vp8(10_000))
    made = make(folder, class_of(10_000, ada))
    chapters = [
        Chapter("c1", 0, 5000, 'One = "x"; #\\', None, []),
        Chapter("c2", 5000, 10_000, "Two", None, []),
    ]
    out, result = rendered(made, folder, chapters)
    return made, out, result


def test_sound_and_picture_stay_in_step(whole: tuple[Made, Path, Renditions]) -> None:
    """Flash and beep at the same instants, through all of it: at most 40 ms apart."""
    download = whole[1] / "download.mp4"
    heard, seen = beeps(download), flashes(download)
    assert len(heard) == len(seen) == len(FLASHES_MS)
    skews = [a - v for a, v in zip(heard, seen, strict=True)]
    assert max(map(abs, skews)) <= 40, skews
    # And both are where the session clock says.
    assert heard == pytest.approx(expected(FLASHES_MS), abs=5)


def test_hls_is_in_step_as_well(whole: tuple[Made, Path, Renditions]) -> None:
    for height in (720, 360):
        playlist = whole[1] / "hls" / f"{height}p" / "index.m3u8"
        for heard, seen in zip(beeps(playlist), flashes(playlist), strict=True):
            assert abs(heard - seen) <= 40


def test_the_length_is_the_time_on_record(whole: tuple[Made, Path, Renditions]) -> None:
    probe = json.loads(
        subprocess.run(
            ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters",
             "-of", "json", str(whole[1] / "download.mp4")],
            check=True, capture_output=True,
        ).stdout
    )  # fmt: skip
    for stream in probe["streams"][:2]:  # the third is the chapters' text
        assert float(stream["duration"]) == pytest.approx(10.0, abs=0.1), stream["codec_name"]
    codecs = [stream["codec_name"] for stream in probe["streams"]]
    assert codecs[:2] == ["h264", "aac"]
    assert [c["tags"]["title"] for c in probe["chapters"]] == ['One = "x"; #', "Two"]
    assert probe["format"]["tags"]["title"] == "It's; a=title #1"


def test_playlists_hold_against_an_outside_parser(
    whole: tuple[Made, Path, Renditions], repository: Path
) -> None:
    node = shutil.which("node")
    module = repository / "web" / "node_modules" / "hls-parser"
    assert node is not None and module.is_dir(), "make setup installs both"
    script = """
    const HLS = require(process.argv[1]); const fs = require('fs');
    const read = (p) => HLS.parse(fs.readFileSync(p, 'utf8'));
    const master = read(process.argv[2] + '/master.m3u8');
    const media = master.variants.map((v) => read(process.argv[2] + '/' + v.uri));
    console.log(JSON.stringify({
      variants: master.variants.map((v) => [v.codecs, v.resolution, v.bandwidth]),
      lengths: media.map((m) => m.segments.reduce((t, s) => t + s.duration, 0)),
      boundaries: media.map((m) => m.segments.map((s) => s.duration)),
      ends: media.map((m) => m.endlist),
    }));
    """
    found = json.loads(
        subprocess.run(
            [node, "-e", script, str(module), str(whole[1] / "hls")],
            check=True, capture_output=True,
        ).stdout
    )  # fmt: skip
    assert [v[1] for v in found["variants"]] == [
        {"width": 1280, "height": 720}, {"width": 640, "height": 360},
    ]  # fmt: skip
    assert all(v[0].startswith("avc1.") and "mp4a.40.2" in v[0] for v in found["variants"])
    assert found["lengths"] == [pytest.approx(10.0, abs=0.1)] * 2
    assert found["boundaries"][0] == found["boundaries"][1]
    assert found["ends"] == [True, True]


def test_storyboard_and_thumbnails_are_pictures(whole: tuple[Made, Path, Renditions]) -> None:
    _, out, result = whole
    for name in ("storyboard.webp", *result.thumbnails, result.thumbnail):
        (_, _, luma), *_ = pictures(out / str(name))
        assert luma.shape in ((90, 800), (360, 640))
    cues = (out / "storyboard.vtt").read_text().split("\n\n")
    assert cues[-1].splitlines()[0] == "00:00:08.000 --> 00:00:10.000"


def test_a_torn_file_gives_what_it_holds(tmp_path: Path) -> None:
    ada = publisher(tmp_path)
    path = ada.write("microphone", opus(10_000), codec="opus", is_sealed=False)
    path.write_bytes(path.read_bytes()[:-1000])
    made = make(tmp_path, class_of(10_000, ada))
    count = made.count("ada-microphone")
    assert not count.is_sealed and count.torn_bytes > 0
    assert count.frames > 400
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(FLASHES_MS), abs=5)


def test_lost_packets_move_nothing(tmp_path: Path) -> None:
    """Every seventh packet of sound and 20 of the picture's are gone."""
    ada = publisher(tmp_path)
    ada.write("microphone", opus(10_000), codec="opus", lose=frozenset(range(3, 500, 7)))
    ada.write("camera", vp8(10_000), lose=frozenset(range(10, 30)))
    made = make(tmp_path, class_of(10_000, ada))
    assert made.count("ada-microphone").lost == 71
    assert made.count("ada-camera").lost == 20
    assert made.count("ada-camera").frames == 250 - 40  # the picture stands until the next key
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(FLASHES_MS), abs=20)
    shown = pictures(compose(made, tmp_path) / "720.mp4")
    assert len(shown) == 250


@pytest.mark.parametrize("codec", ["VP8", "VP9", "AV1"])
def test_the_size_may_change_in_mid_file(tmp_path: Path, codec: str) -> None:
    """Simulcast layers of 16:9, then a phone turned upright: one file, one composition."""
    ada = publisher(tmp_path)
    writer = CaptureWriter(
        tmp_path / "captures" / "ada-camera.rtp", participant_id="ada", track="camera",
        codec=codec, clock_rate=90_000, ssrc=1,
    )  # fmt: skip
    sequence = 0
    for index, (width, height, grey) in enumerate(((320, 180, 60), (640, 360, 90), (180, 320, 60))):
        writer.layer(index * 3000 * MS, "qhf"[index], index + 1)
        for frame in coded(codec, 3000, width, height, flashes=(1520,), grey=grey):
            at = index * 3000 + frame.at_ms
            ticks = 5_000_000 * index + round(at * 90)
            if frame.at_ms % 1000 == 0:
                writer.report(round((at + 40) * MS), index + 1, round((at + 7777) * MS), ticks)
            parts = PAYLOADS[codec](frame.data)
            for part, payload in enumerate(parts):
                packet = rtp_packet(
                    sequence, ticks, index + 1, payload, marker=part == len(parts) - 1, pt=96
                )
                writer.rtp(round((at + 40) * MS), packet)
                sequence += 1
    writer.close()
    ada.captures.append(("ada-camera", "camera", tmp_path / "captures" / "ada-camera.rtp"))
    made = make(tmp_path, class_of(9000, ada))
    shown = pictures(compose(made, tmp_path) / "720.mp4")
    assert len(shown) == 225
    assert [at for at, _, _ in shown] == pytest.approx([i * 40 for i in range(225)], abs=1)
    bright = [
        at for (at, _, luma), (_, _, before) in zip(shown[1:], shown, strict=False)
        if luma[:, 560:600].mean() > 180 > before[:, 560:600].mean()
    ]  # fmt: skip
    assert bright == pytest.approx([1560, 4560, 7560], abs=41)
    # The upright picture is centred between bars, not stretched.
    upright = shown[200][2]
    assert upright[:, :300].mean() < 40 and upright[:, 1000:].mean() < 40


def test_a_pause_is_cut_out(tmp_path: Path) -> None:
    """Off record from 3 s to 6 s: its beep and flash are nowhere, the later ones move up."""
    ada = publisher(tmp_path)
    instants = (1520, 4520, 7520)
    ada.write("microphone", opus(10_000, instants), codec="opus")
    ada.write("camera", vp8(10_000, flashes=instants))
    log = class_of(10_000, ada)
    log.add(3000, RecordingPaused("r1")).add(6000, RecordingResumed("r1"))
    made = make(tmp_path, log)
    assert made.facts.duration_ms == 7000
    assert [(g.at_ms, g.length_ms, g.reason) for g in made.facts.gaps] == [(3000, 3000, "paused")]
    out, _ = rendered(made, tmp_path, [])
    download = out / "download.mp4"
    assert beeps(download) == pytest.approx([1560, 4560], abs=20)
    assert flashes(download) == pytest.approx([1560, 4560], abs=41)
    assert made.count("ada-camera").off_record > 70


def test_nothing_of_someone_who_declined_is_kept(tmp_path: Path) -> None:
    """Even though a capture is there: bo never agreed, cy did from 5 s on."""
    ada = publisher(tmp_path)
    ada.write("microphone", opus(10_000, ()), codec="opus")
    bo, cy = publisher(tmp_path, "bo"), publisher(tmp_path, "cy")
    for one in (bo, cy):
        one.write("microphone", opus(10_000), codec="opus")
        one.write("camera", vp8(10_000))
    log = Log().join(0, "ada", "microphone", role="facilitator").capture(0, ada)
    log.join(0, "bo", "microphone", "camera", consents=False).capture(0, bo)
    log.join(0, "cy", "microphone", "camera", consents=False).capture(0, cy)
    log.add(0, RecordingStarted("r1")).add(5000, ConsentGiven("cy"))
    log.add(10_000, SessionEnded())
    made = make(tmp_path, log)
    assert {t.participant_id for t in made.assembled.videos} == {"cy"}
    assert "bo" not in made.facts.names()
    assert not list(made.folder.glob("bo*"))
    later = [at for at in FLASHES_MS if at > 5000]
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(later), abs=5)
    assert all(v.start_ms >= 5000 for v in made.assembled.videos)


def test_a_track_the_log_calls_off_is_left_out(tmp_path: Path) -> None:
    ada = publisher(tmp_path)
    ada.write("microphone", opus(10_000), codec="opus")
    log = class_of(10_000, ada)
    log.add(3000, TrackChanged("ada", "microphone", False, "ada"))
    log.add(8000, TrackChanged("ada", "microphone", True, "ada"))
    made = make(tmp_path, log)
    kept = [at for at in FLASHES_MS if at < 3000 or at > 8000]
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(kept), abs=5)


def test_a_reconnect_goes_on_in_the_same_track(tmp_path: Path) -> None:
    """The second connection overlaps the first by half a second and has another clock."""
    ada = publisher(tmp_path)
    ada.write("microphone", [f for f in opus(10_000) if f.at_ms < 5500], codec="opus")
    again = publisher(tmp_path, ntp_ahead_ms=999.0)
    rest = [f for f in opus(10_000) if f.at_ms >= 5000]
    again.write("microphone", rest, codec="opus", name="ada-microphone-2")
    log = class_of(10_000, ada)
    log.capture(5000, again)
    made = make(tmp_path, log)
    assert len(made.assembled.sounds) == 1
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(FLASHES_MS), abs=5)


def test_silence_and_cards_are_a_recording_too(tmp_path: Path) -> None:
    log = Log().join(0, "ada", name="Åsa'; drawtext", role="facilitator")
    log.add(0, RecordingStarted("r1")).add(2100, SessionEnded())
    made = make(tmp_path, log)
    out, result = rendered(made, tmp_path, [])
    samples, _ = sound(out / "download.mp4")
    assert abs(samples).max() < 0.001
    shown = pictures(out / "download.mp4")
    assert len(shown) * 40 == result.duration_ms == pytest.approx(2100, abs=200)
    middle = shown[10][2][220:500, 500:780]
    assert middle.max() > 200, "the initial is drawn"


def test_voices_are_brought_to_one_loudness(tmp_path: Path) -> None:
    quiet, loud = publisher(tmp_path, "ada"), publisher(tmp_path, "bo")
    quiet.write("microphone", opus(10_000, (1520, 3520), 0.05), codec="opus")
    loud.write("microphone", opus(10_000, (6520, 8520), 0.6), codec="opus")
    made = make(tmp_path, class_of(10_000, quiet, loud))
    samples, _ = sound(made.folder / "mix.flac")
    levels = [
        float(np.sqrt((samples[(at + 60) * 48 : (at + 200) * 48] ** 2).mean())) for at in FLASHES_MS
    ]
    assert max(levels) / min(levels) < 1.6, levels
    assert abs(samples).max() <= 0.96


def test_facts_are_files(whole: tuple[Made, Path, Renditions]) -> None:
    raw = msgspec.json.encode(whole[0].facts)
    assert msgspec.json.decode(raw, type=Facts) == whole[0].facts


def test_BR15_the_recording_follows_the_main_room_and_each_room_has_its_own_sound(
    tmp_path: Path,
) -> None:
    """Ada speaks all the time, from 3 to 7 s in a breakout room."""
    ada = publisher(tmp_path)
    ada.write("microphone", opus(10_000), codec="opus")
    log = class_of(10_000, ada)
    rooms = ({"room_id": "b.1", "name": "Red", "task": "", "participant_ids": ["ada"]},)
    log.add(3000, be.BreakoutsOpened("b", rooms, None, "smallest", True, False))
    log.add(7000, be.BreakoutsClosed("b"))
    made = make(tmp_path, log)
    (red,) = made.assembled.rooms
    assert (red.name, red.start_ms, red.end_ms, red.participant_ids) == ("Red", 3000, 7000, ["ada"])
    apart = [at for at in expected(FLASHES_MS) if 3000 <= at < 7000]
    main = [at for at in expected(FLASHES_MS) if not 3000 <= at < 7000]
    assert apart and main
    assert beeps(made.folder / "mix.flac") == pytest.approx(main, abs=5)
    # What begins with the file cannot be moved ahead by the codec's 7.5 ms.
    assert red.path is not None
    assert beeps(made.folder / red.path) == pytest.approx([at - 3000 for at in apart], abs=10)
    kinds = [(mark.kind, mark.label) for mark in made.facts.marks]
    assert ("breakout", "Red") in kinds


def test_BR16_rooms_at_the_same_time_hold_who_was_in_them_with_pictures(tmp_path: Path) -> None:
    """Ada moves from Red to Blue at 5 s, Bo is in Blue all the while; nobody is in Green."""
    ada, bo = publisher(tmp_path), publisher(tmp_path, "bo")
    ada.write("microphone", opus(10_000), codec="opus")
    ada.write("camera", vp8(10_000))
    bo.write("microphone", opus(10_000), codec="opus")
    log = class_of(10_000, ada, bo)
    plan = (("Red", ("ada",)), ("Blue", ("bo",)), ("Green", ()))
    rooms = tuple(
        {"room_id": f"b.{n}", "name": name, "task": "", "participant_ids": list(who)}
        for n, (name, who) in enumerate(plan)
    )
    log.add(2000, be.BreakoutsOpened("b", rooms, None, "smallest", True, False))
    log.add(5000, be.ParticipantMoved("ada", "b.1", None, False))
    log.add(1000, se.SlidesPresented("d", "Printing", 1, 1, "Paper", "ada"))
    log.add(3000, se.SlidesStopped("d", "ada"))
    log.add(6500, we.WhiteboardPictured("p", 6400, 800, 450, "b.1"))
    log.add(8000, be.BreakoutsClosed("b"))
    made = make(tmp_path, log)
    red, blue = made.assembled.rooms
    # WB10, SL4: everybody's slide, the room's own whiteboard, and nothing of it in another room.
    stills = [
        [(one.start_ms, one.end_ms, one.main) for one in room.epochs if ":" in (one.main or "")]
        for room in (red, blue)
    ]
    assert stills == [[(0, 1000, "slide:d:1")], [(0, 1000, "slide:d:1"), (4400, 6000, "board:p")]]
    assert [(one.picture_id, one.span) for one in blue.boards] == [("p", Span(4400, 6000))]
    assert red.boards == [] and made.facts.boards == []
    assert (red.participant_ids, red.members) == (["ada"], ["ada"])
    assert (blue.participant_ids, blue.members) == (["ada", "bo"], ["ada", "bo"])
    for room, from_ms, to_ms in ((red, 2000, 5000), (blue, 5000, 8000)):
        (video,) = room.videos
        assert room.end_ms - room.start_ms == 6000
        # From the first whole picture on.
        assert from_ms <= video.start_ms + room.start_ms <= from_ms + 1500
        assert video.end_ms + room.start_ms == pytest.approx(to_ms, abs=200)
        shown = [one for one in room.epochs if one.main == video.track_id]
        assert shown and (made.folder / video.path).is_file()
    voices = {voice.sound.participant_id: voice.sound for voice in blue.voices}
    assert voices["bo"].start_ms == pytest.approx(0, abs=100), "in the room's own time"
    assert voices["ada"].start_ms == pytest.approx(3000, abs=100)
    assert all((made.folder / voice.wav_path).is_file() for voice in blue.voices)


def test_BR17_a_room_where_all_were_silent_is_listed_without_sound(tmp_path: Path) -> None:
    ada, bo = publisher(tmp_path), publisher(tmp_path, "bo")
    ada.write("microphone", opus(4_000), codec="opus")
    log = class_of(4_000, ada, bo)
    rooms = ({"room_id": "b.1", "name": "Red", "task": "", "participant_ids": ["bo"]},)
    log.add(1000, be.BreakoutsOpened("b", rooms, None, "smallest", True, False))
    log.add(3000, be.BreakoutsClosed("b"))
    (red,) = make(tmp_path, log).assembled.rooms
    assert (red.path, red.participant_ids, red.members) == (None, [], ["bo"])
    assert (red.videos, red.voices, red.epochs) == ([], [], [])
