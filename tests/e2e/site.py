"""Every page of the app, and how to get there with what a finished demo left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, expect

from server.demo.browser import person
from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat
from tests.e2e.looks import Window


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    path: str
    account: Account | None
    ready: str
    """text or selector that shows once the page is there"""


@dataclass(slots=True)
class Site:
    school: School
    places: list[Place]
    teacher: Account
    session_id: str
    guests: list[Account]
    waiting: Account
    """a guest whom nobody lets in"""
    has_talked: bool = False


DIALOG_KEYS = {"devices": "Alt+KeyD", "leave": "Alt+KeyQ", "shortcuts": "Alt+Slash"}


async def build(school: School, recording_id: str, teacher: Account) -> Site:
    """Links and a session of the kinds that pages show."""
    admin = school.admin
    invitation = await admin.post(
        "/invitations", {"email": "new@example.org", "name": "New Person", "role": "learner"}
    )
    session_id = await school.session(
        teacher, "Paper and ink", starts_at="2030-03-04T09:00:00Z", time_zone="Europe/Vienna"
    )
    link = await teacher.post(f"/sessions/{session_id}/links", {"name": "Guest Person"})
    source = {"title": "The source", "url": "https://example.org/"}
    await teacher.post(f"/sessions/{session_id}/materials/links", source)
    user = (await teacher.get("/me"))["user"]
    reset = await admin.post(f"/users/{user['user_id']}/reset")
    tail = "/".join

    def path_of(made: str) -> str:
        return f"/{tail(made.split('/')[-2:])}"

    recording = f"/recordings/{recording_id}"
    return Site(
        school,
        [
            Place("sign-in", "/sign-in", None, "button[type=submit]"),
            Place("invite", path_of(invitation["link"]), None, "button[type=submit]"),
            Place("reset", path_of(reset["link"]), None, "button[type=submit]"),
            Place("join", path_of(link["link"]), None, "form button[type=submit]"),
            Place("home", "/", teacher, "main h1, main h2"),
            Place("account", "/account", teacher, "main h1, main h2"),
            Place("session-new", "/sessions/new", teacher, "main form"),
            Place("session-edit", f"/sessions/{session_id}/edit", teacher, "main form"),
            Place("dashboard", f"/sessions/{session_id}/dashboard", teacher, "main h1"),
            Place("formats", "/debate-formats", teacher, "main h3"),
            Place("format", "/debate-formats/karl-popper", teacher, "main ol"),
            Place("format-edit", "/debate-formats/new", teacher, "main form"),
            Place("library", "/library", teacher, "main img, main h2"),
            Place("recording", recording, teacher, "[role=slider]"),
            Place("processing", f"{recording}/processing", teacher, "main h1, main h2"),
            Place("review", f"{recording}/review", teacher, "main h1, main h2"),
            Place("users", "/users", admin, "main table, main ul, main h2"),
            Place("not-found", "/nothing/here", teacher, "main h1, main h2"),
        ],
        teacher,
        session_id,
        [await school.guest(teacher, session_id, name) for name in ("Mina Okafor", "Tomás Rivera")],
        await school.guest(teacher, session_id, "Wei Chen"),
    )


async def visit(browser: Browser, site: Site, window: Window) -> AsyncIterator[tuple[str, Page]]:
    """Every page in this window, then the device check and the class; one at a time."""
    async for name, page in visit_places(browser, site, window):
        yield name, page
    async for name, page in visit_class(browser, site, window):
        yield name, page


async def visit_places(
    browser: Browser, site: Site, window: Window
) -> AsyncIterator[tuple[str, Page]]:
    for place in site.places:
        context = await person(browser, {}, **window.setting)
        page = await context.new_page()
        if place.account is not None:
            await sign_in_as(page, place.account)
        await page.goto(f"{site.school.server.url}{place.path}")
        await page.locator(place.ready).first.wait_for()
        await settle(page)
        yield place.name, page
        await context.close()


async def visit_class(
    browser: Browser, site: Site, window: Window
) -> AsyncIterator[tuple[str, Page]]:
    async for name, page in go_through_class(browser, site, window.setting):
        await settle(page)
        yield name, page


async def go_through_class(
    browser: Browser, site: Site, setting: dict[str, Any]
) -> AsyncIterator[tuple[str, Page]]:
    """The way in, the class with its panels and dialogs, the lobby, the way out."""
    devices = {"label": "Helen Marsh", "colour": "#8a5a3c", "width": 640, "height": 360}
    context = await person(browser, devices, **setting)
    page = await context.new_page()
    await sign_in_as(page, site.teacher)
    room = ClassroomPage(page, site.school.server.url, site.session_id)
    await page.goto(room.url)
    await page.get_by_role("heading", name="Ready to join?").wait_for()
    yield "device-check", page
    await room.enter()
    await room.is_in_class()
    await room.button("Switch camera off").wait_for()  # it comes on by itself
    yield "class", page
    seats = [await take_part(room, guest, site.session_id) for guest in site.guests]
    if not site.has_talked:
        site.has_talked = True
        await talk(room, seats)
    for seat in seats:
        await seat.command("raise_hand")
    for panel in ("Chat", "People", "Poll"):
        await room.open_panel(panel)
        yield f"class-{panel.lower()}", page
    for dialog in ("devices", "leave", "shortcuts"):
        await page.keyboard.press(DIALOG_KEYS[dialog])
        await page.get_by_role("dialog").wait_for()
        yield f"class-{dialog}", page
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog").wait_for(state="detached")
    async for name, outside in visit_lobby(browser, site, setting):
        yield name, outside
    for seat in seats:
        await seat.close()
    await page.keyboard.press(DIALOG_KEYS["leave"])
    await page.get_by_role("dialog").get_by_role("button", name="Leave", exact=True).click()
    await page.get_by_role("heading", name="You have left the class").wait_for()
    yield "class-left", page
    await context.close()


async def visit_lobby(
    browser: Browser, site: Site, setting: dict[str, Any]
) -> AsyncIterator[tuple[str, Page]]:
    """Somebody without permission for camera and microphone, then in the lobby."""
    context = await person(browser, {"denied": ["audio", "video"]}, **setting)
    page = await context.new_page()
    await sign_in_as(page, site.waiting)
    room = ClassroomPage(page, site.school.server.url, site.session_id)
    await page.goto(room.url)
    await page.get_by_role("alert").first.wait_for()
    yield "device-denied", page
    await room.enter()
    yield "lobby", page
    await context.close()


async def take_part(room: ClassroomPage, guest: Account, session_id: str) -> Seat:
    """In class; admitted where this is the first time."""
    seat = Seat(guest, session_id)
    await seat.connect()
    [me] = [
        one for one in seat.snapshot["participants"] if one["participant_id"] == seat.snapshot["me"]
    ]
    if me["presence"] == "waiting":
        await room.admit(me["name"])
    return seat


async def talk(room: ClassroomPage, seats: list[Seat]) -> None:
    """A few lines and a poll with votes."""
    lines = (
        "Was movable type not known in Korea long before 1455?",
        "Yes! The Jikji of 1377. It is worth a look before the next class: we compare the two.",
        "Thank you",
    )
    for line, seat in zip(lines, (seats[0], seats[1], seats[0]), strict=True):
        await seat.command("send_chat", text=line)
    await room.chat("We come back to this at the end.")
    await room.open_panel("Poll")
    await room.button("New poll").click()
    page = room.page
    await page.get_by_label("Question", exact=True).fill(
        "Which change mattered most for the price of a book?"
    )
    await page.get_by_label("Option 1", exact=True).fill("Paper in place of parchment")
    await page.get_by_label("Option 2", exact=True).fill("Type that can be used again")
    await room.button("Save and open").click()
    for option, seat in enumerate(seats):
        opened = await seat.wait_for_event("poll_opened")
        await seat.command("vote", poll_id=opened["data"]["poll_id"], option=option)


async def settle(page: Page) -> None:
    """Fonts, pictures and what the page asked the server for are there."""
    await page.evaluate("() => document.fonts.ready")
    await expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
    await page.wait_for_function(
        "() => [...document.images].every((image) => image.complete || image.loading === 'lazy')"
    )
