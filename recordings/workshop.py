"""Results of steps on disk, by step and digest of the inputs.

A result is made in a folder with a name of its own, synced and renamed: it is there whole or not
at all, two makers cannot harm each other, and a step whose inputs did not change finds its result
and does nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import msgspec

_ASIDE = ".aside-"


def digest_of(*parts: Any) -> str:
    raw = msgspec.json.encode(parts, order="deterministic")
    return hashlib.sha256(raw).hexdigest()[:20]


def sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        sync_file(path)
    sync_file(folder)


def place(build: Callable[[Path], None], target: Path) -> None:
    """Build a folder aside, sync it and rename it to ``target``; the first to arrive wins."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.parent / f"{_ASIDE}{target.name}-{uuid.uuid4().hex[:12]}"
    aside.mkdir()
    try:
        build(aside)
        sync_tree(aside)
        try:
            aside.rename(target)
        except OSError:
            if not target.exists():
                raise
        sync_file(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def link_or_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class Workshop:
    """Work folder of one recording."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, step: str, digest: str) -> Path:
        return self.root / f"{step}-{digest}"

    def make(self, step: str, digest: str, build: Callable[[Path], None]) -> bool:
        """False when the result was there already."""
        target = self.folder(step, digest)
        if target.exists():
            return False
        place(build, target)
        return True

    def sweep(self) -> None:
        """Remove what killed makers left. Only while no step of this recording runs."""
        for path in self.root.glob(f"{_ASIDE}*"):
            shutil.rmtree(path, ignore_errors=True)

    def keep_only(self, kept: Collection[Path]) -> None:
        """Remove everything else. Renamed first: half a folder must not be taken for a result."""
        if not self.root.is_dir():
            return
        for path in sorted(self.root.iterdir()):
            if path not in kept and path.is_dir() and not path.name.startswith(_ASIDE):
                path.rename(self.root / f"{_ASIDE}{path.name}-{uuid.uuid4().hex[:12]}")
        sync_file(self.root)
        self.sweep()

    def scratch(self, name: str) -> Path:
        """A folder that survives a killed step, for what it can take up again."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def drop(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.root / name)
