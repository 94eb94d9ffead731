"""The worker as a process of its own: published once, whatever happens to it."""

from __future__ import annotations

import hashlib
import subprocess
import time
from pathlib import Path

import msgspec
import psutil
import pytest
from sqlalchemy import select, update

from recordings.ports import STEPS
from recordings.pruning import KEPT
from server.domain.chat_events import ChatSent
from server.domain.recording_events import RecordingStarted
from server.domain.session_events import SessionEnded
from server.schemas.recordings import Recording
from server.storage import tables as t
from tests.recordings_measure import beeps, flashes
from tests.recordings_synth import Log, Publisher, opus, vp8
from tests.recordings_world import WorkerProcess, World, until

pytestmark = pytest.mark.timeout(400)  # the machine may be busy with other tests
LENGTH_MS = 4000
BEEPS = (1520,)
PATIENCE_S = 100


def ended_class(folder: Path, *, camera: bool = True, sealed: bool = True) -> World:
    ada = Publisher(participant_id="ada", folder=folder / "captures" / "s1")
    ada.write("microphone", opus(LENGTH_MS, BEEPS), codec="opus", is_sealed=sealed)
    if camera:
        ada.write("camera", vp8(LENGTH_MS, flashes=BEEPS), is_sealed=sealed)
    log = Log().join(0, "ada", "microphone", "camera", name="Ada", role="facilitator")
    log.join(0, "bo", name="Bo").capture(0, ada)
    log.add(0, RecordingStarted("r1")).add(1000, ChatSent("m1", "bo", "hello"))
    log.add(LENGTH_MS, SessionEnded())
    return World.create(folder, log.sorted())


def is_over(world: World) -> bool:
    """The workflow has ended, and the last step's state is written."""
    return world.workflow_state(world.attempt()) in ("SUCCESS", "ERROR")


def kept_steps(world: World) -> list[str]:
    """Steps whose results are still in the work folder, and whatever else is there."""
    return sorted(path.name.split("-")[0] for path in (world.folder().parent / "work").iterdir())


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file of a version but the report, which tells times."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "report.json"
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = ended_class(tmp_path_factory.mktemp("undisturbed"))
    with WorkerProcess(world.data):
        until(lambda: is_over(world), PATIENCE_S, "published")
    return world


def test_a_session_that_ended_becomes_a_recording(undisturbed: World) -> None:
    world = undisturbed
    assert world.stage() == "published"
    assert {name: step.state for name, step in world.steps().items()} == dict.fromkeys(
        STEPS, "done"
    )
    assert all(step.cpu_s is not None for step in world.steps().values())
    recording = world.recording()
    assert recording.summary.duration_ms == LENGTH_MS
    assert recording.hls_url == f"/api/v1/recordings/r1/media/{world.version()}/hls/master.m3u8"
    assert [c.title for c in recording.chapters] == ["First half", "Second; half=#2"]
    assert [m.label for m in recording.marks if m.kind == "chat"] == ["hello"]
    assert recording.participant_names == {"ada": "Ada", "bo": "Bo"}
    present = {path.name for path in world.folder().iterdir()}
    assert present >= {
        "recording.json", "transcript.json", "items.json", "captions.vtt", "chapters.vtt", "hls",
        "download.mp4", "storyboard.webp", "storyboard.vtt", "thumbs", "report.json",
    }  # fmt: skip
    assert "<v Ada>beep" in (world.folder() / "captions.vtt").read_text()


def test_its_people_are_told_once(undisturbed: World) -> None:
    assert undisturbed.notices() == [
        ("ada", "recording_provisional"), ("ada", "recording_ready"), ("bo", "recording_ready"),
    ]  # fmt: skip


