"""Files of the chat over HTTP."""

from __future__ import annotations

from msgspec import Struct


class UploadedFile(Struct):
    """For the chat; `send_chat` sends it."""

    file_id: str
    name: str
    media_type: str
    """found out from what is in it"""
    octets: int
