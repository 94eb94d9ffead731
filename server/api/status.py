"""The route that tells admins about the server itself."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas import api


async def read_server_status(ask: Ask) -> api.ServerStatus:
    return ask.services.status


ROUTES = (
    Route("GET", "/server", read_server_status, "admin", answer=api.ServerStatus),
)  # fmt: skip
