"""Draws every page, and every state of the classroom's panels, at both widths and in both schemes;
runs only when a folder is named. Whatever axe finds in a state fails once all are drawn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from server.demo.http_account import Account
from server.demo.school import PASSWORD, School
from server.demo.seat import Refused
from server.demo.server_process import ServerProcess
from tests.e2e import site
from tests.e2e.demo_recording import DemoRun
from tests.e2e.looks import WINDOWS, in_each_scheme, overflow, violations
from tests.e2e.states import GROUPS, SERVERS
from tests.e2e.states.cast import Cast, State, View, open_class

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
    for window in WINDOWS:
        async for name, page in site.visit(browser, built, window):
            async for scheme in in_each_scheme(page):
                target = folder / f"{name}-{window.width}-{scheme}.png"
                await page.screenshot(path=target, full_page=not name.startswith("class"))
                assert target.stat().st_size > 1000
    await teacher.close()


@pytest.mark.parametrize("group", GROUPS)
async def test_draw_every_state(
    folder: Path, group: str, tmp_path: Path, free_port: int, browser: Browser, repository: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wrong: dict[str, list[str]] = {}
    async with (
        open_school(group, tmp_path, free_port) as school,
        open_class(school, browser) as cast,
    ):
        for state in GROUPS[group]:
            problems = await look_at(cast, state, folder, repository)
            if problems:
                wrong[state.name] = problems
    lines = [f"{name}: {one}" for name, found in wrong.items() for one in found]
    assert not lines, "\n".join(lines)


@asynccontextmanager
async def open_school(group: str, tmp_path: Path, port: int) -> AsyncIterator[School]:
    wound = SERVERS.get(group)
    server: Any = (
        wound(tmp_path / "data", port)
        if wound
        else ServerProcess(tmp_path / "data", port, tmp_path / "server.log")
    )
    school = School(server)
    try:
        await server.start()
        await school.open()
        yield school
    finally:
        await school.close()
        await server.stop()


async def look_at(cast: Cast, state: State, folder: Path, repository: Path) -> list[str]:
    """Draw it on every page that shows it; what is wrong with it."""
    problems: list[str] = []
    try:
        await state.arrange(cast)
    except Refused as refusal:
        return [f"cannot be reached: {refusal}"]
    for view in cast.views:
        if view.role not in state.roles:
            continue
        try:
            await view.to_top()  # before: a menu goes when what it hangs on is scrolled away
            await state.show(view)
            ready = view.page.locator(state.ready).first
            await ready.wait_for()
            await ready.scroll_into_view_if_needed()
            problems += await draw(view, state.name, folder, repository)
            await state.leave(view)
        except PlaywrightError as failure:
            problems.append(f"{view.name}: {failure.message}")
            await view.page.screenshot(path=folder / f"failed-{state.name}-{view.width}.png")
            await view.page.keyboard.press("Escape")
    try:
        await state.after(cast)
    except Refused as refusal:
        problems.append(f"cannot be left: {refusal}")
    return problems


async def draw(view: View, name: str, folder: Path, repository: Path) -> list[str]:
    problems: list[str] = []
    async for scheme in in_each_scheme(view.page):
        target = folder / f"state-{name}-{view.role}-{view.width}-{scheme}.png"
        await view.page.screenshot(path=target, animations="disabled")
        found = await violations(view.page, repository)
        problems += [f"{view.width} {scheme} {view.role}: {one}" for one in found]
    problems += [f"{view.width}: {one}" for one in await overflow(view.page)]
    problems += [f"{view.width} {view.role}: {error}" for error in view.errors]
    view.errors.clear()
    return problems
