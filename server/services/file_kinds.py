"""What kind of file something is, found out from what is in it: names and headers lie.

Taken are pictures, PDF, plain text and the documents of office programs without macros; all else
is refused. ``Sniffer`` looks at the bytes as they come, so that a film that calls itself a picture
is refused after its first chunk.
"""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from server.domain.errors import Invalid

PICTURES = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}
"""Shown in the page. No SVG: it is a program as much as a picture."""
_OOXML = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    _OOXML + "wordprocessingml.document": (".docx",),
    _OOXML + "spreadsheetml.sheet": (".xlsx",),
    _OOXML + "presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
}
PDF, TEXT = "application/pdf", "text/plain"
ENDINGS = {
    **PICTURES,
    **OFFICE,
    PDF: (".pdf",),
    TEXT: (".txt", ".csv", ".tsv", ".md", ".log", ".tex", ".py", ".json", ".vtt", ".srt"),
}
"""How names of a kind end; the first is given to a name that ends otherwise."""
_PARTS = {"word/": 0, "xl/": 1, "ppt/": 2}
HEAD = 16
_NOT_IN_NAMES = frozenset('\\/:*?"<>|')
_MOST_ENTRIES = 5000
"""of an office file's archive"""


def refused() -> Invalid:
    return Invalid(
        "file_type_refused",
        "Pictures, PDF, text and office documents without macros can be sent, nothing else.",
        field="file",
    )


@dataclass(slots=True)
class Sniffer:
    """Feed every chunk, in order, then ask ``finish`` with the whole file."""

    _head: bytes = b""
    _kind: str | None = None
    _is_zip: bool = False
    _text: codecs.IncrementalDecoder | None = None

    def feed(self, chunk: bytes) -> None:
        """Raises Invalid ``file_type_refused`` as soon as that is certain."""
        if len(self._head) < HEAD:
            self._head += chunk
            if len(self._head) < HEAD:
                return
            self._decide()
            chunk = self._head
        if self._text is not None:
            self._read_on(chunk)

    def finish(self, file: BinaryIO) -> str:
        """The media type. ``file`` is read for what stands at its end."""
        if len(self._head) < HEAD and self._kind is None:
            self._decide()
            if self._text is not None:
                self._read_on(self._head)
        if self._text is not None:
            self._read_on(b"", is_last=True)
        if self._is_zip:
            return _office_kind(file)
        if self._kind is None:
            raise refused()
        return self._kind

    def _decide(self) -> None:
        head = self._head
        self._kind = _by_head(head)
        if self._kind is not None:
            return
        if head.startswith(b"PK\x03\x04"):
            self._is_zip = True
            return
        self._kind = TEXT
        self._text = codecs.getincrementaldecoder("utf-8-sig")()

    def _read_on(self, chunk: bytes, *, is_last: bool = False) -> None:
        if self._text is None or b"\0" in chunk:
            raise refused()
        try:
            self._text.decode(chunk, is_last)
        except UnicodeDecodeError:
            raise refused() from None


def _by_head(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return PDF
    return None


def _office_kind(file: BinaryIO) -> str:
    """From the archive's list of contents; nothing is unpacked but one short line."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > _MOST_ENTRIES or any("vbaProject" in name for name in names):
                raise refused()
            if "mimetype" in names:
                info = archive.getinfo("mimetype")
                if info.file_size > 200:
                    raise refused()
                kind = archive.read(info).decode("ascii", "replace").strip()
                if kind in OFFICE and not any(name.startswith("Basic/") for name in names):
                    return kind
            elif "[Content_Types].xml" in names:
                for part, index in _PARTS.items():
                    if any(name.startswith(part) for name in names):
                        return list(OFFICE)[index]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        # Not an archive after all, torn, encrypted, or packed in a way nobody uses.
        raise refused() from None
    raise refused()


def clean_name(name: str, media_type: str) -> str:
    """A name that is no path and ends as its kind does: what a browser saves must not be run
    as something else."""
    plain = "".join(c if c.isprintable() and c not in _NOT_IN_NAMES else "_" for c in name)
    plain = plain.strip(" .")
    endings = ENDINGS[media_type]
    if not plain.lower().endswith(endings):
        plain = f"{plain or 'file'}{endings[0]}"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:100]}{dot}{ending}"
