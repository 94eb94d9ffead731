"""Routes of the list of sites whose pages may be shown in class."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas.web_origins import AddWebOrigin, WebOrigin


async def list_web_origins(ask: Ask) -> list[WebOrigin]:
    return await ask.services.web_origins.origins(ask.caller)


async def add_web_origin(ask: Ask) -> WebOrigin:
    return await ask.services.web_origins.add(ask.caller, ask.body)


async def remove_web_origin(ask: Ask) -> None:
    await ask.services.web_origins.remove(ask.caller, ask.path("host"))


ROUTES = (
    Route("GET", "/web-origins", list_web_origins, "facilitator", answer=list[WebOrigin]),
    Route(
        "POST", "/web-origins", add_web_origin, "admin",
        body=AddWebOrigin, answer=WebOrigin, status=201, conflicts=True,
    ),
    Route("DELETE", "/web-origins/{host}", remove_web_origin, "admin"),
)  # fmt: skip
