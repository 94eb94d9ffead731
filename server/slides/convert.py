"""An upload becomes a deck: page images and text, made by children in the sandbox.

The server looks at the first octets (``kind_of``) and at nothing else of the file. What the
children write is as hostile as the upload: it is read with bounds, pictures are passed on by their
first octets and never decoded here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from server.domain.errors import Invalid
from server.slides.launch import NOT_CUT_OFF
from server.slides.page import LONGEST_NOTES, LONGEST_TEXT, LONGEST_TITLE, MOST_PAGES
from server.slides.run import run
from server.slides.sandbox import CODE, OFFICE_LIMITS, PDF_LIMITS, Sandbox, office, sandbox

log = logging.getLogger(__name__)

UploadKind = Literal["pdf", "zip", "old"]
HEAD = 1024
"""octets that tell what a file is; a PDF may begin with as much rubbish (ISO 32000, annex H)"""
LONGEST_S = 240.0
"""of one child on the clock: it may wait for something that never comes"""
LARGEST_PICTURE = 6 << 20
LARGEST_JSON = 8 << 20
ASKS_FOR_ANOTHER_RUN = 81
"""what LibreOffice ends with when it has made itself a profile; its starter sees to that"""
MOST_RUNS = 3
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PREFIX = "reprise-slides-"

_T = TypeVar("_T")
Told = Callable[[int, int], None]
"""``(pages done, pages)``"""


class ConvertedPage(Struct, frozen=True):
    title: Annotated[str, Meta(max_length=LONGEST_TITLE)]
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)]
    notes: Annotated[str, Meta(max_length=LONGEST_NOTES)]
    width: Annotated[int, Meta(ge=1, le=4096)]
    height: Annotated[int, Meta(ge=1, le=4096)]


class _Slide(Struct, frozen=True):
    title: Annotated[str, Meta(max_length=LONGEST_TITLE)]
    notes: Annotated[str, Meta(max_length=LONGEST_NOTES)]


REFUSALS = {
    refusal.code: refusal
    for refusal in (
        Invalid("slides_wrong_type", "Slides are PDF or PPTX files; this is neither."),
        Invalid("slides_encrypted", "This file has a password. Save it without one."),
        Invalid("slides_damaged", "This file is damaged: it cannot be opened. Save it anew."),
        Invalid("slides_too_long", "Slides have 300 pages at most. Split the file."),
        Invalid(
            "slides_too_heavy",
            "Converting this file takes too much time or memory. Save it with smaller pictures.",
        ),
        Invalid(
            "slides_no_office",
            "PPTX cannot be converted on this server. Save the slides as PDF and upload that.",
        ),
    )
}


def refused(code: str) -> Invalid:
    """A fresh one each time: an exception keeps where it was raised."""
    known = REFUSALS.get(code, REFUSALS["slides_damaged"])
    return Invalid(known.code, known.message, field="file")


def kind_of(head: bytes) -> UploadKind | None:
    """By content, never by name."""
    if b"%PDF-" in head[:HEAD]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    return "old" if head.startswith(_OLE) else None


@asynccontextmanager
async def workshop() -> AsyncIterator[Path]:
    """A folder for one upload; gone afterwards, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)


