"""The child process from a job to its result, on a real transcript of a real lecture."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.schemas.items import Item
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Transcript
from transcripts.captions import captions_vtt
from transcripts.child import main
from transcripts.merge import merged, text_of
from transcripts.ports import (
    ChapterPrior,
    ChaptersJob,
    ChaptersResult,
    ItemsJob,
    ItemsResult,
    PollPrior,
    SpeechTrack,
    TranscribeJob,
    TranscribeResult,
)
from transcripts.titles import bare, spoken_words

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "speech"
DURATION_MS = 234_300


class Answer:
    def __init__(self, code: int, lines: list[dict[str, Any]], out: Path) -> None:
        self.code, self.lines, self.out = code, lines, out

    @property
    def error(self) -> dict[str, str]:
        return self.lines[-1]["error"]


def here(folder: Path, verb: str, job: object) -> Answer:
    """The child's own main in this process: a process each would load the models each time."""
    asked, out = folder / f"{verb}.job.json", folder / f"{verb}.json"
    asked.write_bytes(msgspec.json.encode(job))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main([verb, str(asked), str(out)])
    return Answer(code, [json.loads(line) for line in said.getvalue().splitlines()], out)


def child(folder: Path, verb: str, job: object) -> Answer:
    asked, out = folder / f"{verb}.job.json", folder / f"{verb}.json"
    asked.write_bytes(job if isinstance(job, bytes) else msgspec.json.encode(job))
    done = subprocess.run(
        [sys.executable, "-m", "transcripts.child", verb, str(asked), str(out)],
        capture_output=True, text=True, check=False, env=dict(os.environ),
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Answer(done.returncode, [json.loads(line) for line in done.stdout.splitlines()], out)


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    raw = (FIXTURES / "lecture.transcript.json").read_bytes()
    return msgspec.json.decode(raw, type=Transcript)


@pytest.fixture(scope="module")
def chapters(transcript: Transcript, tmp_path_factory: pytest.TempPathFactory) -> list[Chapter]:
    answer = here(tmp_path_factory.mktemp("c"), "chapters", ChaptersJob(transcript, DURATION_MS))
    assert answer.code == 0
    return list(msgspec.json.decode(answer.out.read_bytes(), type=ChaptersResult).chapters)


@pytest.fixture(scope="module")
def items_job(transcript: Transcript, chapters: list[Chapter]) -> ItemsJob:
    poll = PollPrior(
        poll_id="poll",
        at_ms=60_000,
        question="Who took impressions from wood blocks engraved in relief?",
        options=("The Romans", "The Chinese", "The Italians", "The Germans"),
        tally=(5, 9, 1, 3),
        key=1,
    )
    keyless = replace(poll, poll_id="opinion", key=None)
    return ItemsJob(transcript, tuple(chapters), (poll, keyless), ("Ada Lovelace", "Bo"))


@pytest.fixture(scope="module")
def items(items_job: ItemsJob, tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    answer = here(tmp_path_factory.mktemp("i"), "items", items_job)
    assert answer.code == 0
    result = msgspec.json.decode(answer.out.read_bytes(), type=ItemsResult)
    assert sum(result.rejected.values()) > 0
    return list(result.items)


def test_a_spoken_track_becomes_words_segments_and_captions(tmp_path: Path) -> None:
    track = SpeechTrack("ada", "Ada", str(FIXTURES / "printing.opus"), offset_ms=5_000)
    answer = child(tmp_path, "transcribe", TranscribeJob((track,)))
    assert answer.code == 0
    assert [line["progress"] for line in answer.lines] == sorted(
        line["progress"] for line in answer.lines
    )
    assert answer.lines[-1]["progress"] == 1
    result = msgspec.json.decode(answer.out.read_bytes(), type=TranscribeResult)
    made = merged(result)
    assert 4_700 <= made.segments[0].start_ms <= 5_300
    assert {segment.speaker_name for segment in made.segments} == {"Ada"}
    said = " ".join(text_of(segment.words) for segment in made.segments)
    assert "impressions from wood blocks engraved in relief" in said
    assert (made.language, made.engine, made.model) == ("en", "faster-whisper", "whisper-base")
    assert "<v Ada>Printing, in the only sense" in captions_vtt(made)


def test_a_track_without_speech_is_success_and_loads_no_model(tmp_path: Path) -> None:
    silent = tmp_path / "silent.wav"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "3",
         str(silent)], check=True,
    )  # fmt: skip
    track = SpeechTrack("ada", "Ada", str(silent))
    answer = child(tmp_path, "transcribe", TranscribeJob((track,), model="whisper-tiny.en"))
    assert answer.code == 0
    result = msgspec.json.decode(answer.out.read_bytes(), type=TranscribeResult)
    assert result.tracks[0].words == ()


def test_a_job_that_is_not_understood(tmp_path: Path) -> None:
    answer = child(tmp_path, "chapters", b'{"duration_ms": "long"}')
    assert (answer.code, answer.error["code"]) == (2, "bad_job")


