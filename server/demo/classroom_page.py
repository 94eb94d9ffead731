"""The classroom as a person uses it: by names of buttons and fields, not the page's insides."""

from __future__ import annotations

import contextlib
import re
from typing import Literal

from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from server.demo.http_account import Account

PATIENT_MS = 60_000
SHORT_MS = 2_000
SLOW_MS = 60_000
"""a device, its picture and its first frames on a machine that is busy"""


async def sign_in_as(page: Page, account: Account) -> None:
    """Give the page the cookies of an account that signed in, or took its seat, over HTTP."""
    cookies = account.cookies().items()
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": account.url} for name, value in cookies]
    )  # fmt: skip


class ClassroomPage:
    def __init__(self, page: Page, server_url: str, session_id: str) -> None:
        self.page = page
        self.url = f"{server_url}/sessions/{session_id}"

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    async def come_to_the_door(self, consent: bool | None = True) -> Locator:
        """The device check, filled in, and its button that goes in; ``consent`` answers it where
        the class is recorded."""
        await self.page.goto(self.url)
        join = self.button(re.compile("^(Join|Start class)$"))
        await join.wait_for(timeout=PATIENT_MS)
        if consent is not None:
            answer = "I agree to be recorded" if consent else "I do not agree"
            choice = self.page.get_by_label(answer, exact=True)
            if await choice.count():
                await choice.check(force=True)
        await expect(join).to_be_enabled(timeout=PATIENT_MS)
        return join

    async def enter(self, consent: bool | None = True) -> None:
        """Through the device check, up to the class or whatever is before it."""
        join = await self.come_to_the_door(consent)
        await join.click()
        await (
            self.page.get_by_role("toolbar")
            .or_(self.page.get_by_text("You are in the lobby"))
            .or_(self.page.get_by_text("The class has not started yet"))
            .first.wait_for(timeout=PATIENT_MS)
        )

    async def is_in_class(self) -> None:
        await self.page.get_by_role("toolbar").wait_for(timeout=PATIENT_MS)

    async def agree_if_asked(self) -> None:
        """The dialog goes by itself when the device check has answered it already."""
        agree = self.button("I agree")
        if await agree.count() and await agree.first.is_visible():
            with contextlib.suppress(PlaywrightTimeout):
                await agree.first.click(timeout=SHORT_MS)

    async def switch_on(self, what: Literal["microphone", "camera"]) -> None:
        """No-op when it is on, also when it is just coming on: the device check may have said so,
        and a click that races it would switch it off again."""
        name = "Unmute microphone" if what == "microphone" else "Switch camera on"
        off = "Mute microphone" if what == "microphone" else "Switch camera off"
        for patience_ms in (SHORT_MS, SLOW_MS // 4, SLOW_MS // 2):
            with contextlib.suppress(PlaywrightTimeout):
                await self.button(off).first.wait_for(timeout=patience_ms)
                return
            if await self.button(name).count():
                await self.button(name).first.click(timeout=SLOW_MS)
        await self.button(off).first.wait_for(timeout=SLOW_MS)

    async def mute(self) -> None:
        await self.button("Mute microphone").click()
        await self.button("Unmute microphone").wait_for()

    async def raise_hand(self) -> None:
        await self.button("Raise hand").click()
        await self.button("Lower hand").first.wait_for()

    async def lower_hand(self) -> None:
        await self.button("Lower hand").first.click()
        await self.button("Raise hand").wait_for()

    async def open_panel(self, name: Literal["People", "Chat", "Poll"]) -> None:
        tab = self.page.get_by_role("tab", name=re.compile(f"^{name}"))
        if not await tab.count() or not await tab.first.is_visible():
            await self.button(re.compile(f"^Show {name.lower()}", re.IGNORECASE)).first.click()
        await tab.first.click()

    async def chat(self, text: str) -> None:
        await self.open_panel("Chat")
        await self.page.get_by_placeholder("Message everyone").fill(text)
        await self.button("Send").click()
        await self.reads(text)

    async def reads(self, text: str) -> None:
        """Until the chat shows the line."""
        await self.open_panel("Chat")
        log = self.page.get_by_role("log", name="Chat messages")
        await log.get_by_text(text, exact=True).first.wait_for()

    async def vote(self, option: str) -> None:
        await self.open_panel("Poll")
        choice = self.page.get_by_role("radio", name=option).or_(
            self.button(re.compile(f"^{re.escape(option)}"))
        )
        await choice.first.click()
        await (
            self.page.get_by_text("Your vote is counted.")
            .or_(self.page.get_by_text("Your vote", exact=True))
            .first.wait_for()
        )

    async def admit(self, name: str) -> None:
        await self.open_panel("People")
        await self.button(f"Admit {name}").click()
        await self.button(f"Admit {name}").wait_for(state="detached")
