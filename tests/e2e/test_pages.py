"""Every page: no violation that axe can find, nothing wider than the window, no error logged."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from server.demo.http_account import Account
from server.demo.school import PASSWORD, School
from tests.e2e import site
from tests.e2e.demo_recording import DemoRun
from tests.e2e.looks import WINDOWS, Window, faults

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window.width))
async def test_every_page_is_accessible_and_fits(
    window: Window,
    library: School,
    demo_run: DemoRun,
    browser: Browser,
    repository: Path,
) -> None:
    teacher = Account(library.server.url)
    await teacher.post("/sign-in", {"email": "helen.marsh@example.org", "password": PASSWORD})
    built = await site.build(library, demo_run.recording_id, teacher)
    wrong = {
        name: found
        async for name, page in site.visit(browser, built, window)
        if (found := await faults(page, repository))
    }
    await teacher.close()
    assert wrong == {}
