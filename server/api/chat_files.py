"""Routes of files in chat. What is sent to a browser here came from somebody else's computer, so
it never runs in our name: pictures alone are shown, in a sandbox, and all else is saved."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from aiohttp import web
from msgspec import Meta, Struct

from server.api.route import Ask, Route
from server.schemas import api
from server.services.file_kinds import PICTURES

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
CHUNK = 1 << 16


class FileName(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=255)]


class Saving(Struct, forbid_unknown_fields=True):
    download: bool = False
    """a picture too is saved, not shown"""


async def upload_chat_file(ask: Ask) -> api.UploadedFile:
    request, query = ask.request, ask.query
    return await ask.services.chat_files.upload(
        ask.caller,
        ask.path("session_id"),
        query.name,
        request.content_length,
        request.content.iter_chunked(CHUNK),
        ask.services.live,
    )


async def withdraw_chat_file(ask: Ask) -> None:
    await ask.services.chat_files.withdraw(ask.caller, ask.path("session_id"), ask.path("file_id"))


async def read_chat_file(ask: Ask) -> web.StreamResponse:
    record, key = await ask.services.chat_files.open(
        ask.caller, ask.path("session_id"), ask.path("file_id"), ask.services.live
    )
    is_shown = record.media_type in PICTURES and not ask.query.download
    plain = record.name.encode("ascii", "ignore").decode().strip(" .") or "file"
    disposition = "inline" if is_shown else "attachment"
    media_type = record.media_type
    headers = {
        # Access may be taken away, so it is asked for every time.
        "Cache-Control": "private, no-cache",
        "Content-Type": f"{media_type}; charset=utf-8"
        if media_type == "text/plain"
        else media_type,
        "Content-Disposition": f'{disposition}; filename="{plain}"; '
        f"filename*=UTF-8''{quote(record.name)}",
        "Content-Security-Policy": SANDBOX,
    }
    path = ask.services.blobs.local_path(key)
    if path is not None:
        return web.FileResponse(path, headers=headers)
    response = web.StreamResponse(headers={**headers, "Content-Length": str(record.octets)})
    await response.prepare(ask.request)
    async for chunk in ask.services.blobs.read(key):
        await response.write(chunk)
    return response


ONE = "/sessions/{session_id}/files"
ROUTES = (
    Route(
        "POST", ONE, upload_chat_file, "participant",
        query=FileName, takes_file=True, answer=api.UploadedFile, status=201, conflicts=True,
    ),
    Route("DELETE", ONE + "/{file_id}", withdraw_chat_file, "participant", conflicts=True),
    Route(
        "GET", ONE + "/{file_id}", read_chat_file, "participant",
        query=Saving, media="application/octet-stream",
    ),
)  # fmt: skip
