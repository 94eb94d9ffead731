"""Draws every page at both widths and in both schemes; runs only when a folder is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from server.demo.http_account import Account
from server.demo.school import PASSWORD, School
from tests.e2e import site
from tests.e2e.demo_recording import DemoRun

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    named = request.config.getoption("--screenshots")
    if named is None:
        pytest.skip("no --screenshots folder (make screenshots)")
    return Path(named)


async def test_draw_every_page(
    folder: Path, library: School, demo_run: DemoRun, browser: Browser
) -> None:
    teacher = Account(library.server.url)
    await teacher.post("/sign-in", {"email": "helen.marsh@example.org", "password": PASSWORD})
    built = await site.build(library, demo_run.recording_id, teacher)
    folder.mkdir(parents=True, exist_ok=True)
    for look in site.LOOKS:
        async for name, page in site.visit(browser, built, look):
            target = folder / f"{name}-{look.name}.png"
            await page.screenshot(path=target, full_page=not name.startswith("class"))
            assert target.stat().st_size > 1000
    await teacher.close()
