"""What every answer and every unsafe request has to meet: headers and Origin."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp import web

from server.api.errors import Handler, error_response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SOCKET_PATH = "/socket.io/"
BEARER_PATHS = ("/whip/", "/whep/")
"""Cookies count for nothing there, so a foreign page gains nothing by asking."""
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")

PERMISSIONS = ", ".join(
    [f"{name}=(self)" for name in (
        "autoplay", "camera", "display-capture", "fullscreen", "microphone",
        "picture-in-picture", "screen-wake-lock", "speaker-selection",
    )]
    + [f"{name}=()" for name in (
        "accelerometer", "geolocation", "gyroscope", "hid", "magnetometer", "midi",
        "payment", "serial", "usb", "xr-spatial-tracking",
    )]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exposure:
    """How the outside reaches this server."""

    public_url: str | None = None
    extra_origins: frozenset[str] = frozenset()
    """for development: the page comes from a server of its own"""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    https_port: int | None = None

    @property
    def public_origin(self) -> str | None:
        if self.public_url is None:
            return None
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def is_secure(self, request: web.Request) -> bool:
        """Whether the browser speaks HTTPS: with us, or with the proxy of the public address."""
        if request.secure:
            return True
        origin = self.public_origin
        return origin is not None and origin == f"https://{request.host}"

    def origin(self, request: web.Request) -> str:
        return f"{'https' if self.is_secure(request) else 'http'}://{request.host}"

    def address(self, request: web.Request) -> str:
        """The client's address. A forwarded one counts only from a proxy we were told to trust;
        of a chain, the last that is not such a proxy."""
        peer = request.remote or ""
        if not self._is_proxy(peer):
            return peer
        chain = request.headers.get("X-Forwarded-For", "").split(",")
        for hop in reversed([hop.strip() for hop in chain]):
            if hop and not self._is_proxy(hop):
                return hop
        return peer

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.trusted_proxies)

    def allows(self, request: web.Request) -> bool:
        """Whether the request comes from our own pages. A browser names the Origin of every
        unsafe request and of every socket; what names none is no browser, and holds no cookies
        that a foreign page could make it use. ``Sec-Fetch-Site`` is asked all the same."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
        own = {self.origin(request), self.public_origin, *self.extra_origins}
        return origin in own


EXPOSURE = web.AppKey("exposure", Exposure)
Framed = Callable[[], Awaitable[Sequence[str]]]
FRAMED: web.AppKey[Framed] = web.AppKey("framed")
"""The sites whose pages may be shown in class, as they are listed now."""


def content_policy(host: str, framed: Sequence[str] = ()) -> str:
    """No inline script. Styles are inlined by the component library. ``blob:`` is for recordings
    being played, workers and pictures made in the page; WebAssembly removes noise and blurs
    backgrounds. Some browsers do not count sockets as ``'self'``, so they are named.
    ``framed``: sites whose pages may be shown in class."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' blob: data:{sockets}",
            " ".join(["frame-src 'self'", *framed]),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, streams and failures too (a signal, not a middleware)."""
    headers = response.headers
    if "Content-Security-Policy" not in headers:  # an uploaded file has a stricter one
        is_page = response.content_type == "text/html"
        framed = await request.config_dict[FRAMED]() if is_page else ()
        headers["Content-Security-Policy"] = content_policy(request.host, framed)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # Addresses hold link tokens; other sites are told none of them.
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = PERMISSIONS
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-store")
    public = request.config_dict[EXPOSURE].public_origin
    if public is not None and public == f"https://{request.host}":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    headers.popall("Server", None)


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    is_asked = request.method not in SAFE_METHODS or request.path.startswith(SOCKET_PATH)
    if request.path.startswith(BEARER_PATHS):
        return await handler(request)
    if is_asked and not request.config_dict[EXPOSURE].allows(request):
        return error_response(403, "bad_origin", "This request comes from another site.")
    return await handler(request)
