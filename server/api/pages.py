"""The web app: its built files, and ``index.html`` for every address that is no file."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from server.api.security import EXPOSURE

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Reprise</title>
<h1>The web app is not built yet</h1>
<p>The server is running. Build its pages once with <code>make web</code>, then reload.</p>
</html>"""
WEB_DIST = web.AppKey("web_dist", Path)
IMMUTABLE = "public, max-age=31536000, immutable"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _redirect(request: web.Request) -> str | None:
    """Over the network a browser opens no camera without HTTPS, and a password would travel in
    the clear: someone who came by plain HTTP is led on. Not with a public address: then a proxy
    decides."""
    exposure = request.config_dict[EXPOSURE]
    if request.secure or exposure.https_port is None or exposure.public_url is not None:
        return None
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if host.strip("[]") in LOOPBACK or request.remote in LOOPBACK:
        return None
    return f"https://{host}:{exposure.https_port}{request.raw_path}"


async def page(request: web.Request) -> web.StreamResponse:
    root = request.config_dict[WEB_DIST]
    name = request.match_info["path"]
    file = (root / name).resolve() if name else root / "index.html"
    if not file.is_relative_to(root.resolve()) or "\x00" in name:
        raise web.HTTPNotFound
    if name and file.is_file():
        return web.FileResponse(
            file,
            headers={"Cache-Control": IMMUTABLE if name.startswith("assets/") else "no-cache"},
        )
    if name.startswith("assets/"):
        raise web.HTTPNotFound
    if (target := _redirect(request)) is not None:
        raise web.HTTPTemporaryRedirect(target)
    index = root / "index.html"
    if not index.is_file():
        return web.Response(
            text=NOT_BUILT, content_type="text/html", status=503, headers={"Retry-After": "10"}
        )
    return web.FileResponse(index, headers={"Cache-Control": "no-cache"})
