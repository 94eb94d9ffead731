"""The instruments of these tests show what is there, and only that: a call within one page."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.e2e.instruments import add_probe, hears, sees_moving

PAGE = """<!doctype html><video id=remote autoplay playsinline></video><script>
async function call() {
  const mine = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = (event) => far.addIceCandidate(event.candidate);
  far.onicecandidate = (event) => near.addIceCandidate(event.candidate);
  far.ontrack = (event) => { remote.srcObject = event.streams[0]; };
  for (const track of mine.getTracks()) near.addTrack(track, mine);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  window.mine = mine;
}
</script>"""


@pytest.fixture
async def call_page(page_of, free_port: int) -> AsyncIterator[Page]:
    async def show(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", free_port).start()
    page = await page_of({"toneHz": 880, "colour": "#c03030", "label": "Red"})
    await page.goto(f"http://localhost:{free_port}/")
    await add_probe(page)
    await page.evaluate("call()")
    yield page
    await runner.cleanup()


async def test_moving_picture_and_tone_are_found_where_they_are(call_page: Page) -> None:
    assert await sees_moving(call_page, "#c03030")
    assert await hears(call_page, 880)


async def test_other_colours_and_tones_are_not_found(call_page: Page) -> None:
    assert await hears(call_page, 880)
    assert not await sees_moving(call_page, "#3030c0", limit_s=1)
    assert not await hears(call_page, 520, limit_s=1)


async def test_a_still_picture_does_not_count_as_moving(call_page: Page) -> None:
    assert await sees_moving(call_page, "#c03030")
    await call_page.evaluate("mine.getVideoTracks()[0].stop()")
    assert not await sees_moving(call_page, "#c03030", limit_s=3, must_stop=True)


async def test_a_muted_microphone_is_not_heard(call_page: Page) -> None:
    assert await hears(call_page, 880)
    await call_page.evaluate("mine.getAudioTracks()[0].enabled = false")
    assert not await hears(call_page, 880, limit_s=3, must_stop=True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_no_thread_of_the_browser_goes_before_everything_else(call_page: Page) -> None:
    """Also for root, to whom the system would grant it."""
    assert await hears(call_page, 880)
    threads = [
        int(thread.name)
        for process in psutil.Process().children(recursive=True)
        if "chrom" in process.name()
        for thread in Path(f"/proc/{process.pid}/task").iterdir()
    ]
    assert len(threads) > 20
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_OTHER}
