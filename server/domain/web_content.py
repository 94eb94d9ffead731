"""Simulations and web pages in everyone's frame (docs/rules.md, WE).

Only sites of the admins' list are framed: what runs in a frame can imitate anything, and the
class trusts what its facilitator shows.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from server.domain import web_content_commands as wc
from server.domain import web_content_events as we
from server.domain.change import Ask, Change, Decide, Evolve
from server.domain.errors import Invalid, NotAllowed
from server.domain.state import SessionState
from server.domain.web_content_state import WebPage

LONGEST_URL = 2000
LONGEST_TITLE = 200
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_YOUTUBE = frozenset({"www.youtube.com", "youtube.com", "m.youtube.com", "youtu.be"})
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_GEOGEBRA_ID = re.compile(r"/(?:m|material/show/id)/([A-Za-z0-9]{4,16})/?")


def origin_of(address: str, field: str = "url") -> str:
    """``https://host`` of an address that may be framed at all (WE2).

    Raises Invalid ``bad_web_address``.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    is_plain = parts.username is None and parts.password is None and port in (None, 443)
    if parts.scheme != "https" or not is_plain or not _HOST.fullmatch(host):
        raise Invalid(
            "bad_web_address", "Give an address that begins with https:// and a name.", field=field
        )
    return f"https://{host}"


def framed(address: str) -> str:
    """The address that is put into the frame: a site's own page for frames where it has one."""
    address = address.strip()
    if len(address) > LONGEST_URL or any(c.isspace() or not c.isprintable() for c in address):
        raise Invalid("bad_web_address", "That is not a web address.", field="url")
    origin = origin_of(address)
    parts = urlsplit(address)
    host = origin.removeprefix("https://")
    if host in _YOUTUBE and (video := _video_of(host, parts.path, parts.query)) is not None:
        return f"https://www.youtube-nocookie.com/embed/{video}"
    if host == "www.geogebra.org" and (found := _GEOGEBRA_ID.fullmatch(parts.path)):
        return f"https://www.geogebra.org/material/iframe/id/{found[1]}"
    return urlunsplit(("https", host, parts.path or "/", parts.query, parts.fragment))


def _video_of(host: str, path: str, query: str) -> str | None:
    asked = parse_qs(query)
    parts = [part for part in path.split("/") if part]
    video = ""
    if host == "youtu.be" and parts:
        video = parts[0]
    elif path == "/watch":
        video = asked.get("v", [""])[0]
    elif len(parts) == 2 and parts[0] in ("embed", "shorts", "live"):
        video = parts[1]
    if not _VIDEO_ID.fullmatch(video):
        return None
    start = asked.get("t", asked.get("start", [""]))[0].removesuffix("s")
    return f"{video}?{urlencode({'start': start})}" if start.isdecimal() else video


def share(state: SessionState, command: wc.ShareWebPage, ask: Ask) -> list[Change]:
    url = framed(command.url)
    if origin_of(url) not in ask.settings.web_origins:
        raise NotAllowed(
            "site_not_listed",
            "This site is not on the list of those that may be shown; an admin can add it.",
            field="url",
        )
    title = command.title.strip()
    if len(title) > LONGEST_TITLE:
        raise Invalid("text_too_long", f"At most {LONGEST_TITLE} characters.", field="title")
    now = state.web_page
    if now is not None and (now.url, now.title) == (url, title):
        return []
    return [Change(we.WebPageShared(url, title, ask.actor_id))]


def stop(state: SessionState, _: wc.StopWebPage, ask: Ask) -> list[Change]:
    return stopping(state, ask.actor_id)


def stopping(state: SessionState, by: str | None) -> list[Change]:
    return [] if state.web_page is None else [Change(we.WebPageStopped(by))]


def _shared(state: SessionState, body: we.WebPageShared, at_ms: int) -> SessionState:
    return replace(state, web_page=WebPage(body.url, body.title, body.participant_id, at_ms))


def _stopped(state: SessionState, _: we.WebPageStopped, __: int) -> SessionState:
    return replace(state, web_page=None)


DECIDE: dict[type[Any], Decide] = {wc.ShareWebPage: share, wc.StopWebPage: stop}
EVOLVE: dict[type[Any], Evolve] = {we.WebPageShared: _shared, we.WebPageStopped: _stopped}
