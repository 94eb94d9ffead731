"""Every page: no violation that axe can find, nothing wider than the window, no error logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from server.demo.http_account import Account
from server.demo.school import PASSWORD, School
from tests.e2e import site
from tests.e2e.demo_recording import DemoRun

pytestmark = pytest.mark.timeout(1200)

AXE = Path("web/node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def violations(page: Page, repository: Path) -> list[str]:
    await page.evaluate((repository / AXE).read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("look", site.LOOKS, ids=lambda look: look.name)
async def test_every_page_is_accessible_and_fits(
    look: site.Look,
    library: School,
    demo_run: DemoRun,
    browser: Browser,
    repository: Path,
) -> None:
    teacher = Account(library.server.url)
    await teacher.post("/sign-in", {"email": "helen.marsh@example.org", "password": PASSWORD})
    built = await site.build(library, demo_run.recording_id, teacher)
    wrong: dict[str, list[str]] = {}
    async for name, page in site.visit(browser, built, look):
        problems = await violations(page, repository)
        overflow = await page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            problems.append(f"{overflow} px wider than the window")
        if problems:
            wrong[name] = problems
    await teacher.close()
    assert wrong == {}
