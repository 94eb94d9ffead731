"""Files, pages of others, bookmarks, a broken connection, and every way to be outside."""

from __future__ import annotations

from playwright.async_api import Route

from tests.e2e.states.cast import LEARNER, Cast, Show, State, View, tab

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763e0f9ff1f0003fe01ff2d3e2b520000000049454e44ae426082"
)
SITE = "https://phet.colorado.edu/sims/"
PAGE = (
    "<!doctype html><title>Springs</title><body style='margin:0;display:grid;place-items:center;"
    "height:100vh;background:linear-gradient(#cfe8ff,#fff);font:600 28px sans-serif;color:#123'>"
    "Masses and springs</body>"
)


async def send_files(cast: Cast) -> None:
    path = f"/sessions/{cast.session_id}/files"
    for seat, name, content in (
        (cast.seats[0], "Bill of 1478.pdf", b"%PDF-1.7\n" + b"x" * 48_000),
        (cast.seats[1], "Watermark.png", PNG),
    ):
        file = await seat.account.send_file(path, name, content)
        await seat.command("send_chat", text="Here it is", file_id=file["file_id"])


async def share_page(cast: Cast) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(body=PAGE, content_type="text/html")

    for view in cast.views:
        await view.page.route(f"{SITE}**", answer)
    await cast.lead.command("share_web_page", url=SITE, title="Masses and springs")


async def bookmark(view: View) -> None:
    await view.tab("People")
    await view.page.keyboard.press("Alt+KeyK")
    await view.page.get_by_role("dialog").wait_for()
    await view.page.keyboard.type("Why linen")
    await view.page.keyboard.press("Enter")
    await view.page.get_by_role("dialog").wait_for(state="detached")


async def quality(view: View) -> None:
    await view.page.locator("[data-quality]").click()


async def escape(view: View) -> None:
    await view.page.keyboard.press("Escape")


async def stop(cast: Cast) -> None:
    await cast.school.server.stop()


async def start(cast: Cast) -> None:
    await cast.school.server.start()
    for seat in (cast.lead, *cast.seats):
        await seat.close()
        seat.snapshot = {}
        await seat.connect()
    for view in cast.views:
        await view.page.locator("[data-banner=reconnecting]").wait_for(state="detached")
        view.errors.clear()  # of the requests that nobody answered


async def other_classes(cast: Cast) -> None:
    """One with a lobby that goes on, one that has not begun."""
    lobby = await cast.school.session(cast.teacher, "Binding", record_automatically=False)
    later = await cast.school.session(cast.teacher, "Trade", lobby_is_on=False)
    goals = {"objectives": [{"text": "Sew a book block"}], "revision": 0}
    await cast.teacher.call("PUT", f"/sessions/{lobby}/objectives", goals)
    for name in ("lobby", "later"):
        cast.notes[name] = {"lobby": lobby, "later": later}[name]
    cast.notes["guests"] = [
        await cast.school.guest(cast.teacher, where, f"Guest {number}")
        for where in (lobby, later, cast.session_id)
        for number in (1, 2)
    ]
    seat = type(cast.lead)(cast.teacher, lobby)
    await seat.connect()
    await seat.command("start_session")
    await seat.close()


def outside(which: int, name: str | None) -> Show:
    """A guest of their own at either size, through the device check."""

    async def show(view: View) -> None:
        cast = view.cast
        assert cast is not None
        session_id = cast.notes[name] if name else cast.session_id
        guest = cast.notes["guests"][2 * which + (view.width < 1000)]
        await view.look_elsewhere(f"{cast.school.server.url}/sessions/{session_id}", guest)
        await view.press("Join without camera and microphone")

    return show


async def look_back(view: View) -> None:
    view.errors.clear()
    await view.look_back()


async def send_out(cast: Cast) -> None:
    who = (await cast.ids())["Mina Okafor"]
    await cast.lead.command("remove", participant_id=who, may_return=True)
    who = (await cast.ids())["Tomás Rivera"]
    await cast.lead.command("remove", participant_id=who, may_return=True)


async def ban(cast: Cast) -> None:
    for view in cast.views[2:]:
        await (
            view.page.get_by_role("button", name="Join again")
            .or_(view.page.get_by_role("button", name="Rejoin"))
            .first.click()
        )
        await view.press("Join without camera and microphone")
    ids = await cast.ids()
    for name in ("Mina Okafor", "Tomás Rivera"):
        await cast.lead.command("remove", participant_id=ids[name])


DOORS = (
    State("chat-files", send_files, tab("Chat"), "text=Bill of 1478.pdf"),
    State("web-page", share_page, ready="iframe",
          after=lambda cast: cast.lead.command("stop_web_page")),
    State("bookmarks", show=bookmark, ready="text=Why linen", roles=(LEARNER,)),
    State("connection", show=quality, ready="text=/^Connection: /", leave=escape),
    State("reconnecting", stop, ready="[data-banner=reconnecting]", after=start),
    State("lobby", other_classes, outside(0, "lobby"), "text=You are in the lobby",
          roles=(LEARNER,), leave=look_back),
    State("not-begun", show=outside(1, "later"), ready="text=The class has not started yet",
          roles=(LEARNER,), leave=look_back),
    State("room-locked",
          lambda cast: cast.lead.command("set_lock", lock="room", is_on=True),
          outside(2, None), "main h1", roles=(LEARNER,), leave=look_back,
          after=lambda cast: cast.lead.command("set_lock", lock="room", is_on=False)),
    State("sent-out", send_out, ready="main h1", roles=(LEARNER,)),
    State("removed", ban, ready="main h1", roles=(LEARNER,)),
    State("ended", lambda cast: cast.lead.command("end_session"), ready="main h1"),
)  # fmt: skip
