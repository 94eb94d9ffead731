"""Captions hold every word, fit the screen and can be read."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Transcript, Word
from transcripts.captions import LINE, captions_vtt, chapters_vtt, cues, stamp, wrapped

_CHECK = """
const { WebVTTParser } = require('webvtt-parser');
const text = require('fs').readFileSync(0, 'utf8');
const kind = process.argv[1];
const tree = new WebVTTParser().parse(text, kind);
process.stdout.write(JSON.stringify({errors: tree.errors, cues: tree.cues.length}));
"""


def segment(name: str, start_ms: int, text: str, each_ms: int = 250) -> Segment:
    words = [
        Word(
            start_ms=start_ms + n * each_ms,
            end_ms=start_ms + (n + 1) * each_ms,
            text=part,
            probability=1.0,
        )
        for n, part in enumerate(text.split())
    ]
    return Segment(
        segment_id=f"{name}{start_ms}",
        participant_id=name,
        speaker_name=name,
        start_ms=start_ms,
        end_ms=words[-1].end_ms,
        words=words,
    )


def transcript(*segments: Segment) -> Transcript:
    return Transcript(segments=list(segments), language="en", engine="e", model="m")


LONG = (
    "Printing, in the only sense with which we are at present concerned, differs from most if not "
    "from all the arts and crafts represented in the exhibition in being comparatively modern."
)


def test_cues_hold_every_word_in_two_lines_of_42() -> None:
    found = cues(transcript(segment("Ada", 0, LONG)))
    assert " ".join(" ".join(cue.lines) for cue in found) == LONG
    for cue in found:
        assert len(cue.lines) <= 2
        assert all(len(line) <= LINE for line in cue.lines)


def test_cues_last_at_least_700_ms_and_those_of_one_speaker_never_overlap() -> None:
    rapid = [segment("Ada", n * 300, "Yes.", each_ms=200) for n in range(30)]
    found = cues(transcript(*rapid, segment("Ada", 20_000, LONG)))
    for one, other in pairwise(found):
        assert one.end_ms - one.start_ms >= 700
        assert one.end_ms <= other.start_ms


def test_a_word_longer_than_a_line_is_broken() -> None:
    assert all(len(line) <= LINE for line in wrapped(["x" * 100]))


def test_two_lines_are_about_equally_long() -> None:
    lines = wrapped(LONG.split()[:12])
    assert len(lines) == 2
    assert abs(len(lines[0]) - len(lines[1])) <= 10


def test_stamps_have_hours_and_ms() -> None:
    assert stamp(3_723_004) == "01:02:03.004"
    assert stamp(-5) == "00:00:00.000"


@pytest.fixture
def webvtt_errors(repository: Path):
    modules = repository / "web" / "node_modules"
    if not (modules / "webvtt-parser").is_dir():
        pytest.fail("web/node_modules lacks webvtt-parser: run make setup")

    def check(text: str, kind: str) -> tuple[list[dict[str, object]], int]:
        done = subprocess.run(
            ["node", "-e", _CHECK, kind],
            input=text, text=True, capture_output=True, check=True, cwd=repository / "web",
        )  # fmt: skip
        answer = json.loads(done.stdout)
        return answer["errors"], answer["cues"]

    return check


def test_the_w3c_parser_finds_no_error_in_captions(webvtt_errors) -> None:
    odd = segment("Zoë <b> & --> Co", 9_000, "a < b && c --> d &amp; <v Eve>")
    text = captions_vtt(transcript(segment("Ada", 0, LONG), odd, segment("Bo", 9_100, "Mm.")))
    errors, count = webvtt_errors(text, "subtitles/captions/descriptions")
    assert errors == []
    assert count >= 5
    assert "<v Eve>" not in text


def test_the_w3c_parser_finds_no_error_in_chapters(webvtt_errors) -> None:
    chapters = [
        Chapter(chapter_id=str(n), start_ms=n * 1000, end_ms=n * 1000 + 1000, title=title,
                thumbnail=None, speaker_names=[])
        for n, title in enumerate(["One & two", "a --> b", "", "two\nlines"])
    ]  # fmt: skip
    errors, count = webvtt_errors(chapters_vtt(chapters), "chapters")
    assert errors == []
    assert count == 4


def test_nothing_said_is_an_empty_file_that_is_valid(webvtt_errors) -> None:
    errors, count = webvtt_errors(captions_vtt(transcript()), "subtitles/captions/descriptions")
    assert (errors, count) == ([], 0)
