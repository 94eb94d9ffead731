"""A plane with a page in front of it, without the rest of the server: who is where is said by
the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from server.media.plane import (
    MediaPlane,
    OfferRefused,
    OpenTransport,
    PlaceTransport,
    PlaneCommand,
    PlaneNotification,
)
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane

HERE = Path(__file__).parent


class Stand:
    """``transports``: name → transport id of the last who joined under that name."""

    def __init__(self, plane: MediaPlane | None = None) -> None:
        self.plane = plane or PythonPlane(PlaneSettings(host="127.0.0.1"))
        self.seen: list[PlaneNotification] = []
        self.mids: dict[str, dict[str, str]] = {}
        self.url = ""
        self._count = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        await self.plane.start(self.seen.append)
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/page.js", self._script)
        app.router.add_post("/open", self._open)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def close(self) -> None:
        await self.plane.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def apply(self, *commands: PlaneCommand) -> None:
        self.plane.apply(commands)

    def publication(self, name: str, track: str) -> str:
        mids = self.mids[name]
        return f"{name}:{next(mid for mid, kind in mids.items() if kind == track)}"

    def of(self, kind: type, where: Callable[[object], bool] = lambda _: True) -> Sequence[object]:
        return [n for n in self.seen if isinstance(n, kind) and where(n)]

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=(HERE / "page.html").read_text(), content_type="text/html")

    async def _script(self, _request: web.Request) -> web.Response:
        return web.Response(text=(HERE / "page.js").read_text(), content_type="text/javascript")

    async def _open(self, request: web.Request) -> web.Response:
        body = json.loads(await request.text())
        name = body["name"]
        self.mids[name] = body["tracks"]
        try:
            answer = await self.plane.open(
                OpenTransport(name, name, body["sdp"], body["tracks"], body["slots"])
            )
        except OfferRefused as refused:
            return web.json_response({"error": refused.code})
        self.apply(PlaceTransport(name, "main"))
        return web.json_response({"sdp": answer})
