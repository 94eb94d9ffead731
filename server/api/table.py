"""All routes of the HTTP API, in one table."""

from __future__ import annotations

from server.api import (
    bookmarks,
    chat_files,
    dashboards,
    debate_formats,
    debates_afterwards,
    identity,
    materials,
    plans,
    polls,
    reach,
    recordings,
    sessions,
    slides,
    status,
    stream_tokens,
    web_origins,
)
from server.api.route import Route

ROUTES: tuple[Route, ...] = (
    *identity.ROUTES,
    *sessions.ROUTES,
    *polls.ROUTES,
    *recordings.ROUTES,
    *bookmarks.ROUTES,
    *debate_formats.ROUTES,
    *debates_afterwards.ROUTES,
    *plans.ROUTES,
    *dashboards.ROUTES,
    *materials.ROUTES,
    *slides.ROUTES,
    *chat_files.ROUTES,
    *web_origins.ROUTES,
    *reach.ROUTES,
    *status.ROUTES,
    *stream_tokens.ROUTES,
)
