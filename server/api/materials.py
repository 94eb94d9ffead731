"""Routes of prep material: pictures and texts are shown, all else is saved."""

from __future__ import annotations

from aiohttp import web

from server.api import given_file
from server.api.given_file import FileName
from server.api.route import Ask, Route
from server.schemas import materials as wire
from server.services.material_kinds import SHOWN


async def list_materials(ask: Ask) -> list[wire.Material]:
    return await ask.services.materials.materials(ask.caller, ask.path("session_id"))


async def add_material_link(ask: Ask) -> wire.Material:
    return await ask.services.materials.add_link(ask.caller, ask.path("session_id"), ask.body)


async def upload_material(ask: Ask) -> wire.Material:
    return await ask.services.materials.upload(
        ask.caller,
        ask.path("session_id"),
        ask.query.name,
        ask.request.content_length,
        given_file.body(ask),
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
    return await given_file.send(
        ask, key, name, media_type, record.octets, is_shown=media_type in SHOWN
    )


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
        query=FileName, takes_file=True, answer=wire.Material, status=201, conflicts=True,
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
