"""What somebody keeps of a recording for themselves: a moment and a note (docs/rules.md, BM)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Note = Annotated[str, Meta(max_length=500)]


class NewBookmark(Struct, forbid_unknown_fields=True):
    at_ms: Annotated[int, Meta(ge=0, le=2**40)]
    """of the recording"""
    note: Note = ""


class EditBookmark(Struct, forbid_unknown_fields=True):
    note: Note


class Bookmark(Struct):
    bookmark_id: str
    at_ms: int
    note: str
    created_at: datetime
