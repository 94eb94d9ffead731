"""The learner who may come in a browser: the same person, with or without one."""

from __future__ import annotations

import asyncio
from typing import Protocol

from playwright.async_api import Browser, Page

from server.demo import browser
from server.demo.attendee import Attendee
from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.lecture import Samples


class Learner(Protocol):
    manner: str
    """how it came, for the terminal"""

    @property
    def participant_id(self) -> str: ...

    async def enter(self, facilitator: Attendee) -> None: ...
    async def say(self, samples: Samples) -> None: ...
    async def set_microphone(self, is_on: bool) -> None: ...
    async def chat(self, text: str) -> None: ...
    async def vote(self, poll_id: str, option: int, text: str) -> None: ...
    async def raise_hand(self) -> None: ...
    async def close(self) -> None: ...


class PageLearner:
    """The real web app in real Chromium."""

    manner: str = ", one of them in Chromium"

    def __init__(self, chromium: Browser, account: Account, session_id: str, name: str) -> None:
        self._name = name
        self._chromium = chromium
        self._account = account
        self._session_id = session_id
        self._page: Page | None = None
        self._participant_id = ""

    @property
    def participant_id(self) -> str:
        return self._participant_id

    @property
    def _classroom(self) -> ClassroomPage:
        assert self._page is not None
        return ClassroomPage(self._page, self._account.url, self._session_id)

    async def enter(self, facilitator: Attendee) -> None:
        devices = {
            "label": self._name,
            "colour": "#5a6fb0",
            "rate": 12,
            "width": 320,
            "height": 180,
        }
        context = await browser.person(
            self._chromium, devices, viewport={"width": 1280, "height": 800}
        )
        self._page = await context.new_page()
        await sign_in_as(self._page, self._account)
        classroom = self._classroom
        await classroom.enter()
        teacher = facilitator.seat

        def place() -> str | None:
            for event in teacher.events:
                is_arrival = event["type"] in {"participant_joined", "participant_waiting"}
                if is_arrival and event["data"]["name"] == self._name:
                    return event["data"]["participant_id"]
            return None

        await teacher.wait_for(lambda: place() is not None)
        self._participant_id = place() or ""
        if teacher.happened("participant_joined", participant_id=self.participant_id) is None:
            await teacher.command("admit", participant_id=self.participant_id)
        await classroom.is_in_class()
        await classroom.agree_if_asked()
        await teacher.wait_for_event("consent_given", participant_id=self.participant_id)
        await classroom.switch_on("camera")
        await classroom.switch_on("microphone")
        await teacher.wait_for_event(
            "track_changed", participant_id=self.participant_id, track="microphone", is_on=True
        )  # fmt: skip

    async def say(self, samples: Samples) -> None:
        assert self._page is not None
        await browser.speak(self._page, samples)
        await asyncio.sleep(0.3)  # the end of the line is still on its way

    async def set_microphone(self, is_on: bool) -> None:
        if is_on:
            await self._classroom.switch_on("microphone")
        else:
            await self._classroom.mute()

    async def chat(self, text: str) -> None:
        await self._classroom.chat(text)

    async def vote(self, poll_id: str, option: int, text: str) -> None:
        await self._classroom.vote(text)

    async def raise_hand(self) -> None:
        await self._classroom.raise_hand()

    async def flash(self, count: int, period_ms: int) -> None:
        assert self._page is not None
        await self._page.evaluate(
            "([count, period]) => window.fakeDevices.flash(count, period)", [count, period_ms]
        )

    async def close(self) -> None:
        if self._page is not None:
            await self._page.context.close()


class PythonLearner:
    """The same learner where no browser is installed."""

    manner: str = ""

    def __init__(self, attendee: Attendee) -> None:
        self._attendee = attendee

    @property
    def participant_id(self) -> str:
        return self._attendee.seat.participant_id

    async def enter(self, facilitator: Attendee) -> None:
        seat = self._attendee.seat
        await seat.connect()
        if len(seat.snapshot["participants"]) < 2:
            await facilitator.seat.command("admit", participant_id=seat.participant_id)
            await seat.wait_for(lambda: len(seat.snapshot["participants"]) > 1)
        await seat.command("give_consent", is_given=True)
        await self._attendee.connect_media()

    async def say(self, samples: Samples) -> None:
        await self._attendee.say(samples)

    async def set_microphone(self, is_on: bool) -> None:
        await self._attendee.set_microphone(is_on)

    async def chat(self, text: str) -> None:
        await self._attendee.seat.command("send_chat", text=text)

    async def vote(self, poll_id: str, option: int, text: str) -> None:
        await self._attendee.seat.command("vote", poll_id=poll_id, option=option)

    async def raise_hand(self) -> None:
        await self._attendee.seat.command("raise_hand")

    async def close(self) -> None:
        await self._attendee.close()