def test_the_provisional_version_has_tracks_and_cuts(undisturbed: World) -> None:
    folder = undisturbed.folder(1)
    recording = msgspec.json.decode((folder / "recording.json").read_bytes(), type=Recording)
    assert recording.summary.stage == "provisional"
    assert [track.kind for track in recording.tracks] == ["camera"]
    assert recording.cuts[0].main_track_id == recording.tracks[0].track_id
    assert (folder / "audio_mix.webm").stat().st_size > 1000
    assert (folder / "tracks" / "ada-camera.webm").stat().st_size > 1000


def test_what_is_large_goes_and_the_words_stay(undisturbed: World) -> None:
    assert kept_steps(undisturbed) == sorted(KEPT)
    work = undisturbed.folder().parent / "work"
    assert sum(path.stat().st_size for path in work.rglob("*") if path.is_file()) < 100_000


@pytest.mark.slow
def test_a_later_attempt_makes_the_pictures_again_and_keeps_the_words(tmp_path: Path) -> None:
    world = ended_class(tmp_path / "again")
    with WorkerProcess(world.data):
        until(lambda: is_over(world), PATIENCE_S, "published")
        first = contents(world.folder())
        with world.library.begin() as connection:
            connection.execute(update(t.recordings).values(stage="processing", attempt=2))
        until(lambda: is_over(world), PATIENCE_S, "published again")
    steps = world.steps(2)
    assert {name for name, step in steps.items() if "unchanged" in (step.detail or "")} >= {
        "seal", "verify", "transcribe", "merge", "chapters", "items",
    }  # fmt: skip
    assert {name: step.state for name, step in steps.items()} == dict.fromkeys(STEPS, "done")
    assert contents(world.folder()) == first
    assert kept_steps(world) == sorted(KEPT)


def test_search_finds_what_was_said(undisturbed: World) -> None:
    with undisturbed.library.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT kind, text FROM transcript_search WHERE transcript_search MATCH 'beep OR half'"
        ).all()
    assert {row.kind for row in rows} == {"segment", "chapter"}


@pytest.mark.slow
def test_a_worker_killed_in_each_step_publishes_once(undisturbed: World, tmp_path: Path) -> None:
    """kill -9 after the work of each step, before the durable log knows of it."""
    world = ended_class(tmp_path / "killed")
    while not is_over(world):
        with WorkerProcess(world.data, DIE_IN=" ".join((*STEPS, "prune"))) as worker:
            until(
                lambda w=worker: w.process.poll() is not None or is_over(world),
                PATIENCE_S, "an end",
            )  # fmt: skip
        assert world.stage() != "failed", world.steps()
    assert all((world.data / f"died-{step}").exists() for step in (*STEPS, "prune"))
    assert world.stage() == "published"
    assert world.notices() == undisturbed.notices()
    assert contents(world.folder()) == contents(undisturbed.folder())
    assert [p.name for p in sorted(world.folder().parent.glob("v*"))] == ["v1", "v2"]
    assert kept_steps(world) == kept_steps(undisturbed)


@pytest.mark.slow
def test_children_die_with_a_killed_worker_and_its_successor_goes_on(tmp_path: Path) -> None:
    world = ended_class(tmp_path / "killed")
    with WorkerProcess(world.data) as worker:
        until(lambda: "compose" in world.steps(), PATIENCE_S, "composing")
        children = psutil.Process(worker.process.pid).children(recursive=True)
        worker.kill()
        _, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []
    with WorkerProcess(world.data):
        until(lambda: is_over(world), PATIENCE_S, "published")
    assert world.stage() == "published"


