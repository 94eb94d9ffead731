"""A browser, a server and people for the end-to-end tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from server.demo.browser import chromium, person
from server.demo.school import School
from server.demo.server_process import ServerProcess

PageOf = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest.fixture
async def page_of(browser: Browser) -> AsyncIterator[PageOf]:
    """``await page_of({"toneHz": 440, …})``: a page of a new person with these devices."""
    contexts: list[BrowserContext] = []

    async def make(devices: dict[str, Any] | None = None, **context: Any) -> Page:
        made = await person(browser, devices, **context)
        contexts.append(made)
        return await made.new_page()

    yield make
    for context in contexts:
        await context.close()


@pytest.fixture
async def school(tmp_path: Path, free_port: int) -> AsyncIterator[School]:
    """A server of its own, an admin signed in."""
    server = ServerProcess(tmp_path / "data", free_port, tmp_path / "server.log")
    opened = School(server)
    try:
        await server.start()
        await opened.open()
        yield opened
    finally:
        await opened.close()
        await server.stop()
