"""Files that people give and get. What is sent to a browser here came from somebody else's
computer, so it never runs in our name: what may be shown is shown in a sandbox, the rest saved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from aiohttp import web
from msgspec import Meta, Struct

from server.api.route import Ask
from server.services.file_kinds import TEXT

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
CHUNK = 1 << 16


class FileName(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    """of the file; what it is, its content says"""


def body(ask: Ask) -> AsyncIterator[bytes]:
    """The file that is the request's body, streamed; it is never held in memory."""
    return ask.request.content.iter_chunked(CHUNK)


def disposition(name: str, *, is_shown: bool, otherwise: str = "file") -> str:
    """RFC 6266, section 4.3: the name in ASCII for old clients, and as it is (RFC 8187)."""
    plain = name.encode("ascii", "ignore").decode().strip(" .") or otherwise
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


async def send(
    ask: Ask, key: str, name: str, media_type: str, octets: int | None, *, is_shown: bool
) -> web.StreamResponse:
    headers = {
        # Access may be taken away, so it is asked for every time.
        "Cache-Control": "private, no-cache",
        "Content-Type": f"{TEXT}; charset=utf-8" if media_type == TEXT else media_type,
        "Content-Disposition": disposition(name, is_shown=is_shown),
        "Content-Security-Policy": SANDBOX,
    }
    path = ask.services.blobs.local_path(key)
    if path is not None:
        return web.FileResponse(path, headers=headers)
    response = web.StreamResponse(headers={**headers, "Content-Length": str(octets)})
    await response.prepare(ask.request)
    async for chunk in ask.services.blobs.read(key):
        await response.write(chunk)
    return response
