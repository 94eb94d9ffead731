"""Servers that help a client to be reached (STUN, TURN), as a client is told of them.

There are none by default: the media plane's addresses are reached directly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IceServer:
    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


IceServers = Callable[[str], Sequence[IceServer]]
"""For one participant: credentials name whom they were made for."""


def no_ice_servers(_participant_id: str) -> Sequence[IceServer]:
    return ()


def link_headers(servers: Sequence[IceServer]) -> list[str]:
    """As RFC 9725, 4.6 writes them."""
    links: list[str] = []
    for server in servers:
        login = ""
        if server.username is not None and server.credential is not None:
            login = (
                f'; username="{server.username}"; credential="{server.credential}"'
                '; credential-type="password"'
            )
        links += [f'<{url}>; rel="ice-server"{login}' for url in server.urls]
    return links
