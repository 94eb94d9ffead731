"""Routes of prep material. Files came from somebody else's computer, so they never run in our
name: pictures and texts are shown in a sandbox, all else is saved."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from aiohttp import web
from msgspec import Meta, Struct

from server.api.route import Ask, Route
from server.schemas import materials as wire
from server.services.file_kinds import TEXT
from server.services.material_kinds import SHOWN

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
CHUNK = 1 << 16


class MaterialFileName(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=255)]


async def list_materials(ask: Ask) -> list[wire.Material]:
    return await ask.services.materials.materials(ask.caller, ask.path("session_id"))


async def add_material_link(ask: Ask) -> wire.Material:
    return await ask.services.materials.add_link(ask.caller, ask.path("session_id"), ask.body)


async def upload_material(ask: Ask) -> wire.Material:
    """The body is the file itself, streamed; it is never held in memory."""
    request = ask.request
    return await ask.services.materials.upload(
        ask.caller,
        ask.path("session_id"),
        ask.query.name,
        request.content_length,
        request.content.iter_chunked(CHUNK),
    )


async def edit_material(ask: Ask) -> None:
    await ask.services.materials.edit(
        ask.caller, ask.path("session_id"), ask.path("material_id"), ask.body
    )


async def order_materials(ask: Ask) -> None:
    await ask.services.materials.reorder(ask.caller, ask.path("session_id"), ask.body)


async def delete_material(ask: Ask) -> None:
    await ask.services.materials.delete(ask.caller, ask.path("session_id"), ask.path("material_id"))


async def mark_material(ask: Ask) -> None:
    await ask.services.materials.mark(
        ask.caller, ask.path("session_id"), ask.path("material_id"), ask.body
    )


async def material_progress(ask: Ask) -> list[wire.MaterialProgress]:
    return await ask.services.materials.progress(ask.caller, ask.path("session_id"))


async def read_material(ask: Ask) -> web.StreamResponse:
    record, key = await ask.services.materials.open_file(
        ask.caller, ask.path("session_id"), ask.path("material_id")
    )
    name, media_type = record.file_name or "file", record.media_type or "application/octet-stream"
    plain = name.encode("ascii", "ignore").decode().strip(" .") or "file"
    disposition = "inline" if media_type in SHOWN else "attachment"
    headers = {
        # Access may be taken away, so it is asked for every time.
        "Cache-Control": "private, no-cache",
        "Content-Type": f"{TEXT}; charset=utf-8" if media_type == TEXT else media_type,
        "Content-Disposition": f'{disposition}; filename="{plain}"; '
        f"filename*=UTF-8''{quote(name)}",
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


ALL = "/sessions/{session_id}/materials"
# Not the words that lead elsewhere: a wrong method there is told their methods.
ONE = ALL + "/{material_id:(?!links$|files$|order$|progress$)[^/]+}"
ROUTES = (
    Route("GET", ALL, list_materials, "member", answer=list[wire.Material]),
    Route(
        "POST", f"{ALL}/links", add_material_link, "session_facilitator",
        body=wire.AddMaterialLink, answer=wire.Material, status=201, conflicts=True,
    ),
    Route(
        "POST", f"{ALL}/files", upload_material, "session_facilitator",
        query=MaterialFileName, takes_file=True, answer=wire.Material, status=201, conflicts=True,
    ),
    Route(
        "PUT", f"{ALL}/order", order_materials, "session_facilitator",
        body=wire.OrderMaterials, conflicts=True,
    ),
    Route(
        "GET", f"{ALL}/progress", material_progress, "session_facilitator",
        answer=list[wire.MaterialProgress],
    ),
    Route("PATCH", ONE, edit_material, "session_facilitator", body=wire.EditMaterial),
    Route("DELETE", ONE, delete_material, "session_facilitator"),
    Route("PUT", f"{ONE}/mark", mark_material, "member", body=wire.MarkMaterial),
    Route("GET", f"{ONE}/file", read_material, "member", media="application/octet-stream"),
)  # fmt: skip
