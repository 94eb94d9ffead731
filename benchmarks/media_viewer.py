"""One of the hundred in real Chromium: how long until a picture has been decoded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page

from benchmarks.media_reprise import Person, RepriseServer
from server.demo.browser import chromium, person
from server.demo.classroom_page import ClassroomPage

PAGE: Final = Path(__file__).with_name("media_page.js")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Stands at the door of the class."""

    page: Page
    join_button: Locator

    async def join(self, patience_s: float) -> float:
        """ms from the click until the stage's first frame was shown. Raises TimeoutError."""
        async with asyncio.timeout(patience_s):
            await self.join_button.click()
            return await self.page.evaluate("window.firstPicture")


@asynccontextmanager
async def at_the_door(server: RepriseServer, who: Person) -> AsyncIterator[Viewer]:
    cookies = SimpleCookie(who.cookie).values()
    url = server.process.url
    async with chromium() as browser:
        context = await person(browser, {"denied": ["audio", "video"]})
        await context.add_init_script(PAGE.read_text(encoding="utf-8"))
        await context.add_cookies(
            [{"name": one.key, "value": one.value, "url": url} for one in cookies]
        )
        page = await context.new_page()
        door = ClassroomPage(page, url, server.session_id)
        yield Viewer(page, await door.come_to_the_door())
        await context.close()
