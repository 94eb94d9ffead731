"""Somebody who only watches: the link, the door, the class, and how others see them."""

from __future__ import annotations

from tests.e2e.states.cast import HOST, LEARNER, Cast, State, View, tab
from tests.e2e.states.editing import edit_page, look_back

NAMES = ("Nora Lindqvist", "Otto Brenner")
"""one for each size of page"""


async def invite(cast: Cast) -> None:
    path = f"/sessions/{cast.session_id}/links"
    for name in NAMES:
        link = await cast.teacher.post(path, {"name": name, "role": "observer"})
        guest = cast.school.stranger()
        await guest.take_seat(link["link"], name)
        cast.notes[name] = guest


async def door(view: View) -> None:
    cast = view.cast
    assert cast is not None
    guest = cast.notes[NAMES[view.width < 1000]]
    await view.look_elsewhere(f"{cast.school.server.url}/sessions/{cast.session_id}", guest)
    await view.page.get_by_test_id("join").wait_for()


async def watch(view: View) -> None:
    await door(view)
    await view.page.get_by_test_id("join").click()
    await view.page.get_by_role("toolbar").wait_for()


async def meet(cast: Cast) -> None:
    """One of them is there while the others look at the list."""
    seat = type(cast.lead)(cast.notes[NAMES[0]], cast.session_id)
    await seat.connect()
    cast.notes["watcher"] = seat


async def part(cast: Cast) -> None:
    await cast.notes["watcher"].close()


async def streams(view: View) -> None:
    """A token made on the page is shown once."""
    await edit_page("Streams (OBS)")(view)
    card = view.page.locator("section", has=view.page.get_by_role("heading", name="Streams (OBS)"))
    await card.get_by_role("textbox").first.fill("OBS in the hall")
    await card.locator("button[type=submit]").click()
    await card.locator("[data-token] code").nth(1).wait_for()


WATCHING = (
    State("watch-streams", show=streams, ready="[data-token] code", roles=(HOST,), leave=look_back),
    State("watch-link", invite, edit_page("Join links for guests"), "[data-link]", roles=(HOST,),
          leave=look_back),
    State("watch-door", show=door, ready="[data-testid=join]", roles=(LEARNER,),
          leave=look_back),
    State("watch-class", show=watch, roles=(LEARNER,), leave=look_back),
    State("watch-people", meet, tab("People"), f"text={NAMES[0]}", after=part),
)  # fmt: skip