def test_sound_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("no sound")
    track = SpeechTrack("ada", "Ada", str(tmp_path / "x.wav"))
    answer = child(tmp_path, "transcribe", TranscribeJob((track,)))
    assert (answer.code, answer.error["code"]) == (1, "bad_audio")
    assert "x.wav" in answer.error["message"]
    assert not answer.out.exists()


def test_chapters_cover_the_recording_and_are_few(chapters: list[Chapter]) -> None:
    assert 2 <= len(chapters) <= 6
    assert chapters[0].start_ms == 0
    assert chapters[-1].end_ms == DURATION_MS
    for one, other in pairwise(chapters):
        assert one.end_ms == other.start_ms
        assert one.speaker_names == ["Lecturer"]


def test_the_words_of_a_title_occur_in_its_span(
    chapters: list[Chapter], transcript: Transcript
) -> None:
    for chapter in chapters:
        said = spoken_words(
            [
                word
                for segment in transcript.segments
                for word in segment.words
                if chapter.start_ms <= word.start_ms < chapter.end_ms
            ]
        )
        assert chapter.title
        assert all(bare(word) in said for word in chapter.title.split())


def test_a_facilitators_mark_makes_and_names_a_chapter(
    transcript: Transcript, tmp_path: Path
) -> None:
    mark = ChapterPrior(at_ms=140_000, kind="chapter", label="The first Bibles")
    answer = here(tmp_path, "chapters", ChaptersJob(transcript, DURATION_MS, (mark,)))
    result = msgspec.json.decode(answer.out.read_bytes(), type=ChaptersResult)
    named = [chapter for chapter in result.chapters if chapter.title == "The first Bibles"]
    assert [abs(chapter.start_ms - 140_000) < 5_000 for chapter in named] == [True]


def test_nothing_said_is_no_chapter_and_no_item(tmp_path: Path) -> None:
    empty = Transcript(segments=[], language=None, engine="e", model="m")
    chapters = here(tmp_path, "chapters", ChaptersJob(empty, 1000))
    assert (chapters.code, json.loads(chapters.out.read_bytes())["chapters"]) == (0, [])
    items = here(tmp_path, "items", ItemsJob(empty))
    assert (items.code, json.loads(items.out.read_bytes())["items"]) == (0, [])


def test_at_least_five_drafts_with_one_key_of_three(items: list[Item]) -> None:
    assert len([item for item in items if item.origin != "poll"]) >= 5
    for item in items:
        assert item.state == "draft"
        assert len(item.options) == 3
        assert [option.is_key for option in item.options].count(True) == 1
        assert len({option.option_id for option in item.options}) == 3
    assert len({item.item_id for item in items}) == len(items)


def test_evidence_is_a_verbatim_quote_with_its_times(
    items: list[Item], transcript: Transcript, chapters: list[Chapter]
) -> None:
    words = [word for segment in transcript.segments for word in segment.words]
    spoken = text_of(words)
    by_id = {chapter.chapter_id: chapter for chapter in chapters}
    for item in items:
        assert item.evidence in spoken
        quoted = [
            word
            for word in words
            if item.evidence_start_ms <= word.start_ms and word.end_ms <= item.evidence_end_ms
        ]
        assert text_of(quoted) == item.evidence
        assert item.chapter_id is not None
        chapter = by_id[item.chapter_id]
        assert chapter.start_ms <= item.evidence_start_ms < chapter.end_ms


def test_the_key_is_in_the_evidence_and_not_in_the_stem(items: list[Item]) -> None:
    for item in items:
        key = next(option.text for option in item.options if option.is_key)
        content = [w for w in re.findall(r"\w+", key.lower()) if w not in ("the", "a", "an")]
        assert all(word in item.evidence.lower() for word in content)
        assert not any(re.search(rf"\b{word}\b", item.stem.lower()) for word in content)


def test_a_live_poll_is_an_item_with_its_favourite_wrong_answers(items: list[Item]) -> None:
    polls = [item for item in items if item.origin == "poll"]
    assert [item.stem for item in polls] == [
        "Who took impressions from wood blocks engraved in relief?"
    ]
    texts = {option.text for option in polls[0].options}
    assert texts == {"The Chinese", "The Romans", "The Germans"}
    assert "the Chinese took impressions" in polls[0].evidence


def test_what_is_accepted_is_not_drafted_again(
    items_job: ItemsJob, items: list[Item], tmp_path: Path
) -> None:
    kept = items[-1].stem
    answer = here(tmp_path, "items", replace(items_job, accepted=(kept,)))
    result = msgspec.json.decode(answer.out.read_bytes(), type=ItemsResult)
    assert kept not in {item.stem for item in result.items}


def test_only_what_a_facilitator_says_is_asked(items_job: ItemsJob, tmp_path: Path) -> None:
    other = replace(items_job, polls=(), facilitator_ids=("somebody-else",))
    answer = here(tmp_path, "items", other)
    assert json.loads(answer.out.read_bytes())["items"] == []
