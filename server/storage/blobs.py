"""Blobs on the local disk, under one folder."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from server.domain.errors import Invalid, NotFound

CHUNK = 1 << 18
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,120}")
_ASIDE = ".aside-"


class LocalBlobs:
    """A key is slash-separated plain names; anything else (``..``, absolute, hidden, empty) is
    refused before the disk is touched, and a link that leads outside is refused after."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def path_of(self, key: str) -> Path:
        """Where the blob lies. Raises Invalid for a key that is none."""
        names = key.split("/")
        if len(key) > 500 or not all(_SEGMENT.fullmatch(name) for name in names):
            raise Invalid("blob_key", "That is not the name of a stored file.")
        path = self._root.joinpath(*names)
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise Invalid("blob_key", "That is not the name of a stored file.")
        return path

    def local_path(self, key: str) -> Path | None:
        path = self.path_of(key)
        return path if path.is_file() else None

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        """Whole or not at all: aside, fsync, rename. Returns the size."""
        path = self.path_of(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.parent / f"{_ASIDE}{secrets.token_hex(8)}"
        size = 0
        try:
            with aside.open("xb") as file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
                    size += len(chunk)
                await asyncio.to_thread(_sync, file)
            aside.replace(path)
            await asyncio.to_thread(_sync_folder, path.parent)
        finally:
            with suppress(FileNotFoundError):
                aside.unlink()
        return size

    async def read(
        self, key: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        path = self._existing(key)
        with path.open("rb") as file:
            file.seek(start)
            left = length if length is not None else path.stat().st_size - start
            while left > 0:
                chunk = await asyncio.to_thread(file.read, min(CHUNK, left))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk

    async def size(self, key: str) -> int | None:
        path = self.path_of(key)
        return path.stat().st_size if path.is_file() else None

    async def delete(self, key: str) -> None:
        """A blob that is not there is deleted already."""
        with suppress(FileNotFoundError):
            self.path_of(key).unlink()

    async def keys(self, prefix: str = "") -> list[str]:
        """Every key that starts with the folder ``prefix``, sorted."""
        folder = self.path_of(prefix) if prefix else self._root
        return await asyncio.to_thread(lambda: sorted(self._walk(folder)))

    def _walk(self, folder: Path) -> Iterator[str]:
        for path in folder.rglob("*") if folder.is_dir() else ():
            if path.is_file() and not path.name.startswith(_ASIDE):
                yield path.relative_to(self._root).as_posix()

    def _existing(self, key: str) -> Path:
        path = self.path_of(key)
        if not path.is_file():
            raise NotFound("blob", "That file is not there.")
        return path


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """The rename itself reaches the disk only with its folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
