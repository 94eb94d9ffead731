"""The route that says where media is, for the check before joining."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas.deployment import MediaReach


async def read_media_reach(ask: Ask) -> MediaReach:
    return ask.services.reach


ROUTES = (
    Route("GET", "/media/reach", read_media_reach, "anyone", answer=MediaReach),
)  # fmt: skip
