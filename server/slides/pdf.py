"""Pages of a PDF: pictures, text, titles and notes. Runs in the sandbox only."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from server.slides.page import (
    LONGEST_NOTES,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PAGES,
    Page,
    Refused,
    one_line,
    plain,
)

DISPLAY = (1920, 1440)
"""a page is as large as fits"""
THUMB = (320, 320)
QUALITY = {"page": 84, "thumb": 70}
_TITLE_HEIGHT = 0.8
"""lines of at least this share of the tallest belong to the title"""
_TEXT_NOTE = 1
"""FPDF_ANNOT_TEXT"""


def open_pdf(path: Path) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise Refused("slides_encrypted" if is_locked else "slides_damaged") from error
    if len(document) < 1:
        raise Refused("slides_damaged")
    if len(document) > MOST_PAGES:
        raise Refused("slides_too_long")
    return document


def render(path: Path, out: Path, told: Callable[[int, int], None]) -> list[Page]:
    """Write ``page-<n>.webp`` and ``thumb-<n>.webp`` for every page."""
    document = open_pdf(path)
    count = len(document)
    pages: list[Page] = []
    for index in range(count):
        told(index, count)
        try:
            page = document[index]
        except pdfium.PdfiumError as error:
            raise Refused("slides_damaged") from error
        size = _draw(page, index + 1, out)
        pages.append(_described(page, size))
        page.close()
    told(count, count)
    return pages


def _draw(page: Any, number: int, out: Path) -> tuple[int, int]:
    width, height = page.get_size()
    # A page may say it is a kilometre wide, or nothing at all.
    width, height = min(max(width, 1.0), 1e6), min(max(height, 1.0), 1e6)
    scale = min(DISPLAY[0] / width, DISPLAY[1] / height)
    if min(width, height) * scale < 8:
        raise Refused("slides_damaged")
    # Without annotations: what presenters pin to a page is for themselves.
    drawn = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    picture = drawn.to_pil().convert("RGB")
    picture.thumbnail(DISPLAY)
    picture.save(out / f"page-{number}.webp", "WEBP", quality=QUALITY["page"], method=4)
    size = picture.size
    picture.thumbnail(THUMB)
    picture.save(out / f"thumb-{number}.webp", "WEBP", quality=QUALITY["thumb"], method=4)
    return size


def _described(page: Any, size: tuple[int, int]) -> Page:
    try:
        words = page.get_textpage()
    except pdfium.PdfiumError:
        return Page("", "", "", *size)
    try:
        text = plain(words.get_text_bounded(), LONGEST_TEXT)
        title = _title(words, page.get_height()) or one_line(text.partition("\n")[0], LONGEST_TITLE)
    finally:
        words.close()
    return Page(title, text, plain("\n".join(_annotations(page)), LONGEST_NOTES), *size)


def _title(words: Any, page_height: float) -> str:
    """The tallest line of the upper part, with those of the same height next to it."""
    lines: list[tuple[float, float, str]] = []
    for index in range(min(words.count_rects(), 400)):
        left, bottom, right, top = words.get_rect(index)
        text = one_line(words.get_text_bounded(left, bottom, right, top), LONGEST_TITLE)
        if sum(letter.isalpha() for letter in text) >= 2:
            lines.append((top - bottom, (top + bottom) / 2, text))
    upper = [line for line in lines if line[1] > page_height * 0.4] or lines
    if not upper:
        return ""
    tallest = max(height for height, _, _ in upper)
    parts: list[str] = []
    for height, _, text in upper:
        if height >= tallest * _TITLE_HEIGHT:
            if text not in parts:
                parts.append(text)
        elif parts:
            break
    return one_line(" ".join(parts), LONGEST_TITLE)


def _annotations(page: Any) -> list[str]:
    """Notes that were pinned to the page: what presenters write for themselves in a PDF."""
    found: list[str] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), 100)):
        note = raw.FPDFPage_GetAnnot(page.raw, index)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) == _TEXT_NOTE:
                found.append(_contents(note))
        finally:
            raw.FPDFPage_CloseAnnot(note)
    return found


def _contents(note: Any) -> str:
    size = min(raw.FPDFAnnot_GetStringValue(note, b"Contents", None, 0), 4 * LONGEST_NOTES)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    raw.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
