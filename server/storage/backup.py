"""Backup of a data folder into one tar, and back.

Databases are copied with SQLite's own backup, so a running server need not stop: each copy is one
moment of that database. Files are written whole and renamed, so they are copied as they lie;
the databases come first, so every file a copied row points at exists. ``manifest.json`` ends the
tar with sizes and hashes; a restore checks them all before the folder is touched.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

DATABASES = ("library.db", "live.db", "jobs.db")
FOLDERS = ("secrets", "recordings", "captures", "slides", "materials", "files", "whiteboards")
MANIFEST = "manifest.json"
FORMAT = 1


class BackupFailed(Exception):
    """In words that say what to do."""


def back_up(data: Path, target: Path, *, with_files: bool = True) -> dict[str, Any]:
    """Write ``target`` (whole or not at all) and return the manifest. Without files the tar
    holds the databases and secrets, and the manifest still lists every file."""
    if not (data / "library.db").is_file():
        raise BackupFailed(f"There is no library.db in {data.resolve()}; is it the data folder?")
    if target.exists():
        raise BackupFailed(f"{target} exists already; choose another name.")
    entries: list[dict[str, Any]] = []
    aside = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            with tarfile.open(aside, "x") as tar:
                for name in DATABASES:
                    if (data / name).is_file():
                        copy = Path(scratch) / name
                        _copy_database(data / name, copy)
                        entries.append(_put(tar, copy, name))
                for path, name in _files(data):
                    # A step that ends meanwhile takes its scratch files away: no loss.
                    with suppress(FileNotFoundError):
                        if with_files or name.startswith("secrets/"):
                            entries.append(_put(tar, path, name))
                        else:
                            entries.append({"name": name, "size": path.stat().st_size})
                manifest: dict[str, Any] = {
                    "format": FORMAT,
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "has_files": with_files,
                    "entries": entries,
                }
                body = json.dumps(manifest, indent=1).encode()
                info = tarfile.TarInfo(MANIFEST)
                info.size, info.mode = len(body), 0o600
                tar.addfile(info, BytesIO(body))
        aside.chmod(0o600)  # it holds the secrets
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def restore(source: Path, data: Path) -> dict[str, Any]:
    """Into an empty or missing folder. Everything is unpacked and checked beside it first."""
    if data.exists() and any(data.iterdir()):
        raise BackupFailed(
            f"{data.resolve()} is not empty; choose another folder, or move it away."
        )
    data.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".restore-", dir=data.parent))
    try:
        try:
            with tarfile.open(source) as tar:
                tar.extractall(aside, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise BackupFailed(f"{source} cannot be read as a backup: {error}") from error
        manifest_path = aside / MANIFEST
        if not manifest_path.is_file():
            raise BackupFailed(f"{source} ends too early: its manifest is missing.")
        manifest: dict[str, Any] = json.loads(manifest_path.read_bytes())
        if manifest.get("format") != FORMAT:
            raise BackupFailed(f"{source} is of format {manifest.get('format')}, not {FORMAT}.")
        for entry in manifest["entries"]:
            if "sha256" in entry and _hash(aside / entry["name"]) != entry["sha256"]:
                raise BackupFailed(f"{entry['name']} in {source} is damaged; nothing was changed.")
        manifest_path.unlink()
        if data.exists():
            data.rmdir()
        aside.chmod(0o755)
        aside.rename(data)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)


def _files(data: Path) -> Iterator[tuple[Path, str]]:
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, path.relative_to(data).as_posix()


def _put(tar: tarfile.TarFile, path: Path, name: str) -> dict[str, Any]:
    """A capture may still grow: the size of this moment is what is copied and hashed."""
    digest = hashlib.sha256()
    info = tar.gettarinfo(path, name)
    info.mode = 0o600 if name.startswith("secrets/") else 0o644
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    with path.open("rb") as file:
        tar.addfile(info, _Hashing(file, digest))  # type: ignore[arg-type]
    return {"name": name, "size": info.size, "sha256": digest.hexdigest()}


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, file: Any, digest: Any) -> None:
        self._file = file
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self._file.read(size)
        self._digest.update(chunk)
        return chunk


def _hash(path: Path) -> str:
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
