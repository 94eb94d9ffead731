"""The plan of a class before, while and after it is held; the clock is wound (WoundServer)."""

from __future__ import annotations

from typing import Any

from tests.e2e.states.cast import HOST, Cast, State, View, escape
from tests.e2e.wound_server import WoundServer

AGENDA = [
    {"title": "Warm-up", "kind": "discussion", "minutes": 5},
    {"title": "Paper, ink and type", "kind": "talk", "minutes": 15, "note": "Chapter 3"},
    {"title": "What did a page cost?", "kind": "breakout", "minutes": 15},
    {"title": "This house regrets print", "kind": "debate", "minutes": 20},
    {"title": "Vote and reflect", "kind": "poll", "minutes": 5},
]
GOALS = [
    {"text": "Date the first presses in Korea and Mainz"},
    {"text": "Weigh two sources against each other"},
    {"text": "Say what made a book cheap"},
]


def server_of(cast: Cast) -> WoundServer:
    server: Any = cast.school.server
    assert isinstance(server, WoundServer)
    return server


async def prepare(cast: Cast) -> None:
    path = f"/sessions/{cast.session_id}"
    await cast.teacher.call("PUT", f"{path}/agenda", {"activities": AGENDA, "revision": 0})
    await cast.teacher.call("PUT", f"{path}/objectives", {"objectives": GOALS, "revision": 0})
    for title in ("The Jikji, page by page", "A printer's bill of 1478"):
        link = {"title": title, "url": "https://example.org/"}
        await cast.teacher.post(f"{path}/materials/links", link)
    chapter = b"%PDF-1.7" + b"x" * 80_000
    await cast.teacher.send_file(f"{path}/materials/files", "Chapter 3.pdf", chapter)
    material = (await cast.teacher.get(f"{path}/materials"))[0]["material_id"]
    for seat in cast.seats[:3]:
        await seat.account.call("PUT", f"{path}/materials/{material}/mark", {"mark": "done"})


async def step(cast: Cast) -> None:
    runs = (await cast.snapshot())["agenda"]["runs"]
    current = runs[-1]["activity_id"] if runs and runs[-1]["to_ms"] is None else None
    await cast.lead.command("next_activity", current=current)


async def begin(cast: Cast) -> None:
    await step(cast)
    await server_of(cast).pass_ms(3 * 60_000)
    await resync(cast)


async def overrun(cast: Cast) -> None:
    await step(cast)
    goal = (await cast.snapshot())["objectives"]["items"][0]["objective_id"]
    await cast.lead.command("cover_objective", objective_id=goal, is_covered=True)
    await server_of(cast).pass_ms(17 * 60_000)
    await resync(cast)


async def resync(cast: Cast) -> None:
    """A wound clock comes to a page when it joins."""
    for view in cast.views:
        await view.enter_again()


async def plan(view: View) -> None:
    await view.page.keyboard.press("Alt+KeyJ")
    await view.page.get_by_role("dialog").wait_for()


async def edit(view: View) -> None:
    await plan(view)
    await view.page.get_by_role("dialog").get_by_role("button", name="Edit", exact=True).click()


async def dashboard(view: View) -> None:
    assert view.cast is not None
    cast = view.cast
    await view.look_elsewhere(f"{cast.school.server.url}/sessions/{cast.session_id}/dashboard")


async def look_back(view: View) -> None:
    await view.look_back()


async def talk(cast: Cast) -> None:
    """Something for the board to count."""
    for seat in cast.seats[:3]:
        await seat.command("send_chat", text="Linen, not cotton.")
    for seat in cast.seats[2:5]:
        await seat.command("raise_hand")
        await seat.command("tap_confusion")
    made = await cast.lead.command(
        "create_poll", question="Who printed first?", options=["Mainz", "Cheongju"], opens=True
    )
    for seat, option in zip(cast.seats, (0, 1, 1, 1), strict=False):
        await seat.command("vote", poll_id=made["poll_id"], option=option)
    await cast.lead.command("close_poll", poll_id=made["poll_id"])


BAR = "[data-banner=agenda]"

PLAN = (
    State("agenda-not-begun", prepare, ready=BAR, roles=(HOST,)),
    State("agenda-running", begin, ready=f"{BAR} [role=timer]"),
    State("agenda-over", overrun, ready=f"{BAR}[data-over]"),
    State("quiet", ready="[data-banner=quiet]", roles=(HOST,)),
    State("plan", show=plan, ready="[role=dialog]", leave=escape),
    State("plan-edit", show=edit, ready="[role=dialog]", roles=(HOST,), leave=escape),
    State("dashboard-live", talk, dashboard, "main h1", roles=(HOST,), leave=look_back),
    State("dashboard-later", lambda cast: cast.lead.command("end_session"), dashboard, "main h1",
          roles=(HOST,), leave=look_back),
)  # fmt: skip
