"""Whiteboards in the recording: their pictures drawn, its text, and where a new page begins.

Pictures are files that never change, so each is drawn once, while the class goes on where the
worker has time, and found by its name from then on. Of one that cannot be drawn nothing is shown:
the picture before it stays. A version of the recording gets copies of those that were shown.

Excalidraw has no pages. A class begins one by wiping the whiteboard: a picture of less than half
the octets of the one before it.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from recordings.facts import STOOD_MS, LoggedBoard
from recordings.ports import BoardPainter, Folders, Job
from recordings.workshop import link_or_copy
from server.schemas.recordings import RecordedBoard, TimelineMark

log = logging.getLogger(__name__)

DRAWN = 1
"""raise it when pictures are drawn differently"""
WIPED = 0.5
SMALL_OCTETS = 2500
"""a whiteboard with next to nothing on it cannot be wiped"""
LONGEST_HEADING = 80


class DrawnBoard(Struct, frozen=True):
    """What is known of a picture, beside its file."""

    text: str
    octets: int
    """of the SVG"""
    is_drawn: bool


class BoardPage(Struct, frozen=True):
    """From one wiping to the next, recording time."""

    start_ms: int
    end_ms: int
    heading: str
    """the first line on it when it was full"""


class Boards:
    def __init__(self, painter: BoardPainter, folders: Folders) -> None:
        self._painter = painter
        self._folders = folders

    def folder(self, job: Job) -> Path:
        return self._folders.work(job.recording_id) / f"boards-{DRAWN}"

    def drawn(self, job: Job, boards: Sequence[LoggedBoard]) -> Path:
        """The folder with all of them drawn, as far as they can be."""
        folder = self.folder(job)
        source = self._folders.whiteboards(job.session_id)
        ids = dict.fromkeys(board.picture_id for board in boards)
        missing = [source / f"{one}.svg" for one in ids if not _about(folder, one).exists()]
        if missing:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                self._painter.paint(missing, lambda *taken: _take(folder, *taken))
            except Exception:
                # A recording without its whiteboard is better than none.
                log.exception("the whiteboard of %s was not drawn", job.recording_id)
        return folder


def _about(folder: Path, picture_id: str) -> Path:
    return folder / f"{picture_id}.json"


def _take(folder: Path, picture: Path, drawn: Path, text: str | None) -> None:
    """The picture first: what is said of it last makes it known."""
    if text is not None:
        aside = folder / f".{uuid.uuid4().hex[:12]}"
        link_or_copy(drawn, aside)
        aside.replace(folder / f"{picture.stem}.webp")
    octets = picture.stat().st_size if picture.is_file() else 0
    aside = folder / f".{uuid.uuid4().hex[:12]}"
    aside.write_bytes(msgspec.json.encode(DrawnBoard(text or "", octets, text is not None)))
    os.replace(aside, _about(folder, picture.stem))


def known(folder: Path, boards: Sequence[LoggedBoard]) -> dict[str, DrawnBoard]:
    """What has been drawn of them."""
    found: dict[str, DrawnBoard] = {}
    for picture_id in dict.fromkeys(board.picture_id for board in boards):
        try:
            one = msgspec.json.decode(_about(folder, picture_id).read_bytes(), type=DrawnBoard)
        except (OSError, msgspec.DecodeError):
            continue
        if one.is_drawn and picture_of(folder, picture_id).is_file():
            found[picture_id] = one
    return found


def picture_of(folder: Path, picture_id: str) -> Path:
    return folder / f"{picture_id}.webp"


def standing(folder: Path, boards: Sequence[LoggedBoard]) -> dict[str, str]:
    """Which picture is shown in whose place: its own, else the last one that could be drawn."""
    drawn = known(folder, boards)
    found: dict[str, str] = {}
    last: str | None = None
    for board in boards:
        last = board.picture_id if board.picture_id in drawn else last
        if last is not None:
            found[board.picture_id] = last
    return found


def pages_of(folder: Path, boards: Sequence[LoggedBoard]) -> list[BoardPage]:
    """Those that stood for a while."""
    drawn = known(folder, boards)
    pages: list[BoardPage] = []
    before: LoggedBoard | None = None
    for board in boards:
        if (about := drawn.get(board.picture_id)) is None:
            continue
        start, end = round(board.span.start_ms), round(board.span.end_ms)
        heading = about.text.partition("\n")[0][:LONGEST_HEADING]
        if (
            before is None
            or before.opened_ms != board.opened_ms
            or _is_wiped(drawn[before.picture_id], about)
        ):
            pages.append(BoardPage(start, end, heading))
        else:
            pages[-1] = BoardPage(pages[-1].start_ms, end, heading or pages[-1].heading)
        before = board
    return [page for page in pages if page.end_ms - page.start_ms >= STOOD_MS]


def _is_wiped(before: DrawnBoard, now: DrawnBoard) -> bool:
    return before.octets >= SMALL_OCTETS and now.octets < before.octets * WIPED


def marks_of(folder: Path, boards: Sequence[LoggedBoard]) -> list[TimelineMark]:
    return [
        TimelineMark(page.start_ms, "whiteboard", page.heading, {"end_ms": page.end_ms})
        for page in pages_of(folder, boards)
    ]


def lines_of(folder: Path, boards: Sequence[LoggedBoard]) -> list[tuple[int, str]]:
    """``(recording time, text)``: what was written when, each line when it is first seen."""
    drawn = known(folder, boards)
    return first_seen(
        (round(board.span.start_ms), drawn[board.picture_id].text)
        for board in boards
        if board.picture_id in drawn
    )


def first_seen(boards: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Of ``(time, text)`` of a whiteboard that grew, what each brought."""
    seen: set[str] = set()
    found: list[tuple[int, str]] = []
    for at_ms, text in boards:
        new = [line for line in dict.fromkeys(text.split("\n")) if line and line not in seen]
        if new:
            seen |= set(new)
            found.append((at_ms, "\n".join(new)))
    return found


def put_boards(
    folder: Path, boards: Sequence[LoggedBoard], out: Path, base: str
) -> list[RecordedBoard]:
    """Copies into a folder of a version, which is at ``base``, and the list for the player."""
    drawn = known(folder, boards)
    stands = standing(folder, boards)
    put: list[RecordedBoard] = []
    for board in boards:
        shown = stands.get(board.picture_id)
        if shown is None:
            continue
        name = f"boards/{shown}.webp"
        if not (out / name).exists():
            link_or_copy(picture_of(folder, shown), out / name)
        start, end = round(board.span.start_ms), round(board.span.end_ms)
        put.append(RecordedBoard(start, end, board.picture_id, drawn[shown].text, f"{base}/{name}"))
    return put
