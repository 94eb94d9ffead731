"""What is sent instead of the camera and the microphone themselves, in real Chromium."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.school import School
from tests.e2e.conftest import PageOf

pytestmark = pytest.mark.timeout(600)

MINA: dict[str, Any] = {
    "toneHz": 880, "colour": "#30a040", "label": "", "width": 320, "height": 180, "rate": 10,
}  # fmt: skip
WATCH = """
(() => {
  // What goes out: the senders' tracks, how often anything was negotiated, what was forbidden.
  const seen = (window.outgoing = {
    offers: 0, forbidden: [], colours: [], sounds: [], pictures: [],
  });
  document.addEventListener('securitypolicyviolation', (event) =>
    seen.forbidden.push(`${event.violatedDirective} ${event.blockedURI}`));
  const connections = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...options) { super(...options); connections.push(this); }
    setLocalDescription(...options) {
      seen.offers += 1;
      return super.setLocalDescription(...options);
    }
  };
  const tracks = (kind) => connections
    .filter((one) => one.connectionState === 'connected')
    .flatMap((one) => one.getSenders().map((sender) => sender.track))
    .filter((track) => track?.kind === kind && track.readyState === 'live');
  const video = document.createElement('video');
  video.muted = true;
  let shown = null;
  setInterval(() => {
    const [camera] = tracks('video');
    if (camera && camera !== shown) {
      shown = camera;
      if (!seen.pictures.some((one) => one.track === camera.id)) {
        seen.pictures.push({ track: camera.id, offers: seen.offers });
      }
      video.srcObject = new MediaStream([camera]);
      void video.play().catch(() => undefined);
    }
    if (shown && video.readyState >= 2 && video.videoWidth > 0) {
      const canvas = new OffscreenCanvas(8, 8);
      const context = canvas.getContext('2d');
      // Near the corner, where no face is.
      context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight, 0, 0, 64, 64);
      const [red, green, blue] = context.getImageData(2, 2, 1, 1).data;
      seen.colours.push({ red, green, blue });
      seen.colours = seen.colours.slice(-400);
    }
    seen.sounds = tracks('audio').map((track) => track.id);
  }, 100);
})();
"""
GREEN = "one => one.green > one.red + 40 && one.green > one.blue + 40"
DAWN = "one => one.red > one.green + 20 && one.red > 180"


async def comes_true(page: Page, expression: str) -> None:
    """The page's policy forbids Playwright's own way of waiting for an expression."""
    async with asyncio.timeout(90):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.1)


async def test_a_background_and_less_noise_change_what_goes_out_and_negotiate_nothing(
    school: School, page_of: PageOf
) -> None:
    teacher = await school.invite("Mina Okafor", "facilitator")
    session_id = await school.session(
        teacher, "Type and ink", lobby_is_on=False, record_automatically=False
    )
    page = await page_of(MINA, viewport={"width": 1280, "height": 900})
    await page.add_init_script(WATCH)
    await sign_in_as(page, teacher)
    room = ClassroomPage(page, school.server.url, session_id)
    await room.enter()
    await room.is_in_class()
    for what in ("camera", "microphone"):
        await room.switch_on(what)
    await comes_true(page, f"window.outgoing.colours.some({GREEN})")
    await comes_true(page, "window.outgoing.sounds.length === 1")
    raw = await page.evaluate("window.outgoing.sounds[0]")
    offers = await page.evaluate("window.outgoing.offers")

    await page.keyboard.press("Alt+d")
    dialog = page.get_by_role("dialog")
    noise = dialog.get_by_label("Suppress background noise")
    await noise.click(force=True)
    others = f"window.outgoing.sounds.length === 1 && window.outgoing.sounds[0] !== {raw!r}"
    await comes_true(page, others)
    await expect(noise).to_be_checked()
    await noise.click(force=True)
    await comes_true(page, f"window.outgoing.sounds[0] === {raw!r}")

    background = dialog.get_by_role("combobox", name="Background")
    await background.click()
    await page.get_by_role("option", name="Dawn").click()
    await comes_true(page, "window.outgoing.pictures.length === 2")
    # Without a graphics processor a machine may be too slow for it; then it says so.
    slow = page.locator("[data-banner=backgroundSlow]")
    async with asyncio.timeout(90):
        while not await slow.count():
            if await page.evaluate(f"window.outgoing.colours.some({DAWN})"):
                break
            await asyncio.sleep(0.1)
    assert await page.evaluate("window.outgoing.pictures.map((one) => one.offers)") == [
        offers, offers,
    ], "nothing was negotiated anew"  # fmt: skip
    assert await page.evaluate("window.outgoing.forbidden") == []
