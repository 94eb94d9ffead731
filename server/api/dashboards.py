"""Routes of the facilitators' board: as data and as two tables."""

from __future__ import annotations

from aiohttp import web

from server.api.route import Ask, Route
from server.schemas.dashboard import Dashboard


async def read_dashboard(ask: Ask) -> Dashboard:
    return await ask.services.dashboards.board(ask.caller, ask.path("session_id"))


async def export_attendance(ask: Ask) -> web.Response:
    text = await ask.services.dashboards.attendance(ask.caller, ask.path("session_id"))
    return _table(text, "attendance.csv")


async def export_participation(ask: Ask) -> web.Response:
    text = await ask.services.dashboards.participation(ask.caller, ask.path("session_id"))
    return _table(text, "participation.csv")


def _table(text: str, name: str) -> web.Response:
    return web.Response(
        body=text.encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


ONE = "/sessions/{session_id}"
ROUTES = (
    Route("GET", f"{ONE}/dashboard", read_dashboard, "session_facilitator", answer=Dashboard),
    Route(
        "GET", f"{ONE}/attendance.csv", export_attendance, "session_facilitator", media="text/csv"
    ),
    Route(
        "GET", f"{ONE}/participation.csv", export_participation, "session_facilitator",
        media="text/csv",
    ),
)  # fmt: skip
