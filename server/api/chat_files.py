"""Routes of files in chat: pictures alone are shown, all else is saved."""

from __future__ import annotations

from aiohttp import web
from msgspec import Struct

from server.api import given_file
from server.api.given_file import FileName
from server.api.route import Ask, Route
from server.schemas.chat_files import UploadedFile
from server.services.file_kinds import PICTURES


class Saving(Struct, forbid_unknown_fields=True):
    download: bool = False
    """a picture too is saved, not shown"""


async def upload_chat_file(ask: Ask) -> UploadedFile:
    return await ask.services.chat_files.upload(
        ask.caller,
        ask.path("session_id"),
        ask.query.name,
        ask.request.content_length,
        given_file.body(ask),
        ask.services.live,
    )


async def withdraw_chat_file(ask: Ask) -> None:
    await ask.services.chat_files.withdraw(ask.caller, ask.path("session_id"), ask.path("file_id"))


async def read_chat_file(ask: Ask) -> web.StreamResponse:
    record, key = await ask.services.chat_files.open(
        ask.caller, ask.path("session_id"), ask.path("file_id"), ask.services.live
    )
    is_shown = record.media_type in PICTURES and not ask.query.download
    return await given_file.send(
        ask, key, record.name, record.media_type, record.octets, is_shown=is_shown
    )


ONE = "/sessions/{session_id}/files"
ROUTES = (
    Route(
        "POST", ONE, upload_chat_file, "participant",
        query=FileName, takes_file=True, answer=UploadedFile, status=201, conflicts=True,
    ),
    Route("DELETE", ONE + "/{file_id}", withdraw_chat_file, "participant", conflicts=True),
    Route(
        "GET", ONE + "/{file_id}", read_chat_file, "participant",
        query=Saving, media="application/octet-stream",
    ),
)  # fmt: skip
