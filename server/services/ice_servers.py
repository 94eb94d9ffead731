"""Servers that lead a program round blocked UDP, as WHIP and WHEP tell it of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.schemas.live_media import IceServer

IceServers = Callable[[str], Sequence[IceServer]]
"""For one participant: credentials name whom they were made for."""


def link_headers(servers: Sequence[IceServer]) -> list[str]:
    """As RFC 9725, 4.6 writes them."""
    return [
        f'<{url}>; rel="ice-server"; username="{server.username}"; '
        f'credential="{server.credential}"; credential-type="password"'
        for server in servers
        for url in server.urls
    ]
