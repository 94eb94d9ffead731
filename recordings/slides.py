"""Slides in the recording: which page was on the stage when, its picture and its text.

Pages lie where the conversion left them (docs/formats.md); a version of the recording gets copies
of those that were shown, so that it outlives the deck. A page whose files are gone is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from recordings.facts import LoggedSlide
from recordings.workshop import link_or_copy
from server.schemas.recordings import RecordedSlide
from server.schemas.slides import Deck, SlidePage

MOST_TERMS = 2000
LONGEST_TERM = 200


def picture_of(folder: Path, deck_id: str, page: int) -> Path:
    return folder / deck_id / f"page-{page}.webp"


def shown_pages(folder: Path, slides: Sequence[LoggedSlide]) -> dict[tuple[str, int], SlidePage]:
    """What is on the pages, as far as it is still there."""
    found: dict[tuple[str, int], SlidePage] = {}
    for deck_id in {slide.deck_id for slide in slides}:
        try:
            text = (folder / deck_id / "deck.json").read_bytes()
            pages = msgspec.json.decode(text, type=Deck).pages
        except (OSError, msgspec.DecodeError):
            continue
        found |= {(deck_id, page.number): page for page in pages}
    return {
        key: page for key, page in found.items() if key in {(s.deck_id, s.page) for s in slides}
    }


def terms_of(folder: Path, slides: Sequence[LoggedSlide]) -> list[str]:
    """Lines of the pages that stood for a while: what is on a slide matters though said once."""
    pages = shown_pages(folder, [slide for slide in slides if slide.stood])
    lines = (line for page in pages.values() for line in (page.title, *page.text.split("\n")))
    return list(dict.fromkeys(line[:LONGEST_TERM] for line in lines if line.strip()))[:MOST_TERMS]


def lines_of(folder: Path, slides: Sequence[LoggedSlide]) -> list[tuple[int, str]]:
    """``(recording time, text)`` of each page when it first stood on the stage."""
    pages = shown_pages(folder, slides)
    first: dict[tuple[str, int], int] = {}
    for slide in slides:
        first.setdefault((slide.deck_id, slide.page), round(slide.span.start_ms))
    return [(at_ms, pages[key].text) for key, at_ms in first.items() if key in pages]


def put_slides(
    folder: Path, slides: Sequence[LoggedSlide], out: Path, base: str
) -> list[RecordedSlide]:
    """Copies into a version folder, and the list for the player."""
    pages = shown_pages(folder, slides)
    put: list[RecordedSlide] = []
    for slide in slides:
        source = picture_of(folder, slide.deck_id, slide.page)
        page = pages.get((slide.deck_id, slide.page))
        name = f"slides/{slide.deck_id}-{slide.page}.webp"
        if page is None or not source.is_file():
            continue
        if not (out / name).exists():
            link_or_copy(source, out / name)
        start, end = round(slide.span.start_ms), round(slide.span.end_ms)
        put.append(
            RecordedSlide(
                start, end, slide.deck_id, slide.page, slide.title, page.text, f"{base}/{name}"
            )
        )
    return put
