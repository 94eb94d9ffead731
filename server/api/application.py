"""The aiohttp application: middlewares, the table of routes, the pages."""

from __future__ import annotations

from pathlib import Path

import msgspec
from aiohttp import web

from server import __version__
from server.api import pages
from server.api.errors import errors
from server.api.metrics import metrics
from server.api.openapi import document
from server.api.route import PREFIX, SERVICES, Services, handler_of
from server.api.security import EXPOSURE, FRAMED, Exposure, add_headers, check_origin
from server.api.streams import add_stream_routes
from server.api.table import ROUTES

LARGEST_BODY = 1 << 20


def new_application(exposure: Exposure, web_dist: Path) -> web.Application:
    app = web.Application(middlewares=[errors, check_origin], client_max_size=LARGEST_BODY)
    app[EXPOSURE] = exposure
    app[pages.WEB_DIST] = web_dist
    app.on_response_prepare.append(add_headers)
    return app


def add_routes(app: web.Application, services: Services) -> None:
    """The API, then the pages: what is neither is the web app's own address."""
    app[SERVICES] = services
    app[FRAMED] = services.web_origins.listed
    for route in ROUTES:
        app.router.add_route(route.method, PREFIX + route.path, handler_of(route))
    described = msgspec.json.encode(document())

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=described, content_type="application/json")

    async def health(_request: web.Request) -> web.Response:
        """The database answers, so a request would."""
        await services.identity.needs_setup()
        body = msgspec.json.encode({"status": "ok", "version": __version__})
        return web.Response(body=body, content_type="application/json")

    add_stream_routes(app)
    app.router.add_get("/metrics", metrics)
    app.router.add_get(f"{PREFIX}/openapi.json", openapi)
    app.router.add_get(f"{PREFIX}/healthz", health)
    app.router.add_get(r"/{path:(?!api/|socket\.io/).*}", pages.page)
