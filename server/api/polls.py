"""Routes of polls outside the class: earlier ones of the course, and the export."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from server.api.route import Ask, Route
from server.schemas.earlier import EarlierPolls


class OnePoll(Struct, forbid_unknown_fields=True):
    poll_id: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET


async def earlier_polls(ask: Ask) -> list[EarlierPolls]:
    return await ask.services.polls.earlier(ask.caller, ask.path("session_id"))


async def export_polls(ask: Ask) -> web.Response:
    query: OnePoll = ask.query
    poll_id = None if isinstance(query.poll_id, UnsetType) else query.poll_id
    text = await ask.services.polls.export(ask.caller, ask.path("session_id"), poll_id)
    return web.Response(
        body=text.encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="polls.csv"',
        },
    )


ONE = "/sessions/{session_id}"
ROUTES = (
    Route(
        "GET", f"{ONE}/polls/earlier", earlier_polls, "session_facilitator",
        answer=list[EarlierPolls],
    ),
    Route(
        "GET", f"{ONE}/polls.csv", export_polls, "session_facilitator",
        query=OnePoll, media="text/csv",
    ),
)  # fmt: skip
