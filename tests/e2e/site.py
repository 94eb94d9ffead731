"""Every page of the app, and how to get there with what a finished demo left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import Browser, Page

from server.demo.browser import person
from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School


@dataclass(frozen=True, slots=True)
class Look:
    """A window and a colour scheme."""

    width: int
    height: int
    scheme: str

    @property
    def name(self) -> str:
        return f"{self.width}-{self.scheme}"


LOOKS = (
    Look(1440, 900, "light"),
    Look(1440, 900, "dark"),
    Look(390, 844, "light"),
    Look(390, 844, "dark"),
)


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
            Place("join", path_of(link["link"]), None, "button"),
            Place("home", "/", teacher, "main h1, main h2"),
            Place("account", "/account", teacher, "main h1, main h2"),
            Place("session-new", "/sessions/new", teacher, "main form"),
            Place("session-edit", f"/sessions/{session_id}/edit", teacher, "main form"),
            Place("library", "/library", teacher, "main img, main h2"),
            Place("recording", recording, teacher, "[role=slider]"),
            Place("processing", f"{recording}/processing", teacher, "main h1, main h2"),
            Place("review", f"{recording}/review", teacher, "main h1, main h2"),
            Place("users", "/users", admin, "main table, main ul, main h2"),
            Place("not-found", "/nothing/here", teacher, "main h1, main h2"),
        ],
        teacher,
        session_id,
    )


async def visit(browser: Browser, site: Site, look: Look) -> AsyncIterator[tuple[str, Page]]:
    """Every page in this look, then the device check and the class; one at a time."""
    setting = {
        "viewport": {"width": look.width, "height": look.height},
        "color_scheme": look.scheme, "reduced_motion": "reduce",
    }  # fmt: skip
    for place in site.places:
        context = await person(browser, {}, **setting)
        page = await context.new_page()
        if place.account is not None:
            await sign_in_as(page, place.account)
        await page.goto(f"{site.school.server.url}{place.path}")
        await page.locator(place.ready).first.wait_for()
        await settle(page)
        yield place.name, page
        await context.close()
    devices = {"label": "Helen Marsh", "colour": "#8a5a3c", "width": 640, "height": 360}
    context = await person(browser, devices, **setting)
    page = await context.new_page()
    await sign_in_as(page, site.teacher)
    room = ClassroomPage(page, site.school.server.url, site.session_id)
    await page.goto(room.url)
    await page.get_by_role("heading", name="Ready to join?").wait_for()
    await settle(page)
    yield "device-check", page
    await room.enter()
    await room.is_in_class()
    await settle(page)
    yield "class", page
    await context.close()


async def settle(page: Page) -> None:
    """Fonts and pictures are there; nothing is fetched any more."""
    await page.evaluate("() => document.fonts.ready")
    await page.wait_for_function(
        "() => [...document.images].every((image) => image.complete || image.loading === 'lazy')"
    )
