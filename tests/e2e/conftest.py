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
from tests.e2e.demo_recording import DemoRun, copy_of, hold

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


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> DemoRun:
    """Held once for all tests that look at a finished recording."""
    return hold(tmp_path_factory.mktemp("demo") / "data", repository)


@pytest.fixture
async def library(demo_run: DemoRun, tmp_path: Path, free_port: int) -> AsyncIterator[School]:
    """A server on a copy of the demo's data, its admin signed in."""
    assert demo_run.status == 0, demo_run.output
    server = ServerProcess(copy_of(demo_run, tmp_path / "data"), free_port, tmp_path / "server.log")
    opened = School(server)
    try:
        await server.start()
        await opened.open()
        yield opened
    finally:
        await opened.close()
        await server.stop()
