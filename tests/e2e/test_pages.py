"""Every page: no violation that axe can find, nothing wider than the window, no error logged."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from server.demo.http_account import Account
from server.demo.school import PASSWORD, School
from tests.e2e import site
from tests.e2e.demo_recording import DemoRun
from tests.e2e.looks import WINDOWS, Window, faults

pytestmark = pytest.mark.timeout(1200)


async def test_every_page_is_accessible_and_fits(
    library: School, demo_run: DemoRun, browser: Browser, repository: Path
) -> None:
    """A page is loaded once and looked at in both windows; the class, which is laid out and used
    otherwise where it is narrow, is gone through in each."""
    teacher = Account(library.server.url)
    await teacher.post("/sign-in", {"email": "helen.marsh@example.org", "password": PASSWORD})
    built = await site.build(library, demo_run.recording_id, teacher)
    wrong: dict[str, list[str]] = {}

    async def look(name: str, page: Page, window: Window) -> None:
        if found := await faults(page, repository):
            wrong[f"{name} at {window.width}"] = found

    async for name, page in site.visit_places(browser, built, WINDOWS[0]):
        for window in WINDOWS:
            await page.set_viewport_size({"width": window.width, "height": window.height})
            await site.settle(page)
            await look(name, page, window)
    for window in WINDOWS:
        async for name, page in site.visit_class(browser, built, window):
            await look(name, page, window)
    await teacher.close()
    assert wrong == {}
