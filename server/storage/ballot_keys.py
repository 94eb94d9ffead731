"""Keys of confidential ballots: a small file a debate, readable by the server's account only.

They are kept out of the database and its log so that neither tells whose ballot is whose; a file
is overwritten before it is removed (docs/rules.md, DB14).
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

_LENGTH = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BallotKeyFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, debate_id: str) -> bytes:
        path = self._path(debate_id)
        with suppress(FileNotFoundError):
            key = path.read_bytes()
            if len(key) == _LENGTH:
                return key
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(_LENGTH)
        new = path.with_suffix(".new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, key)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(new, path)
        return key

    def erase(self, debate_id: str) -> None:
        path = self._path(debate_id)
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_WRONLY)
            try:
                os.write(handle, bytes(_LENGTH))
                os.fsync(handle)
            finally:
                os.close(handle)
            path.unlink()

    def _path(self, debate_id: str) -> Path:
        if not _NAME.fullmatch(debate_id):
            raise ValueError("not a debate's id")
        return self._folder / f"{debate_id}.key"
