"""Debate formats in the browser: a file in, changed by keyboard, put right, saved, out, undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from server.demo.browser import person
from server.demo.classroom_page import sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.e2e.looks import WINDOWS, faults
from tests.e2e.site import settle
from tests.unit.test_debatekeeper import VERSION_2

pytestmark = pytest.mark.timeout(400)


async def order(page: Page) -> list[str | None]:
    rows = page.locator("[data-speech]")
    return [await row.get_attribute("aria-label") for row in await rows.all()]


async def test_a_file_becomes_a_format_of_ones_own(
    school: School, page_of: PageOf, tmp_path: Path
) -> None:
    teacher = await school.invite("Tess Teacher", "facilitator")
    file = tmp_path / "house.xml"
    file.write_text(VERSION_2, encoding="utf-8")
    page = await page_of()
    await sign_in_as(page, teacher)
    await page.goto(f"{school.server.url}/")
    await page.get_by_role("link", name="Formats", exact=True).click()
    await page.get_by_role("heading", name="Karl Popper").wait_for()
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_text("Sides and speakers are read from the speeches' names.").wait_for()

    # Down and up again by keyboard, from one phase into the other.
    handle = page.get_by_role("button", name="Drag Deputy Leader of the Opposition")
    await handle.focus()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_role("status").filter(has_text="is now number")).to_be_attached()
    assert (await order(page))[3:5] == ["Deputy Leader of the Opposition", "Opposition Reply"]
    await expect(handle).to_be_focused()
    await page.keyboard.press("Alt+ArrowUp")

    # A bell after the end is told at its field, and nothing is saved.
    await page.get_by_role("button", name="Bells and more of Prime Minister", exact=True).click()
    bell = page.get_by_role("textbox", name="Bell 1 at")
    await bell.fill("8:00")
    await bell.press("Enter")
    row = page.get_by_role("group", name="Prime Minister", exact=True)
    await row.get_by_text("A bell rings within the speech.").wait_for()
    save = page.get_by_role("button", name="Save").first
    await expect(save).to_be_disabled()
    await page.get_by_role("button", name="Undo").click()
    await expect(save).to_be_enabled()

    length = page.get_by_role("textbox", name="Length: Opposition Reply")
    await length.fill("4:00")
    await length.press("Enter")
    await save.click()
    await page.get_by_role("heading", name="Order of speeches").wait_for()
    await expect(page.get_by_text("Bells: 4:00, 2 strokes")).to_have_count(1)

    async with page.expect_download() as started:
        await page.get_by_role("button", name="Export JSON").click()
    download = await started.value
    assert download.suggested_filename == "house-style.json"
    exported = json.loads(Path(await download.path()).read_text(encoding="utf-8"))
    assert exported["phases"][1]["speeches"][0]["length_s"] == 240

    await page.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_text("House style is deleted").wait_for()
    assert await page.get_by_role("link", name="House style").count() == 0
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("heading", name="House style", level=1).wait_for()


async def test_the_pages_are_accessible_and_fit(
    school: School, browser: Browser, repository: Path
) -> None:
    teacher: Account = await school.invite("Tess Teacher", "facilitator")
    popper = (await teacher.get("/debate-formats/karl-popper"))["format"]
    made = await teacher.post("/debate-formats", {"format": popper})
    own = f"/debate-formats/{made['summary']['format_id']}"
    wrong: dict[str, list[str]] = {}
    for window in WINDOWS:
        # The longer words where there is least room.
        language = "de" if window.width == 390 else "en"
        context = await person(browser, {}, locale=language, **window.setting)
        page = await context.new_page()
        await sign_in_as(page, teacher)
        for path in ("/debate-formats", own, f"{own}/edit"):
            await page.goto(f"{school.server.url}{path}")
            await page.locator("main h1").wait_for()
            await page.locator("main h2").first.wait_for()
            if path.endswith("edit"):
                await page.locator("[data-speech] [aria-expanded]").first.click()
            await settle(page)
            if found := await faults(page, repository):
                wrong[f"{path} {window.width}"] = found
        await context.close()
    assert wrong == {}