def sweep() -> None:
    """Take away what servers left that died while they converted."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


class Converter:
    """Implements ``SlideConverter`` of server/services/ports.py."""

    def __init__(
        self, box: Sandbox | None = None, *, office_path: str | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:  # fmt: skip
        self._box = box
        self._office = office_path
        self._longest_s = longest_s

    def workshop(self) -> contextlib.AbstractAsyncContextManager[Path]:
        return workshop()

    async def convert(self, source: Path, told: Told) -> tuple[Path, list[ConvertedPage]]:
        """The folder with ``page-<n>.webp`` and ``thumb-<n>.webp``, and what is on the pages.
        Raises Invalid. Everything is made beside ``source``, in its workshop."""
        box = self._box or await asyncio.to_thread(sandbox)
        work = source.parent
        with source.open("rb") as file:
            kind = kind_of(file.read(HEAD))
        if kind is None:
            raise refused("slides_wrong_type")
        slides: list[_Slide] = []
        if kind == "old":
            await self._child(box, "old", source, work, told)
        if kind == "zip":
            await self._child(box, "pptx", source, work, told)
            slides = _read(work / "slides.json", list[_Slide])
            source = await self._to_pdf(box, source)
        out = work / "out"
        out.mkdir()
        await self._child(box, "pdf", source, out, told)
        pages = _read(out / "pages.json", list[ConvertedPage])
        if not 1 <= len(pages) <= MOST_PAGES:
            raise refused("slides_damaged")
        for number in range(1, len(pages) + 1):
            check_picture(out / f"page-{number}.webp")
            check_picture(out / f"thumb-{number}.webp")
        return out, _with_notes(pages, slides)

    async def _to_pdf(self, box: Sandbox, source: Path) -> Path:
        program = self._office or office()
        if program is None or not box.network:
            # Office files may name pictures on other machines; without a cut nobody fetches them.
            raise refused("slides_no_office")
        work = source.parent
        named = source.rename(work / "slides.pptx")
        arguments = [
            without_splash(program), "--headless", "--norestore", "--nolockcheck", "--nodefault",
            "--nologo", f"-env:UserInstallation=file://{work}/profile",
            f"-env:OSL_SOCKET_PATH={work}", "--convert-to", "pdf", "--outdir", str(work),
            str(named),
        ]  # fmt: skip
        status, tail = ASKS_FOR_ANOTHER_RUN, ""
        for _ in range(MOST_RUNS):
            status, tail = await run(
                box, arguments, work, OFFICE_LIMITS, longest_s=self._longest_s,
                needs_network_cut=True,
            )  # fmt: skip
            if status != ASKS_FOR_ANOTHER_RUN:
                break
        made = work / "slides.pdf"
        if status == NOT_CUT_OFF:
            raise refused("slides_no_office")
        if not made.is_file():
            log.warning("LibreOffice made no PDF (%d): %s", status, tail[-500:])
            raise refused("slides_too_heavy" if _was_stopped(status) else "slides_damaged")
        return made

    async def _child(self, box: Sandbox, verb: str, file: Path, out: Path, told: Told) -> None:
        error = ""

        def on_line(line: bytes) -> None:
            nonlocal error
            try:
                said = msgspec.json.decode(line, type=dict[str, int | str])
            except msgspec.DecodeError:
                return
            if isinstance(said.get("error"), str):
                error = str(said["error"])
            elif isinstance(done := said.get("page"), int) and isinstance(
                of := said.get("of"), int
            ):
                told(min(max(done, 0), MOST_PAGES), min(max(of, 0), MOST_PAGES))

        arguments = [sys.executable, "-I", str(CODE / "child.py"), verb, str(file), str(out)]
        work = file.parent
        status, tail = await run(
            box, arguments, work, PDF_LIMITS, on_line=on_line, longest_s=self._longest_s
        )
        if status == 0:
            return
        if error:
            raise refused(error)
        log.warning("slides could not be converted (%s %d): %s", verb, status, tail[-500:])
        raise refused("slides_too_heavy" if _was_stopped(status) else "slides_damaged")


def without_splash(program: str) -> str:
    """The program itself where it lies beside its starter, which looks for Java and wants a place
    for sockets before anything else."""
    itself = Path(program).resolve().with_name("soffice.bin")
    return str(itself) if itself.is_file() else program


def _was_stopped(status: int) -> bool:
    """By a limit: a signal, or what bubblewrap makes of one."""
    return status < 0 or status > 128


def check_picture(path: Path) -> None:
    """A WebP by its head, and not too large: all that is asked of it here."""
    try:
        if path.is_symlink() or path.stat().st_size > LARGEST_PICTURE:
            raise refused("slides_too_heavy")
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise refused("slides_damaged") from error
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        raise refused("slides_damaged")


def _read(path: Path, shape: type[list[_T]]) -> list[_T]:
    try:
        if path.is_symlink() or path.stat().st_size > LARGEST_JSON:
            raise refused("slides_too_heavy")
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except (OSError, msgspec.DecodeError) as error:
        raise refused("slides_damaged") from error


def _with_notes(pages: list[ConvertedPage], slides: list[_Slide]) -> list[ConvertedPage]:
    """Titles and notes of the PPTX, where its slides are the pages."""
    if len(slides) != len(pages):
        return pages
    return [
        msgspec.structs.replace(page, title=slide.title or page.title, notes=slide.notes)
        for page, slide in zip(pages, slides, strict=True)
    ]
