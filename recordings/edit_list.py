"""Who fills the picture when: a pure function of what the tracks hold and the log says.

The whiteboard, a shared screen or a page of slides (in this order) fills the frame, with the
speaker's camera small in a corner. Without one, the speaker's camera fills it. Who speaks is heard
from the microphones, so a cut can fall where a turn begins instead of after it. The spotlight
overrules the microphones.

Rules: a turn shorter than ``MIN_TURN_MS`` changes nothing; an epoch lasts at least
``MIN_EPOCH_MS`` unless a picture appears or ends; a pause keeps the last speaker; all boundaries
lie on ``GRID_MS``, which is a whole number of frames at 15 and at 25 a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from recordings.facts import Facts
from recordings.spans import Span, Spans, covers
from recordings.tracks import VideoTrack

GRID_MS = 200
MIN_TURN_MS = 800
MIN_EPOCH_MS = 3000
_SPEECH_DB = -45.0
_LEAD_DB = 3.0
"""to take the floor from someone who goes on speaking one must be this much louder"""


class Epoch(Struct, frozen=True):
    """Constant layout, recording time; the whole recording is a row of them without holes."""

    start_ms: int
    end_ms: int
    main: str | None
    """track id, a page of slides (``slide_id``) or the whiteboard (``board_id``); None: nobody has
    a picture, show a card for ``speaker``"""
    inset: str | None
    is_screen: bool
    speaker: str | None


def slide_id(deck_id: str, page: int) -> str:
    return f"slide:{deck_id}:{page}"


def board_id(picture_id: str) -> str:
    return f"board:{picture_id}"


def stills_of(facts: Facts) -> Stills:
    return Stills(
        [(slide.span, slide_id(slide.deck_id, slide.page)) for slide in facts.slides],
        [(board.span, board_id(board.picture_id)) for board in facts.boards],
    )


class Levels(Struct, frozen=True):
    """Loudness of one microphone in dBFS, every 100 ms from ``start_ms``."""

    start_ms: int
    values: list[float]


def grid_length_ms(duration_ms: float) -> int:
    """The length of the composed picture: at least one step, off by at most half a step."""
    return max(GRID_MS, round(duration_ms / GRID_MS) * GRID_MS)


def speakers_of(levels: Mapping[str, Levels], duration_ms: int) -> list[str | None]:
    """Who speaks in each step of GRID_MS; None until someone does."""
    steps = grid_length_ms(duration_ms) // GRID_MS
    if not levels:
        return [None] * steps
    who = sorted(levels)
    heard = np.full((len(who), steps), -90.0, dtype=np.float32)
    for row, participant_id in enumerate(who):
        heard[row] = _on_grid(levels[participant_id], steps)
    loudest = [_speaks(heard[:, step], heard) for step in range(steps)]
    return [who[i] if i is not None else None for i in _settled(loudest, heard)]


def _on_grid(levels: Levels, steps: int) -> NDArray[np.float32]:
    """Power mean over each step, then smoothed over three of them."""
    fine = np.full(steps * 2, -90.0)
    first = round(levels.start_ms / 100)
    values = np.asarray(levels.values, dtype=np.float64)[: max(0, len(fine) - first)]
    fine[first : first + len(values)] = values
    power = (10 ** (fine / 10)).reshape(-1, 2).mean(axis=1)
    padded = np.pad(power, 1)
    smooth = (padded[:-2] + padded[1:-1] * 2 + padded[2:]) / 4
    return (10 * np.log10(np.maximum(smooth, 1e-9))).astype(np.float32)


def _speaks(now: NDArray[np.float32], heard: NDArray[np.float32]) -> int | None:
    best = int(np.argmax(now))
    return best if now[best] > _SPEECH_DB else None


def _settled(loudest: Sequence[int | None], heard: NDArray[np.float32]) -> list[int | None]:
    """Drop short turns, keep the last speaker over pauses, ask for a lead to take over."""
    turn = MIN_TURN_MS // GRID_MS
    result: list[int | None] = []
    current: int | None = None
    for step, candidate in enumerate(loudest):
        if candidate is not None and candidate != current:
            ahead = loudest[step : step + turn]
            stays = sum(1 for one in ahead if one == candidate) >= turn - 1
            clear = (
                current is None
                or heard[current, step] <= _SPEECH_DB
                or heard[candidate, step] >= heard[current, step] + _LEAD_DB
            )
            if stays and clear:
                current = candidate
        result.append(current)
    return result


class Stills(NamedTuple):
    """What stands on the stage besides tracks, recording time."""

    slides: Sequence[tuple[Span, str]] = ()
    """a shared screen stands before them (SL4)"""
    boards: Sequence[tuple[Span, str]] = ()
    """they stand before a shared screen (WB1)"""


NO_STILLS = Stills()


class _Pictures:
    def __init__(self, videos: Sequence[VideoTrack], stills: Stills) -> None:
        self.slides = _by_key(stills.slides)
        self.boards = _by_key(stills.boards)
        self.screens = [v for v in videos if v.kind == "screen"]
        self.cameras: dict[str, list[VideoTrack]] = {}
        for video in videos:
            if video.kind == "camera":
                self.cameras.setdefault(video.participant_id, []).append(video)

    def screen(self, at_ms: float, shown: str | None) -> str | None:
        """The one on show stays; else the one that began last."""
        live = [v for v in self.screens if covers(v.spans, at_ms)]
        if any(v.track_id == shown for v in live):
            return shown
        return max(live, key=lambda v: _since(v.spans, at_ms)).track_id if live else None

    def slide(self, at_ms: float) -> str | None:
        return next((key for key, spans in self.slides.items() if covers(spans, at_ms)), None)

    def board(self, at_ms: float) -> str | None:
        return next((key for key, spans in self.boards.items() if covers(spans, at_ms)), None)

    def camera(self, participant_id: str | None, at_ms: float) -> str | None:
        for video in self.cameras.get(participant_id or "", ()):
            if covers(video.spans, at_ms):
                return video.track_id
        return None


def _by_key(stills: Sequence[tuple[Span, str]]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for span, key in stills:
        found.setdefault(key, []).append(span)
    return found


def _since(spans: Spans, at_ms: float) -> float:
    return max(span.start_ms for span in spans if span.start_ms <= at_ms)


def edit_list(
    duration_ms: int,
    videos: Sequence[VideoTrack],
    levels: Mapping[str, Levels],
    spotlights: Sequence[tuple[Span, str]],
    facilitators: Sequence[str],
    stills: Stills = NO_STILLS,
) -> list[Epoch]:
    pictures = _Pictures(videos, stills)
    speakers = speakers_of(levels, duration_ms)
    first_speaker = next((who for who in speakers if who is not None), None)
    raw: list[Epoch] = []
    screen: str | None = None
    seen: str | None = None
    for step, speaker in enumerate(speakers):
        start = step * GRID_MS
        middle = min(start + GRID_MS / 2, duration_ms - 1)
        held = next((who for span, who in spotlights if _inside(span, middle)), None)
        person = held or speaker or next(iter(facilitators), None) or first_speaker
        screen = pictures.screen(middle, screen)
        shown = pictures.board(middle) or screen or pictures.slide(middle)
        camera = pictures.camera(person, middle)
        if camera is not None:
            seen = person
        elif shown is None:
            # The speaker has no picture: stay with a face rather than show a card.
            others = [seen, *facilitators, *pictures.cameras]
            camera = next((c for who in others if (c := pictures.camera(who, middle))), None)
        main, inset = (shown, camera) if shown is not None else (camera, None)
        raw.append(
            Epoch(
                start, start + GRID_MS, main, inset, shown is not None,
                person if main is None else None,
            )
        )  # fmt: skip
    return _lengthened(_merged(raw), pictures)


def _inside(span: Span, at_ms: float) -> bool:
    return span.start_ms <= at_ms < span.end_ms


def _same(left: Epoch, right: Epoch) -> bool:
    return (left.main, left.inset, left.is_screen, left.speaker) == (
        right.main, right.inset, right.is_screen, right.speaker,
    )  # fmt: skip


def _merged(epochs: Sequence[Epoch]) -> list[Epoch]:
    result: list[Epoch] = []
    for epoch in epochs:
        if result and _same(result[-1], epoch):
            result[-1] = _moved(result[-1], end_ms=epoch.end_ms)
        else:
            result.append(epoch)
    return result


def _moved(epoch: Epoch, start_ms: int | None = None, end_ms: int | None = None) -> Epoch:
    return Epoch(
        epoch.start_ms if start_ms is None else start_ms,
        epoch.end_ms if end_ms is None else end_ms,
        epoch.main, epoch.inset, epoch.is_screen, epoch.speaker,
    )  # fmt: skip


def _lengthened(epochs: list[Epoch], pictures: _Pictures) -> list[Epoch]:
    """Give an epoch that is too short to the one before, else to the one after, if that one's
    pictures are there as well."""
    spans_of: dict[str, Sequence[Span]] = {v.track_id: v.spans for v in pictures.screens}
    for cameras in pictures.cameras.values():
        spans_of |= {v.track_id: v.spans for v in cameras}
    spans_of |= pictures.slides
    spans_of |= pictures.boards

    def shows(track_id: str | None, epoch: Epoch) -> bool:
        if track_id is None:
            return True
        spans = spans_of[track_id]
        return covers(spans, epoch.start_ms) and covers(spans, epoch.end_ms - GRID_MS / 2)

    def may_take(neighbour: Epoch, short: Epoch) -> bool:
        return (
            short.end_ms - short.start_ms < MIN_EPOCH_MS
            and neighbour.is_screen == short.is_screen
            and (neighbour.main is None) == (short.main is None)
            and shows(neighbour.main, short)
            and shows(neighbour.inset, short)
        )

    result: list[Epoch] = []
    for epoch in epochs:
        before = result[-1] if result else None
        if before is not None and (_same(before, epoch) or may_take(before, epoch)):
            result[-1] = _moved(before, end_ms=epoch.end_ms)
        elif before is not None and may_take(epoch, before):
            result[-1] = _moved(epoch, start_ms=before.start_ms)
        else:
            result.append(epoch)
    return _merged(result)
