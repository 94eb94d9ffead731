"""A debate in the classroom as its people hold it: by names of buttons and fields."""

from __future__ import annotations

import re
from typing import Literal

from playwright.async_api import Locator, Page

from server.demo.classroom_page import PATIENT_MS, ClassroomPage

Choice = Literal["For", "Against", "Undecided"]


class DebatePage:
    def __init__(self, room: ClassroomPage) -> None:
        self.room = room
        self.page: Page = room.page

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Debate")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=isinstance(name, str))

    async def show(self) -> None:
        """Beside the stage on a wide page, a tab on a narrow one."""
        if not await self.panel.count():
            await self.page.keyboard.press("Alt+b")
        await self.panel.wait_for()

    async def plan(self, motion: str, format_name: str) -> None:
        await self.show()
        await self.button("Plan a debate").click()
        await self.panel.get_by_label("Format", exact=True).select_option(label=format_name)
        await self.panel.get_by_label("Motion").fill(motion)
        await self.page.get_by_test_id("format-preview").wait_for()
        await self.button("Save plan").click()
        await self.panel.get_by_role("heading", name=motion).wait_for()

    def seat(self, key: str) -> Locator:
        """``pro:1``: where somebody is dropped."""
        return self.panel.locator(f'[data-seat="{key}"]')

    async def choose(self, seat: str, name: str) -> None:
        """By the list of a seat, as with the keyboard."""
        await self.panel.get_by_label(seat, exact=True).select_option(label=name)

    async def drag(self, name: str, key: str) -> None:
        chip = self.panel.locator("[data-person]", has_text=name)
        await chip.drag_to(self.seat(key))
        await chip.wait_for(state="detached")

    async def judge(self, name: str) -> None:
        await self.button("Choose").click()
        choice = self.page.get_by_role("menuitemcheckbox", name=re.compile(re.escape(name)))
        await choice.click()
        await self.page.keyboard.press("Escape")

    async def vote(self, choice: Choice) -> None:
        await self.panel.get_by_role("radio", name=choice, exact=True).check(force=True)
        await self.button("Cast ballot").click()
        await self.panel.get_by_text("Your ballot is in the box.").wait_for(timeout=PATIENT_MS)

    async def reads(self, text: str | re.Pattern[str]) -> None:
        await self.panel.get_by_text(text).first.wait_for(timeout=PATIENT_MS)
