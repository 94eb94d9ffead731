"""The route that says where media is, for the check before joining."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas import api


async def read_media_reach(ask: Ask) -> api.MediaReach:
    return ask.services.reach


ROUTES = (
    Route("GET", "/media/reach", read_media_reach, "anyone", answer=api.MediaReach),
)  # fmt: skip
