"""The route that tells admins about the server itself."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas.deployment import ServerStatus


async def read_server_status(ask: Ask) -> ServerStatus:
    return ask.services.status


ROUTES = (
    Route("GET", "/server", read_server_status, "admin", answer=ServerStatus),
)  # fmt: skip
