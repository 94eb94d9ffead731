"""The main job, end to end, with nothing but pages: hold a class, watch it afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from server.demo import lecture
from server.demo.browser import speak
from server.demo.classroom_page import ClassroomPage
from server.demo.school import ADMIN_EMAIL, PASSWORD
from server.demo.server_process import ServerProcess
from tests.e2e.conftest import PageOf

pytestmark = pytest.mark.timeout(900)

SPOKEN_S = 20
WINDOW = {"width": 1280, "height": 800}


async def test_from_the_setup_link_to_a_watched_recording(
    fresh_server: ServerProcess, page_of: PageOf
) -> None:
    server = fresh_server
    devices = {"label": "Ada", "colour": "#8a5a3c", "width": 320, "height": 180, "rate": 10}
    ada = await page_of(devices, viewport=WINDOW)
    token = await server.setup_token()
    await ada.goto(f"{server.url}/setup?token={token}")
    await ada.get_by_label("Your name").fill("Ada Admin")
    await ada.get_by_label("E-mail").fill(ADMIN_EMAIL)
    await ada.locator("input[type=password]").fill(PASSWORD)
    await ada.get_by_role("button", name="Create the account").click()
    await ada.get_by_role("link", name="New session").first.click()
    await ada.get_by_label("Title", exact=False).first.fill("How printing began")
    await ada.get_by_role("button", name="Create session").click()
    await ada.wait_for_url(re.compile(r"/sessions/(?!new)[^/]+"))
    found = re.search(r"/sessions/([^/]+)", ada.url)
    assert found is not None
    room = ClassroomPage(ada, server.url, found[1])
    await room.enter()
    await room.is_in_class()
    await room.agree_if_asked()
    await room.switch_on("camera")
    await room.switch_on("microphone")
    await expect(ada.get_by_text(re.compile(r"^Recording \d"))).to_be_visible()

    spoken = lecture.load().first(SPOKEN_S)
    await speak(ada, spoken.samples)
    await room.chat("Said and done")

    await room.button("Leave").first.click()
    await ada.get_by_role("dialog").get_by_role("button", name="End for all").click()
    await (
        ada.get_by_role("link", name="See the recording")
        .or_(ada.get_by_role("button", name="See the recording"))
        .first.click()
    )
    watch = ada.get_by_role("link", name=re.compile("^Watch the recording"))
    player = ada.get_by_role("slider", name="Position in the recording")
    await watch.or_(player).first.wait_for(timeout=400_000)
    if await watch.count():
        await watch.first.click()
    await ada.get_by_role("tab", name="Transcript").click()
    await expect(ada.get_by_test_id("transcript")).to_contain_text(
        "comparatively modern", timeout=300_000
    )
    await ada.locator("[data-word]", has_text="comparatively").first.click()
    await ada.wait_for_function("() => document.querySelector('video').currentTime > 4")
