"""Sites whose pages may be shown in class."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from server.schemas.http_base import Request


class WebOrigin(Struct):
    """A site whose pages may be shown in class, as ``https://host``."""

    origin: str


class AddWebOrigin(Request):
    """Any address of the site."""

    address: Annotated[str, Meta(min_length=4, max_length=2000)]
