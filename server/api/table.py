"""All routes of the HTTP API, in one table."""

from __future__ import annotations

from server.api import identity, recordings, sessions
from server.api.route import Route

ROUTES: tuple[Route, ...] = (*identity.ROUTES, *sessions.ROUTES, *recordings.ROUTES)
