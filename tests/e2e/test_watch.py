"""Watching a finished recording in a browser."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from server.demo import lesson
from server.demo.classroom_page import sign_in_as
from server.demo.http_account import Account
from server.demo.playback import PLAYS
from server.demo.school import PASSWORD, School
from tests.e2e.conftest import PageOf
from tests.e2e.demo_recording import DemoRun

pytestmark = pytest.mark.timeout(1200)

POSITION = "() => document.querySelector('video').currentTime"


async def signed_in(school: School, email: str) -> Account:
    account = Account(school.server.url)
    await account.post("/sign-in", {"email": email, "password": PASSWORD})
    return account


async def open_recording(page: Page, account: Account, recording_id: str) -> None:
    await sign_in_as(page, account)
    await page.goto(f"{account.url}/recordings/{recording_id}")
    await page.get_by_role("slider", name="Position in the recording").wait_for()


async def play(page: Page) -> None:
    await page.wait_for_function(PLAYS, polling=250)


async def test_the_player_plays(library: School, demo_run: DemoRun, page_of: PageOf) -> None:
    page = await page_of(viewport={"width": 1440, "height": 900})
    await open_recording(page, library.admin, demo_run.recording_id)
    await play(page)


async def test_captions_and_transcript_have_the_spoken_words(
    library: School, demo_run: DemoRun, page_of: PageOf
) -> None:
    page = await page_of(viewport={"width": 1440, "height": 900})
    await open_recording(page, library.admin, demo_run.recording_id)
    await page.get_by_role("tab", name="Transcript").click()
    transcript = page.get_by_test_id("transcript")
    await expect(transcript).to_contain_text("wood blocks")
    await expect(transcript).to_contain_text("typography")
    await expect(transcript).to_contain_text(lesson.FACILITATOR)
    recording = await library.admin.get(f"/recordings/{demo_run.recording_id}")
    captions = (await library.admin.download(recording["captions_url"])).decode()
    assert captions.startswith("WEBVTT")
    assert "wood blocks" in captions.replace("\n", " ")
    assert f"<v {lesson.FACILITATOR}>" in captions


async def test_clicking_a_word_seeks_to_it(
    library: School, demo_run: DemoRun, page_of: PageOf
) -> None:
    page = await page_of(viewport={"width": 1440, "height": 900})
    await open_recording(page, library.admin, demo_run.recording_id)
    await play(page)
    transcript = await library.admin.get(f"/recordings/{demo_run.recording_id}/transcript")
    spoken = next(
        word for part in transcript["segments"] for word in part["words"]
        if "typography" in word["text"].lower()
    )  # fmt: skip
    await page.get_by_role("tab", name="Transcript").click()
    await page.locator("[data-word]", has_text="typography").first.click()
    await page.wait_for_function(
        "at => Math.abs(document.querySelector('video').currentTime - at) < 2",
        arg=spoken["start_ms"] / 1000,
    )


async def test_search_finds_what_was_said_and_opens_there(
    library: School, demo_run: DemoRun, page_of: PageOf
) -> None:
    page = await page_of(viewport={"width": 1440, "height": 900})
    await sign_in_as(page, library.admin)
    await page.goto(f"{library.server.url}/library")
    await (
        page.get_by_placeholder("Search titles and what was said")
        .or_(page.get_by_label("Search titles and what was said"))
        .first.fill("wood blocks")
    )
    await expect(page.get_by_text("1 recording", exact=True).first).to_be_visible()
    await expect(page.locator("mark").first).to_be_visible()


async def test_a_facilitator_accepts_an_item_and_a_learner_answers_it(
    library: School, demo_run: DemoRun, page_of: PageOf
) -> None:
    facilitator = await signed_in(library, "helen.marsh@example.org")
    learner = await signed_in(library, "tomas.rivera@example.org")
    page = await page_of(viewport={"width": 1440, "height": 900})
    await sign_in_as(page, facilitator)
    await page.goto(f"{library.server.url}/recordings/{demo_run.recording_id}/review")
    await page.get_by_role("button", name="Accept").first.click()
    await expect(page.get_by_text("1 accepted").first).to_be_visible()
    async with asyncio.timeout(20):  # the page says so before the server has
        while not (items := await learner.get(f"/recordings/{demo_run.recording_id}/items")):
            await asyncio.sleep(0.1)
    assert len(items) == 1
    assert all(option["is_key"] is None for option in items[0]["options"])

    quiz = await page_of(viewport={"width": 1440, "height": 900})
    await open_recording(quiz, learner, demo_run.recording_id)
    await quiz.get_by_role("radio").first.check(force=True)
    await quiz.get_by_role("button", name="Check answer").click()
    await expect(
        quiz.get_by_text("That is right").or_(quiz.get_by_text("Not quite")).first
    ).to_be_visible()
    await facilitator.close()
    await learner.close()
