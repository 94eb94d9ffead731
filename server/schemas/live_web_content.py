"""Wire types of web pages shown to the class."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from server.schemas.live_base import Command


class ShareWebPage(Command, tag="share_web_page"):
    """Everyone's frame shows it; the site must be on the admins' list."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    title: Annotated[str, Meta(max_length=200)] = ""


class StopWebPage(Command, tag="stop_web_page"):
    pass


WebContentCommand = ShareWebPage | StopWebPage


class WebPageView(Struct):
    url: str
    title: str
    participant_id: str
    since_ms: int