@pytest.mark.slow
def test_a_failure_names_its_cause_and_a_retry_keeps_what_was_done(tmp_path: Path) -> None:
    world = ended_class(tmp_path / "failing")
    with WorkerProcess(world.data, FAIL_IN="transcribe"):
        until(lambda: is_over(world), PATIENCE_S, "failed")
        assert world.stage() == "failed"
        assert world.steps()["transcribe"].error == "The speech model is missing."
        assert world.steps()["compose"].state == "done", "the other branch is not wasted"
        assert world.version() == 1, "the last good version stays"
        assert ("ada", "recording_failed") in world.notices()
        r = t.recordings
        with world.library.begin() as connection:
            connection.execute(update(r).values(stage="processing", attempt=2))
        until(lambda: is_over(world), PATIENCE_S, "published")
    assert world.stage() == "published"
    steps = world.steps(2)
    for name in ("seal", "verify", "assemble", "compose"):
        assert "unchanged" in (steps[name].detail or ""), name
    with world.library.connect() as connection:
        assert connection.scalar(select(r.c.failure)) is None


@pytest.mark.slow
def test_a_class_without_sound_or_picture_is_published_too(tmp_path: Path) -> None:
    log = Log().join(0, "ada", name="Ada", role="facilitator")
    log.add(0, RecordingStarted("r1")).add(1000, SessionEnded())
    world = World.create(tmp_path / "silent", log.sorted())
    with WorkerProcess(world.data):
        until(lambda: is_over(world), PATIENCE_S, "published")
    assert world.stage() == "published"
    lengths = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0",
         str(world.folder() / "download.mp4")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert float(lengths.stdout) == pytest.approx(1.0, abs=0.2)


def test_nothing_on_record_is_said_so(tmp_path: Path) -> None:
    log = Log().join(0, "ada", name="Ada", role="facilitator").add(1000, SessionEnded())
    world = World.create(tmp_path / "nothing", log.sorted())
    with WorkerProcess(world.data):
        until(lambda: is_over(world), PATIENCE_S, "failed")
    assert world.stage() == "failed"
    assert world.steps()["verify"].error == "Nothing was recorded: the recording was never on."


@pytest.mark.slow
def test_the_provisional_version_is_made_while_the_class_is_live(tmp_path: Path) -> None:
    """Half of the captures are there when the worker starts; the rest comes, the class ends."""
    folder = tmp_path / "live"
    ada = Publisher(participant_id="ada", folder=folder / "captures" / "s1")
    instants = (1520, 6520)
    ada.write("microphone", opus(8000, instants), codec="opus")
    ada.write("camera", vp8(8000, flashes=instants))
    whole = {path: path.read_bytes() for _, _, path in ada.captures}
    for path, content in whole.items():
        path.write_bytes(content[: len(content) // 2])
    # A wall clock that has not come so far leaves it to the last event how far the log is known.
    log = Log(utc_ms=time.time_ns() // 1_000_000 + 3_600_000)
    log.join(0, "ada", "microphone", "camera", name="Ada", role="facilitator")
    log.capture(0, ada).add(0, RecordingStarted("r1"))
    log.add(5500, ChatSent("m1", "ada", "half way"))
    events = log.sorted()
    world = World.create(folder, events, stage="live")
    work = folder / "recordings" / "r1" / "work"
    with WorkerProcess(world.data):
        until(lambda: any(work.glob("follow-*/ada-camera.webm")), PATIENCE_S, "followed")
        for path, content in whole.items():
            with path.open("ab") as file:
                file.write(content[len(content) // 2 :])
        ended = log.add(8000, SessionEnded()).sorted()
        world.append(ended[len(events) :])
        world.set_stage("processing")
        until(lambda: is_over(world), PATIENCE_S, "published")
    assert world.stage() == "published"
    assert "while the class was live" in (world.steps()["provisional"].detail or "")
    assert not list(work.glob("follow-*"))
    early = world.folder(1)
    heard, seen = beeps(early / "audio_mix.webm"), flashes(early / "tracks" / "ada-camera.webm")
    recording = msgspec.json.decode((early / "recording.json").read_bytes(), type=Recording)
    assert len(heard) == len(seen) == 2
    for sound, picture in zip(heard, seen, strict=True):
        assert abs(sound - picture - recording.tracks[0].start_ms) <= 40
    assert recording.cuts[-1].end_ms == recording.summary.duration_ms == 8000
