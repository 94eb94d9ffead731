"""What bodies of the HTTP API (``/api/v1``) share. docs/protocol.md lists the routes.

Request bodies forbid unknown fields; times are RFC 3339 in UTC, zones are IANA names.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=80)]
Title = Annotated[str, Meta(min_length=1, max_length=160)]
Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


class Request(Struct, forbid_unknown_fields=True):
    """Base of every request body."""
