"""What a PPTX says of itself: is it one, the titles and notes of its slides. In the sandbox only.

LibreOffice makes the pages; titles and notes are read here because a PDF keeps neither.
"""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from server.slides.page import LONGEST_NOTES, LONGEST_TITLE, MOST_PAGES, Refused, one_line, plain

MOST_ENTRIES = 8000
MOST_UNPACKED = 1 << 30
MOST_XML = 16 << 20
PRESENTATION = "ppt/presentation.xml"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def look(path: Path) -> list[tuple[str, str]]:
    """``(title, notes)`` of every slide that is not hidden. Raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _slides(archive)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, ET.ParseError) as error:
        raise Refused("slides_damaged") from error
    except (RuntimeError, NotImplementedError) as error:
        raise Refused("slides_encrypted") from error  # entries behind a password


def check_old_office(path: Path) -> None:
    """A container of old Office files: with a password around a new one, or simply old."""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if _ENCRYPTED in chunk:
                raise Refused("slides_encrypted")
            if len(chunk) == 1 << 20:
                file.seek(-len(_ENCRYPTED), 1)
    raise Refused("slides_wrong_type")


def _slides(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    entries = archive.infolist()
    if PRESENTATION not in archive.namelist():
        raise Refused("slides_wrong_type")
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise Refused("slides_too_heavy")
    presentation = _xml(archive, PRESENTATION)
    targets = _relations(archive, PRESENTATION)
    ids = [one.get(f"{_R}id", "") for one in presentation.iter(f"{_P}sldId")]
    if not ids:
        raise Refused("slides_damaged")
    if len(ids) > MOST_PAGES:
        raise Refused("slides_too_long")
    found: list[tuple[str, str]] = []
    for one in ids:
        name = targets[one][1]
        slide = _xml(archive, name)
        if slide.get("show") in ("0", "false"):
            continue
        notes = next(
            (target for kind, target in _relations(archive, name).values() if kind == "notesSlide"),
            None,
        )
        title = _placeholder(slide, {"title", "ctrTitle"})
        said = _placeholder(_xml(archive, notes), {"body"}) if notes else ""
        found.append((one_line(title, LONGEST_TITLE), plain(said, LONGEST_NOTES)))
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > MOST_XML:
        raise Refused("slides_too_heavy")
    text = archive.read(name)
    if b"<!DOCTYPE" in text[:4096]:
        raise Refused("slides_damaged")
    return ET.fromstring(text)  # noqa: S314 - see above


def _relations(archive: zipfile.ZipFile, name: str) -> dict[str, tuple[str, str]]:
    """Id → (last word of the type, target in the archive) of what is inside it."""
    folder, base = posixpath.split(name)
    where = f"{folder}/_rels/{base}.rels"
    if where not in archive.namelist():
        return {}
    found: dict[str, tuple[str, str]] = {}
    for one in _xml(archive, where).iter(f"{_REL}Relationship"):
        if one.get("TargetMode") == "External":
            continue
        target = one.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        kind = one.get("Type", "").rpartition("/")[2]
        found[one.get("Id", "")] = (kind, posixpath.normpath(path))
    return found


def _placeholder(slide: ET.Element, kinds: set[str]) -> str:
    """The text of the first shape of that kind, a paragraph a line."""
    for shape in slide.iter(f"{_P}sp"):
        holder = shape.find(f".//{_P}nvPr/{_P}ph")
        if holder is None or holder.get("type", "body") not in kinds:
            continue
        lines = [
            "".join(run.text or "" for run in paragraph.iter(f"{_A}t"))
            for paragraph in shape.iter(f"{_A}p")
        ]
        return "\n".join(lines)
    return ""
