"""A browser, a server and people for the end-to-end tests."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from server.demo.browser import chromium, person
from server.demo.school import School
from server.demo.server_process import ServerProcess
from tests.e2e.demo_recording import DemoRun, copy_of, hold

PageOf = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


async def draw(contexts: list[BrowserContext], name: str, repository: Path) -> None:
    """What everybody's page looked like when a test failed, into build/e2e."""
    folder = repository / "build" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    for number, context in enumerate(contexts):
        for page in context.pages:
            with contextlib.suppress(PlaywrightError):
                await page.screenshot(path=folder / f"{name}-{number}.png", timeout=5000)


@pytest.fixture
async def page_of(
    browser: Browser, request: pytest.FixtureRequest, repository: Path
) -> AsyncIterator[PageOf]:
    """``await page_of({"toneHz": 440, …})``: a page of a new person with these devices."""
    contexts: list[BrowserContext] = []

    async def make(devices: dict[str, Any] | None = None, **context: Any) -> Page:
        made = await person(browser, devices, **context)
        contexts.append(made)
        return await made.new_page()

    yield make
    if request.node.stash.get(FAILED, False):
        await draw(contexts, request.node.name, repository)
    # They close with the browser, which is ended when it does not.


@pytest.fixture
async def fresh_server(tmp_path: Path, free_port: int) -> AsyncIterator[ServerProcess]:
    """As somebody finds it who starts it for the first time: no account."""
    server = ServerProcess(tmp_path / "data", free_port, tmp_path / "server.log")
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def school(
    tmp_path: Path, free_port: int, request: pytest.FixtureRequest
) -> AsyncIterator[School]:
    """A server of its own, with what a test adds to its environment; an admin signed in."""
    environment: dict[str, str] = getattr(request, "param", {})
    server = ServerProcess(tmp_path / "data", free_port, tmp_path / "server.log", environment)
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
