"""A class with pages of a facilitator and a learner, wide and narrow, and people without a page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser, Page

from server.demo.browser import person
from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat

HOST: Final = "facilitator"
LEARNER: Final = "learner"
PAGES: Final = (
    ("Helen Marsh", HOST, 1440, 900),
    ("Jonas Weber", HOST, 390, 844),
    ("Mina Okafor", LEARNER, 1440, 900),
    ("Tomás Rivera", LEARNER, 390, 844),
)
OTHERS: Final = (
    "Wei Chen", "Aïsha Diallo", "Lukas Brandt", "Priya Raman", "Yusuf Demir", "Ingrid Solberg",
    "Mateo García", "Hana Suzuki",
)  # fmt: skip


@dataclass(slots=True)
class View:
    """Somebody's page."""

    name: str
    role: str
    width: int
    page: Page
    account: Account
    browser: Browser
    errors: list[str] = field(default_factory=list[str])
    """what its console complained of"""
    cast: Cast | None = None
    _class_page: Page | None = None

    @property
    def height(self) -> int:
        return 900 if self.width > 1000 else 844

    async def look_elsewhere(self, url: str, account: Account | None = None) -> None:
        """Another page of the same size, until ``look_back``; the class goes on behind it."""
        context = await person(
            self.browser, {}, reduced_motion="reduce",
            viewport={"width": self.width, "height": self.height},
        )  # fmt: skip
        self._class_page, self.page = self.page, await context.new_page()
        watch(self)
        await sign_in_as(self.page, account or self.account)
        await self.page.goto(url)

    async def look_back(self) -> None:
        assert self._class_page is not None
        await self.page.context.close()
        self.page, self._class_page = self._class_page, None

    async def to_top(self) -> None:
        """Panels as somebody finds them who opens them anew."""
        await self.page.evaluate(
            "() => document.querySelectorAll('aside *').forEach("
            "one => { if (one.scrollTop > 0) one.scrollTop = 0 })"
        )

    async def enter_again(self) -> None:
        """As after a reload: what the page knows comes from a new snapshot."""
        await self.page.reload()
        await self.press("Join without camera and microphone")
        await self.page.get_by_role("toolbar").wait_for()

    async def tab(self, name: str) -> None:
        await self.page.get_by_role("tab", name=re.compile(f"^{name}")).click()

    async def press(self, button: str) -> None:
        await self.page.get_by_role("button", name=button, exact=True).first.click()


GONE: Final = "ERR_CONNECTION_REFUSED"
"""the browser's own word for a server that is stopped"""


def watch(view: View) -> None:
    view.page.on(
        "console",
        lambda line: (
            view.errors.append(line.text)
            if line.type == "error" and GONE not in line.text
            else None
        ),
    )
    view.page.on("pageerror", lambda error: view.errors.append(error.message))


@dataclass(slots=True)
class Cast:
    school: School
    teacher: Account
    session_id: str
    views: list[View]
    lead: Seat
    """a facilitator without a page, who makes things happen"""
    seats: list[Seat]
    """learners without a page"""
    notes: dict[str, Any] = field(default_factory=dict[str, Any])
    """what one state leaves for the next, such as the poll that is open"""

    async def snapshot(self) -> dict[str, Any]:
        return await self.lead.ask("snapshot", {})

    async def ids(self) -> dict[str, str]:
        """Name → participant."""
        people = (await self.snapshot())["participants"]
        return {one["name"]: one["participant_id"] for one in people}


Arrange = Callable[[Cast], Awaitable[object]]
Show = Callable[[View], Awaitable[object]]


async def nothing(_: object) -> None:
    """It is there already."""


def tab(name: str) -> Show:
    return lambda view: view.tab(name)


def pressed(button: str, in_tab: str | None = None) -> Show:
    async def show(view: View) -> None:
        if in_tab is not None:
            await view.tab(in_tab)
        await view.press(button)

    return show


@dataclass(frozen=True, slots=True)
class State:
    name: str
    arrange: Arrange = nothing
    show: Show = nothing
    ready: str = "[data-testid=classroom]"
    """selector of what shows once the page is there"""
    roles: tuple[str, ...] = (HOST, LEARNER)
    leave: Show = nothing
    """what a page closes again"""
    after: Arrange = nothing
    """what the class does when everybody has been looked at"""


async def escape(view: View) -> None:
    await view.page.keyboard.press("Escape")
    await view.page.get_by_role("dialog").wait_for(state="detached")


@asynccontextmanager
async def open_class(school: School, browser: Browser) -> AsyncIterator[Cast]:
    """Everybody in class, cameras and microphones off, nothing recorded."""
    helen = await school.invite("Helen Marsh", HOST)
    session_id = await school.session(
        helen, "Paper and ink", lobby_is_on=False, record_automatically=False
    )
    contexts: list[Any] = []
    seats: list[Seat] = []
    try:
        lead = Seat(school.admin, session_id)
        seats.append(lead)
        await lead.connect()
        await lead.command("start_session")
        views: list[View] = []
        for name, role, width, height in PAGES:
            account = helen if name == "Helen Marsh" else await school.invite(name, role)
            if account is not helen:
                await school.enrol(helen, session_id, account)
            context = await person(
                browser, {}, viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            contexts.append(context)
            page = await context.new_page()
            view = View(name, role, width, page, account, browser)
            watch(view)
            views.append(view)
            await enter(school, session_id, account, page)
        for name in OTHERS:
            seat = Seat(await school.guest(helen, session_id, name), session_id)
            seats.append(seat)
            await seat.connect()
        cast = Cast(school, helen, session_id, views, lead, seats[1:])
        for view in views:
            view.cast = cast
        jonas = (await cast.ids())["Jonas Weber"]
        await helen.call("PUT", f"/sessions/{session_id}/participants/{jonas}/role", {"role": HOST})
        yield cast
    finally:
        await asyncio.gather(*(seat.close() for seat in seats))
        for context in contexts:
            await context.close()


async def enter(school: School, session_id: str, account: Account, page: Page) -> None:
    page.set_default_timeout(PATIENT_MS)
    await sign_in_as(page, account)
    room = ClassroomPage(page, school.server.url, session_id)
    await page.goto(room.url)
    await room.button("Join without camera and microphone").click(timeout=PATIENT_MS)
    await room.is_in_class()
